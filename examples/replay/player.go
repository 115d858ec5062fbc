package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
)

// player runs cases of a log through a desk whose clock follows the log. It
// is not safe for concurrent use: every worker has its own.
type player struct {
	m      *Mapping
	rules  *ticket.Rules
	zone   *time.Location // of the desk
	random io.Reader
	actors map[string]ticket.ActorKind
	makers map[ticket.EventKind]maker
	life   *Life

	planners []ticket.Planner

	// Of the case being played.
	c      *LogCase
	store  *ticketmem.Store
	desk   *ticket.Desk
	clock  time.Time
	ticket ticket.Ticket // as the system sees it
	folded ticket.Ticket // the same, as the sum of the events so far
	row    *Row
	trail  trail
	before string // the activity of the row before
	marks  []sla.Mark
	story  func(*Row, []ticket.Event, []Rejection) // hears of every row; nil: nobody listens
}

func newPlayer(m *Mapping, rules *ticket.Rules, zone *time.Location) *player {
	return &player{
		m: m, rules: rules, zone: zone, random: rand.NewChaCha8([32]byte{}),
		actors: actorKinds(), makers: commandMakers(),
		life: newLife(),
	}
}

// play runs one case and returns the marks of its timeline, which hold until
// the next call.
func (p *player) play(ctx context.Context, c *LogCase) ([]sla.Mark, error) {
	store := new(ticketmem.Store)
	desk, err := ticket.NewDesk(store, ticket.Config{
		Rules: p.rules, Now: func() time.Time { return p.clock },
		Delivery: ticket.HostDelivers(), Random: p.random, Planners: p.planners, Facts: p.facts,
	})
	if err != nil {
		return nil, err
	}
	p.c, p.store, p.desk, p.clock, p.before, p.marks = c, store, desk, time.Time{}, "", p.marks[:0]
	p.ticket, p.folded, p.trail = ticket.Ticket{}, ticket.Ticket{}, trail{told: -1}
	s := stay{zone: p.zone}
	for i := range c.Rows {
		p.row = &c.Rows[i]
		if p.row.At.After(p.clock) {
			p.clock = p.row.At
		}
		if err := p.playRow(ctx, &s); err != nil {
			return nil, fmt.Errorf("case %s, line %d: %w", c.ID, p.row.Line, err)
		}
		p.before = p.row.Activity
	}
	p.life.finish(c, &p.ticket, &s)
	if p.m.LastPriority {
		for _, m := range p.marks {
			if m.Subject != nil {
				m.Subject.Priority = string(p.ticket.Priority)
			}
		}
	}
	return p.marks, nil
}

// playRow follows what the row's columns say, and gives the commands of its
// activity: these first where the ticket must be reopened.
func (p *player) playRow(ctx context.Context, s *stay) error {
	activity := p.m.Activities[p.row.Activity]
	p.trail.told = max(p.trail.told, p.row.Hops)
	after := s.ended && !activity.Ends
	parts := []func(context.Context) ([]ticket.Event, []Rejection, error){
		p.follow,
		func(ctx context.Context) ([]ticket.Event, []Rejection, error) { return p.step(ctx, activity) },
	}
	switch p.ticket.State {
	case ticket.StateNone:
		parts = parts[1:] // the columns are followed when it is opened
	case ticket.StateClosed:
		slices.Reverse(parts)
	}
	var events []ticket.Event
	var refused []Rejection
	for _, part := range parts {
		more, stops, err := part(ctx)
		if err != nil {
			return err
		}
		events, refused = append(events, more...), append(refused, stops...)
	}
	for i := range events {
		p.folded = ticket.Apply(p.folded, events[i])
		p.marks = append(p.marks, p.mark(&events[i]))
		if !p.trail.event(&events[i]) {
			p.life.event(&events[i], s)
		}
	}
	s.workAfter = s.workAfter || after
	p.life.reject(p.row.Line, refused)
	if p.story != nil {
		p.story(p.row, events, refused)
	}
	return nil
}

// step gives the commands of the first step that fits and is not refused at
// once. It returns what happened, and what was refused.
func (p *player) step(ctx context.Context, a Activity) ([]ticket.Event, []Rejection, error) {
	refused := p.rejection("", noStep)
	for i := range a.Steps {
		s := &a.Steps[i]
		if !p.fits(s) {
			continue
		}
		events, stop, err := p.give(ctx, s.Give)
		switch {
		case err != nil || stop == nil:
			return events, nil, err
		case len(events) > 0:
			return events, []Rejection{*stop}, nil
		}
		refused = stop
	}
	return nil, []Rejection{*refused}, nil
}

// fits reports whether a step is for the ticket as it stands.
func (p *player) fits(s *Step) bool {
	state := cmp.Or(string(p.ticket.State), noState)
	is := func(want *bool, got bool) bool { return want == nil || *want == got }
	return (len(s.In) == 0 || slices.Contains(s.In, state)) &&
		is(s.Again, p.before == p.row.Activity) &&
		is(s.Other, p.row.Agent != "" && p.row.Agent != p.ticket.Assignee) &&
		is(s.Early, p.row.At.Before(p.row.Closed))
}

// give gives commands one after the other, until one is refused.
func (p *player) give(ctx context.Context, cmds []Command) ([]ticket.Event, *Rejection, error) {
	var events []ticket.Event
	for _, c := range cmds {
		more, err := p.command(ctx, c)
		if stop, err := p.refusal(c.Do, err); stop != nil || err != nil {
			return events, stop, err
		}
		events = append(events, more...)
		if c.Do == ticket.EventCreate {
			more, stops, err := p.follow(ctx)
			events = append(events, more...)
			if err != nil {
				return events, nil, err
			}
			if len(stops) > 0 {
				return events, &stops[0], nil
			}
		}
	}
	return events, nil, nil
}

// command gives one command of a mapping.
func (p *player) command(ctx context.Context, c Command) ([]ticket.Event, error) {
	actor := p.actor(c.By)
	if c.Do != ticket.EventCreate && p.ticket.State == ticket.StateNone {
		return nil, ticket.ErrNotFound
	}
	switch c.Do {
	case ticket.EventCreate:
		return p.open(ctx, actor, c)
	case ticket.EventCustomerMessage:
		return p.receive(ctx, c)
	default:
		return p.do(ctx, actor, p.makers[c.Do](c, p.row, &p.ticket))
	}
}

// receive gives a message of the customer. Where the ticket no longer takes
// it, the desk opens a follow-up: another ticket, so not a step of this one.
func (p *player) receive(ctx context.Context, c Command) ([]ticket.Event, error) {
	ref := p.ticket.Ref()
	receipt, err := p.desk.Receive(ctx, ticket.Inbound{
		Shop: shopName, Key: fmt.Sprintf("line %d", p.row.Line), Channel: p.ticket.Channel,
		Customer: p.ticket.Customer, Ticket: &ref, Text: c.Text,
	})
	if err != nil {
		return nil, err
	}
	if receipt.Ticket.ID != p.ticket.ID {
		return nil, &ticket.Refusal{
			Event: c.Do, State: p.ticket.State, Blockers: []ticket.Blocker{{Code: ticket.Code(receipt.Outcome)}},
		}
	}
	return p.reload(ctx, ref)
}

// reload returns what a command has brought about. A result shows an actor
// what it may see, and a customer sees little of the shop's inner workings.
func (p *player) reload(ctx context.Context, ref ticket.Ref) ([]ticket.Event, error) {
	stored, err := p.store.History(ctx, ticket.HistoryQuery{Ref: ref, After: p.ticket.Seq, Limit: ticket.MaxPage})
	if err != nil {
		return nil, err
	}
	events := make([]ticket.Event, len(stored))
	for i, e := range stored {
		if events[i], err = ticket.DecodeEvent(e); err != nil {
			return nil, err
		}
	}
	p.ticket, err = p.desk.Get(ctx, p.actor("system"), ref)
	return events, err
}

func (p *player) do(ctx context.Context, actor ticket.Actor, cmd ticket.Command) ([]ticket.Event, error) {
	res, err := p.desk.Do(ctx, actor, p.ticket.Ref(), cmd)
	if err != nil {
		return nil, err
	}
	if actor.Kind == ticket.ActorCustomer {
		return p.reload(ctx, p.ticket.Ref())
	}
	p.ticket = res.Ticket
	return res.Events, nil
}

// open opens the case's ticket, at the instant that the log gives for it.
func (p *player) open(ctx context.Context, actor ticket.Actor, c Command) ([]ticket.Event, error) {
	if !p.row.Opened.IsZero() {
		p.clock = p.row.Opened
	}
	o := ticket.Open{
		Customer: ticket.Customer{Ref: p.customer()}, Subject: "Case " + p.c.ID, Text: c.Text,
		Channel: p.channel(), Priority: p.priority(), Reason: ticket.Reason(p.row.Reason), Tags: p.row.Tags,
	}
	said := o.Priority != "" && o.Priority != ticket.PriorityNormal || len(o.Tags) > 0
	if said && actor.Kind == ticket.ActorCustomer {
		actor = ticket.Actor{Kind: ticket.ActorSystem, ID: "intake", Shop: actor.Shop} // customers do not say these: the shop's intake did
	}
	res, err := p.desk.Open(ctx, actor, o)
	if p.row.At.After(p.clock) {
		p.clock = p.row.At
	}
	if err != nil {
		return nil, err
	}
	return p.reload(ctx, res.Ticket.Ref())
}

func (p *player) customer() string { return cmp.Or(p.row.Customer, "requester of "+p.c.ID) }

func (p *player) channel() ticket.Channel {
	return cmp.Or(p.m.Channel[p.row.Channel], ticket.ChannelAPI)
}

func (p *player) priority() ticket.Priority {
	return cmp.Or(p.m.Priority[p.row.Priority], ticket.PriorityNormal)
}

// actor returns who gives a command: the customer of the ticket, or the agent
// whom the row names.
func (p *player) actor(by string) ticket.Actor {
	a := ticket.Actor{Kind: p.actors[by], Shop: shopName}
	switch by {
	case "customer":
		a.ID = cmp.Or(p.ticket.Customer.Ref, p.customer())
	case "system":
		a.ID = "timer"
	default:
		a.ID = cmp.Or(p.row.Agent, p.ticket.Assignee, anyAgent)
	}
	if by == "lead" {
		a.Roles = []ticket.Role{ticket.RoleLead}
	}
	return a
}

// follow takes over what the row's columns say of a ticket: priority, tags,
// who has it.
func (p *player) follow(ctx context.Context) ([]ticket.Event, []Rejection, error) {
	var events []ticket.Event
	var refused []Rejection
	for _, c := range p.changes() {
		more, err := p.do(ctx, p.actor("system"), c.cmd)
		stop, err := p.refusal(c.event, err)
		if err != nil {
			return events, refused, err
		}
		if stop != nil {
			refused = append(refused, *stop)
		}
		events = append(events, more...)
	}
	return events, refused, nil
}

// change is a command that a column asks for.
type change struct {
	event ticket.EventKind
	cmd   ticket.Command
}

func (p *player) changes() []change {
	var out []change
	t, row := &p.ticket, p.row
	if prio := p.priority(); row.Priority != "" && prio != t.Priority {
		out = append(out, change{ticket.EventSet, ticket.Set{Priority: &prio}})
	}
	if reason := ticket.Reason(row.Reason); reason != "" && reason != t.Reason {
		out = append(out, change{ticket.EventSet, ticket.Set{Reason: &reason}})
	}
	if add, remove := missingFrom(t.Tags, row.Tags), missingFrom(row.Tags, t.Tags); len(add)+len(remove) > 0 && len(row.Tags) > 0 {
		out = append(out, change{ticket.EventTag, ticket.Tag{Add: add, Remove: remove}})
	}
	assignee, team := cmp.Or(row.Assignee, t.Assignee), cmp.Or(row.Team, t.Team)
	if assignee != t.Assignee || team != t.Team {
		out = append(out, change{ticket.EventAssign, ticket.Assign{Assignee: assignee, Team: team, Expect: t.Assignee}})
	}
	return out
}

// missingFrom returns what is in the second list only.
func missingFrom(have, want []string) []string {
	var out []string
	for _, s := range want {
		if !slices.Contains(have, s) {
			out = append(out, s)
		}
	}
	return out
}

// refusal tells a refusal, which is counted, from an error, which ends the
// replay.
func (p *player) refusal(event ticket.EventKind, err error) (*Rejection, error) {
	var refusal *ticket.Refusal
	switch {
	case err == nil:
		return nil, nil //nolint:nilnil // neither refused nor failed
	case errors.As(err, &refusal):
		codes := make([]string, len(refusal.Blockers))
		for i, b := range refusal.Blockers {
			codes[i] = string(b.Code)
		}
		return p.rejection(event, codes...), nil
	case errors.Is(err, ticket.ErrNotFound):
		return p.rejection(event, noTicket), nil
	case errors.Is(err, ticket.ErrInvalid):
		return p.rejection(event, invalid), nil
	default:
		return nil, err
	}
}

func (p *player) rejection(event ticket.EventKind, codes ...string) *Rejection {
	return &Rejection{
		Activity: p.row.Activity, State: p.ticket.State, Event: event, Codes: strings.Join(codes, ", "),
	}
}
