package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// Filter says which tickets an inbox shows. Empty fields ask for any.
type Filter struct {
	State    ticket.State // empty: new and open
	Who      string       // an agent, or "-": nobody
	Team     string
	Priority ticket.Priority
	Channel  ticket.Channel
	Reason   ticket.Reason // a first level covers its second
	Overdue  bool
}

func (f *Filter) query() ticket.Query {
	q := ticket.Query{
		States: []ticket.State{ticket.StateNew, ticket.StateOpen}, Team: f.Team, Order: ticket.OrderDue,
	}
	if f.State != "" {
		q.States = []ticket.State{f.State}
	}
	if f.Who == "-" {
		q.Unassigned = true
	} else {
		q.Assignee = f.Who
	}
	return q
}

func (f *Filter) wants(t *ticket.Ticket) bool {
	return (f.Priority == "" || t.Priority == f.Priority) && (f.Channel == "" || t.Channel == f.Channel) &&
		(f.Reason == "" || t.Reason == f.Reason || strings.HasPrefix(string(t.Reason), string(f.Reason)+"/"))
}

// Item is a line of the inbox.
type Item struct {
	Ticket ticket.Ticket
	Due    sla.Status // of the deadline that comes first; without a metric: none runs
	Late   bool
}

// Inbox returns tickets by when they are due, and whether there are more.
func (a *App) Inbox(ctx context.Context, actor ticket.Actor, f Filter, limit int) ([]Item, bool, error) {
	now, q := a.now(), f.query()
	q.Limit = min(limit+1, ticket.MaxPage) // that there is one more is worth knowing
	if f.Overdue {
		q.DueBefore = now
	}
	var out []Item
	for t, err := range a.each(ctx, actor, q) {
		switch {
		case err != nil:
			return nil, false, err
		case !f.wants(&t):
			continue
		case len(out) == limit:
			return out, true, nil
		}
		due := FirstDue(a.Tickets.Deadlines(t, now))
		out = append(out, Item{Ticket: t, Due: due, Late: due.Metric != "" && now.After(due.Due)})
	}
	return out, false, nil
}

// FirstDue is the deadline that runs and comes first.
func FirstDue(all []sla.Status) sla.Status {
	var first sla.Status
	for _, s := range all {
		if !s.Due.IsZero() && s.Ended.IsZero() && (first.Metric == "" || s.Due.Before(first.Due)) {
			first = s
		}
	}
	return first
}

// Teams are those that have tickets to answer.
func (a *App) Teams(ctx context.Context) ([]string, error) {
	return a.teams.get(a.now(), func() ([]string, error) { return a.busyTeams(ctx) })
}

func (a *App) busyTeams(ctx context.Context) ([]string, error) {
	var out []string
	for t, err := range a.each(ctx, System(), ticket.Query{States: []ticket.State{ticket.StateNew, ticket.StateOpen}}) {
		if err != nil {
			return nil, err
		}
		if t.Team != "" && !slices.Contains(out, t.Team) {
			out = append(out, t.Team)
		}
	}
	slices.Sort(out)
	return out, nil
}

// Since is how long ago somebody still counts as being at a ticket.
const Since = 45 * time.Second
