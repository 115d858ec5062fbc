package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/sla"
)

// The columns that a log of order lines with credit notes must have. A line
// with a quantity below 0 is a credit.
const (
	soldInvoice  = "InvoiceNo"
	soldCode     = "StockCode"
	soldQuantity = "Quantity"
	soldAt       = "InvoiceDate"
	soldPrice    = "UnitPrice"
	soldCustomer = "CustomerID"

	soldStamp = time.DateTime
)

// ReturnsReport is what a log of purchases and credit notes comes to when each
// credit is a refund of earlier purchases by the rules of package order.
// Refunded and what is above the purchases add up to Credited.
type ReturnsReport struct {
	File      string     `json:"file"`
	Rows      int        `json:"rows"`
	Bad       BadRows    `json:"bad_rows"`
	Customers int        `json:"customers"`
	Purchases ReturnsSum `json:"purchases"`
	Credits   ReturnsSum `json:"credits"`
	Refunded  ReturnsSum `json:"refunded"` // credits that purchases cover in full; the value of all that is covered
	// Lag is the time from the purchase that a credit is taken from to the credit,
	// the best match where there are several.
	Lag     sla.Distribution `json:"lag"`
	Above   []AboveTable     `json:"above"`   // credits above purchases, by what is wrong
	Largest []Above          `json:"largest"` // of these, the most valuable
}

// ReturnsSum is a number of lines and what they are worth.
type ReturnsSum struct {
	Lines int          `json:"lines"`
	Value money.Amount `json:"value"`
}

// AboveKind is how a credit can be above what was bought.
type AboveKind string

// The kinds, in the order in which they are printed.
const (
	NeverBought AboveKind = "never_bought" // the customer has no such purchase before, in this log
	TooMany     AboveKind = "too_many"     // more units than are left of the purchases
	TooDear     AboveKind = "too_dear"     // at a higher price than was paid
)

// AboveTable counts the credits of a kind; one can be of several.
type AboveTable struct {
	Kind AboveKind `json:"kind"`
	ReturnsSum
}

// Above is what of one credit is above the purchases.
type Above struct {
	Line    int          `json:"line"` // in the file
	Invoice string       `json:"invoice"`
	Code    string       `json:"code"`
	Kind    AboveKind    `json:"kind"`
	Units   int64        `json:"units"` // 0 where only the price is above
	Value   money.Amount `json:"value"`
}

// sold is a line of the log.
type sold struct {
	line                    int
	invoice, code, customer string
	at                      time.Time
	units                   int64
	price                   decimal.Decimal
	value                   money.Amount // of all units, without a sign
}

// stock is what a customer bought of one thing and still has.
type stock struct {
	order *order.Order
	line  string
	at    time.Time
	price decimal.Decimal
	left  int64
}

// soldLog is a log of order lines as it was read.
type soldLog struct {
	rows  int
	bad   BadRows
	lines []sold // in the order of the file
}

// readSold reads a log of order lines.
func readSold(in io.Reader) (*soldLog, error) {
	recs, err := newRecords(in)
	if err != nil {
		return nil, err
	}
	header, err := recs.next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, errors.New("the file is empty")
	case err != nil:
		return nil, err
	case header.err != nil:
		return nil, fmt.Errorf("header: %w", header.err)
	}
	columns := map[string]int{}
	for _, name := range []string{soldInvoice, soldCode, soldQuantity, soldAt, soldPrice, soldCustomer} {
		if columns[name] = slices.Index(header.fields, name); columns[name] < 0 {
			return nil, fmt.Errorf("header: column %q is missing", name)
		}
	}
	l := &soldLog{bad: BadRows{Counts: map[BadKind]int{}, Listed: []BadRow{}}}
	for {
		rec, err := recs.next()
		if errors.Is(err, io.EOF) {
			return l, nil
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", recs.line+1, err)
		}
		l.rows++
		if rec.err != nil || len(rec.fields) != len(header.fields) {
			l.bad.addf(Malformed, rec.line, "%d fields, and the header has %d", len(rec.fields), len(header.fields))
			continue
		}
		s, err := parseSold(rec, columns)
		if err != nil {
			l.bad.addf(Unparsable, rec.line, "%v", err)
			continue
		}
		l.lines = append(l.lines, s)
	}
}

func readSoldFile(name string) (*soldLog, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	l, err := readSold(file)
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return l, nil
}

// newReturnsReport refunds the credits of a log.
func newReturnsReport(l *soldLog) (*ReturnsReport, error) {
	none := money.New(0, money.GBP)
	b := &returnsBook{report: &ReturnsReport{
		Rows: l.rows, Bad: l.bad,
		Purchases: ReturnsSum{Value: none}, Credits: ReturnsSum{Value: none}, Refunded: ReturnsSum{Value: none},
		Largest: []Above{},
	}}
	return b.report, b.run(slices.Clone(l.lines))
}

func readReturnsFile(name string) (*ReturnsReport, error) {
	l, err := readSoldFile(name)
	if err != nil {
		return nil, err
	}
	r, err := newReturnsReport(l)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	r.File = name
	return r, nil
}

// parseSold reads a line. A price below 0, which books a bad debt, and a
// quantity of 0 are neither purchase nor credit.
func parseSold(rec record, columns map[string]int) (sold, error) {
	field := func(name string) string { return rec.fields[columns[name]] }
	s := sold{line: rec.line, invoice: field(soldInvoice), code: field(soldCode), customer: field(soldCustomer)}
	var err error
	if s.units, err = strconv.ParseInt(field(soldQuantity), 10, 32); err != nil {
		return s, fmt.Errorf("quantity: %w", err)
	}
	if s.at, err = time.Parse(soldStamp, field(soldAt)); err != nil {
		return s, fmt.Errorf("stamp: %w", err)
	}
	if s.price, err = decimal.NewFromString(field(soldPrice)); err != nil {
		return s, fmt.Errorf("price: %w", err)
	}
	if s.units == 0 || s.price.Sign() < 0 {
		return s, fmt.Errorf("%d units at %s are neither a purchase nor a credit", s.units, field(soldPrice))
	}
	s.value, err = money.RoundDecimal(s.price.Mul(decimal.NewFromInt(max(s.units, -s.units))), money.GBP, money.HalfUp)
	return s, err
}

// returnsBook is what the lines up to one have come to.
type returnsBook struct {
	report *ReturnsReport
	orders map[string]*order.Order // by customer and invoice
	stocks map[[2]string][]*stock  // by customer and code, in order of time
	above  map[AboveKind]*ReturnsSum
	rate   money.Rate // the log tells no tax
}

// run takes the lines in order of time.
func (b *returnsBook) run(lines []sold) error {
	rate, err := money.Percent(0)
	if err != nil {
		return err
	}
	b.rate, b.orders, b.stocks = rate, map[string]*order.Order{}, map[[2]string][]*stock{}
	b.above = map[AboveKind]*ReturnsSum{}
	for _, kind := range []AboveKind{NeverBought, TooMany, TooDear} {
		b.above[kind] = &ReturnsSum{Value: money.New(0, money.GBP)}
	}
	slices.SortStableFunc(lines, func(x, y sold) int { return x.at.Compare(y.at) })
	customers := map[string]bool{}
	for _, s := range lines {
		customers[s.customer] = true
		if s.units > 0 {
			err = b.buy(s)
		} else {
			err = b.credit(s)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", s.line, err)
		}
	}
	r := b.report
	r.Customers = len(customers)
	r.Bad.sort()
	for _, kind := range []AboveKind{NeverBought, TooMany, TooDear} {
		r.Above = append(r.Above, AboveTable{kind, *b.above[kind]})
	}
	slices.SortStableFunc(r.Largest, func(x, y Above) int { return cmp.Compare(y.Value.Minor(), x.Value.Minor()) })
	r.Largest = r.Largest[:min(len(r.Largest), largestAbove)]
	return nil
}

const largestAbove = 10

func (s *ReturnsSum) add(lines int, value money.Amount) error {
	sum, err := s.Value.Add(value)
	s.Lines, s.Value = s.Lines+lines, sum
	return err
}

// buy adds a line to the order of its invoice.
func (b *returnsBook) buy(s sold) error {
	key := s.customer + "|" + s.invoice
	o := b.orders[key]
	if o == nil {
		o = &order.Order{ID: s.invoice, Currency: money.GBP, Placed: s.at}
		b.orders[key] = o
	}
	id := strconv.Itoa(s.line)
	o.Lines = append(o.Lines, order.Line{ID: id, Product: s.code, Units: s.units, Gross: s.value, Rate: b.rate})
	what := [2]string{s.customer, s.code}
	b.stocks[what] = append(b.stocks[what], &stock{o, id, s.at, s.price, s.units})
	return b.report.Purchases.add(1, s.value)
}

// credit refunds purchases of the same thing: those at the same price first,
// of these the latest. What no purchase covers is above them.
func (b *returnsBook) credit(s sold) error {
	if err := b.report.Credits.add(1, s.value); err != nil {
		return err
	}
	units := -s.units
	taken, dear := int64(0), money.New(0, money.GBP)
	stocks := b.stocks[[2]string{s.customer, s.code}]
	for _, st := range candidates(stocks, s) {
		n := min(st.left, units-taken)
		if n == 0 {
			continue
		}
		worth, err := s.value.Portion(taken, taken+n, units)
		if err != nil {
			return err
		}
		back, err := st.refund(n, worth)
		if err != nil {
			return err
		}
		if err := b.report.Refunded.add(0, back); err != nil {
			return err
		}
		more, err := worth.Sub(back)
		if err != nil {
			return err
		}
		if dear, err = dear.Add(more); err != nil {
			return err
		}
		if taken == 0 {
			b.report.Lag.Add(s.at.Sub(st.at))
		}
		taken += n
	}
	rest, err := s.value.Portion(taken, units, units)
	if err != nil {
		return err
	}
	kind := TooMany
	if len(stocks) == 0 {
		kind = NeverBought
	}
	if taken == units && dear.Sign() == 0 {
		b.report.Refunded.Lines++
	}
	return errors.Join(b.exceeds(s, TooDear, 0, dear), b.exceeds(s, kind, units-taken, rest))
}

// exceeds notes what of a credit is above the purchases, if anything is.
func (b *returnsBook) exceeds(s sold, kind AboveKind, units int64, value money.Amount) error {
	if units == 0 && value.Sign() == 0 {
		return nil
	}
	b.report.Largest = append(b.report.Largest, Above{s.line, s.invoice, s.code, kind, units, value})
	return b.above[kind].add(1, value)
}

// candidates are the purchases that a credit can be of, best first.
func candidates(stocks []*stock, s sold) []*stock {
	list := slices.Clone(stocks)
	slices.SortStableFunc(list, func(x, y *stock) int {
		if same := x.price.Equal(s.price); same != y.price.Equal(s.price) {
			if same {
				return -1
			}
			return 1
		}
		return y.at.Compare(x.at)
	})
	return list
}

// refund refunds units of a purchase, at most what a credit gives for them. It
// returns what that comes to.
func (st *stock) refund(n int64, worth money.Amount) (money.Amount, error) {
	ask := order.Ask{Line: st.line, Units: n}
	r, err := st.order.Refund(ask)
	if err != nil {
		return money.Amount{}, err
	}
	if keep, err := r.Parts[0].Gross.Sub(worth); err != nil {
		return money.Amount{}, err
	} else if keep.Sign() > 0 { // part of the price was kept
		ask.Keep = keep
		if r, err = st.order.Refund(ask); err != nil {
			return money.Amount{}, err
		}
	}
	st.order.Refunds = append(st.order.Refunds, r)
	st.left -= n
	return r.Total()
}
