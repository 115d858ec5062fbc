package escalation_test

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/escalation"
	"github.com/kulanz-go/kulanz/escalation/shift"
	"github.com/kulanz-go/kulanz/escalation/signal"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
)

// A condition is data; what is wrong with it is found before any ticket is.
func ExampleSchema_Compile() {
	s, err := escalation.NewSchema(
		escalation.Field{Name: "contacts_7d", Type: escalation.TypeInteger},
		escalation.Field{Name: "signals", Type: escalation.TypeList},
	)
	if err != nil {
		panic(err)
	}
	cond, err := escalation.ParseCond([]byte(`{"any": [
		{"field": "signals", "op": "has", "value": "legal_threat"},
		{"field": "contacts_7d", "op": "ge", "value": 3}]}`))
	if err != nil {
		panic(err)
	}
	pingPong, err := s.Compile(cond)
	if err != nil {
		panic(err)
	}
	facts, err := s.Bind(map[string]any{"contacts_7d": 2, "signals": []string{"angry"}})
	if err != nil {
		panic(err)
	}
	fmt.Println(pingPong.Match(facts))
	for _, leaf := range pingPong.WhyNot(facts) {
		fmt.Println(leaf.Text().EN)
	}
	_, err = s.Compile(escalation.Leaf("contact_7d", escalation.OpGe, escalation.Integer(3)))
	fmt.Println(err)
	// Output:
	// false
	// signals is ["angry"], asked is: holds "legal_threat"
	// contacts_7d is 2, asked is: at least 3
	// escalation: cond.field: "contact_7d" is no field that is declared
}

// The ladder for difficult customers: what is open now, and what a rung still
// needs. The last rungs are only ever requested.
func ExampleLadder() {
	schema, err := escalation.NewSchema(escalation.BuiltinFields()...)
	if err != nil {
		panic(err)
	}
	ladder, err := escalation.NewLadder(escalation.LadderConfig{}, schema)
	if err != nil {
		panic(err)
	}
	facts, err := schema.Bind(map[string]any{
		"ladder_done": []string{"answer_all_points", "offer_phone", "offer_goodwill"}, "written_rounds": 4,
		"phone_accepted": false, "goodwill_exhausted": true, "abuse_documented": true, "notice_days": 0,
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(ladder.Allowed(facts))
	for _, rung := range ladder.Explain(facts) {
		if rung.Rung != escalation.ActLegalStep {
			continue
		}
		for _, leaf := range rung.Why {
			fmt.Println(leaf.Text().EN)
		}
	}
	// Output:
	// [formal_notice]
	// ladder_done is ["answer_all_points", "offer_phone", "offer_goodwill"], asked is: holds "formal_notice"
	// notice_days is 0, asked is: at least 14
	// approved_by_manager is not known, asked is: equal to true
	// statutory_claim_open is not known, asked is: equal to false
}

// What will fire if nobody acts.
func ExamplePolicy_Preview() {
	p, err := escalation.ParsePolicy([]byte(`{
		"id": "std", "version": "1", "clock": "wall", "tz": "Europe/Berlin",
		"quiet": {"from": "22:00", "to": "07:00"},
		"steps": [
			{"id": "team", "after": "0s", "targets": [{"kind": "team", "id": "service"}], "actions": [{"kind": "notify"}]},
			{"id": "lead", "after": "30m", "targets": [{"kind": "role", "id": "lead"}], "actions": [{"kind": "notify"}]}
		]}`), escalation.Environment{})
	if err != nil {
		panic(err)
	}
	opened := time.Date(2026, 6, 2, 19, 45, 0, 0, time.UTC)
	state := p.Apply(escalation.State{}, escalation.Event{At: opened, Kind: escalation.EventOpened})
	for _, f := range p.Preview(escalation.Input{Ticket: "T1", Now: opened}, state, opened.AddDate(0, 0, 2)) {
		fmt.Println(f.At.Format(time.RFC3339), f.Status, f.Key)
	}
	// Output:
	// 2026-06-02T19:45:00Z fired T1|std@1|e0|c0|team
	// 2026-06-03T05:00:00Z fired T1|std@1|e0|c0|lead
}

// A policy rides in the ticket's own commit: nobody has taken the ticket half
// an hour after it came, so the lead is told and it becomes urgent.
func ExamplePlanner() {
	policies, err := escalation.NewPolicySet(escalation.Environment{}, escalation.PolicyConfig{
		ID: "std", Version: "1", Clock: "wall",
		Steps: []escalation.Step{{
			ID: "lead", After: escalation.Minutes(30),
			Targets: []escalation.Target{{Kind: escalation.TargetRole, ID: "lead"}},
			Actions: []escalation.Action{{Kind: escalation.ActNotify}, {Kind: escalation.ActSetPriority, Priority: ticket.PriorityUrgent}},
		}},
	})
	if err != nil {
		panic(err)
	}
	hours, err := sla.ParseHours("Mo-Fr 09:00-17:00")
	if err != nil {
		panic(err)
	}
	calendar, err := sla.NewCalendar(sla.CalendarConfig{ID: "shop", Zone: "Europe/Berlin", Hours: hours})
	if err != nil {
		panic(err)
	}
	rules, err := ticket.NewRules(ticket.RulesConfig{Calendar: calendar})
	if err != nil {
		panic(err)
	}
	planner, err := escalation.NewPlanner(escalation.PlannerConfig{Policies: policies, Rules: rules})
	if err != nil {
		panic(err)
	}
	now := time.Date(2026, 6, 2, 8, 0, 0, 0, time.UTC)
	desk, err := ticket.NewDesk(new(ticketmem.Store), ticket.Config{
		Rules: rules, Now: func() time.Time { return now }, Planners: []ticket.Planner{planner},
		Delivery: ticket.DeskDelivers(func(_ context.Context, o ticket.Outgoing) error {
			if f, ok := escalation.FiringOf(o.Event); ok {
				fmt.Println("tell", f.Targets, "of step", f.Step, "due", f.Due.Format("15:04"))
			}
			return nil
		}),
	})
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	r, err := desk.Receive(ctx, ticket.Inbound{
		Shop: "shop", Key: "m1", Channel: ticket.ChannelEmail, Customer: ticket.Customer{Ref: "c1"}, Text: "Wo ist mein Paket?",
	})
	if err != nil {
		panic(err)
	}
	now = now.Add(30 * time.Minute)
	if _, err := desk.Tick(ctx, ticket.TickOptions{}); err != nil {
		panic(err)
	}
	t, err := desk.Get(ctx, ticket.Actor{Kind: ticket.ActorSystem, Shop: "shop"}, r.Ticket.Ref())
	fmt.Println(t.Priority, t.Counters.Escalations, err)
	// Output:
	// tell [lead] of step lead due 08:30
	// urgent 1 <nil>
}

// What a customer writes is a fact, too: a legal threat comes before the lead
// with the message that makes it.
func ExamplePlannerConfig_signals() {
	detector, err := signal.New(signal.Terms()...)
	if err != nil {
		panic(err)
	}
	policies, err := escalation.NewPolicySet(escalation.Environment{}, escalation.PolicyConfig{
		ID: "threats", Version: "1", Clock: "wall", AlwaysRuns: true,
		Steps: []escalation.Step{{
			ID: "lead", When: escalation.Leaf("signals", escalation.OpHas, escalation.Text("legal_threat")),
			Targets: []escalation.Target{{Kind: escalation.TargetRole, ID: "lead"}},
			Actions: []escalation.Action{{Kind: escalation.ActNotify}},
		}},
	})
	if err != nil {
		panic(err)
	}
	calendar, err := sla.NewCalendar(sla.CalendarConfig{ID: "shop", Zone: "Europe/Berlin"})
	if err != nil {
		panic(err)
	}
	rules, err := ticket.NewRules(ticket.RulesConfig{Calendar: calendar})
	if err != nil {
		panic(err)
	}
	planner, err := escalation.NewPlanner(escalation.PlannerConfig{Policies: policies, Rules: rules, Signals: detector.Signals})
	if err != nil {
		panic(err)
	}
	now := time.Date(2026, 6, 2, 8, 0, 0, 0, time.UTC)
	desk, err := ticket.NewDesk(new(ticketmem.Store), ticket.Config{
		Rules: rules, Now: func() time.Time { return now }, Planners: []ticket.Planner{planner}, Delivery: ticket.HostDelivers(),
	})
	if err != nil {
		panic(err)
	}
	for key, text := range []string{
		"Das Gericht aus Ihrem Kochbuch ist mir angebrannt.",
		"Das geht jetzt an meinen Anwalt!",
	} {
		r, err := desk.Receive(context.Background(), ticket.Inbound{
			Shop: "shop", Key: strconv.Itoa(key), Channel: ticket.ChannelEmail, Customer: ticket.Customer{Ref: "c" + strconv.Itoa(key)}, Text: text,
		})
		if err != nil {
			panic(err)
		}
		for _, e := range r.Events {
			if f, ok := escalation.FiringOf(e); ok {
				fmt.Println(text, "->", f.Text(time.UTC).EN)
			}
		}
	}
	// Output:
	// Das geht jetzt an meinen Anwalt! -> 2 Jun 2026 08:00: lead fired, to lead: tell; signals is ["legal_threat"], asked is: holds "legal_threat"
}

// A schedule says who is on call when a step comes due: here ben, for anna is
// away.
func ExampleRoster() {
	desk, err := shift.Parse([]byte(`{
		"tz": "Europe/Berlin",
		"layers": [{"id": "week", "rotation": {"start_local": "2026-06-01T08:00", "unit": "week", "length": 1, "members": ["anna", "ben"]}}],
		"absences": [{"member": "anna", "from": "2026-06-02T00:00:00Z", "to": "2026-06-03T00:00:00Z"}]
	}`))
	if err != nil {
		panic(err)
	}
	roster := escalation.Roster{Schedules: map[string]escalation.Schedule{"desk": desk}}
	p, err := escalation.NewPolicy(escalation.PolicyConfig{
		ID: "std", Version: "1", Clock: "wall",
		Steps: []escalation.Step{{
			ID: "on-call", After: escalation.Minutes(30),
			Targets: []escalation.Target{{Kind: escalation.TargetOnCall, ID: "desk"}},
			Actions: []escalation.Action{{Kind: escalation.ActNotify}},
		}},
	}, escalation.Environment{})
	if err != nil {
		panic(err)
	}
	opened := time.Date(2026, 6, 2, 8, 0, 0, 0, time.UTC)
	state := p.Apply(escalation.State{}, escalation.Event{At: opened, Kind: escalation.EventOpened})
	for _, f := range p.Preview(escalation.Input{Ticket: "T1", Now: opened, Holders: roster.Held}, state, opened.AddDate(0, 0, 1)) {
		fmt.Println(f.Text(time.UTC).EN)
	}
	// Output:
	// 2 Jun 2026 08:30: on-call fired, to ben: tell
}
