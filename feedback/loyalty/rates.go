package loyalty

import (
	"fmt"
	"math"
	"strconv"

	"github.com/kulanz-go/kulanz/feedback"
)

// Repurchase is how many customers came back.
type Repurchase struct {
	Customers int64             `json:"customers"` // with at least one order
	Repeaters int64             `json:"repeaters"` // with at least two
	Orders    int64             `json:"orders"`
	Rate      feedback.Estimate `json:"rate"` // repeaters of customers, with Wilson's interval
}

// OrdersPerCustomer returns the mean number of orders. It is not ok without
// customers.
func (r Repurchase) OrdersPerCustomer() (float64, bool) {
	if r.Customers == 0 {
		return 0, false
	}
	return float64(r.Orders) / float64(r.Customers), true
}

// RepurchaseOf counts orders by customer; one without orders is no customer.
func RepurchaseOf(orders []int64, level feedback.Level) (Repurchase, error) {
	var r Repurchase
	for i, n := range orders {
		if n < 0 || n > math.MaxInt64-r.Orders {
			return Repurchase{}, fault(fmt.Sprintf("orders[%d]", i), float64(n), "is below 0, or too much together with the others")
		}
		r.Orders += n
		if n >= 1 {
			r.Customers++
		}
		if n >= 2 {
			r.Repeaters++
		}
	}
	r.Rate = feedback.Proportion{Good: r.Repeaters, N: r.Customers}.Share(feedback.Wilson, level)
	return r, nil
}

// Churn is how many of the customers at the start of a period had left at its
// end. Customers who came within it belong to neither number, or growth would
// hide the loss.
type Churn struct {
	Rate      feedback.Estimate `json:"rate"`
	Retention feedback.Estimate `json:"retention"`
}

// ChurnOf returns the churn of a period; lost are those of the start alone.
func ChurnOf(start, lost int64, level feedback.Level) (Churn, error) {
	if start < 0 {
		return Churn{}, fault("start", float64(start), "is below 0")
	}
	if lost < 0 || lost > start {
		return Churn{}, fault("lost", float64(lost), "is not from 0 to "+strconv.FormatInt(start, 10))
	}
	return Churn{
		Rate:      feedback.Proportion{Good: lost, N: start}.Share(feedback.Wilson, level),
		Retention: feedback.Proportion{Good: start - lost, N: start}.Share(feedback.Wilson, level),
	}, nil
}

// Over returns the churn of so many such periods in a row, if each loses the
// same share: of twelve months that of a year.
func (c Churn) Over(periods float64) feedback.Estimate {
	e := c.Rate
	if !e.OK || !(periods > 0) {
		return feedback.Estimate{}
	}
	over := func(rate float64) float64 { return 1 - math.Pow(1-rate, periods) }
	e.Value, e.Interval = over(e.Value), feedback.Interval{Low: over(e.Interval.Low), High: over(e.Interval.High)}
	return e
}

func fault(path string, value float64, reason string) error {
	return &feedback.Fault{Path: path, Value: strconv.FormatFloat(value, 'g', -1, 64), Reason: reason}
}
