package faulty

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/internal/strictjson"
)

// List collects faults while a value is looked at. The zero value is ready.
type List struct{ Faults feedback.Faults }

// Failf notes one fault.
func (l *List) Failf(path, value, format string, args ...any) {
	l.Faults = append(l.Faults, &feedback.Fault{Path: path, Value: value, Reason: fmt.Sprintf(format, args...)})
}

// Err returns all faults; nil: there are none.
func (l *List) Err() error {
	if len(l.Faults) == 0 {
		return nil
	}
	return l.Faults
}

// Bounds of what comes from outside, in bytes.
const (
	MaxName = 128
	MaxText = 4 << 10
)

// Name checks a name that stands in tables.
func (l *List) Name(path, v string, required bool) {
	bad := len(v) > MaxName || !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl)
	if bad || required && v == "" {
		l.Failf(path, strconv.Itoa(len(v))+" bytes", "are not 1 to %d without control characters", MaxName)
	}
}

// Decode reads strict JSON; what is wrong comes as [feedback.Faults].
func Decode(data []byte, v any) error {
	err := strictjson.Unmarshal(data, v)
	var list strictjson.Errors
	if !errors.As(err, &list) {
		return err
	}
	var l List
	for _, e := range list {
		l.Failf(e.Path, e.Value, "%s", e.Detail)
	}
	return l.Err()
}
