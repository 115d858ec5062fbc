package main_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	replay "github.com/kulanz-go/kulanz/examples/replay"
)

// hopsLog is a log of cases that went through so many teams, one row a team:
// those of odd hops are closed late, but the log says so of two hops. Its own
// count is left out of cases of four hops, where only the ticket knows.
func hopsLog(cases ...int) string {
	var b strings.Builder
	b.WriteString("number,incident_state,sys_updated_at,sys_mod_count,reassignment_count,priority,assignment_group,made_sla,opened_at,closed_at\n")
	for id, hops := range cases {
		closed := "2016-03-02T16:00"
		if hops%2 == 1 {
			closed = "2016-04-20T16:00"
		}
		row := func(n int, state, at, team string, told int) {
			count := strconv.Itoa(told)
			if hops == 4 {
				count = "?"
			}
			fmt.Fprintf(&b, "%d,%s,%s,%d,%s,3,%s,%t,2016-03-01T15:00,%s\n", id, state, at, n, count, team, hops != 2, closed)
		}
		for n := range hops + 1 {
			row(n, "Active", fmt.Sprintf("2016-03-01T15:%02d", n+1), fmt.Sprintf("Group %d", n), n)
		}
		row(hops+1, "Resolved", closed, fmt.Sprintf("Group %d", hops), hops)
		row(hops+2, "Closed", closed, fmt.Sprintf("Group %d", hops), hops)
	}
	return b.String()
}

func hopsOf(t *testing.T, args ...string) *replay.Hops {
	t.Helper()
	code, out, errs := replay.Run(append([]string{"-json"}, args...)...)
	require.Equal(t, 0, code, errs)
	var r struct {
		Hops *replay.Hops `json:"hops"`
	}
	require.NoError(t, json.Unmarshal([]byte(out), &r))
	return r.Hops
}

// The shipped escalation policy brings a case before the lead on its third
// hop, and no earlier.
func TestThirdHop(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "log.csv")
	require.NoError(t, os.WriteFile(file, []byte(hopsLog(0, 0, 1, 2, 3, 4, 7)), 0o600))
	h := hopsOf(t, file)
	assert.Equal(t, []replay.HopRow{
		{Hops: 0, Cases: 2, Judged: 2, LogJudged: 2},
		{Hops: 1, Cases: 1, Judged: 1, Breached: 1, LogJudged: 1},
		{Hops: 2, Cases: 1, Judged: 1, LogJudged: 1, LogBreached: 1}, // the log has its own word
		{Hops: 3, Cases: 1, Judged: 1, Breached: 1, Escalated: 1, LogJudged: 1},
		{Hops: 4, Cases: 1, Judged: 1, Escalated: 1, LogJudged: 1},
		{Hops: 5, Cases: 1, Judged: 1, Breached: 1, Escalated: 1, LogJudged: 1},
	}, h.Rows)
	assert.Equal(t, map[string]int{"third_hop": 3}, h.Steps)

	off := hopsOf(t, "-escalation", "none", file)
	assert.Empty(t, off.Steps)
	assert.Zero(t, off.Rows[5].Escalated)
	assert.Equal(t, 1, off.Rows[5].Breached)

	code, out, errs := replay.Run(file)
	require.Equal(t, 0, code, errs)
	assert.Contains(t, out, "Hops between teams, under uci-incident@1\n")
	assert.Contains(t, out, "escalation third-hop@1 fired: third_hop in 3 cases\n")
}

func TestEscalationThatCannotBe(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "bad.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"id": "x", "steps": [{"id": "a", "whne": {}}]}`), 0o600))
	code, _, errs := replay.Run("-escalation", file)
	assert.NotEqual(t, 0, code)
	assert.Contains(t, errs, "steps[0].whne")
	code, _, errs = replay.Run("-escalation", "missing.json")
	assert.NotEqual(t, 0, code)
	assert.Contains(t, errs, "missing.json")
}

// In the incident log the share of breached cases rises with every hop, and
// cases of three hops or more come before the lead.
func TestHopsOfTheIncidentLog(t *testing.T) {
	t.Parallel()
	h := hopsOf(t, realLog(t, "uci_incident_dev8.csv.gz"))
	before, beforeByLog, judged := 0.0, 0.0, 0
	for _, r := range h.Rows {
		share, byLog := float64(r.Breached)/float64(r.Judged), float64(r.LogBreached)/float64(r.LogJudged)
		assert.Greater(t, share, before, "%d hops", r.Hops)
		assert.Greater(t, byLog, beforeByLog, "%d hops, by the log", r.Hops)
		before, beforeByLog, judged = share, byLog, judged+r.LogJudged
		if r.Hops >= 3 {
			// All but those whose third hop came when they were resolved already.
			assert.Greater(t, float64(r.Escalated)/float64(r.Cases), 0.97, "%d hops", r.Hops)
		} else {
			assert.LessOrEqual(t, r.Escalated, 1, "%d hops", r.Hops) // opened again and again
		}
	}
	assert.Equal(t, 1959, judged, "the log judges every case")
}
