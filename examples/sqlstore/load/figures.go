package main

import (
	"slices"
	"time"
)

// tally is what a side did in one round, or in all.
type tally struct {
	took   time.Duration
	steps  int
	calls  int
	rows   int
	rates  []float64 // steps per second of each round
	byKind map[kind][]time.Duration
	due    int // tickets that ticks claimed
}

func newTally() *tally { return &tally{byKind: make(map[kind][]time.Duration)} }

func tallyOf(all [][]step, took time.Duration) *tally {
	t := newTally()
	t.took = took
	for _, steps := range all {
		for _, s := range steps {
			t.steps++
			t.byKind[s.kind] = append(t.byKind[s.kind], s.took)
			for _, c := range s.calls {
				if c.reading != nil {
					continue
				}
				t.calls++
				t.rows += c.rows()
				if c.claim != nil {
					t.due += c.claimed
				}
			}
		}
	}
	t.rates = []float64{float64(t.steps) / took.Seconds()}
	return t
}

func (t *tally) add(other *tally) {
	t.took += other.took
	t.steps += other.steps
	t.calls += other.calls
	t.rows += other.rows
	t.due += other.due
	t.rates = append(t.rates, other.rates...)
	for k, all := range other.byKind {
		t.byKind[k] = append(t.byKind[k], all...)
	}
}

// workload is what a number of workers did.
type workload struct {
	Workers     int    `json:"workers"`
	Sides       []side `json:"sides"`
	LoadAverage string `json:"load_average"`
}

// side is what one side did.
type side struct {
	Name         string    `json:"name"`
	PerSecond    float64   `json:"steps_per_second"`  // median of the rounds
	Ratio        float64   `json:"ratio"`             // to the same reads and writes by hand, median of the rounds
	WritesRatio  float64   `json:"writes_ratio"`      // to the writes alone by hand, median of the rounds
	Rows         float64   `json:"rows_per_step"`     // written
	Writes       float64   `json:"writes_per_second"` // commits and claims
	DuePerSecond float64   `json:"due_per_second"`    // tickets that ticks took on; of the desk alone
	Latencies    []latency `json:"latencies"`
}

// latency is how long steps of one kind took, in milliseconds.
type latency struct {
	Kind kind    `json:"kind"`
	P50  float64 `json:"p50_ms"`
	P99  float64 `json:"p99_ms"`
}

func (r workload) side(name string) side {
	i := slices.IndexFunc(r.Sides, func(s side) bool { return s.Name == name })
	return r.Sides[i]
}

func summarize(workers int, sums map[string]*tally, load string) workload {
	r := workload{Workers: workers, LoadAverage: load}
	for _, name := range sides() {
		t := sums[name]
		s := side{
			Name: name, PerSecond: median(t.rates), Ratio: t.ratio(sums[sideHand]), WritesRatio: t.ratio(sums[sideWrites]), Rows: float64(t.rows) / float64(t.steps),
			Writes: float64(t.calls) / t.took.Seconds(), DuePerSecond: float64(t.due) / t.took.Seconds(),
		}
		for _, k := range kinds() {
			if all := t.byKind[k]; len(all) > 0 {
				s.Latencies = append(s.Latencies, latency{k, quantile(all, 0.5), quantile(all, 0.99)})
			}
		}
		r.Sides = append(r.Sides, s)
	}
	return r
}

// ratio is how fast it was beside another, in the median of the rounds.
func (t *tally) ratio(other *tally) float64 {
	ratios := make([]float64, len(t.rates))
	for i := range ratios {
		ratios[i] = t.rates[i] / other.rates[i]
	}
	return median(ratios)
}

func median(all []float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

// quantile returns a quantile of durations in milliseconds: the least that at
// least so many are not above.
func quantile(all []time.Duration, q float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	i := min(int(q*float64(len(sorted))), len(sorted)-1)
	return float64(sorted[i].Microseconds()) / 1000
}
