package main_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	cases "github.com/kulanz-go/kulanz/examples/cases"
)

// tables are the reference tables that lie beside the packages.
func tables() map[string]string {
	return map[string]string{
		"calendar": "../../sla/testdata/cases/calendar.json",
		"holidays": "../../sla/holiday/testdata/cases/holidays_de.json",
		"statute":  "../../sla/statute/testdata/cases/statute.json",
	}
}

// TestReferenceTablesPass runs every table that lies beside a package.
func TestReferenceTablesPass(t *testing.T) {
	t.Parallel()
	var files []string
	require.NoError(t, filepath.WalkDir("../..", func(path string, _ fs.DirEntry, err error) error {
		if matched, _ := filepath.Match("cases/*.json", filepath.Join(filepath.Base(filepath.Dir(path)), filepath.Base(path))); matched {
			files = append(files, filepath.ToSlash(path))
		}
		return err
	}))
	for kind, file := range tables() {
		require.Contains(t, files, file, kind)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			code := cases.Run([]string{file}, &out, &errs)
			assert.Equal(t, 0, code, out.String())
			assert.Empty(t, errs.String())
			assert.Regexp(t, `(?m)^[1-9]\d* passed, 0 failed$`, out.String())
		})
	}
}

// TestKinds: what a table is shows from its content.
func TestKinds(t *testing.T) {
	t.Parallel()
	for kind, file := range tables() {
		var out, errs bytes.Buffer
		assert.Equal(t, 0, cases.Run([]string{file}, &out, &errs), kind)
		assert.Contains(t, out.String(), "("+kind+")")
	}
}

// TestWrongExpectation: a table with one value changed fails in that case
// alone, and the program says which.
func TestWrongExpectation(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ kind, old, wrong, fails string }{
		{"calendar", `"expected": "2026-11-23T11:00:00+01:00"`, `"expected": "2026-11-23T11:00:00Z"`, "b01: add: got 2026-11-23T11:00:00+01:00, want 2026-11-23T11:00:00Z"},
		{"calendar", `"roll-to-next-opening": "2026-12-01T09:00:00+01:00"`, `"roll-to-next-opening": "2026-12-01T10:00:00+01:00"`, "b04: add under roll-to-next-opening"},
		{"calendar", `"error": "no-working-time"`, `"error": "never"`, `expects the error "never"`},
		{"calendar", `"op": "between"`, `"op": "betwixt"`, `op "betwixt" is not known`},
		{"holidays", `"2015-04-03"`, `"2015-04-04"`, "BB 2015: 2015-04-04 is missing; 2015-04-03 (good-friday) is too many"},
		{"statute", `"last_day": "2027-03-01"`, `"last_day": "2027-03-02"`, "AGcla-01: last day: got 2027-03-01, want 2027-03-02"},
		{"statute", `"in_time": true`, `"in_time": false`, "in time: got true, want false"},
		{"statute", `"certainty": "settled"`, `"certainty": "statute"`, "the built-in statute"},
	} {
		t.Run(test.kind+"/"+test.wrong, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(tables()[test.kind])
			require.NoError(t, err)
			text := string(data)
			require.Contains(t, text, test.old)
			file := write(t, strings.Replace(text, test.old, test.wrong, 1))
			var out, errs bytes.Buffer
			assert.Equal(t, 1, cases.Run([]string{file}, &out, &errs))
			assert.Contains(t, out.String(), "FAIL ")
			assert.Contains(t, out.String(), test.fails)
			assert.Regexp(t, `(?m)^\d+ passed, [1-9]\d* failed$`, out.String())
		})
	}
}

// TestAnswerUnderOneRuleAlone: a rule may have an answer where the usual one
// has none, and the other way round.
func TestAnswerUnderOneRuleAlone(t *testing.T) {
	t.Parallel()
	file := write(t, `{"calendars": {
		"eve": {"zone": "Europe/Berlin", "weekly": {}, "exceptions": [
			{"date": "2026-12-05", "open": [["22:00", "06:00"]]}, {"date": "2026-12-06", "closed": "all"}]},
		"gap": {"zone": "Europe/Berlin", "weekly": {}, "exceptions": [{"date": "2026-03-29", "open": [["02:30", "03:15"]]}]}
	}, "cases": [
		{"id": "value", "calendar": "eve", "op": "next-open", "from": "2026-12-06T00:30:00+01:00", "error": "no-working-time",
			"alt": {"holiday-removes-shift-by-start-day": "2026-12-06T00:30:00+01:00"}},
		{"id": "error", "calendar": "gap", "op": "next-open", "from": "2026-03-29T00:00:00+01:00", "expected": "2026-03-29T03:00:00+02:00",
			"alt": {"dst-compatible-boundaries": "no-working-time"}},
		{"id": "neither", "calendar": "gap", "op": "next-open", "from": "2026-03-29T00:00:00+01:00"}
	]}`)
	var out, errs bytes.Buffer
	assert.Equal(t, 1, cases.Run([]string{file}, &out, &errs))
	assert.Contains(t, out.String(), "neither: next-open: got 2026-03-29T03:00:00+02:00, want ;")
	assert.Contains(t, out.String(), "\n2 passed, 1 failed\n")
}

// TestBaseOfACase: a case may count from a period of its own in place of the
// rule's, and a repair then adds a year, once.
func TestBaseOfACase(t *testing.T) {
	t.Parallel()
	file := write(t, `{"rules": [], "cases": [
		{"id": "agreed", "rule": "de.warranty.limitation", "events": {"delivered": "2025-02-10"}, "region": "NW",
			"base": [[18, "month"]], "raw_end": "2026-08-10", "last_day": "2026-08-10"},
		{"id": "agreed and repaired", "rule": "de.warranty.repair_extension", "events": {"delivered": "2025-02-10"}, "region": "NW",
			"base": [[1, "year"]], "repair_extension": true, "raw_end": "2027-02-10", "last_day": "2027-02-10"},
		{"id": "repaired", "rule": "de.warranty.limitation", "events": {"delivered": "2025-02-10"}, "region": "NW",
			"repair_extension": true, "raw_end": "2028-02-10", "last_day": "2028-02-10"},
		{"id": "repaired by the rule", "rule": "de.warranty.repair_extension", "events": {"delivered": "2025-02-10"}, "region": "NW",
			"repair_extension": true, "raw_end": "2028-02-10", "last_day": "2028-02-10"},
		{"id": "no length", "rule": "de.warranty.limitation", "events": {"delivered": "2025-02-10"}, "region": "NW", "base": [[0, "moon"]]}
	]}`)
	var out, errs bytes.Buffer
	assert.Equal(t, 1, cases.Run([]string{file}, &out, &errs))
	assert.Contains(t, out.String(), "no length: statute de.warranty.limitation: sla: period[0]")
	assert.Contains(t, out.String(), "\n4 passed, 1 failed\n")
}

// TestUnreadable: what cannot be read ends with code 2, and the other files
// are run all the same.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	good := tables()["holidays"]
	for name, content := range map[string]string{
		"no JSON":        `not JSON`,
		"no object":      `[1, 2]`,
		"unknown schema": `{"cases": [{"id": "x"}]}`,
		"empty":          ``,
		"wrong types":    `{"calendars": {}, "cases": [{"op": "add", "from": 5}]}`,
		"no cases":       `{"calendars": {}, "cases": []}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			assert.Equal(t, 2, cases.Run([]string{write(t, content), good}, &out, &errs))
			assert.NotEmpty(t, errs.String())
			assert.Contains(t, out.String(), "\n253 passed, 0 failed\n")
		})
	}
	var out, errs bytes.Buffer
	assert.Equal(t, 2, cases.Run([]string{filepath.Join(t.TempDir(), "absent.json")}, &out, &errs))
	assert.Contains(t, errs.String(), "absent.json")
	assert.Equal(t, 2, cases.Run(nil, &out, &errs))
	assert.Contains(t, errs.String(), "usage")
}

// TestFullDisk: a report that could not be written is no success.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	assert.Equal(t, 2, cases.Run([]string{tables()["holidays"]}, full{}, &errs))
	assert.Contains(t, errs.String(), "no space")
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space") }

func write(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "table.json")
	require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
	return file
}

// FuzzTable: no table makes the program panic.
func FuzzTable(f *testing.F) {
	for _, seed := range []string{
		`{"calendars":{"c":{"zone":"Europe/Berlin","weekly":{"mon":[["09:00","17:00"]]},"exceptions":[{"date":"2026-11-23","closed":[["10:00","11:00"]]},{"date":"2026-11-30","closed":"all"}]}},"cases":[{"id":"a","calendar":"c","op":"add","from":"2026-11-23T10:00:00+01:00","duration":"1h"}]}`,
		`{"holidays":{"BY":{"2026":["2026-01-01"]},"XX":{"y":[]}}}`,
		`{"rules":[{"id":"x"}],"cases":[{"rule":"de.withdrawal.refund.hold","events":null,"pickup_offered":true,"region":"NW"}],"instants":[{"case":"?"}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := cases.RunTable(data); err != nil {
			assert.NotEmpty(t, err.Error())
		}
	})
}
