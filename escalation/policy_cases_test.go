package escalation_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/escalation"
	"github.com/kulanz-go/kulanz/sla"
)

// caseInput is the input of a case of kind escalation.
type caseInput struct {
	Policy   casePolicy    `json:"policy"`
	Business *caseBusiness `json:"business"`
	Empty    []string      `json:"empty_steps"`
	Events   []caseEvent   `json:"events"`
	Sweeps   []time.Time   `json:"sweeps"`
	Until    time.Time     `json:"until"`
	TZ       string        `json:"tz"`
	Ticket   string        `json:"ticket"`
}

type casePolicy struct {
	ID         string            `json:"id"`
	Version    string            `json:"version"`
	Clock      string            `json:"clock"`
	Steps      []caseStep        `json:"steps"`
	AckTimeout int               `json:"ack_timeout_min"`
	Quiet      *escalation.Quiet `json:"quiet"`
	CatchUp    string            `json:"catchup"`
	Expire     int               `json:"expire_min"`
	Repeat     struct {
		Times int `json:"times"`
		Gap   int `json:"gap_min"`
	} `json:"repeat"`
}

type caseStep struct {
	ID          string `json:"id"`
	After       int    `json:"after_min"`
	IgnoreQuiet bool   `json:"ignore_quiet"`
}

type caseBusiness struct {
	Windows []struct {
		Days []string `json:"days"`
		From string   `json:"from"`
		To   string   `json:"to"`
	} `json:"windows"`
	Holidays []string `json:"holidays"`
}

type caseEvent struct {
	At    time.Time `json:"at"`
	Type  string    `json:"type"`
	Until time.Time `json:"until"`
}

// caseFiring is a firing as the cases write it.
type caseFiring struct {
	At      time.Time `json:"at"`
	Due     time.Time `json:"due"`
	Step    string    `json:"step"`
	Cycle   int       `json:"cycle"`
	Episode int       `json:"episode"`
	Status  string    `json:"status"`
	Key     string    `json:"key"`
}

// calendar makes the business clock of a case.
func (b *caseBusiness) calendar(tb testing.TB, tz string) []*sla.Calendar {
	tb.Helper()
	if b == nil {
		return nil
	}
	days := map[string]string{"MO": "Mo", "TU": "Tu", "WE": "We", "TH": "Th", "FR": "Fr", "SA": "Sa", "SU": "Su"}
	var hours sla.Hours
	for _, w := range b.Windows {
		for _, d := range w.Days {
			h, err := sla.ParseHours(days[d] + " " + w.From + "-" + w.To)
			require.NoError(tb, err)
			for i, ws := range h.Week {
				hours.Week[i] = append(hours.Week[i], ws...)
			}
		}
	}
	for _, text := range b.Holidays {
		date, err := sla.ParseDate(text)
		require.NoError(tb, err)
		hours.Exceptions = append(hours.Exceptions, sla.Exception{Date: date})
	}
	cal, err := sla.NewCalendar(sla.CalendarConfig{ID: "business", Zone: tz, Hours: hours})
	require.NoError(tb, err)
	return []*sla.Calendar{cal}
}

// config translates the policy of a case. Cases without sweeps are looked at
// whenever something is due, so that each step fires at its own due.
func (in *caseInput) config() escalation.PolicyConfig {
	p := in.Policy
	cfg := escalation.PolicyConfig{
		ID: p.ID, Version: p.Version, Clock: p.Clock, TZ: in.TZ, Quiet: p.Quiet,
		CatchUp: escalation.CatchUp(p.CatchUp), AckTimeout: escalation.Minutes(p.AckTimeout), ExpireAfter: escalation.Minutes(p.Expire),
		Repeat: escalation.Repeat{Times: p.Repeat.Times, Gap: escalation.Minutes(p.Repeat.Gap)},
	}
	if in.Sweeps == nil {
		cfg.CatchUp = escalation.CatchUpAll
	}
	for _, s := range p.Steps {
		cfg.Steps = append(cfg.Steps, escalation.Step{
			ID: s.ID, After: escalation.Minutes(s.After), IgnoreQuiet: s.IgnoreQuiet,
			Targets: []escalation.Target{{Kind: escalation.TargetOnCall, ID: s.ID}},
			Actions: []escalation.Action{{Kind: escalation.ActNotify}},
		})
	}
	return cfg
}

func (e caseEvent) event() escalation.Event {
	return escalation.Event{At: e.At, Kind: escalation.EventKind(e.Type), Until: e.Until}
}

// play runs a case through the pure functions, and returns its firings.
func (in *caseInput) play(tb testing.TB) []caseFiring {
	tb.Helper()
	p, err := escalation.NewPolicy(in.config(), escalation.Environment{Calendars: in.Business.calendar(tb, in.TZ)})
	require.NoError(tb, err)
	r := replay{tb: tb, p: p, in: escalation.Input{Ticket: in.Ticket, Holders: func(t escalation.Target, _ time.Time) []string {
		if slices.Contains(in.Empty, t.ID) {
			return nil
		}
		return []string{t.ID}
	}}}
	events := in.Events
	if in.Sweeps == nil {
		for len(events) > 0 {
			n := 1
			for n < len(events) && events[n].At.Equal(events[0].At) {
				n++
			}
			r.wakesBefore(events[0].At)
			for _, e := range events[:n] {
				r.st = p.Apply(r.st, e.event())
			}
			r.look(events[0].At)
			events = events[n:]
		}
		r.wakesBefore(in.Until)
	}
	for _, sweep := range in.Sweeps {
		for len(events) > 0 && !events[0].At.After(sweep) {
			r.st, events = p.Apply(r.st, events[0].event()), events[1:]
		}
		r.look(sweep)
	}
	out := []caseFiring{}
	for _, f := range r.firings {
		if f.Due.Before(in.Until) {
			out = append(out, caseFiring{f.At.UTC(), f.Due.UTC(), f.Step, f.Cycle, f.Episode, string(f.Status), f.Key})
		}
	}
	return out
}

// replay keeps what a shell would keep between two looks.
type replay struct {
	tb      testing.TB
	keys    map[string]bool
	p       *escalation.Policy
	in      escalation.Input
	st      escalation.State
	next    time.Time
	firings []escalation.Firing
}

// look looks as a desk does, with a state that was stored in between; what it
// sees is checked against what must hold of every look.
func (r *replay) look(at time.Time) {
	r.in.Now = at
	stored, err := json.Marshal(r.st)
	require.NoError(r.tb, err)
	require.LessOrEqual(r.tb, len(stored), 3<<10, "a state fits into a memo")
	var again escalation.State
	require.NoError(r.tb, json.Unmarshal(stored, &again))
	out := r.p.Evaluate(r.in, again)
	require.Equal(r.tb, out, r.p.Evaluate(r.in, again), "a look is pure")
	kept, err := json.Marshal(again)
	require.NoError(r.tb, err)
	require.Equal(r.tb, stored, kept, "a look leaves the state it was given alone")
	require.Empty(r.tb, r.p.Evaluate(r.in, out.State).Firings, "what was seen is not seen again")
	require.True(r.tb, out.Next.IsZero() || out.Next.After(at), "the next look lies ahead")
	require.True(r.tb, r.st.Hold(at) == "" || len(out.Firings) == 0, "nothing fires while the clock is held")
	for _, f := range out.Firings {
		require.False(r.tb, f.Due.After(at), "nothing fires before its due")
		require.False(r.tb, r.keys[f.Key], "no key comes twice")
		if r.keys == nil {
			r.keys = map[string]bool{}
		}
		r.keys[f.Key] = true
	}
	r.st, r.next = out.State, out.Next
	r.firings = append(r.firings, out.Firings...)
}

func (r *replay) wakesBefore(t time.Time) {
	for !r.next.IsZero() && r.next.Before(t) {
		r.look(r.next)
	}
}

func TestEscalationCases(t *testing.T) {
	for _, c := range casesOf(t, "escalation", 22) {
		t.Run(c.ID+" "+c.Title, func(t *testing.T) {
			var in caseInput
			var want struct {
				Firings []caseFiring `json:"firings"`
			}
			c.read(t, &in, &want)
			assert.Equal(t, want.Firings, in.play(t))
		})
	}
}

func TestThrottleCases(t *testing.T) {
	for _, c := range casesOf(t, "throttle", 2) {
		t.Run(c.ID+" "+c.Title, func(t *testing.T) {
			var in struct {
				Windows []struct {
					Count int `json:"count"`
					Per   int `json:"per_min"`
				} `json:"windows"`
				Attempts []time.Time `json:"attempts"`
			}
			var want struct {
				Allowed []bool `json:"allowed"`
			}
			c.read(t, &in, &want)
			var th escalation.Throttle
			for _, w := range in.Windows {
				th = append(th, escalation.Window{Count: w.Count, Per: escalation.Minutes(w.Per)})
			}
			var sent []time.Time
			var got []bool
			for _, at := range in.Attempts {
				var ok bool
				sent, ok = th.Allow(sent, at)
				got = append(got, ok)
			}
			assert.Equal(t, want.Allowed, got)
		})
	}
}

// What is remembered for a throttle is enough: it decides as one that
// remembers everything.
func TestThrottleForgetsNothingThatCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var th escalation.Throttle
		for range rapid.IntRange(1, 3).Draw(t, "windows") {
			th = append(th, escalation.Window{
				Count: rapid.IntRange(1, 4).Draw(t, "count"), Per: escalation.Minutes(rapid.IntRange(1, 60).Draw(t, "per")),
			})
		}
		var sent, all []time.Time
		now := at("08:00")
		for range rapid.IntRange(1, 40).Draw(t, "attempts") {
			now = now.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "later")) * time.Minute)
			want := true
			for _, w := range th {
				n := 0
				for _, s := range all {
					if now.Sub(s) < time.Duration(w.Per) {
						n++
					}
				}
				want = want && n < w.Count
			}
			var got bool
			if sent, got = th.Allow(sent, now); got != want {
				t.Fatalf("at %s: allowed %v, want %v", now, got, want)
			}
			if want {
				all = append(all, now)
			}
		}
	})
}
