package ticket_test

import (
	"encoding/binary"
	"flag"
	"fmt"
	"runtime"
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

// most is how many tickets are open in the largest case of BenchmarkTick:
//
//	go test -run '^$' -bench Tick ./ticket -open 1000000
var most = flag.Int("open", 100_000, "open tickets in BenchmarkTick")

// BenchmarkTick is a tick with 100 due tickets among few and many: it must cost
// what is due. It reports what an open ticket of five messages takes in memory.
func BenchmarkTick(b *testing.B) {
	for _, open := range []int{1_000, *most} {
		f := newFixture(b, ticket.RulesConfig{Idle: days(3650)})
		var due []ticket.Ref
		for i := range 100 {
			in := mail(fmt.Sprintf("m%d", i), "Wo?")
			in.Orders = nil
			due = append(due, f.receive(b, in).Ticket.Ref())
		}
		bytes := fill(b, f, open)
		b.Run(fmt.Sprintf("open=%d", open), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				for _, ref := range due {
					f.do(b, anna, ref, ticket.Snooze{Until: f.clock.Now().Add(time.Hour), Reason: "x"})
				}
				f.clock.Advance(time.Hour)
				b.StartTimer()
				if res := f.tick(b); len(res.Done) != len(due) {
					b.Fatal(len(res.Done))
				}
			}
			b.ReportMetric(bytes, "B/ticket")
		})
	}
}

// fill puts in copies of a ticket of five messages that is not due for years,
// and returns what one takes in memory.
func fill(b *testing.B, f *fixture, open int) float64 {
	b.Helper()
	text := strings.Repeat("Wo bleibt mein Paket? ", 10)
	ref := f.receive(b, mail("first", text)).Ticket.Ref()
	for range 4 {
		f.do(b, anna, ref, ticket.Reply{Text: text})
	}
	rec, err := f.store.Load(b.Context(), ref)
	require.NoError(b, err)
	events, err := f.store.History(b.Context(), ticket.HistoryQuery{Ref: ref, Limit: ticket.MaxPage})
	require.NoError(b, err)
	rec.Version, rec.Wake = 1, rec.Wake.AddDate(9, 0, 0)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range open {
		binary.BigEndian.PutUint64(rec.ID[8:], uint64(i))
		require.NoError(b, f.store.Commit(b.Context(), ticket.Commit{
			At: f.clock.Now(), Changes: []ticket.Change{{Next: rec, Events: events}},
		}))
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	return float64(after.HeapAlloc-before.HeapAlloc) / float64(open)
}
