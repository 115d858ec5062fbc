package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/jobs"
	"github.com/kulanz-go/kulanz/examples/shop/maildir"
	"github.com/kulanz-go/kulanz/examples/shop/outbox"
	"github.com/kulanz-go/kulanz/examples/shop/pay"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/examples/shop/web"
	"github.com/kulanz-go/kulanz/goodwill"
)

// hashing is what a password costs: the second recommended option of RFC 9106 with
// less memory, as OWASP advises where several may log in at once.
func hashing() *argon2id.Params {
	return &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// serve runs the shop until the context ends, and then lets go of nothing that
// was begun.
func serve(ctx context.Context, o options, out, errs io.Writer) (err error) {
	log := logger(o, errs)
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", o.addr) // who comes too early waits
	if err != nil {
		return err
	}
	defer l.Close() //nolint:errcheck // the server has closed it, or an error is told already
	if o.base == "" {
		o.base = baseOf(o.addr, l.Addr())
	}
	db, err := store.Open(ctx, o.database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector())
	watch, closeWatch, err := observer(ctx, registry, o, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeWatch()) }()
	clock, err := theClock(ctx, db, o)
	if err != nil {
		return err
	}
	inbox, err := maildir.Open(o.inbox)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, inbox.Close()) }()
	shop, payer, err := build(ctx, db, o, app.Config{DB: db, Now: clock.Now, Log: log, Base: o.base, Observe: watch, Mail: inbox}, out)
	if err != nil {
		return err
	}
	defer shop.Follow(ctx)() // policies that other processes save
	work, err := begin(ctx, shop, payer, inbox, o)
	if err != nil {
		return err
	}
	in := takeIn(ctx, shop, inbox, o, log)
	err = open(ctx, l, web.Config{
		App: shop, Log: log, Metrics: registry, Secure: o.secure, Demo: o.demo, Clock: clock, Payments: payer, Rate: o.rate,
		Password: hashing(), Intake: in.endpoints, Proxies: o.proxies,
	}, out)
	in.stop()
	return errors.Join(err, stop(ctx, db, clock, work))
}

// build puts the shop together. What its first start makes is made by one process
// alone.
func build(ctx context.Context, db *store.DB, o options, cfg app.Config, out io.Writer) (shop *app.App, payer *pay.Service, err error) { //nolint:nonamedreturns // set in a closure
	err = db.Alone(ctx, func(ctx context.Context) error {
		if o.demo {
			if err := seed(ctx, db, o, cfg); err != nil {
				return err
			}
		}
		var err error
		if payer, err = pay.NewService(ctx, pay.Config{DB: db.SQL(), Now: cfg.Now}); err != nil {
			return err
		}
		cfg.Payer = payer
		if shop, err = app.New(ctx, cfg); err != nil {
			return err
		}
		return firstAgents(ctx, shop, out)
	})
	return shop, payer, err
}

// seed gives the demo shop its past.
func seed(ctx context.Context, db *store.DB, o options, cfg app.Config) error {
	if err := app.Seed(ctx, db, cfg.Now(), o.days, cfg.Log); err != nil {
		return err
	}
	return app.SeedFavours(ctx, db, func(now func() time.Time) (goodwill.Payer, error) {
		return pay.NewService(ctx, pay.Config{DB: db.SQL(), Now: now})
	})
}

// begin starts what works behind the pages.
func begin(ctx context.Context, shop *app.App, payer *pay.Service, inbox *maildir.Dir, o options) (*jobs.Runner, error) {
	mailer, err := mailer(o)
	if err != nil {
		return nil, err
	}
	settle := jobs.Task{Name: "settle", Every: 30 * time.Second, Do: func(ctx context.Context) error {
		_, err := payer.Settle(ctx)
		return err
	}}
	work, err := shop.Background(mailer, new(outbox.FakeGateway), append(fetching(shop, inbox, o), settle)...)
	if err != nil {
		return nil, err
	}
	return work, work.Start(ctx)
}

// grace is how long requests and jobs have to end.
const grace = 10 * time.Second

func stop(ctx context.Context, db *store.DB, clock *demo.FastClock, work *jobs.Runner) error {
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer done()
	return errors.Join(work.Stop(ctx), db.Set(ctx, "clock", clock.Now()))
}

// theClock goes on where it was, so that a shop that ran fast does not go back.
func theClock(ctx context.Context, db *store.DB, o options) (*demo.FastClock, error) {
	now := time.Now()
	var last time.Time
	if err := db.Setting(ctx, "clock", &last); err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	if last.After(now) {
		now = last
	}
	clock := demo.NewFastClock(time.Now, now)
	return clock, clock.SetSpeed(o.speed)
}

// firstAgents prints the one-time passwords, once.
func firstAgents(ctx context.Context, shop *app.App, out io.Writer) error {
	admin, others, err := shop.FirstAgents(ctx, hashing())
	if err != nil || admin == "" {
		return err
	}
	fmt.Fprintf(out, "First start. Log in at /desk/login as %s with the one-time password %s\n", app.Admin, admin)
	if others != "" {
		fmt.Fprintf(out, "The demo's agents (anna, bilal, clara, dmitri, esra) have the password %s\n", others)
	}
	return nil
}

func logger(o options, w io.Writer) *slog.Logger {
	level := slog.LevelInfo
	if o.verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

// open makes the pages, and answers.
func open(ctx context.Context, l net.Listener, cfg web.Config, out io.Writer) error {
	site, err := web.New(cfg)
	if err != nil {
		return err
	}
	return answer(ctx, l, site.Handler(), out)
}

// baseOf is how links to the shop begin where nobody has said it: by the name under
// which it was told to listen, and the port on which it does.
func baseOf(addr string, at net.Addr) string {
	host, _, err := net.SplitHostPort(addr)
	_, port, bad := net.SplitHostPort(at.String())
	if err != nil || bad != nil {
		return "http://" + at.String()
	}
	if ip := net.ParseIP(host); host == "" || ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// answer answers until the context ends, and lets requests that have begun finish.
func answer(ctx context.Context, l net.Listener, h http.Handler, out io.Writer) error {
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
	}
	fmt.Fprintf(out, "The shop is open: http://%s\n", l.Addr())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		last, done := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer done()
		err = server.Shutdown(last)
		if errors.Is(err, context.DeadlineExceeded) { // live pages that stay open
			err = server.Close()
		}
		err = errors.Join(err, ignoreClosed(<-ended))
	}
	return ignoreClosed(err)
}

// ignoreClosed: that a server was told to stop is no fault.
func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
