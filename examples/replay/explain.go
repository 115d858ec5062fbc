package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// explain prints the life of one case, row by row, and for each deadline of
// each policy why it fell due when it did.
func explain(ctx context.Context, l *Log, policies []*sla.Policy, id string, out *printer) error {
	i := slices.IndexFunc(l.Cases, func(c *LogCase) bool { return c.ID == id })
	if i < 0 {
		return fmt.Errorf("the log has no case %q", id)
	}
	c := l.Cases[i]
	rules, zone, err := deskRules(&l.Mapping.Desk)
	if err != nil {
		return err
	}
	p := newPlayer(l.Mapping, rules, zone)
	p.story = storyTeller{out, zone}.tell
	out.printf("Case %s (%s): %d rows, times in %s\n", c.ID, l.Mapping.ID, len(c.Rows), zone)
	marks, err := p.play(ctx, c)
	if err != nil {
		return err
	}
	if c.Lost > 0 {
		out.printf("\nNot judged: %d rows of the case are lost\n", c.Lost)
		return nil
	}
	for _, policy := range policies {
		statuses := sla.Evaluate(policy, marks, l.Last)
		if len(statuses) == 0 {
			out.printf("\nPolicy %s has no target for this case\n", policy.Ref())
		}
		for _, s := range statuses {
			e, err := sla.Explain(policy, marks, l.Last, s.Metric, s.Cycle)
			if err != nil {
				return err
			}
			out.printf("\n%s\n", e.Text(zone).EN)
		}
	}
	return nil
}

// storyTeller prints the rows of a case as they are played.
type storyTeller struct {
	out  *printer
	zone *time.Location
}

func (s storyTeller) at(t time.Time) string { return t.In(s.zone).Format(time.DateTime) }

func (s storyTeller) tell(row *Row, events []ticket.Event, refused []Rejection) {
	who := ""
	if row.Agent != "" {
		who = ", " + row.Agent
	}
	s.out.printf("\n%s  %s%s (line %s)", s.at(row.At), row.Activity, who, strconv.Itoa(row.Line))
	if row.Bad != "" {
		s.out.printf(" [%s]", row.Bad)
	}
	s.out.printf("\n")
	for i := range events {
		s.event(&events[i])
	}
	for _, r := range refused {
		s.out.printf("    refused: %s in state %s: %s\n", cmp.Or(string(r.Event), "no step"), stateName(r.State), r.Codes)
	}
}

// event prints an event with the dates that it sets, and where they come
// from.
func (s storyTeller) event(e *ticket.Event) {
	step := stateName(e.From) + " -> " + string(e.To)
	if e.From == e.To {
		step = "stays " + string(e.To)
	}
	s.out.printf("    %s by %s %s: %s", e.Kind, e.Actor.Kind, e.Actor.ID, step)
	switch b := e.Body.(type) {
	case ticket.Solved:
		s.out.printf("; closes %s, when the reopen window is over", s.at(b.CloseBy))
	case ticket.Waited:
		s.out.printf("; to be looked at again %s", s.at(b.Wake))
	case ticket.Created:
		s.out.printf("; ticket %s, priority %s", b.Number, b.Priority)
	case ticket.Changed:
		if b.Priority != nil {
			s.out.printf("; priority %s", *b.Priority)
		}
	}
	s.out.printf("\n")
}
