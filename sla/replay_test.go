package sla_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/sla"
)

func TestReplayCountsWhatEvaluateSays(t *testing.T) {
	p := benchPolicy(t, 1, 1)
	histories := slices.Collect(generated(500))
	r := sla.Replay(slices.Values(histories), p)
	var want [8]sla.Counts
	marks := 0
	for _, h := range histories {
		marks += len(h.Marks)
		for _, s := range sla.Evaluate(p, h.Marks, h.Marks[len(h.Marks)-1].At) {
			c := &want[slices.Index(sla.Metrics(), s.Metric)]
			switch s.State {
			case sla.Met:
				c.Met++
			case sla.Breached:
				c.Breached++
			case sla.Running, sla.Paused:
				c.Open++
			case sla.Cancelled:
				c.Cancelled++
			}
		}
	}
	assert.Equal(t, []int{500, marks, 0}, []int{r.Histories, r.Marks, r.Faulty})
	require.Len(t, r.Policies, 1)
	for _, m := range r.Policies[0].Metrics {
		i := slices.Index(sla.Metrics(), m.Metric)
		assert.Equal(t, want[i], m.Counts, m.Metric)
		assert.Positive(t, m.Counts.Met)
		for _, b := range []sla.Breakdown{m.ByRule, m.ByChannel, m.ByReason, m.ByPriority, m.ByWeekday, m.ByMonth} {
			var sum sla.Counts
			for _, key := range b.Keys() {
				c := b.Rows[key]
				sum = sla.Counts{Met: sum.Met + c.Met, Breached: sum.Breached + c.Breached, Open: sum.Open + c.Open, Cancelled: sum.Cancelled + c.Cancelled}
			}
			assert.Equal(t, m.Counts, sum, "every row of a breakdown counts once")
		}
		assert.True(t, slices.IsSortedFunc(m.Worst, func(a, b sla.Worst) int { return int(b.Over - a.Over) }))
	}
}

func TestReplayOfPartsMerges(t *testing.T) {
	p, q := benchPolicy(t, 1, 1), benchPolicy(t, 2, 3)
	histories := slices.Collect(generated(60))
	whole, err := json.Marshal(sla.Replay(slices.Values(histories), p, q))
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		cuts := rapid.SliceOfN(rapid.IntRange(0, len(histories)), 2, 2).Draw(t, "cuts")
		slices.Sort(cuts)
		parts := [][]sla.History{histories[:cuts[0]], histories[cuts[0]:cuts[1]], histories[cuts[1]:]}
		order := rapid.Permutation([]int{0, 1, 2}).Draw(t, "order")
		sum := sla.Replay(slices.Values(parts[order[0]]), p, q)
		for _, i := range order[1:] {
			// Through JSON, as if the parts came from other machines.
			data, err := json.Marshal(sla.Replay(slices.Values(parts[i]), p, q))
			require.NoError(t, err)
			var part sla.Report
			require.NoError(t, json.Unmarshal(data, &part))
			require.NoError(t, sum.Merge(&part))
		}
		got, err := json.Marshal(sum)
		require.NoError(t, err)
		require.Equal(t, string(whole), string(got))
	})
	other := sla.Replay(slices.Values(histories[:1]), q, p)
	require.ErrorIs(t, other.Merge(sla.Replay(slices.Values(histories[:1]), p, q)), sla.ErrInvalid)
	require.ErrorIs(t, other.Merge(sla.Replay(slices.Values(histories[:1]), q)), sla.ErrInvalid)
}

func TestReplayComparesPolicies(t *testing.T) {
	policy := func(version, hours int) *sla.Policy {
		p, err := sla.NewPolicy(sla.PolicyConfig{ID: "p", Version: version, Rules: []sla.Rule{{ID: "r", Targets: []sla.Target{
			{Metric: sla.FirstResponse, Period: sla.Period{N: hours, Unit: sla.UnitHour}, Clock: sla.WallClock},
		}}}})
		require.NoError(t, err)
		return p
	}
	answered := func(id string, hours ...int) sla.History {
		h := sla.History{ID: id, Marks: []sla.Mark{{Seq: 1, At: monday(), Kind: sla.MarkOpened}}}
		for i, n := range hours {
			h.Marks = append(h.Marks, sla.Mark{Seq: int64(i + 2), At: monday().Add(time.Duration(n) * time.Hour), Kind: sla.MarkAgentReply})
		}
		return h
	}
	open := answered("open")
	open.Until = monday().Add(3 * time.Hour)
	before := answered("before", -1)
	r := sla.Replay(slices.Values([]sla.History{answered("a", 1), answered("b", 3), answered("c", 5), open, before}), policy(1, 4), policy(2, 2))
	assert.Equal(t, []sla.PolicyChange{{From: "p@1", To: "p@2", Metrics: []sla.MetricChange{{
		Metric: sla.FirstResponse, BothMet: 1, BothBreached: 1, MetToBreached: 1, Appeared: 1,
		Flips: []sla.Flip{{ID: "b", To: sla.Breached}},
	}}}}, r.Changes)
	assert.Equal(t, sla.Counts{Met: 2, Breached: 1, Open: 1, Cancelled: 1}, r.Policies[0].Metrics[0].Counts)
	assert.Equal(t, map[sla.FaultCode]int{sla.FaultTimeBack: 1, sla.FaultAnsweredBefore: 1}, r.Faults)
	assert.Equal(t, 1, r.Faulty)
	share := r.Policies[0].Metrics[0].Counts.MetShare()
	assert.InDelta(t, 2.0/3, share.Value, 1e-12)
	assert.InDelta(t, 0.2077, share.Low, 1e-4)
	assert.InDelta(t, 0.9385, share.High, 1e-4)
	none := sla.Counts{Open: 3}.MetShare()
	assert.Equal(t, sla.Share{Low: 0, High: 1}, none, "nothing to judge: undefined, not 0")
}

// The size of a report does not grow with what it reads.
func TestReportIsBounded(t *testing.T) {
	p := benchPolicy(t, 1, 1)
	wild := func(yield func(sla.History) bool) {
		for i := range 3000 {
			id := strconv.Itoa(i)
			at := monday().AddDate(0, i, 0)
			s := &sla.Subject{Channel: "c" + id, Reason: "r" + id, Priority: "p" + id}
			h := sla.History{ID: id, Marks: []sla.Mark{
				{Seq: 1, At: at, Kind: sla.MarkOpened, Subject: s},
				{Seq: 2, At: at.AddDate(0, 0, i%9), Kind: sla.MarkResolved | sla.MarkAgentReply},
			}}
			if !yield(h) {
				return
			}
		}
	}
	r := sla.Replay(wild, p)
	m := r.Policies[0].Metrics[0]
	assert.Len(t, m.ByChannel.Rows, 256)
	require.NotNil(t, m.ByChannel.Other)
	data, err := json.Marshal(r)
	require.NoError(t, err)
	assert.Less(t, len(data), 600_000)
}

func TestDistributionKeepsItsError(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		n := rapid.SampledFrom([]int{1, 2, 10, 1023, 1024, 1025, 5000}).Draw(t, "n")
		spread := rapid.Float64Range(0, 12).Draw(t, "spread")
		values := make([]time.Duration, n)
		var d sla.Distribution
		for i := range values {
			values[i] = math.MaxInt64
			if v := math.Exp(r.NormFloat64()*spread + 25); v < math.MaxInt64 {
				values[i] = time.Duration(v)
			}
			if r.IntN(20) == 0 {
				values[i] = 0
			}
			d.Add(values[i])
		}
		slices.Sort(values)
		for _, q := range []float64{0, 0.01, 0.5, 0.9, 0.99, 1} {
			want := values[max(int(math.Ceil(q*float64(n))), 1)-1]
			got, ok := d.Quantile(q)
			require.True(t, ok)
			if d.Exact() {
				require.Equal(t, want, got)
			} else {
				require.InDelta(t, float64(want), float64(got), sla.DistributionError*float64(want)+1)
			}
		}
	})
}

func TestDistributionMerges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.Custom(func(t *rapid.T) time.Duration {
			return time.Duration(rapid.Int64Range(-5, math.MaxInt64).Draw(t, "v") >> rapid.IntRange(0, 62).Draw(t, "shift"))
		})
		values := rapid.SliceOfN(value, 0, 40).Draw(t, "values")
		for range rapid.SampledFrom([]int{0, 5, 6}).Draw(t, "doublings") {
			values = append(values, values...)
		}
		cut := rapid.IntRange(0, len(values)).Draw(t, "cut")
		var whole, a, b sla.Distribution
		for i, v := range values {
			whole.Add(v)
			if i < cut {
				a.Add(v)
			} else {
				b.Add(v)
			}
		}
		data, err := json.Marshal(b)
		require.NoError(t, err)
		var back sla.Distribution
		require.NoError(t, json.Unmarshal(data, &back))
		a.Merge(&back)
		require.Equal(t, whole.Count(), a.Count())
		for _, q := range []float64{0, 0.5, 0.9, 1} {
			x, xOK := whole.Quantile(q)
			y, yOK := a.Quantile(q)
			require.Equal(t, []any{x, xOK}, []any{y, yOK})
		}
	})
	var d sla.Distribution
	_, ok := d.Quantile(0.5)
	assert.False(t, ok, "nothing added: undefined, not 0")
	for _, text := range []string{`{"v":2}`, `{"v":1,"count":1}`, `{"v":1,"count":1,"buckets":{"-1":1}}`, `{"v":1,"count":2,"buckets":{"99999":2}}`, `{"v":1,"count":1,"zeros":-1,"buckets":{"3":2}}`} {
		require.ErrorIs(t, json.Unmarshal([]byte(text), &d), sla.ErrInvalid, text)
	}
}
