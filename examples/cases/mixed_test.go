package main_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	cases "github.com/kulanz-go/kulanz/examples/cases"
)

// TestMixed is what counts as the expected value, and what does not.
func TestMixed(t *testing.T) {
	t.Parallel()
	tenth := 0.1
	sum := tenth + 0.2 // not 0.3
	for _, test := range []struct {
		name     string
		got      any
		expected string
		tol      float64
		fault    string // none: equal
	}{
		{"more members than expected", map[string]any{"a": 1, "b": 2}, `{"a": 1}`, 0, ""},
		{"a member is missing", map[string]any{"b": 2}, `{"a": 1}`, 0, "result.a is missing"},
		{"undefined is to be said", map[string]any{}, `{"a": null}`, 0, "result.a is missing"},
		{"undefined", map[string]any{"a": nil}, `{"a": null}`, 0, ""},
		{"zero is not undefined", map[string]any{"a": 0}, `{"a": null}`, 0, "result.a: got 0, want <nil>"},
		{"undefined is not zero", map[string]any{"a": nil}, `{"a": 0}`, 0, "result.a: got <nil>, want 0"},
		{"no object", 5, `{"a": 0}`, 0, "want an object"},
		{"list", []int{1, 2}, `[1, 2]`, 0, ""},
		{"order matters", []int{1, 2}, `[2, 2]`, 0, "result[0]: got 1, want 2"},
		{"length matters", []int{1, 2}, `[1]`, 0, "got [1 2], want [1]"},
		{"no list", "x", `[1]`, 0, "got x, want [1]"},
		{"empty list is not undefined", []int(nil), `[]`, 0, "got <nil>"},
		{"within tolerance", sum, `0.3`, 1e-9, ""},
		{"beyond tolerance", 0.31, `0.3`, 1e-9, "got 0.31, want 0.3"},
		{"exact", 385, `385.0`, 0, ""},
		{"exact float", sum, `0.3`, 0, "want 0.3"},
		{"integers beyond a float64", int64(math.MaxInt64), `9223372036854775806`, 0, "want 9223372036854775806"},
		{"too large", 1, `1e999999999`, 0, "want 1e999999999"},
		{"ten digits", 0.63212055882855767, `"0.6321205588"`, 0, ""},
		{"ten digits, rounded up", 207.94415416798360, `"207.9441542"`, 0, ""},
		{"eleventh digit does not matter", 0.50000000002, `"0.5"`, 0, ""},
		{"tenth digit does", 0.5000000002, `"0.5"`, 0, "want 0.5"},
		{"ten digits of a large one", 12345678901.0, `"12345678900"`, 0, ""},
		{"zero in a string", 1e-12, `"0"`, 0, "want 0"},
		{"number for a word", 5, `"five"`, 0, "want five"},
		{"word", "exceeds_remaining: 1", `"exceeds_remaining: 1"`, 0, ""},
		{"another word", "not_positive", `"exceeds_remaining: 1"`, 0, "want exceeds_remaining: 1"},
		{"true", true, `true`, 0, ""},
		{"not true", "true", `true`, 0, "want true"},
		{"nothing expected", 1, ``, 0, "expects no JSON value"},
		{"not to be encoded", math.NaN(), `null`, 0, "unsupported value"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, member := range []string{"want", "expect"} {
				line := fmt.Sprintf(`{"id": "x", "kind": "test", "input": {}, "tol": %g, %q: %s}`, test.tol, member, test.expected)
				if test.expected == "" {
					line = `{"id": "x", "kind": "test", "input": {}}`
				}
				faults, err := cases.RunMixed([]byte(`{"cases": [`+line+`]}`),
					func(struct{}, string) (any, error) { return test.got, nil })
				require.NoError(t, err)
				require.Contains(t, faults, "x")
				if test.fault == "" {
					assert.Empty(t, faults["x"])
					continue
				}
				require.Len(t, faults["x"], 1)
				assert.Contains(t, faults["x"][0], test.fault)
			}
		})
	}
}

// TestMixedInput: an answer gets what the case says, and no case is passed
// over that says more, or that nobody answers.
func TestMixedInput(t *testing.T) {
	t.Parallel()
	type input struct {
		Total int `json:"total"`
	}
	faults, err := cases.RunMixed([]byte(`{"cases": [
		{"id": "good", "kind": "test", "currency": "EUR", "input": {"total": 5}, "expect": ["EUR", 5]},
		{"id": "more", "kind": "test", "input": {"total": 5, "tax": 1}, "expect": []},
		{"id": "none", "kind": "test", "expect": []},
		{"id": "fails", "kind": "test", "input": {"total": -1}, "expect": []},
		{"id": "strange", "kind": "?", "input": {"total": 5}, "expect": []}
	]}`), func(in input, currency string) (any, error) {
		if in.Total < 0 {
			return nil, errors.New("negative")
		}
		return []any{currency, in.Total}, nil
	})
	require.NoError(t, err)
	assert.Empty(t, faults["good"])
	for id, fault := range map[string]string{
		"more": `unknown field "tax"`, "none": "input: EOF", "fails": "negative", "strange": `kind "?" is not known; known are [test]`,
	} {
		require.Len(t, faults[id], 1, id)
		assert.Contains(t, faults[id][0], fault, id)
	}
}
