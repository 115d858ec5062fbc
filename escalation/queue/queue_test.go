package queue_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/escalation/queue"
	"github.com/kulanz-go/kulanz/sla"
)

// number reads a number, or one that is written as a string.
func number(t *testing.T, v any) float64 {
	t.Helper()
	switch v := v.(type) {
	case float64:
		return v
	case string:
		f, err := strconv.ParseFloat(v, 64)
		require.NoError(t, err)
		return f
	}
	t.Fatalf("%v is no number", v)
	return 0
}

// The reference cases, to nine digits.
func TestCases(t *testing.T) {
	data, err := os.ReadFile("testdata/cases/queue.json")
	require.NoError(t, err)
	var table struct {
		Cases []struct {
			ID     string         `json:"id"`
			Kind   string         `json:"kind"`
			Input  map[string]any `json:"input"`
			Expect map[string]any `json:"expect"`
		} `json:"cases"`
	}
	require.NoError(t, json.Unmarshal(data, &table))
	require.Len(t, table.Cases, 38)
	for _, c := range table.Cases {
		in := func(name string) float64 { return number(t, c.Input[name]) }
		got := map[string]float64{}
		switch c.Kind {
		case "erlang_c":
			q, err := queue.NewErlangC(int(in("agents")), in("erlangs"))
			require.NoError(t, err)
			got["erlang_b"], got["erlang_c"], got["asa_over_aht"] = q.Blocked(), q.Waits(), q.MeanWait()
			got["lq"], got["occupancy"], got["sl_t_0_1aht"] = q.Length(), q.Occupancy(), q.Within(.1)
		case "erlang_a":
			q, err := queue.NewErlangA(int(in("agents")), in("erlangs"), in("theta_over_mu"))
			require.NoError(t, err)
			got["p_wait"], got["p_abandon"], got["mean_wait_over_aht"] = q.Waits(), q.Abandons(), q.MeanWait()
		case "wait":
			h := queue.Handling{Mean: time.Duration(in("aht_s")) * time.Second, CV2: in("cv2")}
			w, err := h.Wait(int(in("ahead")), int(in("agents_busy")))
			require.NoError(t, err)
			got["mean_s"], got["p50_s"], got["p80_s"], got["p90_s"] = w.Mean.Seconds(), w.P50.Seconds(), w.P80.Seconds(), w.P90.Seconds()
		default:
			t.Fatalf("kind %q", c.Kind)
		}
		for name, want := range c.Expect {
			assert.InEpsilon(t, number(t, want), got[name], 1e-9, "%s: %s", c.ID, name)
		}
	}
}

// The published figures of others: CRAN's ErlangC, and perehinik/call-center-tools.
func TestPublishedFigures(t *testing.T) {
	q, err := queue.NewErlangC(14, 10)
	require.NoError(t, err)
	assert.InDelta(t, .1741319, q.Waits(), 5e-8)
	assert.InDelta(t, .88835, q.Within(20./180), 5e-6)
	assert.InDelta(t, 7.83593701177724, q.MeanWait()*180, 1e-9)
	q, err = queue.NewErlangC(12421, 12345)
	require.NoError(t, err)
	assert.InDelta(t, .3812, q.Waits(), 5e-5)
	q, err = queue.NewErlangC(130, 123)
	require.NoError(t, err)
	assert.InDelta(t, .7339, q.Within(20./300), 5e-5)
}

// What must hold for every queue.
func TestLawsOfQueues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 2000).Draw(t, "agents")
		load := float64(n) * rapid.Float64Range(.001, .9999).Draw(t, "load")
		c, err := queue.NewErlangC(n, load)
		require.NoError(t, err)
		require.True(t, c.Blocked() >= 0 && c.Blocked() <= c.Waits() && c.Waits() <= 1, "%v", c)
		require.InDelta(t, c.Length(), c.MeanWait()*load, 1e-9*(1+c.Length()), "Little's law")
		require.LessOrEqual(t, c.Within(.1), c.Within(.2))
		more, err := queue.NewErlangC(n+1, load)
		require.NoError(t, err)
		require.LessOrEqual(t, more.Waits(), c.Waits(), "one agent more never makes it worse")
		a, err := queue.NewErlangA(n, load, rapid.Float64Range(.01, 10).Draw(t, "impatience"))
		require.NoError(t, err)
		require.True(t, a.Abandons() >= 0 && a.Waits() >= 0 && a.Waits() <= 1, "%v", a)
		require.LessOrEqual(t, a.MeanWait(), c.MeanWait()*(1+1e-9), "who gives up shortens the queue")
		// What comes in is served or gives up, and no agent is busier than always.
		require.LessOrEqual(t, a.Occupancy(), 1+1e-12)
	})
}

// Patience without end is a queue in which nobody gives up.
func TestErlangANearsErlangC(t *testing.T) {
	c, err := queue.NewErlangC(14, 10)
	require.NoError(t, err)
	a, err := queue.NewErlangA(14, 10, 1e-7)
	require.NoError(t, err)
	assert.InEpsilon(t, c.Waits(), a.Waits(), 1e-6)
	assert.InEpsilon(t, c.MeanWait(), a.MeanWait(), 1e-6)
	_, err = queue.NewErlangA(10, 1e6, 1e-9)
	require.ErrorIs(t, err, queue.ErrInvalid, "no sum without end")
	q, err := queue.NewErlangA(10_000, 12_000, .5)
	require.NoError(t, err)
	assert.InEpsilon(t, 1-10_000./12_000, q.Abandons(), 1e-6, "overload: what cannot be served gives up")
}

// A simulated queue waits as the formula says: a check by other means.
func TestErlangCAgainstASimulation(t *testing.T) {
	const agents, load, calls = 5, 4., 400_000
	r := rand.New(rand.NewPCG(7, 7))
	free := make([]float64, agents) // when each agent is free
	now, waited, sum := 0., 0, 0.
	for range calls {
		now += r.ExpFloat64() / load
		first := 0
		for i := range free {
			if free[i] < free[first] {
				first = i
			}
		}
		start := max(now, free[first])
		if start > now {
			waited++
			sum += start - now
		}
		free[first] = start + r.ExpFloat64()
	}
	q, err := queue.NewErlangC(agents, load)
	require.NoError(t, err)
	assert.InDelta(t, q.Waits(), float64(waited)/calls, .02)
	assert.InDelta(t, q.MeanWait(), sum/calls, .05)
}

func TestAgentsFor(t *testing.T) {
	// 14 agents answer 88.8 of a hundred within 20 s of 200 calls of 180 s an
	// hour, 13 answer 79.0: both of CRAN's ErlangC.
	calls := queue.Traffic{PerHour: 200, Handling: 3 * time.Minute}
	n, err := queue.AgentsFor(calls, queue.Target{Share: .8, Within: 20 * time.Second})
	require.NoError(t, err)
	assert.Equal(t, 14, n)
	n, err = queue.AgentsFor(calls, queue.Target{Share: .78, Within: 20 * time.Second})
	require.NoError(t, err)
	assert.Equal(t, 13, n)
	impatient := calls
	impatient.Patience = 2 * time.Minute
	n, err = queue.AgentsFor(impatient, queue.Target{Abandon: .05})
	require.NoError(t, err)
	assert.Less(t, n, 14, "who gives up needs no agent")
	many, err := queue.AgentsFor(queue.Traffic{PerHour: 200_000, Handling: 3 * time.Minute}, queue.Target{Share: .8, Within: 20 * time.Second})
	require.NoError(t, err)
	assert.InDelta(t, 10_050, many, 60)
	_, err = queue.AgentsFor(queue.Traffic{PerHour: 1e9, Handling: time.Hour}, queue.Target{Occupancy: .9})
	require.ErrorIs(t, err, queue.ErrUnstable)

	rapid.Check(t, func(t *rapid.T) {
		tr := queue.Traffic{
			PerHour:  rapid.Float64Range(.1, 5000).Draw(t, "per hour"),
			Handling: time.Duration(rapid.IntRange(10, 3000).Draw(t, "seconds")) * time.Second,
		}
		g := queue.Target{Share: rapid.Float64Range(.1, .99).Draw(t, "share"), Within: 20 * time.Second}
		n, err := queue.AgentsFor(tr, g)
		require.NoError(t, err)
		level := func(agents int) float64 {
			q, err := queue.NewErlangC(agents, tr.PerHour*tr.Handling.Hours())
			if err != nil {
				return 0
			}
			return q.Within(20 / tr.Handling.Seconds())
		}
		require.GreaterOrEqual(t, level(n), g.Share)
		require.True(t, n == 1 || level(n-1) < g.Share, "fewer would do")
	})
}

func TestWaitsAreOrderedAndGrow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := queue.Handling{
			Mean: time.Duration(rapid.IntRange(1, 7200).Draw(t, "mean")) * time.Second, CV2: rapid.Float64Range(0, 9).Draw(t, "cv2"),
		}
		ahead, agents := rapid.IntRange(0, 500).Draw(t, "ahead"), rapid.IntRange(1, 200).Draw(t, "agents")
		w, err := h.Wait(ahead, agents)
		require.NoError(t, err)
		require.True(t, 0 <= w.P50 && w.P50 <= w.P80 && w.P80 <= w.P90, "%v", w)
		more, err := h.Wait(ahead+1, agents)
		require.NoError(t, err)
		require.True(t, w.P50 <= more.P50 && w.P80 <= more.P80 && w.Mean <= more.Mean, "one more ahead")
		fewer, err := h.Wait(ahead, agents+1)
		require.NoError(t, err)
		require.True(t, fewer.P50 <= w.P50 && fewer.P80 <= w.P80, "one agent more")
	})
}

func TestEstimatorIsSlow(t *testing.T) {
	e, err := queue.NewEstimator(queue.Handling{Mean: 5 * time.Minute})
	require.NoError(t, err)
	odd := e.Observe(10 * time.Hour).Observe(0).Observe(-time.Hour).Observe(48 * time.Hour)
	require.Greater(t, odd.Handling().Mean, e.Handling().Mean)
	r := rand.New(rand.NewPCG(3, 3))
	for range 5000 {
		e = e.Observe(time.Duration(r.ExpFloat64() * float64(2*time.Minute)))
	}
	h := e.Handling()
	assert.InDelta(t, 120, h.Mean.Seconds(), 45, "it follows what it sees")
	assert.InDelta(t, 1, h.CV2, .8)
	one := e.Observe(20 * time.Minute).Handling().Mean
	assert.InDelta(t, h.Mean.Seconds()+.02*(1200-h.Mean.Seconds()), one.Seconds(), 1, "one contact counts for a fiftieth")

	text, err := json.Marshal(e)
	require.NoError(t, err)
	var back queue.Estimator
	require.NoError(t, json.Unmarshal(text, &back))
	assert.Equal(t, e, back)
	for _, bad := range []string{`{}`, `{"v":2}`, `{"v":1,"mean":-1}`, `{"v":1,"mean":10,"second":5,"n":1}`, `{"v":1,"n":51}`, `{"V":1}`, `[]`} {
		require.Error(t, json.Unmarshal([]byte(bad), &back), bad)
	}
	_, err = queue.Estimator{}.Wait(1, 1)
	require.ErrorIs(t, err, queue.ErrInvalid, "nothing is known yet")
}

func TestFaults(t *testing.T) {
	for _, f := range []func() error{
		func() error { _, err := queue.NewErlangC(0, 1); return err },
		func() error { _, err := queue.NewErlangC(queue.MaxAgents+1, 1); return err },
		func() error { _, err := queue.NewErlangC(1, math.NaN()); return err },
		func() error { _, err := queue.NewErlangC(1, math.Inf(1)); return err },
		func() error { _, err := queue.NewErlangA(1, 1, 0); return err },
		func() error { _, err := queue.NewErlangA(1, -1, 1); return err },
		func() error { _, err := queue.Handling{Mean: 1}.Wait(-1, 1); return err },
		func() error { _, err := queue.Handling{Mean: 1}.Wait(1, 0); return err },
		func() error { _, err := queue.Handling{Mean: 1, CV2: math.NaN()}.Wait(1, 1); return err },
		func() error { _, err := queue.Handling{Mean: 1}.Quantile(1, 1, 1); return err },
		func() error { _, err := queue.NewEstimator(queue.Handling{}); return err },
		func() error { _, err := queue.AgentsFor(queue.Traffic{}, queue.Target{Share: .8}); return err },
		func() error {
			_, err := queue.AgentsFor(queue.Traffic{PerHour: 1, Handling: 1}, queue.Target{})
			return err
		},
		func() error {
			_, err := queue.AgentsFor(queue.Traffic{PerHour: 1, Handling: 1}, queue.Target{Share: 1})
			return err
		},
		func() error {
			_, err := queue.AgentsFor(queue.Traffic{PerHour: 1, Handling: 1}, queue.Target{Abandon: .1})
			return err
		},
	} {
		err := f()
		require.ErrorIs(t, err, queue.ErrInvalid)
		require.ErrorContains(t, err, "queue: ")
	}
	_, err := queue.NewErlangC(3, 3)
	require.ErrorIs(t, err, queue.ErrUnstable)
}

// Turning into a callback moves nobody, whatever else happens to the line.
func TestCallbacksKeepTheirPlace(t *testing.T) {
	start := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		var plain, called queue.Line
		for i := range rapid.IntRange(1, 30).Draw(t, "steps") {
			p := queue.Place{
				ID: fmt.Sprint("c", rapid.IntRange(0, 12).Draw(t, "who")), Priority: rapid.IntRange(0, 2).Draw(t, "priority"),
				Joined: start.Add(time.Duration(i/2) * time.Minute),
			}
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0:
				plain, called = plain.Leave(p.ID), called.Leave(p.ID)
			case 1:
				next, is := called.CallBack(p.ID, time.Time{})
				require.Equal(t, called.Ahead(p.ID) >= 0, is)
				called = next
			default:
				plain, called = plain.Join(p), called.Join(p)
			}
		}
		require.Equal(t, ids(plain), ids(called))
		for i, id := range ids(called) {
			require.Equal(t, i, called.Ahead(id))
		}
		for called.Len() > 0 {
			want := ids(called)[0]
			p, rest, ok := called.Next(start)
			require.True(t, ok)
			require.Equal(t, want, p.ID)
			called = rest
		}
	})
}

func ids(l queue.Line) []string {
	var out []string
	for _, p := range l.All() {
		out = append(out, p.ID)
	}
	return out
}

func TestCallbacksThatDoNotSuitYet(t *testing.T) {
	start := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	var l queue.Line
	for i, id := range []string{"a", "b"} {
		l = l.Join(queue.Place{ID: id, Joined: start.Add(time.Duration(i) * time.Minute)})
	}
	l, ok := l.CallBack("a", start.Add(time.Hour))
	require.True(t, ok)
	p, rest, ok := l.Next(start)
	require.True(t, ok)
	assert.Equal(t, "b", p.ID, "others pass")
	_, _, ok = rest.Next(start)
	assert.False(t, ok)
	p, _, ok = l.Next(start.Add(time.Hour))
	require.True(t, ok)
	assert.Equal(t, "a", p.ID, "the place was kept")
	_, ok = l.CallBack("x", start)
	assert.False(t, ok)
}

func TestNotice(t *testing.T) {
	hours, err := sla.ParseHours("Mo-Fr 09:00-17:00")
	require.NoError(t, err)
	cal, err := sla.NewCalendar(sla.CalendarConfig{Zone: "Europe/Berlin", Hours: hours})
	require.NoError(t, err)
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	now := time.Date(2026, 11, 26, 15, 20, 30, 0, time.UTC) // a Thursday, 16:20 in Berlin
	n, err := queue.NewNotice(queue.Wait{P50: 11 * time.Minute, P80: 62 * time.Minute}, 4, cal, now)
	require.NoError(t, err)
	assert.Equal(t, 15*time.Minute, n.Least)
	assert.Equal(t, 75*time.Minute, n.Most)
	assert.Equal(t, "2026-11-26 16:36", n.From.In(berlin).Format("2006-01-02 15:04"))
	assert.Equal(t, "2026-11-27 09:36", n.Until.In(berlin).Format("2006-01-02 15:04"), "39 minutes are left today")
	assert.Equal(t, "Wir melden uns voraussichtlich zwischen 16:36 und 27.11. 09:36 Uhr. Vor Ihnen warten noch 4 Anfragen.", n.Text("de", berlin, now))
	assert.Equal(t, "We expect to get back to you between 16:36 and 27 November, 09:36. 4 requests are ahead of you.", n.Text("en", berlin, now))
	for ahead, want := range map[int][2]string{0: {"Sie sind", "You are"}, 1: {"Vor Ihnen wartet noch eine", "One request"}} {
		n.Ahead = ahead
		assert.Contains(t, n.Text("de", berlin, now), want[0])
		assert.Contains(t, n.Text("en", berlin, now), want[1])
	}
	closed, err := sla.NewCalendar(sla.CalendarConfig{Zone: "Europe/Berlin"})
	require.NoError(t, err)
	_, err = queue.NewNotice(queue.Wait{P50: time.Minute, P80: time.Minute}, 0, closed, now)
	require.ErrorIs(t, err, sla.ErrNoWorkingTime)
}

// A notice never says less than the wait is, and its range is one.
func TestNoticesRoundUp(t *testing.T) {
	hours, err := sla.ParseHours("24/7")
	require.NoError(t, err)
	cal, err := sla.NewCalendar(sla.CalendarConfig{Zone: "UTC", Hours: hours})
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		a := time.Duration(rapid.Int64Range(0, int64(200*time.Hour)).Draw(t, "p50"))
		b := a + time.Duration(rapid.Int64Range(0, int64(200*time.Hour)).Draw(t, "more"))
		now := time.Unix(rapid.Int64Range(1e9, 2e9).Draw(t, "now"), 0)
		n, err := queue.NewNotice(queue.Wait{P50: a, P80: b}, 0, cal, now)
		require.NoError(t, err)
		require.True(t, n.Least >= a && n.Most >= b && n.Least <= n.Most)
		require.True(t, n.Least < a+time.Hour+time.Minute && n.Most < b+time.Hour+time.Minute)
		require.False(t, n.From.Before(now.Add(a)))
		require.False(t, n.Until.Before(n.From))
	})
}
