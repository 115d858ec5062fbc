package outbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/examples/mail"
	"github.com/kulanz-go/kulanz/ticket"
)

// ErrConfig is what [New] returns, with what is missing.
var ErrConfig = errors.New("outbox: configuration")

// Contact is how a customer can be reached. What is empty is not known.
type Contact struct {
	Name     string
	Email    string
	Phone    string
	Language string // BCP 47; of a ticket whose customer has none
}

// Config says how an outbox works. Fields without a default are required.
type Config struct {
	// Desk tells what was written before, for the thread.
	Desk *ticket.Desk
	Mail Mailer
	// SMS brings text messages out. Nil: customers who write them get mail.
	SMS Sender
	// From is the shop's address.
	From mail.Address
	// Addresses sign where answers go. Nil: to From.
	Addresses *mail.Addresses
	// Contact tells how the customer of a ticket can be reached: of a guest by what
	// it gave when it wrote.
	Contact func(context.Context, ticket.Ticket) (Contact, error)
	// Person tells how a customer can be reached to whom a survey goes. Required
	// for [Outbox.Invite].
	Person func(ctx context.Context, shop, customer string) (Contact, error)
	// Open reads an attachment. Required where replies have any.
	Open func(context.Context, ticket.Attachment) (io.ReadCloser, error)
	// Forget deletes files of an erased ticket; deleting one twice is no error.
	// Required.
	Forget func(ctx context.Context, refs []string) error
	// Notify tells an agent or a team of a step that a planner noted. Nil: nobody
	// is told, the desk shows it.
	Notify func(context.Context, ticket.Outgoing, ticket.PlannedStep) error
	// Answer and Object make the links of a survey from their tokens. Required for
	// [Outbox.Invite].
	Answer, Object func(token string) string
}

// Outbox brings effects to people. It is safe for concurrent use.
type Outbox struct{ cfg Config }

// New returns an outbox. The error wraps [ErrConfig].
func New(cfg Config) (*Outbox, error) {
	var faults []error
	for _, f := range []struct {
		what    string
		missing bool
	}{
		{"the desk", cfg.Desk == nil},
		{"the mailer", cfg.Mail == nil},
		{"the shop's address", cfg.From.Address == ""},
		{"how to reach customers", cfg.Contact == nil},
		{"how to forget files", cfg.Forget == nil},
	} {
		if f.missing {
			faults = append(faults, fmt.Errorf("%w: %s is missing", ErrConfig, f.what))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return &Outbox{cfg}, nil
}

// Deliver brings one effect of a ticket out: for jobs.Config.Deliver, or for
// [ticket.DeskDelivers].
func (o *Outbox) Deliver(ctx context.Context, out ticket.Outgoing) error {
	switch b := out.Event.Body.(type) {
	case ticket.Erased:
		return o.cfg.Forget(ctx, b.Files)
	case ticket.Recorded:
		if b.Step == nil || o.cfg.Notify == nil {
			return nil
		}
		return o.cfg.Notify(ctx, out, *b.Step)
	}
	m := out.Event.Message()
	if m == nil || !out.Event.Public() {
		return nil // published for others
	}
	who, err := o.cfg.Contact(ctx, out.Ticket)
	if err != nil {
		return fmt.Errorf("outbox: contact of %s: %w", out.Ticket.Ref(), err)
	}
	return o.reach(ctx, out, m, who)
}

// reach brings words to the customer by the way on which it wrote, as far as it
// can be reached there.
func (o *Outbox) reach(ctx context.Context, out ticket.Outgoing, m *ticket.Message, who Contact) error {
	by := m.Channel
	if by == "" {
		by = out.Ticket.Channel
	}
	texts := who.Phone != "" && o.cfg.SMS != nil
	switch {
	case onSite(by) && who.Email == "":
		return nil // the customer reads it where it wrote
	case texts && (by == ticket.ChannelSMS || who.Email == ""):
		return o.text(ctx, out, who, m.Text)
	case who.Email != "":
		return o.mail(ctx, out, who)
	}
	return fmt.Errorf("outbox: customer of %s cannot be reached: %w", out.Ticket.Ref(), ticket.ErrPermanent)
}

// onSite tells the channels on which an answer is read where the question was
// asked: the ticket's page, the chat, the shop's own platforms.
func onSite(c ticket.Channel) bool {
	return slices.Contains([]ticket.Channel{
		ticket.ChannelChat, ticket.ChannelMessenger, ticket.ChannelMarketplace, ticket.ChannelReview, ticket.ChannelForum,
		ticket.ChannelSocial, ticket.ChannelForm,
	}, c)
}

func (o *Outbox) text(ctx context.Context, out ticket.Outgoing, who Contact, text string) error {
	to, err := number(who.Phone)
	if err != nil {
		return err
	}
	return o.cfg.SMS.SendSMS(ctx, SMS{ID: out.MessageID, To: to, Text: short(text)})
}

// mail composes and sends. The date is that of the event, so that every try sends
// the same bytes.
func (o *Outbox) mail(ctx context.Context, out ticket.Outgoing, who Contact) error {
	ref := out.Ticket.Ref()
	if out.Ticket.Customer.Language == "" {
		out.Ticket.Customer.Language = who.Language
	}
	system := ticket.Actor{Kind: ticket.ActorSystem, Shop: ref.Shop}
	thread, err := mail.Thread(ref, o.cfg.Desk.History(ctx, system, ref), out.Event.Seq)
	if err != nil {
		return err
	}
	return o.send(ctx, out, mail.Letter{
		From: o.cfg.From, To: mail.Address{Name: who.Name, Address: who.Email}, Now: out.Event.At,
		Addresses: o.cfg.Addresses, References: thread, Open: o.cfg.Open,
	}, "")
}

// send composes a letter, with header fields of the shop's own in front.
func (o *Outbox) send(ctx context.Context, out ticket.Outgoing, l mail.Letter, fields string) error {
	raw, err := mail.Compose(ctx, out, l)
	if err != nil {
		return err
	}
	from := l.From.Address
	if l.Addresses != nil {
		from = l.Addresses.Sign(out.Ticket.Ref()) // so that reports find the ticket
	}
	return o.cfg.Mail.Send(ctx, Mail{ID: out.MessageID, From: from, To: l.To.Address, Raw: append([]byte(fields), raw...)})
}

// stamp is an instant as the customer reads it.
func stamp(t time.Time, language string) string {
	if strings.HasPrefix(language, "de") {
		return t.Format("02.01.2006")
	}
	return t.Format("2 January 2006")
}
