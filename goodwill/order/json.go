package order

import (
	"errors"
	"time"

	"github.com/kulanz-go/kulanz/internal/strictjson"
	"github.com/kulanz-go/kulanz/sla"
)

// ParseOrder reads an order from JSON and validates it. Keys that are unknown,
// given twice or in another case are refused; amounts are strings like
// "10.50 EUR", null is none. Faults are [sla.Faults].
func ParseOrder(data []byte) (Order, error) {
	return parse(data, func(o *Order) error { return o.Validate() })
}

// ParseCase reads a case as [ParseOrder] reads an order.
func ParseCase(data []byte) (Case, error) {
	return parse(data, func(c *Case) error { return c.Validate() })
}

func parse[T any](data []byte, validate func(*T) error) (T, error) {
	var v, none T
	if err := strictjson.Unmarshal(data, &v); err != nil {
		var list strictjson.Errors
		if !errors.As(err, &list) {
			return none, err
		}
		faults := make(sla.Faults, len(list))
		for i, e := range list {
			faults[i] = &sla.Fault{Path: e.Path, Value: e.Value, Reason: e.Detail}
		}
		return none, faults
	}
	if err := validate(&v); err != nil {
		return none, err
	}
	return v, nil
}

func utc() *time.Location { return time.UTC }
