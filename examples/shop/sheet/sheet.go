package sheet

import (
	"encoding/csv"
	"io"
	"strings"
)

// Writer writes a table as CSV (RFC 4180) in UTF-8, with the mark by which
// spreadsheets know that.
type Writer struct{ csv *csv.Writer }

const byteOrderMark = "\ufeff"

// New begins a table with the names of its columns.
func New(w io.Writer, columns ...string) (*Writer, error) {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return nil, err
	}
	t := &Writer{csv.NewWriter(w)}
	return t, t.Row(columns...)
}

// Row writes a line. Every cell is made plain.
func (t *Writer) Row(cells ...string) error {
	plain := make([]string, len(cells))
	for i, c := range cells {
		plain[i] = Plain(c)
	}
	return t.csv.Write(plain)
}

// Flush writes what is left, and returns what went wrong on the way.
func (t *Writer) Flush() error {
	t.csv.Flush()
	return t.csv.Error()
}

// Plain returns a text that no spreadsheet takes for a formula: an apostrophe goes
// before what could begin one, and what could part cells or lines without quotes
// (tabs, line breaks, other controls) becomes a space.
func Plain(text string) string {
	var b strings.Builder
	atStart := true // of what some program takes for a cell
	for _, r := range text {
		switch {
		case r < ' ' || r == 0x7f || r == '\u0085' || r == '\u2028' || r == '\u2029':
			r, atStart = ' ', true
		case strings.ContainsRune(";,|", r):
			atStart = true
		case strings.ContainsRune(" \u00a0\u3000\ufeff'\"", r): // programs pass over these
		case atStart && strings.ContainsRune(formula, r):
			b.WriteByte('\'')
			atStart = false
		default:
			atStart = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// formula are the characters with which a cell is reckoned and not shown, also the
// wide ones that East Asian versions take for them.
const formula = "=+-@＝＋－＠"
