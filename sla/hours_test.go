package sla_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/sla"
)

func TestParseHours(t *testing.T) {
	for in, want := range map[string]string{
		"Mo-Fr 09:00-17:00":                             "",
		"Mo-Fr 09:00-13:00,14:00-18:00; Sa 10:00-14:00": "",
		"24/7":                              "",
		"off":                               "",
		"closed":                            "off",
		" Mo-Su 00:00-24:00;":               "24/7",
		"09:00-17:00":                       "Mo-Su 09:00-17:00",
		"Fr-Mo 22:00-06:00":                 "Mo,Fr-Su 22:00-06:00",
		"Mo,We-Fr 9:00-17:00":               "!",
		"Mo, We ,Fr 09:00-17:00":            "!",
		"Mo, We,Fr 09:00-17:00":             "Mo,We,Fr 09:00-17:00",
		"Mo 14:00-18:00, 09:00-13:00":       "Mo 09:00-13:00,14:00-18:00",
		"Mo 09:00-13:00,13:00-18:00":        "Mo 09:00-18:00",
		"Mo 20:00-24:00,22:00-06:00":        "Mo 20:00-06:00",
		"Mo 22:00-00:00":                    "Mo 22:00-24:00",
		"Mo 05:00-24:00,22:00-06:00":        "",
		"Mo-Fr 09:00-17:00; We off":         "Mo-Tu,Th-Fr 09:00-17:00",
		"Mo-Fr 09:00-17:00; We 09:00-12:00": "Mo-Tu,Th-Fr 09:00-17:00; We 09:00-12:00",
		"Mo-Sa,PH 09:00-17:00":              "Mo-Sa 09:00-17:00; PH 09:00-17:00",
		"PH,Su 10:00-14:00; PH off":         "Su 10:00-14:00",
		"Mo 09:00:30-17:00:15":              "",
		"24/7; 2026 Dec 24 off":             "",
		"off; 2026 Dec 5-6 10:00-16:00":     "off; 2026 Dec 05-06 10:00-16:00",
		"off; 2026 Dec 30-2027 Jan 02 10:00-16:00 \"Pop-up\"":        "",
		"24/7; 2026 Dec 24 13:00-24:00 off \"Heilig; abend\"":        "",
		"off; 2026 Dec 24 off; 2026 Dec 24 off":                      "off; 2026 Dec 24 off",
		"24/7; 2026 Nov 27 07:00-22:00; 2026 Nov 27 12:00-13:00 off": "",
		"24/7; 2028 Feb 29 closed":                                   "24/7; 2028 Feb 29 off",
	} {
		h, err := sla.ParseHours(in)
		if want == "!" {
			require.Error(t, err, in)
			continue
		}
		require.NoError(t, err, in)
		if want == "" {
			want = in
		}
		assert.Equal(t, want, h.String(), in)
	}
}

func TestParseHoursFaults(t *testing.T) {
	for _, c := range []struct {
		in, value, reason string
		column            int
	}{
		{"", "", "is empty", 1},
		{"   ", "", "is not a day", 4},
		{"Mo-Fr 09:00-25:00", "25:00", "is not a time of day", 13},
		{"Mo-Fr 09:00-17:60", "17:60", "is not a time of day", 13},
		{"Mo 09:00-09:00", "09:00-09:00", "is empty", 4},
		{"Mo 24:00-09:00", "24:00-09:00", "cannot start a window", 4},
		{"Mo 09:00", "", "\"-\"", 9},
		{"Mo 09:00–17:00", "–17:00", "\"-\"", 9},
		{"Mo", "", "is not a time of day", 3},
		{"Mo-", "", "is not a day", 4},
		{"Di 09:00-17:00", "Di", "is not a day", 1},
		{"mo 09:00-17:00", "mo", "is not a day", 1},
		{"Mo 09:00-17:00 open", "open", "rules end with", 16},
		{"Mo 09:00-17:00,", "", "is not a time of day", 16},
		{"Mo 12:00-13:00 off", "off", "only a dated rule", 16},
		{"2026 Feb 30 off", "2026", "does not begin a date", 1},
		{"2026 Dez 24 off", "2026", "does not begin a date", 1},
		{"2026 Dec 24-23 off", "2026", "ends before it begins", 1},
		{"2026 Dec 24-2028 Dec 24 off", "2026", "more than 366 days", 1},
		{"2026 Dec 24-32 off", "32", "does not begin a date", 13},
		{"2026 Dec 24 off \"x", "\"x", "without an end", 17},
		{"24/7 off", "off", "rules end with", 6},
		{"Mo ü", "ü", "is not a time of day", 4},
		{"Mö-Fr 09:00-17:00; Tü off", "Mö-Fr", "is not a day", 1},
	} {
		_, err := sla.ParseHours(c.in)
		require.ErrorIs(t, err, sla.ErrInvalid, c.in)
		var f *sla.Fault
		require.ErrorAs(t, err, &f, c.in)
		assert.Equal(t, "hours", f.Path, c.in)
		assert.Equal(t, c.value, f.Value, c.in)
		assert.Equal(t, c.column, f.Column, c.in)
		assert.Contains(t, f.Reason, c.reason, c.in)
		assert.Contains(t, err.Error(), "character ", c.in)
	}
}

// TestParseHoursReportsAll holds that one bad rule hides no other.
func TestParseHoursReportsAll(t *testing.T) {
	_, err := sla.ParseHours(`Mo 09:00-25:00; Xx off; 2026 Dec 24 off "a;b; Tu 1:00; We 09:00-17:00; 2026 Dec 99 off`)
	var fs sla.Faults
	require.ErrorAs(t, err, &fs)
	assert.Len(t, fs, 3)
	_, err = sla.ParseHours("24/7; 2026 Dec 24 off; 2026 Dec 24 09:00-13:00; 2026 Dec 24 10:00-12:00; 1899 Dec 31 off")
	require.ErrorAs(t, err, &fs)
	assert.Equal(t, []string{"hours.exceptions[3].date", "hours.exceptions[2].open", "hours.exceptions[1]"}, paths(fs))
}

func TestHoursLimits(t *testing.T) {
	_, err := sla.ParseHours(strings.Repeat("x", 2<<20))
	require.ErrorIs(t, err, sla.ErrInvalid)
	_, err = sla.ParseHours("Mo " + strings.Repeat("01:00-02:00,", 48) + "01:00-02:00")
	require.ErrorIs(t, err, sla.ErrInvalid)
	_, err = sla.ParseHours("24/7" + strings.Repeat("; 1950 Jan 01-1950 Dec 31 off", 40))
	require.ErrorIs(t, err, sla.ErrInvalid, "too many dates, even if they repeat")
}

// TestHoursRoundTrip holds that what a calendar prints reads back as the same
// calendar.
func TestHoursRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := genConfig(t, "Europe/Berlin", sla.Date{Year: 2026, Month: 12, Day: 24})
		for i := range cfg.Hours.Exceptions {
			cfg.Hours.Exceptions[i].Label = rapid.SampledFrom([]string{"", "Betriebsfest", "a; b", "Ärger, off"}).Draw(t, "label")
		}
		if rapid.Bool().Draw(t, "no holidays") {
			cfg.Holidays = nil
		}
		c, err := sla.NewCalendar(cfg)
		require.NoError(t, err)
		text := c.String()
		h, err := sla.ParseHours(text)
		require.NoError(t, err, text)
		cfg.Hours = h
		again, err := sla.NewCalendar(cfg)
		require.NoError(t, err)
		require.Equal(t, text, again.String())
		require.Equal(t, sla.Normal(c), sla.Normal(again))
		require.Equal(t, sla.Normal(c), h)

		data, err := cfg.Hours.MarshalText()
		require.NoError(t, err)
		var back sla.Hours
		require.NoError(t, back.UnmarshalText(data))
		require.Equal(t, h, back)
	})
}

func FuzzParseHours(f *testing.F) {
	f.Add(`Mo-Fr 09:00-13:00,14:00-18:00; Sa 10:00-14:00; PH off; 2026 Dec 24-26 09:00-13:00 "x"`)
	f.Add("24/7; 2026 Dec 24 13:00-24:00 off")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := sla.ParseHours(s)
		if err != nil {
			require.ErrorIs(t, err, sla.ErrInvalid)
			return
		}
		again, err := sla.ParseHours(h.String())
		require.NoError(t, err)
		require.Equal(t, h, again)
		_, err = sla.NewCalendar(sla.CalendarConfig{Zone: "UTC", Hours: h})
		require.NoError(t, err)
	})
}

func TestNewCalendarFaults(t *testing.T) {
	date := sla.Date{Year: 2026, Month: 12, Day: 24}
	cfg := sla.CalendarConfig{ID: "a@b", Version: -1, Zone: "Europe/Nowhere"}
	cfg.Hours.Week[time.Monday] = []sla.Window{{Start: 9 * 3600, End: 9 * 3600}, {Start: -1, End: 90000}}
	cfg.Hours.OnHoliday = make([]sla.Window, 49)
	cfg.Hours.Exceptions = []sla.Exception{
		{Date: date, Open: []sla.Window{{Start: 0, End: 3600}}},
		{Date: date},
		{Date: date, Open: []sla.Window{{Start: 0, End: 7200}}},
		{Date: sla.Date{Year: 2026, Month: 2, Day: 30}, Label: `say "x"`},
		{Date: sla.Date{Year: 2200, Month: 1, Day: 1}, Label: strings.Repeat("x", 201)},
		{Date: date.AddDays(1), Open: []sla.Window{{Start: 0, End: 3600}}, Closed: []sla.Window{{Start: 0, End: 43200}, {Start: 43200, End: 86400}}, Label: " x"},
	}
	_, err := sla.NewCalendar(cfg)
	require.ErrorIs(t, err, sla.ErrInvalid)
	var fs sla.Faults
	require.ErrorAs(t, err, &fs)
	assert.Equal(t, []string{
		"id", "version", "zone", "hours.week.mon[0]", "hours.week.mon[1].start", "hours.week.mon[1].end",
		"hours.on_holiday", "hours.exceptions[3].date", "hours.exceptions[3].label", "hours.exceptions[4].date",
		"hours.exceptions[4].label", "hours.exceptions[5].label",
		"hours.exceptions[2].open", "hours.exceptions[1]", "hours.exceptions[5]",
	}, paths(fs))
	assert.Len(t, strings.Split(err.Error(), "\n"), len(fs))

	for _, zone := range []string{"", "Local", "../etc/passwd", "Mars/Phobos"} {
		_, err := sla.NewCalendar(sla.CalendarConfig{Zone: zone})
		require.ErrorIs(t, err, sla.ErrInvalid, zone)
	}
	_, err = sla.NewCalendar(sla.CalendarConfig{Zone: "UTC", Hours: sla.Hours{Exceptions: make([]sla.Exception, 10_001)}})
	require.ErrorIs(t, err, sla.ErrInvalid)
	_, err = sla.Hours{OnHoliday: []sla.Window{{}}}.MarshalText()
	require.ErrorIs(t, err, sla.ErrInvalid)
	_, err = sla.NewCalendar(sla.CalendarConfig{Zone: "UTC", Hours: sla.Hours{Exceptions: []sla.Exception{
		{Date: date, Open: []sla.Window{{Start: 0, End: 3600}}}, {Date: date, Open: []sla.Window{{Start: 0, End: 3600}}},
	}}})
	require.NoError(t, err, "said twice, but no contradiction")
}
