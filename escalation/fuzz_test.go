package escalation_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/escalation"
)

// Whatever is read as a policy either is one, which can be written and read
// again, or is refused with faults.
func FuzzParsePolicy(f *testing.F) {
	for _, text := range []string{standard, service, clean, oldVersion, newVersion} {
		f.Add([]byte(text))
	}
	f.Add([]byte(`{"id":"x","version":"1","clock":"wall","steps":[{"id":"a","after":"1h","when":{"not":{"any":[]}},"actions":[{"kind":"notify"}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := escalation.ParsePolicy(data, escalation.Environment{})
		if err != nil {
			require.ErrorIs(t, err, escalation.ErrInvalid)
			return
		}
		text, err := json.Marshal(p)
		require.NoError(t, err)
		again, err := escalation.ParsePolicy(text, escalation.Environment{})
		require.NoError(t, err)
		twice, err := json.Marshal(again)
		require.NoError(t, err)
		require.Equal(t, string(text), string(twice))
		in := escalation.Input{Ticket: "T", Facts: known(t, nil), Now: at("08:00")}
		st := p.Apply(escalation.State{}, escalation.Event{At: at("08:00"), Kind: escalation.EventOpened})
		keys := map[string]bool{}
		for _, firing := range p.Preview(in, st, at("08:00").AddDate(5, 0, 0)) {
			require.False(t, keys[firing.Key], firing.Key)
			keys[firing.Key] = true
		}
	})
}

// Whatever a store gives back as a state, a look ends, without a panic, and
// what it returns is looked at again with nothing new.
func FuzzState(f *testing.F) {
	p := policy(f, standard)
	st := p.Apply(escalation.State{}, escalation.Event{At: at("08:00"), Kind: escalation.EventOpened})
	for _, clock := range []string{"08:00", "08:40", "21:30"} {
		text, err := json.Marshal(st)
		require.NoError(f, err)
		f.Add(text, int64(60))
		st = p.Evaluate(escalation.Input{Ticket: "T", Facts: known(f, nil), Now: at(clock)}, st).State
	}
	f.Add([]byte(`{"p":"std@3","e":1,"o":true,"r":[{"f":"2026-06-02T08:00:00Z"}],"n":{"c":-1,"l":-7},"w":[{"s":99}],"k":[{"s":-1}],"d":[{"c":9,"l":9}]}`), int64(1))
	f.Fuzz(func(t *testing.T, data []byte, minutes int64) {
		var st escalation.State
		if json.Unmarshal(data, &st) != nil {
			return
		}
		in := escalation.Input{Ticket: "T", Facts: known(t, nil), Now: at("08:00").Add(time.Duration(minutes%1e6) * time.Minute)}
		for _, kind := range []escalation.EventKind{escalation.EventAck, escalation.EventUnack, escalation.EventAlert} {
			st = p.Apply(st, escalation.Event{At: in.Now, Kind: kind})
			out := p.Evaluate(in, st)
			require.True(t, out.Next.IsZero() || out.Next.After(in.Now))
			st = out.State
			require.Empty(t, p.Evaluate(in, st).Firings)
		}
		p.Migrate(st, nil, escalation.MigrateByStep, in.Now)
	})
}

// What is read as a condition is one, or is refused.
func FuzzCond(f *testing.F) {
	data, err := os.ReadFile("testdata/cases/condition.json")
	require.NoError(f, err)
	var file struct {
		Cases []struct {
			Input struct {
				Condition json.RawMessage `json:"condition"`
			} `json:"input"`
		} `json:"cases"`
	}
	require.NoError(f, json.Unmarshal(data, &file))
	for _, c := range file.Cases {
		f.Add([]byte(c.Input.Condition))
	}
	f.Add([]byte(fiveParts))
	s := shop(f)
	facts := fiveFacts(f, s)
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := escalation.ParseCond(data)
		if err != nil {
			return
		}
		compiled, err := s.Compile(c)
		if err != nil {
			require.ErrorIs(t, err, escalation.ErrInvalid)
			return
		}
		require.Equal(t, compiled.Match(facts), compiled.Trace(facts).Holds)
	})
}
