package main

import (
	"time"

	"github.com/kulanz-go/kulanz/feedback"
)

// feedbackAnswers answers the kinds of feedback: scores, intervals, tests, charts and
// segments.
func feedbackAnswers() map[string]answer {
	return map[string]answer{
		"bucket": bucket,
	}
}

func bucket(c mixedCase) (any, error) {
	in, err := read[struct {
		At   time.Time     `json:"ts"`
		Zone string        `json:"tz"`
		Unit feedback.Unit `json:"unit"`
	}](c)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(in.Zone)
	if err != nil {
		return nil, err
	}
	b, err := in.Unit.Of(feedback.DayOf(in.At, zone))
	if err != nil {
		return nil, err
	}
	start, end := b.Bounds(zone)
	return map[string]any{"start": start, "end": end, "hours": end.Sub(start).Hours(), "label": b.String()}, nil
}
