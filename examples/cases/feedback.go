package main

import (
	"math"
	"time"

	"github.com/kulanz-go/kulanz/feedback"
)

// feedbackAnswers answers the kinds of feedback: scores, intervals, tests, charts and
// segments.
func feedbackAnswers() map[string]answer {
	return map[string]answer{
		"bucket":          bucket,
		"csat5":           scores(feedback.KindCSAT),
		"ces7":            scores(feedback.KindCES),
		"csat_goodbad":    goodBad,
		"nps":             netPromoters,
		"nps_two_sample":  twoNets,
		"two_prop":        twoShares,
		"multiple":        multiple,
		"samplesize_prop": shareSample,
		"samplesize_nps":  netSample,
		"nonresponse":     nonresponse,
		"poststrat":       poststratify,
		"suppress":        suppress,
	}
}

// undefined answers that there is nothing to say: null.
func undefined() (any, error) {
	var null any
	return null, nil
}

// object is an answer with members.
type object = map[string]any

// orNull is a value where there is one.
func orNull(v float64, ok bool) any {
	if !ok {
		return nil
	}
	return v
}

// put adds an interval under a name.
func put(o object, name string, i feedback.Interval) {
	o[name+"_lo"], o[name+"_hi"] = i.Low, i.High
}

// level is the level of a confidence; 95 % where a case has none.
func level(confidence float64) (feedback.Level, error) {
	if confidence == 0 {
		return feedback.Level{}, nil
	}
	return feedback.NewLevel(confidence)
}

func bucket(c mixedCase) (any, error) {
	in, err := read[struct {
		At   time.Time     `json:"ts"`
		Zone string        `json:"tz"`
		Unit feedback.Unit `json:"unit"`
	}](c)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(in.Zone)
	if err != nil {
		return nil, err
	}
	b, err := in.Unit.Of(feedback.DayOf(in.At, zone))
	if err != nil {
		return nil, err
	}
	start, end := b.Bounds(zone)
	return object{"start": start, "end": end, "hours": end.Sub(start).Hours(), "label": b.String()}, nil
}

// counted is a case that counts scores.
type counted struct {
	Counts     []int64 `json:"counts"`
	Min        int     `json:"scale_min"`
	Good       int     `json:"satisfied_min"`
	Confidence float64 `json:"conf"`
}

func (in counted) result(scale feedback.Scale) (feedback.Result, feedback.Level, error) {
	l, err := level(in.Confidence)
	if err != nil {
		return feedback.Result{}, l, err
	}
	summary, err := feedback.NewSummary(scale, in.Counts, 0)
	if err != nil {
		return feedback.Result{}, l, err
	}
	r, err := feedback.NewResult(scale, summary)
	return r, l, err
}

// scores answers csat5 and ces7. Bad are the scores as far from the lowest as
// the good ones are from the highest.
func scores(kind feedback.Kind) answer {
	return func(c mixedCase) (any, error) {
		in, err := read[counted](c)
		if err != nil {
			return nil, err
		}
		top := in.Min + len(in.Counts) - 1
		scale, err := feedback.NewScale(feedback.ScaleConfig{
			Kind: kind, Min: in.Min, Max: top, Good: in.Good, Bad: min(in.Min+top-in.Good, in.Good-1),
		})
		if err != nil {
			return nil, err
		}
		r, l, err := in.result(scale)
		if err != nil {
			return nil, err
		}
		return figures(r, l), nil
	}
}

func figures(r feedback.Result, l feedback.Level) object {
	mean := r.Mean(l)
	o := object{"n": r.N(), "defined": mean.OK}
	if !mean.OK {
		return o
	}
	median, _ := r.Median()
	sd, ok := r.SD()
	o["satisfied"], o["mean"], o["median"], o["sd"] = r.Good().Good, mean.Value, median, orNull(sd, ok)
	o["mean_pct"], o["net_easy"] = r.MeanPercent(l).Value, r.NetScore(feedback.AdjustedWald, l).Value
	put(o, "mean", mean.Interval)
	for name, method := range map[string]feedback.ShareMethod{
		"wilson": feedback.Wilson, "agresti_coull": feedback.AgrestiCoull, "jeffreys": feedback.Jeffreys, "clopper": feedback.ClopperPearson,
	} {
		e := r.TopBox(method, l)
		o["pct"] = 100 * e.Value
		put(o, name, e.Interval)
	}
	return o
}

func goodBad(c mixedCase) (any, error) {
	in, err := read[struct{ Good, Neutral, Bad int64 }](c)
	if err != nil {
		return nil, err
	}
	scale := feedback.ScaleThumbs3()
	summary, err := feedback.NewSummary(scale, []int64{in.Bad, in.Neutral, in.Good}, 0)
	if err != nil {
		return nil, err
	}
	r, err := feedback.NewResult(scale, summary)
	if err != nil {
		return nil, err
	}
	rated := r.GoodOfRated().Share(feedback.Wilson, feedback.Level{})
	all := r.TopBox(feedback.Wilson, feedback.Level{})
	return object{"pct_of_good_bad": orNull(100*rated.Value, rated.OK), "pct_of_all": orNull(100*all.Value, all.OK)}, nil
}

func netPromoters(c mixedCase) (any, error) {
	in, err := read[counted](c)
	if err != nil {
		return nil, err
	}
	r, l, err := in.result(feedback.ScaleNPS())
	if err != nil {
		return nil, err
	}
	net := r.Net()
	variance, defined := net.Variance()
	n := float64(r.N())
	o := object{"n": r.N(), "defined": defined, "promoters": net.Good, "passives": net.Neutral, "detractors": net.Bad}
	if !defined {
		return o, nil
	}
	o["var"], o["se"] = variance, 100*math.Sqrt(variance/n)
	o["nps"], o["mean"] = r.NetScore(feedback.AdjustedWald, l).Value, r.Mean(l).Value
	for name, method := range map[string]feedback.NPSMethod{
		"aw": feedback.AdjustedWald, "score": feedback.NPSScore, "wald": feedback.NPSWald, "t": feedback.NPSt,
	} {
		put(o, name, net.Score(method, l).Interval)
	}
	adjusted := net.Score(feedback.AdjustedWald, l).Interval
	o["aw_mid"] = (adjusted.Low + adjusted.High) / 2
	promoters, detractors := feedback.Proportion{Good: net.Good, N: r.N()}, feedback.Proportion{Good: net.Bad, N: r.N()}
	o["promoter_pct"], o["passive_pct"], o["detractor_pct"] = 100*float64(net.Good)/n, 100*float64(net.Neutral)/n, 100*float64(net.Bad)/n
	// The second and third are what others round by: the table tells them apart.
	o["rounded_half_away"], _ = net.Points()
	o["rounded_js"] = math.Floor(100*float64(net.Good-net.Bad)/n + 0.5)
	p, _ := promoters.Percent()
	d, _ := detractors.Percent()
	o["rounded_parts_first"] = p - d
	return o, nil
}

func twoNets(c mixedCase) (any, error) {
	type net struct{ Promoters, Passives, Detractors int64 }
	in, err := read[struct {
		A, B       net
		Confidence float64 `json:"conf"`
	}](c)
	if err != nil {
		return nil, err
	}
	l, err := level(in.Confidence)
	if err != nil {
		return nil, err
	}
	of := func(n net) feedback.Net {
		return feedback.Net{Good: n.Promoters, Neutral: n.Passives, Bad: n.Detractors}
	}
	d, ok := feedback.CompareNet(of(in.A), of(in.B), l)
	if !ok {
		return undefined()
	}
	o := object{
		"diff": d.Difference, "se": d.SE, "z": nil, "p": nil, "lo": d.Interval.Low, "hi": d.Interval.High,
		"aw_diff": d.Adjusted, "aw_se": d.AdjustedSE, "aw_p": d.AdjustedTest.P,
	}
	put(o, "aw", d.AdjustedInterval)
	if d.Test != nil {
		o["z"], o["p"] = d.Test.Z, d.Test.P
	}
	return o, nil
}

// suppress tells which groups of a table may be shown.
func suppress(c mixedCase) (any, error) {
	in, err := read[struct {
		Groups     map[string]int64 `json:"groups"`
		K          int64            `json:"k"`
		TotalShown bool             `json:"total_shown"`
	}](c)
	if err != nil {
		return nil, err
	}
	s, err := feedback.Suppress(in.Groups, in.K, in.TotalShown)
	if err != nil {
		return nil, err
	}
	return object{
		"shown": append([]string{}, s.Shown...), "hidden": append([]string{}, s.Hidden...), "total_hidden": s.TotalHidden,
	}, nil
}
