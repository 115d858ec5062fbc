package sla_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/sla"
)

// TestAppendStatusesIsEvaluate hands in room that other tickets were written
// to, with too few and too many of everything, and words of others in it.
func TestAppendStatusesIsEvaluate(t *testing.T) {
	cal := desk(t, 1, "Mo-Fr 09:00-17:00")
	rapid.Check(t, func(t *rapid.T) {
		var room []sla.Status
		for range rapid.IntRange(1, 4).Draw(t, "tickets") {
			p, marks := drawPolicy(t, cal), drawMarks(t, 20)
			now := drawNow(t, marks)
			if rapid.Bool().Draw(t, "before the end") {
				now = marks[len(marks)/2].At
			}
			kept := rapid.IntRange(0, len(room)).Draw(t, "kept")
			before := cloned(room[:kept])
			room = sla.AppendStatuses(room[:kept], p, marks, now)
			require.Equal(t, before, room[:kept:kept], "what was there before")
			require.Equal(t, sla.Evaluate(p, marks, now), room[kept:])
		}
	})
}

func cloned(list []sla.Status) []sla.Status {
	list = append([]sla.Status{}, list...)
	for i := range list {
		list[i].Warns = slices.Clone(list[i].Warns)
	}
	return list
}

func TestAppendStatusesAllocatesNothing(t *testing.T) {
	p, marks := benchPolicy(t, 1, 1), reopenedMarks()
	now := marks[len(marks)-1].At.Add(time.Hour)
	room := sla.AppendStatuses(nil, p, marks, now)
	assert.Zero(t, testing.AllocsPerRun(100, func() { room = sla.AppendStatuses(room[:0], p, marks, now) }))
}
