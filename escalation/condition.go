package escalation

import (
	"math"
	"slices"
)

// Condition is a [Cond] that was checked against a schema and compiled. It is
// immutable and safe for concurrent use.
type Condition struct {
	schema *Schema
	source Cond
	code   []instr
	entry  int16 // negative: the answer is always the same
}

// instr asks for one fact and says where to go on: the condition's shape
// lives in the jumps, so that nothing is looked at twice and nothing is kept
// between two parts.
type instr struct {
	place   uint16
	op      opcode
	not     bool // turns the answer around, where there is one
	yes, no int16
	lo, hi  int64 // bounds of an integer, or a flag
	f, g    float64
	text    string
	set     *operands
}

// operands are the list that a leaf compares with.
type operands struct {
	texts []string
	many  map[string]struct{} // the same where they are many
	ints  []int64             // sorted
	nums  []float64           // sorted
}

// opcode is what an instruction does. Comparisons of numbers are all the same:
// is it between two bounds, both included.
type opcode uint8

const (
	codeIntBetween opcode = iota
	codeNumBetween
	codeTextIs
	codeTextIn
	codeIntIn
	codeNumIn
	codeHas
	codeHasAny
	codeHasAll
	codeExists
)

// Where a condition ends.
const (
	accept int16 = -1
	reject int16 = -2
)

// manyTexts is from how many texts on a map is faster than a look at each.
const manyTexts = 8

// Compile checks a condition and makes it ready to be asked. The zero Cond is
// always true. All faults are returned at once, as [Faults], with paths that
// begin at "cond".
func (s *Schema) Compile(c Cond) (*Condition, error) {
	var found check
	out := s.compile(&found, "cond", c)
	if err := found.err(); err != nil {
		return nil, err
	}
	return out, nil
}

// compile adds what is wrong to the check, and returns nil then.
func (s *Schema) compile(found *check, path string, c Cond) *Condition {
	if c.IsZero() {
		c = All()
	}
	before := len(found.faults)
	cc := condCheck{check: found, schema: s}
	cc.cond(path, c, 1)
	if len(found.faults) > before {
		return nil
	}
	out := &Condition{schema: s, source: c.clone()}
	out.entry = out.emit(c, accept, reject)
	return out
}

// emit adds the code of a condition that goes on at yes or no, and returns
// where it begins. Parts are emitted from the last to the first, so that each
// knows where its follower begins.
func (c *Condition) emit(d Cond, yes, no int16) int16 {
	switch {
	case d.All != nil:
		at := yes
		for _, part := range slices.Backward(d.All) {
			at = c.emit(part, at, no)
		}
		return at
	case d.Any != nil:
		at := no
		for _, part := range slices.Backward(d.Any) {
			at = c.emit(part, yes, at)
		}
		return at
	case d.Not != nil:
		return c.emit(*d.Not, no, yes)
	default:
		in := c.schema.leaf(d)
		in.yes, in.no = yes, no
		c.code = append(c.code, in)
		return int16(len(c.code) - 1) //nolint:gosec // at most maxParts
	}
}

// leaf translates a leaf that was found to be right.
func (s *Schema) leaf(d Cond) instr {
	place := s.places[d.Field]
	field := s.fields[place].Type
	in := instr{place: uint16(place)} //nolint:gosec // at most maxFields
	switch d.Op {
	case OpExists:
		in.op, in.not = codeExists, d.Value.kind == TypeFlag && d.Value.n == 0
	case OpHas:
		in.op, in.text = codeHas, d.Value.text
	case OpHasAny:
		in.op, in.set = codeHasAny, newOperands(d.Value, TypeText)
	case OpHasAll:
		in.op, in.set = codeHasAll, newOperands(d.Value, TypeText)
	case OpIn, OpNotIn:
		in.op, in.not, in.set = codeTextIn, d.Op == OpNotIn, newOperands(d.Value, field)
		switch field {
		case TypeInteger:
			in.op = codeIntIn
		case TypeNumber:
			in.op = codeNumIn
		case TypeText, TypeFlag, TypeList:
		}
	case OpEq, OpNe, OpLt, OpLe, OpGt, OpGe:
		v, _ := d.Value.as(field)
		in.compare(field, d.Op, v)
	}
	return in
}

func (in *instr) compare(field FieldType, op Op, v Value) {
	if field == TypeText {
		in.op, in.not, in.text = codeTextIs, op == OpNe, v.text
		return
	}
	in.op = codeIntBetween
	in.lo, in.hi = math.MinInt64, math.MaxInt64
	in.f, in.g = math.Inf(-1), math.Inf(1)
	if field == TypeNumber {
		in.op = codeNumBetween
	}
	if op != OpGe && op != OpLt {
		in.hi, in.g = v.n, v.f
	}
	if op != OpLe && op != OpGt {
		in.lo, in.f = v.n, v.f
	}
	// x < v is not (x >= v), and so on.
	in.not = op == OpNe || op == OpGt || op == OpLt
}

func newOperands(v Value, t FieldType) *operands {
	o := new(operands)
	for _, e := range v.list {
		e, _ = e.as(t)
		switch t {
		case TypeInteger:
			o.ints = append(o.ints, e.n)
		case TypeNumber:
			o.nums = append(o.nums, e.f)
		case TypeText, TypeFlag, TypeList:
			o.texts = append(o.texts, e.text)
		}
	}
	slices.Sort(o.ints)
	slices.Sort(o.nums)
	if len(o.texts) >= manyTexts {
		o.many = make(map[string]struct{}, len(o.texts))
		for _, s := range o.texts {
			o.many[s] = struct{}{}
		}
	}
	return o
}

func (o *operands) hasText(s string) bool {
	if o.many != nil {
		_, ok := o.many[s]
		return ok
	}
	return slices.Contains(o.texts, s)
}

// Match reports whether the facts fulfil the condition. It does not allocate
// where the facts are of the condition's own schema.
func (c *Condition) Match(f Facts) bool {
	if f.schema != c.schema {
		f = f.under(c.schema)
	}
	at := c.entry
	for at >= 0 {
		in := &c.code[at]
		if fact := &f.cells[in.place]; in.holds(fact) {
			at = in.yes
		} else {
			at = in.no
		}
	}
	return at == accept
}

func (in *instr) holds(fact *cell) bool {
	if in.op == codeExists {
		return fact.set != in.not
	}
	if !fact.set {
		return false
	}
	switch in.op {
	case codeIntBetween:
		return (fact.n >= in.lo && fact.n <= in.hi) != in.not
	case codeTextIs:
		return (fact.text == in.text) != in.not
	case codeNumBetween:
		return (fact.f >= in.f && fact.f <= in.g) != in.not
	case codeHas:
		return slices.Contains(fact.list, in.text)
	case codeTextIn:
		return in.set.hasText(fact.text) != in.not
	case codeIntIn:
		_, ok := slices.BinarySearch(in.set.ints, fact.n)
		return ok != in.not
	case codeNumIn:
		_, ok := slices.BinarySearch(in.set.nums, fact.f)
		return ok != in.not
	case codeHasAny:
		return slices.ContainsFunc(fact.list, in.set.hasText)
	case codeHasAll:
		return !slices.ContainsFunc(in.set.texts, func(s string) bool { return !slices.Contains(fact.list, s) })
	case codeExists: // seen to above
	}
	return false
}

// Source returns the condition as data.
func (c *Condition) Source() Cond { return c.source.clone() }
