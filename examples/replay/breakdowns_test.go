package main_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	replay "github.com/kulanz-go/kulanz/examples/replay"
)

// TestBreakdowns: the text tells the met share by what sets cases apart: in
// the week's order, by name, no more than fits a page, and nothing where all
// are alike.
func TestBreakdowns(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("number,incident_state,sys_updated_at,sys_mod_count,priority,contact_type,made_sla,opened_at,closed_at\n")
	for day := range 20 { // from Monday, 7 March 2016; every case is opened and closed within a day
		at := fmt.Sprintf("2016-03-%02d", day+7)
		for i, state := range []string{"New", "Resolved", "Closed"} {
			fmt.Fprintf(&b, "%d,%s,%sT15:%02d,%d,3,Phone,true,%sT15:00,%sT15:02\n", day, state, at, i, i, at, at)
		}
	}
	code, out, errs := replay.Run(file(t, "log.csv", []byte(b.String())))
	require.Equal(t, 0, code, errs)
	var names []string
	for line := range strings.SplitSeq(out, "\n") {
		if f := strings.Fields(line); len(f) > 3 && f[0] == "met" && f[1] == "by" {
			names = append(names, f[2]+" "+f[3])
		}
	}
	assert.Equal(t, []string{
		"rule priority-3", "weekday mon", "weekday tue", "weekday wed", "weekday thu", "weekday fri", "weekday sat", "weekday sun",
	}, names)
}

// Of very many values those with the most cases are told.
func TestBreakdownIsBounded(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("number,incident_state,sys_updated_at,sys_mod_count,priority,contact_type,made_sla,opened_at,closed_at\n")
	for id := range 40 {
		year := 2016
		month := id%20 + 1 // 20 months, two cases each
		if month > 12 {
			year, month = year+1, month-12
		}
		at := fmt.Sprintf("%d-%02d-07", year, month)
		for i, state := range []string{"New", "Resolved", "Closed"} {
			fmt.Fprintf(&b, "%d,%s,%sT15:%02d,%d,3,Phone,true,%sT15:00,%sT15:02\n", id, state, at, i, i, at, at)
		}
	}
	code, out, errs := replay.Run(file(t, "log.csv", []byte(b.String())))
	require.Equal(t, 0, code, errs)
	assert.Equal(t, 15, strings.Count(out, "met by month"))
	assert.Contains(t, out, "and 5 more by month")
}
