package app

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/review"
	"github.com/kulanz-go/kulanz/ticket"
)

// seedNumber makes every fresh shop the same.
const seedNumber = 7

// seedParts is how many parts the past is played in, each with some of the
// customers: as many at once as there are processors, and what was played is written
// while others still are.
const seedParts = 8

// seedGarbage is how much the heap may grow while the past is played, in percent:
// much of what is made then is kept, and looking through it again and again takes a
// sixth of the time.
const seedGarbage = 400

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
	defer debug.SetGCPercent(debug.SetGCPercent(seedGarbage))
	started := time.Now()
	world, err := demo.Generate(seedNumber, now, days)
	if err != nil {
		return err
	}
	k, err := secrets(ctx, db) // before the transaction, which would wait for it
	if err != nil {
		return err
	}
	past := &App{DB: db, now: func() time.Time { return world.From }, log: slog.New(slog.DiscardHandler), Templates: world.Templates, FAQ: world.FAQ}
	if err := past.rules(ctx); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop() // where writing fails, nothing is played on
	played := past.play(ctx, world, k, now)
	var report demo.Report
	err = db.InMuch(ctx, func(tx *store.Tx) error {
		if err := keepWorld(ctx, tx, world); err != nil {
			return err
		}
		for p := range played {
			if p.err != nil {
				return p.err
			}
			report.Add(p.report)
			if err := p.shelf.Tickets.CopyTo(ctx, tx.Desk.Tickets(), Shop, now, rand.Reader); err != nil {
				return err
			}
			if err := p.shelf.Surveys.CopyTo(ctx, tx.Desk.Feedback(), Shop, now, rand.Reader); err != nil {
				return err
			}
			for _, r := range p.told.taken {
				if err := tx.KeepReview(ctx, *r); err != nil {
					return err
				}
			}
		}
		return errors.Join(tx.Set(ctx, "seeded", now), tx.Set(ctx, "favours", false)) // see SeedFavours
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
	if err := tx.KeepMany(ctx, w.Customers, w.Orders); err != nil {
		return err
	}
	return tx.Set(ctx, "people", w.Agents)
}

// part is what came of some customers' past.
type part struct {
	shelf  *demo.Shelf
	told   *told
	report demo.Report
	err    error
}

// play lets the past happen in memory, under the shop's own rules, in parts that
// come as they are ready.
func (a *App) play(ctx context.Context, w *demo.World, k keys, now time.Time) <-chan part {
	all := w.Split(seedParts)
	out, waiting := make(chan part, len(all)), make(chan *demo.World, len(all))
	for _, some := range all {
		waiting <- some
	}
	close(waiting)
	var playing sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		playing.Go(func() {
			for some := range waiting {
				out <- a.playPart(ctx, some, k, now)
			}
		})
	}
	go func() {
		playing.Wait()
		close(out)
	}()
	return out
}

func (a *App) playPart(ctx context.Context, w *demo.World, k keys, now time.Time) part {
	clock, p := new(demo.Clock), part{shelf: new(demo.Shelf)}
	clock.Set(w.From)
	past := &App{
		DB: a.DB, now: clock.Now, log: a.log, Templates: a.Templates, FAQ: a.FAQ, Calendar: a.Calendar, Taxonomy: a.Taxonomy, Rules: a.Rules,
	}
	past.rulebook.Store(a.rulebook.Load())
	if p.err = past.pastDesks(w, p.shelf, k); p.err != nil {
		return p
	}
	if p.told, p.err = newTold(review.NewLog(past.Surveys), deaf{}); p.err != nil {
		return p
	}
	p.told.replies = true
	player := demo.NewPlayer(w, demo.Stage{
		Clock: clock, Tickets: past.Tickets, Surveys: past.Surveys, Policy: PolicyPage, CSAT: CSAT, NPS: NPS, Reviews: p.told,
	})
	p.err = player.Play(ctx, now)
	p.report = player.Report()
	return p
}

func (a *App) pastDesks(w *demo.World, shelf *demo.Shelf, k keys) error {
	var err error
	if a.Tickets, err = ticket.NewDesk(&shelf.Tickets, ticket.Config{
		Rules: a.Rules, Now: a.now, Delivery: ticket.HostDelivers(), LivePolicies: a.liveDeadlines, Policy: policyID(Deadlines),
		Answers: faq{a},
	}); err != nil {
		return err
	}
	return a.surveyDesk(&shelf.Surveys, known{w}, k)()
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
