package quality

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/kulanz-go/kulanz/feedback"
)

// Config says what is counted and shown.
type Config struct {
	// TeamsOnly turns everything about single agents off: their names are not
	// even counted, and there are figures of teams alone.
	TeamsOnly bool
	// Agents is how many work in each team. With TeamsOnly a team of fewer than
	// MinAgents, or one not named here, is hidden, and as many more as it takes to
	// keep it so: feedback.Suppress.
	Agents map[string]int64
	// MinAgents is from how many agents on a team is shown with TeamsOnly.
	// Default feedback.MinGroup.
	MinAgents int64
	// MinN is from how many evaluations on an agent or a team has figures of its
	// own. Default [DefaultMinN].
	MinN  int64
	Level feedback.Level
}

// ErrNotCounted is: what is to be taken away was never added.
var ErrNotCounted = errors.New("quality: more would be taken away than was counted")

// place is where an evaluation counts.
type place struct{ team, agent, stratum string }

// counts are those of one place.
type counts struct {
	seen   feedback.Proportion // that pass, of those evaluated
	errors map[string]int64    // evaluations that have it, by criterion
}

// Tally counts evaluations. Tallies of one catalogue and configuration merge in
// any order, and what was added can be taken away again. It is not safe for
// concurrent writing.
type Tally struct {
	catalogue *Catalogue
	cfg       Config
	places    map[place]*counts
}

// NewTally returns an empty tally.
func NewTally(catalogue *Catalogue, cfg Config) *Tally {
	cfg.MinAgents = cmp.Or(cfg.MinAgents, feedback.MinGroup)
	cfg.MinN = cmp.Or(cfg.MinN, DefaultMinN)
	cfg.Agents = maps.Clone(cfg.Agents)
	return &Tally{catalogue: catalogue, cfg: cfg, places: map[place]*counts{}}
}

// Add counts an evaluation. Errors are those of [Catalogue.Check].
func (t *Tally) Add(e *Evaluation) error {
	one, err := t.one(e)
	if err != nil {
		return err
	}
	return t.Merge(one)
}

// Remove takes an evaluation away that was added, as where it was withdrawn.
func (t *Tally) Remove(e *Evaluation) error {
	one, err := t.one(e)
	if err != nil {
		return err
	}
	for at, c := range one.places {
		have := t.places[at]
		if have == nil || have.seen.N < c.seen.N || have.seen.Good < c.seen.Good || have.seen.N-have.seen.Good < c.seen.N-c.seen.Good {
			return ErrNotCounted
		}
		for id, n := range c.errors {
			if have.errors[id] < n {
				return ErrNotCounted
			}
		}
	}
	t.merge(one, -1)
	return nil
}

// one is the tally of one evaluation.
func (t *Tally) one(e *Evaluation) (*Tally, error) {
	if err := t.catalogue.Check(e); err != nil {
		return nil, fmt.Errorf("quality: evaluation: %w", err)
	}
	at := place{e.Team, e.Agent, e.Stratum}
	if t.cfg.TeamsOnly {
		at.agent = ""
	}
	c := &counts{seen: feedback.Proportion{N: 1}, errors: map[string]int64{}}
	if t.catalogue.Passes(e.Findings) {
		c.seen.Good = 1
	}
	for _, f := range e.Findings {
		c.errors[f.Criterion] = 1
	}
	return &Tally{t.catalogue, t.cfg, map[place]*counts{at: c}}, nil
}

// Merge adds all that another tally counted. One that knows single agents cannot
// be added to one that must not, and one of another catalogue to none.
func (t *Tally) Merge(o *Tally) error {
	var c check
	if o.catalogue.Ref() != t.catalogue.Ref() {
		c.Failf("catalogue", o.catalogue.Ref(), "is not %q", t.catalogue.Ref())
	}
	if o.cfg.TeamsOnly != t.cfg.TeamsOnly {
		c.Failf("teams_only", strconv.FormatBool(o.cfg.TeamsOnly), "is not %v", t.cfg.TeamsOnly)
	}
	if err := c.Err(); err != nil {
		return err
	}
	t.merge(o, 1)
	return nil
}

func (t *Tally) merge(o *Tally, sign int64) {
	for at, c := range o.places {
		have := t.places[at]
		if have == nil {
			have = &counts{errors: map[string]int64{}}
			t.places[at] = have
		}
		have.seen.Good += sign * c.seen.Good
		have.seen.N += sign * c.seen.N
		for id, n := range c.errors {
			if have.errors[id] += sign * n; have.errors[id] == 0 {
				delete(have.errors, id)
			}
		}
		if have.seen.N == 0 {
			delete(t.places, at)
		}
	}
}

// Forget takes an agent's name off what was counted: it goes on counting for its
// team, and where it has none for all.
func (t *Tally) Forget(agent string) {
	for at, c := range maps.Clone(t.places) {
		if agent == "" || at.agent != agent {
			continue
		}
		delete(t.places, at)
		at.agent = ""
		t.merge(&Tally{t.catalogue, t.cfg, map[place]*counts{at: c}}, 1)
	}
}

// N returns how many evaluations were counted.
func (t *Tally) N() int64 {
	var n int64
	for _, c := range t.places {
		n += c.seen.N
	}
	return n
}

// View says whose figures a report has.
type View string

// The views.
const (
	ByAgent View = "agent"
	ByTeam  View = "team"
)

// CriterionFigures are how often an error was found.
type CriterionFigures struct {
	Criterion string            `json:"criterion"`
	Share     feedback.Estimate `json:"share"` // of evaluations that have it
	Errors    int64             `json:"errors"`
}

// Report is what evaluations say.
type Report struct {
	View View `json:"view"`
	// All is the share of all evaluations that pass; those of hidden teams, and of
	// no agent or team, are in it. Table.All is of those that the table compares.
	All   feedback.Estimate `json:"all"`
	Table Table             `json:"table"`
	// Hidden are teams that are too small to be shown.
	Hidden []string `json:"hidden,omitempty"`
	// Criteria are the errors of everybody together, the most frequent first.
	Criteria []CriterionFigures `json:"criteria"`
	// Training says where errors cluster, the surest first.
	Training []Suggestion `json:"training"`

	units map[string]*counts
}

// ErrTeamsOnly is: figures of single agents are turned off.
var ErrTeamsOnly = errors.New("quality: figures of single agents are turned off")

// Report reads the tally by agents or by teams. With [Config.TeamsOnly] there are
// none by agents: [ErrTeamsOnly].
func (t *Tally) Report(view View) (Report, error) {
	r := Report{View: view}
	switch {
	case view != ByAgent && view != ByTeam:
		return r, &feedback.Fault{Path: "view", Value: string(view), Reason: "is neither agent nor team"}
	case view == ByAgent && t.cfg.TeamsOnly:
		return r, ErrTeamsOnly
	}
	byUnit, all := t.gather(view)
	may, err := t.suppress(slices.Collect(maps.Keys(byUnit)))
	if err != nil || may.TotalHidden {
		r.Hidden = may.Hidden
		return r, err
	}
	r.Hidden = may.Hidden
	for _, name := range may.Hidden {
		delete(byUnit, name)
	}
	r.All = all.seen.Share(feedback.Wilson, t.cfg.Level)
	list := make([]Unit, 0, len(byUnit))
	for _, name := range slices.Sorted(maps.Keys(byUnit)) {
		list = append(list, Unit{name, byUnit[name].strata})
	}
	if r.Table, err = NewTable(list, TableConfig{t.cfg.MinN, t.cfg.Level}); err != nil {
		return Report{}, err
	}
	shown := map[string]*counts{}
	for _, row := range r.Table.Rows {
		shown[row.Name] = &byUnit[row.Name].counts
	}
	r.units = shown
	r.Criteria = t.criteria(all)
	r.Training, err = t.training(shown, all)
	return r, err
}

// gathered is what counts for an agent or a team.
type gathered struct {
	counts
	strata map[string]feedback.Proportion
}

func (t *Tally) gather(view View) (map[string]*gathered, *counts) {
	units := map[string]*gathered{}
	all := &counts{errors: map[string]int64{}}
	for at, c := range t.places {
		all.add(c)
		name := at.team
		if view == ByAgent {
			name = at.agent
		}
		if name == "" {
			continue // forgotten, or of no team: it counts for all
		}
		u := units[name]
		if u == nil {
			u = &gathered{counts{errors: map[string]int64{}}, map[string]feedback.Proportion{}}
			units[name] = u
		}
		u.add(c)
		s := u.strata[at.stratum]
		u.strata[at.stratum] = feedback.Proportion{Good: s.Good + c.seen.Good, N: s.N + c.seen.N}
	}
	return units, all
}

func (c *counts) add(o *counts) {
	c.seen.Good += o.seen.Good
	c.seen.N += o.seen.N
	for id, n := range o.errors {
		c.errors[id] += n
	}
}

// suppress says which of some teams may be shown. None whose size is not known
// is large.
func (t *Tally) suppress(teams []string) (feedback.Suppression, error) {
	if !t.cfg.TeamsOnly {
		return feedback.Suppression{}, nil
	}
	sizes := map[string]int64{}
	for _, name := range teams {
		sizes[name] = min(max(1, t.cfg.Agents[name]), maxCount)
	}
	return feedback.Suppress(sizes, t.cfg.MinAgents, true)
}

func (t *Tally) criteria(all *counts) []CriterionFigures {
	var list []CriterionFigures
	for _, one := range t.catalogue.cfg.Criteria {
		if n := all.errors[one.ID]; n > 0 {
			share := feedback.Proportion{Good: n, N: all.seen.N}.Share(feedback.Wilson, t.cfg.Level)
			list = append(list, CriterionFigures{one.ID, share, n})
		}
	}
	slices.SortStableFunc(list, func(a, b CriterionFigures) int { return cmp.Compare(b.Errors, a.Errors) })
	return list
}
