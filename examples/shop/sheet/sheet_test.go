package sheet_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/examples/shop/sheet"
)

func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "",
		"Wo ist mein Paket?":      "Wo ist mein Paket?",
		"2026-11-27T09:30:00Z":    "2026-11-27T09:30:00Z",
		"A-1 = B":                 "A-1 = B",
		`=HYPERLINK("http://x")`:  `'=HYPERLINK("http://x")`,
		"+49 151":                 "'+49 151",
		"-2+3":                    "'-2+3",
		"@SUM(A1)":                "'@SUM(A1)",
		"\t=1":                    " '=1",
		"\r=1":                    " '=1",
		"Hallo\n=1":               "Hallo '=1",
		"  =1":                    "  '=1",
		`"=1`:                     `"'=1`,
		"x;=1":                    "x;'=1",
		"x, @y":                   "x, '@y",
		"＝1":                      "'＝1",
		"\u0000=cmd|' /C calc'!A": " '=cmd|' /C calc'!A",
	} {
		assert.Equal(t, want, sheet.Plain(text), "%q", text)
	}
}

// Whatever strangers type, and wherever a program parts the lines, no cell begins
// as a formula does.
func TestNoCellIsAFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringOf(rapid.SampledFrom([]rune("=+-@＝\t\r\n ;,|'\"ab\u00a0\ufeff1")))
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, 3, 3), 1, 4).Draw(t, "rows")
		var out bytes.Buffer
		w, err := sheet.New(&out, "a", "b", "c")
		require.NoError(t, err)
		for _, r := range rows {
			require.NoError(t, w.Row(r...))
		}
		require.NoError(t, w.Flush())
		for _, comma := range ",;\t|" {
			r := csv.NewReader(bytes.NewReader(out.Bytes()))
			r.Comma, r.LazyQuotes, r.FieldsPerRecord = comma, true, -1
			all, err := r.ReadAll()
			require.NoError(t, err)
			for _, c := range flat(all) {
				begins(t, c)
			}
			if comma == ',' {
				assert.Len(t, all, len(rows)+1, "no cell makes a line")
			}
		}
		// A program that knows no quotes.
		for _, c := range strings.FieldsFunc(out.String(), func(r rune) bool { return strings.ContainsRune(",;\t|\r\n", r) }) {
			begins(t, c)
		}
	})
}

func flat(rows [][]string) []string {
	var all []string
	for _, r := range rows {
		all = append(all, r...)
	}
	return all
}

// begins fails where a cell begins as a formula does, as loosely as programs read.
func begins(t *rapid.T, cell string) {
	bare := strings.TrimLeft(cell, " \u00a0\u3000\ufeff\"\t\r\n")
	if bare != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(bare)[0]) {
		t.Fatalf("cell %q", cell)
	}
}

// full is a disk that has no room after so many bytes.
type full int

var errFull = errors.New("full")

func (f *full) Write(p []byte) (int, error) {
	if *f -= full(len(p)); *f < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestAFullDiskIsSaid(t *testing.T) {
	none := full(0)
	_, err := sheet.New(&none, "a")
	require.ErrorIs(t, err, errFull)
	some := full(4)
	w, err := sheet.New(&some, "a")
	require.NoError(t, err)
	require.NoError(t, w.Row("b"))
	require.ErrorIs(t, w.Flush(), errFull)
}
