package rights

import (
	_ "embed"
	"errors"
	"slices"
	"strconv"

	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/internal/strictjson"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/statute"
)

// Exclusion is a kind of contract without a right of withdrawal, as data.
type Exclusion struct {
	ID       string        `json:"id"`
	Trait    order.Trait   `json:"trait"`               // of the line
	Once     statute.Event `json:"once,omitempty"`      // only after this has happened; empty: from the start
	Unless   order.Trait   `json:"unless,omitempty"`    // not for a line that has this trait, too
	NotSales []order.Sale  `json:"not_sales,omitempty"` // not for contracts made in one of these ways
	Source   string        `json:"source"`
	From     sla.Date      `json:"from,omitzero"` // first day in force; zero: since ever
	To       sla.Date      `json:"to,omitzero"`   // last day in force; zero: until further notice
}

//go:embed exclusions.json
var builtin []byte

// Exclusions returns the table that comes with the package: section 312g (2)
// BGB, as of [AsOf].
func Exclusions() []Exclusion {
	list, err := ParseExclusions(builtin)
	if err != nil {
		panic(err) // the table is part of the program and tested with it
	}
	return list
}

// ParseExclusions reads {"about": "...", "exclusions": [...]} strictly; faults
// are [sla.Faults], all of them.
func ParseExclusions(data []byte) ([]Exclusion, error) {
	var table struct {
		About      string      `json:"about"`
		Exclusions []Exclusion `json:"exclusions"`
	}
	if err := strictjson.Unmarshal(data, &table); err != nil {
		var list strictjson.Errors
		if !errors.As(err, &list) {
			return nil, err
		}
		faults := make(sla.Faults, len(list))
		for i, e := range list {
			faults[i] = &sla.Fault{Path: e.Path, Value: e.Value, Reason: e.Detail}
		}
		return nil, faults
	}
	if faults := checkExclusions(table.Exclusions); len(faults) > 0 {
		return nil, faults
	}
	return table.Exclusions, nil
}

func checkExclusions(list []Exclusion) sla.Faults {
	var faults sla.Faults
	seen := map[string]bool{}
	for i, e := range list {
		add := func(name, value, reason string) {
			faults = append(faults, &sla.Fault{Path: "exclusions[" + strconv.Itoa(i) + "]." + name, Value: value, Reason: reason})
		}
		switch {
		case e.ID == "":
			add("id", "", "is missing")
		case seen[e.ID]:
			add("id", e.ID, "is given twice")
		}
		seen[e.ID] = true
		if e.Trait == "" {
			add("trait", "", "is missing")
		}
		if e.Source == "" {
			add("source", "", "is missing")
		}
		if !e.To.IsZero() && e.To.Before(e.From) {
			add("to", e.To.String(), "is before its first day, "+e.From.String())
		}
	}
	return faults
}

// inForce reports whether the exclusion was law on a date.
func (e *Exclusion) inForce(on sla.Date) bool {
	return !on.Before(e.From) && (e.To.IsZero() || !on.After(e.To))
}

// exclusions says what excludes a withdrawal, and what would if something
// happened.
func (r *ruling) exclusions() {
	on := r.report.Contract
	if on.IsZero() {
		on = r.today
	}
	for i := range r.law.exclusions {
		e := &r.law.exclusions[i]
		switch {
		case !r.line.Is(e.Trait), !e.inForce(on), e.Unless != "" && r.line.Is(e.Unless), slices.Contains(e.NotSales, r.order.Sale):
		case e.Once == "" || r.has(e.Once):
			r.say(Code(e.ID), Excluded, e.Source)
		default:
			r.say(CodeUnlessOpened, "", e.Source)
		}
	}
}
