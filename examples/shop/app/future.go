package app

import (
	"context"
	"fmt"
	"time"

	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/store"
)

// futureDays is how long the demo's customers and agents go on after the shop was
// seeded.
const futureDays = 56

// Future makes what the demo's customers and agents do after the shop was seeded
// with so many days of its past: each call does what is due by the shop's clock. It
// does everything once, however many processes call theirs, and whenever they begin.
func (a *App) Future(ctx context.Context, days int) (func(context.Context) error, error) {
	var seeded time.Time
	if err := a.DB.Setting(ctx, "seeded", &seeded); err != nil {
		return nil, fmt.Errorf("app: future: %w", err)
	}
	world, err := demo.Generate(seedNumber, seeded.AddDate(0, 0, futureDays), days+futureDays)
	if err != nil {
		return nil, err
	}
	public, err := newTold(a.Reviews, a.Tones)
	if err != nil {
		return nil, err
	}
	public.keep = a.DB.KeepReview
	p := demo.NewPlayer(world, demo.Stage{
		Reviews: public,
		Tickets: a.Tickets, Surveys: a.Surveys, Policy: PolicyPage, CSAT: CSAT, NPS: NPS,
		Order: func(ctx context.Context, o demo.Order) error {
			return a.DB.In(ctx, func(tx *store.Tx) error { return tx.KeepOrder(ctx, o) })
		},
	})
	if err := p.Resume(ctx, seeded); err != nil {
		return nil, err
	}
	return func(ctx context.Context) error { return p.Play(ctx, a.now()) }, nil
}
