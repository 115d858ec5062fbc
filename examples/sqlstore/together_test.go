package sqlstore_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// aCase is one case of a customer's: the ticket, the grant that came of it, and
// the question how it went. All three have the number as their id, so that none
// of the stores may take another's record for its own.
type aCase struct{ number byte }

func (a aCase) id() uuid.UUID { return uuid.UUID{15: a.number} }

func (a aCase) at() time.Time { return time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC) }

func (a aCase) ticket() ticket.Commit {
	return ticket.Commit{At: a.at(), Changes: []ticket.Change{{Next: ticket.Record{
		Kind: ticket.RecordTicket, Shop: tickettest.Shop, ID: a.id(), Version: 1, State: ticket.StateOpen, Created: a.at(), Updated: a.at(),
	}}}}
}

// changed is the ticket's next version.
func (a aCase) changed() ticket.Commit {
	c := a.ticket()
	c.Changes[0].Expect, c.Changes[0].Next.Version = 1, 2
	return c
}

// grant reserves 10 euros of a budget of 25.
func (a aCase) grant() goodwill.Commit {
	return goodwill.Commit{
		At: a.at(),
		Writes: []goodwill.Write{{Next: goodwill.Record{
			Kind: goodwill.RecordGrant, Shop: tickettest.Shop, ID: a.id(), Version: 1, State: "reserved", Created: a.at(), Updated: a.at(),
		}}},
		Entries: []goodwill.Entry{{
			ID: a.id(), Shop: tickettest.Shop, Grant: a.id(), At: a.at(), Phase: goodwill.PhaseReserve,
			Debit: "budget", Credit: "order", Amount: money.New(1000, euro()), Cap: money.New(2500, euro()),
		}},
	}
}

func (a aCase) invitation() feedback.Commit {
	return feedback.Commit{
		At: a.at(),
		Writes: []feedback.Write{{Next: feedback.Record{
			Kind: feedback.RecordInvitation, Shop: tickettest.Shop, ID: a.id(), Version: 1, State: "later", Created: a.at(), Updated: a.at(),
		}}},
		Take: []feedback.Held{{
			Key: feedback.Unique{Shop: tickettest.Shop, Kind: feedback.UniqueMatter, Hash: sha256.Sum256([]byte{a.number})},
			Ref: feedback.Ref{Shop: tickettest.Shop, ID: a.id()},
		}},
	}
}

func euro() money.Currency {
	c, err := money.ParseCurrency("EUR")
	if err != nil {
		panic(err)
	}
	return c
}

// write commits the case to the three stores of one transaction.
func (a aCase) write(ctx context.Context, s *sqlstore.Store) error {
	if err := s.Tickets().Commit(ctx, a.ticket()); err != nil {
		return err
	}
	if err := s.Goodwill().Commit(ctx, a.grant()); err != nil {
		return err
	}
	return s.Feedback().Commit(ctx, a.invitation())
}

// A ticket, a grant and an invitation are one transaction of the host's: all of
// them count, or none.
func TestThreeStoresInOneTransaction(t *testing.T) {
	t.Parallel()
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t)
			ctx := t.Context()
			for number, want := range map[byte]error{1: errCard, 2: nil} {
				err := together(ctx, o, func(s *sqlstore.Store, _ func(string) error) error {
					return errors.Join(aCase{number}.write(ctx, s), want)
				})
				if !errors.Is(err, want) {
					t.Fatal(err)
				}
			}
			wantStored(ctx, t, o, 2)
		})
	}
}

// What the budget refuses, or a key that is taken, is undone by itself: the host
// goes on with the rest of its transaction.
func TestRefusedCommitLeavesTheTransactionAlive(t *testing.T) {
	t.Parallel()
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t)
			ctx := t.Context()
			check(t, aCase{1}.write(ctx, o.Store))
			check(t, together(ctx, o, func(s *sqlstore.Store, _ func(string) error) error {
				over := aCase{2}.grant()
				over.Entries[0].Amount = money.New(1501, euro())
				var caps *goodwill.CapError
				if err := s.Goodwill().Commit(ctx, over); !errors.As(err, &caps) || !caps.Has("budget") {
					t.Errorf("15.01 of the 15.00 that are left: %v", err)
				}
				again := aCase{2}.invitation()
				again.Take = aCase{1}.invitation().Take
				if err := s.Feedback().Commit(ctx, again); !errors.Is(err, feedback.ErrDuplicate) {
					t.Errorf("asked twice about one matter: %v", err)
				}
				if err := s.Tickets().Commit(ctx, aCase{1}.ticket()); !errors.Is(err, ticket.ErrConflict) {
					t.Errorf("a ticket made twice: %v", err)
				}
				return aCase{3}.write(ctx, s)
			}))
			wantStored(ctx, t, o, 1, 3)
		})
	}
}

// wantStored looks whether exactly the cases of these numbers are there, whole.
func wantStored(ctx context.Context, t *testing.T, o opened, numbers ...byte) {
	t.Helper()
	tickets, err := o.Tickets().List(ctx, ticket.Query{Shop: tickettest.Shop, Limit: 10})
	check(t, err)
	grants, err := o.Goodwill().List(ctx, goodwill.Query{Shop: tickettest.Shop, Limit: 10})
	check(t, err)
	invitations, err := o.Feedback().List(ctx, feedback.Query{Shop: tickettest.Shop, Limit: 10})
	check(t, err)
	entries, err := o.Goodwill().Entries(ctx, goodwill.EntryQuery{Shop: tickettest.Shop, Limit: 10})
	check(t, err)
	n := len(numbers)
	if len(tickets.Records) != n || len(grants.Records) != n || len(invitations.Records) != n || len(entries) != n {
		t.Fatalf("%d tickets, %d grants, %d invitations, %d entries; want %d of each",
			len(tickets.Records), len(grants.Records), len(invitations.Records), len(entries), n)
	}
	for i, number := range numbers {
		id := aCase{number}.id()
		if tickets.Records[i].ID != id || grants.Records[i].ID != id || invitations.Records[i].ID != id || entries[i].Grant != id {
			t.Errorf("case %d is not there whole", number)
		}
	}
	balances, err := o.Goodwill().Balances(ctx, goodwill.BalanceQuery{Shop: tickettest.Shop, Accounts: []string{"budget"}, Limit: 10})
	check(t, err)
	if len(balances) != 1 || balances[0].Pending.Minor() != int64(1000*n) {
		t.Errorf("the budget stands at %v, want %d times 10.00", balances, n)
	}
}

// Shops that share a database do not meet: with one id, one key and one account
// each, in all three stores.
func TestShopsApart(t *testing.T) {
	t.Parallel()
	const other = "Shop" // another one, to the byte
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t)
			ctx := t.Context()
			check(t, aCase{1}.write(ctx, o.Store))
			tc, gc, fc := aCase{1}.ticket(), aCase{1}.grant(), aCase{1}.invitation()
			tc.Changes[0].Next.Shop, gc.Writes[0].Next.Shop, fc.Writes[0].Next.Shop = other, other, other
			gc.Entries[0].Shop, fc.Take[0].Key.Shop, fc.Take[0].Ref.Shop = other, other, other
			check(t, o.Tickets().Commit(ctx, tc))
			check(t, o.Goodwill().Commit(ctx, gc))
			check(t, o.Feedback().Commit(ctx, fc))
			wantStored(ctx, t, o, 1)
			for _, shop := range []string{"sho", "shop ", "SHOP", "%", ""} {
				page, err := o.Tickets().List(ctx, ticket.Query{Shop: shop, Limit: 10})
				check(t, err)
				grants, err := o.Goodwill().List(ctx, goodwill.Query{Shop: shop, Limit: 10})
				check(t, err)
				entries, err := o.Goodwill().Entries(ctx, goodwill.EntryQuery{Shop: shop, Account: "budget", Limit: 10})
				check(t, err)
				if len(page.Records)+len(grants.Records)+len(entries) > 0 {
					t.Errorf("shop %q sees another's", shop)
				}
			}
		})
	}
}
