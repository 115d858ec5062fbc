package ticket

import (
	"context"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// Export is all that the desk holds on customers, for a request under Art. 15
// or 20 GDPR. Its JSON is meant to be handed over.
type Export struct {
	At        time.Time        `json:"at"`
	Customers []string         `json:"customers"`
	Purposes  []PersonalField  `json:"purposes"`
	Tickets   []ExportedTicket `json:"tickets"`
	Blocks    []Block          `json:"blocks,omitempty"`
}

// ExportedTicket is a ticket with its history.
type ExportedTicket struct {
	Ticket  Ticket  `json:"ticket"`
	History []Event `json:"history"`
}

// Export returns everything that the desk holds on these customers. A customer
// exports its own data; for others it takes a lead, or the system. Internal
// notes are part of it: they are personal data too (CJEU C-434/16).
func (d *Desk) Export(ctx context.Context, actor Actor, customers ...string) (Export, error) {
	out := Export{
		At: d.now().UTC().Truncate(time.Microsecond), Customers: customers, Purposes: PersonalFields(),
		Tickets: []ExportedTicket{},
	}
	for _, customer := range customers {
		if !mayExport(actor, customer) {
			return Export{}, &Refusal{Event: "export", Blockers: blocked(CodeRole, "role", string(RoleLead))}
		}
		refs, err := d.refsOf(ctx, actor, customer)
		if err != nil {
			return Export{}, err
		}
		for _, ref := range refs {
			t, err := d.exportOne(ctx, actor, ref)
			if err != nil {
				return Export{}, err
			}
			out.Tickets = append(out.Tickets, t)
		}
		for env, err := range d.blocksOf(ctx, Query{Shop: actor.Shop, Customer: customer}) {
			if err != nil {
				return Export{}, err
			}
			out.Blocks = append(out.Blocks, env.Block)
		}
	}
	return out, nil
}

func mayExport(a Actor, customer string) bool {
	switch a.Kind {
	case ActorSystem:
		return customer != ""
	case ActorCustomer:
		return customer != "" && a.ID == customer
	case ActorAgent:
		return customer != "" && a.Is(RoleLead)
	case ActorBot:
	}
	return false
}

func (d *Desk) exportOne(ctx context.Context, actor Actor, ref Ref) (ExportedTicket, error) {
	env, err := d.load(ctx, actor, ref)
	if err != nil {
		return ExportedTicket{}, err
	}
	out := ExportedTicket{Ticket: env.Ticket}
	for e, err := range d.events(ctx, ref) {
		if err != nil {
			return ExportedTicket{}, err
		}
		out.History = append(out.History, e)
	}
	return out, nil
}

// PersonalField names a field that holds personal data, and what for.
type PersonalField struct {
	Field   string   `json:"field"`
	Purpose sla.Text `json:"purpose"`
}

// PersonalFields lists the fields of tickets and events that hold personal
// data, each with its purpose (Art. 5(1)(b), 30(1)(b) GDPR). Consents are none
// of them: nothing here is done by consent; package feedback keeps its own.
func PersonalFields() []PersonalField {
	answer := sla.Text{DE: "Beantwortung des Anliegens", EN: "answering the request"}
	proof := sla.Text{DE: "Nachweis der Bearbeitung", EN: "proof of what was done"}
	blocking := sla.Text{DE: "Schutz der Beschäftigten und des Betriebs", EN: "protection of staff and business"}
	return []PersonalField{
		{"ticket.customer", sla.Text{DE: "Zuordnung zum Kundenkonto", EN: "finding the customer's account"}},
		{"ticket.subject", answer},
		{"ticket.orders", answer},
		{"ticket.fields", answer},
		{"ticket.tags", sla.Text{DE: "Ordnen der Anliegen", EN: "sorting requests"}},
		{"ticket.promises", sla.Text{DE: "Einhaltung von Zusagen", EN: "keeping promises"}},
		{"ticket.callbacks", sla.Text{DE: "Rückruf auf Wunsch des Kunden", EN: "calling back at the customer's wish"}},
		{"ticket.points", answer},
		{"ticket.dispute", sla.Text{DE: "Beilegung von Streit, Abwehr von Ansprüchen", EN: "settling disputes, defence against claims"}},
		{"ticket.timer", answer},
		{"ticket.assignee", proof},
		{"history.message", answer},
		{"history.note", proof},
		{"history.actor", proof},
		{"history.body", proof},
		{"block.customer", blocking},
		{"block.evidence", blocking},
		{"block.appeal", blocking},
	}
}

// keptUntil is the instant from which a ticket that ended then may be erased.
func (r *Rules) keptUntil(ended time.Time) time.Time {
	if r.cfg.RetentionFromYearEnd {
		zone := r.cfg.Calendar.Zone()
		ended = time.Date(ended.In(zone).Year()+1, 1, 1, 0, 0, 0, 0, zone)
	}
	return r.after(ended, r.cfg.Retention)
}

// RetentionItem tells when a ticket that has ended may be erased.
type RetentionItem struct {
	Ref   Ref
	Ended time.Time
	From  time.Time // it may be erased from then on
	// Blockers is what holds it back whatever its age, as [Config.Retain] says.
	Blockers []Blocker
}

// Retention returns one page of the tickets that have ended, oldest first,
// each with the instant from which [RulesConfig.Retention] lets it be erased.
// Next is where the following page starts; nil: there is none. It takes an
// agent, or the system.
func (d *Desk) Retention(ctx context.Context, actor Actor, after *Position) ([]RetentionItem, *Position, error) {
	if actor.Kind != ActorAgent && actor.Kind != ActorSystem {
		return nil, nil, &Refusal{Event: "retention", Blockers: blocked(CodeActor, "actor", string(actor.Kind))}
	}
	page, err := d.List(ctx, actor, Query{
		States: []State{StateClosed, StateSpam, StateMerged}, After: after, Limit: MaxPage,
	})
	if err != nil {
		return nil, nil, err
	}
	items := make([]RetentionItem, len(page.Tickets))
	for i, t := range page.Tickets {
		items[i] = RetentionItem{Ref: t.Ref(), Ended: t.Since, From: d.rules.keptUntil(t.Since)}
		if d.retain != nil {
			items[i].Blockers = d.retain(t, d.now())
		}
	}
	return items, page.Next, nil
}
