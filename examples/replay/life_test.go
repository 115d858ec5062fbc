package main_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	replay "github.com/kulanz-go/kulanz/examples/replay"
	"github.com/kulanz-go/kulanz/ticket"
)

// TestWindowIsCalendarDays: the desk's window is 15 days of its own calendar,
// which over a change of the clock are 15 times 24 hours and one more or less.
func TestWindowIsCalendarDays(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, resolved, closed string
		byWindow               bool
	}{
		{"no change, due", "2012-06-01T10:00:00Z", "2012-06-16T10:00:00Z", true},
		{"no change, a second early", "2012-06-01T10:00:00Z", "2012-06-16T09:59:59Z", false},
		{"to winter, due after an hour more", "2012-10-25T10:00:00Z", "2012-11-09T11:00:00Z", true},
		{"to winter, 360 hours are too few", "2012-10-25T10:00:00Z", "2012-11-09T10:00:00Z", false},
		{"to summer, due after an hour less", "2012-03-20T10:00:00Z", "2012-04-04T09:00:00Z", true},
		{"to summer, a second early", "2012-03-20T10:00:00Z", "2012-04-04T08:59:59Z", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := replayText(t, helpdesk(
				"1|Insert ticket|2012-01-02T08:00:00Z",
				"1|Resolve ticket|"+test.resolved,
				"1|Closed|"+test.closed,
			))
			want := replay.Closings{Confirmed: 1}
			if test.byWindow {
				want = replay.Closings{ByWindow: 1, AtOnce: 1}
				if strings.HasPrefix(test.name, "to ") {
					want.ClockChange = 1
				}
			}
			assert.Equal(t, want, r.Life.Closings)
			assert.Zero(t, r.rejected())
		})
	}
}

// TestZoneFlag: the zone decides when so many days are over.
func TestZoneFlag(t *testing.T) {
	t.Parallel()
	log := helpdesk("1|Insert ticket|2012-01-02T08:00:00Z", "1|Resolve ticket|2012-10-25T10:00:00Z", "1|Closed|2012-11-09T10:00:00Z")
	assert.Equal(t, 1, replayText(t, log).Life.Closings.Confirmed)
	assert.Equal(t, 1, replayText(t, log, "-zone", "UTC").Life.Closings.ByWindow)
}

// TestWorkAfterResolve: work reopens, also after the closing; a second
// resolution and a second closing are none.
func TestWorkAfterResolve(t *testing.T) {
	t.Parallel()
	r := replayText(t, helpdesk(
		"1|Insert ticket|2012-01-02T08:00:00Z",
		"1|Resolve ticket|2012-01-03T08:00:00Z",
		"1|Resolve ticket|2012-01-03T09:00:00Z",
		"2|Insert ticket|2012-01-02T08:00:00Z",
		"2|Resolve ticket|2012-01-03T08:00:00Z",
		"2|Take in charge ticket|2012-01-04T08:00:00Z",
		"2|Resolve ticket|2012-01-05T08:00:00Z",
		"2|Closed|2012-02-03T08:00:00Z",
		"2|Wait|2012-02-04T08:00:00Z",
		"3|Insert ticket|2012-01-02T08:00:00Z",
		"3|Resolve ticket|2012-01-03T08:00:00Z",
		"3|Closed|2012-02-03T08:00:00Z",
		"3|Closed|2012-02-04T08:00:00Z",
	))
	assert.Equal(t, 3, r.Life.Resolved)
	assert.Equal(t, 1, r.Life.Reopened)
	assert.Equal(t, 1, r.Life.WorkAfter)
	assert.Equal(t, 2, r.Life.ByKind[ticket.EventReopen])
	assert.Equal(t, map[ticket.State]int{"resolved": 1, "waiting_third": 1, "closed": 1}, r.Life.Final)
	require.Len(t, r.Life.Rejected, 1)
	assert.Equal(t, replay.Rejected{
		Rejection: replay.Rejection{Activity: "Closed", State: "closed", Codes: "no_step"}, Count: 1, Lines: []int{14},
	}, r.Life.Rejected[0])
}

// TestOrderColumn: rows of one minute go by the log's own count, however the
// file has them.
func TestOrderColumn(t *testing.T) {
	t.Parallel()
	rows := []string{
		"INC1,New,2016-03-01T08:00,0,3,true,2016-03-01T07:55,2016-03-07T09:00",
		"INC1,Active,2016-03-01T09:00,1,3,true,2016-03-01T07:55,2016-03-07T09:00",
		"INC1,Awaiting User Info,2016-03-01T09:00,2,3,true,2016-03-01T07:55,2016-03-07T09:00",
		"INC1,Active,2016-03-01T09:00,3,3,true,2016-03-01T07:55,2016-03-07T09:00",
		"INC1,Resolved,2016-03-01T09:00,10,3,true,2016-03-01T07:55,2016-03-07T09:00",
		"INC1,Closed,2016-03-06T09:00,11,3,true,2016-03-01T07:55,2016-03-07T09:00",
		"INC1,Closed,2016-03-07T09:00,12,3,true,2016-03-01T07:55,2016-03-07T09:00",
	}
	header := "number,incident_state,sys_updated_at,sys_mod_count,priority,made_sla,opened_at,closed_at\n"
	forward := replayText(t, header+strings.Join(rows, "\n"))
	assert.Zero(t, forward.rejected())
	assert.Zero(t, forward.Bad.Total())
	assert.Equal(t, 1, forward.Life.ByKind[ticket.EventAskCustomer])
	assert.Equal(t, 1, forward.Life.ByKind[ticket.EventCustomerMessage])
	assert.Equal(t, 1, forward.Life.ByKind[ticket.EventAutoClose])
	assert.Equal(t, []replay.AgreementRow{{Priority: "3", Agree: 1, Judged: 1}}, forward.MadeSLA[0].Rows)

	mixed := []string{rows[4], rows[2], rows[6], rows[0], rows[5], rows[3], rows[1]}
	backward := replayText(t, header+strings.Join(mixed, "\n"))
	assert.Equal(t, forward.Life.Moves, backward.Life.Moves)
	assert.Equal(t, forward.SLA, backward.SLA)
}

// TestEveryActivityEverywhere: whatever order activities come in, nothing but
// a refusal happens, and counts add up.
func TestEveryActivityEverywhere(t *testing.T) {
	t.Parallel()
	activities := []string{
		"Insert ticket", "Assign seriousness", "Take in charge ticket", "Wait", "Require upgrade", "Create SW anomaly",
		"Resolve SW anomaly", "Schedule intervention", "VERIFIED", "RESOLVED", "INVALID", "DUPLICATE", "Resolve ticket", "Closed",
	}
	last := []string{"Take in charge ticket", "Closed"}
	cases := len(activities) * len(activities) * len(last)
	rows := make([]string, 0, 3*cases)
	for i, a := range activities {
		for j, b := range activities {
			for k, c := range last {
				id := fmt.Sprint(i, "-", j, "-", k)
				rows = append(rows, id+"|"+a+"|2012-01-02T08:00:00Z", id+"|"+b+"|2012-01-03T08:00:00Z", id+"|"+c+"|2012-03-03T08:00:00Z")
			}
		}
	}
	r := replayText(t, helpdesk(rows...))
	assert.Equal(t, cases, r.Life.Cases)
	assert.Zero(t, r.Bad.Total())
	total := 0
	for _, m := range r.Life.Moves {
		total += m.Count
	}
	assert.Equal(t, r.Life.Events, total)
	final := 0
	for _, n := range r.Life.Final {
		final += n
	}
	assert.Equal(t, cases, final)
	for _, x := range r.Life.Rejected {
		assert.NotEmpty(t, x.Codes)
		assert.NotEmpty(t, x.Lines)
	}
	first := r.counts("first_response")
	assert.Equal(t, r.SLA.Histories, first.Met+first.Breached+first.Open+first.Cancelled)
}
