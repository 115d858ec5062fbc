package quality

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/kulanz-go/kulanz/feedback"
)

// Unit is an agent, a team or a courier with what was counted of it: by stratum,
// how many were good of how many. Where cases are not told apart there is one
// stratum, "".
type Unit struct {
	Name   string
	Strata map[string]feedback.Proportion
}

// NewUnits makes units of answers by value of a facet, as of couriers: good are
// those of the scale's top box.
func NewUnits(scale feedback.Scale, groups map[string]feedback.Summary) ([]Unit, error) {
	units := make([]Unit, 0, len(groups))
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		r, err := feedback.NewResult(scale, groups[name])
		if err != nil {
			return nil, err
		}
		units = append(units, Unit{name, map[string]feedback.Proportion{"": r.Good()}})
	}
	return units, nil
}

func (u *Unit) total() feedback.Proportion {
	var sum feedback.Proportion
	for _, p := range u.Strata {
		sum.Good += p.Good
		sum.N += p.N
	}
	return sum
}

// DefaultMinN is from how many looked at a unit has figures of its own. Of 20
// that are all good the share is known to lie above 84 %, and no better.
const DefaultMinN = 20

// Bounds of a table.
const (
	maxUnits  = 10_000
	maxStrata = 200
	maxCount  = 1 << 40
)

// TableConfig says how units are compared.
type TableConfig struct {
	// MinN is from how many on a unit has a row. Default [DefaultMinN].
	MinN  int64
	Level feedback.Level
}

// Table compares units. Its rows are in the order of names: whoever wants them by
// rank has to show that ranks are ranges.
type Table struct {
	// All is the share of everything counted, units without a row included.
	All feedback.Estimate `json:"all"`
	// Spread is how the true shares of units seem to differ.
	Spread Spread `json:"spread"`
	Rows   []Row  `json:"rows"`
	// TooFew are the units with fewer than MinN, by name.
	TooFew []string `json:"too_few,omitempty"`
}

// Row is what is known of one unit.
type Row struct {
	Name string              `json:"name"`
	Seen feedback.Proportion `json:"seen"`
	// Crude is the share as it was seen, with Wilson's interval.
	Crude feedback.Estimate `json:"crude"`
	// Shrunk is the share drawn towards that of all, the more the fewer were
	// looked at, with its credible interval: [Spread.Shrink].
	Shrunk feedback.Estimate `json:"shrunk"`
	// Adjusted is the share that the unit would have with the mix of cases that
	// all units have together: [Standardise]. It is not OK where the unit had no
	// case of a stratum; Missing names those.
	Adjusted feedback.Estimate `json:"adjusted"`
	Missing  []string          `json:"missing,omitempty"`
	// Expected is the share that units have on average with this unit's mix of
	// cases, and P how often chance alone leads at least so far from it, on
	// either side; PHolm is corrected for all rows.
	Expected float64 `json:"expected"`
	P        float64 `json:"p"`
	PHolm    float64 `json:"p_holm"`
	// Funnel are the limits around Expected for so many looked at: warning
	// (95 %) and alarm (99.8 %).
	Warning feedback.Interval `json:"warning"`
	Alarm   feedback.Interval `json:"alarm"`
	// Stands says where the unit stands out, by PHolm and the level.
	Stands Standing `json:"stands,omitempty"`
	// Rank is nil where the unit cannot be compared.
	Rank *RankRange `json:"rank"`
}

// Standing says whether a unit stands out.
type Standing string

// The standings. Most units have none: they are as all others, as far as is
// known.
const (
	Better Standing = "better"
	Worse  Standing = "worse"
)

// NewTable compares units. A value that cannot be used is a feedback.Fault.
func NewTable(units []Unit, cfg TableConfig) (Table, error) {
	cfg.MinN = cmp.Or(cfg.MinN, DefaultMinN)
	mix, err := checkUnits(units, cfg)
	if err != nil {
		return Table{}, err
	}
	var all feedback.Proportion
	var totals []feedback.Proportion
	for i := range units {
		sum := units[i].total()
		all.Good, all.N = all.Good+sum.Good, all.N+sum.N
		totals = append(totals, sum)
	}
	t := Table{All: all.Share(feedback.Wilson, cfg.Level), Spread: NewSpread(totals)}
	for i := range units {
		if totals[i].N < cfg.MinN {
			t.TooFew = append(t.TooFew, units[i].Name)
			continue
		}
		row, err := newRow(&units[i], totals[i], mix, t.Spread, cfg.Level)
		if err != nil {
			return Table{}, err
		}
		t.Rows = append(t.Rows, row)
	}
	slices.Sort(t.TooFew)
	slices.SortFunc(t.Rows, func(a, b Row) int { return cmp.Compare(a.Name, b.Name) })
	if err := t.stand(cfg.Level); err != nil {
		return Table{}, err
	}
	return t, t.rank(units, mix, cfg.Level)
}

// checkUnits refuses what cannot be counted, and returns all cases by stratum.
func checkUnits(units []Unit, cfg TableConfig) (map[string]feedback.Proportion, error) {
	var c check
	if cfg.MinN < 1 {
		c.Failf("min_n", number(float64(cfg.MinN)), "is below 1")
	}
	if len(units) > maxUnits {
		c.Failf("units", number(float64(len(units))), "are more than %d", maxUnits)
		return nil, c.Err()
	}
	mix := map[string]feedback.Proportion{}
	seen := map[string]bool{}
	for i := range units {
		path := fmt.Sprintf("units[%d]", i)
		c.Name(path+".name", units[i].Name, true)
		if seen[units[i].Name] {
			c.Failf(path+".name", units[i].Name, "is there twice")
		}
		seen[units[i].Name] = true
		for name, p := range units[i].Strata {
			if p.Good < 0 || p.Good > p.N || p.N > maxCount {
				c.Failf(path+".strata."+name, fmt.Sprintf("%d of %d", p.Good, p.N), "is no share of a count")
				continue
			}
			sum := mix[name]
			mix[name] = feedback.Proportion{Good: sum.Good + p.Good, N: sum.N + p.N}
		}
	}
	maps.DeleteFunc(mix, func(_ string, p feedback.Proportion) bool { return p.N == 0 })
	if len(mix) > maxStrata {
		c.Failf("strata", number(float64(len(mix))), "are more than %d", maxStrata)
	}
	return mix, c.Err()
}

func newRow(u *Unit, sum feedback.Proportion, mix map[string]feedback.Proportion, s Spread, level feedback.Level) (Row, error) {
	r := Row{Name: u.Name, Seen: sum, Crude: sum.Share(feedback.Wilson, level), Shrunk: s.Shrink(sum, level)}
	r.Adjusted, r.Missing = Standardise(u.Strata, mix, level)
	parts := chances(u.Strata, mix)
	for _, p := range parts {
		r.Expected += p.share * float64(p.n) / float64(sum.N)
	}
	r.P = beyond(parts, sum.Good)
	var err error
	if r.Warning, err = FunnelLimits(min(r.Expected, 1), sum.N, warningLevel); err != nil {
		return Row{}, err
	}
	r.Alarm, err = FunnelLimits(min(r.Expected, 1), sum.N, alarmLevel)
	return r, err
}

// stand corrects for the number of rows and says who stands out.
func (t *Table) stand(level feedback.Level) error {
	p := make([]float64, len(t.Rows))
	for i := range t.Rows {
		p[i] = t.Rows[i].P
	}
	adjusted, err := feedback.Adjust(p)
	if err != nil {
		return err
	}
	for i := range t.Rows {
		r := &t.Rows[i]
		r.PHolm = adjusted.Holm[i]
		switch {
		case r.PHolm > 1-level.Confidence():
		case r.Crude.Value > r.Expected:
			r.Stands = Better
		default:
			r.Stands = Worse
		}
	}
	return nil
}

// RankRange are the ranks that a unit may have, from 1, the best. Units whose
// ranges overlap are not told apart.
type RankRange struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// rank says of each row how many others are surely better, and how many surely
// worse: those whose intervals lie wholly beside its own. Intervals are widened
// for the number of rows (Šidák), so that at the level all ranges together hold
// the true ranks (Klein, Wright, Wieczorek, A joint confidence region for an
// overall ranking of populations, JRSS C 69 (2020) 589-606).
func (t *Table) rank(units []Unit, mix map[string]feedback.Proportion, level feedback.Level) error {
	rows := make([]*Row, 0, len(t.Rows))
	for i := range t.Rows {
		if t.Rows[i].Adjusted.OK {
			rows = append(rows, &t.Rows[i])
		}
	}
	if len(rows) == 0 {
		return nil
	}
	joint, err := feedback.NewLevel(min(math.Pow(level.Confidence(), 1/float64(len(rows))), 1-1e-11))
	if err != nil {
		return err
	}
	strata := make(map[string]map[string]feedback.Proportion, len(units))
	for i := range units {
		strata[units[i].Name] = units[i].Strata
	}
	wide := make([]feedback.Interval, len(rows))
	lows, highs := make([]float64, len(rows)), make([]float64, len(rows))
	for i, r := range rows {
		e, _ := Standardise(strata[r.Name], mix, joint)
		wide[i], lows[i], highs[i] = e.Interval, e.Interval.Low, e.Interval.High
	}
	slices.Sort(lows)
	slices.Sort(highs)
	for i, r := range rows {
		worse, _ := slices.BinarySearch(highs, wide[i].Low) // end below it
		notAbove, _ := slices.BinarySearchFunc(lows, wide[i].High, func(low, high float64) int {
			if low <= high {
				return -1
			}
			return 1
		})
		r.Rank = &RankRange{1 + len(rows) - notAbove, len(rows) - worse}
	}
	return nil
}
