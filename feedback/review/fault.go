package review

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

// check collects faults while a value is looked at.
type check struct{ faults feedback.Faults }

func (c *check) failf(path, value, format string, args ...any) {
	c.faults = append(c.faults, &feedback.Fault{Path: path, Value: value, Reason: fmt.Sprintf(format, args...)})
}

func (c *check) err() error {
	if len(c.faults) == 0 {
		return nil
	}
	return c.faults
}

// Bounds of what comes from outside, in bytes.
const (
	maxName = 128
	maxText = 4 << 10
)

// name checks a name that stands in tables.
func (c *check) name(path, v string, required bool) {
	bad := len(v) > maxName || !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl)
	if bad || required && v == "" {
		c.failf(path, strconv.Itoa(len(v))+" bytes", "are not 1 to %d without control characters", maxName)
	}
}

// decode reads strict JSON; what is wrong comes as [feedback.Faults].
func decode(data []byte, v any) error {
	err := strictjson.Unmarshal(data, v)
	var list strictjson.Errors
	if !errors.As(err, &list) {
		return err
	}
	var c check
	for _, e := range list {
		c.failf(e.Path, e.Value, "%s", e.Detail)
	}
	return c.err()
}
