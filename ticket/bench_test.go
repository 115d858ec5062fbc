package ticket_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/looplab/fsm"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/ticket"
)

// BenchmarkTransition is one step through the workflow's state machine beside
// one bare event of a looplab/fsm that is reused.
func BenchmarkTransition(b *testing.B) {
	b.Run("workflow", func(b *testing.B) {
		w, err := ticket.NewWorkflow(ticket.WorkflowConfig{})
		require.NoError(b, err)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := w.Fire("resolve", ticket.StateOpen); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("bare", func(b *testing.B) {
		m := fsm.NewFSM("open", fsm.Events{{Name: "resolve", Src: []string{"open"}, Dst: "resolved"}}, nil)
		ctx := b.Context()
		b.ReportAllocs()
		for b.Loop() {
			m.SetState("open")
			if err := m.Event(ctx, "resolve"); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkReply is one reply through the desk with its deadlines, on tickets
// with short and long histories, beside bare JSON of the same record: it must
// not grow with the conversation.
func BenchmarkReply(b *testing.B) {
	for _, messages := range []int{5, 5000} {
		f := newFixture(b, ticket.RulesConfig{}).with(b, func(c *ticket.Config) { c.Policies, c.Policy = policies(b), "p" })
		ref := f.receive(b, mail("m1", "Wo?")).Ticket.Ref()
		for range messages {
			f.do(b, anna, ref, ticket.Note{Text: strings.Repeat("x", 200)})
		}
		b.Run(fmt.Sprintf("after=%d", messages), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := f.desk.Do(b.Context(), anna, ref, ticket.Reply{Text: "Hier."}); err != nil {
					b.Fatal(err)
				}
			}
			rec, err := f.store.Load(b.Context(), ref)
			require.NoError(b, err)
			b.ReportMetric(float64(len(rec.Data)), "B/record")
		})
		b.Run(fmt.Sprintf("json/after=%d", messages), func(b *testing.B) {
			rec, err := f.store.Load(b.Context(), ref)
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				if err := ticket.Recode(rec.Data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkTick is a tick with 10 due tickets among few and many.
func BenchmarkTick(b *testing.B) {
	for _, open := range []int{1_000, 20_000} {
		f := newFixture(b, ticket.RulesConfig{Idle: days(3650)})
		for i := range open {
			in := mail(fmt.Sprintf("m%d", i), "Wo?")
			in.Orders = nil
			f.receive(b, in)
		}
		page, err := f.desk.List(b.Context(), anna, ticket.Query{Limit: 10})
		require.NoError(b, err)
		b.Run(fmt.Sprintf("open=%d", open), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				for i := range page.Tickets {
					f.do(b, anna, page.Tickets[i].Ref(), ticket.Snooze{Until: f.clock.Now().Add(time.Hour), Reason: "x"})
				}
				f.clock.Advance(time.Hour)
				b.StartTimer()
				if res := f.tick(b); len(res.Done) != len(page.Tickets) {
					b.Fatal(len(res.Done))
				}
			}
		})
	}
}
