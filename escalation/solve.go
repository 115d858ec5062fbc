package escalation

import (
	"math"
	"slices"
	"strings"
)

// satisfiable reports whether some facts fulfil all of the conditions, which
// are of one schema. It tries the values that the leaves tell apart, field by
// field, and leaves a branch as soon as the answer is known. Where that takes
// too long it says yes: lint then does not warn.
func satisfiable(s *Schema, conds ...Cond) bool {
	v := solver{left: maxSolve, domains: map[int][]cell{}, known: make([]bool, len(s.fields)), facts: s.NewFacts()}
	root := node{all: true}
	for _, c := range conds {
		root.parts = append(root.parts, v.node(s, c))
	}
	for place := range v.domains {
		v.order = append(v.order, place)
	}
	slices.Sort(v.order)
	return v.search(&root, 0)
}

// Bounds of what lint tries.
const (
	maxSolve   = 200_000 // leaves looked at
	maxSubsets = 64      // of the texts that a list is asked for
)

type solver struct {
	left    int
	domains map[int][]cell // by place
	order   []int
	known   []bool
	facts   Facts
}

// node is a condition that can be asked while not all facts are known.
type node struct {
	all, any, not bool
	parts         []node
	leaf          instr
}

// node translates a condition and collects the values that its leaves tell
// apart.
func (v *solver) node(s *Schema, d Cond) node {
	n := node{all: d.All != nil || d.IsZero(), any: d.Any != nil, not: d.Not != nil}
	switch {
	case n.all, n.any:
		for _, part := range slices.Concat(d.All, d.Any) {
			n.parts = append(n.parts, v.node(s, part))
		}
	case n.not:
		n.parts = []node{v.node(s, *d.Not)}
	default:
		n.leaf = s.leaf(d)
		v.collect(s, n.leaf)
	}
	return n
}

// collect adds the values on both sides of what a leaf asks for.
func (v *solver) collect(s *Schema, in instr) {
	place := int(in.place)
	field := s.fields[place]
	add := func(cells ...cell) { v.domains[place] = append(v.domains[place], cells...) }
	if len(v.domains[place]) == 0 {
		add(cell{}) // missing
	}
	set := in.set
	if set == nil {
		set = new(operands)
	}
	switch field.Type {
	case TypeFlag:
		add(cell{set: true}, cell{set: true, n: 1})
	case TypeInteger:
		for _, n := range append([]int64{in.lo, in.hi}, set.ints...) {
			add(cell{set: true, n: max(n, math.MinInt64+1) - 1}, cell{set: true, n: n}, cell{set: true, n: min(n, math.MaxInt64-1) + 1})
		}
	case TypeNumber:
		for _, f := range append([]float64{in.f, in.g}, set.nums...) {
			if !math.IsInf(f, 0) {
				add(cell{set: true, f: math.Nextafter(f, math.Inf(-1))}, cell{set: true, f: f}, cell{set: true, f: math.Nextafter(f, math.Inf(1))})
			}
		}
		add(cell{set: true})
	case TypeText:
		texts := field.Values
		if len(texts) == 0 { // and one that nobody names: names are shorter
			texts = append([]string{in.text, strings.Repeat("?", maxNameLen+1)}, set.texts...)
		}
		for _, t := range texts {
			add(cell{set: true, text: t})
		}
	case TypeList:
		v.subsets(place, append([]string{in.text}, set.texts...))
	}
}

// subsets makes the domain of a list all subsets of the texts that are asked
// for, as far as they are few.
func (v *solver) subsets(place int, texts []string) {
	for _, c := range v.domains[place] {
		texts = append(texts, c.list...)
	}
	texts = slices.DeleteFunc(texts, func(s string) bool { return s == "" })
	slices.Sort(texts)
	texts = slices.Compact(texts)
	all := []cell{{}}
	if 1<<min(len(texts), 30) > maxSubsets {
		v.left = 0 // too many to try
		return
	}
	for bits := range 1 << len(texts) {
		c := cell{set: true}
		for i, t := range texts {
			if bits>>i&1 == 1 {
				c.list = append(c.list, t)
			}
		}
		all = append(all, c)
	}
	v.domains[place] = all
}

// answer is what is known of a condition while not all facts are.
type answer int8

const (
	unknown answer = iota
	yes
	no
)

func (v *solver) ask(n *node) answer {
	switch {
	case n.all, n.any:
		stop, rest := no, yes
		if n.any {
			stop, rest = yes, no
		}
		for i := range n.parts {
			a := v.ask(&n.parts[i])
			if a == stop {
				return stop
			}
			if a == unknown {
				rest = unknown
			}
		}
		return rest
	case n.not:
		return [...]answer{unknown: unknown, yes: no, no: yes}[v.ask(&n.parts[0])]
	}
	v.left--
	switch {
	case !v.known[n.leaf.place]:
		return unknown
	case n.leaf.holds(&v.facts.cells[n.leaf.place]):
		return yes
	default:
		return no
	}
}

func (v *solver) search(root *node, depth int) bool {
	a := v.ask(root)
	if a != unknown || v.left <= 0 || depth == len(v.order) {
		return a != no
	}
	place := v.order[depth]
	v.known[place] = true
	for _, c := range v.domains[place] {
		v.facts.cells[place] = c
		if v.search(root, depth+1) {
			return true
		}
	}
	v.known[place] = false
	return false
}
