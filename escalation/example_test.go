package escalation_test

import (
	"fmt"
	"time"

	"github.com/kulanz-go/kulanz/escalation"
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
