package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/store"
)

// backup copies the database while the shop may go on.
func backup(ctx context.Context, o options, out io.Writer) error {
	db, err := store.Open(ctx, o.database)
	if err != nil {
		return err
	}
	if err := errors.Join(db.Backup(ctx, o.arg), db.Close()); err != nil {
		return err
	}
	fmt.Fprintln(out, "copied to", o.arg)
	return nil
}

// password gives an agent a one-time password, for who has lost its own.
func password(ctx context.Context, o options, out, errs io.Writer) error {
	db, err := store.Open(ctx, o.database)
	if err != nil {
		return err
	}
	one := rand.Text()
	err = func() error {
		shop, err := app.New(ctx, app.Config{DB: db, Now: time.Now, Log: logger(o, errs), Payer: app.NoPayer{}})
		if err != nil {
			return err
		}
		return shop.SetPassword(ctx, o.arg, one, true, hashing())
	}()
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s has the one-time password %s\n", o.arg, one)
	return nil
}

var errSick = errors.New("not well")

// healthcheck is for containers, which have no curl.
func healthcheck(ctx context.Context, o options) error {
	ctx, done := context.WithTimeout(ctx, 3*time.Second)
	defer done()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+o.addr+"/healthz", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	if err := res.Body.Close(); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%w: %s", errSick, res.Status)
	}
	return nil
}
