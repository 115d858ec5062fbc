package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/outbox"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/ticket"
)

// From is the shop's address.
func From() netmail.Address {
	return netmail.Address{Name: demo.Name, Address: "service@" + Shop}
}

// letter is one to a customer that is sent soon, and again under the same id
// where that is not known to have worked.
func letter(c demo.Customer, subject, text string) store.Letter {
	return store.Letter{ID: NewKey(), Customer: c.Ref, To: c.Email, Subject: subject, Text: text}
}

// SendLogin sends a customer a link to be known by.
func (a *App) SendLogin(ctx context.Context, c demo.Customer) error {
	subject, text := "Ihr Link zu Ihren Anfragen", "Guten Tag,\n\nmit diesem Link sehen Sie Ihre Anfragen, 30 Minuten lang:\n"
	if c.Language == "en" {
		subject, text = "Your link to your tickets", "Hello,\n\nthis link shows you your tickets, for 30 minutes:\n"
	}
	link := a.base + "/in/" + a.Link(ForLogin, NewKey()+" "+c.Ref, 30*time.Minute)
	return a.write(ctx, c, subject, text+link)
}

// SendTicket sends the customer of a ticket the link to it.
func (a *App) SendTicket(ctx context.Context, c demo.Customer, t ticket.Ticket) error {
	subject, text := "Ihre Anfrage "+t.Number, "Guten Tag,\n\nIhre Nachricht ist angekommen. Hier sehen Sie Ihre Anfrage:\n"
	if c.Language == "en" {
		subject, text = "Your ticket "+t.Number, "Hello,\n\nyour message has arrived. Here is your ticket:\n"
	}
	return a.write(ctx, c, subject, text+a.base+"/t/"+a.TicketLink(t))
}

// lettersAnHour is how many links a mailbox gets: anybody can ask for them.
const lettersAnHour = 20

// write keeps a letter that anybody may have asked for, within bounds.
func (a *App) write(ctx context.Context, c demo.Customer, subject, text string) error {
	n, err := a.DB.LettersSince(ctx, c.Ref, a.now().Add(-time.Hour))
	if err != nil || n >= lettersAnHour {
		return err
	}
	return a.DB.KeepLetter(ctx, a.now(), letter(c, subject, text+"\n"))
}

// SendLetters sends what is to be sent. A letter that does not go out does not hold
// up the others: it is tried again under the same id, more and more seldom, until it
// is refused for good or five days old.
func (a *App) SendLetters(ctx context.Context, m outbox.Mailer) error {
	all, err := a.DB.Letters(ctx, a.now(), 50)
	if err != nil {
		return err
	}
	var faults []error
	for _, l := range all {
		err := m.Send(ctx, outbox.Mail{ID: l.ID + "@" + Shop, From: From().Address, To: l.To, Raw: compose(l.Letter, l.At)})
		if ctx.Err() != nil {
			break // it was told to stop: no fault of the letter's
		}
		if err := errors.Join(err, a.noted(ctx, l, err)); err != nil {
			faults = append(faults, fmt.Errorf("letter %s: %w", l.ID, err))
		}
	}
	return errors.Join(errors.Join(faults...), ctx.Err())
}

// How long a letter is tried, how soon again at first and how seldom in the end.
const (
	letterLife  = 5 * 24 * time.Hour
	letterFirst = 15 * time.Second
	letterMost  = 4 * time.Hour
)

// noted writes down what became of a try.
func (a *App) noted(ctx context.Context, l store.Try, fault error) error {
	now := a.now()
	if fault == nil {
		return a.DB.Sent(ctx, l.ID, now)
	}
	if !errors.Is(fault, ticket.ErrPermanent) && now.Sub(l.At) < letterLife {
		return a.DB.Later(ctx, l.ID, now.Add(min(letterFirst<<min(l.Tries, 16), letterMost)))
	}
	return errors.Join(a.DB.GiveUp(ctx, l.ID, now), a.DB.Log(ctx, now, "system", "letter undelivered", l.Customer))
}

// compose writes the mail. No text can add a header field: subjects are encoded,
// addresses written by net/mail.
func compose(l store.Letter, at time.Time) []byte {
	from := From()
	var b bytes.Buffer
	for _, h := range [][2]string{
		{"From", from.String()},
		{"To", (&netmail.Address{Address: l.To}).String()},
		{"Subject", mime.QEncoding.Encode("utf-8", oneLine(l.Subject))},
		{"Date", at.Format(time.RFC1123Z)},
		{"Message-ID", "<" + l.ID + "@" + Shop + ">"},
		{"Auto-Submitted", "auto-generated"},
		{"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"},
		{"Content-Transfer-Encoding", "quoted-printable"},
	} {
		b.WriteString(h[0] + ": " + h[1] + "\r\n")
	}
	b.WriteString("\r\n")
	w := quotedprintable.NewWriter(&b)
	_, _ = w.Write([]byte(strings.ReplaceAll(l.Text, "\n", "\r\n"))) // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

// oneLine drops what would end a header field.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}
