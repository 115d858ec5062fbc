package app

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kulanz-go/kulanz/escalation/queue"
	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/sla/statute"
	"github.com/kulanz-go/kulanz/ticket"
)

// Guest returns the customer with an address, who is made up where there is none.
// True tells that: a guest's first ticket may be shown at once, for all that is
// in it was just typed. What is known of anybody else goes to their mailbox alone.
func (a *App) Guest(ctx context.Context, name, email, language string) (demo.Customer, bool, error) {
	c, err := a.DB.CustomerByEmail(ctx, email)
	if !errors.Is(err, store.ErrNotFound) {
		return c, false, err
	}
	c = demo.Customer{
		Ref: "guest-" + NewKey(), Name: name, Email: strings.ToLower(email), Language: language,
		Channel: ticket.ChannelEmail, Segment: demo.SegmentNew, Since: a.now(),
	}
	return c, true, a.DB.KeepCustomer(ctx, c)
}

// NewKey is a random reference that nobody can guess.
func NewKey() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// Contact is a filled-in form.
type Contact struct {
	Key      string // of the form: sent twice it is one message
	Customer demo.Customer
	Verified bool // the customer was signed in
	Order    string
	Reason   ticket.Reason
	Subject  string
	Text     string
	Files    []store.File
	ToBot    bool
}

// Write brings a form's words to the desk.
func (a *App) Write(ctx context.Context, c Contact) (ticket.Receipt, error) {
	in := ticket.Inbound{
		Shop: Shop, Key: "form:" + c.Key, Channel: ticket.ChannelForm, Customer: a.asks(c.Customer),
		Subject: c.Subject, Text: c.Text, Reason: c.Reason, ToBot: c.ToBot,
		Address: c.Customer.Email, Verified: c.Verified,
	}
	if c.Order != "" {
		in.Orders = []string{c.Order}
	}
	files, err := a.keepFiles(ctx, c.Customer.Ref, c.Files)
	if err != nil {
		return ticket.Receipt{}, err
	}
	in.Attachments = files
	receipt, err := a.Tickets.Receive(ctx, in)
	if err != nil || receipt.Ticket.State != ticket.StateBot {
		return receipt, err
	}
	answered, err := a.Tickets.Answer(ctx, receipt.Ticket.Ref()) // at once: the bot answers, or a person has it
	if err == nil {
		receipt.Ticket = answered.Ticket
	}
	return receipt, err
}

// Add is a message on a ticket's own page.
func (a *App) Add(ctx context.Context, ref ticket.Ref, customer, key, text string, files []store.File) (ticket.Receipt, error) {
	kept, err := a.keepFiles(ctx, customer, files)
	if err != nil {
		return ticket.Receipt{}, err
	}
	who, err := a.DB.Customer(ctx, customer)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return ticket.Receipt{}, err
	}
	who.Ref = customer
	return a.Tickets.Receive(ctx, ticket.Inbound{
		Shop: Shop, Key: "page:" + key, Channel: ticket.ChannelForm, Customer: a.asks(who), Ticket: &ref, Text: text, Attachments: kept, Verified: true,
	})
}

func (a *App) asks(c demo.Customer) ticket.Customer {
	return ticket.Customer{Ref: c.Ref, Language: c.Language, Channel: c.Channel, Segment: string(c.Segment)}
}

func (a *App) keepFiles(ctx context.Context, customer string, files []store.File) ([]ticket.Attachment, error) {
	var out []ticket.Attachment
	for _, f := range files {
		f.ID, f.Customer = NewKey(), customer
		if err := a.DB.KeepFile(ctx, f); err != nil {
			return nil, err
		}
		out = append(out, ticket.Attachment{Ref: f.ID, Name: f.Name, Type: f.Type, Size: int64(len(f.Body))})
	}
	return out, nil
}

// GrantsFor returns what the customer of a ticket gets by it: what is owed, and the
// favours that are on their way. What is being agreed on is told by an answer.
func (a *App) GrantsFor(ctx context.Context, t ticket.Ref) ([]goodwill.Grant, error) {
	page, err := a.Goodwill.List(ctx, goodwill.Actor{ID: "page", Shop: Shop}, goodwill.Query{Label: "case:" + t.ID.String(), Limit: 50})
	return slices.DeleteFunc(page.Grants, func(g goodwill.Grant) bool {
		switch g.State {
		case goodwill.StateReserved, goodwill.StateExecuting, goodwill.StateUnknown, goodwill.StateSettled, goodwill.StateFailed, goodwill.StateReversed:
			return false
		case goodwill.StateApproved:
			return !g.Auto
		case goodwill.StateNone, goodwill.StateProposed, goodwill.StateRejected, goodwill.StateExpired:
		}
		return true
	}), err
}

// Waiting is what a customer may expect before somebody answers, with how many
// are before it. It is a range, rounded up, in opening hours.
func (a *App) Waiting(ctx context.Context, language string) (string, error) {
	ahead, err := a.waiting.get(a.now(), func() (int, error) { return a.countWaiting(ctx) })
	if err != nil {
		return "", err
	}
	wait, err := handling().Wait(ahead, a.answering())
	if err != nil {
		return "", err
	}
	n, err := queue.NewNotice(wait, ahead, a.Calendar, a.now())
	if err != nil {
		return "", err
	}
	return n.Text(language, a.Calendar.Zone(), a.now()), nil
}

// countWaiting counts the customers who wait for an answer.
func (a *App) countWaiting(ctx context.Context) (int, error) {
	n := 0
	for t, err := range a.each(ctx, System(), ticket.Query{States: []ticket.State{ticket.StateNew, ticket.StateOpen}}) {
		if err != nil {
			return 0, err
		}
		if !t.WaitingSince.IsZero() {
			n++
		}
	}
	return n, nil
}

// handling is how long a contact takes.
func handling() queue.Handling { return queue.Handling{Mean: 9 * time.Minute, CV2: 1} }

// answering is how many agents answer: at least one.
func (a *App) answering() int {
	n := 0
	for _, p := range a.Agents() {
		if p.Role == demo.RoleAgent {
			n++
		}
	}
	return max(n, 1)
}

// recent is a figure that is reckoned anew at most every few seconds, by one at a
// time: many pages show it.
type recent[T any] struct {
	mu sync.Mutex
	at time.Time
	v  T
}

const recentLasts = 5 * time.Second

func (r *recent[T]) get(now time.Time, anew func() (T, error)) (T, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if age := now.Sub(r.at); !r.at.IsZero() && age >= 0 && age < recentLasts {
		return r.v, nil
	}
	v, err := anew()
	if err == nil {
		r.v, r.at = v, now
	}
	return v, err
}

// Withdraw records a withdrawal that came in by the button, with the ticket that
// sees to it and the receipt that goes to its sender, in one transaction. It is
// valid whatever else is known of the order: nobody has to give a reason, or to be
// signed in (sections 355 and 356a BGB). Sent twice under one key it is one.
func (a *App) Withdraw(ctx context.Context, key string, w store.Withdrawal, customer demo.Customer) (store.Withdrawal, error) {
	sum := sha256.Sum256([]byte("withdrawal\x00" + key))
	w.ID, w.At, w.Customer = hex.EncodeToString(sum[:16]), a.now(), customer.Ref
	err := a.DB.In(ctx, func(tx *store.Tx) error {
		if err := tx.KeepWithdrawal(ctx, w); err != nil {
			return err
		}
		receipt, err := a.Tickets.WithStore(tx.Desk.Tickets()).Receive(ctx, ticket.Inbound{
			Shop: Shop, Key: "withdrawal:" + w.ID, Channel: ticket.ChannelForm, Customer: a.asks(customer), Orders: []string{w.Order},
			Reason: "withdrawal/declared", Priority: ticket.PriorityHigh, Touchpoint: ticket.TouchReturn,
			Subject: "Widerruf " + w.Order, Text: a.Declaration(w, "de"),
		})
		if err != nil {
			return err
		}
		l := letter(demo.Customer{Ref: customer.Ref, Email: w.Email}, receiptSubject(w), a.Receipt(w))
		if err := tx.KeepLetter(ctx, w.At, l); err != nil {
			return err
		}
		return tx.SetWithdrawalTicket(ctx, w.ID, receipt.Ticket.ID.String())
	})
	if err == nil {
		return w, nil
	}
	if before, found := a.DB.Withdrawal(ctx, w.ID); found == nil { // sent twice
		return before, nil
	}
	return store.Withdrawal{}, err
}

// Declaration is what was declared, word for word.
func (a *App) Declaration(w store.Withdrawal, language string) string {
	words := [4]string{"Ich widerrufe den Vertrag über die Bestellung %s.", "Name: %s", "E-Mail: %s", "Nur diese Positionen: %s"}
	if language == "en" {
		words = [4]string{"I withdraw from the contract of order %s.", "Name: %s", "E-mail: %s", "Only these items: %s"}
	}
	text := fmt.Sprintf(words[0]+"\n"+words[1]+"\n"+words[2], w.Order, w.Name, w.Email)
	if len(w.Lines) > 0 {
		text += "\n" + fmt.Sprintf(words[3], strings.Join(w.Lines, ", "))
	}
	return text
}

func receiptSubject(w store.Withdrawal) string {
	if w.Language == "en" {
		return "Receipt of your withdrawal"
	}
	return "Eingangsbestätigung Ihres Widerrufs"
}

// Receipt confirms content, date and time of a withdrawal on a durable medium
// (section 356a(4) BGB). That it came is all it says: whether the right was there
// is another question.
func (a *App) Receipt(w store.Withdrawal) string {
	at := w.At.In(a.Calendar.Zone())
	if w.Language == "en" {
		return "Your withdrawal has reached us on " + at.Format("2 January 2006 at 15:04:05 MST") + ":\n\n" + a.Declaration(w, "en") + "\n"
	}
	return "Ihr Widerruf ist am " + at.Format("02.01.2006 um 15:04:05 Uhr (MST)") + " bei uns eingegangen:\n\n" + a.Declaration(w, "de") + "\n"
}

// withdrawalEvents are what a declaration means for the order.
func withdrawalEvents(w store.Withdrawal) []order.Event {
	return []order.Event{
		{Kind: statute.WithdrawalReceived, At: statute.At(w.At), Lines: w.Lines, Via: order.ViaButton},
	}
}
