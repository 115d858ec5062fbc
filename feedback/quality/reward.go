package quality

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/feedback"
)

// Duty is how long somebody was on duty: package escalation/shift works it out
// (shift.Coverage.Loads), and its figures are handed in by value. Night, Weekend
// and Holiday are parts of Total and may overlap. It is the time that was asked
// of people, not the time that they took for a case.
type Duty struct {
	Agent, Team                    string
	Total, Night, Weekend, Holiday time.Duration
}

// Reward are the figures for a fair reward of an agent or a team. They are no
// amount, and no score is made of them: what a night is worth is for the shop
// and its works council to say.
type Reward struct {
	Name string `json:"name"`
	// Total and its parts are those of [Duty], in JSON in nanoseconds.
	Total   time.Duration `json:"total_ns"`
	Night   time.Duration `json:"night_ns"`
	Weekend time.Duration `json:"weekend_ns"`
	Holiday time.Duration `json:"holiday_ns"`
	// Quality is the shrunk share of evaluations that pass; not OK where too few
	// were evaluated. Rank is a range, nil where there is none.
	Quality feedback.Estimate `json:"quality"`
	Rank    *RankRange        `json:"rank"`
	Stands  Standing          `json:"stands,omitempty"`
}

// Rewards puts duty beside quality, by agents or by teams, in the order of names.
// Teams that are hidden are left out, those that have duties alone too.
func (t *Tally) Rewards(view View, duties []Duty) ([]Reward, error) {
	r, err := t.Report(view)
	if err != nil {
		return nil, err
	}
	byName, err := sumDuties(view, duties)
	if err != nil {
		return nil, err
	}
	for i := range r.Table.Rows {
		row := &r.Table.Rows[i]
		if byName[row.Name] == nil {
			byName[row.Name] = &Reward{Name: row.Name}
		}
		one := byName[row.Name]
		one.Quality, one.Rank, one.Stands = row.Shrunk, row.Rank, row.Stands
	}
	may, err := t.suppress(slices.AppendSeq(slices.Clone(r.Hidden), maps.Keys(byName)))
	if err != nil {
		return nil, err
	}
	list := make([]Reward, 0, len(byName))
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		if !slices.Contains(may.Hidden, name) && !slices.Contains(r.Hidden, name) {
			list = append(list, *byName[name])
		}
	}
	return list, nil
}

// sumDuties adds up by name; the same duty twice counts twice.
func sumDuties(view View, duties []Duty) (map[string]*Reward, error) {
	var c check
	byName := map[string]*Reward{}
	for i, d := range duties {
		if d.Total < 0 || min(d.Night, d.Weekend, d.Holiday) < 0 || max(d.Night, d.Weekend, d.Holiday) > d.Total {
			c.Failf(fmt.Sprintf("duties[%d]", i), d.Total.String(), "is below 0, or less than a part of it")
			continue
		}
		name := d.Team
		if view == ByAgent {
			name = d.Agent
		}
		if name == "" {
			continue
		}
		if byName[name] == nil {
			byName[name] = &Reward{Name: name}
		}
		one := byName[name]
		one.Total += d.Total
		one.Night += d.Night
		one.Weekend += d.Weekend
		one.Holiday += d.Holiday
	}
	return byName, c.Err()
}
