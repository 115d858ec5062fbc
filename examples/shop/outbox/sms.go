package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/kulanz-go/kulanz/ticket"
)

// SMS is one text message.
type SMS struct {
	ID   string // the same at every try: gateways call it a client reference
	To   string // E.164
	Text string
}

// Sender brings text messages out. It must be safe for concurrent use, take the id
// for what it is, and return an error that wraps [ticket.ErrPermanent] where trying
// again is of no use.
type Sender interface {
	SendSMS(ctx context.Context, m SMS) error
}

// ErrGateway is what a [FakeGateway] says when it is told to fail.
var ErrGateway = errors.New("outbox: gateway does not answer")

// FakeGateway is a gateway that sends nothing and keeps everything, once for each
// id. The zero value is ready. It is safe for concurrent use.
type FakeGateway struct {
	mu    sync.Mutex
	sent  []SMS
	tries int
	fails []error
}

// Fail has the next calls fail, each with one of the errors; nil stands for
// success. [ErrGateway] is one that passes.
func (g *FakeGateway) Fail(errs ...error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.fails = append(g.fails, errs...)
}

// SendSMS implements [Sender]. A number that is none is refused for good.
func (g *FakeGateway) SendSMS(ctx context.Context, m SMS) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.tries++
	if len(g.fails) > 0 {
		err := g.fails[0]
		g.fails = g.fails[1:]
		if err != nil {
			return err
		}
	}
	if _, err := number(m.To); err != nil {
		return err
	}
	if !slices.ContainsFunc(g.sent, func(s SMS) bool { return s.ID == m.ID }) {
		g.sent = append(g.sent, m)
	}
	return nil
}

// Sent returns what was sent so far, in that order.
func (g *FakeGateway) Sent() []SMS {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.sent)
}

// Tries returns how often it was called.
func (g *FakeGateway) Tries() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.tries
}

// number brings a phone number into the form of E.164.
func number(text string) (string, error) {
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -/()", r) {
			return -1
		}
		return r
	}, text)
	rest, ok := strings.CutPrefix(digits, "+")
	if !ok || len(rest) < 8 || len(rest) > 15 || strings.ContainsFunc(rest, func(r rune) bool { return r < '0' || r > '9' }) {
		return "", fmt.Errorf("outbox: a number of %d bytes is none: %w", len(text), ticket.ErrPermanent)
	}
	return digits, nil
}

// smsLength is the most runes of one message: three parts of a long one.
const smsLength = 3 * 153

// short cuts a text for a message, at a word where there is one.
func short(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	runes := []rune(text)
	if len(runes) <= smsLength {
		return text
	}
	cut := string(runes[:smsLength-1])
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)*2/3 {
		cut = cut[:i]
	}
	return cut + "…"
}
