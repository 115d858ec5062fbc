package main

import (
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/loyalty"
)

// loyaltyAnswers answers the kinds of what customers do: stay, leave, come back.
func loyaltyAnswers() map[string]answer {
	return map[string]answer{
		"km": kaplanMeier, "logrank": logRank, "bgnbd": bgnbd, "churn": churn, "repurchase": repurchase,
	}
}

func lifetimes(times []float64, events []int) []loyalty.Lifetime {
	list := make([]loyalty.Lifetime, min(len(times), len(events)))
	for i := range list {
		list[i] = loyalty.Lifetime{Time: times[i], Left: events[i] != 0}
	}
	return list
}

func kaplanMeier(c mixedCase) (any, error) {
	in, err := read[struct {
		Times      []float64
		Events     []int
		Confidence float64 `json:"conf"`
	}](c)
	if err != nil {
		return nil, err
	}
	l, err := level(in.Confidence)
	if err != nil {
		return nil, err
	}
	curve, err := loyalty.Survive(lifetimes(in.Times, in.Events), l)
	rows := make([]object, len(curve.Steps))
	for i, s := range curve.Steps {
		rows[i] = object{"t": s.Time, "at_risk": s.AtRisk, "events": s.Left, "survival": s.Survival, "se": s.SE}
		put(rows[i], "loglog", s.Interval)
	}
	return object{"rows": rows, "median": curve.Median}, err
}

func logRank(c mixedCase) (any, error) {
	in, err := read[struct {
		T1, T2 []float64
		E1, E2 []int
	}](c)
	if err != nil {
		return nil, err
	}
	r, ok, err := loyalty.LogRank(lifetimes(in.T1, in.E1), lifetimes(in.T2, in.E2))
	return object{
		"observed1": r.Observed, "expected1": r.Expected, "variance": r.Variance,
		"chi2": orNull(r.ChiSquare, ok), "p": orNull(r.P, ok),
	}, err
}

func bgnbd(c mixedCase) (any, error) {
	in, err := read[struct {
		R, Alpha, A, B, Recency, T, Horizon float64
		Frequency                           int
	}](c)
	if err != nil {
		return nil, err
	}
	m := loyalty.BGNBD{R: in.R, Alpha: in.Alpha, A: in.A, B: in.B}
	p := loyalty.Purchases{Frequency: in.Frequency, Recency: in.Recency, Age: in.T}
	alive, err := m.Alive(p)
	if err != nil {
		return nil, err
	}
	expected, err := m.Expected(p, in.Horizon)
	return object{"p_alive": alive, "expected_purchases": expected}, err
}

func churn(c mixedCase) (any, error) {
	in, err := read[struct {
		Start int64
		Lost  int64 `json:"lost_of_start"`
		New   int64 // counts for neither
	}](c)
	if err != nil {
		return nil, err
	}
	got, err := loyalty.ChurnOf(in.Start, in.Lost, feedback.Level{})
	year := got.Over(12)
	return estimated(object{
		"rate": orNull(got.Rate.Value, got.Rate.OK), "retention": orNull(got.Retention.Value, got.Retention.OK),
		"monthly_to_annual": orNull(year.Value, year.OK),
	}, got.Rate), err
}

func repurchase(c mixedCase) (any, error) {
	in, err := read[struct {
		Orders []int64 `json:"orders_per_customer"`
	}](c)
	if err != nil {
		return nil, err
	}
	got, err := loyalty.RepurchaseOf(in.Orders, feedback.Level{})
	mean, ok := got.OrdersPerCustomer()
	return estimated(object{
		"rate": orNull(got.Rate.Value, got.Rate.OK), "repeaters": got.Repeaters, "customers": got.Customers,
		"orders_per_customer": orNull(mean, ok),
	}, got.Rate), err
}

// estimated adds Wilson's interval of an estimate.
func estimated(o object, e feedback.Estimate) object {
	o["wilson_lo"], o["wilson_hi"] = orNull(e.Interval.Low, e.OK), orNull(e.Interval.High, e.OK)
	return o
}
