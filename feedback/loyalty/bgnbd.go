package loyalty

import (
	"math"
	"slices"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/internal/stat"
)

// Purchases are what [BGNBD] needs of one customer, in one unit of time.
type Purchases struct {
	Frequency int     `json:"frequency"` // purchases after the first
	Recency   float64 `json:"recency"`   // from the first to the last; 0 where there is one alone
	Age       float64 `json:"age"`       // from the first until now
}

// PurchasesOn returns the purchases of a customer in days, from the days on which
// it bought, in any order. Several on one day are one: their number says nothing
// of coming back. It is not ok without any until then; later ones do not count.
func PurchasesOn(days []feedback.Day, until feedback.Day) (Purchases, bool) {
	days = slices.DeleteFunc(slices.Clone(days), func(d feedback.Day) bool { return d > until })
	if len(days) == 0 {
		return Purchases{}, false
	}
	slices.Sort(days)
	days = slices.Compact(days)
	first, last := days[0], days[len(days)-1]
	return Purchases{len(days) - 1, float64(last) - float64(first), float64(until) - float64(first)}, true
}

func (p Purchases) check() error {
	switch {
	case p.Frequency < 0:
		return fault("frequency", float64(p.Frequency), "is below 0")
	case !(p.Age >= 0 && p.Age < math.Inf(1)):
		return fault("age", p.Age, "is below 0")
	case !(p.Recency >= 0 && p.Recency <= p.Age):
		return fault("recency", p.Recency, "is not from 0 to the age")
	}
	return nil
}

// BGNBD is the model of customers who buy at random, each at its own rate, and
// after any purchase may be gone for good without a word (Fader, Hardie, Lee,
// "Counting your customers" the easy way, Marketing Science 24 (2005) 275-284).
// R and Alpha are the gamma distribution of the rates, A and B the beta
// distribution of the chances to be gone; all are positive.
type BGNBD struct {
	R     float64 `json:"r"`
	Alpha float64 `json:"alpha"`
	A     float64 `json:"a"`
	B     float64 `json:"b"`
}

func (m BGNBD) check(p Purchases) error {
	for _, f := range []struct {
		name  string
		value float64
	}{{"r", m.R}, {"alpha", m.Alpha}, {"a", m.A}, {"b", m.B}} {
		if !(f.value > 0 && f.value < math.Inf(1)) {
			return fault(f.name, f.value, "is not above 0")
		}
	}
	return p.check()
}

// gone is how likely a customer is gone, against its being there.
func (m BGNBD) gone(p Purchases) float64 {
	if p.Frequency == 0 {
		return 0
	}
	x := float64(p.Frequency)
	return m.A / (m.B + x - 1) * math.Exp((m.R+x)*math.Log((m.Alpha+p.Age)/(m.Alpha+p.Recency)))
}

// Alive returns how likely it is that a customer has not gone for good. It is 1
// for one who has bought once: the model lets nobody go before the second time.
func (m BGNBD) Alive(p Purchases) (float64, error) {
	if err := m.check(p); err != nil {
		return 0, err
	}
	return 1 / (1 + m.gone(p)), nil
}

// Expected returns how many purchases a customer is expected to make within the
// horizon from now on. A horizon that is many thousand times the age is a
// feedback.Fault.
func (m BGNBD) Expected(p Purchases, horizon float64) (float64, error) {
	if err := m.check(p); err != nil {
		return 0, err
	}
	if !(horizon >= 0 && horizon < math.Inf(1)) {
		return 0, fault("horizon", horizon, "is below 0")
	}
	if p.Frequency == 0 && m.A+m.B <= 1 {
		return 0, fault("b", m.B, "and a are not above 1 together, so that purchases of one who bought once are not known")
	}
	// At a = 1 both parts below vanish; the value there is that between its
	// neighbours.
	if near := 1e-4; math.Abs(m.A-1) < near/10 {
		low, high := m, m
		low.A, high.A = 1-near, 1+near
		one, err := low.expected(p, horizon)
		if err != nil {
			return 0, err
		}
		two, err := high.expected(p, horizon)
		return (one + two) / 2, err
	}
	return m.expected(p, horizon)
}

func (m BGNBD) expected(p Purchases, horizon float64) (float64, error) {
	x := float64(p.Frequency)
	z := horizon / (m.Alpha + p.Age + horizon)
	c := m.A + m.B + x - 1
	// (1-z)^(r+x) 2F1(r+x, b+x; c; z) by Euler's transformation, which keeps it
	// from overflow where x is large.
	f, ok := stat.Hypergeometric(m.A+m.B-1-m.R, m.A-1, c, z)
	if !ok || math.IsInf(f, 0) || math.IsNaN(f) {
		return 0, fault("horizon", horizon, "is too long for what is known of the customer")
	}
	rest := 1 - math.Exp((m.A-1)*math.Log1p(-z))*f
	return max(0, c/(m.A-1)*rest) / (1 + m.gone(p)), nil
}
