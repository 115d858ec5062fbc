package tickettest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/internal/rivals"

	"github.com/kulanz-go/kulanz/ticket"
)

func deskCases() []script {
	return []script{
		{
			"desk/two desks racing a reply",
			"both answers were said, in some order: neither may be lost, nor told that it failed",
			caseRacingReplies,
		},
		{
			"desk/a barrage is one ticket",
			"a customer who writes sixteen times at once gets one answer, and no message is lost",
			caseBarrage,
		},
		{
			"desk/a message that comes again is one message",
			"mail servers deliver twice; the customer must not read as twice as angry",
			caseRepeated,
		},
		{
			"desk/an idempotent command is done once",
			"an impatient agent who clicks again, or a proxy that tries again, must not answer twice",
			caseIdempotent,
		},
		{
			"desk/a commit of unknown outcome",
			"the line breaks after the commit, or before it: the reply is said once in either case",
			caseUnknownOutcome,
		},
		{
			"desk/many workers, each wake once",
			"a reminder that goes out twice is worse than none",
			caseTicks,
		},
		{
			"desk/through a decorator",
			"hosts wrap stores for metrics and traces; what a store can do must survive that",
			func(p *probe) {
				plain := p.store
				p.store = decorated{plain}
				caseRepeated(p)
				caseUnknownOutcome(p)
			},
		},
	}
}

// decorated is what a host's wrapper looks like to a Desk.
type decorated struct{ ticket.Store }

// desk returns a desk over the probe's store.
func (p *probe) desk(cfg DeskConfig) *Desk {
	if p.err != nil {
		return nil
	}
	if cfg.Store == nil {
		cfg.Store = p.store
	}
	d, err := newDesk(cfg)
	p.noError("NewDesk", err)
	return d
}

func (p *probe) receive(d *Desk, in ticket.Inbound) ticket.Receipt {
	if p.err != nil {
		return ticket.Receipt{}
	}
	r, err := d.Receive(p.ctx, in)
	p.noError("Receive", err)
	return r
}

func (p *probe) do(d *Desk, r ticket.Ref, cmd ticket.Command) ticket.Result {
	if p.err != nil {
		return ticket.Result{}
	}
	res, err := d.Do(p.ctx, Agent("anna"), r, cmd)
	p.noError("Do", err)
	return res
}

func (p *probe) open(d *Desk, o ticket.Open) ticket.Result {
	if p.err != nil {
		return ticket.Result{}
	}
	res, err := d.Open(p.ctx, Agent("anna"), o)
	p.noError("Open", err)
	return res
}

// told wants a ticket's history to be these events, in this order or, where
// they raced, in any.
func (p *probe) told(d *Desk, r ticket.Ref, inOrder bool, want ...string) {
	if p.err != nil {
		return
	}
	all, err := d.Events(p.ctx, r)
	p.noError("History", err)
	got := make([]string, len(all))
	ids := make(map[any]bool)
	for i, e := range all {
		got[i] = string(e.Kind)
		if m := e.Message(); m != nil {
			got[i] += ": " + m.Text
		}
		p.check(e.Seq == int64(i)+1, "event %d of the history has number %d", i+1, e.Seq)
		ids[e.ID] = true
	}
	p.check(len(ids) == len(all), "%d events share %d ids", len(all), len(ids))
	if !inOrder {
		slices.Sort(got)
		slices.Sort(want)
	}
	p.check(slices.Equal(got, want), "the history tells %q, want %q", got, want)
}

// between returns a store for a desk, between whose first look and first
// commit something else happens, once.
func (p *probe) between(f func()) *FaultStore {
	return NewFaultStore(p.store, Fault{
		Method: MethodCommit, Call: 1, When: Before, Hook: func(context.Context) { f() },
	})
}

func caseRacingReplies(p *probe) {
	one := p.desk(DeskConfig{Seed: 1})
	two := p.desk(DeskConfig{Seed: 2})
	in := p.receive(one, Mail("m", "c-1", "o-1"))
	want := []string{"create: Wo ist mein Paket? (m)"}
	for i, cmd := range []func(text string) ticket.Command{
		func(text string) ticket.Command { return ticket.Reply{Text: text} },
		func(text string) ticket.Command { return ticket.Note{Text: text} },
	} {
		slow := p.desk(DeskConfig{Seed: uint64(3 + i), Store: p.between(func() { p.do(one, in.Ticket.Ref(), cmd("schneller")) })})
		p.do(slow, in.Ticket.Ref(), cmd("langsamer"))
	}
	want = append(want, "reply: schneller", "reply: langsamer", "note: schneller", "note: langsamer")
	p.told(one, in.Ticket.Ref(), true, want...)
	if p.err != nil {
		return
	}
	var replies []string
	for i := range p.size.Rounds * 2 {
		replies = append(replies, fmt.Sprintf("Antwort %d", i))
		want = append(want, "reply: "+replies[i])
	}
	errs := rivals.Together(2, func(i int) error {
		d := []*Desk{one, two}[i]
		for n, text := range replies {
			if n%2 != i {
				continue
			}
			if _, err := d.Do(p.ctx, Agent(strconv.Itoa(i)), in.Ticket.Ref(), ticket.Reply{Text: text}); err != nil {
				return err
			}
		}
		return nil
	})
	p.noError("a reply", errors.Join(errs...))
	p.told(one, in.Ticket.Ref(), false, want...)
}

func caseBarrage(p *probe) {
	const messages = 16
	var first ticket.Receipt
	slow := p.desk(DeskConfig{Seed: 3, Store: p.between(func() { first = p.receive(p.desk(DeskConfig{Seed: 4}), Mail("m1", "c-2", "o-2")) })})
	second := p.receive(slow, Mail("m2", "c-2", "o-2"))
	p.check(first.Outcome == ticket.Opened && second.Outcome == ticket.Appended && first.Ticket.ID == second.Ticket.ID,
		"two messages at once were %s and %s", first.Outcome, second.Outcome)
	desks := []*Desk{p.desk(DeskConfig{Seed: 1}), p.desk(DeskConfig{Seed: 2})}
	if p.err != nil {
		return
	}
	receipts := make([]ticket.Receipt, messages)
	errs := rivals.Together(messages, func(i int) error {
		var err error
		receipts[i], err = desks[i%2].Receive(p.ctx, Mail(fmt.Sprintf("m%d", i), "c-1", "o-1"))
		return err
	})
	p.noError("a Receive", errors.Join(errs...))
	opened, tickets := 0, make(map[ticket.Ref]bool)
	for _, r := range receipts {
		tickets[r.Ticket.Ref()] = true
		if r.Outcome == ticket.Opened {
			opened++
		}
	}
	p.check(opened == 1 && len(tickets) == 1, "%d messages opened %d of %d tickets", messages, opened, len(tickets))
	if p.err != nil {
		return
	}
	all, err := desks[0].Events(p.ctx, receipts[0].Ticket.Ref())
	p.noError("History", err)
	texts := make(map[string]bool)
	for _, e := range all {
		if m := e.Message(); m != nil {
			texts[m.Text] = true
		}
	}
	p.check(len(all) == messages && len(texts) == messages, "%d events tell %d of %d messages", len(all), len(texts), messages)
}

func caseRepeated(p *probe) {
	d := p.desk(DeskConfig{Seed: 3})
	first := p.receive(d, Mail("m", "c-2", "o-2"))
	again := p.receive(d, Mail("m", "c-2", "o-2"))
	p.check(again.Outcome == ticket.Duplicate, "the same message again is %s", again.Outcome)
	p.check(again.Ticket.Ref() == first.Ticket.Ref(), "the same message again is of another ticket")
	p.check(len(again.Events) == 1 && again.Events[0].ID == first.Events[0].ID, "the repeat does not tell what came of the first")
	var fast ticket.Receipt
	other := p.desk(DeskConfig{Seed: 4})
	slow := p.desk(DeskConfig{Seed: 5, Store: p.between(func() { fast = p.receive(other, Mail("o", "c-3", "o-3")) })})
	late := p.receive(slow, Mail("o", "c-3", "o-3"))
	p.check(fast.Outcome == ticket.Opened && late.Outcome == ticket.Duplicate && fast.Ticket.ID == late.Ticket.ID,
		"one message that came twice at once was %s and %s", fast.Outcome, late.Outcome)
	if p.err != nil {
		return
	}
	duplicates := 0
	for _, n := range rivals.Together(8, func(int) error {
		r, err := d.Receive(p.ctx, Mail("n", "c-2", "o-2"))
		if err == nil && r.Outcome == ticket.Duplicate {
			return errRepeated
		}
		return err
	}) {
		if errors.Is(n, errRepeated) {
			duplicates++
		} else {
			p.noError("Receive", n)
		}
	}
	p.check(duplicates == 7, "8 deliveries of one message: %d were duplicates", duplicates)
	p.told(d, first.Ticket.Ref(), true, "create: Wo ist mein Paket? (m)", "customer_message: Wo ist mein Paket? (n)")
}

var errRepeated = errors.New("done before")

func caseIdempotent(p *probe) {
	d := p.desk(DeskConfig{Seed: 1})
	in := p.receive(d, Mail("m", "c-1", "o-1"))
	r := in.Ticket.Ref()
	cmd := ticket.Keyed{Key: "click", Command: ticket.Reply{Text: "Guten Tag"}}
	if p.err != nil {
		return
	}
	fresh := 0
	for _, err := range rivals.Together(8, func(int) error {
		res, err := d.Do(p.ctx, Agent("anna"), r, cmd)
		if err == nil && res.Repeated {
			return errRepeated
		}
		return err
	}) {
		if err == nil {
			fresh++
		} else if !errors.Is(err, errRepeated) {
			p.noError("Do", err)
		}
	}
	p.check(fresh == 1, "a command was done %d times under one key", fresh)
	p.told(d, r, true, "create: Wo ist mein Paket? (m)", "reply: Guten Tag")
	if p.err != nil {
		return
	}
	_, err := d.Do(p.ctx, Agent("anna"), r, ticket.Keyed{Key: "click", Command: ticket.Reply{Text: "anders"}})
	p.wants("the same key with another command", ticket.ErrKeyReuse, err)
	d.Clock.Advance(31 * 24 * time.Hour)
	p.check(!p.do(d, r, cmd).Repeated, "a key outlives its 30 days")
	open := ticket.Open{Key: "call", Subject: "Anruf", Channel: ticket.ChannelPhone}
	var one ticket.Result
	other := p.desk(DeskConfig{Seed: 2})
	slow := p.desk(DeskConfig{Seed: 3, Store: p.between(func() { one = p.open(other, open) })})
	two := p.open(slow, open)
	p.check(!one.Repeated && two.Repeated && one.Ticket.ID == two.Ticket.ID, "one key opened two tickets")
}

func caseUnknownOutcome(p *probe) {
	broken := errors.New("connection reset")
	for i, when := range []When{Before, After, Late} {
		faults := NewFaultStore(p.store, Fault{Method: MethodCommit, Call: 2, When: when, Err: broken})
		d := p.desk(DeskConfig{Store: faults, Seed: uint64(10 + i)})
		name := fmt.Sprintf("u%d", i)
		in := p.receive(d, Mail(name, "c-"+name, "o-"+name))
		p.in(string(when), func() {
			res := p.do(d, in.Ticket.Ref(), ticket.Reply{Text: "Guten Tag"})
			p.check(!res.Repeated && len(res.Events) == 1, "Do tells %d events, repeated is %t", len(res.Events), res.Repeated)
			p.told(d, in.Ticket.Ref(), true, "create: Wo ist mein Paket? ("+name+")", "reply: Guten Tag")
			p.check(len(faults.Unused()) == 0, "the fault never came up")
		})
	}
}

func caseTicks(p *probe) {
	const workers, tickets = 4, 12
	clock := NewClock(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC))
	outbox := new(Outbox)
	desks := make([]*Desk, workers)
	for i := range desks {
		desks[i] = p.desk(DeskConfig{Clock: clock, Seed: uint64(i), Config: ticket.Config{Delivery: ticket.DeskDelivers(outbox.Deliver)}})
	}
	slow := p.desk(DeskConfig{Clock: clock, Seed: workers, Config: ticket.Config{Delivery: ticket.DeskDelivers(outbox.Deliver)}, Store: p.between(func() {
		clock.Advance(time.Minute) // its lease is over
		_, err := desks[0].Tick(p.ctx, ticket.TickOptions{})
		p.noError("Tick", err)
	})})
	all := make([]ticket.Ref, 0, tickets)
	for i := range tickets {
		r := p.receive(desks[0], Mail(fmt.Sprintf("m%d", i), fmt.Sprintf("c-%d", i), "")).Ticket.Ref()
		p.do(desks[0], r, ticket.AskCustomer{Text: "Welche Farbe?", Wake: clock.Now().Add(time.Hour)})
		all = append(all, r)
	}
	if p.err != nil {
		return
	}
	for pass := range 3 { // now for the questions, in an hour for the wakes
		if pass == 1 {
			clock.Advance(time.Hour)
			_, err := slow.Tick(p.ctx, ticket.TickOptions{Limit: 1})
			p.noError("Tick", err)
		}
		errs := rivals.Together(workers, func(i int) error {
			for range tickets {
				res, err := desks[i].Tick(p.ctx, ticket.TickOptions{Limit: 3})
				if err != nil {
					return err
				}
				for _, f := range res.Faults {
					return f.Err
				}
			}
			return nil
		})
		p.noError("Tick", errors.Join(errs...))
	}
	for i, r := range all {
		p.told(desks[0], r, true, fmt.Sprintf("create: Wo ist mein Paket? (m%d)", i), "ask_customer: Welche Farbe?", "wake")
	}
	sent := make(map[string]int)
	for _, o := range outbox.Sent() {
		sent[o.MessageID]++
	}
	times := slices.Collect(maps.Values(sent))
	p.check(len(times) == tickets && slices.Max(times) == 1, "%d questions went out as %v", tickets, strings.Fields(fmt.Sprint(times)))
}
