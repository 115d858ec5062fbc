package escalation

import (
	"slices"
	"strconv"
)

// Op is how a leaf of a condition compares.
type Op string

// The operators. A missing fact makes each of them false, also the negative
// ones; only exists asks for it.
const (
	OpEq     Op = "eq"      // text, integer, number, flag
	OpNe     Op = "ne"      // the same
	OpLt     Op = "lt"      // integer, number
	OpLe     Op = "le"      // the same
	OpGt     Op = "gt"      // the same
	OpGe     Op = "ge"      // the same
	OpIn     Op = "in"      // text, integer, number: is one of the list
	OpNotIn  Op = "not_in"  // the same: is none of the list
	OpHas    Op = "has"     // list: holds the text
	OpHasAny Op = "has_any" // list: holds one of the texts
	OpHasAll Op = "has_all" // list: holds all of the texts
	OpExists Op = "exists"  // any: is known; with the value false: is not known
)

// Cond is a condition as data: exactly one of All, Any, Not and Field is
// given. An empty All is true, an empty Any false. A leaf compares the fact
// that Field names with Value; where the fact is missing it is false. So a Not
// over a leaf whose fact is missing is true: use exists where that matters.
type Cond struct {
	All   []Cond `json:"all,omitzero"`
	Any   []Cond `json:"any,omitzero"`
	Not   *Cond  `json:"not,omitempty"`
	Field string `json:"field,omitempty"`
	Op    Op     `json:"op,omitempty"`
	Value Value  `json:"value,omitzero"`
}

// IsZero reports whether nothing is given.
func (c Cond) IsZero() bool {
	return c.All == nil && c.Any == nil && c.Not == nil && c.Field == "" && c.Op == "" && c.Value.IsNone()
}

// clone copies what a caller might write to later.
func (c Cond) clone() Cond {
	if c.Not != nil {
		part := c.Not.clone()
		c.Not = &part
	}
	c.All, c.Any = cloneConds(c.All), cloneConds(c.Any)
	return c
}

// cloneConds copies a list; an empty one stays empty and not nil.
func cloneConds(all []Cond) []Cond {
	out := slices.Clone(all)
	for i := range out {
		out[i] = out[i].clone()
	}
	return out
}

// ParseCond reads a condition from JSON, strictly: every key that is unknown,
// given twice or written in another case is reported, as [Faults]. What the
// condition asks for is checked by [Schema.Compile].
func ParseCond(data []byte) (Cond, error) {
	var c Cond
	if err := decode(data, &c); err != nil {
		return Cond{}, err
	}
	return c, nil
}

// Leaf returns a condition on one field.
func Leaf(field string, op Op, v Value) Cond { return Cond{Field: field, Op: op, Value: v} }

// All returns a condition that is true where all parts are.
func All(parts ...Cond) Cond { return Cond{All: append([]Cond{}, parts...)} }

// Any returns a condition that is true where one part is.
func Any(parts ...Cond) Cond { return Cond{Any: append([]Cond{}, parts...)} }

// Not returns a condition that is true where the part is not.
func Not(part Cond) Cond { return Cond{Not: &part} }

// condCheck looks at a condition by itself and against a schema.
type condCheck struct {
	*check

	schema *Schema
	parts  int
}

// cond reports what is wrong with a condition.
func (c *condCheck) cond(path string, d Cond, depth int) {
	c.parts++
	if c.parts > maxParts || depth > maxDepth {
		if c.parts == maxParts+1 || depth == maxDepth+1 {
			c.fail(path, "", "makes the condition larger than "+strconv.Itoa(maxParts)+" parts, "+strconv.Itoa(maxDepth)+" deep")
		}
		return
	}
	given := 0
	for _, is := range []bool{d.All != nil, d.Any != nil, d.Not != nil, d.Field != "" || d.Op != "" || !d.Value.IsNone()} {
		if is {
			given++
		}
	}
	if given != 1 {
		c.fail(path, strconv.Itoa(given), "of all, any, not and field are given; exactly one must be")
		return
	}
	for i, part := range d.All {
		c.cond(path+".all["+strconv.Itoa(i)+"]", part, depth+1)
	}
	for i, part := range d.Any {
		c.cond(path+".any["+strconv.Itoa(i)+"]", part, depth+1)
	}
	switch {
	case d.Not != nil:
		c.cond(path+".not", *d.Not, depth+1)
	case d.All == nil && d.Any == nil:
		c.leaf(path, d)
	}
}

func (c *condCheck) leaf(path string, d Cond) {
	field, ok := c.schema.Field(d.Field)
	if !ok {
		c.fail(path+".field", d.Field, "is no field that is declared")
		return
	}
	want, ok := operand(field.Type, d.Op)
	if !ok {
		c.fail(path+".op", string(d.Op), "does not compare "+field.Type.noun())
		return
	}
	switch {
	case d.Op == OpExists:
		if v := d.Value; !v.IsNone() && v.kind != TypeFlag {
			c.fail(path+".value", v.String(), "is neither true nor false")
		}
	case want != TypeList:
		c.operand(path+".value", field, d.Value, want)
	case d.Value.kind != TypeList:
		c.fail(path+".value", d.Value.String(), "is not a list")
	case len(d.Value.list) == 0 || len(d.Value.list) > maxValues:
		c.fail(path+".value", d.Value.String(), "is not a list of 1 to "+strconv.Itoa(maxValues)+" values")
	default:
		one := field.Type
		if one == TypeList {
			one = TypeText
		}
		for i, v := range d.Value.list {
			c.operand(path+".value["+strconv.Itoa(i)+"]", field, v, one)
		}
	}
}

// operand checks one value that a field is compared with.
func (c *condCheck) operand(path string, field Field, v Value, want FieldType) {
	if v.IsNone() {
		c.fail(path, "null", "is missing")
		return
	}
	v, reason := v.as(want)
	switch {
	case reason != "":
		c.fail(path, v.String(), reason)
	case want != TypeText:
	case len(v.text) > maxNameLen:
		c.fail(path, v.text, "is longer than "+strconv.Itoa(maxNameLen)+" bytes")
	case len(field.Values) > 0 && !slices.Contains(field.Values, v.text):
		c.fail(path, v.text, "is no value that "+field.Name+" can have")
	}
}

// operand returns what type of value an operator compares a field with; a list
// stands for a list of the field's own values.
func operand(field FieldType, op Op) (FieldType, bool) {
	number := field == TypeInteger || field == TypeNumber
	switch op {
	case OpEq, OpNe:
		return field, field != TypeList
	case OpLt, OpLe, OpGt, OpGe:
		return field, number
	case OpIn, OpNotIn:
		return TypeList, number || field == TypeText
	case OpHas:
		return TypeText, field == TypeList
	case OpHasAny, OpHasAll:
		return TypeList, field == TypeList
	case OpExists:
		return TypeFlag, true
	default:
		return "", false
	}
}
