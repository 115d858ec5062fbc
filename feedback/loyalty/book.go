package loyalty

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/kulanz-go/kulanz/feedback"
)

// Order is one order of one customer.
type Order struct {
	Customer string // the host's pseudonymous reference
	Day      feedback.Day
}

// MaxPeriods is the most periods of a [Book].
const MaxPeriods = 500

// BookConfig says what a book watches.
type BookConfig struct {
	// Unit is that of the periods. Default feedback.UnitQuarter.
	Unit feedback.Unit
	// From and Until are the days watched, half-open. Who bought before From is
	// not known to have: customers of the first periods may be old ones.
	From, Until feedback.Day
	// Silence is after how many periods without an order a customer is lost.
	// Default 1: who bought in one quarter and not in the next is lost in the next.
	Silence int
	Level   feedback.Level
}

// Book takes in orders, one after the other, and keeps a few numbers of each
// customer, however many orders it has. It is not safe for concurrent use.
type Book struct {
	cfg       BookConfig
	periods   []feedback.Bucket
	counts    []periodCounts
	retained  [][]int64 // by the period of the first order, and periods since
	customers map[string]*buyer
	orders    int64
}

// buyer is what is kept of one customer.
type buyer struct {
	first, second, last feedback.Day
	days                int32 // on which it bought
	orders              int32
	begin, period       int32 // of the first order, of the last one
}

// periodCounts are the customers of one period.
type periodCounts struct{ active, gained, kept, back, start, lost int64 }

// NewBook returns an empty book. A value that cannot be used is a feedback.Fault.
func NewBook(cfg BookConfig) (*Book, error) {
	cfg.Unit = cmp.Or(cfg.Unit, feedback.UnitQuarter)
	cfg.Silence = cmp.Or(cfg.Silence, 1)
	if cfg.From >= cfg.Until {
		return nil, &feedback.Fault{Path: "until", Value: cfg.Until.String(), Reason: "is not after from"}
	}
	if cfg.Silence < 1 || cfg.Silence > MaxPeriods {
		return nil, fault("silence", float64(cfg.Silence), fmt.Sprintf("is not 1 to %d", MaxPeriods))
	}
	b := &Book{cfg: cfg, customers: map[string]*buyer{}}
	for day := cfg.From; day < cfg.Until; {
		p, err := cfg.Unit.Of(day)
		if err != nil {
			return nil, err
		}
		if len(b.periods) == MaxPeriods {
			return nil, fault("until", MaxPeriods, "periods are the most")
		}
		b.periods, day = append(b.periods, p), p.Next
	}
	b.counts = make([]periodCounts, len(b.periods))
	b.retained = make([][]int64, len(b.periods))
	for i := range b.retained {
		b.retained[i] = make([]int64, len(b.periods)-i)
	}
	return b, nil
}

// Add takes in an order. Those of one customer come by day, oldest first, as a
// query sorts them; those of several may alternate. What cannot be used is a
// feedback.Fault, and changes nothing.
func (b *Book) Add(o Order) error {
	if o.Customer == "" {
		return &feedback.Fault{Path: "customer", Reason: "is missing: orders of guests cannot be followed"}
	}
	if o.Day < b.cfg.From || o.Day >= b.cfg.Until {
		return &feedback.Fault{Path: "day", Value: o.Day.String(), Reason: "is not within the days watched"}
	}
	c := b.customers[o.Customer]
	if c != nil && o.Day < c.last {
		return &feedback.Fault{Path: "day", Value: o.Day.String(), Reason: "is before the customer's last order: sort orders by day"}
	}
	b.orders++
	at := b.index(o.Day)
	if c == nil {
		b.customers[o.Customer] = &buyer{first: o.Day, last: o.Day, days: 1, orders: 1, begin: at, period: at}
		b.counts[at].active++
		b.counts[at].gained++
		b.retained[at][0]++
		return nil
	}
	c.orders++
	if o.Day > c.last {
		if c.days++; c.days == 2 {
			c.second = o.Day
		}
		c.last = o.Day
	}
	if at > c.period {
		b.move(c, at)
	}
	return nil
}

// index is the period that holds a day.
func (b *Book) index(day feedback.Day) int32 {
	i, _ := slices.BinarySearchFunc(b.periods, day, func(p feedback.Bucket, d feedback.Day) int {
		switch {
		case p.Next <= d:
			return -1
		case p.From > d:
			return 1
		}
		return 0
	})
	return int32(i) //nolint:gosec // up to MaxPeriods
}

// move counts a customer who orders again in a later period.
func (b *Book) move(c *buyer, at int32) {
	quiet(b.counts, c.period, at, b.cfg.Silence)
	b.counts[at].active++
	if int(at-c.period) <= b.cfg.Silence {
		b.counts[at].kept++
	} else {
		b.counts[at].back++
	}
	b.retained[c.begin][at-c.begin]++
	c.period = at
}

// quiet counts a customer as there at the start of the periods after its last
// order, up to and with until, and as lost at the end of its silence.
func quiet(counts []periodCounts, last, until int32, silence int) {
	for p := int(last) + 1; p <= min(int(last)+silence, int(until), len(counts)-1); p++ {
		counts[p].start++
	}
	if gone := int(last) + silence; gone < int(until) {
		counts[gone].lost++
	}
}

// AddAll takes in orders until one fails.
func (b *Book) AddAll(orders iter.Seq2[Order, error]) error {
	n := 0
	for o, err := range orders {
		if err == nil {
			err = b.Add(o)
		}
		if err != nil {
			return fmt.Errorf("orders[%d]: %w", n, err)
		}
		n++
	}
	return nil
}

// Split keeps a book for every group of customers: promoters and detractors, or
// those who wrote to the service and those who did not. A customer is of one
// group, and of none where it is "".
func Split(cfg BookConfig, orders iter.Seq2[Order, error], group func(customer string) string) (map[string]*Book, error) {
	books := map[string]*Book{}
	for o, err := range orders {
		if err != nil {
			return nil, err
		}
		name := group(o.Customer)
		if name == "" {
			continue
		}
		if books[name] == nil {
			if books[name], err = NewBook(cfg); err != nil {
				return nil, err
			}
		}
		if err := books[name].Add(o); err != nil {
			return nil, err
		}
	}
	return books, nil
}

// sorted returns the customers in the order of names, so that sums come out the
// same each time.
func (b *Book) sorted() []*buyer {
	list := make([]*buyer, 0, len(b.customers))
	for _, name := range slices.Sorted(maps.Keys(b.customers)) {
		list = append(list, b.customers[name])
	}
	return list
}
