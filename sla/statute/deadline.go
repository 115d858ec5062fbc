package statute

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// Deadline is when a period of a statute ends, and why.
type Deadline struct {
	Statute   string    `json:"statute"`           // the id
	Name      sla.Text  `json:"name"`              // what the statute is called
	RawEnd    sla.Date  `json:"raw_end,omitzero"`  // the last day before any shift; zero: not due yet
	LastDay   sla.Date  `json:"last_day,omitzero"` // the last day that is still in time; zero: not due yet
	Shifted   bool      `json:"shifted"`           // whether the two differ
	Certainty Certainty `json:"certainty"`         // the statute's, or less where this count is less sure
	InForce   bool      `json:"in_force"`          // whether the statute was in force on JudgedOn
	JudgedOn  sla.Date  `json:"judged_on"`         // the date of the contract where known, else of the trigger
	Absent    []Event   `json:"absent,omitempty"`  // events the count would have looked at, and took not to have happened
	Trace     []Step    `json:"trace"`             // every step of the count, in order
	Zone      string    `json:"zone"`              // whose civil dates were counted

	zone *time.Location
}

// Due reports whether there is a last day. There is none while a refund may
// be withheld.
func (d Deadline) Due() bool { return !d.LastDay.IsZero() }

// InTime reports whether an act at t is in time: whether the zone's clocks
// show the last day or one before. Nothing is late while nothing is due.
func (d Deadline) InTime(t time.Time) bool {
	return !d.Due() || !sla.DateOf(t, d.location()).After(d.LastDay)
}

// Ends returns the first instant that is too late, the midnight after the last
// day; false while nothing is due.
func (d Deadline) Ends() (time.Time, bool) {
	if !d.Due() {
		return time.Time{}, false
	}
	return d.LastDay.End(d.location()), true
}

func (d Deadline) location() *time.Location {
	if d.zone == nil {
		return time.UTC // only the zero Deadline, which is never due
	}
	return d.zone
}

// UnmarshalJSON reads a deadline back, and with it the zone, by its name.
func (d *Deadline) UnmarshalJSON(data []byte) error {
	type plain Deadline
	var p plain
	if err := json.Unmarshal(data, &p); err != nil {
		return fmt.Errorf("statute: deadline: %w", err)
	}
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		return &sla.Fault{Path: "zone", Value: p.Zone, Reason: "is no zone that this machine knows"}
	}
	p.zone = zone
	*d = Deadline(p)
	return nil
}

// Deadline counts the period for what happened.
//
// Holidays are the public holidays of the place whose law counts; nil is
// allowed only where the statute neither shifts its end nor counts working
// days. Zone is where the civil dates are read; nil is Europe/Berlin, loaded
// anew each time.
//
// The result is computed whether or not the statute was in force or is
// certain; see [Deadline]. Errors: [*MissingError] where the trigger is not
// among the events, [sla.Faults] for a statute, event or argument that cannot
// be used, [sla.ErrOutOfRange] for an end after the year 9999.
func (s Statute) Deadline(events Events, holidays sla.HolidaySource, zone *time.Location) (Deadline, error) {
	if zone == nil {
		berlin, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			return Deadline{}, fmt.Errorf("statute %s: %w", s.ID, err)
		}
		zone = berlin
	}
	c, err := newCount(s, events, holidays, zone)
	if err != nil {
		return Deadline{}, err
	}
	if err := c.run(); err != nil {
		return Deadline{}, fmt.Errorf("statute %s: %w", s.ID, err)
	}
	return c.result, nil
}
