package main_test

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	replay "github.com/kulanz-go/kulanz/examples/replay"
)

const csatHeader = "id,channel,category,sub_category,remark,ordered_at,reported_at,responded_at,product_category,item_price,csat\n"

// csatReport runs the program on a log and reads its JSON.
func csatReport(t *testing.T, file string) replay.CSATReport {
	t.Helper()
	code, out, errs := replay.Run("-csat", file, "-json")
	require.Equal(t, 0, code, errs)
	var r replay.CSATReport
	require.NoError(t, json.Unmarshal([]byte(out), &r))
	return r
}

func csatFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "scores.csv")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

// TestCSAT counts a log whose figures can be counted by hand.
func TestCSAT(t *testing.T) {
	t.Parallel()
	file := csatFile(t, csatHeader+
		"1,Email,Returns,,\"so, so\",,2026-03-01T10:00,2026-03-01T10:04,,,5\n"+
		"2,Email,Returns,,,,2026-03-01T10:00,2026-03-01T10:05,,,3\n"+
		"3,Chat,Orders,,,,2026-03-03T10:00,2026-03-04T10:00,,,4\n"+
		"4,Chat,,,,,2026-03-03T10:00,2026-03-03T09:00,,,1\n"+ // answered before asked
		"5,Chat,Orders,,,,yesterday,2026-03-03T09:00,,,5\n"+ // no stamp
		"6,Chat,Orders,,,,2026-03-03T10:00,2026-03-03T11:00,,,4.5\n"+ // no score
		"7,Chat,Orders,,,,2026-03-03T10:00,2026-03-03T11:00,,,\n"+ // none either
		"8,Chat\n")
	r := csatReport(t, file)
	assert.Equal(t, 8, r.Rows)
	assert.Equal(t, map[replay.BadKind]int{replay.AnsweredBefore: 1, replay.Unparsable: 3, replay.Malformed: 1}, r.Bad.Counts)
	assert.Equal(t, int64(5), r.Summary.N())
	assert.InDelta(t, 0.6, r.All.TopBox.Value, 1e-12)
	groups := map[string]int64{}
	for _, table := range r.Tables {
		for _, g := range table.Groups {
			groups[table.By+"/"+g.Name] = g.TopBox.N
		}
	}
	assert.Equal(t, map[string]int64{
		"channel/Email": 2, "channel/Chat": 3, "reason/Returns": 2, "reason/Orders": 2, "reason/(none)": 1,
		"response time/under 5 min": 1, "response time/5 to 15 min": 1, "response time/24 h and more": 1,
		"response time/answered before asked": 1, "response time/unknown": 1,
	}, groups)
	require.Len(t, r.Days.Points, 3)
	assert.True(t, r.Days.Points[1].Summary.IsZero())
}

// TestCSATOnTheLog holds the figures that are known of the public log.
func TestCSATOnTheLog(t *testing.T) {
	t.Parallel()
	file := "../../../shared/data/shopzilla_dev25.csv.gz"
	if _, err := os.Stat(file); err != nil {
		file = "../../../../shared/data/shopzilla_dev25.csv.gz"
	}
	if _, err := os.Stat(file); err != nil {
		t.Skip("the log of contacts is not here: ", err)
	}
	r := csatReport(t, file)
	assert.Equal(t, 4343, r.Rows)
	assert.InDelta(t, 82.06, math.Round(10_000*r.All.TopBox.Value)/100, 0)
	assert.Equal(t, map[replay.BadKind]int{replay.AnsweredBefore: 143}, r.Bad.Counts)
	for _, table := range r.Tables {
		n := int64(0)
		for _, g := range table.Groups {
			n += g.TopBox.N
			assert.True(t, g.TopBox.Interval.Has(g.TopBox.Value))
		}
		assert.Equal(t, int64(4343), n, table.By)
	}
}

// TestCSATPicture: the picture is well-formed, and says in words what it shows,
// also where there is nothing.
func TestCSATPicture(t *testing.T) {
	t.Parallel()
	for name, rows := range map[string]string{
		"empty": "",
		"one":   "1,Email,A & B <c>,,,,2026-03-01T10:00,2026-03-01T10:04,,,5\n",
	} {
		picture := filepath.Join(t.TempDir(), name+".svg")
		code, out, errs := replay.Run("-csat", csatFile(t, csatHeader+rows), "-svg", picture)
		require.Equal(t, 0, code, errs)
		assert.Contains(t, out, "Satisfied (4 or 5)")
		data, err := os.ReadFile(picture)
		require.NoError(t, err)
		text := string(data)
		assert.Contains(t, text, `role="img"`)
		assert.Contains(t, text, "<title id=\"title\">Satisfaction in")
		assert.Contains(t, text, "<desc id=\"text\">Satisfied (4 or 5) are")
		decoder := xml.NewDecoder(strings.NewReader(text))
		for {
			_, err := decoder.Token()
			if err == io.EOF { //nolint:errorlint // the decoder returns it as it is
				break
			}
			require.NoError(t, err)
		}
	}
}

// TestCSATRefuses: what cannot be read ends the program with a reason.
func TestCSATRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                        "the file is empty",
		"a,b\n":                   `column "channel" is missing`,
		"channel,category,csat\n": `column "reported_at" is missing`,
	} {
		code, _, errs := replay.Run("-csat", csatFile(t, text))
		assert.Equal(t, 2, code)
		assert.Contains(t, errs, want)
	}
	code, _, errs := replay.Run("-csat", filepath.Join(t.TempDir(), "absent.csv"))
	assert.Equal(t, 2, code)
	assert.Contains(t, errs, "absent.csv")
	code, _, errs = replay.Run("-csat", "x.csv", "y.csv")
	assert.Equal(t, 2, code)
	assert.Contains(t, errs, "another file")
	code, _, errs = replay.Run("-csat", csatFile(t, csatHeader), "-svg", filepath.Join(t.TempDir(), "no", "where.svg"))
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, "where.svg")
}
