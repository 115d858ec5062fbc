package quality

import (
	"cmp"
	"maps"
	"slices"

	"github.com/kulanz-go/kulanz/feedback"
)

// minErrors is from how many errors of a kind on they can cluster.
const minErrors = 3

// Suggestion is a training that would help an agent or a team: an error that it
// makes more often than all others, by more than chance.
type Suggestion struct {
	Name      string `json:"name"`
	Training  string `json:"training"`
	Criterion string `json:"criterion"`
	// Share is how many of its evaluations have the error, and Others how many
	// of everybody else's.
	Share  feedback.Estimate   `json:"share"`
	Others feedback.Proportion `json:"others"`
	// P is of the difference alone. Adjusted is corrected for everything that was
	// looked at: of the suggestions so many at most are mistakes (Benjamini and
	// Hochberg).
	P        float64 `json:"p"`
	Adjusted float64 `json:"adjusted"`
}

// training compares every unit with all others in every error, and corrects for
// having done so. Where there are few, the test is Fisher's.
func (t *Tally) training(units map[string]*counts, all *counts) ([]Suggestion, error) {
	var looks []Suggestion
	var ps []float64
	for _, name := range slices.Sorted(maps.Keys(units)) {
		u := units[name]
		for _, one := range t.catalogue.cfg.Criteria {
			if all.errors[one.ID] == 0 {
				continue
			}
			mine := feedback.Proportion{Good: u.errors[one.ID], N: u.seen.N}
			others := feedback.Proportion{Good: all.errors[one.ID] - mine.Good, N: all.seen.N - mine.N}
			d, ok := feedback.CompareShares(mine, others, t.cfg.Level)
			if !ok {
				continue
			}
			p := d.NMinus1.P
			if d.FisherP != nil {
				p = *d.FisherP
			}
			looks = append(looks, Suggestion{
				Name: name, Training: one.Training, Criterion: one.ID, Share: mine.Share(feedback.Wilson, t.cfg.Level), Others: others, P: p,
			})
			ps = append(ps, p)
		}
	}
	adjusted, err := feedback.Adjust(ps)
	if err != nil {
		return nil, err
	}
	var list []Suggestion
	for i, s := range looks {
		s.Adjusted = adjusted.BenjaminiHochberg[i]
		more := s.Share.Value*float64(s.Others.N) > float64(s.Others.Good)
		enough := units[s.Name].errors[s.Criterion] >= minErrors
		if more && enough && s.Adjusted <= 1-t.cfg.Level.Confidence() {
			list = append(list, s)
		}
	}
	slices.SortStableFunc(list, func(a, b Suggestion) int { return cmp.Compare(a.P, b.P) })
	return list, nil
}

// Scorecard is what a report says of one agent or team: for a conversation
// about the work, not for a list on the wall.
type Scorecard struct {
	Row      Row                `json:"row"`
	Criteria []CriterionFigures `json:"criteria"` // its errors, the most frequent first
	Training []Suggestion       `json:"training"`
}

// Scorecard returns one agent's or team's figures. It is not ok where there are
// none: nobody of the name, too few evaluations, or hidden.
func (r *Report) Scorecard(name string, level feedback.Level) (Scorecard, bool) {
	i, found := slices.BinarySearchFunc(r.Table.Rows, name, func(row Row, name string) int { return cmp.Compare(row.Name, name) })
	if !found {
		return Scorecard{}, false
	}
	card := Scorecard{Row: r.Table.Rows[i]}
	u := r.units[name]
	for _, id := range slices.Sorted(maps.Keys(u.errors)) {
		n := u.errors[id]
		card.Criteria = append(card.Criteria, CriterionFigures{id, feedback.Proportion{Good: n, N: u.seen.N}.Share(feedback.Wilson, level), n})
	}
	slices.SortStableFunc(card.Criteria, func(a, b CriterionFigures) int { return cmp.Compare(b.Errors, a.Errors) })
	for _, s := range r.Training {
		if s.Name == name {
			card.Training = append(card.Training, s)
		}
	}
	return card, true
}
