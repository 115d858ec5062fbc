package escalation

import (
	"slices"
	"strconv"

	"github.com/kulanz-go/kulanz/sla"
)

// CondTrace says how a condition came to its answer, part by part. It looks at
// every part, also at those that [Condition.Match] had no need of.
type CondTrace struct {
	Path  string      `json:"path"` // in the condition, as in "all[0].not"; empty for the whole
	Holds bool        `json:"holds"`
	Parts []CondTrace `json:"parts,omitempty"`
	All   bool        `json:"all,omitempty"` // all parts must hold
	Any   bool        `json:"any,omitempty"` // one part must hold
	Not   bool        `json:"not,omitempty"` // the one part must not hold
	// Of a leaf:
	Field string `json:"field,omitempty"`
	Op    Op     `json:"op,omitempty"`
	Value Value  `json:"value,omitzero"` // what the fact is compared with
	Fact  Value  `json:"fact,omitzero"`  // what it is; none: missing
}

// Trace returns how the condition comes to its answer.
func (c *Condition) Trace(f Facts) CondTrace {
	return trace("", c.source, f.under(c.schema))
}

func trace(path string, d Cond, f Facts) CondTrace {
	t := CondTrace{Path: path, All: d.All != nil, Any: d.Any != nil, Not: d.Not != nil}
	join := func(s string) string {
		if path == "" {
			return s
		}
		return path + "." + s
	}
	switch {
	case t.All:
		t.Holds = true
		for i, part := range d.All {
			p := trace(join("all["+strconv.Itoa(i)+"]"), part, f)
			t.Holds = t.Holds && p.Holds
			t.Parts = append(t.Parts, p)
		}
	case t.Any:
		for i, part := range d.Any {
			p := trace(join("any["+strconv.Itoa(i)+"]"), part, f)
			t.Holds = t.Holds || p.Holds
			t.Parts = append(t.Parts, p)
		}
	case t.Not:
		p := trace(join("not"), *d.Not, f)
		t.Holds, t.Parts = !p.Holds, []CondTrace{p}
	default:
		t.Field, t.Op, t.Value, t.Fact = d.Field, d.Op, d.Value, f.Get(d.Field)
		in := f.schema.leaf(d)
		t.Holds = in.holds(&f.cells[in.place])
	}
	return t
}

// Why returns the leaves that make the condition hold: all of an All, the
// first that holds of an Any. It is nil where the condition does not hold, and
// where it holds for want of parts.
func (c *Condition) Why(f Facts) []CondTrace { return reasons(c.Trace(f), true) }

// WhyNot returns the leaves that would have to change for the condition to
// hold: those of an All that do not hold, every one of an Any. It is nil where
// the condition holds.
func (c *Condition) WhyNot(f Facts) []CondTrace { return reasons(c.Trace(f), false) }

// reasons collects the leaves that make a part hold, or not.
func reasons(t CondTrace, holds bool) []CondTrace {
	if t.Holds != holds {
		return nil
	}
	switch {
	case t.Not:
		return reasons(t.Parts[0], !holds)
	case t.Any && holds:
		i := slices.IndexFunc(t.Parts, func(p CondTrace) bool { return p.Holds })
		return reasons(t.Parts[i], true)
	case t.All, t.Any:
		var out []CondTrace
		for _, p := range t.Parts {
			out = append(out, reasons(p, holds)...)
		}
		return out
	default:
		return []CondTrace{t}
	}
}

// Text says a leaf in words: what the fact is and what is asked of it. Values
// are given as they are, so what a host declares as a field is shown to whoever
// reads explanations.
func (t CondTrace) Text() sla.Text {
	de, en := t.Op.words(t.Value)
	fact := t.Fact.String()
	if t.Fact.IsNone() {
		return sla.Text{
			DE: t.Field + " ist nicht bekannt, gefragt ist: " + de,
			EN: t.Field + " is not known, asked is: " + en,
		}
	}
	return sla.Text{
		DE: t.Field + " ist " + fact + ", gefragt ist: " + de,
		EN: t.Field + " is " + fact + ", asked is: " + en,
	}
}

// words says what an operator asks for, in German and English.
func (op Op) words(v Value) (string, string) {
	if op == OpExists {
		if v.kind == TypeFlag && v.n == 0 {
			return "nicht bekannt", "not known"
		}
		return "bekannt", "known"
	}
	words := map[Op][2]string{
		OpEq: {"gleich", "equal to"}, OpNe: {"nicht gleich", "not equal to"},
		OpLt: {"kleiner als", "less than"}, OpLe: {"höchstens", "at most"},
		OpGt: {"größer als", "more than"}, OpGe: {"mindestens", "at least"},
		OpIn: {"eines von", "one of"}, OpNotIn: {"keines von", "none of"},
		OpHas: {"enthält", "holds"}, OpHasAny: {"enthält eines von", "holds one of"},
		OpHasAll: {"enthält alle von", "holds all of"},
	}[op]
	return words[0] + " " + v.String(), words[1] + " " + v.String()
}
