package main

import "github.com/kulanz-go/kulanz/escalation/signal"

// matched tells which terms a text holds.
func matched(c mixedCase) (any, error) {
	in, err := read[struct {
		Text  string        `json:"text"`
		Terms []signal.Term `json:"terms"`
	}](c)
	if err != nil {
		return nil, err
	}
	d, err := signal.New(in.Terms...)
	if err != nil {
		return nil, err
	}
	ids := []string{}
	for _, m := range d.Find(in.Text) {
		ids = append(ids, m.Term)
	}
	return map[string]any{"matched": ids}, nil
}
