package sqlstore

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// statement is one that is put together from parts.
type statement struct {
	text strings.Builder
	args []any
}

// add appends text in which each ? stands for the next of the arguments.
func (s *statement) add(text string, args ...any) {
	for _, part := range strings.SplitAfter(text, "?") {
		fixed, isArg := strings.CutSuffix(part, "?")
		s.text.WriteString(fixed)
		if isArg {
			s.args = append(s.args, args[0])
			args = args[1:]
			s.text.WriteString("$" + strconv.Itoa(len(s.args)))
		}
	}
}

// tuples appends (..., ...), (..., ...) with n arguments in each pair of
// brackets.
func (s *statement) tuples(n int, args []any) {
	one := "(" + strings.Repeat("?, ", n-1) + "?)"
	for len(args) > 0 {
		s.add(one, args[:n]...)
		if args = args[n:]; len(args) > 0 {
			s.add(", ")
		}
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

func dueMicros(t time.Time) int64 {
	if t.IsZero() {
		return noDue
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
