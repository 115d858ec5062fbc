package statute

import (
	_ "embed"
	"encoding/json"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/kulanz-go/kulanz/sla"
)

// AsOf is the month in which the built-in statutes were last looked at.
const AsOf = "2026-11"

//go:embed builtin.json
var builtin []byte

// Builtin returns the statutes that come with the package, as of [AsOf]: not
// legal advice. It reads its table on every call; keep the result.
func Builtin() *Set {
	s, err := Parse(builtin)
	if err != nil {
		panic(err) // the table is part of the program and tested with it
	}
	return s
}

// Set is a collection of statutes by id. It is immutable and safe for
// concurrent use; the zero value and nil are empty.
type Set struct {
	list []Statute // in order of id
}

// NewSet returns a set of the statutes given. Each must be valid and each id
// given once; all faults are reported, with paths like "statutes[3].shift".
func NewSet(statutes ...Statute) (*Set, error) {
	var fs faults
	for i, s := range statutes {
		fs.in(index("statutes", i), func() { s.check(&fs) })
	}
	return newSet(statutes, fs.list)
}

// newSet makes a set of checked statutes unless there are faults already.
func newSet(list []Statute, found sla.Faults) (*Set, error) {
	fs := faults{list: found}
	first := make(map[string]int, len(list))
	for i, s := range list {
		if at, again := first[s.ID]; again && s.ID != "" {
			fs.add(index("statutes", i)+".id", s.ID, "is the id of "+index("statutes", at)+" already")
			continue
		}
		first[s.ID] = i
	}
	if len(fs.list) > 0 {
		return nil, fs.list
	}
	set := &Set{slices.Clone(list)}
	for i := range set.list {
		set.list[i].Periods = slices.Clone(set.list[i].Periods)
	}
	slices.SortFunc(set.list, func(a, b Statute) int { return strings.Compare(a.ID, b.ID) })
	return set, nil
}

// Get returns the statute with an id.
func (s *Set) Get(id string) (Statute, bool) {
	list := s.statutes()
	i, ok := slices.BinarySearchFunc(list, id, func(s Statute, id string) int { return strings.Compare(s.ID, id) })
	if !ok {
		return Statute{}, false
	}
	return list[i].clone(), true
}

// All yields the statutes in order of id.
func (s *Set) All() iter.Seq[Statute] {
	return func(yield func(Statute) bool) {
		for _, st := range s.statutes() {
			if !yield(st.clone()) {
				return
			}
		}
	}
}

// Len returns how many statutes there are.
func (s *Set) Len() int { return len(s.statutes()) }

// With returns a set of the statutes of both; where both have an id, that of
// over counts.
func (s *Set) With(over *Set) *Set {
	list := slices.DeleteFunc(slices.Clone(s.statutes()), func(st Statute) bool {
		_, replaced := over.Get(st.ID)
		return replaced
	})
	list = append(list, over.statutes()...)
	slices.SortFunc(list, func(a, b Statute) int { return strings.Compare(a.ID, b.ID) })
	return &Set{list}
}

// MarshalJSON writes the form that [Parse] reads.
func (s *Set) MarshalJSON() ([]byte, error) {
	list := s.statutes()
	if list == nil {
		list = []Statute{}
	}
	return json.Marshal(struct {
		Statutes []Statute `json:"statutes"`
	}{list})
}

func (s *Set) statutes() []Statute {
	if s == nil {
		return nil
	}
	return s.list
}

func index(name string, i int) string { return name + "[" + strconv.Itoa(i) + "]" }

// clone returns the statute with slices of its own.
func (s Statute) clone() Statute {
	s.Periods = slices.Clone(s.Periods)
	return s
}
