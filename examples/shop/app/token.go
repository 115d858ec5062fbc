package app

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/ticket"
)

// ErrToken says that a link is not one of the shop's, or too old.
var ErrToken = errors.New("app: no such link")

// Purpose is what a link is for: one that is for something else does not fit.
type Purpose string

// The purposes.
const (
	ForTicket Purpose = "ticket" // to see one's ticket and write to it
	ForLogin  Purpose = "login"  // to be known as a customer
)

const mac = 16 // bytes of the HMAC that a link carries: 128 bits

// Link returns a token for a reference, good for a time.
func (a *App) Link(p Purpose, ref string, lasts time.Duration) string {
	expires := a.now().Add(lasts).Unix()
	body := binary.BigEndian.AppendUint64(nil, uint64(expires)) //nolint:gosec // read back as it was written
	body = append(body, ref...)
	return base64.RawURLEncoding.EncodeToString(append(a.sign(p, body), body...))
}

// Opens returns the reference of a token, or ErrToken: uniformly, whatever is
// wrong with it.
func (a *App) Opens(p Purpose, token string) (string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) < mac+8 || len(raw) > 256 {
		return "", ErrToken
	}
	body := raw[mac:]
	if !hmac.Equal(raw[:mac], a.sign(p, body)) {
		return "", ErrToken
	}
	if int64(binary.BigEndian.Uint64(body)) < a.now().Unix() { //nolint:gosec // as it was written
		return "", ErrToken
	}
	return string(body[8:]), nil
}

func (a *App) sign(p Purpose, body []byte) []byte {
	h := hmac.New(sha256.New, a.secret)
	h.Write([]byte(Shop + "\x00" + string(p) + "\x00"))
	h.Write(body)
	return h.Sum(nil)[:mac]
}

// TicketLink lets its customer see a ticket for half a year.
func (a *App) TicketLink(t ticket.Ticket) string {
	return a.Link(ForTicket, t.ID.String()+" "+t.Customer.Ref, 180*24*time.Hour)
}

// OpensLogin returns the customer of a link to sign in with, as long as nobody has.
func (a *App) OpensLogin(token string) (string, error) {
	text, err := a.Opens(ForLogin, token)
	if err != nil {
		return "", err
	}
	_, customer, ok := strings.Cut(text, " ")
	if !ok {
		return "", ErrToken
	}
	return customer, nil
}

// UseLogin is OpensLogin for the one time that a link signs somebody in.
func (a *App) UseLogin(ctx context.Context, token string) (string, error) {
	customer, err := a.OpensLogin(token)
	if err != nil {
		return "", err
	}
	raw, err := base64.RawURLEncoding.DecodeString(token) // of which one text has several forms
	if err != nil {
		return "", ErrToken
	}
	id := sha256.Sum256(raw)
	first, err := a.DB.UseLink(ctx, hex.EncodeToString(id[:]), a.now().Add(time.Hour))
	if err == nil && !first {
		err = ErrToken
	}
	return customer, err
}

// OpensTicket returns the ticket of a link, and who its customer is.
func (a *App) OpensTicket(token string) (ticket.Ref, ticket.Actor, error) {
	text, err := a.Opens(ForTicket, token)
	if err != nil {
		return ticket.Ref{}, ticket.Actor{}, err
	}
	name, customer, _ := strings.Cut(text, " ")
	id, err := uuid.Parse(name)
	if err != nil || customer == "" {
		return ticket.Ref{}, ticket.Actor{}, ErrToken
	}
	return ticket.Ref{Shop: Shop, ID: id}, CustomerActor(customer), nil
}

// CustomerActor is a customer as an actor.
func CustomerActor(ref string) ticket.Actor {
	return ticket.Actor{Kind: ticket.ActorCustomer, ID: ref, Shop: Shop}
}

// System is the shop itself as an actor.
func System() ticket.Actor { return ticket.Actor{Kind: ticket.ActorSystem, Shop: Shop} }
