package sla_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
)

func regions() func(string) (sla.HolidaySource, error) {
	return func(region string) (sla.HolidaySource, error) {
		if region != "DE-NW" {
			return nil, errors.New("not here")
		}
		return nrw{}, nil
	}
}

func TestCalendarJSON(t *testing.T) {
	for _, in := range []string{
		`{"zone":"UTC","hours":"off"}`,
		`{"id":"shop","version":3,"zone":"Europe/Berlin","hours":"Mo-Fr 09:00-17:00; 2026 Dec 24 09:00-13:00 \"Heiligabend\"","holidays":"DE-NW","options":{"roll_to_next_opening":true,"compatible_bounds":true,"holiday_by_start_day":true,"clamp_negative":true}}`,
		`{"id":"team","union":[{"zone":"UTC","hours":"24/7"},{"intersect":[{"zone":"Asia/Tokyo","hours":"Mo 09:00-10:00; PH 10:00-11:00","holidays":"DE-NW"}]}]}`,
	} {
		c, err := sla.ParseCalendar([]byte(in), regions())
		require.NoError(t, err, in)
		out, err := json.Marshal(c)
		require.NoError(t, err)
		assert.JSONEq(t, in, string(out))
		again, err := sla.ParseCalendar(out, regions())
		require.NoError(t, err)
		assert.Equal(t, c.Between(benchStart(), benchStart().Add(year)), again.Between(benchStart(), benchStart().Add(year)))
	}
}

func TestCalendarJSONFaults(t *testing.T) {
	for in, want := range map[string][]string{
		``:                               {""},
		`{"zone":"UTC","hours":"off"} x`: {""},
		`{"zone":"UTC","hours":"off","hours":"24/7"}`: {"hours"},
		`{"Zone":"UTC","hours":"off"}`:                {"Zone"},
		`{"zone":"UTC","hours":7,"wat":{}}`:           {"hours", "wat"},
		`{"zone":"Nowhere","hours":"Mo 25:00","version":-1,"id":"a|b","holidays":"XX"}`: {
			"hours", "holidays", "id", "version", "zone",
		},
		`{"zone":"UTC"}`: {"hours"},
		`{"union":[]}`:   {"calendars"},
		`{"union":[{"zone":"UTC","hours":"off"},{"zone":"Mars","hours":"x","options":{"Clamp_negative":true}}]}`: {
			"union[1].options.Clamp_negative",
		},
		`{"union":[{"zone":"UTC","hours":"off"},{"zone":"Mars","hours":"x"}]}`: {"union[1].hours", "union[1].zone"},
		`{"zone":"UTC","union":[{"zone":"UTC","hours":"off"}],"intersect":[{"zone":"UTC","hours":"off"}]}`: {
			"intersect", "intersect",
		},
	} {
		_, err := sla.ParseCalendar([]byte(in), regions())
		require.ErrorIs(t, err, sla.ErrInvalid, in)
		var fs sla.Faults
		require.ErrorAs(t, err, &fs, in)
		assert.Equal(t, want, paths(fs), in)
	}
	_, err := sla.ParseCalendar([]byte(`{"zone":"UTC","hours":"off","holidays":"DE-NW"}`), nil)
	require.ErrorIs(t, err, sla.ErrInvalid)

	nameless := calendar(t, "UTC", "24/7", nrw{})
	both, err := sla.Union("both", 1, nameless, nameless)
	require.NoError(t, err)
	_, err = json.Marshal(both)
	var fs sla.Faults
	require.ErrorAs(t, err, &fs)
	assert.Equal(t, []string{"union[0].holidays", "union[1].holidays"}, paths(fs))
}

func FuzzParseCalendar(f *testing.F) {
	f.Add(`{"id":"shop","version":3,"zone":"Europe/Berlin","hours":"Mo-Fr 09:00-17:00","holidays":"DE-NW","options":{"clamp_negative":true}}`)
	f.Add(`{"union":[{"zone":"UTC","hours":"24/7"},{"zone":"Asia/Tokyo","hours":"off"}]}`)
	f.Fuzz(func(t *testing.T, in string) {
		c, err := sla.ParseCalendar([]byte(in), regions())
		if err != nil {
			require.ErrorIs(t, err, sla.ErrInvalid)
			return
		}
		out, err := c.MarshalJSON()
		require.NoError(t, err)
		again, err := sla.ParseCalendar(out, regions())
		require.NoError(t, err)
		now := time.Unix(1_800_000_000, 0)
		require.Equal(t, c.Between(now, now.Add(30*day)), again.Between(now, now.Add(30*day)))
	})
}

// TestErrorsOfNoDocument: what has no path is called the value.
func TestErrorsOfNoDocument(t *testing.T) {
	for text, want := range map[string]string{
		``:                               "sla: the value ends too early",
		`{"zone": "UTC"`:                 "sla: the value ends too early",
		`{"zone":"UTC","hours":"off"} x`: "sla: the value has more after its end",
		`"x"`:                            `sla: "x" stands where an object is expected`,
	} {
		_, err := sla.ParseCalendar([]byte(text), nil)
		require.EqualError(t, err, want)
		require.ErrorIs(t, err, sla.ErrInvalid)
	}
}
