package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
)

// mixedKind is a table whose cases are of several kinds, each named by the
// case: facts go in, and what comes out is compared value by value. Members
// that a case does not expect are not looked at.
func mixedKind() kind {
	return kind{
		name: "mixed",
		is:   func(top members) bool { return top.first("cases").has("kind", "input") },
		run:  runMixed(answers()),
	}
}

// mixedCase is a case of such a table.
type mixedCase struct {
	ID        string          `json:"id"`
	Kind      string          `json:"kind"`
	Currency  string          `json:"currency"` // where it has one
	Input     json.RawMessage `json:"input"`
	Want      json.RawMessage `json:"want"`
	Expect    json.RawMessage `json:"expect"` // another name of want
	Tolerance float64         `json:"tol"`
}

// answer is what the library makes of a case's input, as a value that encodes
// like what is expected: null where it is undefined, and the code where the
// case expects an error. An error of its own fails the case.
type answer func(c mixedCase) (any, error)

// answers returns who answers each kind of case. Each area has a file of its
// own, so that adding a kind changes that file alone.
func answers() map[string]answer {
	all := map[string]answer{}
	for _, area := range []map[string]answer{
		escalationAnswers(),
		feedbackAnswers(),
		loyaltyAnswers(),
		trendAnswers(),
		moneyAnswers(),
		orderAnswers(),
		rightsAnswers(),
	} {
		maps.Copy(all, area)
	}
	return all
}

// runMixed returns the run of a table whose kinds of case are these.
func runMixed(known map[string]answer) func(file []byte) ([]result, error) {
	return func(file []byte) ([]result, error) {
		var table struct {
			Cases []mixedCase `json:"cases"`
		}
		if err := json.Unmarshal(file, &table); err != nil {
			return nil, err
		}
		results := make([]result, len(table.Cases))
		for i, c := range table.Cases {
			results[i].id = c.ID
			if c.Want == nil {
				c.Want = c.Expect
			}
			if f, ok := known[c.Kind]; ok {
				c.check(&results[i], f)
			} else {
				results[i].failf("kind %q is not known; known are %v", c.Kind, slices.Sorted(maps.Keys(known)))
			}
		}
		return results, nil
	}
}

func (c mixedCase) check(r *result, f answer) {
	got, err := f(c)
	if err != nil {
		r.failf("%v", err)
		return
	}
	encoded, err := json.Marshal(got)
	if err != nil {
		r.failf("%v", err)
		return
	}
	have, err := loose(encoded)
	if err != nil {
		r.failf("%v", err)
		return
	}
	expected, err := loose(c.Want)
	if err != nil {
		r.failf("expects no JSON value: %v", err)
		return
	}
	differ(r, "result", have, expected, c.Tolerance)
}

// read decodes the input of a case; members that the type does not have are
// an error, so that nothing that a case says is passed over.
func read[T any](c mixedCase) (T, error) {
	var in T
	d := json.NewDecoder(bytes.NewReader(c.Input))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return in, fmt.Errorf("input: %w", err)
	}
	return in, nil
}

// loose decodes any JSON value, with numbers to the last digit.
func loose(data []byte) (any, error) {
	var v any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return v, d.Decode(&v)
}

// differ adds a fault for each expected value that is not there.
func differ(r *result, path string, got, expected any, tolerance float64) {
	switch e := expected.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			r.failf("%s: got %v, want an object", path, got)
			return
		}
		for _, name := range slices.Sorted(maps.Keys(e)) {
			value, ok := g[name]
			if !ok {
				r.failf("%s.%s is missing", path, name)
				continue
			}
			differ(r, path+"."+name, value, e[name], tolerance)
		}
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(e) {
			r.failf("%s: got %v, want %v", path, got, e)
			return
		}
		for i := range e {
			differ(r, path+"["+strconv.Itoa(i)+"]", g[i], e[i], tolerance)
		}
	default:
		if !same(got, expected, tolerance) {
			r.failf("%s: got %v, want %v", path, got, expected)
		}
	}
}

// same reports whether a value that is no object and no list is the expected
// one. Tables write a number as a string where it has ten digits.
func same(got, expected any, tolerance float64) bool {
	if got == expected {
		return true
	}
	g, ok := got.(json.Number)
	if !ok {
		return false
	}
	switch e := expected.(type) {
	case json.Number:
		return near(g, e, tolerance)
	case string:
		return tenDigits(g, e)
	default:
		return false
	}
}

// near reports whether two numbers are as close as a case asks; without a
// tolerance they are the same number.
func near(got, expected json.Number, tolerance float64) bool {
	g, err1 := got.Float64()
	e, err2 := expected.Float64()
	if err1 != nil || err2 != nil {
		return false
	}
	if tolerance == 0 {
		return g == e && sameInteger(got, expected)
	}
	return math.Abs(g-e) <= tolerance
}

// sameInteger tells integers apart that are the same float64. Other numbers
// are floats to begin with.
func sameInteger(a, b json.Number) bool {
	m, err1 := a.Int64()
	n, err2 := b.Int64()
	return err1 != nil || err2 != nil || m == n
}

// tenDigits compares a number with one that is written in a string, to ten
// significant digits: half a unit of the tenth, and the error of floats.
func tenDigits(got json.Number, expected string) bool {
	g, err1 := got.Float64()
	e, err2 := strconv.ParseFloat(expected, 64)
	if err1 != nil || err2 != nil {
		return false
	}
	if e == 0 {
		return g == 0
	}
	unit := math.Pow10(int(math.Floor(math.Log10(math.Abs(e)))) - 9)
	return math.Abs(g-e) <= 0.501*unit
}
