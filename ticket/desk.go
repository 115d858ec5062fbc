package ticket

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// Desk is the shell around the pure core: it loads a ticket, decides, commits
// the outcome with a compare-and-swap, and tries again where somebody else
// was faster. It is safe for concurrent use, as are many of them over one
// store, in many processes.
type Desk struct {
	store    Store
	rules    *Rules
	now      func() time.Time
	random   io.Reader
	delivery Delivery
	lease    time.Duration
	publish  map[EventKind]bool
	policies func(pinned string) *sla.PolicySet // nil: no deadlines
	policy   string                             // of new tickets
	planners []Planner
	facts    func(context.Context, Ticket, time.Time) (Facts, error)
	given    *Facts // by WithFacts
	retain   func(Ticket, time.Time) []Blocker
	observe  func(Op)

	answers   AnswerSource
	customers CustomerSource
	bound     bool // to a transaction of the host's: see WithStore
}

// Config is what a desk needs beyond its store.
type Config struct {
	// Rules are how the shop works. Required.
	Rules *Rules
	// Now is the clock, usually time.Now. Required.
	Now func() time.Time
	// Delivery says who delivers what must leave the house: [DeskDelivers] or
	// [HostDelivers]. Required.
	Delivery Delivery
	// Random is where ids and numbers come from. Default: crypto/rand. It must
	// be safe for concurrent use.
	Random io.Reader
	// Lease is how long a claimed ticket is hidden from other workers. Default
	// 30 seconds.
	Lease time.Duration
	// Policies give the deadlines: all versions that tickets are still pinned
	// to. Nil: no deadlines.
	Policies *sla.PolicySet
	// LivePolicies gives them instead, where they may change while the desk works:
	// it is asked at the beginning of every operation, which has one set from end
	// to end, and again with an "id@version" that a ticket is pinned to and that
	// set lacks, so that a process can look for what another one has added. It
	// must be quick and safe for concurrent use, and never nil.
	LivePolicies func(pinned string) *sla.PolicySet
	// Policy is the id of the policy for new tickets. Required with Policies.
	Policy string
	// Planners are asked in this order after every change.
	Planners []Planner
	// Facts tells planners what the host knows beyond the ticket: once per
	// operation, for at most 2 seconds, outside any transaction of the store.
	// An error is Facts.Missing, never a failed operation. Nil: no facts.
	Facts func(ctx context.Context, t Ticket, now time.Time) (Facts, error)
	// Retain says what keeps a ticket from being erased, such as an open claim
	// or a duty to keep it; nil or none: nothing. It must not block.
	Retain func(t Ticket, now time.Time) []Blocker
	// Answers answers for bots, where the rules let it ([RulesConfig]
	// BotAnswers). Nil: nobody.
	Answers AnswerSource
	// Customers tells what the shop knows of its customers. Nil: nothing.
	Customers CustomerSource
	// Publish makes events of these kinds effects for the host too, beside
	// those that carry words to a customer.
	Publish []EventKind
	// Observe is told of every operation that has ended, for metrics and
	// traces. It must not block and must be safe for concurrent use. Nil:
	// nobody is told.
	Observe func(Op)
}

// defaultLease is how long a claim hides a ticket.
const defaultLease = 30 * time.Second

// NewDesk returns a desk over a store. The error is [Faults].
func NewDesk(store Store, cfg Config) (*Desk, error) {
	var c check
	if store == nil {
		c.fail("store", "nil", "is missing")
	}
	if cfg.Rules == nil {
		c.fail("rules", "nil", "is missing")
	}
	if cfg.Now == nil {
		c.fail("now", "nil", "is missing")
	}
	if cfg.Delivery == (Delivery{}) {
		c.fail("delivery", "", "is missing")
	}
	if cfg.Lease < 0 || cfg.Lease > MaxLease {
		c.failf("lease", cfg.Lease.String(), "lies outside 0 to %s", MaxLease)
	}
	checkPlanning(&c, cfg)
	if cfg.Rules != nil && cfg.Rules.cfg.BotAnswers && cfg.Answers == nil {
		c.fail("answers", "nil", "is missing: the rules let it answer")
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	d := &Desk{
		store: store, rules: cfg.Rules, now: cfg.Now, random: cfg.Random, delivery: cfg.Delivery,
		lease: cfg.Lease, publish: make(map[EventKind]bool), policies: cfg.livePolicies(), policy: cfg.Policy,
		planners: slices.Clone(cfg.Planners), facts: cfg.Facts, retain: cfg.Retain, answers: cfg.Answers,
		customers: cfg.Customers, observe: cfg.Observe,
	}
	if d.random == nil {
		d.random = rand.Reader
	}
	if d.lease == 0 {
		d.lease = defaultLease
	}
	for _, k := range cfg.Publish {
		d.publish[k] = true
	}
	return d, nil
}

// WithFacts returns a copy of the desk whose planners get these facts: for one
// operation, or within a transaction of the host's, where the desk asks
// nobody.
func (d *Desk) WithFacts(f Facts) *Desk {
	given := *d
	given.given = &f
	return &given
}

// WithStore returns a copy of the desk bound to the host's own transaction:
// it tries once and returns [ErrConflict] as it comes, asks for no unknown
// outcome, and delivers nothing. What it did counts when the host commits.
func (d *Desk) WithStore(tx Store) *Desk {
	bound := *d
	bound.store, bound.bound = tx, true
	return &bound
}

// Result is what a command brought about.
type Result struct {
	Ticket Ticket
	Events []Event
	// Repeated tells that the key had been used before with the same content:
	// Events are those of then, Ticket is as it stands now.
	Repeated bool
}

// Keyed is a command with an idempotency key: done once, however often it is
// called within 30 days. Keys belong to a shop and an actor; the same key
// with another command is [ErrKeyReuse].
type Keyed struct {
	Key     string
	Command Command
}

func (k Keyed) event() EventKind           { return k.Command.event() }
func (k Keyed) check(c *check, lim Limits) { k.Command.check(c, lim) }
func (k Keyed) body(in *Input) Body        { return k.Command.body(in) }

// Do gives a command to a ticket in an actor's name. Errors are [ErrNotFound]
// (also where the actor may not know of the ticket), [Faults], a [*Refusal],
// [ErrKeyReuse], [ErrConflict], and the store's own.
func (d *Desk) Do(ctx context.Context, actor Actor, ref Ref, cmd Command) (Result, error) {
	return d.do(ctx, actor, ref, cmd, d.newProfiles())
}

func (d *Desk) do(ctx context.Context, actor Actor, ref Ref, cmd Command, known *profiles) (Result, error) {
	key, cmd, err := d.idempotency(actor, ref.ID.String(), cmd)
	if err != nil {
		return Result{}, err
	}
	switch cmd.(type) {
	case nil, Open, CustomerMessage, Automatic, Merge, absorb, release, unmerge, eraseTicket:
		return Result{}, &Fault{Path: "command", Value: fmt.Sprintf("%T", cmd), Reason: "is not for Do"}
	}
	cmd = known.personal(ctx, actor, ref, cmd)
	var env envelope
	u, err := d.run(ctx, OpDo, ref, func(ctx context.Context, u *unit) error {
		// The key is asked for last: what another try of the same has changed must
		// not be a reason to refuse this one.
		env, err = d.load(ctx, actor, ref)
		if err != nil {
			return err
		}
		if done, err := u.repeated(ctx, key); done || err != nil {
			return err
		}
		events, err := u.decide(&env, actor, cmd, CauseCommand)
		if err != nil {
			return err
		}
		if events, err = u.conclude(ctx, &env, events); err != nil {
			return err
		}
		u.takeFor(key, ref, events)
		if err := u.change(ctx, &env, events); err != nil {
			return err
		}
		return u.fits()
	})
	if err != nil {
		return Result{}, err
	}
	res, err := d.result(ctx, u, env)
	return d.rules.show(actor, res), err
}

// Open opens a ticket in an actor's name. A customer opens one for itself, says
// nothing of how the shop is to work on it (no priority, tags, fields, links,
// segment or finding), and gets the result as a customer may see it.
func (d *Desk) Open(ctx context.Context, actor Actor, o Open) (Result, error) {
	if actor.Kind == ActorCustomer && !o.mayBeOf(actor) {
		return Result{}, &Refusal{Event: EventCreate, Blockers: blocked(CodeActor, "actor", string(actor.Kind))}
	}
	o.message = nil
	key, _, err := d.idempotency(actor, "open", Keyed{o.Key, o})
	if err != nil {
		return Result{}, err
	}
	finding := o.finding(actor.Shop)
	o.Customer = d.newProfiles().complete(ctx, actor.Shop, o.Customer)
	fresh, err := d.fresh()
	if err != nil {
		return Result{}, err
	}
	var env envelope
	u, err := d.run(ctx, OpOpen, Ref{}, func(ctx context.Context, u *unit) error {
		if done, err := u.repeated(ctx, key); done || err != nil {
			return err
		}
		if done, err := u.repeated(ctx, finding); done || err != nil {
			return err
		}
		var err error
		env, err = u.open(ctx, &fresh, actor, o, CauseCommand, nil)
		u.takeFor(key, env.Ticket.Ref(), u.events)
		if finding != nil {
			u.take(*finding, env.Ticket.Ref(), u.events)
		}
		return err
	})
	if err != nil {
		return Result{}, err
	}
	res, err := d.result(ctx, u, env)
	return d.rules.show(actor, res), err
}

// Get returns a ticket, or [ErrNotFound] where there is none or the actor may
// not know of it.
func (d *Desk) Get(ctx context.Context, actor Actor, ref Ref) (Ticket, error) {
	env, err := d.load(ctx, actor, ref)
	if err != nil {
		return Ticket{}, err
	}
	return d.rules.ticketFor(actor, env.Ticket), nil
}

// Find returns the ticket that people call by a number, which is read as
// [ParseNumber] does. The errors are those of Get too.
func (d *Desk) Find(ctx context.Context, actor Actor, number string) (Ticket, error) {
	clean, err := ParseNumber(number)
	if err != nil {
		return Ticket{}, err
	}
	held, err := d.holder(ctx, newKey(actor.Shop, KeyNumber, clean))
	if err != nil {
		return Ticket{}, fmt.Errorf("ticket: number %s: %w", clean, err)
	}
	return d.Get(ctx, actor, held.Ref)
}

// Listing is one page of tickets. Next is where the following one starts;
// nil: there is none.
type Listing struct {
	Tickets []Ticket
	Next    *Position
}

// List returns one page of tickets of the actor's shop; a customer sees its
// own. Query.Shop and Query.Kind are set by the desk.
func (d *Desk) List(ctx context.Context, actor Actor, q Query) (Listing, error) {
	q.Shop, q.Kind = actor.Shop, RecordTicket
	if actor.Kind == ActorCustomer {
		if actor.ID == "" || (q.Customer != "" && q.Customer != actor.ID) {
			return Listing{}, nil
		}
		q.Customer = actor.ID
	}
	page, err := d.store.List(ctx, q)
	if err != nil {
		return Listing{}, err
	}
	out := Listing{Tickets: make([]Ticket, 0, len(page.Records))}
	for _, r := range page.Records {
		env, err := decodeRecord(r)
		if err != nil {
			return Listing{}, err
		}
		out.Tickets = append(out.Tickets, d.rules.ticketFor(actor, env.Ticket))
	}
	if page.More && len(page.Records) > 0 {
		next := PositionOf(page.Records[len(page.Records)-1], q.Order)
		out.Next = &next
	}
	return out, nil
}

// load reads a ticket that the actor may know of.
func (d *Desk) load(ctx context.Context, actor Actor, ref Ref) (envelope, error) {
	if ref.Shop != actor.Shop {
		return envelope{}, fmt.Errorf("ticket: %s: %w", ref, ErrNotFound)
	}
	rec, err := d.store.Load(ctx, ref)
	if err != nil {
		return envelope{}, fmt.Errorf("ticket: load %s: %w", ref, err)
	}
	env, err := decodeRecord(rec)
	if err != nil {
		return envelope{}, err
	}
	if rec.Kind != RecordTicket || !actor.maySee(&env.Ticket) {
		return envelope{}, fmt.Errorf("ticket: %s: %w", ref, ErrNotFound)
	}
	return env, nil
}

// fresh draws what a new ticket needs.
func (d *Desk) fresh() (NewTicket, error) {
	id, err := newID(d.now(), d.random)
	if err != nil {
		return NewTicket{}, err
	}
	number, err := NewNumber(d.random)
	return NewTicket{id, number}, err
}

// result tells what a unit brought about: from what was committed, or, where
// only the commit's keys are known, from the store.
func (d *Desk) result(ctx context.Context, u *unit, env envelope) (Result, error) {
	if u.recalled == nil {
		return Result{Ticket: env.Ticket, Events: u.events}, nil
	}
	held := *u.recalled
	rec, err := d.store.Load(ctx, held.Ref)
	if err != nil {
		return Result{}, fmt.Errorf("ticket: load %s: %w", held.Ref, err)
	}
	env, err = decodeRecord(rec)
	if err != nil {
		return Result{}, err
	}
	r := Result{Ticket: env.Ticket, Repeated: u.repeat}
	if held.First == 0 {
		return r, nil
	}
	page, err := d.store.History(ctx, HistoryQuery{held.Ref, held.First - 1, int(held.Last - held.First + 1)})
	if err != nil {
		return Result{}, fmt.Errorf("ticket: history of %s: %w", held.Ref, err)
	}
	for _, se := range page {
		e, err := DecodeEvent(se)
		if err != nil {
			return Result{}, err
		}
		r.Events = append(r.Events, e)
	}
	return r, nil
}
