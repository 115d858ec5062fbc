package strictjson_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/internal/strictjson"
)

type level string

func (l *level) UnmarshalText(text []byte) error {
	if string(text) == "bad" {
		return errors.New("no such level")
	}
	*l = level(text)
	return nil
}

type own struct {
	raw string `json:"-"`
}

func (o *own) UnmarshalJSON(data []byte) error {
	o.raw = string(data)
	if strings.Contains(o.raw, "strict") {
		return strictjson.Unmarshal(data, &struct {
			A int `json:"a"`
		}{})
	}
	return nil
}

type base struct {
	ID string `json:"id"`
}

type item struct {
	N     int8           `json:"n"`
	Level level          `json:"level"`
	Next  *item          `json:"next"`
	Attrs map[string]any `json:"attrs"`
}

type doc struct {
	base
	Name   string           `json:"name,omitempty"`
	Plain  bool             `json:"Plain"`
	Items  []item           `json:"items"`
	Pair   [2]float64       `json:"pair"`
	Raw    json.RawMessage  `json:"raw"`
	Own    own              `json:"own"`
	Bytes  []byte           `json:"bytes"`
	Levels map[string]level `json:"Levels"`
	U      uint8            `json:"u"`
	Hidden int              `json:"-"`
	lower  int
}

func TestUnmarshal(t *testing.T) {
	const in = `{"id":"x","name":"y","Plain":true,"items":[{"n":-5,"level":"high","next":{"n":1,"attrs":{"A":1,"a":[{"q":null}]}}},null],
		"pair":[1.5,2e3],"raw":{"a":[1,2]},"own":{"any":1},"bytes":"AAE=","Levels":{"a":"b"},"u":255}`
	var strict, loose doc
	require.NoError(t, strictjson.Unmarshal([]byte(in), &strict))
	require.NoError(t, json.Unmarshal([]byte(in), &loose))
	assert.Equal(t, loose, strict)
	assert.Equal(t, "x", strict.ID)
	assert.Zero(t, strict.lower)

	var list []int
	require.NoError(t, strictjson.Unmarshal([]byte(" [1,2] \n"), &list))
	assert.Equal(t, []int{1, 2}, list)
	var anything any
	require.NoError(t, strictjson.Unmarshal([]byte(`{"a":{"B":1,"b":2}}`), &anything))
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		in    string
		wants []string // path, code
	}{
		{``, []string{"", "syntax"}},
		{`{`, []string{"", "syntax"}},
		{`{"name":"a"`, []string{"", "syntax"}},
		{`{"items":[{]}`, []string{"items[0]", "syntax"}},
		{`{} {}`, []string{"", "syntax"}},
		{"{\"name\":\"\xff\"}", []string{"", "encoding"}},
		{`[]`, []string{"", "type"}},
		{`"x"`, []string{"", "type"}},
		{`{"nme":1}`, []string{"nme", "unknown"}},
		{`{"Name":"x"}`, []string{"Name", "case"}},
		{`{"plain":true}`, []string{"plain", "case"}},
		{`{"ID":"x"}`, []string{"ID", "case"}},
		{`{"Hidden":1}`, []string{"Hidden", "unknown"}},
		{`{"lower":1}`, []string{"lower", "unknown"}},
		{`{"base":{}}`, []string{"base", "unknown"}},
		{`{"name":"a","name":"b"}`, []string{"name", "duplicate"}},
		{`{"items":[{"n":300}]}`, []string{"items[0].n", "type"}},
		{`{"items":[{"n":1.5}]}`, []string{"items[0].n", "type"}},
		{`{"items":[{"n":"1"}]}`, []string{"items[0].n", "type"}},
		{`{"items":{"n":1}}`, []string{"items", "type"}},
		{`{"name":[1]}`, []string{"name", "type"}},
		{`{"Plain":1}`, []string{"Plain", "type"}},
		{`{"u":-1}`, []string{"u", "type"}},
		{`{"pair":["a",1]}`, []string{"pair[0]", "type"}},
		{`{"items":[{"level":"bad"}]}`, []string{"items[0].level", "value"}},
		{`{"items":[{"level":7}]}`, []string{"items[0].level", "type"}},
		{`{"Levels":{"a":"bad"}}`, []string{"Levels.a", "value"}},
		{`{"items":[{"attrs":{"a":{"b":1,"b":2}}}]}`, []string{"items[0].attrs.a.b", "duplicate"}},
		{`{"raw":{"a":1,"a":2}}`, []string{"raw.a", "duplicate"}},
		{`{"own":{"strict":1,"a":"x"}}`, []string{"own.strict", "unknown", "own.a", "type"}},
		{`{"a.b":1}`, []string{`"a.b"`, "unknown"}},
		{`{"":1}`, []string{`""`, "unknown"}},
		{`{"raw":{"a\nb":1,"a\nb":2}}`, []string{`raw."a\nb"`, "duplicate"}},
		{`{"items":[{"n":1},{"next":{"next":{"m":1}}}],"x":0}`, []string{"items[1].next.next.m", "unknown", "x", "unknown"}},
	} {
		got := doc{Name: "before"}
		err := strictjson.Unmarshal([]byte(c.in), &got)
		var es strictjson.Errors
		require.ErrorAs(t, err, &es, c.in)
		var found []string
		for _, e := range es {
			found = append(found, e.Path, string(e.Code))
			assert.NotEmpty(t, e.Detail)
			assert.LessOrEqual(t, e.Offset, int64(len(c.in)))
		}
		assert.Equal(t, c.wants, found, c.in)
		assert.Equal(t, doc{Name: "before"}, got, "nothing is filled: %s", c.in)
	}
}

func TestErrorText(t *testing.T) {
	err := strictjson.Unmarshal([]byte(`{"items":[{"level":"bad"}],"nme":1}`), &doc{})
	assert.EqualError(t, err, "json: items[0].level: bad is refused: no such level\njson: nme: nme is not a known key")
	var e *strictjson.Error
	require.ErrorAs(t, err, &e)
	assert.EqualError(t, errors.Unwrap(e), "no such level")
	require.Error(t, strictjson.Unmarshal([]byte(`{}`), nil))
	require.Error(t, strictjson.Unmarshal([]byte(`{}`), doc{}))
}

func TestLimits(t *testing.T) {
	deep := strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)
	var es strictjson.Errors
	var v any
	require.ErrorAs(t, strictjson.Unmarshal([]byte(deep), &v), &es)
	assert.Equal(t, strictjson.Depth, es[0].Code)
	long := `{"` + strings.Repeat("k", 1<<20) + `":1}`
	require.ErrorAs(t, strictjson.Unmarshal([]byte(long), &doc{}), &es)
	assert.Less(t, len(es.Error()), 200)
	many := `{` + strings.Repeat(`"x":1,`, 10_000) + `"x":1}`
	require.ErrorAs(t, strictjson.Unmarshal([]byte(many), &doc{}), &es)
	assert.LessOrEqual(t, len(es), 100)
}

// FuzzUnmarshal holds that what is let in is what encoding/json reads, and
// that nothing else is wrong with it.
func FuzzUnmarshal(f *testing.F) {
	f.Add(`{"id":"x","items":[{"n":1,"level":"a","attrs":{"b":[1,"c",null,true]}}],"pair":[1,2],"raw":{"a":1},"Levels":{"a":"b"}}`)
	f.Add(`{"a":1,"a":2}`)
	f.Fuzz(func(t *testing.T, in string) {
		var strict, loose doc
		if err := strictjson.Unmarshal([]byte(in), &strict); err != nil {
			var es strictjson.Errors
			require.ErrorAs(t, err, &es)
			return
		}
		require.NoError(t, json.Unmarshal([]byte(in), &loose))
		require.Equal(t, loose, strict)
		out, err := json.Marshal(strict)
		require.NoError(t, err)
		var again doc
		require.NoError(t, json.Unmarshal(out, &again))
	})
}
