package main

import "github.com/kulanz-go/kulanz/feedback"

func twoShares(c mixedCase) (any, error) {
	in, err := read[struct {
		X1, N1, X2, N2 int64
		Confidence     float64 `json:"conf"`
	}](c)
	if err != nil {
		return nil, err
	}
	l, err := level(in.Confidence)
	if err != nil {
		return nil, err
	}
	d, ok := feedback.CompareShares(feedback.Proportion{Good: in.X1, N: in.N1}, feedback.Proportion{Good: in.X2, N: in.N2}, l)
	if !ok {
		return undefined()
	}
	o := object{
		"p1": d.A, "p2": d.B, "diff": d.Difference, "z_pooled": d.Pooled.Z, "p_pooled": d.Pooled.P,
		"z_n1": d.NMinus1.Z, "p_n1": d.NMinus1.P, "se_unpooled": d.SE, "cohen_h": d.CohenH, "fisher_p": d.FisherP,
	}
	put(o, "newcombe", d.Interval)
	return o, nil
}

func multiple(c mixedCase) (any, error) {
	in, err := read[struct{ P []float64 }](c)
	if err != nil {
		return nil, err
	}
	a, err := feedback.Adjust(in.P)
	return object{"holm": a.Holm, "bh": a.BenjaminiHochberg, "bonferroni": a.Bonferroni}, err
}

func shareSample(c mixedCase) (any, error) {
	in, err := read[struct{ P1, P2, Alpha, Power float64 }](c)
	if err != nil {
		return nil, err
	}
	n, err := feedback.ShareTest{P1: in.P1, P2: in.P2, Alpha: in.Alpha, Power: in.Power}.SampleSize()
	return object{"n_per_group": n}, err
}

func netSample(c mixedCase) (any, error) {
	in, err := read[struct {
		Half       float64 `json:"half_width"`
		Variance   float64 `json:"var"`
		Confidence float64 `json:"conf"`
	}](c)
	if err != nil {
		return nil, err
	}
	l, err := level(in.Confidence)
	if err != nil {
		return nil, err
	}
	n, err := feedback.NetSampleSize(in.Half, in.Variance, l)
	return object{"n": n}, err
}

func nonresponse(c mixedCase) (any, error) {
	in, err := read[struct{ Satisfied, Responses, Invited int64 }](c)
	if err != nil {
		return nil, err
	}
	reach, ok, err := feedback.ReachOf(feedback.Proportion{Good: in.Satisfied, N: in.Responses}, in.Invited)
	if err != nil {
		return nil, err
	}
	return object{
		"response_rate": orNull(reach.Rate, ok), "lo": orNull(reach.Interval.Low, ok), "hi": orNull(reach.Interval.High, ok),
	}, nil
}

func poststratify(c mixedCase) (any, error) {
	in, err := read[struct {
		Strata []struct {
			Satisfied, Responses int64
			Share                float64
		}
	}](c)
	if err != nil {
		return nil, err
	}
	strata := make([]feedback.Stratum, len(in.Strata))
	for i, s := range in.Strata {
		strata[i] = feedback.Stratum{Answers: feedback.Proportion{Good: s.Satisfied, N: s.Responses}, Share: s.Share}
	}
	out, err := feedback.PostStratify(strata, feedback.Level{})
	if err != nil {
		return nil, err
	}
	return object{
		"raw": orNull(out.Raw.Value, out.Raw.OK), "weighted": orNull(out.Weighted.Value, out.Weighted.OK),
		"se": orNull(out.SE, out.Weighted.OK),
	}, nil
}
