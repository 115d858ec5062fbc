package tickettest

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
)

// Shop is the shop that a [Desk] of this package works for.
const Shop = "shop"

// Clock is a clock that a test moves. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that stands at an instant.
func NewClock(start time.Time) *Clock { return &Clock{now: start} }

// Now returns where the clock stands.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock, back where d is negative, and returns where it
// stands then.
func (c *Clock) Advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}

// Random returns the same bytes for the same seed. It is safe for concurrent
// use, and no source of secrets.
func Random(seed uint64) io.Reader {
	var key [32]byte
	copy(key[:], strconv.FormatUint(seed, 36))
	return &random{source: rand.NewChaCha8(key)}
}

type random struct {
	mu     sync.Mutex
	source *rand.ChaCha8
}

func (r *random) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.source.Read(p)
}

// Outbox keeps what a desk delivered. It is safe for concurrent use.
type Outbox struct {
	mu    sync.Mutex
	sent  []ticket.Outgoing
	fails []error
}

// Deliver is for [ticket.DeskDelivers].
func (o *Outbox) Deliver(_ context.Context, out ticket.Outgoing) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.fails) > 0 {
		err := o.fails[0]
		o.fails = o.fails[1:]
		if err != nil {
			return err
		}
	}
	o.sent = append(o.sent, out)
	return nil
}

// Fail makes the next deliveries end so, one error each; nil lets one pass.
func (o *Outbox) Fail(errs ...error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.fails = append(o.fails, errs...)
}

// Sent returns what went out so far, in that order.
func (o *Outbox) Sent() []ticket.Outgoing {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.sent)
}

// DeskConfig is what a test may want of its desk; the zero value will do.
type DeskConfig struct {
	Store ticket.Store // default: a new one in memory
	Clock *Clock       // default: one of its own, on Monday 2 March 2026, 9:00 in Berlin
	Seed  uint64       // of ids and numbers; two desks over one store need two
	// Config is the desk's own. Rules are those of [NewRules] by default, and
	// the desk delivers into its Outbox; Now is always the Clock's, and Random
	// follows the Seed.
	ticket.Config
}

// Desk is a desk with all that a test moves and looks at.
type Desk struct {
	*ticket.Desk

	Store  ticket.Store
	Clock  *Clock
	Outbox *Outbox

	mu   sync.Mutex
	made int // tickets, by Ticket
	seed uint64
}

// NewDesk returns a desk for tests.
func NewDesk(tb testing.TB, cfg DeskConfig) *Desk {
	tb.Helper()
	d, err := newDesk(cfg)
	if err != nil {
		tb.Fatalf("tickettest: %v", err)
	}
	return d
}

func newDesk(cfg DeskConfig) (*Desk, error) {
	d := &Desk{Store: cfg.Store, Clock: cfg.Clock, Outbox: new(Outbox), seed: cfg.Seed}
	if d.Store == nil {
		d.Store = new(ticketmem.Store)
	}
	if d.Clock == nil {
		d.Clock = NewClock(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC))
	}
	if cfg.Rules == nil {
		rules, err := newRules(ticket.RulesConfig{})
		if err != nil {
			return nil, err
		}
		cfg.Rules = rules
	}
	if cfg.Delivery == (ticket.Delivery{}) {
		cfg.Delivery = ticket.DeskDelivers(d.Outbox.Deliver)
	}
	cfg.Now, cfg.Random = d.Clock.Now, Random(cfg.Seed)
	var err error
	d.Desk, err = ticket.NewDesk(d.Store, cfg.Config)
	return d, err
}

// NewRules returns rules for tests. Where cfg has no calendar, it is Monday to
// Friday, 9 to 17, Berlin.
func NewRules(tb testing.TB, cfg ticket.RulesConfig) *ticket.Rules {
	tb.Helper()
	r, err := newRules(cfg)
	if err != nil {
		tb.Fatalf("tickettest: %v", err)
	}
	return r
}

func newRules(cfg ticket.RulesConfig) (*ticket.Rules, error) {
	if cfg.Calendar == nil {
		hours, err := sla.ParseHours("Mo-Fr 09:00-17:00")
		if err != nil {
			return nil, err
		}
		cfg.Calendar, err = sla.NewCalendar(sla.CalendarConfig{ID: "office", Version: 1, Zone: "Europe/Berlin", Hours: hours})
		if err != nil {
			return nil, err
		}
	}
	return ticket.NewRules(cfg)
}

// Agent is an agent of [Shop].
func Agent(id string) ticket.Actor {
	return ticket.Actor{Kind: ticket.ActorAgent, ID: id, Shop: Shop}
}

// Lead is an agent who may what only leads may.
func Lead(id string) ticket.Actor {
	return ticket.Actor{Kind: ticket.ActorAgent, ID: id, Shop: Shop, Roles: []ticket.Role{ticket.RoleLead}}
}

// Customer is a customer of [Shop].
func Customer(id string) ticket.Actor {
	return ticket.Actor{Kind: ticket.ActorCustomer, ID: id, Shop: Shop}
}

// System is the desk itself, in [Shop].
func System() ticket.Actor { return ticket.Actor{Kind: ticket.ActorSystem, Shop: Shop} }

// Mail is a message to [Shop], of the customer and about the order named. Its
// text tells the key.
func Mail(key, customer, order string) ticket.Inbound {
	in := ticket.Inbound{
		Shop: Shop, Key: key, Channel: ticket.ChannelEmail, Customer: ticket.Customer{Ref: customer, Language: "de"},
		Subject: "Paket", Text: "Wo ist mein Paket? (" + key + ")", Reason: "delivery/late",
	}
	if order != "" {
		in.Orders = []string{order}
	}
	return in
}

// Events returns the whole history of a ticket.
func (d *Desk) Events(ctx context.Context, r ticket.Ref) ([]ticket.Event, error) {
	var out []ticket.Event
	for e, err := range d.History(ctx, ticket.Actor{Kind: ticket.ActorSystem, Shop: r.Shop}, r) {
		if err != nil {
			return out, err
		}
		out = append(out, e)
	}
	return out, nil
}

// Spec says which ticket [Desk.Ticket] makes. Zero fields take their default.
type Spec struct {
	State    ticket.State // default new
	Customer string       // default: a customer with this one ticket
	Order    string       // default: an order of its own
	Agent    string       // who works on it; default "anna"
}

// Ticket makes a ticket of [Shop] in a state, by the messages and commands
// that lead there: it is a ticket that a shop could have. The clock stands
// still meanwhile. State bot needs rules that let a bot take "delivery"; a
// merged one comes with the ticket that it went into; for an erased one all
// of its customer's tickets are erased.
func (d *Desk) Ticket(tb testing.TB, spec Spec) ticket.Ticket {
	tb.Helper()
	d.mu.Lock()
	d.made++
	n := fmt.Sprintf("%d-%d", d.seed, d.made)
	d.mu.Unlock()
	spec.State = cmp.Or(spec.State, ticket.StateNew)
	spec.Customer = cmp.Or(spec.Customer, "customer-"+n)
	spec.Order = cmp.Or(spec.Order, "order-"+n)
	spec.Agent = cmp.Or(spec.Agent, "anna")
	in := Mail("mail-"+n, spec.Customer, spec.Order)
	in.ToBot = spec.State == ticket.StateBot
	r, err := d.Receive(tb.Context(), in)
	for _, s := range way(spec, d.Clock.Now()) {
		if err == nil {
			_, err = d.Do(tb.Context(), s.actor, r.Ticket.Ref(), s.cmd)
		}
	}
	switch {
	case err != nil:
	case spec.State == ticket.StateMerged:
		into := d.Ticket(tb, Spec{State: ticket.StateOpen, Customer: spec.Customer, Agent: spec.Agent})
		_, err = d.Merge(tb.Context(), Agent(spec.Agent), r.Ticket.Ref(), into.Ref(), ticket.Merge{})
	case spec.State == ticket.StateErased:
		_, err = d.Erase(tb.Context(), Lead(spec.Agent), spec.Customer)
	}
	if err != nil {
		tb.Fatalf("tickettest: on the way to state %s: %v", spec.State, err)
	}
	t, err := d.Get(tb.Context(), System(), r.Ticket.Ref())
	if err != nil || t.State != spec.State {
		tb.Fatalf("tickettest: no way leads to state %q: the ticket is %q: %v", spec.State, t.State, err)
	}
	return t
}

// stage is one command on the way to a state.
type stage struct {
	actor ticket.Actor
	cmd   ticket.Command
}

func way(spec Spec, now time.Time) []stage {
	agent, customer := Agent(spec.Agent), Customer(spec.Customer)
	accept := stage{agent, ticket.Accept{}}
	resolve := stage{agent, ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Es liegt beim Nachbarn."}}
	switch spec.State {
	case ticket.StateOpen:
		return []stage{accept}
	case ticket.StateWaitingCustomer:
		return []stage{accept, {agent, ticket.AskCustomer{Text: "Welche Farbe?"}}}
	case ticket.StateWaitingThird:
		return []stage{accept, {agent, ticket.WaitThird{Party: "carrier"}}}
	case ticket.StateSnoozed:
		return []stage{accept, {agent, ticket.Snooze{Until: now.Add(24 * time.Hour), Reason: "stock arrives"}}}
	case ticket.StateResolved:
		return []stage{accept, resolve}
	case ticket.StateClosed:
		return []stage{accept, resolve, {customer, ticket.Confirm{}}}
	case ticket.StateSpam:
		return []stage{{agent, ticket.MarkSpam{Reason: "advertising"}}}
	default:
		return nil
	}
}
