package main

import (
	"encoding/json"
	"time"

	"github.com/kulanz-go/kulanz/escalation/shift"
)

// turns tells whose turn it is, shift by shift.
func turns(c mixedCase) (any, error) {
	in, err := read[struct {
		shift.Rotation

		TZ   string    `json:"tz"`
		From time.Time `json:"from"`
		To   time.Time `json:"to"`
	}](c)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(in.TZ)
	if err != nil {
		return nil, err
	}
	shifts, err := in.Shifts(zone, in.From, in.To)
	if err != nil {
		return nil, err
	}
	return map[string]any{"shifts": list(shifts)}, nil
}

// onDuty tells who is on duty when, and when nobody is.
func onDuty(c mixedCase) (any, error) {
	in, err := read[struct {
		shift.Config

		From time.Time `json:"from"`
		To   time.Time `json:"to"`
	}](c)
	if err != nil {
		return nil, err
	}
	s, err := shift.New(in.Config)
	if err != nil {
		return nil, err
	}
	coverage, err := s.Coverage(in.From, in.To)
	if err != nil {
		return nil, err
	}
	return map[string]any{"segments": list(coverage.Segments), "gaps": list(coverage.Gaps())}, nil
}

// list is what encodes as a list where there is nothing.
func list[T any](all []T) any {
	if len(all) == 0 {
		return json.RawMessage("[]")
	}
	return all
}
