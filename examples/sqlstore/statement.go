package sqlstore

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// statement is what the database is to do, with what becomes of the outcome.
type statement struct {
	text   string // each ? stands for the next of args
	args   []any
	read   func(r row) error // of each row; nil: there are none
	least  int64             // rows that have to be touched; missed is returned where they are fewer
	missed error
}

func query(text string, args ...any) *statement { return &statement{text: text, args: args} }

// each has every row read that the statement finds.
func (s *statement) each(read func(r row) error) *statement {
	s.read = read
	return s
}

// must has rows touched: as many at least, or else it is an error.
func (s *statement) must(rows int, missed error) *statement {
	s.least, s.missed = int64(rows), missed
	return s
}

// touched takes how many rows the statement has written.
func (s *statement) touched(rows int64) error {
	if rows < s.least {
		return s.missed
	}
	return nil
}

// numbered is the text as PostgreSQL wants it, with $1, $2 and so on.
func (s *statement) numbered() string {
	var b strings.Builder
	b.Grow(len(s.text) + 2*len(s.args))
	n := 0
	for part := range strings.SplitAfterSeq(s.text, "?") {
		fixed, isArg := strings.CutSuffix(part, "?")
		b.WriteString(fixed)
		if isArg {
			n++
			b.WriteString("$" + strconv.Itoa(n))
		}
	}
	return b.String()
}

// add appends text with its arguments.
func (s *statement) add(text string, args ...any) {
	s.text += text
	s.args = append(s.args, args...)
}

// tuples appends (..., ...), (..., ...) with n arguments in each pair of
// brackets.
func (s *statement) tuples(n int, args []any) {
	one := "(" + strings.Repeat("?, ", n-1) + "?)"
	s.add(one+strings.Repeat(", "+one, len(args)/n-1), args...)
}

// in asks for one of some values; without any it asks for nothing.
func (s *statement) in(column string, values []string) {
	if len(values) == 0 {
		return
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	s.add(" AND " + column + " IN ")
	s.tuples(len(args), args)
}

// same asks for a value, where one is given.
func (s *statement) same(column, value string) {
	if value != "" {
		s.add(" AND "+column+" = ?", value)
	}
}

// micros is an instant as it is stored; nil for none.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// instant is the inverse of micros.
func instant(m *int64) time.Time {
	if m == nil {
		return time.Time{}
	}
	return time.UnixMicro(*m).UTC()
}

// noDue stands for no deadline: behind all others in an index.
const noDue = math.MaxInt64

func dueMicros(t time.Time) any {
	if t.IsZero() {
		return int64(noDue)
	}
	return t.UnixMicro()
}

func dueInstant(m int64) time.Time {
	if m == noDue {
		return time.Time{}
	}
	return instant(&m)
}

// bytes is data as it is stored: never null.
func bytes(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// id is an id as the engine stores it.
func (s *Store) id(id uuid.UUID) any {
	if s.engine == EngineSQLite {
		return id[:]
	}
	return [16]byte(id) // a uuid.UUID would go through its text
}
