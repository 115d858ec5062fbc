package app

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"time"

	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/ticket"
)

// seedNumber makes every fresh shop the same.
const seedNumber = 7

// Seed gives an empty database the demo shop and its last days. A database that
// has had one is left alone.
func Seed(ctx context.Context, db *store.DB, now time.Time, days int, log *slog.Logger) error {
	var begun time.Time
	switch err := db.Setting(ctx, "seeded", &begun); {
	case err == nil:
		return nil
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	started := time.Now()
	world, err := demo.Generate(seedNumber, now, days)
	if err != nil {
		return err
	}
	if err := db.In(ctx, func(tx *store.Tx) error { return keepWorld(ctx, tx, world) }); err != nil {
		return err
	}
	shelf := new(demo.Shelf)
	report, err := play(ctx, db, world, shelf, now)
	if err != nil {
		return err
	}
	err = db.In(ctx, func(tx *store.Tx) error {
		if err := tx.Set(ctx, "seeded", now); err != nil {
			return err
		}
		if err := shelf.Tickets.CopyTo(ctx, tx.Desk.Tickets(), Shop, now, rand.Reader); err != nil {
			return err
		}
		return shelf.Surveys.CopyTo(ctx, tx.Desk.Feedback(), Shop, now, rand.Reader)
	})
	log.Info("seeded", "messages", report.Received, "commands", report.Done, "refused", report.Refused, "answers", report.Answered,
		"took", time.Since(started).Round(time.Millisecond).String())
	return err
}

// keepWorld writes customers, orders, agents and words.
func keepWorld(ctx context.Context, tx *store.Tx, w *demo.World) error {
	if err := tx.Set(ctx, "words", words{w.Templates, w.FAQ}); err != nil {
		return err
	}
	for _, c := range w.Customers {
		if err := tx.Keep(ctx, c); err != nil {
			return err
		}
	}
	for _, o := range w.Orders {
		if err := tx.KeepOrder(ctx, o); err != nil {
			return err
		}
	}
	return tx.Set(ctx, "people", w.Agents)
}

// play lets the past happen in memory, under the shop's own rules.
func play(ctx context.Context, db *store.DB, w *demo.World, shelf *demo.Shelf, now time.Time) (demo.Report, error) {
	clock := new(demo.Clock)
	clock.Set(w.From)
	k, err := secrets(ctx, db)
	if err != nil {
		return demo.Report{}, err
	}
	past := &App{DB: db, now: clock.Now, log: slog.New(slog.DiscardHandler), Templates: w.Templates, FAQ: w.FAQ}
	for _, part := range []func() error{past.house(ctx), past.pastDesks(w, shelf, k)} {
		if err := part(); err != nil {
			return demo.Report{}, err
		}
	}
	p := demo.NewPlayer(w, demo.Stage{Clock: clock, Tickets: past.Tickets, Surveys: past.Surveys, Policy: PolicyPage, CSAT: CSAT, NPS: NPS})
	err = p.Play(ctx, now)
	return p.Report(), err
}

func (a *App) pastDesks(w *demo.World, shelf *demo.Shelf, k keys) func() error {
	return func() error {
		var err error
		if a.Tickets, err = ticket.NewDesk(&shelf.Tickets, ticket.Config{
			Rules: a.Rules, Now: a.now, Delivery: ticket.HostDelivers(), LivePolicies: a.liveDeadlines, Policy: policyID(Deadlines),
			Answers: faq{a},
		}); err != nil {
			return err
		}
		return a.surveyDesk(&shelf.Surveys, known{w}, k)()
	}
}

// known is every customer's consent in memory, for the past.
type known struct{ world *demo.World }

// Standing implements feedback.Customers.
func (k known) Standing(_ context.Context, _, ref string, m feedback.Medium) (feedback.Standing, error) {
	c, ok := k.world.Customer(ref)
	if !ok || m != feedback.MediumEmail {
		return feedback.Standing{}, nil
	}
	return feedback.Standing{Consent: c.Consent}, nil
}
