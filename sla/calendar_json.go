package sla

import (
	"encoding/json"
	"errors"
	"strconv"

	"github.com/kulanz-go/kulanz/internal/strictjson"
)

// calendarJSON is a calendar as it is written: by itself, or made of others.
type calendarJSON struct {
	ID        string         `json:"id,omitempty"`
	Version   int            `json:"version,omitempty"`
	Zone      string         `json:"zone,omitempty"`
	Hours     string         `json:"hours,omitempty"`
	Holidays  string         `json:"holidays,omitempty"`
	Options   *Options       `json:"options,omitempty"`
	Union     []calendarJSON `json:"union,omitempty"`
	Intersect []calendarJSON `json:"intersect,omitempty"`
}

// MarshalJSON writes the calendar in the form that [ParseCalendar] reads. A
// calendar with holidays but no region to name them cannot be written.
func (c *Calendar) MarshalJSON() ([]byte, error) {
	j, fs := c.json("")
	if err := fs.err(); err != nil {
		return nil, err
	}
	return json.Marshal(j)
}

func (c *Calendar) json(path string) (calendarJSON, Faults) {
	var fs Faults
	j := calendarJSON{ID: c.id, Version: c.version}
	if c.parts != nil {
		list, key := &j.Union, "union"
		if c.parts.all {
			list, key = &j.Intersect, "intersect"
		}
		for i, part := range c.parts.calendars {
			pj, pfs := part.json(path + key + "[" + strconv.Itoa(i) + "].")
			*list = append(*list, pj)
			fs = append(fs, pfs...)
		}
		return j, fs
	}
	j.Zone, j.Hours, j.Holidays = c.loc.String(), c.days.hours.String(), c.region
	if c.opts != (Options{}) {
		j.Options = &c.opts
	}
	if c.days.source != nil && c.region == "" {
		fs.add(path+"holidays", "", "names no region, without which the holidays cannot be written")
	}
	return j, fs
}

// ParseCalendar reads a calendar from JSON:
//
//	{"id": "shop", "version": 3, "zone": "Europe/Berlin",
//	 "hours": "Mo-Fr 09:00-17:00; 2026 Dec 24 09:00-13:00 \\"Heiligabend\\"",
//	 "holidays": "DE-NW",
//	 "options": {"roll_to_next_opening": true}}
//
// The hours are those of [ParseHours], the options those of [Options]. Where
// holidays names a region, the function is asked for its holidays; it may be
// nil where no calendar does. A calendar made of others has "union" or
// "intersect", a list of such objects, in place of zone, hours, holidays and
// options.
//
// Keys that are not known, given twice or written in another case are faults.
// All faults are reported at once, as [Faults], with their paths.
func ParseCalendar(data []byte, holidays func(region string) (HolidaySource, error)) (*Calendar, error) {
	var j calendarJSON
	if err := strictjson.Unmarshal(data, &j); err != nil {
		return nil, jsonFaults(err)
	}
	c, fs := j.calendar(holidays, "")
	if err := fs.err(); err != nil {
		return nil, err
	}
	return c, nil
}

// jsonFaults turns what strictjson says into faults.
func jsonFaults(err error) error {
	var list strictjson.Errors
	if !errors.As(err, &list) {
		return err
	}
	fs := make(Faults, len(list))
	for i, e := range list {
		fs[i] = &Fault{Path: e.Path, Value: e.Value, Reason: e.Detail}
	}
	return fs
}

func (j calendarJSON) calendar(holidays func(string) (HolidaySource, error), path string) (*Calendar, Faults) {
	if j.Union != nil || j.Intersect != nil {
		return j.combined(holidays, path)
	}
	var fs Faults
	cfg := CalendarConfig{ID: j.ID, Version: j.Version, Zone: j.Zone, Region: j.Holidays}
	if j.Options != nil {
		cfg.Options = *j.Options
	}
	var err error
	if cfg.Hours, err = ParseHours(j.Hours); err != nil {
		fs = append(fs, within(path, err)...)
	}
	if j.Holidays != "" {
		if holidays == nil {
			fs.add(path+"holidays", j.Holidays, "names a region, and none is known here")
		} else if cfg.Holidays, err = holidays(j.Holidays); err != nil {
			fs.add(path+"holidays", j.Holidays, "names no known region: "+err.Error())
		} else if cfg.Holidays == nil {
			fs.add(path+"holidays", j.Holidays, "names a region without holidays")
		}
	}
	c, rest := newCalendar(cfg, path)
	if fs = append(fs, rest...); len(fs) > 0 {
		return nil, fs
	}
	return c, nil
}

// within puts faults under a path.
func within(path string, err error) Faults {
	var fs Faults
	if !errors.As(err, &fs) {
		return Faults{{Path: path, Reason: err.Error()}}
	}
	out := make(Faults, len(fs))
	for i, f := range fs {
		moved := *f
		moved.Path = path + f.Path
		out[i] = &moved
	}
	return out
}

func (j calendarJSON) combined(holidays func(string) (HolidaySource, error), path string) (*Calendar, Faults) {
	var fs Faults
	list, key := j.Union, "union"
	if j.Intersect != nil {
		list, key = j.Intersect, "intersect"
	}
	if j.Union != nil && j.Intersect != nil {
		fs.add(path+"intersect", "", "cannot stand next to union")
	}
	if j.Zone != "" || j.Hours != "" || j.Holidays != "" || j.Options != nil {
		fs.add(path+key, "", "cannot stand next to zone, hours, holidays or options: those are for the parts to say")
	}
	parts := combination{all: key == "intersect"}
	for i, part := range list {
		c, pfs := part.calendar(holidays, path+key+"["+strconv.Itoa(i)+"].")
		fs = append(fs, pfs...)
		parts.calendars = append(parts.calendars, c)
	}
	if len(fs) > 0 {
		return nil, fs
	}
	return newCombined(j.ID, j.Version, parts, path)
}
