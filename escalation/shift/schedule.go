package shift

import (
	"slices"
	"sort"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// Schedule is who is on duty when. It is immutable and safe for concurrent use.
type Schedule struct {
	zone      *time.Location
	layers    []layer
	overrides []Override
	absences  map[string][]span // disjoint and ascending
}

type layer struct {
	Layer

	days [][7]bool // of each window
}

// New compiles a schedule; every fault is reported, as [Faults].
func New(cfg Config) (*Schedule, error) {
	var c check
	zone, err := time.LoadLocation(cfg.TZ)
	if err != nil || cfg.TZ == "" || cfg.TZ == "Local" {
		c.fail("tz", cfg.TZ, "is no known zone")
	}
	c.config(cfg)
	if err := c.err(); err != nil {
		return nil, err
	}
	s := &Schedule{zone: zone, overrides: slices.Clone(cfg.Overrides), absences: make(map[string][]span)}
	for _, l := range cfg.Layers {
		l.Rotation.Members = slices.Clone(l.Rotation.Members)
		l.Windows = slices.Clone(l.Windows)
		days := make([][7]bool, len(l.Windows))
		for i, w := range l.Windows {
			for _, d := range w.Days {
				day, _ := d.weekday()
				days[i][day] = true
			}
		}
		s.layers = append(s.layers, layer{l, days})
	}
	for _, a := range cfg.Absences {
		s.absences[a.Member] = append(s.absences[a.Member], span{a.From, a.To})
	}
	for member, all := range s.absences {
		s.absences[member] = union(all)
	}
	return s, nil
}

// Zone returns the zone of the schedule's wall clock.
func (s *Schedule) Zone() *time.Location { return s.zone }

// Duty is who is on duty; both are empty in a gap.
type Duty struct {
	Member string
	By     string // the layer's id, or "override:" and its index
}

const byOverride = "override:"

// At returns who is on duty at an instant.
func (s *Schedule) At(t time.Time) Duty {
	for i, o := range slices.Backward(s.overrides) {
		if holds(t, o.From, o.To) && !s.Absent(o.Member, t) {
			return Duty{o.Member, byOverride + strconv.Itoa(i)}
		}
	}
	for i := range slices.Backward(s.layers) {
		if member := s.present(&s.layers[i], t); member != "" {
			return Duty{member, s.layers[i].ID}
		}
	}
	return Duty{}
}

// Absent reports whether a member is absent at an instant.
func (s *Schedule) Absent(member string, t time.Time) bool {
	all := s.absences[member]
	i := sort.Search(len(all), func(i int) bool { return t.Before(all[i].to) })
	return i < len(all) && holds(t, all[i].from, all[i].to)
}

// OnDuty returns everybody who is on duty at an instant, on any layer or
// override, the one of [Schedule.At] first: who can be routed to.
func (s *Schedule) OnDuty(t time.Time) []string {
	var all []string
	add := func(member string) {
		if member != "" && !slices.Contains(all, member) {
			all = append(all, member)
		}
	}
	add(s.At(t).Member)
	for _, o := range s.overrides {
		if holds(t, o.From, o.To) && !s.Absent(o.Member, t) {
			add(o.Member)
		}
	}
	for i := range slices.Backward(s.layers) {
		add(s.present(&s.layers[i], t))
	}
	return all
}

func holds(t, from, to time.Time) bool { return !t.Before(from) && t.Before(to) }

// present returns the member of a layer whose turn it is, or who stands in for
// it; empty where the layer is not on duty or nobody of it is there.
func (s *Schedule) present(l *layer, t time.Time) string {
	k := l.Rotation.at(s.zone, t)
	if k < 0 || !s.open(l, t) {
		return ""
	}
	return s.standIn(l, k, t)
}

// standIn returns the member whose turn it is or the next one that is present.
func (s *Schedule) standIn(l *layer, k int, t time.Time) string {
	for i := range l.Rotation.Members {
		if member := l.Rotation.member(k + i); !s.Absent(member, t) {
			return member
		}
	}
	return ""
}

// open reports whether a layer is on duty.
func (s *Schedule) open(l *layer, t time.Time) bool {
	if len(l.Windows) == 0 {
		return true
	}
	today := sla.DateOf(t, s.zone)
	for i := range l.Windows {
		for day := -2; day <= 1; day++ { // a window spans two days, and a change of the clock may move a date
			from, to, ok := s.window(l, i, today.AddDays(day))
			if ok && holds(t, from, to) {
				return true
			}
		}
	}
	return false
}

// window returns when a window that begins on a date begins and ends.
func (s *Schedule) window(l *layer, i int, date sla.Date) (time.Time, time.Time, bool) {
	if !l.days[i][date.Weekday()] {
		return time.Time{}, time.Time{}, false
	}
	w, end := l.Windows[i], date
	if w.To <= w.From {
		end = date.AddDays(1)
	}
	return wall(s.zone, readingOf(date, w.From)), wall(s.zone, readingOf(end, w.To)), true
}
