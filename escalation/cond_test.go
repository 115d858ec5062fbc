package escalation_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/escalation"
)

func schema(tb testing.TB, fields ...escalation.Field) *escalation.Schema {
	tb.Helper()
	s, err := escalation.NewSchema(fields...)
	require.NoError(tb, err)
	return s
}

// shop is the schema of most tests here.
func shop(tb testing.TB) *escalation.Schema {
	tb.Helper()
	return schema(tb,
		escalation.Field{Name: "contacts_7d", Type: escalation.TypeInteger},
		escalation.Field{Name: "status", Type: escalation.TypeText, Values: []string{"open", "pending", "closed"}},
		escalation.Field{Name: "signals", Type: escalation.TypeList},
		escalation.Field{Name: "sentiment", Type: escalation.TypeNumber},
		escalation.Field{Name: "vip", Type: escalation.TypeFlag},
	)
}

func cond(tb testing.TB, text string) escalation.Cond {
	tb.Helper()
	c, err := escalation.ParseCond([]byte(text))
	require.NoError(tb, err)
	return c
}

func compiled(tb testing.TB, s *escalation.Schema, text string) *escalation.Condition {
	tb.Helper()
	c, err := s.Compile(cond(tb, text))
	require.NoError(tb, err)
	return c
}

func facts(tb testing.TB, s *escalation.Schema, values map[string]any) escalation.Facts {
	tb.Helper()
	f, err := s.Bind(values)
	require.NoError(tb, err)
	return f
}

// reasonsOf returns path, value and reason of every fault.
func faultsOf(tb testing.TB, err error) map[string]string {
	tb.Helper()
	var all escalation.Faults
	require.ErrorAs(tb, err, &all)
	require.ErrorIs(tb, err, escalation.ErrInvalid)
	out := map[string]string{}
	for _, f := range all {
		out[f.Path] = f.Value + " " + f.Reason
	}
	require.Len(tb, out, len(all), "a path is reported once: %v", err)
	return out
}

func TestOperators(t *testing.T) {
	s := shop(t)
	f := map[string]any{"contacts_7d": 3, "status": "open", "signals": []string{"press", "legal"}, "sentiment": -0.5, "vip": false}
	for text, want := range map[string]bool{
		`{"field":"contacts_7d","op":"eq","value":3}`:                   true,
		`{"field":"contacts_7d","op":"eq","value":3.0}`:                 true,
		`{"field":"contacts_7d","op":"ne","value":3}`:                   false,
		`{"field":"contacts_7d","op":"lt","value":3}`:                   false,
		`{"field":"contacts_7d","op":"le","value":3}`:                   true,
		`{"field":"contacts_7d","op":"gt","value":2}`:                   true,
		`{"field":"contacts_7d","op":"gt","value":3}`:                   false,
		`{"field":"contacts_7d","op":"ge","value":4}`:                   false,
		`{"field":"contacts_7d","op":"in","value":[5,3]}`:               true,
		`{"field":"contacts_7d","op":"not_in","value":[5,3]}`:           false,
		`{"field":"status","op":"eq","value":"open"}`:                   true,
		`{"field":"status","op":"ne","value":"open"}`:                   false,
		`{"field":"status","op":"in","value":["pending","open"]}`:       true,
		`{"field":"status","op":"not_in","value":["pending","closed"]}`: true,
		`{"field":"signals","op":"has","value":"legal"}`:                true,
		`{"field":"signals","op":"has","value":"leg"}`:                  false,
		`{"field":"signals","op":"has_any","value":["fraud","press"]}`:  true,
		`{"field":"signals","op":"has_all","value":["fraud","press"]}`:  false,
		`{"field":"signals","op":"has_all","value":["legal","press"]}`:  true,
		`{"field":"sentiment","op":"lt","value":0}`:                     true,
		`{"field":"sentiment","op":"lt","value":-0.5}`:                  false,
		`{"field":"sentiment","op":"eq","value":-0.5}`:                  true,
		`{"field":"sentiment","op":"in","value":[0,-0.5]}`:              true,
		`{"field":"vip","op":"eq","value":false}`:                       true,
		`{"field":"vip","op":"ne","value":false}`:                       false,
		`{"field":"vip","op":"exists"}`:                                 true,
		`{"field":"vip","op":"exists","value":false}`:                   false,
		`{}`:         true,
		`{"all":[]}`: true,
		`{"any":[]}`: false,
		`{"any":[{"all":[]},{"field":"vip","op":"exists"}]}`:          true,
		`{"not":{"all":[{"any":[]},{"field":"vip","op":"exists"}]}}`:  true,
		`{"not":{"not":{"field":"status","op":"eq","value":"open"}}}`: true,
		`{"all":[{"not":{"field":"vip","op":"eq","value":true}},{"any":[{"field":"status","op":"eq","value":"closed"},{"field":"contacts_7d","op":"ge","value":3}]}]}`: true,
	} {
		assert.Equal(t, want, compiled(t, s, text).Match(facts(t, s, f)), text)
	}
}

// A fact that is missing answers no question but whether it is there.
func TestMissingIsNoMatch(t *testing.T) {
	s := shop(t)
	for text, want := range map[string]bool{
		`{"field":"contacts_7d","op":"ne","value":3}`:         false,
		`{"field":"contacts_7d","op":"lt","value":3}`:         false,
		`{"field":"status","op":"not_in","value":["open"]}`:   false,
		`{"field":"signals","op":"has_all","value":["a"]}`:    false,
		`{"field":"sentiment","op":"ge","value":-1}`:          false,
		`{"field":"vip","op":"eq","value":false}`:             false,
		`{"field":"vip","op":"exists"}`:                       false,
		`{"field":"vip","op":"exists","value":true}`:          false,
		`{"field":"vip","op":"exists","value":false}`:         true,
		`{"not":{"field":"vip","op":"eq","value":true}}`:      true,
		`{"not":{"field":"vip","op":"exists","value":false}}`: false,
	} {
		assert.Equal(t, want, compiled(t, s, text).Match(s.NewFacts()), text)
	}
}

func TestCompileReportsEveryFault(t *testing.T) {
	s := shop(t)
	_, err := s.Compile(cond(t, `{"all":[
		{"field":"wip","op":"eq","value":true},
		{"field":"vip","op":"ge","value":true},
		{"field":"vip","op":"eq"},
		{"field":"contacts_7d","op":"ge","value":"3"},
		{"field":"contacts_7d","op":"ge","value":2.5},
		{"field":"status","op":"eq","value":"opne"},
		{"field":"status","op":"in","value":"open"},
		{"field":"status","op":"in","value":[]},
		{"field":"status","op":"in","value":["open",3]},
		{"field":"signals","op":"eq","value":"press"},
		{"field":"status","op":"like","value":"o%"},
		{"field":"vip","op":"exists","value":"yes"},
		{},
		{"any":[],"not":{"all":[]}},
		{"not":{"field":"vip"}}
	]}`))
	found := faultsOf(t, err)
	for path, want := range map[string]string{
		"cond.all[0].field":    "wip is no field that is declared",
		"cond.all[1].op":       "ge does not compare true or false",
		"cond.all[2].value":    "null is missing",
		"cond.all[3].value":    `"3" is a text where an integer is expected`,
		"cond.all[4].value":    "2.5 is not an integer of 64 bits",
		"cond.all[5].value":    "opne is no value that status can have",
		"cond.all[6].value":    `"open" is not a list`,
		"cond.all[7].value":    "[] is not a list of 1 to 256 values",
		"cond.all[8].value[1]": "3 is an integer where a text is expected",
		"cond.all[9].op":       "eq does not compare a list",
		"cond.all[10].op":      "like does not compare a text",
		"cond.all[11].value":   `"yes" is neither true nor false`,
		"cond.all[12]":         "0 of all, any, not and field are given; exactly one must be",
		"cond.all[13]":         "2 of all, any, not and field are given; exactly one must be",
		"cond.all[14].not.op":  " does not compare true or false",
	} {
		assert.Equal(t, want, found[path], path)
	}
	assert.Len(t, found, 15)
}

// Whatever numbers a host has, they are the same numbers here.
func TestValues(t *testing.T) {
	s := shop(t)
	for _, n := range []any{int(3), int8(3), int16(3), int32(3), int64(3), uint(3), uint8(3), uint16(3), uint32(3), uint64(3), float32(3), float64(3), json.Number("3"), escalation.Integer(3)} {
		f := facts(t, s, map[string]any{"contacts_7d": n, "sentiment": n})
		assert.Equal(t, escalation.Integer(3), f.Get("contacts_7d"), "%T", n)
		assert.Equal(t, escalation.Number(3), f.Get("sentiment"), "%T", n)
	}
	for _, v := range []any{[]any{[]any{"a"}}, []any{nil}, []any{struct{}{}}, json.Number("99999999999999999999"), json.Number("1e999"), math.NaN(), 2.5} {
		_, err := s.Bind(map[string]any{"contacts_7d": v})
		require.ErrorIs(t, err, escalation.ErrInvalid, "%v", v)
	}
	_, err := s.Bind(map[string]any{"contacts_7d": nil})
	require.NoError(t, err)
	assert.Equal(t, escalation.TypeList, escalation.Texts("a").Type())
	assert.Equal(t, []escalation.Value{escalation.Text("a")}, escalation.Texts("a").Elements())
	assert.Len(t, s.Fields(), 5)
	assert.Equal(t, escalation.TypeFlag, s.Fields()[4].Type)
	c := compiled(t, s, fiveParts)
	assert.Len(t, c.Source().All, 5)
	var v escalation.Value
	require.ErrorIs(t, json.Unmarshal([]byte(`{"a":1}`), &v), escalation.ErrInvalid)
	require.NoError(t, json.Unmarshal([]byte(`[]`), &v))
	text, err := json.Marshal(v)
	require.NoError(t, err)
	assert.Equal(t, "[]", string(text))
}

// What is read from JSON is what is written there, and nothing else.
func TestCondJSON(t *testing.T) {
	text := `{"all":[{"any":[]},{"not":{"field":"vip","op":"eq","value":true}},` +
		`{"field":"status","op":"in","value":["open","pending"]},{"field":"sentiment","op":"lt","value":-0.25},` +
		`{"field":"contacts_7d","op":"ge","value":9007199254740993}]}`
	c := cond(t, text)
	out, err := json.Marshal(c)
	require.NoError(t, err)
	assert.Equal(t, text, string(out))

	_, err = escalation.ParseCond([]byte(`{"all":[{"Field":"vip","op":"eq","op":"ne","value":{"a":1}},{"filed":"x"}]}`))
	found := faultsOf(t, err)
	assert.Contains(t, found, "all[0].Field")
	assert.Contains(t, found, "all[0].op")
	assert.Contains(t, found, "all[0].value")
	assert.Contains(t, found, "all[1].filed")
}

func TestHostileConditions(t *testing.T) {
	s := shop(t)
	deep := escalation.Leaf("vip", escalation.OpExists, escalation.Value{})
	for range 1000 {
		deep = escalation.Not(deep)
	}
	_, err := s.Compile(deep)
	require.ErrorIs(t, err, escalation.ErrInvalid)
	assert.Contains(t, err.Error(), "16 deep")

	_, err = s.Compile(escalation.All(slices.Repeat([]escalation.Cond{{Field: "vip", Op: "exists"}}, 100_000)...))
	require.ErrorIs(t, err, escalation.ErrInvalid)
	assert.Contains(t, err.Error(), "256 parts")

	_, err = s.Compile(escalation.Leaf("contacts_7d", escalation.OpIn, escalation.List(slices.Repeat([]escalation.Value{escalation.Integer(1)}, 257)...)))
	require.ErrorIs(t, err, escalation.ErrInvalid)
	_, err = s.Compile(escalation.Leaf("sentiment", escalation.OpLt, escalation.Number(math.NaN())))
	require.ErrorIs(t, err, escalation.ErrInvalid)
	_, err = escalation.ParseCond([]byte(`{"field":"x","op":"eq","value":1e999}`))
	require.ErrorIs(t, err, escalation.ErrInvalid)
	_, err = escalation.ParseCond([]byte(strings.Repeat(`{"not":`, 10_000)))
	require.ErrorIs(t, err, escalation.ErrInvalid)
}

func TestSchemaReportsEveryFault(t *testing.T) {
	_, err := escalation.NewSchema(
		escalation.Field{Name: "a", Type: escalation.TypeFlag},
		escalation.Field{Name: "a", Type: escalation.TypeFlag},
		escalation.Field{Name: "a|b", Type: escalation.TypeText},
		escalation.Field{Name: "c", Type: "date"},
		escalation.Field{Name: "d", Type: escalation.TypeFlag, Values: []string{"yes"}},
	)
	found := faultsOf(t, err)
	assert.Len(t, found, 4)
	for _, path := range []string{"fields[1].name", "fields[2].name", "fields[3].type", "fields[4].values"} {
		assert.Contains(t, found, path)
	}
	_, err = escalation.NewSchema(make([]escalation.Field, 513)...)
	require.ErrorIs(t, err, escalation.ErrInvalid)
}

// A host's value of another type is missing and reported; the others stand,
// and what no policy asks for is passed over.
func TestBind(t *testing.T) {
	s := shop(t)
	f, err := s.Bind(map[string]any{
		"contacts_7d": uint64(math.MaxUint64), "status": 7, "signals": []any{"a", 1}, "vip": true,
		"sentiment": math.Inf(1), "weather": struct{}{},
	})
	found := faultsOf(t, err)
	assert.Len(t, found, 4)
	assert.NotContains(t, found, "weather")
	assert.True(t, f.Get("status").IsNone())
	assert.Equal(t, escalation.Flag(true), f.Get("vip"))

	require.NoError(t, f.Set("status", escalation.Text("open")))
	assert.Equal(t, escalation.Text("open"), f.Get("status"))
	require.NoError(t, f.Set("status", escalation.Value{}))
	assert.True(t, f.Get("status").IsNone())
	require.ErrorIs(t, f.Set("weather", escalation.Flag(true)), escalation.ErrInvalid)
	require.ErrorIs(t, f.Set("vip", escalation.Integer(1)), escalation.ErrInvalid)
	require.ErrorIs(t, escalation.Facts{}.Set("vip", escalation.Flag(true)), escalation.ErrInvalid)
}

// Facts of another schema are found by name.
func TestFactsOfAnotherSchema(t *testing.T) {
	s := shop(t)
	other := schema(t, escalation.Field{Name: "vip", Type: escalation.TypeFlag}, escalation.Field{Name: "status", Type: escalation.TypeInteger})
	f := facts(t, other, map[string]any{"vip": true, "status": 3})
	assert.True(t, compiled(t, s, `{"field":"vip","op":"eq","value":true}`).Match(f))
	assert.False(t, compiled(t, s, `{"field":"status","op":"exists"}`).Match(f))
	assert.False(t, compiled(t, s, `{"field":"vip","op":"exists"}`).Match(escalation.Facts{}))
}

func TestWhy(t *testing.T) {
	s := shop(t)
	c := compiled(t, s, `{"all":[
		{"any":[{"field":"signals","op":"has","value":"legal"},{"field":"contacts_7d","op":"ge","value":3}]},
		{"not":{"field":"vip","op":"eq","value":true}}]}`)
	f := facts(t, s, map[string]any{"contacts_7d": 4, "signals": []string{}})
	paths := func(all []escalation.CondTrace) []string {
		var out []string
		for _, t := range all {
			out = append(out, t.Path)
		}
		return out
	}
	assert.Equal(t, []string{"all[0].any[1]", "all[1].not"}, paths(c.Why(f)))
	assert.Nil(t, c.WhyNot(f))
	assert.Equal(t, "contacts_7d ist 4, gefragt ist: mindestens 3", c.Why(f)[0].Text().DE)
	assert.Equal(t, "vip is not known, asked is: equal to true", c.Why(f)[1].Text().EN)

	require.NoError(t, f.Set("contacts_7d", escalation.Integer(2)))
	assert.Nil(t, c.Why(f))
	assert.Equal(t, []string{"all[0].any[0]", "all[0].any[1]"}, paths(c.WhyNot(f)))
}

// oracle is a second, slow reading of the semantics: a tree over a map.
func oracle(c escalation.Cond, facts map[string]escalation.Value) bool {
	switch {
	case c.All != nil:
		return !slices.ContainsFunc(c.All, func(p escalation.Cond) bool { return !oracle(p, facts) })
	case c.Any != nil:
		return slices.ContainsFunc(c.Any, func(p escalation.Cond) bool { return oracle(p, facts) })
	case c.Not != nil:
		return !oracle(*c.Not, facts)
	}
	fact, known := facts[c.Field]
	if c.Op == escalation.OpExists {
		return known != c.Value.Equal(escalation.Flag(false))
	}
	if !known {
		return false
	}
	number := func(v escalation.Value) float64 {
		var f float64
		_ = json.Unmarshal([]byte(v.String()), &f)
		return f
	}
	list := func(v escalation.Value) []string {
		var all []any
		_ = json.Unmarshal([]byte(v.String()), &all)
		out := make([]string, len(all))
		for i, e := range all {
			b, _ := json.Marshal(e)
			out[i] = string(b)
		}
		return out
	}
	switch c.Op {
	case escalation.OpEq:
		return fact.Equal(c.Value)
	case escalation.OpNe:
		return !fact.Equal(c.Value)
	case escalation.OpLt:
		return number(fact) < number(c.Value)
	case escalation.OpLe:
		return number(fact) <= number(c.Value)
	case escalation.OpGt:
		return number(fact) > number(c.Value)
	case escalation.OpGe:
		return number(fact) >= number(c.Value)
	case escalation.OpIn:
		return slices.Contains(list(c.Value), fact.String())
	case escalation.OpNotIn:
		return !slices.Contains(list(c.Value), fact.String())
	case escalation.OpHas:
		return slices.Contains(list(fact), c.Value.String())
	case escalation.OpHasAny:
		return slices.ContainsFunc(list(c.Value), func(s string) bool { return slices.Contains(list(fact), s) })
	case escalation.OpHasAll:
		return !slices.ContainsFunc(list(c.Value), func(s string) bool { return !slices.Contains(list(fact), s) })
	case escalation.OpExists: // seen to above
	}
	panic("no such operator: " + c.Op)
}

// drawLeaf draws a leaf that is right for the schema of the tests.
func drawLeaf(t *rapid.T) escalation.Cond {
	small := rapid.Int64Range(-1, 2)
	text := rapid.SampledFrom([]string{"open", "pending", "closed"})
	words := rapid.SampledFrom([]string{"a", "b", "c"})
	type leaf = escalation.Cond
	op := func(ops ...escalation.Op) escalation.Op { return rapid.SampledFrom(ops).Draw(t, "op") }
	texts := func(g *rapid.Generator[string], n int) escalation.Value {
		return escalation.Texts(rapid.SliceOfN(g, 1, n).Draw(t, "texts")...)
	}
	switch rapid.IntRange(0, 8).Draw(t, "leaf") {
	case 0:
		return leaf{Field: "contacts_7d", Op: op("eq", "ne", "lt", "le", "gt", "ge"), Value: escalation.Integer(small.Draw(t, "n"))}
	case 1:
		return leaf{Field: "contacts_7d", Op: op("in", "not_in"), Value: escalation.List(escalation.Integer(small.Draw(t, "n")), escalation.Integer(small.Draw(t, "n")))}
	case 2:
		return leaf{Field: "sentiment", Op: op("eq", "ne", "lt", "le", "gt", "ge"), Value: escalation.Number(float64(small.Draw(t, "n")) / 2)}
	case 3:
		return leaf{Field: "status", Op: op("eq", "ne"), Value: escalation.Text(text.Draw(t, "text"))}
	case 4:
		return leaf{Field: "status", Op: op("in", "not_in"), Value: texts(text, 12)}
	case 5:
		return leaf{Field: "signals", Op: "has", Value: escalation.Text(words.Draw(t, "word"))}
	case 6:
		return leaf{Field: "signals", Op: op("has_any", "has_all"), Value: texts(words, 12)}
	case 7:
		return leaf{Field: "vip", Op: op("eq", "ne"), Value: escalation.Flag(rapid.Bool().Draw(t, "flag"))}
	default:
		field := rapid.SampledFrom([]string{"vip", "status", "signals", "sentiment", "contacts_7d"}).Draw(t, "field")
		return leaf{Field: field, Op: "exists", Value: rapid.SampledFrom([]escalation.Value{{}, escalation.Flag(true), escalation.Flag(false)}).Draw(t, "v")}
	}
}

func drawCond(t *rapid.T, depth int) escalation.Cond {
	kind := rapid.IntRange(0, 4).Draw(t, "kind")
	if depth == 0 || kind >= 3 {
		return drawLeaf(t)
	}
	if kind == 0 {
		return escalation.Not(drawCond(t, depth-1))
	}
	parts := []escalation.Cond{}
	for range rapid.IntRange(0, 3).Draw(t, "parts") {
		parts = append(parts, drawCond(t, depth-1))
	}
	if kind == 1 {
		return escalation.All(parts...)
	}
	return escalation.Any(parts...)
}

func drawFacts(t *rapid.T) map[string]escalation.Value {
	out := map[string]escalation.Value{}
	have := func() bool { return rapid.IntRange(0, 3).Draw(t, "known") > 0 }
	if have() {
		out["contacts_7d"] = escalation.Integer(rapid.Int64Range(-1, 2).Draw(t, "contacts"))
	}
	if have() {
		out["status"] = escalation.Text(rapid.SampledFrom([]string{"open", "pending", "closed"}).Draw(t, "status"))
	}
	if have() {
		out["signals"] = escalation.Texts(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 3).Draw(t, "signals")...)
	}
	if have() {
		out["sentiment"] = escalation.Number(float64(rapid.IntRange(-2, 2).Draw(t, "sentiment")) / 2)
	}
	if have() {
		out["vip"] = escalation.Flag(rapid.Bool().Draw(t, "vip"))
	}
	return out
}

// The compiled condition, its trace and the reasons it gives agree with the
// slow reading of the same data, and so does what comes back from JSON.
func TestConditionsAgreeWithTheOracle(t *testing.T) {
	s := shop(t)
	rapid.Check(t, func(t *rapid.T) {
		d, known := drawCond(t, 4), drawFacts(t)
		c, err := s.Compile(d)
		if err != nil {
			t.Fatal(err)
		}
		f := s.NewFacts()
		for name, v := range known {
			if err := f.Set(name, v); err != nil {
				t.Fatal(err)
			}
		}
		want := oracle(d, known)
		if got := c.Match(f); got != want {
			t.Fatalf("Match %v, want %v", got, want)
		}
		if tr := c.Trace(f); tr.Holds != want {
			t.Fatalf("Trace %v, want %v", tr.Holds, want)
		}
		why, whyNot := c.Why(f), c.WhyNot(f)
		if want && whyNot != nil || !want && why != nil {
			t.Fatalf("holds %v, why %v, why not %v", want, why, whyNot)
		}
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		again, err := escalation.ParseCond(text)
		if err != nil {
			t.Fatal(err)
		}
		read, err := s.Compile(again)
		if err != nil {
			t.Fatal(err)
		}
		if got := read.Match(f); got != want {
			t.Fatalf("after JSON %v, want %v: %s", got, want, text)
		}
	})
}

// fiveParts is the condition of the benchmark: an all of five leaves, of which
// all hold, so that none is left out.
const fiveParts = `{"all":[
	{"field":"contacts_7d","op":"ge","value":3},
	{"field":"status","op":"in","value":["open","pending"]},
	{"field":"signals","op":"has","value":"legal"},
	{"not":{"field":"vip","op":"eq","value":true}},
	{"any":[{"field":"sentiment","op":"lt","value":-0.2}]}]}`

func fiveFacts(tb testing.TB, s *escalation.Schema) escalation.Facts {
	tb.Helper()
	return facts(tb, s, map[string]any{
		"contacts_7d": 4, "status": "pending", "signals": []string{"angry", "legal"}, "vip": false, "sentiment": -0.6,
	})
}

func TestMatchDoesNotAllocate(t *testing.T) {
	s := shop(t)
	c, f := compiled(t, s, fiveParts), fiveFacts(t, s)
	require.True(t, c.Match(f))
	assert.Zero(t, testing.AllocsPerRun(100, func() { c.Match(f) }))
}

func BenchmarkMatchFiveParts(b *testing.B) {
	s := shop(b)
	c, f := compiled(b, s, fiveParts), fiveFacts(b, s)
	b.ReportAllocs()
	for b.Loop() {
		if !c.Match(f) {
			b.Fatal("no match")
		}
	}
}
