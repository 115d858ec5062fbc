package main

import (
	"errors"
	"time"

	"github.com/kulanz-go/kulanz/feedback"
)

// The peers are the loops that one writes first.
const (
	naiveStructs = "loop over structs"
	naiveMap     = "counts in a map"
)

// rawScores is how many raw scores are counted.
const rawScores = 1_000_000

// answered is an answer as a row of a database is read.
type answered struct {
	ID       int64
	Survey   string
	Question string
	At       time.Time
	Score    int
}

// summaries are the comparisons of counting answers.
func summaries() ([]comparison, error) {
	scale := feedback.ScaleNPS()
	raw, rows := make([]uint8, rawScores), make([]answered, rawScores)
	var one feedback.Summary
	for i := range raw {
		raw[i] = uint8(i * i % feedback.MaxPoints)
		rows[i] = answered{ID: int64(i), Survey: "nps", Question: "nps", Score: int(raw[i])}
		if err := one.Add(scale, rows[i].Score); err != nil {
			return nil, err
		}
	}
	ours := func() { _, _ = npsOf(scale, raw) }
	if a, err := npsOf(scale, raw); err != nil || a != npsOfStructs(rows) || a != npsOfMap(rows) {
		return nil, errors.Join(errors.New("the loops come to another score"), err)
	}
	stored, maps := storedSummaries(one)
	const nps, add, year = "NPS of 1,000,000 answers", "add an answer", "merge a year of 100 segments"
	counts := map[int]int{}
	var all feedback.Summary
	return []comparison{
		{nps, naiveStructs, ours, func() { npsOfStructs(rows) }, 0},
		{nps, naiveMap, ours, func() { npsOfMap(rows) }, 0},
		{add, naiveMap, func() { _ = all.Add(scale, 9) }, func() { counts[9]++ }, 0},
		{year, naiveMap, func() { merge(stored) }, func() { mergeMaps(maps) }, 0},
	}, nil
}

func npsOf(scale feedback.Scale, raw []uint8) (int, error) {
	s, err := feedback.SummaryOf(scale, raw)
	if err != nil {
		return 0, err
	}
	r, err := feedback.NewResult(scale, s)
	points, _ := r.Net().Points()
	return points, err
}

func npsOfStructs(rows []answered) int {
	promoters, detractors := 0, 0
	for _, r := range rows {
		switch {
		case r.Score >= 9:
			promoters++
		case r.Score <= 6:
			detractors++
		}
	}
	return points(promoters, detractors, len(rows))
}

func npsOfMap(rows []answered) int {
	counts := map[int]int{}
	for _, r := range rows {
		counts[r.Score]++
	}
	promoters, detractors := counts[9]+counts[10], 0
	for score := range 7 {
		detractors += counts[score]
	}
	return points(promoters, detractors, len(rows))
}

// points rounds halves away from zero.
func points(promoters, detractors, n int) int {
	return int(feedback.RoundHalfAway(100*float64(promoters-detractors)/float64(n), 0))
}

// storedSummaries are those of a year in 100 segments, ours and in maps.
func storedSummaries(one feedback.Summary) ([]feedback.Summary, []map[int]int64) {
	const days, segments = 366, 100
	stored, maps := make([]feedback.Summary, days*segments), make([]map[int]int64, days*segments)
	for i := range stored {
		stored[i], maps[i] = one, map[int]int64{}
		for score := range feedback.MaxPoints {
			maps[i][score] = one.Count(score)
		}
	}
	return stored, maps
}

func merge(stored []feedback.Summary) {
	var all feedback.Summary
	for i := range stored {
		_ = all.Merge(&stored[i])
	}
}

func mergeMaps(stored []map[int]int64) {
	all := map[int]int64{}
	for _, counts := range stored {
		for score, n := range counts {
			all[score] += n
		}
	}
}
