package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"time"

	"golang.org/x/time/rate"

	"github.com/kulanz-go/kulanz/examples/mail"
	"github.com/kulanz-go/kulanz/examples/shop/intake"
	"github.com/kulanz-go/kulanz/examples/shop/maildir"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/ticket"
)

// Mailbox makes a maildir whose mail goes to the desk.
func (a *App) Mailbox(dir *maildir.Dir, log *slog.Logger) *intake.Mailbox {
	return &intake.Mailbox{Dir: dir, Desk: a.Tickets, Log: log, Options: mail.Options{
		Shop: Shop, Own: []string{From().Address}, Owner: mail.OwnerOf(a.Tickets), Customer: a.sender, Orders: ordersIn, Save: a.attached,
	}}
}

// sender finds who writes, or makes a guest of whom nobody knows, so that it can be
// answered. A report is about somebody; it makes nobody.
func (a *App) sender(ctx context.Context, s mail.Sender) (ticket.Customer, error) {
	if s.Address == "" {
		return ticket.Customer{}, nil
	}
	c, err := a.DB.CustomerByEmail(ctx, s.Address)
	if errors.Is(err, store.ErrNotFound) && s.Reported {
		return ticket.Customer{}, nil
	}
	if errors.Is(err, store.ErrNotFound) {
		c, _, err = a.Guest(ctx, s.Name, s.Address, "de")
	}
	if err != nil {
		return ticket.Customer{}, fmt.Errorf("app: sender: %w", err)
	}
	return a.asks(c), nil
}

// ordersIn finds order numbers in what a customer wrote.
func ordersIn(subject, text string) []string {
	found := regexp.MustCompile(`\bW-[0-9]{5,6}\b`).FindAllString(subject+"\n"+text, 10)
	slices.Sort(found)
	return slices.Compact(found)
}

// attached keeps a file of a mail. What it is called and said to be is a stranger's
// claim: its type is what its bytes look like, or none.
func (a *App) attached(ctx context.Context, f mail.File, r io.Reader) (string, error) {
	var body bytes.Buffer
	if _, err := body.ReadFrom(r); err != nil {
		return "", fmt.Errorf("app: attachment: %w", err)
	}
	kind := http.DetectContentType(body.Bytes())
	if !slices.Contains([]string{"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"}, kind) {
		kind = "application/octet-stream"
	}
	id := NewKey()
	return id, a.DB.KeepFile(ctx, store.File{ID: id, Name: f.Name, Type: kind, Body: body.Bytes()})
}

// Incoming says how messages reach the shop from outside. What is empty is closed.
type Incoming struct {
	Mail  *maildir.Dir
	Token string // of the drop endpoint, at least 32 bytes
	// Secret signs the webhook of chats, messengers and marketplaces: at least 32
	// bytes.
	Secret string
	// Rate multiplies how often each may call; 0: as often as it likes.
	Rate float64
}

// What one of those who may call can send, and what of it is in memory at once.
const (
	callsPerSecond = 20
	callsAtOnce    = 200
	mailsAtOnce    = 4
)

func (in Incoming) limit() *rate.Limiter {
	if in.Rate <= 0 {
		return nil
	}
	return rate.NewLimiter(rate.Limit(callsPerSecond*in.Rate), callsAtOnce)
}

// Incoming makes the endpoints: POST /intake/mail takes a mail, POST /intake/webhook
// a message of a platform. Both check who calls by themselves.
func (a *App) Incoming(in Incoming) http.Handler {
	mux := http.NewServeMux()
	if in.Mail != nil && in.Token != "" {
		mux.Handle("/intake/mail", intake.Drop{Dir: in.Mail, Token: in.Token, Limit: in.limit(), Slots: make(chan struct{}, mailsAtOnce)})
	}
	if in.Secret != "" {
		mux.Handle("/intake/webhook", intake.Webhook{
			Source: "platform", Shop: Shop, Desk: a.Tickets, Secrets: [][]byte{[]byte(in.Secret)}, Limit: in.limit(),
			Now: time.Now, // of the platform, not of a shop that runs fast
			Customer: func(_ context.Context, who intake.Author) (ticket.Customer, error) {
				if who.ID == "" {
					return ticket.Customer{Language: who.Language}, nil
				}
				return ticket.Customer{Ref: "platform:" + who.ID, Language: who.Language}, nil
			},
		})
	}
	return mux
}

// marks are how far a mailbox was fetched, in the shop's database.
type marks struct {
	db  *store.DB
	key string
}

// Marks keeps the mark of a mailbox.
func (a *App) Marks(mailbox string) intake.Marks { //nolint:ireturn // its one use takes any
	return marks{a.DB, "imap " + mailbox}
}

// Mark implements intake.Marks.
func (m marks) Mark(ctx context.Context) (intake.Mark, error) {
	var mark intake.Mark
	if err := m.db.Setting(ctx, m.key, &mark); err != nil && !errors.Is(err, store.ErrNotFound) {
		return intake.Mark{}, err
	}
	return mark, nil
}

// SetMark implements intake.Marks.
func (m marks) SetMark(ctx context.Context, mark intake.Mark) error {
	return m.db.Set(ctx, m.key, mark)
}
