package main

import (
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/trend"
)

// trendAnswers answers the kinds of control chart.
func trendAnswers() map[string]answer {
	return map[string]answer{"pchart": pChart, "ewma": ewma, "cusum": cusum}
}

func pChart(c mixedCase) (any, error) {
	in, err := read[struct {
		X, N  []int64
		Sigma float64
	}](c)
	if err != nil {
		return nil, err
	}
	shares := make([]feedback.Proportion, min(len(in.X), len(in.N)))
	for i := range shares {
		shares[i] = feedback.Proportion{Good: in.X[i], N: in.N[i]}
	}
	base, ok, err := trend.Freeze(shares)
	if err != nil {
		return nil, err
	}
	points := make([]object, len(shares))
	for i := range points {
		points[i] = object{"p": nil, "lcl": nil, "ucl": nil, "signal": false}
	}
	if !ok {
		return object{"pbar": nil, "points": points}, nil
	}
	chart, err := trend.PChart{Baseline: base, Sigma: in.Sigma}.Run(shares)
	if err != nil {
		return nil, err
	}
	for i, p := range chart {
		if p.OK {
			points[i] = object{"p": p.P, "lcl": p.LCL, "ucl": p.UCL, "signal": p.Signal != ""}
		}
	}
	return object{"pbar": base.Share(), "points": points}, nil
}

func observations(xs []float64, sigma float64) []trend.Observation {
	list := make([]trend.Observation, len(xs))
	for i, x := range xs {
		list[i] = trend.Observation{OK: true, X: x, Sigma: sigma}
	}
	return list
}

func ewma(c mixedCase) (any, error) {
	in, err := read[struct {
		X         []float64
		Mu, Sigma float64
		Lambda    float64 `json:"lambda_"`
		L         float64 `json:"L"`
	}](c)
	if err != nil {
		return nil, err
	}
	chart, err := trend.EWMA{Mu: in.Mu, Lambda: in.Lambda, L: in.L}.Run(observations(in.X, in.Sigma))
	points := make([]object, len(chart))
	for i, p := range chart {
		points[i] = object{
			"z": p.Z, "lcl": p.LCL, "ucl": p.UCL, "signal": p.Signal != "", "asym_lcl": p.AsymptoticLCL, "asym_ucl": p.AsymptoticUCL,
		}
	}
	return object{"points": points}, err
}

func cusum(c mixedCase) (any, error) {
	in, err := read[struct {
		X            []float64
		Target, K, H float64
	}](c)
	if err != nil {
		return nil, err
	}
	chart, err := trend.CUSUM{Target: in.Target, K: in.K, H: in.H}.Run(observations(in.X, 0))
	points := make([]object, len(chart))
	for i, p := range chart {
		points[i] = object{"hi": p.Hi, "lo": p.Lo, "signal": p.Signal != ""}
	}
	return object{"points": points}, err
}
