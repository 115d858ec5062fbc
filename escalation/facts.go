package escalation

import (
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// facts are what is known of a ticket now. A value of the host's that does not
// fit its field is missing, and an error.
func (p *Planner) facts(in ticket.PlanInput, m *memo) (Facts, error) {
	f := p.schema.NewFacts()
	err := f.bind(in.Facts.Values)
	p.setTicket(f, &in.Ticket)
	p.setCounts(f, &in, m)
	p.setLadder(f, &in, m)
	p.setDeadlines(f, in.Clocks, in.Now)
	return f, err
}

// set gives a fact a value where the schema has the field; what the host says
// of a field of the ticket's own does not count.
func (f Facts) set(name string, v Value) {
	if place, ok := f.schema.places[name]; ok {
		f.put(place, v)
	}
}

// setTicket sets what stands in the ticket. An empty text is missing.
func (p *Planner) setTicket(f Facts, t *ticket.Ticket) {
	for name, s := range map[string]string{
		"shop": t.Shop, "state": string(t.State), "priority": string(t.Priority), "channel": string(t.Channel),
		"reason": string(t.Reason), "touchpoint": string(t.Touchpoint), "segment": t.Customer.Segment,
		"language": t.Customer.Language, "team": t.Team, "assignee": t.Assignee,
	} {
		if s != "" {
			f.set(name, Text(s))
		} else {
			f.set(name, Value{})
		}
	}
	f.set("tags", Texts(t.Tags...))
	f.set("orders", Texts(t.Orders...))
	f.set("assigned", Flag(t.Assignee != ""))
	f.set("guest", Flag(t.Customer.Ref == ""))
}

// setCounts sets what is counted, and how long things have lasted.
func (p *Planner) setCounts(f Facts, in *ticket.PlanInput, m *memo) {
	t, c := &in.Ticket, &in.Ticket.Counters
	for name, n := range map[string]int{
		"contacts": c.Contacts, "replies": c.Replies, "bot_turns": c.BotReplies, "reopens": c.Reopens,
		"reassignments": c.Reassignments, "hand_offs": c.HandOffs, "escalations": c.Escalations,
		"team_hops": m.Hops, "open_promises": len(t.Promises), "abuse_incidents": t.Dispute.Abuse,
	} {
		f.set(name, Integer(int64(n)))
	}
	for name, days := range map[string]int{"contacts_1d": 1, "contacts_7d": 7, "contacts_30d": contactDays} {
		f.set(name, Integer(m.since(in.Now, days)))
	}
	for name, from := range lasting(t) {
		if from.IsZero() {
			f.set(name, Value{})
		} else {
			f.set(name, Integer(int64(in.Now.Sub(from)/time.Minute)))
		}
	}
	if m.Author != "" {
		f.set("author_kind", Text(m.Author))
	} else {
		f.set("author_kind", Value{})
	}
	if p.cfg.Signals != nil { // else the host may know of some
		f.set("signals", Texts(m.Signals...))
	}
}

// lasting are the fields that count the minutes since an instant; zero: it has
// not come.
func lasting(t *ticket.Ticket) map[string]time.Time {
	return map[string]time.Time{"age_minutes": t.Created, "waiting_minutes": t.WaitingSince, "idle_minutes": t.Updated}
}

// setLadder sets what the ladder asks for. Two persons have to agree on a last
// resort, so an approval counts where it is not that of who acts.
func (p *Planner) setLadder(f Facts, in *ticket.PlanInput, m *memo) {
	l := p.cfg.Rules.LadderFacts(in.Ticket, in.Now)
	l.ApprovedByManager = l.ApprovedByManager && m.approved(in.Ticket.Assignee)
	for name, v := range ladderValues(l) {
		f.set(name, v)
	}
}

// setDeadlines sets which metrics have warned in their present cycle, and in
// which it is breached, also where the answer has come since.
func (p *Planner) setDeadlines(f Facts, all []sla.Status, now time.Time) {
	var warned, breached []string
	for i := range all {
		s := &all[i]
		metric := string(s.Metric)
		switch {
		case s.State == sla.Breached:
			breached = append(breached, metric)
		case s.Open() && slices.ContainsFunc(s.Warns, func(w sla.Warn) bool { return !w.At.IsZero() && !w.At.After(now) }):
			warned = append(warned, metric)
		}
	}
	f.set("sla_warned", Texts(warned...))
	f.set("sla_breached", Texts(breached...))
}
