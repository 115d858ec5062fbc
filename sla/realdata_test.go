package sla_test

import (
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
)

// sharedData is where the real logs lie beside the repository.
const sharedData = "../../shared/data/"

// readLog reads a gzipped CSV file as rows by column, or skips the test.
func readLog(t *testing.T, name string) []map[string]string {
	t.Helper()
	f, err := os.Open(sharedData + name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s%s is absent: the real logs are not part of the project", sharedData, name)
	}
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	records, err := csv.NewReader(z).ReadAll()
	require.NoError(t, err)
	rows := make([]map[string]string, 0, len(records))
	for _, r := range records[1:] {
		row := make(map[string]string, len(r))
		for i, column := range records[0] {
			row[column] = r[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// The log says of each incident whether it met its agreement, but not what was
// agreed. The policy was fitted to it: priority 3 from opening to closing in
// 62 h of Mon-Fri 14:00-23:00 on the file's clock, priority 4 in 119.5 h of
// Mon-Fri 16:00-24:00, no pause.
func TestServiceNowLogAgreesWithItsOwnVerdict(t *testing.T) {
	rows := readLog(t, "uci_incident_dev8.csv.gz")
	calendars := []*sla.Calendar{}
	for id, text := range map[string]string{"p3": "Mo-Fr 14:00-23:00", "p4": "Mo-Fr 16:00-24:00"} {
		hours, err := sla.ParseHours(text)
		require.NoError(t, err)
		cal, err := sla.NewCalendar(sla.CalendarConfig{ID: id, Zone: "UTC", Hours: hours})
		require.NoError(t, err)
		calendars = append(calendars, cal)
	}
	cfg, err := sla.ParsePolicy([]byte(`{"id": "servicenow", "version": 1, "rules": [
		{"id": "p3", "match": {"priority": ["3"]}, "targets": [
			{"metric": "total_resolution", "period": {"n": 62, "unit": "work_hour"}, "clock": "p3", "stop": "closed"}]},
		{"id": "p4", "match": {"priority": ["4"]}, "targets": [
			{"metric": "total_resolution", "period": {"n": 7170, "unit": "work_minute"}, "clock": "p4", "stop": "closed"}]}]}`))
	require.NoError(t, err)
	p, err := sla.NewPolicy(cfg, calendars...)
	require.NoError(t, err)

	agree, total := map[string]int{}, map[string]int{}
	for _, c := range cases(t, rows) {
		status := sla.Evaluate(p, c.marks, c.marks[len(c.marks)-1].At)
		if len(status) == 0 {
			continue // neither priority
		}
		require.Len(t, status, 1)
		require.Empty(t, status[0].Faults, c.id)
		total[c.priority]++
		if (status[0].State == sla.Met) == c.met {
			agree[c.priority]++
		}
	}
	assert.Equal(t, map[string]int{"3": 1855, "4": 56}, total)
	assert.Equal(t, map[string]int{"3": 1854, "4": 56}, agree)
}

type incident struct {
	id, priority string
	met          bool
	marks        []sla.Mark
}

// cases makes a timeline of each incident, opened and closed under the last of
// its priorities, which is the one its verdict goes by. The rows are ordered by
// sys_mod_count, as their stamps tie.
func cases(t *testing.T, rows []map[string]string) []incident {
	t.Helper()
	byID := map[string][]map[string]string{}
	for _, row := range rows {
		byID[row["number"]] = append(byID[row["number"]], row)
	}
	var out []incident
	for id, list := range byID {
		slices.SortStableFunc(list, func(a, b map[string]string) int {
			return cmp.Compare(number(t, a["sys_mod_count"]), number(t, b["sys_mod_count"]))
		})
		last := list[len(list)-1]
		opened, closed := stamp(t, last["opened_at"]), stamp(t, last["closed_at"])
		c := incident{id: id, priority: last["priority"], met: last["made_sla"] == "true"}
		c.marks = []sla.Mark{
			{Seq: 1, At: opened, Kind: sla.MarkOpened, Subject: &sla.Subject{Priority: c.priority}},
			{Seq: 2, At: closed, Kind: sla.MarkClosed},
		}
		out = append(out, c)
	}
	return out
}

func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	require.NoError(t, err)
	return n
}

func stamp(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02T15:04", s)
	require.NoError(t, err)
	return at
}
