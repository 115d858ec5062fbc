package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/ticket"
)

// favourDays is how far back the demo's agents gave favours: budgets go by the month.
const favourDays = 45

// SeedFavours lets the demo's agents give, when they answered, what the shop's policy
// offers for late parcels and for bad service. They are paid by a payer whose clock is
// that of the past. It is done once after [Seed]; where it was broken off it is taken up
// again, under the same keys.
func SeedFavours(ctx context.Context, db *store.DB, payer func(now func() time.Time) (goodwill.Payer, error)) error {
	var given bool
	err := db.Setting(ctx, "favours", &given)
	if given || errors.Is(err, store.ErrNotFound) { // a shop of before there were any is left alone
		return nil
	}
	if err != nil {
		return err
	}
	var seeded time.Time
	if err := db.Setting(ctx, "seeded", &seeded); err != nil {
		return fmt.Errorf("app: favours: %w", err)
	}
	clock := new(demo.Clock)
	clock.Set(seeded.AddDate(0, 0, -favourDays))
	paying, err := payer(clock.Now)
	if err != nil {
		return err
	}
	past, err := New(ctx, Config{DB: db, Now: clock.Now, Log: slog.New(slog.DiscardHandler), Payer: paying, Tone: deaf{}})
	if err != nil {
		return err
	}
	upset, err := past.disappointed(ctx)
	if err != nil {
		return err
	}
	for _, t := range upset {
		clock.Set(t.FirstReply)
		if err := past.makeUp(ctx, t); err != nil {
			return fmt.Errorf("app: favours: ticket %s: %w", t.Number, err)
		}
	}
	return db.In(ctx, func(tx *store.Tx) error { return tx.Set(ctx, "favours", true) })
}

// disappointed are the tickets, from now on, of customers that the shop let down and
// answered, as they were answered.
func (a *App) disappointed(ctx context.Context) ([]ticket.Ticket, error) {
	var all []ticket.Ticket
	for t, err := range a.recent(ctx, 0) {
		if err != nil {
			return nil, err
		}
		cause, _ := causeOf(t.Reason)
		if (cause == order.CauseLate || cause == order.CauseService) && !t.FirstReply.IsZero() && t.Assignee != "" {
			all = append(all, t)
		}
	}
	slices.SortFunc(all, func(x, y ticket.Ticket) int { return x.FirstReply.Compare(y.FirstReply) })
	return all, nil
}

// makeUp gives what an agent may give for a ticket, now.
func (a *App) makeUp(ctx context.Context, t ticket.Ticket) error {
	in, err := a.pastClaim(ctx, t, a.now())
	if in == nil || err != nil {
		return err
	}
	agent := GoodwillActor(store.Agent{Agent: demo.Agent{ID: t.Assignee, Role: demo.RoleAgent}})
	in.Case.Ref = t.ID.String()
	out, err := a.Goodwill.Propose(ctx, agent, goodwill.Proposal{Key: "seed " + t.Number, Policy: GoodwillPolicy, Input: *in, Accepted: true})
	if err != nil {
		return err
	}
	for _, g := range out.Grants {
		if g.State != goodwill.StateApproved {
			continue // a lead has to agree, or it was paid before this was broken off
		}
		if _, err := a.Goodwill.Execute(ctx, agent, g.Ref()); err != nil && !errors.Is(err, goodwill.ErrCap) {
			return err
		}
	}
	return nil
}
