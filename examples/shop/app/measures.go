package app

import (
	"context"
	"encoding/json"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/trend"
	"github.com/kulanz-go/kulanz/ticket"
)

// How long a measure's periods are, in days: before it began, until its effect is
// full, and until it is judged.
const (
	measureBefore  = 28
	measureSettles = 7
	measureDue     = 35
)

// Measures are what the shop does about its findings, the oldest first.
func (a *App) Measures(ctx context.Context) ([]trend.Measure, error) {
	var out []trend.Measure
	q := feedback.Query{Shop: Shop, Kind: feedback.RecordMeasure, Limit: ticket.MaxPage}
	for {
		page, next, err := a.Surveys.Entries(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, e := range page {
			var m trend.Measure
			if err := json.Unmarshal(e.Data, &m); err != nil {
				return nil, err
			}
			out = append(out, m)
		}
		if next == nil {
			return out, nil
		}
		q.After = next
	}
}

// KeepMeasure begins a measure today: its baseline is what customers said in the
// four weeks before. The error says all that is wrong with it.
func (a *App) KeepMeasure(ctx context.Context, m trend.Measure) error {
	today := feedback.DayOf(a.now(), a.Calendar.Zone())
	m.Before, m.Start, m.Settled, m.Due = today-measureBefore, today, today+measureSettles, today+measureDue
	before, err := a.satisfied(ctx, m.Segment, m.Before, m.Start)
	if err != nil {
		return err
	}
	if before.N > 0 {
		m.Baseline = float64(before.Good) / float64(before.N)
	}
	if err := m.Check(); err != nil {
		return err
	}
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	_, err = a.Surveys.Keep(ctx, feedback.Entry{
		Kind: feedback.RecordMeasure, Shop: Shop, State: string(m.State), Wake: m.Wake(a.Calendar.Zone()), Data: data,
	})
	return err
}

// JudgeMeasure says whether a measure worked, once it is due; nil before.
func (a *App) JudgeMeasure(ctx context.Context, m trend.Measure) (*trend.Judgement, error) {
	today := feedback.DayOf(a.now(), a.Calendar.Zone())
	if today < m.Due {
		return nil, nil //nolint:nilnil // there is no verdict yet
	}
	var e trend.Evidence
	for _, part := range []struct {
		into     *feedback.Proportion
		segment  feedback.Segment
		from, to feedback.Day
	}{
		{&e.Before, m.Segment, m.Before, m.Start},
		{&e.After, m.Segment, m.Settled, m.Due},
		{&e.ComparisonBefore, m.Comparison, m.Before, m.Start},
		{&e.ComparisonAfter, m.Comparison, m.Settled, m.Due},
	} {
		if part.into == &e.ComparisonBefore || part.into == &e.ComparisonAfter {
			if m.Comparison == (feedback.Segment{}) {
				continue
			}
		}
		var err error
		if *part.into, err = a.satisfied(ctx, part.segment, part.from, part.to); err != nil {
			return nil, err
		}
	}
	j, err := m.Judge(e, feedback.Level{})
	return &j, err
}

// satisfied is how many of how many were satisfied, in a segment and some days.
func (a *App) satisfied(ctx context.Context, segment feedback.Segment, from, to feedback.Day) (feedback.Proportion, error) {
	sum, err := a.Surveys.Total(ctx, feedback.SummaryQuery{
		Shop: Shop, Survey: SurveyID, Question: CSAT, Segment: &segment, From: from, To: to,
	})
	if err != nil {
		return feedback.Proportion{}, err
	}
	return feedback.Proportion{Good: sum.Count(4) + sum.Count(5), N: sum.N()}, nil
}
