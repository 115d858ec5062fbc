package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	replay "github.com/kulanz-go/kulanz/examples/replay"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), got, "if this is meant: go test ./examples/replay -update")
}

// TestGeneratedLog: without a file the program runs on a log of its own, the
// same on every machine.
func TestGeneratedLog(t *testing.T) {
	t.Parallel()
	code, out, errs := replay.Run()
	assert.Equal(t, 0, code)
	assert.Empty(t, errs)
	golden(t, "generated.txt", out)
	again := replay.SampleLog(100)
	assert.Equal(t, replay.SampleLog(100), again)
	sameInParts(t, []byte(again))
}

// TestGeneratedShares: the generated log has the shares that public logs
// show.
func TestGeneratedShares(t *testing.T) {
	t.Parallel()
	const cases = 1000
	r := replayText(t, replay.SampleLog(cases))
	share := func(n int) float64 { return float64(n) / cases }
	assert.InDelta(t, 0.034, share(r.Life.Reopened), 0.01)
	assert.InDelta(t, 0.037, share(r.Bad.Counts[replay.AnsweredBefore]), 0.01)
	assert.InDelta(t, 0.984, share(r.Life.Closings.AtOnce), 0.01)
	self, all := 0, 0
	for _, m := range r.Life.Moves {
		if m.From == m.To {
			self += m.Count
		}
		all += m.Count
	}
	assert.InDelta(t, 0.045, float64(self)/float64(all), 0.015)
	assert.Zero(t, r.rejected())
}

// TestSideBySide: two policies are printed side by side, with the difference
// and the cases that flip.
func TestSideBySide(t *testing.T) {
	t.Parallel()
	code, out, errs := replay.Run("-policy", "shop.json", "-policy", strict(t))
	require.Equal(t, 0, code, errs)
	golden(t, "side_by_side.txt", out)
}

// strict returns the file of a policy with a shorter target.
func strict(t *testing.T) string {
	t.Helper()
	return file(t, "strict.json", []byte(`{
		"about": "A first answer within half an hour.",
		"calendars": [{"id": "desk", "version": 1, "zone": "Europe/Berlin", "hours": "Mo-Sa 08:00-20:00; PH off", "holidays": "DE-NW"}],
		"policy": {"id": "strict", "version": 2, "zone": "Europe/Berlin", "rules": [
			{"id": "returns", "match": {"reason": ["return"]}, "targets": [
				{"metric": "first_response", "period": {"n": 1, "unit": "work_hour"}, "clock": "desk"}]},
			{"id": "rest <&\"'>", "targets": [
				{"metric": "first_response", "period": {"n": 30, "unit": "work_minute"}, "clock": "desk"}]}]}}`))
}

// TestExplain prints what happened to one case, and why each date.
func TestExplain(t *testing.T) {
	t.Parallel()
	log := file(t, "log.csv", []byte(helpdesk(
		"7|Insert ticket|2012-10-26T15:00:00Z",
		"7|Take in charge ticket|2012-10-29T09:00:00Z",
		"7|Wait|2012-10-29T10:00:00Z",
		"7|Take in charge ticket|2012-10-30T10:00:00Z",
		"7|Resolve ticket|2012-10-30T16:00:00Z",
		"7|Closed|2012-11-14T16:00:10Z",
		"7|Closed|2012-11-15T16:00:10Z",
		"8|Insert ticket|2012-10-26T15:00:00Z",
	)))
	code, out, errs := replay.Run("-explain", "7", log)
	require.Equal(t, 0, code, errs)
	golden(t, "explain.txt", out)

	code, _, errs = replay.Run("-explain", "9", log)
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, `no case "9"`)
}

// TestExplainLostCase: a case that lost rows is told as far as it goes, and
// not judged.
func TestExplainLostCase(t *testing.T) {
	t.Parallel()
	log := file(t, "log.csv", []byte(helpdesk("7|Insert ticket|2012-10-26T15:00:00Z", "7|Wait|x")))
	code, out, _ := replay.Run("-explain", "7", log)
	assert.Equal(t, 0, code)
	assert.Contains(t, out, "create by system intake")
	assert.Contains(t, out, "Not judged")
}

// TestPicture: the picture is well-formed, says in words what it shows, and
// takes no markup from a policy.
func TestPicture(t *testing.T) {
	t.Parallel()
	svg := filepath.Join(t.TempDir(), "report.svg")
	code, _, errs := replay.Run("-policy", "shop.json", "-policy", strict(t), "-svg", svg)
	require.Equal(t, 0, code, errs)
	data, err := os.ReadFile(svg)
	require.NoError(t, err)
	var text strings.Builder
	elements := map[string]int{}
	var root xml.StartElement
	for d := xml.NewDecoder(bytes.NewReader(data)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			if elements[token.Name.Local]++; len(elements) == 1 {
				root = token.Copy()
			}
		case xml.CharData:
			text.Write(token)
		}
	}
	assert.Equal(t, "svg", root.Name.Local)
	assert.Contains(t, root.Attr, xml.Attr{Name: xml.Name{Local: "role"}, Value: "img"})
	assert.Contains(t, root.Attr, xml.Attr{Name: xml.Name{Local: "aria-labelledby"}, Value: "title text"})
	assert.Equal(t, 1, elements["title"])
	assert.Equal(t, 1, elements["desc"])
	assert.Zero(t, elements["script"]+elements["image"])
	for _, want := range []string{
		"Deadlines met in 300 cases", "first_response under shop@1: met", "first_response under strict@2: met",
		"target 2.0 h (all)", `target 30.0 min (rest <&"'>)`, "2026-03", "100 %",
	} {
		assert.Contains(t, text.String(), want)
	}
}

// TestCalendarFlag: other hours change what is met, and a bad calendar is
// refused.
func TestCalendarFlag(t *testing.T) {
	t.Parallel()
	own, day := runJSON(t), runJSON(t, "-calendar", "24/7", "-zone", "Europe/Vienna")
	assert.Greater(t, own.counts("first_response").Met, day.counts("first_response").Met)
	code, _, errs := replay.Run("-calendar", "Mo-Fr 25:00-26:00")
	assert.Equal(t, 2, code)
	assert.Contains(t, errs, "25:00")
}

// TestUsage: what cannot be used ends with code 2 and says why.
func TestUsage(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args []string
		says string
	}{
		{[]string{"-unknown"}, "not defined"},
		{[]string{"a.csv", "b.csv"}, "one file at a time"},
		{[]string{"-zone", "Europe/Nowhere"}, "Europe/Nowhere"},
		{[]string{"-policy", "absent.json"}, "shop.json"},
		{[]string{"-mapping", "absent.json"}, "absent.json"},
		{[]string{"-json", "-explain", "1"}, "-explain"},
		{[]string{"-policy", file(t, "p.json", []byte(`{"polcy": {}}`))}, "polcy"},
		{[]string{"-mapping", file(t, "m.json", []byte(`{"id": "x"}`))}, "columns.case"},
	} {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			t.Parallel()
			code, out, errs := replay.Run(test.args...)
			assert.Equal(t, 2, code)
			assert.Empty(t, out)
			assert.Contains(t, errs, test.says)
		})
	}
	code, _, errs := replay.Run("-help")
	assert.Equal(t, 0, code)
	assert.Contains(t, errs, "usage")
	assert.Contains(t, errs, "uci_incident.json")
}

// TestOwnMapping: a log of any other desk needs a table, no code.
func TestOwnMapping(t *testing.T) {
	t.Parallel()
	mapping := file(t, "mapping.json", []byte(`{
		"id": "own", "about": "A log of our own.",
		"columns": {"case": "nr", "activity": ["what"], "at": "when", "agent": "who", "priority": "prio"},
		"layout": "02.01.2006 15:04", "zone": "Europe/Berlin",
		"desk": {"zone": "Europe/Berlin", "hours": "Mo-Fr 09:00-17:00", "reopen_window": {"n": 1, "unit": "week"}},
		"policy": "shop.json",
		"priority": {"hoch": "high"},
		"activities": {
			"neu": {"steps": [{"in": ["none"], "give": [{"by": "customer", "do": "create", "text": "?"}]}]},
			"erneut": {"steps": [{"give": [{"by": "customer", "do": "customer_message", "text": "?"}]}]},
			"gelöst": {"ends": true, "steps": [{"give": [{"by": "agent", "do": "resolve", "code": "answered", "text": "!"}]}]},
			"zu": {"ends": true, "steps": [{"give": [{"by": "system", "do": "auto_close"}]}]},
			"Müll": {"steps": [{"give": [{"by": "agent", "do": "mark_spam", "reason": "junk"}]}]}
		}}`))
	log := file(t, "log.csv", []byte("nr,what,when,who,prio\n"+
		"1,neu,23.11.2026 09:00,A,hoch\n1,gelöst,23.11.2026 10:00,A,hoch\n1,zu,30.11.2026 10:00,A,hoch\n1,erneut,01.12.2026 10:00,A,hoch\n"+
		"2,neu,23.11.2026 09:00,A,\n2,Müll,23.11.2026 09:05,A,\n"+
		"3,erneut,23.11.2026 09:00,A,\n3,gelöst,23.11.2026 09:00,A,\n"))
	r := runJSON(t, "-mapping", mapping, log)
	assert.Equal(t, "own", r.Log.Format)
	assert.Equal(t, 3, r.Life.Cases)
	rejected := make([]string, len(r.Life.Rejected))
	for i, x := range r.Life.Rejected {
		rejected[i] = fmt.Sprint(x.Activity, " ", x.State, " ", x.Event, " ", x.Codes, " ", x.Lines)
	}
	assert.ElementsMatch(t, []string{
		"erneut closed customer_message follow_up [5]",
		"erneut  customer_message no_ticket [8]", "gelöst  resolve no_ticket [9]",
	}, rejected)
	assert.Equal(t, counts{Met: 1, Cancelled: 1}, r.counts("first_response"))
	assert.Equal(t, 2, r.SLA.Histories)
	assert.Equal(t, 1, r.NotJudged, "a case that never opened")
}

// TestProgress: the bar is for people at a terminal only.
func TestProgress(t *testing.T) {
	t.Parallel()
	for _, terminal := range []bool{false, true} {
		var out, errs bytes.Buffer
		assert.Equal(t, 0, replay.RunOn(t.Context(), terminal, &out, &errs, smallLog(t)))
		assert.Equal(t, terminal, strings.Contains(errs.String(), "cases"))
		assert.NotContains(t, out.String(), "\r")
	}
}

// TestCancelled: a replay that is interrupted ends with an error.
func TestCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	assert.Equal(t, 1, replay.RunOn(ctx, false, &out, &errs))
	assert.Contains(t, errs.String(), "canceled")
}

// TestFullDisk: a report that could not be written is no success.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	log := smallLog(t)
	for _, args := range [][]string{{log}, {"-json", log}, {"-explain", "1001", log}} {
		var errs bytes.Buffer
		assert.Equal(t, 1, replay.RunOn(t.Context(), false, full{}, &errs, args...))
		assert.Contains(t, errs.String(), "no space")
	}
	code, _, errs := replay.Run("-svg", filepath.Join(t.TempDir(), "absent", "report.svg"), log)
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, "report.svg")
}

// smallLog returns the file of a small log.
func smallLog(t *testing.T) string {
	t.Helper()
	return file(t, "small.csv", []byte(replay.SampleLog(10)))
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space") }

// TestJSONKeepsAll: the report as JSON is one value, with durations in
// nanoseconds.
func TestJSONKeepsAll(t *testing.T) {
	t.Parallel()
	code, out, errs := replay.Run("-json", smallLog(t))
	require.Equal(t, 0, code, errs)
	var all map[string]any
	require.NoError(t, json.Unmarshal([]byte(out), &all))
	for _, key := range []string{"log", "bad_rows", "life", "not_judged", "policies", "sla"} {
		assert.Contains(t, all, key)
	}
}
