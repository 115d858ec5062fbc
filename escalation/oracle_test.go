package escalation_test

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/escalation"
	"github.com/kulanz-go/kulanz/sla"
)

// slowEngine reads the semantics of the reference cases minute by minute: it
// knows nothing of stretches, of calendars or of what was looked at before.
type slowEngine struct {
	in    *caseInput
	zone  *time.Location
	quiet map[int64]bool // by minute since 1970
}

func newSlowEngine(tb testing.TB, in *caseInput) *slowEngine {
	tb.Helper()
	zone, err := time.LoadLocation(in.TZ)
	require.NoError(tb, err)
	s := &slowEngine{in: in, zone: zone, quiet: map[int64]bool{}}
	if q := in.Policy.Quiet; q != nil {
		first := in.Events[0].At.In(zone).AddDate(0, 0, -2)
		for d := range 10 {
			date := first.AddDate(0, 0, d)
			to := date
			if q.To <= q.From {
				to = date.AddDate(0, 0, 1)
			}
			for m := s.wall(date, q.From); m < s.wall(to, q.To); m++ {
				s.quiet[m] = true
			}
		}
	}
	return s
}

// wall returns the first minute at which the wall clock has reached a time.
func (s *slowEngine) wall(date time.Time, clock sla.Clock) int64 {
	want := time.Date(date.Year(), date.Month(), date.Day(), 0, 0, 0, 0, time.UTC).Add(time.Duration(clock) * time.Second)
	for m := want.Unix()/60 - 3*60; ; m++ { // Berlin is never further ahead
		l := time.Unix(m*60, 0).In(s.zone)
		naive := time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), 0, 0, time.UTC)
		if !naive.Before(want) {
			return m
		}
	}
}

// open reports whether business is open in the minute.
func (s *slowEngine) open(m int64) bool {
	if s.in.Policy.Clock == "wall" {
		return true
	}
	l := time.Unix(m*60, 0).In(s.zone)
	if l.Weekday() == time.Saturday || l.Weekday() == time.Sunday || l.Hour() < 9 || l.Hour() >= 17 {
		return false
	}
	return l.Format(time.DateOnly) != "2026-05-01"
}

// life is one episode: what the clock shows, and whether it runs, by minute.
type life struct {
	from    int64
	elapsed []int
	active  []bool
}

func (s *slowEngine) lives() []life {
	var out []life
	var open, acked bool
	var ackEnd, snooze int64
	events := s.in.Events
	elapsed := 0
	for m := events[0].At.Unix() / 60; m < s.in.Until.Unix()/60; m++ {
		for len(events) > 0 && events[0].At.Unix()/60 <= m {
			e := events[0]
			events = events[1:]
			switch {
			case (e.Type == "open" || e.Type == "reopen") && !open:
				open, acked, ackEnd, snooze, elapsed = true, false, 0, 0, 0
				out = append(out, life{from: m})
			case e.Type == "close":
				open = false
			case e.Type == "ack" && open:
				acked = true
				ackEnd = max(ackEnd, m+int64(s.in.Policy.AckTimeout))
			case e.Type == "unack" && open:
				acked, ackEnd = false, 0
			case e.Type == "snooze" && open:
				snooze = max(snooze, e.Until.Unix()/60)
			}
		}
		if !open {
			continue
		}
		held := acked && (s.in.Policy.AckTimeout == 0 || m < ackEnd) || m < snooze
		l := &out[len(out)-1]
		l.elapsed, l.active = append(l.elapsed, elapsed), append(l.active, !held)
		if !held && s.open(m) {
			elapsed++
		}
	}
	return out
}

func (s *slowEngine) firings() []caseFiring {
	var all []caseFiring
	for episode, l := range s.lives() {
		all = append(all, s.episode(episode, l)...)
	}
	order := func(step string) int {
		return slices.IndexFunc(s.in.Policy.Steps, func(c caseStep) bool { return c.ID == step })
	}
	slices.SortFunc(all, func(a, b caseFiring) int {
		return cmp.Or(a.At.Compare(b.At), a.Due.Compare(b.Due), cmp.Compare(a.Cycle, b.Cycle), cmp.Compare(order(a.Step), order(b.Step)))
	})
	return slices.DeleteFunc(all, func(f caseFiring) bool { return !f.Due.Before(s.in.Until) })
}

// at returns the first minute of a list, from one on, at which a step may fire.
func (s *slowEngine) at(l life, from int64, sweeps []int64, ignoreQuiet bool) int64 {
	for _, m := range sweeps {
		i := m - l.from
		if m >= from && i >= 0 && i < int64(len(l.active)) && l.active[i] && (ignoreQuiet || !s.quiet[m]) {
			return m
		}
	}
	return -1
}

func (s *slowEngine) episode(episode int, l life) []caseFiring {
	p := s.in.Policy
	var minutes, sweeps []int64
	for i := range l.active {
		minutes = append(minutes, l.from+int64(i))
	}
	for _, t := range s.in.Sweeps {
		sweeps = append(sweeps, t.Unix()/60)
	}
	if s.in.Sweeps == nil {
		sweeps = minutes
	}
	length := p.Steps[len(p.Steps)-1].After + p.Repeat.Gap
	type slot struct{ cycle, step, offset int }
	var slots []slot
	moved := 0
	for c := range p.Repeat.Times + 1 {
		for i, step := range p.Steps {
			slots = append(slots, slot{c, i, c*length + step.After - moved})
			if !slices.Contains(s.in.Empty, step.ID) {
				continue
			}
			if i+1 < len(p.Steps) {
				moved += p.Steps[i+1].After - step.After
			} else {
				moved += p.Repeat.Gap + p.Steps[0].After
			}
		}
	}
	var out []caseFiring
	bySweep := map[int64][]int{}
	for _, sl := range slots {
		step := p.Steps[sl.step]
		reached := int64(-1)
		for i, e := range l.elapsed {
			m := l.from + int64(i)
			if e >= sl.offset && l.active[i] && (step.IgnoreQuiet || !s.quiet[m]) && (e > 0 || s.open(m)) {
				reached = m
				break
			}
		}
		if reached < 0 {
			continue
		}
		at := s.at(l, reached, sweeps, step.IgnoreQuiet)
		if at < 0 {
			continue
		}
		f := caseFiring{
			At: time.Unix(at*60, 0).UTC(), Due: time.Unix(reached*60, 0).UTC(), Step: step.ID, Cycle: sl.cycle, Episode: episode, Status: "fired",
			Key: fmt.Sprintf("%s|%s@%s|e%d|c%d|%s", s.in.Ticket, p.ID, p.Version, episode, sl.cycle, step.ID),
		}
		switch {
		case slices.Contains(s.in.Empty, step.ID):
			f.Status = "empty"
		case p.Expire > 0 && at-reached > int64(p.Expire):
			f.Status = "expired"
		default:
			bySweep[at] = append(bySweep[at], len(out))
		}
		out = append(out, f)
	}
	if s.in.Sweeps != nil && p.CatchUp != "all" {
		for _, same := range bySweep {
			for _, i := range same[:len(same)-1] {
				out[i].Status = "superseded"
			}
		}
	}
	return out
}

// drawCase draws a policy and the life of a ticket, to the minute.
func drawCase(t *rapid.T) *caseInput {
	start := rapid.SampledFrom([]time.Time{
		time.Date(2026, 6, 2, 8, 0, 0, 0, time.UTC),
		time.Date(2026, 6, 5, 14, 0, 0, 0, time.UTC),   // Friday afternoon
		time.Date(2026, 3, 28, 20, 0, 0, 0, time.UTC),  // summer time begins
		time.Date(2026, 10, 24, 20, 0, 0, 0, time.UTC), // and ends
		time.Date(2026, 4, 30, 13, 0, 0, 0, time.UTC),  // before a holiday
	}).Draw(t, "start")
	in := &caseInput{TZ: "Europe/Berlin", Ticket: "T", Until: start.Add(3 * 24 * time.Hour)}
	p := &in.Policy
	p.ID, p.Version, p.Clock = "std", "v1", rapid.SampledFrom([]string{"wall", "business"}).Draw(t, "clock")
	if p.Clock == "business" {
		in.Business = &caseBusiness{Holidays: []string{"2026-05-01"}}
		in.Business.Windows = append(in.Business.Windows, struct {
			Days []string `json:"days"`
			From string   `json:"from"`
			To   string   `json:"to"`
		}{[]string{"MO", "TU", "WE", "TH", "FR"}, "09:00", "17:00"})
	}
	after := rapid.SampledFrom([]int{0, 0, 10, 30, 60, 90, 240, 480}) // 480: exactly at closing
	at := after.Draw(t, "after")
	ignore := false
	for i := range rapid.IntRange(1, 4).Draw(t, "steps") {
		s := caseStep{ID: "s" + strconv.Itoa(i), After: at, IgnoreQuiet: rapid.IntRange(0, 4).Draw(t, "ignore") == 0}
		ignore = ignore || s.IgnoreQuiet
		p.Steps = append(p.Steps, s)
		at += after.Draw(t, "after")
	}
	if rapid.Bool().Draw(t, "repeats") {
		p.Repeat.Times, p.Repeat.Gap = rapid.IntRange(1, 3).Draw(t, "times"), rapid.IntRange(1, 120).Draw(t, "gap")
	}
	p.AckTimeout = rapid.SampledFrom([]int{0, 15, 60}).Draw(t, "timeout")
	if rapid.Bool().Draw(t, "quiet") {
		clock := rapid.SampledFrom([]sla.Clock{0, 2*3600 + 1800, 7 * 3600, 12 * 3600, 13 * 3600, 22 * 3600})
		p.Quiet = &escalation.Quiet{From: clock.Draw(t, "from"), To: clock.Draw(t, "to")}
		if p.Quiet.From == p.Quiet.To {
			p.Quiet = nil
		}
	}
	// With quiet hours, who is there is asked when a step comes due, which a
	// later step that ignores them may have preceded: the cases leave that open.
	if p.Quiet == nil || !ignore {
		for _, s := range p.Steps {
			if rapid.IntRange(0, 3).Draw(t, "empty") == 0 {
				in.Empty = append(in.Empty, s.ID)
			}
		}
	}
	in.drawEvents(t, start)
	if rapid.Bool().Draw(t, "swept") {
		p.CatchUp = rapid.SampledFrom([]string{"", "latest", "all"}).Draw(t, "catchup")
		p.Expire = rapid.SampledFrom([]int{0, 0, 30, 600}).Draw(t, "expire")
		for m := start; m.Before(in.Until); {
			in.Sweeps = append(in.Sweeps, m)
			m = m.Add(time.Duration(rapid.IntRange(1, 600).Draw(t, "sweep")) * time.Minute)
		}
	}
	return in
}

func (in *caseInput) drawEvents(t *rapid.T, start time.Time) {
	in.Events = []caseEvent{{At: start, Type: "open"}}
	at := start
	for range rapid.IntRange(0, 8).Draw(t, "events") {
		at = at.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 10, 30, 60, 300}).Draw(t, "later")) * time.Minute)
		e := caseEvent{At: at, Type: rapid.SampledFrom([]string{"ack", "ack", "unack", "snooze", "close", "reopen"}).Draw(t, "event")}
		if e.Type == "snooze" {
			e.Until = at.Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "snooze")) * time.Minute)
		}
		in.Events = append(in.Events, e)
	}
}

// The engine, which keeps a few numbers and looks when something is due,
// agrees with a reading of the semantics minute by minute.
func TestEvaluateAgreesWithTheMinutes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		in := drawCase(rt)
		want, got := newSlowEngine(t, in).firings(), in.play(t)
		if len(want) != len(got) {
			rt.Fatalf("want %d firings, got %d:\n%v\n%v", len(want), len(got), want, got)
		}
		for i := range want {
			if want[i] != got[i] {
				rt.Fatalf("firing %d: want %v\ngot  %v", i, want[i], got[i])
			}
		}
	})
}
