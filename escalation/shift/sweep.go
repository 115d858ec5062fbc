package shift

import (
	"slices"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// span is a stretch of time, half-open.
type span struct{ from, to time.Time }

// union sorts spans and joins those that overlap or touch.
func union(all []span) []span {
	slices.SortFunc(all, func(a, b span) int { return a.from.Compare(b.from) })
	var out []span
	for _, s := range all {
		if n := len(out); n > 0 && !s.from.After(out[n-1].to) {
			out[n-1].to = later(out[n-1].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out
}

// sweep walks forward over the time and says at each instant what
// [Schedule.At] does, at the cost of what changes.
type sweep struct {
	*Schedule

	tracks    []track
	overrides []int // by when they begin
	active    []int // those that hold, ascending
}

// track is a layer: when its shifts begin and its windows are open.
type track struct {
	layer *layer
	turns []turn // from the one that has begun
	open  []span // from the one that is not over; disjoint and ascending
}

type turn struct {
	at time.Time
	k  int
}

func (s *Schedule) sweep(from, to time.Time) *sweep {
	w := &sweep{Schedule: s}
	for i := range s.layers {
		w.tracks = append(w.tracks, s.track(&s.layers[i], from, to))
	}
	for i, o := range s.overrides {
		if o.From.Before(to) && o.To.After(from) {
			w.overrides = append(w.overrides, i)
		}
	}
	slices.SortStableFunc(w.overrides, func(a, b int) int { return s.overrides[a].From.Compare(s.overrides[b].From) })
	return w
}

func (s *Schedule) track(l *layer, from, to time.Time) track {
	t := track{layer: l}
	for k := max(0, l.Rotation.at(s.zone, from)); ; k++ {
		begins := l.Rotation.begins(s.zone, k)
		if !begins.Before(to) {
			break
		}
		t.turns = append(t.turns, turn{begins, k})
	}
	if len(l.Windows) == 0 {
		t.open = []span{{from, to}}
		return t
	}
	last := sla.DateOf(to, s.zone).AddDays(1)
	for date := sla.DateOf(from, s.zone).AddDays(-2); !date.After(last); date = date.AddDays(1) {
		for i := range l.Windows {
			if start, end, ok := s.window(l, i, date); ok && start.Before(end) {
				t.open = append(t.open, span{start, end})
			}
		}
	}
	t.open = union(t.open)
	return t
}

// at returns who is on duty at an instant that is not before the last one.
func (w *sweep) at(t time.Time) Duty {
	for len(w.overrides) > 0 && !t.Before(w.Schedule.overrides[w.overrides[0]].From) {
		i, _ := slices.BinarySearch(w.active, w.overrides[0])
		w.active = slices.Insert(w.active, i, w.overrides[0])
		w.overrides = w.overrides[1:]
	}
	w.active = slices.DeleteFunc(w.active, func(i int) bool { return !t.Before(w.Schedule.overrides[i].To) })
	for _, i := range slices.Backward(w.active) {
		if o := w.Schedule.overrides[i]; !w.Absent(o.Member, t) {
			return Duty{o.Member, byOverride + strconv.Itoa(i)}
		}
	}
	for i := range slices.Backward(w.tracks) {
		k, open := w.tracks[i].advance(t)
		if !open {
			continue
		}
		l := w.tracks[i].layer
		if member := w.standIn(l, k, t); member != "" {
			return Duty{member, l.ID}
		}
	}
	return Duty{}
}

// advance returns the index of the shift at an instant, and whether the layer is
// on duty.
func (t *track) advance(at time.Time) (int, bool) {
	for len(t.turns) > 1 && !at.Before(t.turns[1].at) {
		t.turns = t.turns[1:]
	}
	for len(t.open) > 0 && !at.Before(t.open[0].to) {
		t.open = t.open[1:]
	}
	if len(t.turns) == 0 || at.Before(t.turns[0].at) || len(t.open) == 0 || at.Before(t.open[0].from) {
		return 0, false
	}
	return t.turns[0].k, true
}

// cuts returns all instants at which the duty may change, the ends included,
// ascending.
func (w *sweep) cuts(from, to time.Time) []time.Time {
	cuts := []time.Time{from.UTC(), to.UTC()}
	add := func(t time.Time) {
		if t.After(from) && t.Before(to) {
			cuts = append(cuts, t.UTC())
		}
	}
	for _, i := range w.overrides {
		add(w.Schedule.overrides[i].From)
		add(w.Schedule.overrides[i].To)
	}
	for _, list := range w.absences {
		for _, a := range list {
			add(a.from)
			add(a.to)
		}
	}
	for _, t := range w.tracks {
		for _, turn := range t.turns {
			add(turn.at)
		}
		for _, s := range t.open {
			add(s.from)
			add(s.to)
		}
	}
	slices.SortFunc(cuts, time.Time.Compare)
	return slices.CompactFunc(cuts, time.Time.Equal)
}
