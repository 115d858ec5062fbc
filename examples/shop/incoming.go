package main

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/maildir"
)

// incoming is what reaches the shop from outside its pages, until it is stopped.
type incoming struct {
	endpoints http.Handler
	stop      func()
}

// takeIn watches the folder of incoming mail, and lets the demo's customers go on
// where the clock goes faster than real time.
func takeIn(ctx context.Context, shop *app.App, dir *maildir.Dir, o options, log *slog.Logger) incoming {
	ctx, end := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { shop.Mailbox(dir, log).Watch(ctx, 2*time.Second) })
	if o.demo && o.speed > 1 {
		wg.Go(func() { future(ctx, shop, o.days, log) })
	}
	return incoming{
		endpoints: shop.Incoming(app.Incoming{Mail: dir, Token: o.token, Secret: o.secret, Rate: o.rate}),
		stop: func() {
			end()
			wg.Wait()
		},
	}
}

// future plays what the demo's customers and agents do, every second.
func future(ctx context.Context, shop *app.App, days int, log *slog.Logger) {
	step, err := shop.Future(ctx, days)
	if err != nil {
		log.ErrorContext(ctx, "the demo does not go on", "error", err)
		return
	}
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for ctx.Err() == nil {
		if err := step(ctx); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "the demo's step", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}
