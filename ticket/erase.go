package ticket

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Erased is the body of erase: the host's references to files that have to go
// too. It is an effect for whoever delivers, under whichever [Delivery].
type Erased struct {
	Files []string `json:"files,omitempty"`
}

func (Erased) body() {}

// eraseTicket is the command behind [Desk.Erase].
type eraseTicket struct{ files []string }

func (eraseTicket) event() EventKind     { return EventErase }
func (eraseTicket) check(*check, Limits) {}
func (e eraseTicket) body(*Input) Body   { return Erased{Files: e.files} }

// EraseResult tells what was erased and what was not, with the reasons.
type EraseResult struct {
	Erased []Ref
	Kept   []Retained
}

// Retained is a ticket that may not be erased yet.
type Retained struct {
	Ref      Ref
	Blockers []Blocker
}

// Erase takes all personal data out of every ticket of these customers, out of
// its record and its whole history: what stays is a tombstone of ids, states
// and times, and keys that are hashes. [Config.Retain] may hold a ticket back.
// A block that stands is kept until it ends. It is repeatable: a call that broke off is made again, and what is erased
// already stays so. It takes a lead, or the system.
func (d *Desk) Erase(ctx context.Context, actor Actor, customers ...string) (EraseResult, error) {
	var res EraseResult
	for _, customer := range customers {
		if customer == "" {
			return res, &Fault{Path: "customer", Value: "", Reason: "is missing"}
		}
		refs, err := d.refsOf(ctx, actor, customer)
		if err != nil {
			return res, err
		}
		for _, ref := range refs {
			kept, err := d.eraseOne(ctx, actor, ref)
			switch {
			case err != nil:
				return res, fmt.Errorf("ticket: erase %s: %w", ref, err)
			case len(kept) > 0:
				res.Kept = append(res.Kept, Retained{ref, kept})
			default:
				res.Erased = append(res.Erased, ref)
			}
		}
		if err := d.eraseBlocks(ctx, actor, customer, &res); err != nil {
			return res, err
		}
	}
	return res, nil
}

// refsOf returns all tickets of a customer. They are listed before any is
// erased, since erasing takes them out of the list.
func (d *Desk) refsOf(ctx context.Context, actor Actor, customer string) ([]Ref, error) {
	var refs []Ref
	q := Query{Customer: customer, Limit: MaxPage}
	for {
		page, err := d.List(ctx, actor, q)
		if err != nil {
			return nil, err
		}
		for i := range page.Tickets {
			refs = append(refs, page.Tickets[i].Ref())
		}
		if page.Next == nil {
			return refs, nil
		}
		q.After = page.Next
	}
}

// eraseOne erases one ticket, or says what holds it back.
func (d *Desk) eraseOne(ctx context.Context, actor Actor, ref Ref) ([]Blocker, error) {
	var kept []Blocker
	plan := func(ctx context.Context, u *unit) error {
		var err error
		kept, err = u.tombstone(ctx, actor, ref)
		return err
	}
	u, err := d.attempt(ctx, OpErase, ref, plan, func(ctx context.Context, c Commit) error {
		return d.store.Erase(ctx, EraseRequest{Commit: c, Redact: redactStored})
	})
	if err != nil || u.recalled != nil {
		return nil, err
	}
	return kept, nil
}

// tombstone plans the commit. The ticket that stays is the sum of the
// redacted history, so the two cannot disagree.
func (u *unit) tombstone(ctx context.Context, actor Actor, ref Ref) ([]Blocker, error) {
	env, err := u.desk.load(ctx, actor, ref)
	if err != nil {
		return nil, err
	}
	if u.desk.rules.workflow.Kind(env.Ticket.State) == StateErased {
		return nil, nil // by another call; nothing personal comes back after it
	}
	if u.desk.retain != nil {
		if kept := u.desk.retain(env.Ticket, u.commit.At); len(kept) > 0 {
			return kept, nil
		}
	}
	var clean Ticket
	var files []string
	for e, err := range u.desk.events(ctx, ref) {
		if err != nil {
			return nil, err
		}
		files = append(files, filesOf(e)...)
		clean = Apply(clean, redact(e))
	}
	if clean.Seq != env.Ticket.Seq {
		return nil, ErrConflict // changed between the two looks: look again
	}
	clean.Clocks = env.Ticket.Clocks
	env.Ticket = clean
	env.Memos, env.Pending = nil, nil
	events, err := u.decide(&env, actor, eraseTicket{sortedUnique(files)}, CauseCommand)
	if err != nil {
		return nil, err
	}
	if events, err = u.conclude(ctx, &env, events); err != nil {
		return nil, err
	}
	return nil, u.change(ctx, &env, events)
}

// filesOf returns the host's references in an event.
func filesOf(e Event) []string {
	var out []string
	if b, ok := e.Body.(Erased); ok {
		out = slices.Clone(b.Files)
	}
	if m := e.Message(); m != nil {
		for _, a := range m.Attachments {
			out = append(out, a.Ref)
		}
		if m.Raw != "" {
			out = append(out, m.Raw)
		}
	}
	return out
}

// redactStored takes the personal data out of an event as a store keeps it.
func redactStored(se StoredEvent) (StoredEvent, error) {
	e, err := DecodeEvent(se)
	if err != nil {
		if !errors.Is(err, ErrCorrupt) {
			return StoredEvent{}, err
		}
		se.Data = []byte("{}") // unreadable, so nobody can say what it holds
		return se, nil
	}
	return EncodeEvent(redact(e))
}

// redact takes the personal data out of an event: words, names, references to
// orders, free text. Kinds, states, times, codes and counts stay. A body that
// it does not know goes whole.
func redact(e Event) Event {
	if e.Actor.Kind == ActorCustomer {
		e.Actor.ID = ""
	}
	switch b := e.Body.(type) {
	case Created:
		e.Body = Created{
			Shop: b.Shop, Ticket: b.Ticket, Number: b.Number, Priority: b.Priority, Channel: b.Channel,
			Reason: b.Reason, Touchpoint: b.Touchpoint, Links: b.Links, Message: silent(b.Message), Deadline: b.Deadline,
		}
	case Message:
		e.Body = *silent(&b)
	case Waited:
		e.Body = Waited{Message: silent(b.Message), Wake: b.Wake, Reminders: b.Reminders}
	case Solved:
		e.Body = Solved{Code: b.Code, Message: silent(b.Message), CloseBy: b.CloseBy, FollowUp: b.FollowUp}
	case Changed:
		e.Body = Changed{Priority: b.Priority, Reason: b.Reason, Touchpoint: b.Touchpoint}
	case Promised:
		b.Promise.Text = ""
		e.Body = b
	case PromiseEnded:
		e.Body = PromiseEnded{ID: b.ID}
	case Escalated:
		e.Body = Escalated{Team: b.Team}
	case Merged:
		b.Reason = ""
		e.Body = b
	case HandedOff, Tagged, Reopened:
		e.Body = emptied(b)
	case Recorded:
		e.Body = b.withoutDetail()
	case Woken, BotTaken, Assigned, Linked, Erased:
	default:
		e.Body = nil
	}
	return e
}

// emptied keeps the kind of a body whose whole content is free text, for the
// fact that it was there counts.
func emptied(b Body) Body {
	switch b.(type) {
	case HandedOff:
		return HandedOff{}
	case Tagged:
		return Tagged{}
	default:
		return Reopened{}
	}
}

// withoutDetail is a record without what a planner noted in its own words.
func (r Recorded) withoutDetail() Recorded {
	if r.Step != nil {
		step := *r.Step
		step.Detail, r.Step = nil, &step
	}
	return r
}

// silent is a message without its words.
func silent(m *Message) *Message {
	if m == nil {
		return nil
	}
	return &Message{Channel: m.Channel, Cut: m.Cut, Cleaned: m.Cleaned}
}
