package statute

import (
	"encoding"
	"encoding/json"
	"slices"

	"github.com/kulanz-go/kulanz/sla"
)

// Dates stand in JSON as text.
var _ encoding.TextMarshaler = sla.Date{}

// wire is the JSON form of a Statute.
type wire struct {
	ID           string    `json:"id"`
	Name         sla.Text  `json:"name,omitzero"`
	Kind         Kind      `json:"kind"`
	Trigger      Event     `json:"trigger"`
	Pick         Pick      `json:"pick,omitempty"`
	Periods      [][2]any  `json:"period"` // [14, "day"]
	Count        string    `json:"count,omitempty"`
	Shift        Shift     `json:"shift"`
	ShiftSource  string    `json:"shift_source,omitempty"`
	MetBy        string    `json:"met_by,omitempty"`
	Precondition string    `json:"precondition,omitempty"`
	Source       string    `json:"source,omitempty"`
	From         sla.Date  `json:"from,omitzero"`
	To           sla.Date  `json:"to,omitzero"`
	Certainty    Certainty `json:"certainty"`
}

// MarshalJSON writes the form that [Parse] reads as one of its statutes.
func (s Statute) MarshalJSON() ([]byte, error) {
	w := wire{
		s.ID, s.Name, s.Kind, s.Trigger, s.Pick, make([][2]any, len(s.Periods)), s.Count, s.Shift, s.ShiftSource,
		s.MetBy, s.Precondition, s.Source, s.From, s.To, s.Certainty,
	}
	for i, p := range s.Periods {
		w.Periods[i] = [2]any{p.N, p.Unit}
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads one statute strictly: a key that is unknown, written in
// another case or given twice is refused, and the statute must be valid. All
// faults are reported.
func (s *Statute) UnmarshalJSON(data []byte) error {
	var fs faults
	v := fs.statute(data)
	if len(fs.list) > 0 {
		return fs.list
	}
	*s = v
	return nil
}

// statute reads and checks one statute.
func (fs *faults) statute(data []byte) Statute {
	var s Statute
	before := len(fs.list)
	if !fs.record(data, map[string]any{
		"id": &s.ID, "kind": &s.Kind, "trigger": &s.Trigger, "pick": &s.Pick, "count": &s.Count, "shift": &s.Shift,
		"shift_source": &s.ShiftSource, "met_by": &s.MetBy, "precondition": &s.Precondition, "source": &s.Source,
		"from": &s.From, "to": &s.To, "certainty": &s.Certainty,
		"name": func(data []byte) { fs.record(data, map[string]any{"de": &s.Name.DE, "en": &s.Name.EN}) },
		"period": func(data []byte) {
			var pairs []json.RawMessage
			fs.read(data, &pairs)
			s.Periods = make([]sla.Period, len(pairs))
			for i, pair := range pairs {
				fs.in(index("", i), func() { fs.period(pair, &s.Periods[i]) })
			}
		},
	}) {
		return s
	}
	found := faults{at: fs.at}
	s.check(&found)
	unread := fs.list[before:]
	for _, f := range found.list {
		// What could not be read is empty as well: that is one fault, not two.
		if !slices.ContainsFunc(unread, func(u *sla.Fault) bool { return u.Path == f.Path }) {
			fs.list = append(fs.list, f)
		}
	}
	return s
}

// period reads [14, "day"].
func (fs *faults) period(data []byte, p *sla.Period) {
	var parts []json.RawMessage
	if json.Unmarshal(data, &parts) != nil || len(parts) != 2 ||
		json.Unmarshal(parts[0], &p.N) != nil || json.Unmarshal(parts[1], &p.Unit) != nil {
		fs.add("", clip(data), `is no pair like [14, "day"]`)
	}
}

// Parse reads a set of statutes: {"about": "...", "statutes": [...]}. It is as
// strict as [Statute.UnmarshalJSON]; an id given twice is refused, and all
// faults of all statutes are reported, with paths like "statutes[3].shift".
func Parse(data []byte) (*Set, error) {
	var (
		fs    faults
		about string
		list  []Statute
	)
	ok := fs.record(data, map[string]any{
		"about": &about,
		"statutes": func(data []byte) {
			var raw []json.RawMessage
			fs.read(data, &raw)
			list = make([]Statute, len(raw))
			for i, r := range raw {
				fs.in(index("", i), func() { list[i] = fs.statute(r) })
			}
		},
	})
	if ok && list == nil {
		fs.add("statutes", "", "is missing")
	}
	return newSet(list, fs.list)
}
