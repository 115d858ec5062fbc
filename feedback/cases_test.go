package feedback_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/feedback"
)

// caseInput is what any kind of case in the table says.
type caseInput struct {
	Counts                           []int64
	Min                              int     `json:"scale_min"`
	GoodMin                          int     `json:"satisfied_min"`
	Confidence                       float64 `json:"conf"`
	Good, Neutral, Bad               int64
	A, B                             struct{ Promoters, Passives, Detractors int64 }
	X1, N1, X2, N2                   int64
	P                                []float64
	P1, P2, Alpha, Power             float64
	HalfWidth                        float64 `json:"half_width"`
	Var                              float64
	Satisfied, Responses, Invited, K int64
	Strata                           []struct {
		Satisfied, Responses int64
		Share                float64
	}
	Groups     map[string]int64
	TotalShown bool      `json:"total_shown"`
	At         time.Time `json:"ts"`
	Zone       string    `json:"tz"`
	Unit       feedback.Unit
}

type figures = map[string]any

// TestReferenceCases runs the table that lies beside the package; examples/cases
// runs further tables of its schema.
func TestReferenceCases(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/cases/feedback.json")
	require.NoError(t, err)
	var table struct {
		Cases []struct {
			ID, Kind string
			Tol      float64
			Input    caseInput
			Want     figures
		}
	}
	require.NoError(t, json.Unmarshal(data, &table)) //nolint:musttag // names that fit need no tag
	require.NotEmpty(t, table.Cases)
	for _, c := range table.Cases {
		level := feedback.Level{}
		if c.Input.Confidence > 0 {
			level, err = feedback.NewLevel(c.Input.Confidence)
			require.NoError(t, err)
		}
		answer := caseAnswers()[c.Kind]
		require.NotNil(t, answer, c.Kind)
		got, err := answer(c.Input, level)
		require.NoError(t, err, c.ID)
		text, err := json.Marshal(got)
		require.NoError(t, err)
		var plain figures
		require.NoError(t, json.Unmarshal(text, &plain))
		for name, want := range c.Want {
			near(t, want, plain[name], c.Tol, c.ID+"."+name)
		}
	}
}

// near compares values, numbers with a tolerance.
func near(t *testing.T, want, got any, tolerance float64, what string) {
	t.Helper()
	switch w := want.(type) {
	case float64:
		g, ok := got.(float64)
		assert.True(t, ok && math.Abs(g-w) <= tolerance, "%s: got %v, want %v", what, got, want)
	case []any:
		g, ok := got.([]any)
		require.True(t, ok && len(g) == len(w), "%s: got %v, want %v", what, got, want)
		for i := range w {
			near(t, w[i], g[i], tolerance, what)
		}
	default:
		assert.Equal(t, want, got, what)
	}
}

func caseAnswers() map[string]func(caseInput, feedback.Level) (figures, error) {
	return map[string]func(caseInput, feedback.Level) (figures, error){
		"csat5": scoreCase, "ces7": scoreCase, "nps": npsCase, "nps_two_sample": netsCase, "two_prop": sharesCase,
		"bucket": bucketCase, "suppress": suppressCase, "poststrat": strataCase,
		"csat_goodbad": func(in caseInput, _ feedback.Level) (figures, error) {
			s, err := feedback.NewSummary(feedback.ScaleThumbs3(), []int64{in.Bad, in.Neutral, in.Good}, 0)
			if err != nil {
				return nil, err
			}
			r, err := feedback.NewResult(feedback.ScaleThumbs3(), s)
			percent := func(p feedback.Proportion) any {
				if p.N == 0 {
					return nil
				}
				return 100 * p.Share("", feedback.Level{}).Value
			}
			return figures{"pct_of_good_bad": percent(r.GoodOfRated()), "pct_of_all": percent(r.Good())}, err
		},
		"multiple": func(in caseInput, _ feedback.Level) (figures, error) {
			a, err := feedback.Adjust(in.P)
			return figures{"holm": a.Holm, "bh": a.BenjaminiHochberg, "bonferroni": a.Bonferroni}, err
		},
		"samplesize_prop": func(in caseInput, _ feedback.Level) (figures, error) {
			n, err := feedback.ShareTest{P1: in.P1, P2: in.P2, Alpha: in.Alpha, Power: in.Power}.SampleSize()
			return figures{"n_per_group": n}, err
		},
		"samplesize_nps": func(in caseInput, level feedback.Level) (figures, error) {
			n, err := feedback.NetSampleSize(in.HalfWidth, in.Var, level)
			return figures{"n": n}, err
		},
		"nonresponse": func(in caseInput, _ feedback.Level) (figures, error) {
			r, _, err := feedback.ReachOf(feedback.Proportion{Good: in.Satisfied, N: in.Responses}, in.Invited)
			return figures{"response_rate": r.Rate, "lo": r.Interval.Low, "hi": r.Interval.High}, err
		},
	}
}

func bounds(f figures, name string, i feedback.Interval) {
	f[name+"_lo"], f[name+"_hi"] = i.Low, i.High
}

func scoreCase(in caseInput, level feedback.Level) (figures, error) {
	top := in.Min + len(in.Counts) - 1
	scale, err := feedback.NewScale(feedback.ScaleConfig{
		Kind: feedback.KindCSAT, Min: in.Min, Max: top, Good: in.GoodMin, Bad: in.Min + top - in.GoodMin,
	})
	if err != nil {
		return nil, err
	}
	s, err := feedback.NewSummary(scale, in.Counts, 0)
	if err != nil {
		return nil, err
	}
	r, err := feedback.NewResult(scale, s)
	mean := r.Mean(level)
	median, _ := r.Median()
	sd, _ := r.SD()
	f := figures{
		"n": r.N(), "defined": mean.OK, "satisfied": r.Good().Good, "pct": 100 * r.TopBox("", level).Value, "mean": mean.Value,
		"mean_pct": r.MeanPercent(level).Value, "median": median, "sd": sd, "net_easy": r.NetScore("", level).Value,
	}
	bounds(f, "mean", mean.Interval)
	for name, method := range map[string]feedback.ShareMethod{
		"wilson": feedback.Wilson, "agresti_coull": feedback.AgrestiCoull, "jeffreys": feedback.Jeffreys, "clopper": feedback.ClopperPearson,
	} {
		bounds(f, name, r.TopBox(method, level).Interval)
	}
	return f, err
}

func npsCase(in caseInput, level feedback.Level) (figures, error) {
	s, err := feedback.NewSummary(feedback.ScaleNPS(), in.Counts, 0)
	if err != nil {
		return nil, err
	}
	r, err := feedback.NewResult(feedback.ScaleNPS(), s)
	net := r.Net()
	variance, defined := net.Variance()
	f := figures{"n": r.N(), "defined": defined, "promoters": net.Good, "passives": net.Neutral, "detractors": net.Bad}
	if !defined {
		return f, err
	}
	part := func(n int64) feedback.Proportion { return feedback.Proportion{Good: n, N: r.N()} }
	f["promoter_pct"], f["passive_pct"], f["detractor_pct"] = 100*part(net.Good).Share("", level).Value,
		100*part(net.Neutral).Share("", level).Value, 100*part(net.Bad).Share("", level).Value
	f["nps"], f["var"], f["se"], f["mean"] = r.NetScore("", level).Value, variance, 100*math.Sqrt(variance/float64(r.N())), r.Mean(level).Value
	for name, method := range map[string]feedback.NPSMethod{
		"aw": feedback.AdjustedWald, "score": feedback.NPSScore, "wald": feedback.NPSWald, "t": feedback.NPSt,
	} {
		bounds(f, name, net.Score(method, level).Interval)
	}
	middle := net.Score("", level).Interval
	f["aw_mid"] = (middle.Low + middle.High) / 2
	f["rounded_half_away"], _ = net.Points()
	// How others round, from the exact fraction too.
	f["rounded_js"] = math.Floor(float64(100*(net.Good-net.Bad))/float64(r.N()) + 0.5)
	p, _ := part(net.Good).Percent()
	d, _ := part(net.Bad).Percent()
	f["rounded_parts_first"] = p - d
	return f, err
}

func netsCase(in caseInput, level feedback.Level) (figures, error) {
	d, _ := feedback.CompareNet(
		feedback.Net{Good: in.A.Promoters, Neutral: in.A.Passives, Bad: in.A.Detractors},
		feedback.Net{Good: in.B.Promoters, Neutral: in.B.Passives, Bad: in.B.Detractors}, level)
	f := figures{
		"diff": d.Difference, "se": d.SE, "z": d.Test.Z, "p": d.Test.P, "lo": d.Interval.Low, "hi": d.Interval.High,
		"aw_diff": d.Adjusted, "aw_se": d.AdjustedSE, "aw_p": d.AdjustedTest.P,
	}
	bounds(f, "aw", d.AdjustedInterval)
	return f, nil
}

func sharesCase(in caseInput, level feedback.Level) (figures, error) {
	d, _ := feedback.CompareShares(feedback.Proportion{Good: in.X1, N: in.N1}, feedback.Proportion{Good: in.X2, N: in.N2}, level)
	f := figures{
		"p1": d.A, "p2": d.B, "diff": d.Difference, "z_pooled": d.Pooled.Z, "p_pooled": d.Pooled.P, "z_n1": d.NMinus1.Z,
		"p_n1": d.NMinus1.P, "se_unpooled": d.SE, "fisher_p": d.FisherP, "cohen_h": d.CohenH,
	}
	bounds(f, "newcombe", d.Interval)
	return f, nil
}

func bucketCase(in caseInput, _ feedback.Level) (figures, error) {
	loc, err := time.LoadLocation(in.Zone)
	if err != nil {
		return nil, err
	}
	b, err := in.Unit.Of(feedback.DayOf(in.At, loc))
	from, next := b.Bounds(loc)
	return figures{"start": from, "end": next, "hours": next.Sub(from).Hours(), "label": b.String()}, err
}

func suppressCase(in caseInput, _ feedback.Level) (figures, error) {
	s, err := feedback.Suppress(in.Groups, in.K, in.TotalShown)
	return figures{"hidden": append([]string{}, s.Hidden...), "shown": append([]string{}, s.Shown...), "total_hidden": s.TotalHidden}, err
}

func strataCase(in caseInput, level feedback.Level) (figures, error) {
	strata := make([]feedback.Stratum, len(in.Strata))
	for i, s := range in.Strata {
		strata[i] = feedback.Stratum{Answers: feedback.Proportion{Good: s.Satisfied, N: s.Responses}, Share: s.Share}
	}
	out, err := feedback.PostStratify(strata, level)
	return figures{"raw": out.Raw.Value, "weighted": out.Weighted.Value, "se": out.SE}, err
}
