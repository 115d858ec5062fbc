package escalation_test

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kulanz-go/kulanz/escalation"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

var armed = flag.Int("armed", 100_000, "tickets that wait for a step while 100 are due")

// BenchmarkTick is a tick with 100 tickets whose step is due, among few and
// among many that wait for theirs: the cost is that of the 100.
func BenchmarkTick(b *testing.B) {
	const due = 100
	const text = `{"id": "ID", "version": "1", "clock": "wall", "match": {"field": "segment", "op": "eq", "value": "ID"},
		"repeat": {"times": 100, "gap": "GAP"}, "steps": [
		{"id": "s", "after": "0s", "targets": [{"kind": "role", "id": "lead"}], "actions": [{"kind": "notify"}]}]}`
	near := strings.NewReplacer("ID", "near", "GAP", "1h").Replace(text)
	far := strings.NewReplacer("ID", "far", "GAP", "170h").Replace(text)
	for _, all := range []int{1_000, *armed} {
		b.Run("armed="+strconv.Itoa(all), func(b *testing.B) {
			w := watch(b, escalation.PlannerConfig{}, tickettest.DeskConfig{Config: ticket.Config{
				Rules:    tickettest.NewRules(b, ticket.RulesConfig{Idle: sla.Period{N: 3650, Unit: sla.UnitDay}}),
				Delivery: ticket.HostDelivers(),
			}}, near, far)
			for i := range all {
				in := tickettest.Mail(fmt.Sprintf("m%d", i), fmt.Sprintf("c%d", i), "")
				in.Customer.Segment = "far"
				if i%(all/due) == 0 {
					in.Customer.Segment = "near"
				}
				if _, err := w.Receive(b.Context(), in); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				w.Clock.Advance(time.Hour)
				b.StartTimer()
				res, err := w.Tick(b.Context(), ticket.TickOptions{Limit: 2 * due})
				if err != nil || len(res.Done) != due || len(res.Faults) > 0 {
					b.Fatal(len(res.Done), res.Faults, err)
				}
			}
		})
	}
}

// BenchmarkEvaluate is one look at a ticket: with nothing due, and with a step
// that fires, on the wall clock and on a calendar with quiet hours.
func BenchmarkEvaluate(b *testing.B) {
	p := policy(b, standard)
	in := escalation.Input{Ticket: "T", Facts: facts(b, p.Schema(), map[string]any{"vip": true})}
	opened := p.Apply(escalation.State{}, escalation.Event{At: at("08:00"), Kind: escalation.EventOpened})
	in.Now = at("08:00")
	fired := p.Evaluate(in, opened).State
	for name, look := range map[string]struct {
		st  escalation.State
		now string
	}{"idle": {fired, "08:10"}, "fires": {fired, "08:30"}} {
		b.Run(name, func(b *testing.B) {
			in.Now = at(look.now)
			b.ReportAllocs()
			for b.Loop() {
				p.Evaluate(in, look.st)
			}
		})
	}
}
