package main

import "github.com/kulanz-go/kulanz/escalation"

// ladder tells which rungs are open.
func ladder(c mixedCase) (any, error) {
	in, err := read[struct {
		Done  []string                    `json:"done"`
		Facts map[string]escalation.Value `json:"facts"`
	}](c)
	if err != nil {
		return nil, err
	}
	schema, err := escalation.NewSchema(escalation.BuiltinFields()...)
	if err != nil {
		return nil, err
	}
	l, err := escalation.NewLadder(escalation.LadderConfig{}, schema)
	if err != nil {
		return nil, err
	}
	facts := schema.NewFacts()
	if err := facts.Set("ladder_done", escalation.Texts(in.Done...)); err != nil {
		return nil, err
	}
	for name, v := range in.Facts {
		if err := facts.Set(name, v); err != nil {
			return nil, err
		}
	}
	return map[string]any{"allowed": l.Allowed(facts)}, nil
}
