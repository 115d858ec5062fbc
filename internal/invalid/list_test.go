package invalid_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/kulanz-go/kulanz/internal/invalid"
)

type fault string

func (f fault) Error() string { return "bad " + string(f) }

type faults []fault

func (fs faults) Error() string   { return invalid.Lines(fs) }
func (fs faults) Unwrap() []error { return invalid.Each(fs) }

func TestListReadsAndUnwraps(t *testing.T) {
	var err error = faults{"zone", "hours"}
	assert.Equal(t, "bad zone\nbad hours", err.Error())
	assert.ErrorIs(t, err, fault("zone"))
	assert.ErrorIs(t, err, fault("hours"))
	assert.NotErrorIs(t, err, fault("day"))

	var first fault
	assert.ErrorAs(t, err, &first)
	assert.Equal(t, fault("zone"), first)

	assert.Empty(t, faults{}.Error())
	assert.Empty(t, faults{}.Unwrap())
}
