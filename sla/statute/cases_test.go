package statute_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/holiday"
	"github.com/kulanz-go/kulanz/sla/statute"
)

// caseFile is the reference table.
type caseFile struct {
	Rules    json.RawMessage `json:"rules"`
	Cases    []lawCase       `json:"cases"`
	Instants []struct {
		Case    string    `json:"case"`
		Instant time.Time `json:"instant"`
		InTime  bool      `json:"in_time"`
	} `json:"instants"`
}

type lawCase struct {
	ID            string            `json:"id"`
	Rule          string            `json:"rule"`
	Events        statute.Events    `json:"events"`
	Region        string            `json:"region"`
	Extra         []sla.Date        `json:"extra_holidays"`
	PickupOffered bool              `json:"pickup_offered"`
	Certainty     statute.Certainty `json:"certainty"`
	RawEnd        sla.Date          `json:"raw_end"`
	LastDay       sla.Date          `json:"last_day"`
	Weekday       string            `json:"weekday"`
	Shifted       bool              `json:"shifted"`
}

// deadline counts a case. Base and repair_extension of the table are not read:
// the periods of the rule say the same.
func (c lawCase) deadline(rule statute.Statute, zone *time.Location) (statute.Deadline, error) {
	source, err := c.holidays()
	if err != nil {
		return statute.Deadline{}, err
	}
	if c.PickupOffered {
		c.Events[statute.PickupOffered] = statute.Moments{{}}
	}
	return rule.Deadline(c.Events, source, zone)
}

func (c lawCase) holidays() (*holiday.Union, error) {
	source := holiday.Common()
	if c.Region != "EU-DE-COMMON" {
		land, err := holiday.ParseLand(c.Region)
		if err != nil {
			return nil, err
		}
		if source, err = holiday.Germany(land); err != nil {
			return nil, err
		}
	}
	extra := make([]sla.Holiday, len(c.Extra))
	for i, d := range c.Extra {
		extra[i] = sla.Holiday{Date: d, ID: "local", Source: "extra_holidays"}
	}
	return holiday.With(source, extra...)
}

func loadCases(t *testing.T) caseFile {
	t.Helper()
	raw, err := os.ReadFile("testdata/cases/statute.json")
	require.NoError(t, err)
	var file caseFile
	require.NoError(t, json.Unmarshal(raw, &file))
	return file
}

func TestCases(t *testing.T) {
	t.Parallel()
	file, rules, zone := loadCases(t), statute.Builtin(), berlin(t)
	require.Len(t, file.Cases, 81)
	deadlines := map[string]statute.Deadline{}
	for _, c := range file.Cases {
		rule, ok := rules.Get(c.Rule)
		require.True(t, ok, c.Rule)
		d, err := c.deadline(rule, zone)
		require.NoError(t, err, c.ID)
		deadlines[c.ID] = d

		if c.Certainty == "" {
			c.Certainty = rule.Certainty
		}
		assert.Equal(t, c.RawEnd, d.RawEnd, c.ID)
		assert.Equal(t, c.LastDay, d.LastDay, c.ID)
		assert.Equal(t, c.Shifted, d.Shifted, c.ID)
		assert.Equal(t, c.Certainty, d.Certainty, c.ID)
		if d.Due() {
			assert.Equal(t, c.Weekday, d.LastDay.Weekday().String()[:3], c.ID)
		}
	}

	require.Len(t, file.Instants, 4)
	for _, i := range file.Instants {
		d, ok := deadlines[i.Case]
		require.True(t, ok, i.Case)
		assert.Equal(t, i.InTime, d.InTime(i.Instant), "%s at %s", i.Case, i.Instant)
		ends, due := d.Ends()
		assert.True(t, due)
		assert.Equal(t, i.InTime, i.Instant.Before(ends), "%s at %s", i.Case, i.Instant)
	}
}

// TestBuiltinIsTheTable: the built-in statutes are the 33 rules of the
// reference table, word for word, with names added.
func TestBuiltinIsTheTable(t *testing.T) {
	t.Parallel()
	reference, err := statute.Parse([]byte(`{"statutes":` + string(loadCases(t).Rules) + `}`))
	require.NoError(t, err)
	builtin := statute.Builtin()
	require.Equal(t, 33, builtin.Len())
	require.Equal(t, 33, reference.Len())
	for s := range builtin.All() {
		want, ok := reference.Get(s.ID)
		require.True(t, ok, s.ID)
		assert.NotEmpty(t, s.Name.DE, s.ID)
		assert.NotEmpty(t, s.Name.EN, s.ID)
		s.Name = sla.Text{}
		assert.Equal(t, want, s)
	}
}

func berlin(tb testing.TB) *time.Location {
	tb.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	require.NoError(tb, err)
	return zone
}
