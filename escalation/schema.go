package escalation

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Limits of what is data from outside.
const (
	maxFields  = 512
	maxNameLen = 64  // bytes of a field, an id, a text in a condition
	maxValues  = 256 // in one list of a condition
	maxParts   = 256 // of one condition
	maxDepth   = 16  // of one condition
)

// Field is something that conditions can ask for.
type Field struct {
	Name string    `json:"name"`
	Type FieldType `json:"type"`
	// Values are all texts that the field can have, where that is known: a
	// condition that asks for another one is a fault.
	Values []string `json:"values,omitempty"`
}

// Schema is the fields that conditions may ask for, each with its place. It
// is immutable and safe for concurrent use.
type Schema struct {
	fields []Field
	places map[string]int
}

// NewSchema makes a schema of the given fields alone; [BuiltinFields] are
// what the planner knows of every ticket. Names have 1 to 64 bytes without
// blanks and control characters, and are unique. Every fault is reported, as
// [Faults].
func NewSchema(fields ...Field) (*Schema, error) {
	s := &Schema{fields: slices.Clone(fields), places: make(map[string]int, len(fields))}
	var c check
	if len(fields) > maxFields {
		c.fail("fields", strconv.Itoa(len(fields)), "are more than "+strconv.Itoa(maxFields))
		return nil, c.err()
	}
	for i, f := range fields {
		path := "fields[" + strconv.Itoa(i) + "]"
		c.name(path+".name", f.Name)
		if _, twice := s.places[f.Name]; twice {
			c.fail(path+".name", f.Name, "is declared twice")
		}
		if !f.Type.valid() {
			c.fail(path+".type", string(f.Type), "is no type of field")
		}
		if len(f.Values) > 0 && f.Type != TypeText && f.Type != TypeList {
			c.fail(path+".values", strings.Join(f.Values, ", "), "are texts, and the field holds none")
		}
		s.fields[i].Values = slices.Clone(f.Values)
		s.places[f.Name] = i
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	return s, nil
}

// name checks a name or an id: "|" and "@" part the keys of firings.
func (c *check) name(path, s string) {
	bad := func(r rune) bool { return r == '|' || r == '@' || unicode.IsSpace(r) || unicode.IsControl(r) }
	if s == "" || len(s) > maxNameLen || strings.ContainsFunc(s, bad) {
		c.fail(path, s, "is not a name of 1 to "+strconv.Itoa(maxNameLen)+" bytes without blanks, '|' and '@'")
	}
}

// Fields returns the fields in the order of their declaration.
func (s *Schema) Fields() []Field {
	out := slices.Clone(s.fields)
	for i := range out {
		out[i].Values = slices.Clone(out[i].Values)
	}
	return out
}

// Field returns the field of that name.
func (s *Schema) Field(name string) (Field, bool) {
	i, ok := s.places[name]
	if !ok {
		return Field{}, false
	}
	return s.fields[i], true
}

// Facts are the values that fields have at one moment, in the places of a
// schema. What is not set is missing, which is not the same as false or zero.
// A Facts is for one goroutine at a time while it is set, and may be shared
// once it is not.
type Facts struct {
	schema *Schema
	cells  []cell
}

// cell is a fact in a form that is compared without a detour.
type cell struct {
	set  bool
	n    int64 // integers; flags as 0 or 1
	f    float64
	text string
	list []string
}

// NewFacts returns facts of which all are missing.
func (s *Schema) NewFacts() Facts {
	return Facts{schema: s, cells: make([]cell, len(s.fields))}
}

// Bind returns the facts that the values tell: texts, flags, numbers of any
// size, lists of texts, and nil for what is missing. Names that the schema does
// not have are passed over, for a host may know more than policies ask. A value
// of another type than its field is missing, and reported in [Faults]; the
// other facts stand.
func (s *Schema) Bind(values map[string]any) (Facts, error) {
	f := s.NewFacts()
	return f, f.bind(values)
}

func (f Facts) bind(values map[string]any) error {
	var c check
	for _, name := range slices.Sorted(maps.Keys(values)) {
		place, ok := f.schema.places[name]
		if !ok {
			continue
		}
		v, reason := toValue(values[name])
		if reason == "" {
			reason = f.put(place, v)
		}
		if reason != "" {
			c.fail(name, "", reason) // not the value: it may be personal
		}
	}
	return c.err()
}

// Set gives a fact a value; none makes it missing. A name that the schema does
// not have and a value of another type are a [*Fault].
func (f Facts) Set(name string, v Value) error {
	if f.schema == nil {
		return &Fault{Path: name, Reason: "cannot be set in facts without a schema"}
	}
	place, ok := f.schema.places[name]
	if !ok {
		return &Fault{Path: name, Value: v.String(), Reason: "is set for a field that the schema does not have"}
	}
	if reason := f.put(place, v); reason != "" {
		return &Fault{Path: name, Value: v.String(), Reason: reason}
	}
	return nil
}

func (f Facts) put(place int, v Value) string {
	v, reason := v.as(f.schema.fields[place].Type)
	if reason != "" {
		return reason
	}
	to := cell{set: !v.IsNone(), n: v.n, f: v.f, text: v.text}
	for _, e := range v.list {
		to.list = append(to.list, e.text)
	}
	f.cells[place] = to
	return ""
}

// Get returns a fact; none where it is missing.
func (f Facts) Get(name string) Value {
	if f.schema == nil {
		return Value{}
	}
	place, ok := f.schema.places[name]
	if !ok {
		return Value{}
	}
	return f.at(place)
}

func (f Facts) at(place int) Value {
	c := &f.cells[place]
	if !c.set {
		return Value{}
	}
	if t := f.schema.fields[place].Type; t != TypeList {
		return Value{kind: t, n: c.n, f: c.f, text: c.text}
	}
	return Texts(c.list...)
}

// under returns the facts in the places of another schema.
func (f Facts) under(s *Schema) Facts {
	if f.schema == s {
		return f
	}
	out := s.NewFacts()
	for i, field := range s.fields {
		out.put(i, f.Get(field.Name)) // of another type: missing
	}
	return out
}
