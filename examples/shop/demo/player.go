package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/ticket"
)

// Stage is where a script is played.
type Stage struct {
	// Clock is that of the desks, which the player sets. Nil: theirs goes by itself,
	// and the host ticks them; the player then plays what is due by it.
	Clock   *Clock
	Tickets *ticket.Desk
	// Surveys asks by Policy, on a page. Nil: nobody is asked.
	Surveys *feedback.Desk
	Policy  string
	// CSAT and NPS are the ids of the survey's questions; empty: not asked.
	CSAT, NPS string
	// Reviews keeps what is said in public beside the desk. Nil: nobody does.
	Reviews ReviewKeeper
	// Every is how often the desks are ticked, on the script's clock. Default an
	// hour.
	Every time.Duration
	// Order is told of an order when it is placed, and again whenever something has
	// happened to it, as it is known then. Nil: nobody is told.
	Order func(context.Context, Order) error
}

// ReviewKeeper keeps reviews where a shop keeps them.
type ReviewKeeper interface {
	// Take notes that a review came, and returns the message that it is to the desk.
	Take(ctx context.Context, a Action) (ticket.Inbound, error)
	// Replied notes that the review of a matter was answered.
	Replied(ctx context.Context, a Action, text string) error
}

// Report tells what came of a script.
type Report struct {
	Received int // messages
	Done     int // commands
	Asked    int // surveys
	Answered int // of them
	// Refused are commands that the desk's rules did not allow: the script knows
	// nothing of planners that were faster, or of fields that are required.
	Refused int
	// Joined are messages that the desk put into another matter's ticket.
	Joined int
	// First refusals, for whoever wonders why.
	Refusals []string
}

// Add adds what came of another part of the script.
func (r *Report) Add(other Report) {
	r.Received += other.Received
	r.Done += other.Done
	r.Asked += other.Asked
	r.Answered += other.Answered
	r.Refused += other.Refused
	r.Joined += other.Joined
	r.Refusals = append(r.Refusals, other.Refusals...)
	r.Refusals = r.Refusals[:min(len(r.Refusals), maxRefusals)]
}

// maxRefusals is how many a report names.
const maxRefusals = 10

// Player plays a world's script. Where the clock goes by itself, commands have keys:
// two players of one script, or one that begins again, do everything once. It is not
// safe for concurrent use.
type Player struct {
	world   *World
	stage   Stage
	next    int // action
	ticked  time.Time
	orders  time.Time // up to when Stage.Order was told of them
	refs    map[int]ticket.Ref
	owners  map[ticket.Ref]int // of tickets, the matter that opened them
	answers []answer           // to surveys, by when
	report  Report
}

// NewPlayer returns one at the script's beginning.
func NewPlayer(w *World, s Stage) *Player {
	if s.Every <= 0 {
		s.Every = time.Hour
	}
	return &Player{world: w, stage: s, ticked: w.From, orders: w.From, refs: make(map[int]ticket.Ref), owners: make(map[ticket.Ref]int)}
}

// Report returns what came of the script so far.
func (p *Player) Report() Report { return p.report }

// Move goes on with the script elsewhere: on desks over a store to which
// everything was copied.
func (p *Player) Move(s Stage) {
	if s.Every <= 0 {
		s.Every = p.stage.Every
	}
	p.stage = s
}

// Done reports whether the script is over.
func (p *Player) Done() bool { return p.next == len(p.world.Script) && len(p.answers) == 0 }

// Play does what the script has up to an instant, and leaves the clock there.
// Its errors are those of the stores, and it may be called again: what the rules
// refuse is counted.
func (p *Player) Play(ctx context.Context, until time.Time) error {
	for {
		a, at, ok := p.due(until)
		if !ok {
			break
		}
		if err := errors.Join(p.tick(ctx, at), p.tell(ctx, at)); err != nil {
			return err
		}
		p.set(at)
		if err := p.step(ctx, a); err != nil {
			return fmt.Errorf("demo: at %s: %w", at.Format(time.RFC3339), err)
		}
	}
	err := errors.Join(p.tick(ctx, until), p.tell(ctx, until))
	p.set(until)
	return err
}

// step does what comes next. What fails is done again by the next call of Play.
func (p *Player) step(ctx context.Context, a *Action) error {
	if a == nil {
		err := p.record(ctx, p.answers[0])
		if err == nil {
			p.answers = p.answers[1:]
		}
		return err
	}
	err := p.act(ctx, *a)
	if errors.Is(err, ticket.ErrNotFound) { // somebody has erased it
		p.report.Refused++
		err = nil
	}
	if err == nil {
		p.next++
	}
	return err
}

// Resume takes up a script that another player played up to an instant, over the
// same store: it only looks what became of each matter that goes on.
func (p *Player) Resume(ctx context.Context, from time.Time) error {
	goesOn := make(map[int]bool)
	for _, a := range p.world.Script {
		if !a.At.Before(from) {
			goesOn[a.Matter] = true
		}
	}
	for p.next < len(p.world.Script) && p.world.Script[p.next].At.Before(from) {
		a := p.world.Script[p.next]
		p.next++
		if a.Receive == nil || !goesOn[a.Matter] {
			continue
		}
		if err := p.receive(ctx, a); err != nil {
			return fmt.Errorf("demo: resume: %w", err)
		}
	}
	p.ticked, p.orders = from, from
	return nil
}

func (p *Player) set(at time.Time) {
	if p.stage.Clock != nil {
		p.stage.Clock.Set(at)
	}
}

// tell tells of orders to which something happened up to an instant.
func (p *Player) tell(ctx context.Context, until time.Time) error {
	if p.stage.Order == nil || !until.After(p.orders) {
		return nil
	}
	between := func(t time.Time) bool { return !t.Before(p.orders) && t.Before(until) }
	for i := range p.world.Orders {
		o := &p.world.Orders[i]
		if !slices.ContainsFunc(o.changes(), between) {
			continue
		}
		if err := p.stage.Order(ctx, o.Before(until)); err != nil {
			return fmt.Errorf("demo: order %s: %w", o.ID, err)
		}
	}
	p.orders = until
	return nil
}

// due is what comes next: an action of the script, or else an answer to a survey.
func (p *Player) due(until time.Time) (*Action, time.Time, bool) {
	var a *Action
	var at time.Time
	if p.next < len(p.world.Script) {
		a = &p.world.Script[p.next]
		at = a.At
	}
	if len(p.answers) > 0 && (a == nil || p.answers[0].at.Before(at)) {
		a, at = nil, p.answers[0].at
	}
	return a, at, !at.IsZero() && !at.After(until)
}

// tick ticks the desks as often as they would have been by an instant.
func (p *Player) tick(ctx context.Context, until time.Time) error {
	if p.stage.Clock == nil {
		return nil
	}
	for at := p.ticked.Add(p.stage.Every); !at.After(until); at = at.Add(p.stage.Every) {
		p.ticked = at
		p.stage.Clock.Set(at)
		for more := true; more; {
			res, err := p.stage.Tickets.Tick(ctx, ticket.TickOptions{Limit: ticket.MaxPage})
			if err != nil {
				return fmt.Errorf("demo: tick: %w", err)
			}
			if len(res.Faults) > 0 {
				return fmt.Errorf("demo: tick of %s: %w", res.Faults[0].Ref, res.Faults[0].Err)
			}
			more = res.More
		}
		if p.stage.Surveys == nil {
			continue
		}
		if _, err := p.stage.Surveys.Tick(ctx, feedback.TickOptions{}); err != nil {
			return fmt.Errorf("demo: tick: %w", err)
		}
	}
	return nil
}

func (p *Player) act(ctx context.Context, a Action) error {
	switch {
	case a.Receive != nil:
		return p.receive(ctx, a)
	case a.Do != nil:
		return p.do(ctx, a)
	case a.Ask != nil && p.stage.Surveys != nil:
		return p.ask(ctx, a)
	}
	return nil
}

func (p *Player) receive(ctx context.Context, a Action) error {
	in := *a.Receive
	if a.Stars > 0 && p.stage.Reviews != nil {
		var err error
		if in, err = p.stage.Reviews.Take(ctx, a); err != nil {
			return err
		}
	}
	if ref, ok := p.refs[a.Matter]; ok {
		in.Ticket = &ref // the customer answers where it was answered
	}
	r, err := p.stage.Tickets.Receive(ctx, in)
	if err != nil {
		return err
	}
	p.report.Received++
	ref := r.Ticket.Ref()
	p.refs[a.Matter] = ref
	if owner, ok := p.owners[ref]; !ok {
		p.owners[ref] = a.Matter
	} else if owner != a.Matter {
		p.report.Joined++
	}
	if a.Stars == 0 {
		return nil
	}
	system := ticket.Actor{Kind: ticket.ActorSystem, Shop: in.Shop}
	fields := map[string]string{"stars": strconv.Itoa(a.Stars)}
	return p.give(ctx, system, ref, ticket.Set{Fields: fields, AddOrders: []string{a.Order}})
}

// do gives a command to the matter's ticket. Where that is another matter's by
// now, the one that had it goes on alone.
func (p *Player) do(ctx context.Context, a Action) error {
	ref, ok := p.refs[a.Matter]
	if !ok || p.owners[ref] != a.Matter {
		return nil
	}
	cmd := a.Do
	if needsTicket(cmd) {
		t, err := p.stage.Tickets.Get(ctx, ticket.Actor{Kind: ticket.ActorSystem, Shop: ref.Shop}, ref)
		if err != nil {
			return err
		}
		if cmd, ok = complete(cmd, t); !ok {
			return nil
		}
	}
	if err := p.give(ctx, a.Actor, ref, cmd); err != nil {
		return err
	}
	if reply, ok := cmd.(ticket.Reply); ok && a.Order != "" && p.stage.Reviews != nil {
		return p.stage.Reviews.Replied(ctx, a, reply.Text)
	}
	return nil
}

// needsTicket tells the commands that [complete] has something to do with.
func needsTicket(cmd ticket.Command) bool {
	switch cmd.(type) {
	case ticket.Accept, ticket.Assign, ticket.KeepPromise, ticket.BreakPromise, ticket.AnswerPoint:
		return true
	default:
		return false
	}
}

// complete fills in what only the ticket knows, and says whether the command
// still makes sense.
func complete(cmd ticket.Command, t ticket.Ticket) (ticket.Command, bool) {
	switch cmd := cmd.(type) {
	case ticket.Accept:
		return cmd, t.State == ticket.StateNew
	case ticket.Assign:
		cmd.Expect = t.Assignee
		return cmd, cmd.Assignee != t.Assignee
	case ticket.KeepPromise:
		if len(t.Promises) == 0 {
			return nil, false
		}
		cmd.ID = t.Promises[0].ID
		return cmd, true
	case ticket.BreakPromise:
		if len(t.Promises) == 0 {
			return nil, false
		}
		cmd.ID = t.Promises[0].ID
		return cmd, true
	case ticket.AnswerPoint:
		if len(t.Points) == 0 {
			return nil, false
		}
		cmd.ID = t.Points[0].ID
		return cmd, true
	default:
		return cmd, true
	}
}

// give gives a command under a key that names its place in the script.
func (p *Player) give(ctx context.Context, by ticket.Actor, ref ticket.Ref, cmd ticket.Command) error {
	if p.stage.Clock == nil { // a script that is played to its end at once needs none
		cmd = ticket.Keyed{Key: "demo-" + strconv.Itoa(p.next), Command: cmd}
	}
	_, err := p.stage.Tickets.Do(ctx, by, ref, cmd)
	if errors.Is(err, ticket.ErrRefused) || errors.Is(err, ticket.ErrInvalid) || errors.Is(err, ticket.ErrKeyReuse) {
		p.report.Refused++
		if len(p.report.Refusals) < maxRefusals {
			p.report.Refusals = append(p.report.Refusals, fmt.Sprintf("%T: %v", cmd, err))
		}
		return nil
	}
	if err == nil {
		p.report.Done++
	}
	return err
}
