package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// favoured tells whether the writer of the i-th mail gets a voucher.
func favoured(i int) bool { return i%4 == 1 }

func favourText(i int) string { return fmt.Sprintf("favour %d", i) }

// lena may grant what the policy allows.
func lena() goodwill.Actor {
	return goodwill.Actor{ID: "lena", Shop: tickettest.Shop, Roles: []string{"lead"}}
}

// favour grants a voucher, once. Every other one is left to the next tick to pay.
func (w *worker) favour(ctx context.Context, i int) error {
	o, err := w.order(favourText(i))
	if err != nil {
		return err
	}
	p, err := w.grants.Propose(ctx, lena(), goodwill.Proposal{
		Key: favourText(i), Accepted: true,
		Input: goodwill.Input{Case: order.Case{Order: o, Claim: order.Claim{Cause: order.CauseService}}},
	})
	if err == nil && i%8 == 1 {
		_, err = w.grants.Execute(ctx, lena(), p.Grants[0].Ref())
	}
	if err != nil {
		return fmt.Errorf("%s: %w", favourText(i), err)
	}
	return w.note("taken", favourText(i))
}

// order is an order of 120 euros.
func (w *worker) order(id string) (order.Order, error) {
	rate, err := money.Percent(19)
	return order.Order{
		ID: id, Currency: money.EUR, Country: "DE", Buyer: order.Consumer, Sale: order.InStore,
		Placed: w.start.UTC().Truncate(time.Second).AddDate(0, 0, -10),
		Lines:  []order.Line{{ID: "1", Units: 1, Gross: money.New(12000, money.EUR), Rate: rate}},
	}, err
}

func newGrants(s goodwill.Store, w *worker) (*goodwill.Desk, error) {
	policy, err := goodwill.ParsePolicy([]byte(`{
		"id": "house", "version": 1, "currency": "EUR",
		"rules": [{"id": "rude", "causes": ["service"], "ladder": [
			{"id": "voucher", "remedy": "voucher", "share": "10", "cap": "15.00 EUR", "cost": "60", "apology": "regret"}]}],
		"authority": [{"role": "lead", "per_order": "100.00 EUR"}]
	}`))
	if err != nil {
		return nil, err
	}
	decider, err := goodwill.Compile(policy, nil)
	if err != nil {
		return nil, err
	}
	return goodwill.NewDesk(s, goodwill.Config{
		Now: w.now, Policies: []*goodwill.Decider{decider}, Payer: payer{w}, Secret: []byte("test"),
		Orders: func(_ context.Context, _, id string) (order.Order, error) { return w.order(id) },
	})
}

// payer is a payment service that outlives the worker: one file for each payment,
// by its key. Of five answers it loses one.
type payer struct{ w *worker }

var errNoAnswer = errors.New("no answer")

func (p payer) path(key string) string {
	return filepath.Join(string(p.w.journal), "paid "+url.PathEscape(key))
}

// Pay implements [goodwill.Payer].
func (p payer) Pay(_ context.Context, o goodwill.Payout) (goodwill.Receipt, error) {
	f, err := os.OpenFile(p.path(o.Key), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return goodwill.Receipt{}, err
	}
	if err := f.Close(); err != nil || p.w.rnd.IntN(5) == 0 {
		return goodwill.Receipt{}, errors.Join(errNoAnswer, err)
	}
	return goodwill.Receipt{Status: goodwill.PayoutPaid, Reference: "voucher"}, nil
}

// Find implements [goodwill.Payer].
func (p payer) Find(_ context.Context, o goodwill.Payout) (goodwill.Receipt, error) {
	_, err := os.Stat(p.path(o.Key))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return goodwill.Receipt{Status: goodwill.PayoutAbsent}, nil
	case err != nil:
		return goodwill.Receipt{}, err
	default:
		return goodwill.Receipt{Status: goodwill.PayoutPaid, Reference: "voucher"}, nil
	}
}

// wantPaidOnce looks whether every favour was granted and paid once, nothing else
// was paid, and the ledger says the same.
func wantPaidOnce(ctx context.Context, t *testing.T, s *sqlstore.Store, w *worker, offered []int) {
	t.Helper()
	open := make(map[string]bool) // favours of which no grant was seen yet
	for _, i := range offered {
		if favoured(i) {
			open[favourText(i)] = true
		}
	}
	want, posted := len(open), int64(0)
	q := goodwill.Query{Limit: goodwill.MaxPage}
	for {
		page, err := w.grants.List(ctx, lena(), q)
		check(t, err)
		for i := range page.Grants {
			g := &page.Grants[i]
			if !open[g.Order] || g.State != goodwill.StateSettled {
				t.Errorf("grant %s of %q is %s, or was made before", g.ID, g.Order, g.State)
			}
			delete(open, g.Order)
			if _, err := os.Stat(payer{w}.path(g.Key)); err != nil {
				t.Errorf("grant %s: %v", g.ID, err)
			}
			posted += g.Amount.Minor()
		}
		if q.After = page.Next; q.After == nil {
			break
		}
	}
	files, err := os.ReadDir(string(w.journal))
	check(t, err)
	paid := 0
	for _, f := range files {
		if strings.HasPrefix(f.Name(), "paid ") {
			paid++
		}
	}
	if len(open) > 0 || paid != want || want == 0 {
		t.Errorf("%d payments for %d favours, %d of them lost", paid, want, len(open))
	}
	t.Logf("%d favours of 12 euros were paid, each once", paid)
	wantBalanced(ctx, t, s, posted)
}

// wantBalanced looks whether the ledger holds what was paid, keeps nothing
// reserved, and comes to nothing in all.
func wantBalanced(ctx context.Context, t *testing.T, s *sqlstore.Store, posted int64) {
	t.Helper()
	debits, sum := int64(0), int64(0)
	q := goodwill.EntryQuery{Shop: tickettest.Shop, Limit: goodwill.MaxPage}
	for {
		entries, err := s.Goodwill().Entries(ctx, q)
		check(t, err)
		for _, e := range entries {
			if e.Phase == goodwill.PhasePost && strings.HasPrefix(e.Debit, "order") {
				debits += e.Amount.Minor()
			}
			q.After = e.ID
		}
		if len(entries) < q.Limit {
			break
		}
	}
	b := goodwill.BalanceQuery{Shop: tickettest.Shop, Limit: goodwill.MaxPage}
	for {
		balances, err := s.Goodwill().Balances(ctx, b)
		check(t, err)
		for _, a := range balances {
			if a.Pending.Sign() != 0 {
				t.Errorf("%s is still reserved of account %s", a.Pending, a.Account.Name)
			}
			sum += a.Posted.Minor()
			b.After = &a.Account
		}
		if len(balances) < b.Limit {
			break
		}
	}
	if sum != 0 || debits != posted {
		t.Errorf("the accounts come to %d in all; %d were posted to orders of %d granted", sum, debits, posted)
	}
}
