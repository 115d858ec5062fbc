package ticket

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// Barrage is what a customer has written since it was last answered: however
// many messages, one matter and at most one acknowledgement.
type Barrage struct {
	First        int64     `json:"first,omitempty"` // the sequence number of the message that began it
	Last         int64     `json:"last,omitempty"`  // and of the latest
	Since        time.Time `json:"since,omitzero"`
	Messages     int       `json:"messages,omitempty"`
	Channel      Channel   `json:"channel,omitempty"`
	Ack          bool      `json:"ack,omitempty"` // it may be acknowledged
	Acknowledged time.Time `json:"acknowledged,omitzero"`
}

// AckBudget bounds acknowledgements to addresses that nobody has verified, so
// that forged senders cannot make the desk flood a stranger.
type AckBudget struct {
	PerAddress int        `json:"per_address,omitempty"` // in any window; default 1
	PerShop    int        `json:"per_shop,omitempty"`    // in any window; default 200
	Window     sla.Period `json:"window,omitzero"`       // default 1 day
}

// maxProbes is how many places of a budget are tried for a free one. Where all
// of them are taken the budget counts as spent: too early now and then, never
// too late.
const maxProbes = 4

// defaultAckChannels are those on which a written word back is expected.
func defaultAckChannels() []Channel {
	return []Channel{ChannelEmail, ChannelForm, ChannelMarketplace}
}

// Acknowledge tells the customer that its messages are here and what is open,
// in words that quote nothing. [Desk.Tick] gives it.
type Acknowledge struct{}

func (Acknowledge) event() EventKind     { return EventAcknowledge }
func (Acknowledge) check(*check, Limits) {}
func (Acknowledge) body(in *Input) Body {
	text := in.Rules.Summary(*in.Ticket, in.Ticket.Customer.Language)
	return newMessage(text, orChannel(in.Ticket.Barrage.Channel, in.Ticket.Channel), nil)
}

func acknowledgeRows() []Row {
	return []Row{{
		Event: EventAcknowledge, From: []State{StateNew, StateOpen, StateWaitingThird, StateSnoozed},
		Actors: []ActorKind{ActorSystem}, Guards: []string{"acknowledge_due"},
	}}
}

func guardAcknowledgeDue(in *Input) []Blocker { return in.due(in.Rules.acknowledgeAt(in.Ticket)) }

// acknowledgeAt is when the barrage is to be acknowledged; zero: not, or done,
// or not in this state.
func (r *Rules) acknowledgeAt(t *Ticket) time.Time {
	possible := len(r.workflow.table[cell{EventAcknowledge, t.State}]) > 0
	if r.cfg.Acknowledge == (sla.Period{}) || !t.Barrage.Ack || !t.Barrage.Acknowledged.IsZero() || !possible {
		return time.Time{}
	}
	return r.after(t.Barrage.Since, r.cfg.Acknowledge)
}

// barrage counts a message of the customer.
func (t *fold) barrage(e Event, m *Message) {
	if t.Barrage.First == 0 {
		t.Barrage = Barrage{First: e.Seq, Since: e.At, Channel: m.Channel, Ack: m.Ack}
	}
	t.Barrage.Messages++
	t.Barrage.Last = e.Seq
	t.waitFrom(e.At)
}

// stopWaiting says that the ball is not with the shop any more.
func (t *fold) stopWaiting() { t.WaitingSince, t.Barrage = time.Time{}, Barrage{} }

// allowAck decides whether the barrage that the message begins may be
// acknowledged, and takes its place in the budget.
func (r *reception) allowAck(ctx context.Context, u *unit, t *Ticket, ref Ref) error {
	r.msg.Ack = false
	cfg := r.desk.rules.cfg
	switch {
	case cfg.Acknowledge == (sla.Period{}) || r.in.Auto != "" || r.in.Spam || t.Barrage.First != 0:
		return nil
	case !slices.Contains(cfg.AckChannels, r.in.Channel):
		return nil
	case r.in.Verified:
		r.msg.Ack = true
		return nil
	case r.in.Address == "":
		return nil
	}
	address, free, err := r.budget(ctx, u, "address", r.in.Address, cfg.AckBudget.PerAddress)
	if err != nil || !free {
		return err
	}
	whole, free, err := r.budget(ctx, u, "shop", r.in.Key, cfg.AckBudget.PerShop)
	if err != nil || !free {
		return err
	}
	u.take(address, ref, nil)
	u.take(whole, ref, nil)
	r.msg.Ack = true
	return nil
}

// budget returns a free place of a budget, where there is one. A place is held
// for one window from its taking, so no window of that length ever has more
// than n. Places of the shop are begun at one that the message's key gives, so
// that few messages meet at one.
func (r *reception) budget(ctx context.Context, u *unit, what, value string, n int) (Key, bool, error) {
	start, owner := 0, value
	if what == "shop" {
		h := digest(value)
		start, owner = (int(h[0])<<16|int(h[1])<<8|int(h[2]))%n, ""
	}
	for i := range min(n, maxProbes) {
		k := newKey(r.in.Shop, KeyNotice, "acknowledge", what, owner, strconv.Itoa((start+i)%n))
		k.Expires = r.desk.rules.after(u.commit.At, r.desk.rules.cfg.AckBudget.Window)
		held, err := r.desk.holder(ctx, k)
		switch {
		case errors.Is(err, ErrNotFound) || err == nil && held.free(u.commit.At):
			return k, true, nil
		case err != nil:
			return Key{}, false, fmt.Errorf("ticket: budget of acknowledgements: %w", err)
		}
	}
	return Key{}, false, nil
}

func (r *Rules) checkAcknowledge(c *check) {
	cfg := &r.cfg
	if len(cfg.AckChannels) == 0 {
		cfg.AckChannels = defaultAckChannels()
	}
	cfg.AckChannels = slices.Clone(cfg.AckChannels)
	for i, ch := range cfg.AckChannels {
		checkChannel(c, fmt.Sprintf("ack_channels[%d]", i), ch)
	}
	if cfg.AckBudget.PerAddress < 0 {
		c.fail("ack_budget.per_address", strconv.Itoa(cfg.AckBudget.PerAddress), "is below 0")
	}
	if cfg.AckBudget.PerShop < 0 {
		c.fail("ack_budget.per_shop", strconv.Itoa(cfg.AckBudget.PerShop), "is below 0")
	}
}
