package sla_test

import (
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
)

// benchPolicy has four metrics under three rules, as a shop would.
func benchPolicy(tb testing.TB, version, hours int) *sla.Policy {
	tb.Helper()
	rule := func(id string, m sla.Match, n int) sla.Rule {
		work := func(n int) sla.Period { return sla.Period{N: n, Unit: sla.UnitWorkHour} }
		return sla.Rule{ID: id, Match: m, Targets: []sla.Target{
			{Metric: sla.FirstResponse, Period: work(n), Clock: "desk", Warn: []int{50, 75, 90}},
			{Metric: sla.NextResponse, Period: work(2 * n), Clock: "desk", Warn: []int{75}},
			{Metric: sla.FirstResolution, Period: work(8 * n), Clock: "desk", Pause: []string{"waiting_customer"}},
			{Metric: sla.TotalResolution, Period: work(10 * n), Clock: "desk", Warn: []int{50, 90}, Pause: []string{"waiting_customer", "waiting_third"}},
		}}
	}
	p, err := sla.NewPolicy(sla.PolicyConfig{ID: "bench", Version: version, Rules: []sla.Rule{
		rule("urgent", sla.Match{Priority: []string{"urgent"}}, hours),
		rule("vip", sla.Match{Segment: []string{"vip"}}, 2*hours),
		rule("all", sla.Match{}, 4*hours),
	}}, desk(tb, 1, "Mo-Fr 09:00-13:00,14:00-18:00; Sa 10:00-14:00"))
	require.NoError(tb, err)
	return p
}

type kindAndState struct {
	kind  sla.MarkKind
	state string
}

// plainMarks is a conversation of 20 marks under one rule: an agent takes it,
// five answers, two pauses, notes, one resolution.
func plainMarks() []sla.Mark {
	marks := every97Minutes([]kindAndState{
		{sla.MarkOpened, "new"},
		{sla.MarkAssigned, ""},
		{sla.MarkState, "open"},
		{sla.MarkNote, ""},
		{sla.MarkAgentReply, "waiting_customer"},
		{sla.MarkCustomerMessage, "open"},
		{sla.MarkCustomerMessage, ""},
		{sla.MarkNote, ""},
		{sla.MarkAgentReply, ""},
		{sla.MarkCustomerMessage, ""},
		{sla.MarkAssigned, ""},
		{sla.MarkAgentReply, ""},
		{sla.MarkNote, ""},
		{sla.MarkState, "waiting_third"},
		{sla.MarkNote, ""},
		{sla.MarkState, "open"},
		{sla.MarkCustomerMessage, ""},
		{sla.MarkAgentReply, ""},
		{sla.MarkCustomerMessage, ""},
		{sla.MarkResolved | sla.MarkAgentReply, "resolved"},
	})
	marks[0].Subject = &sla.Subject{Priority: "normal", Channel: "mail", Reason: "return_pickup", ReasonParent: "return"}
	return marks
}

// reopenedMarks is a conversation of 20 marks with pauses, a retarget and a
// reopening.
func reopenedMarks() []sla.Mark {
	marks := every97Minutes([]kindAndState{
		{sla.MarkOpened, "new"},
		{sla.MarkAssigned, ""},
		{sla.MarkState, "open"},
		{sla.MarkAgentReply, "waiting_customer"},
		{sla.MarkCustomerMessage, "open"},
		{sla.MarkNote, ""},
		{sla.MarkAgentReply, ""},
		{sla.MarkCustomerMessage, ""},
		{sla.MarkSubject, ""},
		{sla.MarkState, "waiting_third"},
		{sla.MarkState, "open"},
		{sla.MarkAgentReply, ""},
		{sla.MarkNote, ""},
		{sla.MarkResolved | sla.MarkAgentReply, "resolved"},
		{sla.MarkCustomerMessage | sla.MarkReopened, "open"},
		{sla.MarkAssigned, ""},
		{sla.MarkAgentReply, "waiting_customer"},
		{sla.MarkCustomerMessage, "open"},
		{sla.MarkNote, ""},
		{sla.MarkResolved | sla.MarkAgentReply, "resolved"},
	})
	marks[0].Subject = &sla.Subject{Priority: "normal", Channel: "mail", Reason: "return_pickup", ReasonParent: "return"}
	marks[8].Subject = &sla.Subject{Priority: "urgent", Channel: "mail", Reason: "return_pickup", ReasonParent: "return"}
	return marks
}

func every97Minutes(kinds []kindAndState) []sla.Mark {
	marks := make([]sla.Mark, len(kinds))
	for i, k := range kinds {
		marks[i] = sla.Mark{Seq: int64(i + 1), At: monday().Add(time.Duration(8*60+i*97) * time.Minute), Kind: k.kind, State: k.state}
	}
	return marks
}

func BenchmarkEvaluate(b *testing.B) {
	p := benchPolicy(b, 1, 1)
	for _, mix := range []struct {
		name  string
		marks []sla.Mark
	}{{"plain", plainMarks()}, {"reopened", reopenedMarks()}} {
		now := mix.marks[len(mix.marks)-1].At.Add(time.Hour)
		b.Run(mix.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sla.Evaluate(p, mix.marks, now)
			}
		})
		b.Run(mix.name+"-append", func(b *testing.B) {
			b.ReportAllocs()
			var room []sla.Status
			for b.Loop() {
				room = sla.AppendStatuses(room[:0], p, mix.marks, now)
			}
		})
	}
}

func BenchmarkTrackerApply(b *testing.B) {
	p, marks := benchPolicy(b, 1, 1), reopenedMarks()
	tr, _ := sla.Tracker{}.Apply(p, marks[:10]...)
	data, err := json.Marshal(tr)
	require.NoError(b, err)
	b.ReportMetric(float64(len(data)), "state-bytes")
	b.ReportAllocs()
	for b.Loop() {
		tr.Apply(p, marks[10])
	}
}

// generated yields n histories of the shape of the ServiceNow log: 5.7 marks
// a ticket on average, spread over two years.
func generated(n int) iter.Seq[sla.History] {
	return func(yield func(sla.History) bool) {
		r := rand.New(rand.NewPCG(1, 2))
		subjects := make([]sla.Subject, 64)
		for i := range subjects {
			subjects[i] = sla.Subject{
				Priority: [...]string{"low", "normal", "high", "urgent"}[i%4], Channel: [...]string{"mail", "chat", "phone"}[i%3],
				Reason: fmt.Sprintf("reason-%d", i%21), ReasonParent: fmt.Sprintf("parent-%d", i%7),
			}
		}
		states := []string{"open", "waiting_customer", "waiting_third"}
		for id := range n {
			h := sla.History{ID: fmt.Sprintf("%07d", id)}
			at := monday().Add(time.Duration(r.IntN(2*365*24*60)) * time.Minute)
			steps := 1 + r.IntN(4) + r.IntN(6)
			for i := range steps {
				m := sla.Mark{Seq: int64(i), At: at, Kind: sla.MarkOpened, Subject: &subjects[r.IntN(len(subjects))]}
				switch i {
				case 0:
				case steps - 1:
					m.Kind, m.State, m.Subject = sla.MarkResolved|sla.MarkAgentReply, "resolved", nil
				default:
					m.Kind, m.State, m.Subject = []sla.MarkKind{sla.MarkAgentReply, sla.MarkCustomerMessage, sla.MarkState, sla.MarkNote}[r.IntN(4)], states[r.IntN(3)], nil
				}
				h.Marks = append(h.Marks, m)
				at = at.Add(time.Duration(r.ExpFloat64()*600) * time.Minute)
			}
			if !yield(h) {
				return
			}
		}
	}
}

// BenchmarkReplay folds as many marks as the whole ServiceNow log has, under
// one policy.
func BenchmarkReplay(b *testing.B) {
	p := benchPolicy(b, 1, 1)
	const marks = 141_712
	var histories []sla.History
	left := marks
	for h := range generated(marks) {
		h.Marks = h.Marks[:min(left, len(h.Marks))]
		histories = append(histories, h)
		if left -= len(h.Marks); left == 0 {
			break
		}
	}
	b.ReportAllocs()
	var r *sla.Report
	for b.Loop() {
		r = sla.Replay(slices.Values(histories), p)
	}
	data, err := json.Marshal(r)
	require.NoError(b, err)
	require.Equal(b, marks, r.Marks)
	b.ReportMetric(marks*float64(b.N)/b.Elapsed().Seconds(), "marks/s")
	b.ReportMetric(float64(len(data)), "report-bytes")
}
