package escalation_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/escalation"
)

const (
	oldVersion = `{"id": "std", "version": "1", "clock": "wall", "catch_up": "all", "steps": [
		{"id": "team", "after": "0s", "actions": [{"kind": "tag", "tags": ["t"]}]},
		{"id": "lead", "after": "30m", "actions": [{"kind": "tag", "tags": ["t"]}]},
		{"id": "manager", "after": "90m", "actions": [{"kind": "tag", "tags": ["t"]}]}]}`
	newVersion = `{"id": "std", "version": "2", "clock": "wall", "catch_up": "all", "steps": [
		{"id": "early", "after": "10m", "actions": [{"kind": "tag", "tags": ["t"]}]},
		{"id": "lead", "after": "45m", "actions": [{"kind": "tag", "tags": ["t"]}]},
		{"id": "late", "after": "50m", "actions": [{"kind": "tag", "tags": ["t"]}]},
		{"id": "manager", "after": "60m", "actions": [{"kind": "tag", "tags": ["t"]}]}],
		"on_exhausted": {"actions": [{"kind": "tag", "tags": ["t"]}]}}`
)

func TestMigrate(t *testing.T) {
	from, to := policy(t, oldVersion), policy(t, newVersion)
	r := replay{tb: t, p: from, in: escalation.Input{Ticket: "T", Facts: known(t, nil)}}
	r.st = from.Apply(r.st, escalation.Event{At: at("08:00"), Kind: escalation.EventOpened})
	r.look(at("08:00"))
	r.wakesBefore(at("08:40"))
	require.Equal(t, []string{"team c0 08:00 fired", "lead c0 08:30 fired"}, short(r.firings))
	r.in.Now = at("08:40")

	keep := to.DryRun(r.in, r.st, from, escalation.MigrateKeep, at("20:00"))
	assert.Equal(t, keep.Before, keep.After)

	diff := to.DryRun(r.in, r.st, from, escalation.MigrateByStep, at("20:00"))
	assert.Equal(t, []string{"manager c0 09:30 fired"}, short(diff.Before))
	assert.Equal(t, []string{"early c0 08:40 fired", "late c0 08:50 fired", "manager c0 09:00 fired", "exhausted c0 09:00 fired"}, short(diff.After))
	assert.Equal(t, []string{"c0|early", "c0|late", "c0|exhausted"}, diff.New)
	assert.Equal(t, []string{"c0|manager"}, diff.Moved)
	assert.Empty(t, diff.Gone)
	assert.Equal(t, "std@1", r.st.Policy(), "a dry run changes nothing")

	moved := to.Migrate(r.st, from, escalation.MigrateByStep, r.in.Now)
	assert.Equal(t, "std@2", moved.Policy())
	assert.Equal(t, "T|std@2|e0|c0|early", to.Preview(r.in, moved, at("20:00"))[0].Key)
	assert.Equal(t, moved, to.Migrate(r.st, nil, escalation.MigrateByStep, r.in.Now), "also where the old version is gone")

	restart := to.DryRun(r.in, r.st, from, escalation.MigrateRestart, at("20:00"))
	assert.Equal(t, "T|std@2|e1|c0|early", restart.After[0].Key)
	assert.Equal(t, []string{"early c0 08:50 fired", "lead c0 09:25 fired", "late c0 09:30 fired", "manager c0 09:40 fired", "exhausted c0 09:40 fired"}, short(restart.After))

	back := from.DryRun(r.in, moved, to, escalation.MigrateByStep, at("20:00"))
	assert.Equal(t, []string{"c0|early", "c0|late", "c0|exhausted"}, back.Gone)
	assert.Equal(t, []string{"c0|team"}, back.New, "the new version had no such step, so nobody knows that it fired")

	// What is over stays over, and what is closed is left alone.
	r.p, r.st = to, moved
	r.look(at("08:40"))
	r.wakesBefore(at("20:00"))
	assert.Empty(t, from.Preview(r.in, from.Migrate(r.st, to, escalation.MigrateByStep, at("20:00")), at("23:00")))
	closed := to.Apply(r.st, escalation.Event{At: at("20:00"), Kind: escalation.EventClosed})
	assert.Equal(t, closed, from.Migrate(closed, to, escalation.MigrateRestart, at("20:00")))
}

// Whatever the life before and the two versions, a step that is done does not
// come again in its cycle, and the clock shows what it showed.
func TestNothingRefires(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		in, next := drawCase(rt), drawCase(rt)
		next.Policy.Version = "v2"
		if next.Business == nil {
			next.Business = in.Business
		}
		cals := (&caseBusiness{Windows: []struct {
			Days []string `json:"days"`
			From string   `json:"from"`
			To   string   `json:"to"`
		}{{[]string{"MO", "TU", "WE", "TH", "FR"}, "09:00", "17:00"}}}).calendar(t, in.TZ)
		compile := func(c *caseInput) *escalation.Policy {
			cfg := c.config()
			cfg.CatchUp, cfg.ExpireAfter = escalation.CatchUpAll, 0
			p, err := escalation.NewPolicy(cfg, escalation.Environment{Calendars: cals})
			require.NoError(t, err)
			return p
		}
		from, to := compile(in), compile(next)
		r := replay{tb: t, p: from, in: escalation.Input{Ticket: "T"}}
		at := in.Events[0].At
		for _, e := range in.Events {
			r.wakesBefore(e.At)
			at = e.At
			r.st = from.Apply(r.st, e.event())
			r.look(at)
		}
		at = at.Add(time.Duration(rapid.IntRange(0, 600).Draw(rt, "later")) * time.Minute)
		r.wakesBefore(at)
		r.look(at)
		fired, episode := map[string]bool{}, r.st.Episode()
		for _, f := range r.firings {
			if f.Episode == episode {
				fired[escalation.Key("", "", 0, f.Cycle, f.Step)] = true
			}
		}
		gone := rapid.Bool().Draw(rt, "gone") && in.Policy.Clock == next.Policy.Clock
		old := from
		if gone {
			old = nil
		}
		r.p, r.st = to, to.Migrate(r.st, old, escalation.MigrateByStep, at)
		r.firings = nil
		r.look(at)
		r.wakesBefore(in.Until.AddDate(0, 1, 0))
		for _, f := range r.firings {
			if key := escalation.Key("", "", 0, f.Cycle, f.Step); fired[key] {
				rt.Fatalf("%s comes again: %+v", key, f)
			}
			if !strings.HasPrefix(f.Key, "T|std@v2|") {
				rt.Fatalf("key %s", f.Key)
			}
		}
	})
}
