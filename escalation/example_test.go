package escalation_test

import (
	"fmt"

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
