package route_test

import (
	"fmt"
	"time"

	"github.com/kulanz-go/kulanz/escalation/route"
)

func ExampleRoute() {
	roster, err := route.ParseRoster([]byte(`{"agents": [
		{"id": "anna", "skills": {"returns": 2}, "languages": ["de"], "capacity": 6, "load": 5, "present": true},
		{"id": "ben", "skills": {"returns": 1}, "languages": ["de", "en"], "capacity": 6, "load": 1, "present": true},
		{"id": "cem", "skills": {"returns": 3}, "languages": ["de"], "capacity": 4, "absent": true}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	policy, err := route.ParsePolicy([]byte(`{"relax": [{"after": "30m", "lower": 1}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2026, 6, 2, 8, 0, 0, 0, time.UTC)
	need := route.Request{Skills: []route.Need{{Skill: "returns", Level: 2}}, Languages: []string{"de"}, WaitingSince: now}
	for _, at := range []time.Time{now, now.Add(30 * time.Minute)} {
		d := route.Route(policy, roster, need, at)
		fmt.Println(d.Agent, d.Reason, d.Relaxed)
		for _, v := range d.Verdicts {
			fmt.Println("  ", v.Agent, v.Blockers)
		}
	}
	// Output:
	// anna least_loaded []
	//    anna []
	//    ben [{level returns 1 of 2}]
	//    cem [{absent }]
	// ben least_loaded [level returns 1]
	//    anna []
	//    ben []
	//    cem [{absent }]
}
