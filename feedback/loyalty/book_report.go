package loyalty

import (
	"slices"

	"github.com/kulanz-go/kulanz/feedback"
)

// Period is what became of customers in one period.
type Period struct {
	Bucket feedback.Bucket `json:"bucket"`
	Label  string          `json:"label"`
	// Whole tells that all of its days were watched. One that is not over has no
	// churn: nobody is lost yet.
	Whole bool `json:"whole"`

	Active int64 `json:"active"` // customers with an order
	Gained int64 `json:"gained"` // of these, with their first; they never count as lost in it
	Kept   int64 `json:"kept"`   // of these, there at the start
	Back   int64 `json:"back"`   // of these, lost before
	Start  int64 `json:"start"`  // there at its start: an order in the periods of silence before
	Lost   int64 `json:"lost"`   // of Start, whose silence was over at its end
	Churn  Churn `json:"churn"`
}

// Cohort are the customers whose first order lies in one period.
type Cohort struct {
	Bucket feedback.Bucket `json:"bucket"`
	Label  string          `json:"label"`
	Size   int64           `json:"size"`
	// Retained are the shares that ordered in the periods after, from the first
	// on; those that are not over are left out.
	Retained []feedback.Estimate `json:"retained"`
}

// BookReport is what a book says.
type BookReport struct {
	From       feedback.Day `json:"from"`
	Until      feedback.Day `json:"until"` // half-open
	Repurchase Repurchase   `json:"repurchase"`
	Periods    []Period     `json:"periods"`
	Cohorts    []Cohort     `json:"cohorts"`
	// Second is how long it takes from the first day of buying to the next, in
	// days: a curve of those who have not come back.
	Second Curve `json:"second"`
}

// Report reads the book. More orders may be added afterwards.
func (b *Book) Report() (BookReport, error) {
	r := BookReport{From: b.cfg.From, Until: b.cfg.Until}
	counts := slices.Clone(b.counts)
	end := int32(len(counts)) //nolint:gosec // up to MaxPeriods
	orders := make([]int64, 0, len(b.customers))
	for _, c := range b.sorted() {
		orders = append(orders, int64(c.orders))
		quiet(counts, c.period, end, b.cfg.Silence)
	}
	var err error
	if r.Repurchase, err = RepurchaseOf(orders, b.cfg.Level); err != nil {
		return BookReport{}, err
	}
	if r.Second, err = Survive(b.SecondOrders(), b.cfg.Level); err != nil {
		return BookReport{}, err
	}
	for i, c := range counts {
		p := Period{
			Bucket: b.periods[i], Label: b.periods[i].String(), Whole: b.whole(i),
			Active: c.active, Gained: c.gained, Kept: c.kept, Back: c.back, Start: c.start,
		}
		if p.Bucket.Next <= b.cfg.Until {
			p.Lost = c.lost
			if p.Churn, err = ChurnOf(c.start, c.lost, b.cfg.Level); err != nil {
				return BookReport{}, err
			}
		}
		r.Periods = append(r.Periods, p)
		if c.gained > 0 {
			r.Cohorts = append(r.Cohorts, b.cohort(i))
		}
	}
	return r, nil
}

// whole reports whether all days of a period were watched.
func (b *Book) whole(i int) bool {
	return b.periods[i].From >= b.cfg.From && b.periods[i].Next <= b.cfg.Until
}

func (b *Book) cohort(i int) Cohort {
	c := Cohort{Bucket: b.periods[i], Label: b.periods[i].String(), Size: b.retained[i][0]}
	for k, n := range b.retained[i][1:] {
		if b.periods[i+1+k].Next <= b.cfg.Until {
			c.Retained = append(c.Retained, feedback.Proportion{Good: n, N: c.Size}.Share(feedback.Wilson, b.cfg.Level))
		}
	}
	return c
}

// Purchases returns what [FitBGNBD] takes, of every customer, in days, in the
// order of their names.
func (b *Book) Purchases() []Purchases {
	list := make([]Purchases, 0, len(b.customers))
	for _, c := range b.sorted() {
		list = append(list, Purchases{int(c.days) - 1, float64(c.last) - float64(c.first), float64(b.cfg.Until) - 1 - float64(c.first)})
	}
	return list
}

// SecondOrders returns how many days every customer took from the first day of
// buying to the second; one who has not come back is censored. It is for
// [Survive] and [LogRank]: promoters against detractors, say.
func (b *Book) SecondOrders() []Lifetime {
	list := make([]Lifetime, 0, len(b.customers))
	for _, c := range b.sorted() {
		l := Lifetime{Time: float64(b.cfg.Until) - 1 - float64(c.first)}
		if c.days > 1 {
			l = Lifetime{float64(c.second) - float64(c.first), true}
		}
		list = append(list, l)
	}
	return list
}

// Lifetimes returns how many days every customer bought, from the first to the
// last; who is lost by the end of the time watched has left, all others are
// censored.
func (b *Book) Lifetimes() []Lifetime {
	list := make([]Lifetime, 0, len(b.customers))
	for _, c := range b.sorted() {
		gone := int(c.period) + b.cfg.Silence
		list = append(list, Lifetime{
			Time: float64(c.last) - float64(c.first), Left: gone < len(b.periods) && b.periods[gone].Next <= b.cfg.Until,
		})
	}
	return list
}
