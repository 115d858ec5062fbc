package shift

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/internal/strictjson"
	"github.com/kulanz-go/kulanz/sla"
)

// Config is a schedule as data.
type Config struct {
	TZ        string     `json:"tz"`     // IANA, as in "Europe/Berlin"
	Layers    []Layer    `json:"layers"` // later ones win
	Overrides []Override `json:"overrides,omitempty"`
	Absences  []Absence  `json:"absences,omitempty"`
}

// Layer is a rotation and when it is on duty.
type Layer struct {
	ID       string   `json:"id"`
	Rotation Rotation `json:"rotation"`
	Windows  []Window `json:"windows,omitempty"` // none: always
}

// Unit is what the length of a shift is counted in.
type Unit string

// The units. All are on the wall clock: an hour that the clock shows twice
// makes a shift of two.
const (
	Hour  Unit = "hour"
	Day   Unit = "day"
	Week  Unit = "week"
	Month Unit = "month"
)

// Rotation is members who take turns.
type Rotation struct {
	Start   Local    `json:"start_local"` // of the first shift; the time of day is that of every hand-over
	Unit    Unit     `json:"unit"`
	Length  int      `json:"length"` // of a shift, in units
	Members []string `json:"members"`
}

// Window is a time of the week, half-open; one whose To is not after From ends
// on the next day.
type Window struct {
	Days []Weekday `json:"days"` // on which it begins
	From sla.Clock `json:"from"`
	To   sla.Clock `json:"to"`
}

// Override puts somebody in everybody's place, half-open.
type Override struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Member string    `json:"member"`
}

// Absence takes somebody out, half-open.
type Absence struct {
	Member string    `json:"member"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
}

// Weekday is a day of the week as two letters, "MO" to "SU".
type Weekday string

func (d Weekday) weekday() (time.Weekday, bool) {
	switch d {
	case "MO":
		return time.Monday, true
	case "TU":
		return time.Tuesday, true
	case "WE":
		return time.Wednesday, true
	case "TH":
		return time.Thursday, true
	case "FR":
		return time.Friday, true
	case "SA":
		return time.Saturday, true
	case "SU":
		return time.Sunday, true
	default:
		return 0, false
	}
}

// Local is a date and a time of day on the wall clock.
type Local struct {
	Date  sla.Date
	Clock sla.Clock
}

// String returns it as in "2026-06-01T09:00".
func (l Local) String() string { return l.Date.String() + "T" + l.Clock.String() }

// MarshalText writes it as String does.
func (l Local) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads what String returns.
func (l *Local) UnmarshalText(text []byte) error {
	const dateLen = len("2006-01-02")
	fault := &Fault{Value: string(text), Reason: `is no local time like "2026-06-01T09:00"`}
	if len(text) < dateLen+2 || text[dateLen] != 'T' {
		return fault
	}
	date, err := sla.ParseDate(string(text[:dateLen]))
	if err != nil {
		return fault
	}
	clock, err := sla.ParseClock(string(text[dateLen+1:]))
	if err != nil || clock == endOfDay {
		return fault
	}
	*l = Local{date, clock}
	return nil
}

const endOfDay = 24 * 60 * 60

// Bounds of what is data from outside.
const (
	maxLayers  = 64
	maxWindows = 64
	maxMembers = 1024
	maxLength  = 1000
	maxEntries = 2000 // overrides, and absences
	maxID      = 64
	firstYear  = 1900
	lastYear   = 2200
)

// Parse reads a schedule from JSON, strictly, and compiles it.
func Parse(data []byte) (*Schedule, error) {
	var cfg Config
	err := strictjson.Unmarshal(data, &cfg)
	var all strictjson.Errors
	switch {
	case errors.As(err, &all):
		var c check
		for _, e := range all {
			c.fail(e.Path, e.Value, e.Detail)
		}
		return nil, c.err()
	case err != nil:
		return nil, err
	}
	return New(cfg)
}

// config checks a schedule.
func (c *check) config(cfg Config) {
	if len(cfg.Layers) > maxLayers {
		c.fail("layers", strconv.Itoa(len(cfg.Layers)), "are more than 64")
		return
	}
	seen := make(map[string]bool, len(cfg.Layers))
	for i, l := range cfg.Layers {
		path := "layers[" + strconv.Itoa(i) + "]"
		c.name(path+".id", l.ID)
		if seen[l.ID] {
			c.fail(path+".id", l.ID, "is given twice")
		}
		seen[l.ID] = true
		if strings.HasPrefix(l.ID, byOverride) {
			c.fail(path+".id", l.ID, "begins like the name of an override")
		}
		c.rotation(path+".rotation", l.Rotation)
		if len(l.Windows) > maxWindows {
			c.fail(path+".windows", strconv.Itoa(len(l.Windows)), "are more than 64")
			continue
		}
		for k, w := range l.Windows {
			c.window(path+".windows["+strconv.Itoa(k)+"]", w)
		}
	}
	if len(cfg.Overrides) > maxEntries || len(cfg.Absences) > maxEntries {
		c.fail("overrides", strconv.Itoa(max(len(cfg.Overrides), len(cfg.Absences))), "or absences are more than 2000")
		return
	}
	for i, o := range cfg.Overrides {
		c.entry("overrides["+strconv.Itoa(i)+"]", o.Member, o.From, o.To)
	}
	for i, a := range cfg.Absences {
		c.entry("absences["+strconv.Itoa(i)+"]", a.Member, a.From, a.To)
	}
}

func (c *check) rotation(path string, r Rotation) {
	if y := r.Start.Date.Year; y < firstYear || y > lastYear {
		c.fail(path+".start_local", r.Start.String(), "does not lie in 1900 to 2200")
	}
	switch r.Unit {
	case Hour, Day, Week, Month:
	default:
		c.fail(path+".unit", string(r.Unit), "is neither hour, day, week nor month")
	}
	if r.Length < 1 || r.Length > maxLength {
		c.fail(path+".length", strconv.Itoa(r.Length), "is not 1 to 1000")
	}
	if len(r.Members) < 1 || len(r.Members) > maxMembers {
		c.fail(path+".members", strconv.Itoa(len(r.Members)), "is not 1 to 1024 members")
		return
	}
	for i, m := range r.Members {
		c.name(path+".members["+strconv.Itoa(i)+"]", m)
	}
}

func (c *check) window(path string, w Window) {
	if len(w.Days) == 0 || len(w.Days) > 7 {
		c.fail(path+".days", strconv.Itoa(len(w.Days)), "is not 1 to 7 days")
	}
	for i, d := range w.Days {
		if _, ok := d.weekday(); !ok {
			c.fail(path+".days["+strconv.Itoa(i)+"]", string(d), "is no day from MO to SU")
		}
	}
	for _, clock := range []sla.Clock{w.From, w.To} {
		if clock < 0 || clock > endOfDay {
			c.fail(path, clock.String(), "lies outside 00:00 to 24:00")
		}
	}
	if w.From == endOfDay {
		c.fail(path+".from", w.From.String(), "is the end of the day: it begins on the next one")
	}
}

func (c *check) entry(path, member string, from, to time.Time) {
	c.name(path+".member", member)
	if !from.Before(to) {
		c.fail(path+".to", to.Format(time.RFC3339), "is not after from")
	}
}

func (c *check) name(path, s string) {
	if s == "" || len(s) > maxID {
		c.fail(path, s, "is not 1 to 64 bytes")
	}
}
