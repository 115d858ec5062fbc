package escalation

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
)

// FieldType is what the values of a field are.
type FieldType string

// The types of field.
const (
	TypeText    FieldType = "text"
	TypeInteger FieldType = "integer" // 64 bits: counts, cents, minutes
	TypeNumber  FieldType = "number"  // a finite float: scores, shares
	TypeFlag    FieldType = "flag"
	TypeList    FieldType = "list" // of texts, as tags are
)

func (t FieldType) valid() bool {
	switch t {
	case TypeText, TypeInteger, TypeNumber, TypeFlag, TypeList:
		return true
	default:
		return false
	}
}

// Value is a value of a [Cond] or of a fact: a text, an integer, a number, a
// flag, or a list of these. The zero value is none. In JSON it is what it
// looks like: "open", 3, 0.5, true, ["open", "new"], and null for none. It is
// immutable.
type Value struct {
	kind FieldType // empty: none
	text string
	n    int64 // an integer; a flag as 0 or 1
	f    float64
	list []Value
}

// Text returns a text as a value.
func Text(s string) Value { return Value{kind: TypeText, text: s} }

// Integer returns an integer as a value.
func Integer(n int64) Value { return Value{kind: TypeInteger, n: n} }

// Number returns a number as a value; NaN and the infinities are none.
func Number(f float64) Value {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Value{}
	}
	return Value{kind: TypeNumber, f: f}
}

// Flag returns a flag as a value.
func Flag(b bool) Value {
	v := Value{kind: TypeFlag}
	if b {
		v.n = 1
	}
	return v
}

// Texts returns a list of texts as a value.
func Texts(all ...string) Value {
	v := Value{kind: TypeList, list: make([]Value, len(all))}
	for i, s := range all {
		v.list[i] = Text(s)
	}
	return v
}

// List returns a list of values as a value.
func List(all ...Value) Value { return Value{kind: TypeList, list: slices.Clone(all)} }

// IsNone reports whether there is no value.
func (v Value) IsNone() bool { return v.kind == "" }

// IsZero reports the same; JSON leaves the value out then.
func (v Value) IsZero() bool { return v.IsNone() }

// Type returns the type of the value, empty for none.
func (v Value) Type() FieldType { return v.kind }

// Elements returns the values of a list; nil for any other value.
func (v Value) Elements() []Value { return slices.Clone(v.list) }

// String writes the value as JSON does.
func (v Value) String() string {
	switch v.kind {
	case TypeText:
		return strconv.Quote(v.text)
	case TypeInteger:
		return strconv.FormatInt(v.n, 10)
	case TypeNumber:
		return strconv.FormatFloat(v.f, 'g', -1, 64)
	case TypeFlag:
		return strconv.FormatBool(v.n == 1)
	case TypeList:
		parts := make([]string, len(v.list))
		for i, e := range v.list {
			parts[i] = e.String()
		}
		return "[" + strings.Join(parts, ", ") + "]"
	default:
		return "null"
	}
}

// Equal reports whether two values are the same, of the same type.
func (v Value) Equal(w Value) bool {
	return v.kind == w.kind && v.text == w.text && v.n == w.n && v.f == w.f &&
		slices.EqualFunc(v.list, w.list, Value.Equal)
}

// MarshalJSON writes the value.
func (v Value) MarshalJSON() ([]byte, error) {
	switch v.kind {
	case TypeText:
		return json.Marshal(v.text)
	case TypeNumber:
		return json.Marshal(v.f)
	case TypeList:
		if v.list == nil {
			return []byte("[]"), nil
		}
		return json.Marshal(v.list)
	case TypeInteger, TypeFlag:
	}
	return []byte(v.String()), nil
}

// UnmarshalJSON reads what [Value.MarshalJSON] writes. A number without
// fraction and exponent is an integer. Objects, lists in lists and numbers out
// of range are a [*Fault].
func (v *Value) UnmarshalJSON(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var raw any
	if err := d.Decode(&raw); err != nil {
		return err
	}
	got, reason := toValue(raw)
	if reason != "" {
		return &Fault{Value: short(string(data)), Reason: reason}
	}
	*v = got
	return nil
}

// toValue turns what a host or a JSON decoder has into a value, or says why
// it is none. nil is none.
func toValue(raw any) (Value, string) {
	switch x := raw.(type) {
	case nil:
		return Value{}, ""
	case Value:
		return x, ""
	case string:
		return Text(x), ""
	case bool:
		return Flag(x), ""
	case json.Number:
		return parseNumber(x.String())
	case []string:
		return Texts(x...), ""
	case []any:
		return toList(x)
	default:
		return toNumber(raw)
	}
}

func toNumber(raw any) (Value, string) {
	switch x := raw.(type) {
	case int:
		return Integer(int64(x)), ""
	case int8:
		return Integer(int64(x)), ""
	case int16:
		return Integer(int64(x)), ""
	case int32:
		return Integer(int64(x)), ""
	case int64:
		return Integer(x), ""
	case uint8:
		return Integer(int64(x)), ""
	case uint16:
		return Integer(int64(x)), ""
	case uint32:
		return Integer(int64(x)), ""
	case uint:
		return parseNumber(strconv.FormatUint(uint64(x), 10))
	case uint64:
		return parseNumber(strconv.FormatUint(x, 10))
	case float32:
		return finite(float64(x))
	case float64:
		return finite(x)
	default:
		return Value{}, "is neither a text, a number, a flag nor a list of these"
	}
}

func parseNumber(s string) (Value, string) {
	if !strings.ContainsAny(s, ".eE") {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return Value{}, "is an integer of more than 64 bits"
		}
		return Integer(n), ""
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return Value{}, "is not a finite number"
	}
	return finite(f)
}

func finite(f float64) (Value, string) {
	v := Number(f)
	if v.IsNone() {
		return v, "is not a finite number"
	}
	return v, ""
}

func toList(all []any) (Value, string) {
	v := Value{kind: TypeList, list: make([]Value, len(all))}
	for i, raw := range all {
		e, reason := toValue(raw)
		switch {
		case reason != "":
			return Value{}, "holds what " + reason
		case e.kind == TypeList || e.IsNone():
			return Value{}, "holds a list or nothing"
		}
		v.list[i] = e
	}
	return v, ""
}

// as returns the value as one of a field's type, or says why it cannot be.
// An integer is a number too, and a number without a fraction an integer.
func (v Value) as(t FieldType) (Value, string) {
	switch {
	case v.kind == t && t != TypeList, v.IsNone():
		return v, ""
	case v.kind == TypeInteger && t == TypeNumber:
		return Number(float64(v.n)), ""
	case v.kind == TypeNumber && t == TypeInteger:
		if v.f != math.Trunc(v.f) || math.Abs(v.f) >= 1<<63 {
			return v, "is not an integer of 64 bits"
		}
		return Integer(int64(v.f)), ""
	case v.kind == TypeList && t == TypeList:
		if slices.ContainsFunc(v.list, func(e Value) bool { return e.kind != TypeText }) {
			return v, "is not a list of texts"
		}
		return v, ""
	default:
		return v, "is " + v.kind.noun() + " where " + t.noun() + " is expected"
	}
}

func (t FieldType) noun() string {
	switch t {
	case TypeText:
		return "a text"
	case TypeInteger:
		return "an integer"
	case TypeNumber:
		return "a number"
	case TypeFlag:
		return "true or false"
	case TypeList:
		return "a list"
	default:
		return "nothing"
	}
}
