package goodwilltest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/kulanz-go/kulanz/goodwill"
)

// ErrNoAnswer is what a [Payer] returns where the answer is lost on its way.
var ErrNoAnswer = errors.New("no answer by plan")

// Conduct is how a [Payer] behaves in one call of Pay.
type Conduct string

// The ways to behave.
const (
	PayerPrompt  Conduct = ""        // pays, and says so
	PayerDecline Conduct = "decline" // does not pay, and says so
	PayerSilent  Conduct = "silent"  // pays, and its answer is lost
	PayerLost    Conduct = "lost"    // never sees the call
	PayerLate    Conduct = "late"    // sees the call only when [Payer.Arrive] is called
	PayerTwice   Conduct = "twice"   // sees the call twice, as after a retry below
	PayerPend    Conduct = "pend"    // takes it, and pays when [Payer.Arrive] is called
	PayerPanic   Conduct = "panic"   // pays, and brings the caller down
)

// Payer is a payment service in memory: it knows each key once, as the contract
// of [goodwill.Payer] asks, counts what it has paid, and behaves by plan. The
// zero value pays everything. It is safe for concurrent use.
type Payer struct {
	mu    sync.Mutex
	plan  []Conduct
	known map[string]goodwill.Receipt
	paid  []goodwill.Payout
	late  []goodwill.Payout
	calls []goodwill.Payout
	blind bool
}

var _ goodwill.Payer = (*Payer)(nil)

// Plan sets how it behaves in the next calls of Pay, one after the other;
// afterwards it pays.
func (p *Payer) Plan(conduct ...Conduct) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.plan = conduct
}

// Blind makes it unable to say what became of a payment, or able again.
func (p *Payer) Blind(blind bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.blind = blind
}

// Pay implements [goodwill.Payer].
func (p *Payer) Pay(_ context.Context, o goodwill.Payout) (goodwill.Receipt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, o)
	conduct := PayerPrompt
	if len(p.plan) > 0 {
		conduct, p.plan = p.plan[0], p.plan[1:]
	}
	switch conduct {
	case PayerLost:
		return goodwill.Receipt{}, ErrNoAnswer
	case PayerLate:
		p.late = append(p.late, o)
		return goodwill.Receipt{}, ErrNoAnswer
	case PayerPend:
		p.late = append(p.late, o)
		return p.take(o, goodwill.PayoutPending), nil
	case PayerDecline:
		return p.take(o, goodwill.PayoutDeclined), nil
	case PayerSilent:
		p.take(o, goodwill.PayoutPaid)
		return goodwill.Receipt{}, ErrNoAnswer
	case PayerPanic:
		p.take(o, goodwill.PayoutPaid)
		panic("the payer's secret")
	case PayerTwice:
		p.take(o, goodwill.PayoutPaid)
	case PayerPrompt:
	}
	return p.take(o, goodwill.PayoutPaid), nil
}

// take does with a call what it asks for, unless its key is known.
func (p *Payer) take(o goodwill.Payout, status goodwill.PayoutStatus) goodwill.Receipt {
	if p.known == nil {
		p.known = make(map[string]goodwill.Receipt)
	}
	r, ok := p.known[o.Key]
	if ok && r.Status != goodwill.PayoutPending {
		return r
	}
	r = goodwill.Receipt{Status: status, Reference: "re_" + o.Key, At: time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC)}
	p.known[o.Key] = r
	if status == goodwill.PayoutPaid {
		p.paid = append(p.paid, o)
	}
	return r
}

// Find implements [goodwill.Payer].
func (p *Payer) Find(_ context.Context, o goodwill.Payout) (goodwill.Receipt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.blind {
		return goodwill.Receipt{}, ErrNoAnswer
	}
	if r, ok := p.known[o.Key]; ok {
		return r, nil
	}
	return goodwill.Receipt{Status: goodwill.PayoutAbsent}, nil
}

// Arrive lets calls that are late, and payments that are pending, come in.
func (p *Payer) Arrive() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, o := range p.late {
		p.take(o, goodwill.PayoutPaid)
	}
	p.late = nil
}

// Paid returns all payments that were made, in order.
func (p *Payer) Paid() []goodwill.Payout {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.paid)
}

// Calls returns all calls of Pay, in order.
func (p *Payer) Calls() []goodwill.Payout {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.calls)
}
