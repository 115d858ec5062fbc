package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/kulanz-go/kulanz/examples/mail"
	"github.com/kulanz-go/kulanz/examples/shop/maildir"
	"github.com/kulanz-go/kulanz/ticket"
)

// Mailbox is a maildir whose mail goes to the desk. It is safe for concurrent use,
// also by many processes over one folder.
type Mailbox struct {
	// Dir is where mail arrives. Required.
	Dir *maildir.Dir
	// Desk takes it in. Required.
	Desk Receiver
	// Options are how mail is read; its Shop is required, its Raw is set for each
	// mail to the name of its file, which Dir.Raw opens.
	Options mail.Options
	// Enrich lets the host add what it alone knows, such as an order that it finds
	// in the words, before the desk gets the mail. Nil: nothing.
	Enrich func(context.Context, *mail.Parsed) error
	// Log is told of what could not be read, by names of files alone. Nil: nobody.
	Log *slog.Logger

	counts counts
}

type counts struct{ received, repeated, unreadable, failed atomic.Int64 }

// Counts tell what became of the mail since the start.
type Counts struct {
	Received   int64 // that was new to the desk
	Repeated   int64 // that the desk had
	Unreadable int64 // of those received: opened as a ticket that says so
	Failed     int64 // tries that left a mail where it was, for the next sweep
}

// Counts returns them.
func (m *Mailbox) Counts() Counts {
	c := &m.counts
	return Counts{c.received.Load(), c.repeated.Load(), c.unreadable.Load(), c.failed.Load()}
}

// Sweep takes in what is there. A mail that fails stays for the next time and keeps
// no other from coming in; the error joins what failed.
func (m *Mailbox) Sweep(ctx context.Context) error {
	names, err := m.Dir.New()
	if err != nil {
		return err
	}
	var failed []error
	for _, name := range names {
		if ctx.Err() != nil {
			break
		}
		if err := m.take(ctx, name); err != nil {
			m.counts.failed.Add(1)
			failed = append(failed, fmt.Errorf("intake: %s: %w", name, err))
		}
	}
	return errors.Join(errors.Join(failed...), ctx.Err())
}

// Watch sweeps again and again until ctx ends. Errors go to Log.
func (m *Mailbox) Watch(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		if err := m.Sweep(ctx); err != nil && ctx.Err() == nil {
			m.log().ErrorContext(ctx, "sweep", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (m *Mailbox) log() *slog.Logger {
	if m.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return m.Log
}

// take brings one mail to the desk, then moves it: in this order, so that a crash
// in between brings it in again, not never.
func (m *Mailbox) take(ctx context.Context, name string) error {
	in, readable, err := m.read(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // another process has taken it
	}
	if err != nil {
		return err
	}
	r, err := m.Desk.Receive(ctx, in)
	if err != nil {
		return err
	}
	switch {
	case r.Outcome == ticket.Duplicate:
		m.counts.repeated.Add(1)
	case !readable:
		m.counts.unreadable.Add(1)
		fallthrough
	default:
		m.counts.received.Add(1)
	}
	return m.Dir.Done(name)
}

// read makes an inbound of a file, whatever is in it. Only what has nothing to do
// with the mail is an error: the disk, the host's own functions, the end of ctx.
func (m *Mailbox) read(ctx context.Context, name string) (ticket.Inbound, bool, error) {
	f, err := m.Dir.Open(name)
	if err != nil {
		return ticket.Inbound{}, false, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	o := m.Options
	o.Raw = name
	p, err := m.parse(ctx, f, o)
	if errors.Is(err, errUnreadable) {
		m.log().ErrorContext(ctx, "unreadable mail", "file", name)
		in, err := m.unreadable(name)
		return in, false, err
	}
	return p.Inbound, true, err
}

// errUnreadable stands for a mail that broke the parser.
var errUnreadable = errors.New("intake: unreadable mail")

// parse reads a mail. A panic is the mail's fault, and not to be the customer's
// loss.
func (m *Mailbox) parse(ctx context.Context, r io.Reader, o mail.Options) (mail.Parsed, error) {
	var p mail.Parsed
	err := errUnreadable
	func() {
		defer func() { _ = recover() }()
		parsed, fault := mail.Parse(ctx, r, o)
		if fault == nil && m.Enrich != nil {
			fault = m.Enrich(ctx, &parsed)
		}
		p, err = parsed, fault
	}()
	return p, err
}

// unreadable is what the desk gets of a mail that nobody could read: somebody has
// to look at the file.
func (m *Mailbox) unreadable(name string) (ticket.Inbound, error) {
	f, err := m.Dir.Open(name)
	if err != nil {
		return ticket.Inbound{}, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return ticket.Inbound{}, fmt.Errorf("intake: %w", err)
	}
	return ticket.Inbound{
		Shop: m.Options.Shop, Key: "unreadable-" + hex.EncodeToString(sum.Sum(nil)), Channel: ticket.ChannelEmail, Raw: name,
		Subject: "Unlesbare E-Mail / unreadable mail",
		Text:    "Diese E-Mail konnte nicht gelesen werden. Sie liegt unverändert im Postfach.\n\nThis mail could not be read. It is kept as it came.",
	}, nil
}
