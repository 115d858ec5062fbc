package main

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// Report is what the replay of a log found.
type Report struct {
	Log  LogReport `json:"log"`
	Bad  BadRows   `json:"bad_rows"`
	Life *Life     `json:"life"`
	Hops *Hops     `json:"hops"`
	// NotJudged counts cases that no policy judges since rows of theirs are
	// lost.
	NotJudged int             `json:"not_judged"`
	Policies  []PolicySummary `json:"policies"`
	SLA       *sla.Report     `json:"sla"`
	// MadeSLA compares each policy with the log's own word, where it has one.
	MadeSLA []Agreement `json:"made_sla,omitempty"`
}

// LogReport says what was read.
type LogReport struct {
	File   string    `json:"file,omitempty"` // empty: the generated log
	Format string    `json:"format"`
	Rows   int       `json:"rows"`
	Cases  int       `json:"cases"`
	First  time.Time `json:"first,omitzero"` // the earliest stamp
	Last   time.Time `json:"last,omitzero"`
}

// span names the first and the last day of the log, to go on a list with; ""
// where it has none.
func (l *LogReport) span() string {
	if l.First.IsZero() {
		return ""
	}
	return ", " + l.First.Format(time.DateOnly) + " to " + l.Last.Format(time.DateOnly)
}

// PolicySummary is a policy that judged, with what is odd about it.
type PolicySummary struct {
	Policy string            `json:"policy"` // id@version
	File   string            `json:"file"`
	About  string            `json:"about,omitempty"`
	Lint   []sla.LintWarning `json:"lint,omitempty"`
}

// Agreement counts cases by whether a policy judges them as the log itself
// does.
type Agreement struct {
	Policy string         `json:"policy"`
	Rows   []AgreementRow `json:"rows"` // by the priority of the last row
}

// AgreementRow counts the cases of one priority, as the log writes it.
type AgreementRow struct {
	Priority string `json:"priority"`
	Agree    int    `json:"agree"`
	Judged   int    `json:"judged"`
}

func (a *Agreement) add(priority string, agree bool) {
	row := AgreementRow{Priority: priority, Judged: 1}
	if agree {
		row.Agree = 1
	}
	a.merge(&Agreement{Rows: []AgreementRow{row}})
}

func (a *Agreement) merge(o *Agreement) {
	for _, row := range o.Rows {
		i, found := slices.BinarySearchFunc(a.Rows, row.Priority, func(r AgreementRow, p string) int {
			return cmp.Compare(r.Priority, p)
		})
		if !found {
			a.Rows = slices.Insert(a.Rows, i, AgreementRow{Priority: row.Priority})
		}
		a.Rows[i].Agree += row.Agree
		a.Rows[i].Judged += row.Judged
	}
}

func newReport(l *Log, policies []*sla.Policy) *Report {
	r := &Report{
		Log: LogReport{
			Format: l.Mapping.ID, Rows: l.Rows, Cases: len(l.Cases), First: l.First, Last: l.Last,
		},
		Bad: l.Bad, Life: newLife(), Hops: newHops(),
	}
	if l.HasMadeSLA {
		for _, p := range policies {
			r.MadeSLA = append(r.MadeSLA, Agreement{Policy: p.Ref()})
		}
	}
	return r
}

// moveCount is a move with its count, as JSON has it.
type moveCount struct {
	Move

	Count int `json:"count"`
}

// MarshalJSON writes the moves as a list, the most frequent first.
func (m moves) MarshalJSON() ([]byte, error) {
	list := make([]moveCount, 0, len(m))
	for move, n := range m {
		list = append(list, moveCount{move, n})
	}
	slices.SortFunc(list, func(a, b moveCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return json.Marshal(list)
}

// MarshalJSON writes the rejections as a list, the most frequent first.
func (rs rejections) MarshalJSON() ([]byte, error) { return json.Marshal(rs.list()) }

// byCount returns the keys of counts, the highest count first.
func byCount[K cmp.Ordered](m map[K]int) []K {
	return slices.SortedFunc(maps.Keys(m), func(a, b K) int {
		return cmp.Or(cmp.Compare(m[b], m[a]), cmp.Compare(a, b))
	})
}
