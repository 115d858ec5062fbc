package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/examples/shop/jobs"
	"github.com/kulanz-go/kulanz/examples/shop/outbox"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/ticket"
)

// Background makes what works behind the pages: it ticks the desks, and brings
// out what they want delivered. others are tasks that the shop's surroundings want done
// beside them.
func (a *App) Background(m outbox.Mailer, sms outbox.Sender, others ...jobs.Task) (*jobs.Runner, error) {
	out, err := outbox.New(outbox.Config{
		Desk: a.Tickets, Mail: m, SMS: sms, From: From(),
		Contact: func(ctx context.Context, t ticket.Ticket) (outbox.Contact, error) {
			return a.contact(ctx, Shop, t.Customer.Ref)
		},
		Person: a.contact, Open: a.open, Forget: a.forget,
		Answer: func(token string) string { return a.base + "/survey/" + token },
		Object: func(token string) string { return a.base + "/survey/" + token + "/object" },
	})
	if err != nil {
		return nil, err
	}
	also := slices.Concat(others, []jobs.Task{
		{Name: "letters", Every: 2 * time.Second, Do: func(ctx context.Context) error { return a.SendLetters(ctx, m) }},
		{Name: "sessions", Every: time.Hour, Do: store.Sessions{DB: a.DB}.Sweep},
		{Name: "links", Every: time.Hour, Do: func(ctx context.Context) error { return a.DB.SweepLinks(ctx, a.now()) }},
		{Name: "presence", Every: time.Hour, Do: func(ctx context.Context) error { return a.DB.SweepLooks(ctx, time.Now().Add(-Since)) }},
		{Name: "goodwill", Every: 5 * time.Second, Do: func(ctx context.Context) error {
			_, err := a.Goodwill.Tick(ctx, goodwill.TickOptions{})
			return err
		}},
	})
	return a.DB.Queue.Runner(jobs.Config{
		Tickets: a.Tickets, Deliver: a.deliver(out), Surveys: a.Surveys, Invite: out.Invite, Every: 2 * time.Second, Also: also, Log: a.log,
	})
}

// deliver brings an effect out, and does what follows from it.
func (a *App) deliver(out *outbox.Outbox) func(context.Context, ticket.Outgoing) error {
	return func(ctx context.Context, o ticket.Outgoing) error {
		ours, err := a.reply(ctx, o)
		if !ours && err == nil {
			err = out.Deliver(ctx, o)
		}
		if err != nil {
			return err
		}
		return a.after(ctx, o)
	}
}

// contact is how a customer can be reached. One that is gone cannot be.
func (a *App) contact(ctx context.Context, _, ref string) (outbox.Contact, error) {
	c, err := a.DB.Customer(ctx, ref)
	if errors.Is(err, store.ErrNotFound) {
		return outbox.Contact{}, nil
	}
	return outbox.Contact{Name: c.Name, Email: c.Email, Phone: c.Phone, Language: c.Language}, err
}

func (a *App) open(ctx context.Context, at ticket.Attachment) (io.ReadCloser, error) {
	f, err := a.DB.File(ctx, at.Ref)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(bytes.NewReader(f.Body)), nil
}

// forget deletes files, and mail as it came: both are named by a ticket's messages.
func (a *App) forget(ctx context.Context, refs []string) error {
	for _, ref := range refs {
		if err := a.DB.DeleteFile(ctx, ref); err != nil {
			return err
		}
		if a.mail == nil {
			continue
		}
		if err := a.mail.Forget(ref); err != nil {
			return err
		}
	}
	return nil
}
