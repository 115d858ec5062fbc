package quality_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/quality"
)

func catalogue(t require.TestingT) *quality.Catalogue {
	c, err := quality.NewCatalogue(quality.DefaultCatalogue())
	require.NoError(t, err)
	return c
}

func evaluation(team, agent string, criteria ...string) *quality.Evaluation {
	e := &quality.Evaluation{
		Shop: "shop", Subject: "T1", Team: team, Agent: agent, Reviewer: "lead", At: time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC),
		Catalogue: "support@1",
	}
	for _, c := range criteria {
		e.Findings = append(e.Findings, quality.Finding{Criterion: c, Note: "„Unverschämt“, schrieb die Kundin"})
	}
	return e
}

func TestCatalogue(t *testing.T) {
	t.Parallel()
	c := catalogue(t)
	assert.Equal(t, "support@1", c.Ref())
	one, ok := c.Criterion("right_as_goodwill")
	assert.True(t, ok)
	assert.Equal(t, "Gesetzlichen Anspruch als Kulanz bezeichnet", one.Text("de-AT"))
	assert.Equal(t, "A statutory right called goodwill", one.Text("fr"))
	assert.True(t, c.Passes([]quality.Finding{{Criterion: "no_name"}}))
	assert.False(t, c.Passes([]quality.Finding{{Criterion: "no_name"}, {Criterion: "rude"}}))
	data, err := json.Marshal(c.Config())
	require.NoError(t, err)
	back, err := quality.ParseCatalogue(data)
	require.NoError(t, err)
	assert.Equal(t, c.Config(), back)

	_, err = quality.NewCatalogue(quality.CatalogueConfig{
		ID: "a@b", Fails: []quality.Severity{"bad"},
		Criteria: []quality.Criterion{{ID: "x", Severity: "huge", German: "a", English: "b", Training: "c"}, {ID: "x", Severity: quality.Minor}},
	})
	var faults feedback.Faults
	require.ErrorAs(t, err, &faults)
	var paths []string
	for _, f := range faults {
		paths = append(paths, f.Path)
	}
	assert.Equal(t, []string{
		"id", "version", "fails[0]", "criteria[0].severity", "criteria[1].id", "criteria[1].de", "criteria[1].en", "criteria[1].training",
	}, paths)
}

// Handling time is never part of a quality score: neither as a criterion, in
// either language and however it is written, nor as a key.
func TestHandlingTimeIsRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"handling_time", "AHT", "handlingTime", "Handling-Time", "Bearbeitungszeit", "Gesprächsdauer", "talk time", "Gespraechszeit"} {
		for _, where := range []func(c *quality.Criterion){
			func(c *quality.Criterion) { c.ID = name },
			func(c *quality.Criterion) { c.German = "Hohe " + name },
			func(c *quality.Criterion) { c.English = "too long: " + name + "!" },
			func(c *quality.Criterion) { c.Training = name },
		} {
			cfg := quality.DefaultCatalogue()
			where(&cfg.Criteria[3])
			_, err := quality.NewCatalogue(cfg)
			require.ErrorContains(t, err, "handling time", name)
		}
	}
	cfg := quality.DefaultCatalogue()
	cfg.Criteria[0].German, cfg.Criteria[0].English = "Lieferzeit falsch genannt", "Wrong about the duration of the warranty"
	_, err := quality.NewCatalogue(cfg)
	require.NoError(t, err, "other times may be wrong")

	data, err := json.Marshal(evaluation("red", "ann"))
	require.NoError(t, err)
	_, err = catalogue(t).ParseEvaluation(data)
	require.NoError(t, err)
	timed := strings.Replace(string(data), `"shop"`, `"handling_time":312,"shop"`, 1)
	_, err = catalogue(t).ParseEvaluation([]byte(timed))
	require.ErrorIs(t, err, feedback.ErrInvalid)
	require.ErrorContains(t, err, "handling_time")
}

func TestEvaluationFaults(t *testing.T) {
	t.Parallel()
	e := quality.Evaluation{Agent: "ann", Reviewer: "ann", Catalogue: "old@1", Findings: []quality.Finding{
		{Criterion: "rude"}, {Criterion: "rude", Note: strings.Repeat("x", 5000)}, {Criterion: "speed"},
	}}
	err := catalogue(t).Check(&e)
	var faults feedback.Faults
	require.ErrorAs(t, err, &faults)
	var paths []string
	for _, f := range faults {
		paths = append(paths, f.Path)
	}
	assert.Equal(t, []string{
		"shop", "subject", "reviewer", "at", "catalogue", "findings[1].criterion", "findings[1].note", "findings[2].criterion",
	}, paths)
}

// What stays of an evaluation has no word of the conversation.
func TestErasedEvaluation(t *testing.T) {
	t.Parallel()
	e := evaluation("red", "ann", "rude")
	rest := e.Erased()
	data, err := json.Marshal(rest)
	require.NoError(t, err)
	assert.NotContains(t, string(data), "Unverschämt")
	assert.NotContains(t, string(data), "T1")
	require.NoError(t, catalogue(t).Check(&rest))
	assert.Contains(t, e.Findings[0].Note, "Unverschämt", "the evaluation itself is left alone")
}

// fill adds evaluations: so many passes and so many with an error.
func fill(t require.TestingT, tally *quality.Tally, team, agent string, passes, fails int, criterion string) {
	for range passes {
		require.NoError(t, tally.Add(evaluation(team, agent)))
	}
	for range fails {
		require.NoError(t, tally.Add(evaluation(team, agent, criterion)))
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	tally := quality.NewTally(catalogue(t), quality.Config{})
	fill(t, tally, "red", "ann", 38, 2, "rude")
	fill(t, tally, "red", "bob", 16, 24, "point_open")
	fill(t, tally, "blue", "cem", 37, 3, "point_open")
	fill(t, tally, "blue", "dana", 36, 4, "blame")
	fill(t, tally, "blue", "new", 3, 2, "blame")
	r, err := tally.Report(quality.ByAgent)
	require.NoError(t, err)
	require.Len(t, r.Table.Rows, 4)
	assert.Equal(t, []string{"new"}, r.Table.TooFew)
	assert.EqualValues(t, 165, r.Table.All.N)
	for i, name := range []string{"ann", "bob", "cem", "dana"} {
		row := r.Table.Rows[i]
		assert.Equal(t, name, row.Name)
		if name == "bob" {
			assert.Equal(t, quality.Worse, row.Stands)
			assert.Equal(t, quality.RankRange{From: 4, To: 4}, *row.Rank)
		} else {
			assert.NotEqual(t, quality.Worse, row.Stands)
			assert.Equal(t, quality.RankRange{From: 1, To: 3}, *row.Rank, "no ranking inside the noise")
		}
	}
	require.Len(t, r.Training, 1)
	assert.Equal(t, "bob", r.Training[0].Name)
	assert.Equal(t, "answering", r.Training[0].Training)
	assert.Equal(t, "point_open", r.Criteria[0].Criterion)
	assert.EqualValues(t, 27, r.Criteria[0].Errors)

	card, ok := r.Scorecard("bob", feedback.Level{})
	require.True(t, ok)
	assert.EqualValues(t, 24, card.Criteria[0].Errors)
	assert.Len(t, card.Training, 1)
	_, ok = r.Scorecard("new", feedback.Level{})
	assert.False(t, ok)

	byTeam, err := tally.Report(quality.ByTeam)
	require.NoError(t, err)
	assert.Len(t, byTeam.Table.Rows, 2)
	_, err = tally.Report("shop")
	require.ErrorIs(t, err, feedback.ErrInvalid)
}

// One switch: no name of an agent is anywhere, and a team of few is not shown.
func TestTeamsOnly(t *testing.T) {
	t.Parallel()
	cfg := quality.Config{TeamsOnly: true, Agents: map[string]int64{"red": 12, "blue": 7, "tiny": 2, "teal": 5}}
	tally := quality.NewTally(catalogue(t), cfg)
	fill(t, tally, "red", "ann", 38, 2, "rude")
	fill(t, tally, "blue", "bob", 22, 18, "point_open")
	fill(t, tally, "tiny", "cem", 30, 10, "blame")
	fill(t, tally, "teal", "evelyn", 30, 10, "blame")
	_, err := tally.Report(quality.ByAgent)
	require.ErrorIs(t, err, quality.ErrTeamsOnly)
	_, err = tally.Rewards(quality.ByAgent, nil)
	require.ErrorIs(t, err, quality.ErrTeamsOnly)
	r, err := tally.Report(quality.ByTeam)
	require.NoError(t, err)
	assert.Equal(t, []string{"teal", "tiny"}, r.Hidden, "tiny alone could be worked out from the total")
	assert.Len(t, r.Table.Rows, 2)
	assert.EqualValues(t, 80, r.Table.All.N)
	assert.EqualValues(t, 160, r.All.N)
	shown := fmt.Sprintf("%+v %+v", r, *tally)
	for _, name := range []string{"ann", "bob", "cem", "evelyn"} {
		assert.NotContains(t, shown, name)
	}
	rewards, err := tally.Rewards(quality.ByTeam, []quality.Duty{
		{Agent: "ann", Team: "red", Total: 10 * time.Hour, Night: 2 * time.Hour},
		{Agent: "bob", Team: "red", Total: 8 * time.Hour},
		{Agent: "cem", Team: "tiny", Total: time.Hour},
		{Agent: "solo", Team: "night", Total: time.Hour, Night: time.Hour},
	})
	require.NoError(t, err)
	require.Len(t, rewards, 2)
	assert.Equal(t, "red", rewards[1].Name)
	assert.Equal(t, 18*time.Hour, rewards[1].Total)

	open := quality.NewTally(catalogue(t), quality.Config{})
	require.ErrorIs(t, tally.Merge(open), feedback.ErrInvalid)
}

// A team whose only two are hidden shows nothing of the rest either.
func TestTeamsOnlyTotal(t *testing.T) {
	t.Parallel()
	tally := quality.NewTally(catalogue(t), quality.Config{TeamsOnly: true, Agents: map[string]int64{"red": 3}})
	fill(t, tally, "red", "ann", 38, 2, "rude")
	r, err := tally.Report(quality.ByTeam)
	require.NoError(t, err)
	assert.Empty(t, r.Table.Rows)
	assert.Equal(t, []string{"red"}, r.Hidden)
	assert.Empty(t, r.Criteria, "all that was counted is of fewer than five")
	assert.False(t, r.All.OK || r.Table.All.OK)
}

func TestRewards(t *testing.T) {
	t.Parallel()
	tally := quality.NewTally(catalogue(t), quality.Config{})
	fill(t, tally, "red", "ann", 38, 2, "rude")
	fill(t, tally, "red", "bob", 22, 18, "rude")
	list, err := tally.Rewards(quality.ByAgent, []quality.Duty{
		{Agent: "ann", Total: 40 * time.Hour, Night: 8 * time.Hour, Weekend: 6 * time.Hour},
		{Agent: "ann", Total: 4 * time.Hour, Holiday: 4 * time.Hour},
		{Agent: "zoe", Total: 2 * time.Hour},
	})
	require.NoError(t, err)
	require.Len(t, list, 3)
	ann, bob, zoe := list[0], list[1], list[2]
	assert.Equal(t, []time.Duration{44 * time.Hour, 8 * time.Hour, 6 * time.Hour, 4 * time.Hour}, []time.Duration{ann.Total, ann.Night, ann.Weekend, ann.Holiday})
	assert.True(t, ann.Quality.OK && bob.Quality.OK)
	assert.False(t, zoe.Quality.OK, "nothing of her was looked at")
	assert.Zero(t, bob.Total)
	assert.Less(t, ann.Rank.To, bob.Rank.From)
	_, err = tally.Rewards(quality.ByAgent, []quality.Duty{{Agent: "ann", Total: 1, Night: 2}, {Agent: "ann", Total: -1}})
	var faults feedback.Faults
	require.ErrorAs(t, err, &faults)
	assert.Len(t, faults, 2)
}

// TestTallyLaws: tallies merge in any order and grouping, and what is taken away
// leaves no trace.
func TestTallyLaws(t *testing.T) {
	t.Parallel()
	ids := []string{"rude", "no_name", "point_open", "privacy"}
	drawn := rapid.Custom(func(t *rapid.T) *quality.Evaluation {
		e := evaluation(rapid.SampledFrom([]string{"red", "blue"}).Draw(t, "team"), rapid.SampledFrom([]string{"", "ann", "bob"}).Draw(t, "agent"),
			rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 0, 3, rapid.ID).Draw(t, "findings")...)
		e.Stratum = rapid.SampledFrom([]string{"", "refund"}).Draw(t, "stratum")
		return e
	})
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(drawn, 0, 30).Draw(t, "evaluations")
		cfg := quality.Config{MinN: 3, TeamsOnly: rapid.Bool().Draw(t, "teams only"), Agents: map[string]int64{"red": 6, "blue": 6}}
		build := func(list []*quality.Evaluation) *quality.Tally {
			tally := quality.NewTally(catalogue(t), cfg)
			for _, e := range list {
				require.NoError(t, tally.Add(e))
			}
			return tally
		}
		all := build(list)
		cut := rapid.IntRange(0, len(list)).Draw(t, "cut")
		shuffled := rapid.Permutation(list).Draw(t, "shuffled")
		parts := build(shuffled[cut:])
		require.NoError(t, parts.Merge(build(shuffled[:cut])))
		require.Equal(t, all, parts)
		for _, e := range shuffled[:cut] {
			require.NoError(t, parts.Remove(e))
		}
		require.Equal(t, build(shuffled[cut:]), parts)
		if cut > 0 && len(list) == cut {
			require.ErrorIs(t, parts.Remove(list[0]), quality.ErrNotCounted)
		}
		n := all.N()
		all.Forget("ann")
		require.Equal(t, n, all.N())
		require.NotContains(t, fmt.Sprintf("%+v", *all), "ann")
		for _, view := range []quality.View{quality.ByAgent, quality.ByTeam} {
			_, err := all.Report(view)
			require.True(t, err == nil || errors.Is(err, quality.ErrTeamsOnly))
		}
	})
}

// Where nobody errs more than others, training is suggested by mistake in few
// tables, however many agents and errors are looked at.
func TestTrainingKeepsQuiet(t *testing.T) {
	t.Parallel()
	c := catalogue(t)
	mistaken := 0
	rng := rand.New(rand.NewPCG(5, 6))
	for range 20 {
		tally := quality.NewTally(c, quality.Config{})
		for agent := range 12 {
			for range 40 {
				var found []string
				for _, one := range c.Config().Criteria {
					if rng.Float64() < 0.05 {
						found = append(found, one.ID)
					}
				}
				require.NoError(t, tally.Add(evaluation("red", fmt.Sprint("a", agent), found...)))
			}
		}
		r, err := tally.Report(quality.ByAgent)
		require.NoError(t, err)
		if len(r.Training) > 0 {
			mistaken++
		}
	}
	assert.LessOrEqual(t, mistaken, 3)
}

func candidates(n int) iter.Seq[quality.Candidate] {
	return func(yield func(quality.Candidate) bool) {
		for i := range n {
			if !yield(quality.Candidate{ID: fmt.Sprint("T", i), Group: fmt.Sprint("g", i%3), Stratum: fmt.Sprint("s", i%2)}) {
				return
			}
		}
	}
}

// Draws are reproducible, do not depend on the order of candidates, and another
// round, key or shop draws others.
func TestDraw(t *testing.T) {
	t.Parallel()
	secret := []byte("secret")
	plan := quality.Plan{Shop: "shop", Round: "2026-W48", Each: 4}
	first, err := plan.Draw(secret, candidates(300))
	require.NoError(t, err)
	require.Len(t, first, 12)
	assert.Equal(t, 100, first[0].Of)
	all := slices.Collect(candidates(300))
	slices.Reverse(all)
	again, err := plan.Draw(secret, slices.Values(all))
	require.NoError(t, err)
	assert.Equal(t, first, again)
	for _, other := range []struct {
		plan   quality.Plan
		secret string
	}{
		{quality.Plan{Shop: "shop", Round: "2026-W49", Each: 4}, "secret"},
		{quality.Plan{Shop: "other", Round: "2026-W48", Each: 4}, "secret"},
		{plan, "another"},
	} {
		list, err := other.plan.Draw([]byte(other.secret), candidates(300))
		require.NoError(t, err)
		assert.NotEqual(t, first, list)
	}
	plan.ByStratum = true
	strata, err := plan.Draw(secret, candidates(300))
	require.NoError(t, err)
	assert.Len(t, strata, 24)
	few, err := plan.Draw(secret, candidates(7))
	require.NoError(t, err)
	assert.Len(t, few, 7, "all, where there are no more")
	_, err = quality.Plan{}.Draw(nil, candidates(1))
	var faults feedback.Faults
	require.ErrorAs(t, err, &faults)
	assert.Len(t, faults, 4)
}

// Every candidate has the same chance: over many rounds each is drawn about as
// often (chi-squared, 99 degrees of freedom; 149 is beyond one in a thousand).
func TestDrawIsFair(t *testing.T) {
	t.Parallel()
	const n, each, rounds = 100, 10, 300
	drawn := map[string]float64{}
	for round := range rounds {
		list, err := quality.Plan{Shop: "s", Round: strconv.Itoa(round), Each: each}.Draw([]byte("k"), func(yield func(quality.Candidate) bool) {
			for i := range n {
				if !yield(quality.Candidate{ID: strconv.Itoa(i), Group: "g"}) {
					return
				}
			}
		})
		require.NoError(t, err)
		for _, d := range list {
			drawn[d.ID]++
		}
	}
	var chi float64
	for i := range n {
		want := float64(rounds * each / n)
		d := drawn[strconv.Itoa(i)] - want
		chi += d * d / want
	}
	assert.Less(t, chi, 149.0)
}

// FuzzEvaluation: what comes from outside is an evaluation that counts, or is
// refused.
func FuzzEvaluation(f *testing.F) {
	data, err := json.Marshal(evaluation("red", "ann", "rude"))
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte(`{"aht":3}`))
	f.Add([]byte(`null`))
	c := catalogue(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := c.ParseEvaluation(data)
		if err != nil {
			require.ErrorIs(t, err, feedback.ErrInvalid)
			return
		}
		tally := quality.NewTally(c, quality.Config{})
		require.NoError(t, tally.Add(&e))
		require.EqualValues(t, 1, tally.N())
		require.NoError(t, tally.Remove(&e))
		require.Zero(t, tally.N())
	})
}

// BenchmarkTable compares a thousand agents in five kinds of case.
func BenchmarkTable(b *testing.B) {
	units := make([]quality.Unit, 1000)
	for i := range units {
		units[i] = quality.Unit{Name: strconv.Itoa(i), Strata: map[string]feedback.Proportion{}}
		for s := range 5 {
			units[i].Strata[strconv.Itoa(s)] = feedback.Proportion{Good: int64(30 + (i+s)%11), N: 40}
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := quality.NewTable(units, quality.TableConfig{}); err != nil {
			b.Fatal(err)
		}
	}
}
