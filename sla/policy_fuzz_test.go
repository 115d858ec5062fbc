package sla_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
)

// FuzzParsePolicy feeds any text to the policy reader. What it accepts must
// come out as it went in, and judge a ticket without a panic.
func FuzzParsePolicy(f *testing.F) {
	data, err := os.ReadFile("testdata/lifecycle.json")
	require.NoError(f, err)
	var seeds struct {
		Policies []json.RawMessage `json:"policies"`
	}
	require.NoError(f, json.Unmarshal(data, &seeds))
	for _, s := range seeds.Policies {
		f.Add([]byte(s))
	}
	cal := desk(f, 1, "Mo-Fr 09:00-17:00")
	f.Fuzz(func(t *testing.T, data []byte) {
		cfg, err := sla.ParsePolicy(data)
		if err != nil {
			require.ErrorIs(t, err, sla.ErrInvalid)
			return
		}
		text, err := json.Marshal(cfg)
		require.NoError(t, err)
		back, err := sla.ParsePolicy(text)
		require.NoError(t, err)
		again, err := json.Marshal(back)
		require.NoError(t, err)
		require.Equal(t, string(text), string(again))
		p, err := sla.NewPolicy(cfg, cal)
		if err != nil {
			require.ErrorIs(t, err, sla.ErrInvalid)
			return
		}
		p.Lint()
		now := monday().AddDate(0, 0, 9)
		for _, s := range sla.Evaluate(p, reopenedMarks(), now) {
			require.Equal(t, s.Target, s.Elapsed+s.Remaining)
			e, err := sla.Explain(p, reopenedMarks(), now, s.Metric, s.Cycle)
			require.NoError(t, err)
			addsUp(t, e)
			e.Text(time.UTC)
		}
	})
}

// FuzzTracker feeds any text to the tracker's JSON. What it accepts must go on
// without a panic and can be stored again.
func FuzzTracker(f *testing.F) {
	p, marks := benchPolicy(f, 1, 1), reopenedMarks()
	var tr sla.Tracker
	for i := range marks {
		tr, _ = tr.Apply(p, marks[i])
		data, err := json.Marshal(tr)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var tr sla.Tracker
		if json.Unmarshal(data, &tr) != nil {
			return
		}
		seq, _ := tr.Seq()
		now := monday().AddDate(0, 0, 9)
		tr.Status(p, now)
		tr.Next(p)
		tr, _ = tr.Look(p, now)
		for i, m := range marks {
			m.Seq, m.At = seq+int64(i)+1, m.At.AddDate(0, 1, 0)
			tr, _ = tr.Apply(p, m)
		}
		tr.Status(p, now)
		text, err := json.Marshal(tr)
		require.NoError(t, err)
		var back sla.Tracker
		require.NoError(t, json.Unmarshal(text, &back), string(text))
		require.Equal(t, tr, back)
	})
}

// A clock that runs for millennia counts to a bound and no further, so that it
// can always be stored again.
func TestTrackerCountsToABound(t *testing.T) {
	p, marks := benchPolicy(t, 1, 1), reopenedMarks()
	opened := marks[0]
	opened.At = time.Date(1, 1, 1, 1, 0, 0, 0, time.UTC)
	tr, _ := sla.Tracker{}.Apply(p, opened)
	for i, state := range []string{"waiting_customer", "open", "waiting_customer", "open"} {
		tr, _ = tr.Apply(p, sla.Mark{
			Seq: opened.Seq + int64(i) + 1, At: opened.At.AddDate(2000*(i+1), 0, 0), Kind: sla.MarkState, State: state,
		})
		text, err := json.Marshal(tr)
		require.NoError(t, err)
		var back sla.Tracker
		require.NoError(t, json.Unmarshal(text, &back), string(text))
		require.Equal(t, tr, back)
		for _, s := range tr.Status(p, time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)) {
			require.Equal(t, s.Target, s.Elapsed+s.Remaining)
			require.GreaterOrEqual(t, s.Elapsed, time.Duration(0))
			require.GreaterOrEqual(t, s.Paused, time.Duration(0))
		}
	}
}
