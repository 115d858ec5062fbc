package ticket

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// AnswerSource knows the answers to frequent questions: a FAQ, a search, a
// model. The desk asks it for tickets that a bot has, outside any transaction
// of the store and for at most 10 seconds. It must be safe for concurrent use.
type AnswerSource interface {
	// Answer returns what it knows, or an [Answer] that was not Found. An
	// error, or no answer in time, gives the ticket to people.
	Answer(ctx context.Context, q Question) (Answer, error)
}

// Question is what a customer wants to know.
type Question struct {
	Ticket   Ticket
	Text     string // what the customer wrote since it was last answered
	Language string // BCP 47
}

// Answer is what an [AnswerSource] knows.
type Answer struct {
	Found      bool
	Text       string
	Confidence float64  // 0 to 1; below the threshold of the rules people answer
	Links      []string // further reading
}

// CustomerSource knows the shop's customers: its CRM. The desk asks it outside
// any transaction of the store, for at most 2 seconds, and once per operation
// and customer. It must be safe for concurrent use.
type CustomerSource interface {
	// Customer returns what is known of a customer, or [ErrNotFound].
	Customer(ctx context.Context, shop, ref string) (Profile, error)
}

// Profile is what a shop knows of a customer. Name, Value and History are
// never stored by this package, but as words of a message that was sent.
type Profile struct {
	Name     string
	Segment  string
	Value    string // what the customer is worth, in the shop's own measure
	Language string // BCP 47
	Channel  Channel
	Zone     string // IANA
	History  string // earlier orders and matters, in words for an agent or a reply
}

// Slots that the desk fills from the customer's [Profile] where the sender
// leaves them empty.
const (
	SlotCustomerName    = "customer_name"
	SlotCustomerHistory = "customer_history"
)

const (
	answerTimeout = 10 * time.Second
	maxAsk        = 3   // tries to answer a customer who goes on writing
	maxQuestion   = 100 // messages of one question
)

// profiles asks the customer source once for each customer of an operation.
type profiles struct {
	desk *Desk
	seen map[string]Profile
}

func (d *Desk) newProfiles() *profiles { return &profiles{d, make(map[string]Profile)} }

// get returns what is known of a customer; nothing where the source cannot be
// asked, for that must not keep anything from happening.
func (p *profiles) get(ctx context.Context, shop, ref string) Profile {
	if p.desk.customers == nil || p.desk.bound || ref == "" {
		return Profile{}
	}
	if known, ok := p.seen[ref]; ok {
		return known
	}
	known, err := p.desk.askCustomer(ctx, shop, ref)
	if err != nil {
		known = Profile{}
	}
	p.seen[ref] = known
	return known
}

func (d *Desk) askCustomer(ctx context.Context, shop, ref string) (Profile, error) {
	ctx, cancel := context.WithTimeout(ctx, factsTimeout)
	defer cancel()
	known, err := d.customers.Customer(ctx, shop, ref)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return Profile{}, fmt.Errorf("ticket: customer source: %w", err)
	}
	return known, nil
}

// complete fills in what the intake does not know of a customer.
func (p *profiles) complete(ctx context.Context, shop string, c Customer) Customer {
	if c.Language != "" && c.Channel != "" && c.Zone != "" && c.Segment != "" {
		return c
	}
	known := p.get(ctx, shop, c.Ref)
	fill := func(s *string, otherwise string) {
		if *s == "" {
			*s = otherwise
		}
	}
	fill(&c.Language, known.Language)
	fill(&c.Zone, known.Zone)
	fill(&c.Segment, known.Segment)
	c.Channel = orChannel(c.Channel, known.Channel)
	return c
}

// fit brings what the host says of a customer into the limits: it must not
// keep a message out.
func (c Customer) fit(name func(string) string) Customer {
	if !c.Channel.valid() {
		c.Channel = ""
	}
	if _, err := loadZone(c.Zone); err != nil {
		c.Zone = ""
	}
	c.Ref, c.Language, c.Segment = name(c.Ref), name(c.Language), name(c.Segment)
	return c
}

func (c Customer) check(k *check, lim Limits, path string) {
	checkChannel(k, path+".channel", c.Channel)
	lim.checkName(k, path+".ref", c.Ref, false)
	lim.checkName(k, path+".language", c.Language, false)
	lim.checkName(k, path+".segment", c.Segment, false)
	if c.Zone == "" {
		return
	}
	if _, err := loadZone(c.Zone); err != nil {
		k.fail(path+".zone", cut(c.Zone, lim.Name), "is no time zone")
	}
}

// personal fills the slots of a command's template that the customer's profile
// can fill, where the sender left them empty.
func (p *profiles) personal(ctx context.Context, actor Actor, ref Ref, cmd Command) Command {
	f, _ := templated(cmd)
	form, ok := p.desk.rules.forms[f.ID]
	if !ok || p.desk.customers == nil || p.desk.bound {
		return cmd
	}
	slots := cloneMap(f.Slots)
	for _, s := range form.cfg.Slots {
		wanted := s.Name == SlotCustomerName || s.Name == SlotCustomerHistory
		if !wanted || strings.TrimSpace(slots[s.Name]) != "" {
			continue
		}
		env, err := p.desk.load(ctx, actor, ref)
		if err != nil {
			return cmd // the command will say so itself
		}
		known := p.get(ctx, ref.Shop, env.Ticket.Customer.Ref)
		if slots == nil {
			slots = make(map[string]string)
		}
		slots[s.Name] = known.Name
		if s.Name == SlotCustomerHistory {
			slots[s.Name] = known.History
		}
	}
	return withSlots(cmd, slots)
}

func withSlots(cmd Command, slots map[string]string) Command {
	switch cmd := cmd.(type) {
	case Reply:
		cmd.Template.Slots = slots
		return cmd
	case AskCustomer:
		cmd.Template.Slots = slots
		return cmd
	case Resolve:
		cmd.Template.Slots = slots
		return cmd
	default:
		return cmd
	}
}

// Customer returns what the customer source knows of a ticket's customer, for
// the agent who is to help. Errors are [ErrNotFound] (no such ticket or
// customer, no source, or an actor who may not know) and the source's own.
func (d *Desk) Customer(ctx context.Context, actor Actor, ref Ref) (Profile, error) {
	env, err := d.load(ctx, actor, ref)
	if err != nil {
		return Profile{}, err
	}
	if d.customers == nil || d.bound || actor.Kind == ActorCustomer || env.Ticket.Customer.Ref == "" {
		return Profile{}, fmt.Errorf("ticket: customer of %s: %w", ref, ErrNotFound)
	}
	return d.askCustomer(ctx, ref.Shop, env.Ticket.Customer.Ref)
}

// Answer lets the answer source answer a ticket that a bot has, or gives the
// ticket to people where it does not know. [Desk.Tick] does so for every
// message; call it to answer without waiting for that. A ticket that no bot
// has, or whose customer does not wait, stays as it is.
func (d *Desk) Answer(ctx context.Context, ref Ref) (Result, error) {
	bot := Actor{Kind: ActorBot, Shop: ref.Shop}
	for try := 1; ; try++ {
		env, err := d.load(ctx, bot, ref)
		if err != nil {
			return Result{}, err
		}
		if d.answers == nil || d.bound || !d.rules.asksBot(&env.Ticket) {
			return Result{Ticket: env.Ticket}, nil
		}
		cmd, err := d.ask(ctx, env.Ticket)
		if err != nil {
			return Result{}, err
		}
		res, err := d.Do(ctx, bot, ref, cmd)
		var refusal *Refusal
		switch {
		case errors.Is(err, ErrInvalid): // an answer that cannot be sent is none
			return d.Do(ctx, bot, ref, HandOff{Why: blocked(CodeBotDoubt)})
		case !errors.As(err, &refusal) || !refusal.Has(CodeUnread) || try == maxAsk:
			return res, err
		}
	}
}

// ask returns the bot's answer to all that the customer wrote since it was
// last answered, or a hand-off.
func (d *Desk) ask(ctx context.Context, t Ticket) (Command, error) {
	var texts []string
	for e, err := range d.eventsAfter(ctx, t.Ref(), t.Barrage.First-1) {
		if err != nil {
			return nil, err
		}
		if m := e.Message(); m != nil && (e.Kind == EventCustomerMessage || e.Kind == EventCreate) {
			texts = append(texts, m.Text)
		}
		if len(texts) == maxQuestion || e.Seq >= t.Barrage.Last {
			break
		}
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	a, err := d.answers.Answer(ctx, Question{t, strings.Join(texts, "\n\n"), t.Customer.Language})
	if err != nil || ctx.Err() != nil || !a.Found {
		return HandOff{Why: blocked(CodeBotDoubt)}, nil
	}
	return BotReply{Text: a.Text, Confidence: a.Confidence, Links: a.Links, Answers: t.Barrage.Last}, nil
}

// asksBot reports whether a ticket waits for the answer source.
func (r *Rules) asksBot(t *Ticket) bool {
	return r.cfg.BotAnswers && r.workflow.Kind(t.State) == StateBot && t.Barrage.First != 0
}
