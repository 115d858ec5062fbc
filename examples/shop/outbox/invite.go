package outbox

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/kulanz-go/kulanz/examples/mail"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/ticket"
)

// Invite sends an invitation to a survey, or the reminder of one, with a link to
// answer and one that ends all asking: for jobs.Config.Invite, or for
// [feedback.DeskDelivers]. It goes by mail, or as a text message where the policy
// says so.
func (o *Outbox) Invite(ctx context.Context, out feedback.Outgoing) error {
	if o.cfg.Person == nil || o.cfg.Answer == nil || o.cfg.Object == nil {
		return fmt.Errorf("%w: how to reach customers with surveys is missing", ErrConfig)
	}
	inv := out.Invitation
	who, err := o.cfg.Person(ctx, inv.Shop, inv.Customer)
	if err != nil {
		return fmt.Errorf("outbox: contact for invitation %s: %w", inv.Ref(), err)
	}
	answer, object := o.cfg.Answer(out.Answer), o.cfg.Object(out.Object)
	for _, link := range []string{answer, object} {
		if err := checkLink(link); err != nil {
			return err
		}
	}
	id := out.ID.String() + "@" + inv.Shop
	words := wordsOf(who.Language)
	if inv.Medium == feedback.MediumSMS {
		to, err := number(who.Phone)
		if err != nil || o.cfg.SMS == nil {
			return fmt.Errorf("outbox: invitation %s: no number: %w", inv.Ref(), feedback.ErrPermanent)
		}
		return o.cfg.SMS.SendSMS(ctx, SMS{ID: id, To: to, Text: fmt.Sprintf(words.sms, answer, object)})
	}
	if who.Email == "" {
		return fmt.Errorf("outbox: invitation %s: no address: %w", inv.Ref(), feedback.ErrPermanent)
	}
	subject := words.subject
	if out.Kind == feedback.EffectRemind {
		subject = words.again
	}
	text := fmt.Sprintf(words.text, strings.TrimSpace(who.Name), answer, stamp(inv.Expires, who.Language), object)
	// A survey is no answer to a ticket, but a mail of the machine's all the same.
	err = o.send(ctx, ticket.Outgoing{
		Ticket:    ticket.Ticket{ID: inv.ID, Shop: inv.Shop, Customer: ticket.Customer{Language: who.Language}},
		Event:     ticket.Event{ID: out.ID, Kind: ticket.EventReminder, At: inv.Created, Actor: ticket.By{Kind: ticket.ActorSystem}, Body: ticket.Message{Text: text}},
		MessageID: id,
	}, mail.Letter{
		From: o.cfg.From, To: mail.Address{Name: who.Name, Address: who.Email}, Now: inv.Created, Subject: subject,
	}, "List-Unsubscribe: <"+object+">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n") // RFC 8058
	if err != nil && isPermanent(err) {
		return fmt.Errorf("%w: %w", err, feedback.ErrPermanent)
	}
	return err
}

// checkLink keeps everything but a link of the web out of a header field.
func checkLink(link string) error {
	u, err := url.Parse(link)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || len(link) > 900 ||
		strings.ContainsFunc(link, func(r rune) bool { return r <= ' ' || r > '~' || r == '<' || r == '>' }) {
		return fmt.Errorf("%w: a link of %d bytes is none", ErrConfig, len(link))
	}
	return nil
}

// words are those of an invitation.
type words struct{ subject, again, text, sms string }

func wordsOf(language string) words {
	if strings.HasPrefix(language, "en") {
		return words{
			subject: "How did we do?",
			again:   "Two clicks left: how did we do?",
			text: "Hello %s,\n\nyour request is solved, as far as we know. Were you satisfied? One click is enough:\n\n%s\n\n" +
				"The link is valid until %s. If you do not want to be asked any more, tell us here, at no cost and at any time:\n\n%s\n",
			sms: "Were you satisfied with us? %s - No more questions: %s",
		}
	}
	return words{
		subject: "Waren Sie mit uns zufrieden?",
		again:   "Kurz nachgefragt: Waren Sie mit uns zufrieden?",
		text: "Guten Tag %s,\n\nIhr Anliegen ist aus unserer Sicht gelöst. Waren Sie zufrieden? Ein Klick genügt:\n\n%s\n\n" +
			"Der Link gilt bis zum %s. Wenn Sie nicht mehr gefragt werden möchten, sagen Sie es uns hier, jederzeit und ohne Kosten:\n\n%s\n",
		sms: "Waren Sie mit uns zufrieden? %s - Keine Fragen mehr: %s",
	}
}

func isPermanent(err error) bool { return errors.Is(err, ticket.ErrPermanent) }
