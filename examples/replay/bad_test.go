package main_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	replay "github.com/kulanz-go/kulanz/examples/replay"
	"github.com/kulanz-go/kulanz/ticket"
)

const helpdeskHeader = "case,activity,resource,at_utc,customer,product,seriousness,service_level,workgroup\n"

// helpdesk returns a log in the format of the help desk, from rows of case,
// activity and stamp.
func helpdesk(rows ...string) string {
	var b strings.Builder
	b.WriteString(helpdeskHeader)
	for _, row := range rows {
		f := strings.Split(row, "|")
		fmt.Fprintf(&b, "%s,%s,R1,%s,C1,P1,S1,L1,W1\n", f[0], f[1], f[2])
	}
	return b.String()
}

func file(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return path
}

func replayText(t *testing.T, log string, args ...string) *report {
	t.Helper()
	return runJSON(t, append(args, file(t, "log.csv", []byte(log)))...)
}

func TestBadRows(t *testing.T) {
	t.Parallel()
	good := "1,Assign seriousness,R1,2012-10-08T08:00:00Z,C1,P1,S1,L1,W1\n"
	for _, test := range []struct {
		name, row string
		kind      replay.BadKind
		judged    int
	}{
		{"too few fields", "1,Wait,R1\n", replay.Malformed, 1},
		{"too many fields", "1,Wait,R1,2012-10-08T09:00:00Z,C1,P1,S1,L1,W1,more\n", replay.Malformed, 1},
		{"stray quote", "1,Wa\"it,R1,2012-10-08T09:00:00Z,C1,P1,S1,L1,W1\n", replay.Malformed, 1},
		{"open quote", "1,\"Wait,R1,2012-10-08T09:00:00Z,C1,P1,S1,L1,W1\n", replay.Malformed, 1},
		{"no UTF-8", "1,Wait\xff,R1,2012-10-08T09:00:00Z,C1,P1,S1,L1,W1\n", replay.Malformed, 1},
		{"NUL", "1,Wait,R\x00,2012-10-08T09:00:00Z,C1,P1,S1,L1,W1\n", replay.Malformed, 1},
		{"escape sequence", "1,Wait,\x1b[2J,2012-10-08T09:00:00Z,C1,P1,S1,L1,W1\n", replay.Malformed, 1},
		{"no case", ",Wait,R1,2012-10-08T09:00:00Z,C1,P1,S1,L1,W1\n", replay.Missing, 1},
		{"no activity", "1,,R1,2012-10-08T09:00:00Z,C1,P1,S1,L1,W1\n", replay.Missing, 0},
		{"no stamp", "1,Wait,R1,,C1,P1,S1,L1,W1\n", replay.Missing, 0},
		{"no such date", "1,Wait,R1,2012-02-30T09:00:00Z,C1,P1,S1,L1,W1\n", replay.Unparsable, 0},
		{"no stamp at all", "1,Wait,R1,yesterday,C1,P1,S1,L1,W1\n", replay.Unparsable, 0},
		{"year 0", "1,Wait,R1,0000-01-01T00:00:00Z,C1,P1,S1,L1,W1\n", replay.Unparsable, 0},
		{"year 9999", "1,Wait,R1,9999-12-31T23:59:59Z,C1,P1,S1,L1,W1\n", replay.Unparsable, 0},
		{"unknown activity", "1,-100,R1,2012-10-08T09:00:00Z,C1,P1,S1,L1,W1\n", replay.UnknownActivity, 1},
		{"before the opening", "1,Wait,R1,2012-10-07T09:00:00Z,C1,P1,S1,L1,W1\n", replay.AnsweredBefore, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			end := "1,Resolve ticket,R1,2012-10-09T09:00:00Z,C1,P1,S1,L1,W1\n"
			r := replayText(t, helpdeskHeader+good+test.row+end)
			assert.Equal(t, map[replay.BadKind]int{test.kind: 1}, r.Bad.Counts)
			require.Len(t, r.Bad.Listed, 1)
			assert.Equal(t, 3, r.Bad.Listed[0].Line)
			assert.NotEmpty(t, r.Bad.Listed[0].Detail)
			assert.Equal(t, 3, r.Log.Rows)
			assert.Equal(t, 1, r.Life.Final[ticket.StateResolved], "the rest of the case runs on")
			assert.Equal(t, test.judged, r.SLA.Histories)
			assert.Equal(t, 1-test.judged, r.NotJudged)
		})
	}
}

// TestOutOfOrderIsNotMet: a resolution that is stamped before the row before
// it resolves the ticket, and stops no clock.
func TestOutOfOrderIsNotMet(t *testing.T) {
	t.Parallel()
	r := replayText(t, helpdesk(
		"1|Assign seriousness|2012-10-08T08:00:00Z",
		"1|Take in charge ticket|2012-10-08T12:00:00Z",
		"1|Resolve ticket|2012-10-08T11:00:00Z",
	))
	assert.Equal(t, map[replay.BadKind]int{replay.OutOfOrder: 1}, r.Bad.Counts)
	assert.Equal(t, 4, r.Bad.Listed[0].Line)
	assert.Equal(t, 1, r.Life.Final[ticket.StateResolved])
	assert.Equal(t, counts{Met: 1}, r.counts("first_response"))
	assert.Equal(t, counts{Open: 1}, r.counts("total_resolution"))
}

// TestAnsweredBeforeIsNotMet: what is stamped before the opening judges
// nothing.
func TestAnsweredBeforeIsNotMet(t *testing.T) {
	t.Parallel()
	r := replayText(t, helpdesk(
		"1|Assign seriousness|2012-10-08T08:00:00Z",
		"1|Take in charge ticket|2012-10-07T12:00:00Z",
		"1|Resolve ticket|2012-10-07T13:00:00Z",
	))
	assert.Equal(t, map[replay.BadKind]int{replay.AnsweredBefore: 2}, r.Bad.Counts)
	assert.Equal(t, 1, r.Life.Final[ticket.StateResolved])
	assert.Equal(t, counts{Cancelled: 1}, r.counts("first_response"))
	assert.Equal(t, counts{Cancelled: 1}, r.counts("total_resolution"))
}

// TestLostOpeningIsNotMet: where the first row cannot be read, the second is
// no opening, and a quick answer to it is none.
func TestLostOpeningIsNotMet(t *testing.T) {
	t.Parallel()
	r := replayText(t, helpdesk(
		"1|Assign seriousness|soon",
		"1|Take in charge ticket|2012-10-08T08:00:00Z",
		"1|Resolve ticket|2012-10-08T09:00:00Z",
	))
	assert.Equal(t, 1, r.NotJudged)
	assert.Equal(t, counts{}, r.counts("first_response"))
	assert.Equal(t, 1, r.Life.Cases)
}

// TestManyBadRows: the list is bounded, the count is not.
func TestManyBadRows(t *testing.T) {
	t.Parallel()
	rows := make([]string, 3000)
	for i := range rows {
		rows[i] = fmt.Sprintf("%d|Wait|never", i)
	}
	r := replayText(t, helpdesk(rows...))
	assert.Equal(t, 3000, r.Bad.Counts[replay.Unparsable])
	assert.Len(t, r.Bad.Listed, 50)
	assert.Equal(t, 2, r.Bad.Listed[0].Line)
	assert.Equal(t, 3000, r.NotJudged)
}

// TestStrayQuote: a quote that is never closed costs its own line only, and
// quotes that are closed may hold commas and line breaks.
func TestStrayQuote(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(helpdeskHeader)
	b.WriteString("1,\"Insert ticket\",\"R, 1\",2012-10-08T08:00:00Z,C1,P1,S1,L1,W1\r\n")
	b.WriteString("1,Wait,\"R1,2012-10-08T09:00:00Z,C1,P1,S1,L1,W1\n")
	for i := range 100 {
		fmt.Fprintf(&b, "1,Wait,R1,2012-10-08T09:%02d:00Z,C1,P1,S1,L1,W1\n\n", i%60)
	}
	b.WriteString("1,Wait,R1,2012-10-08T11:00:00Z,\"C\"\"1\",P1,S1,L1,W1") // no line break at the end
	r := replayText(t, b.String())
	assert.Equal(t, 1, r.Bad.Counts[replay.Malformed])
	assert.Equal(t, 3, r.Bad.Listed[0].Line)
	assert.Equal(t, 103, r.Log.Rows)
}

// TestUnreadableFiles end with code 2 and say why.
func TestUnreadableFiles(t *testing.T) {
	t.Parallel()
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, err := w.Write([]byte(replay.SampleLog(50)))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	for _, test := range []struct {
		name, says string
		content    []byte
	}{
		{"empty", "is empty", nil},
		{"unknown columns", "helpdesk lacks case", []byte("a,b,c\n1,2,3\n")},
		{"column twice", `column "case" stands twice`, []byte("case,activity,at_utc,case\n")},
		{"bad header", "header", []byte("\"case\n")},
		{"gzip cut short", "unexpected EOF", zipped.Bytes()[:zipped.Len()/2]},
		{"gzip header cut short", "gzip", []byte{0x1f, 0x8b, 8}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			code, _, errs := replay.Run(file(t, "log.csv.gz", test.content))
			assert.Equal(t, 2, code)
			assert.Contains(t, errs, test.says)
		})
	}
	code, _, errs := replay.Run(filepath.Join(t.TempDir(), "absent.csv"))
	assert.Equal(t, 2, code)
	assert.Contains(t, errs, "absent.csv")
}

// TestHeaderOnly: a log without rows gives a report of nothing, in which no
// share is known.
func TestHeaderOnly(t *testing.T) {
	t.Parallel()
	code, out, errs := replay.Run(file(t, "log.csv", []byte("\xef\xbb\xbf"+helpdeskHeader)))
	assert.Equal(t, 0, code, errs)
	assert.Contains(t, out, "0 rows, 0 cases\n", "and no dates")
	assert.Contains(t, out, "0 of 0 resolved cases, -")
}
