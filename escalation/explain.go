package escalation

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// Explanation says how the escalation of one ticket stands: what fired, what
// will fire and when if nobody acts, what does not and why.
type Explanation struct {
	Ticket  string      `json:"ticket"`
	Now     time.Time   `json:"now"`
	Policy  string      `json:"policy,omitempty"` // id@version; empty: none
	Episode int         `json:"episode"`          // from 0; -1: it never opened
	Hold    Hold        `json:"hold,omitempty"`   // why the clock stands; empty: it runs
	Past    []Firing    `json:"past"`             // as the history has them, in its order
	Ahead   []Firing    `json:"ahead"`            // until Until
	Until   time.Time   `json:"until"`
	Not     []StepTrace `json:"not"` // what is left, and why it has not fired
	// Unmatched are, for an open ticket without a policy, the policies and what
	// keeps them from being for it.
	Unmatched []Unmatched `json:"unmatched,omitempty"`
}

// Unmatched is a policy that is not for a ticket, and why.
type Unmatched struct {
	Policy string      `json:"policy"`
	Why    []CondTrace `json:"why"`
}

// Explain explains a ticket, from what [ticket.Desk.PlanInput] returns and the
// ticket's history; until says how far ahead. It changes nothing. The error is
// that of [Planner.Plan].
func (p *Planner) Explain(in ticket.PlanInput, history []ticket.Event, until time.Time) (Explanation, error) {
	v, err := p.look(in)
	if err != nil {
		return Explanation{}, err
	}
	st := v.memo.State
	x := Explanation{
		Ticket: v.in.Ticket, Now: in.Now, Policy: st.Policy(), Episode: st.Episode(), Hold: st.Hold(in.Now),
		Until: until, Past: p.past(history), Ahead: []Firing{}, Not: []StepTrace{},
	}
	switch {
	case v.policy != nil:
		x.Ahead = append(x.Ahead, v.policy.Preview(v.in, st, until)...)
		x.Not = append(x.Not, v.policy.Evaluate(v.in, st).Trace...)
	case st.Open():
		x.Policy, x.Hold = "", ""
		for _, policy := range v.set.order {
			x.Unmatched = append(x.Unmatched, Unmatched{policy.Ref(), policy.match.WhyNot(v.in.Facts)})
		}
	}
	return x, nil
}

// DryRun tells what a move would change for a ticket, from what
// [ticket.Desk.PlanInput] returns, until an instant. It changes nothing. A
// ticket that is not pinned to From has an empty diff; the error is that of
// [Planner.Plan], or [Faults] where the move cannot be.
func (p *Planner) DryRun(in ticket.PlanInput, m Move, until time.Time) (MigrationDiff, error) {
	var c check
	set := p.cfg.LivePolicies(m.To)
	m.check(&c, "move", set)
	if err := c.err(); err != nil {
		return MigrationDiff{}, err
	}
	v, err := p.look(in)
	if err != nil || v.policy == nil || v.policy.Ref() != m.From {
		return MigrationDiff{From: m.From, To: m.To, How: m.How}, err
	}
	to, _ := set.Policy(m.To)
	return to.DryRun(v.in, v.memo.State, v.policy, m.How, until), nil
}

// past reads the firings that the history has.
func (p *Planner) past(history []ticket.Event) []Firing {
	out := []Firing{}
	for _, e := range history {
		if f, ok := FiringOf(e); ok && f.planner == p.cfg.Name {
			out = append(out, f)
		}
	}
	return out
}

// FiringOf returns the firing that an event of a ticket notes: what a deliverer
// tells the targets. It is not ok where the event notes none. What erasure took
// away is left as its key, status and instant.
func FiringOf(e ticket.Event) (Firing, bool) {
	b, ok := e.Body.(ticket.Recorded)
	if !ok || b.What != ticket.WhatPlannedStep || b.Step == nil || b.Step.Status == string(Moved) {
		return Firing{}, false
	}
	f := Firing{}
	if len(b.Step.Detail) == 0 || json.Unmarshal(b.Step.Detail, &f) != nil {
		f = Firing{Key: b.Step.Key, Status: Status(b.Step.Status), At: e.At}
		f.Step = f.Key[strings.LastIndex(f.Key, "|")+1:]
	}
	f.planner = b.Planner
	return f, true
}

// Text tells the explanation in words, one line for each fact, with times on
// the wall clock of zone.
func (x Explanation) Text(zone *time.Location) sla.Text {
	var w words
	w.head(x, zone)
	for _, f := range x.Past {
		w.add(f.Text(zone))
	}
	for _, t := range x.Not {
		w.add(t.Text(zone))
		for _, leaf := range t.Unmet {
			w.add(sla.Text{DE: "    " + leaf.Text().DE, EN: "    " + leaf.Text().EN})
		}
	}
	for _, f := range x.Ahead {
		w.add(f.text(zone, sla.Text{DE: "voraussichtlich ", EN: "expected "}))
	}
	for _, u := range x.Unmatched {
		w.add(sla.Text{DE: "Richtlinie " + u.Policy + " gilt nicht:", EN: "Policy " + u.Policy + " is not for it:"})
		for _, leaf := range u.Why {
			w.add(sla.Text{DE: "    " + leaf.Text().DE, EN: "    " + leaf.Text().EN})
		}
	}
	return sla.Text{DE: strings.Join(w.de, "\n"), EN: strings.Join(w.en, "\n")}
}

// words are lines in both languages.
type words struct{ de, en []string }

func (w *words) add(t sla.Text) { w.de, w.en = append(w.de, t.DE), append(w.en, t.EN) }

func (w *words) head(x Explanation, zone *time.Location) {
	at := x.Now.In(zone)
	de, en := "Stand "+at.Format(timeDE)+": ", "As of "+at.Format(timeEN)+": "
	switch {
	case x.Policy == "" && len(x.Unmatched) > 0:
		w.add(sla.Text{DE: de + "keine Richtlinie gilt.", EN: en + "no policy is for it."})
		return
	case x.Policy == "":
		w.add(sla.Text{DE: de + "keine Eskalation.", EN: en + "no escalation."})
		return
	}
	hold := map[Hold]sla.Text{
		"":               {DE: "die Uhr läuft", EN: "the clock runs"},
		HoldClosed:       {DE: "das Ticket ist beendet", EN: "the ticket has ended"},
		HoldAcknowledged: {DE: "jemand kümmert sich", EN: "somebody looks after it"},
		HoldSnoozed:      {DE: "das Ticket ruht", EN: "the ticket rests"},
	}[x.Hold]
	n := strconv.Itoa(x.Episode + 1)
	w.add(sla.Text{
		DE: de + "Richtlinie " + x.Policy + ", Verlauf " + n + ", " + hold.DE + ".",
		EN: en + "policy " + x.Policy + ", episode " + n + ", " + hold.EN + ".",
	})
}

// How instants are written.
const (
	timeDE = "02.01.2006 15:04"
	timeEN = "2 Jan 2006 15:04"
)

// Text says what became of the step, for those who are told, with times on the
// wall clock of zone.
func (f Firing) Text(zone *time.Location) sla.Text { return f.text(zone, sla.Text{}) }

// text says what became of a step, after a word that tells whether it is to come.
func (f Firing) text(zone *time.Location, word sla.Text) sla.Text {
	status := map[Status]sla.Text{
		Fired:      {DE: "ausgelöst", EN: "fired"},
		Superseded: {DE: "von einer späteren Stufe verdrängt", EN: "superseded by a later level"},
		Expired:    {DE: "zu spät gesehen und verfallen", EN: "seen too late and expired"},
		Empty:      {DE: "unbesetzt", EN: "found empty"},
		Guarded:    {DE: "von ihrer Vorbedingung verhindert", EN: "stopped by its guard"},
		Throttled:  {DE: "gedrosselt", EN: "throttled"},
		Withheld:   {DE: "zurückgehalten", EN: "withheld"},
	}[f.Status]
	at := f.At.In(zone)
	t := sla.Text{
		DE: at.Format(timeDE) + ": " + word.DE + f.Step + " " + status.DE,
		EN: at.Format(timeEN) + ": " + word.EN + f.Step + " " + status.EN,
	}
	if f.Due.Before(f.At) && !f.Due.IsZero() {
		due := f.Due.In(zone)
		t.DE += " (fällig " + due.Format(timeDE) + ")"
		t.EN += " (due " + due.Format(timeEN) + ")"
	}
	if to := strings.Join(f.Targets, ", "); to != "" {
		t.DE, t.EN = t.DE+", an "+to, t.EN+", to "+to
	}
	for i, a := range f.Actions {
		sep := ", "
		if i == 0 {
			sep = ": "
		}
		t.DE, t.EN = t.DE+sep+a.Kind.Text().DE, t.EN+sep+a.Kind.Text().EN
	}
	for _, leaf := range f.Why {
		t.DE, t.EN = t.DE+"; "+leaf.Text().DE, t.EN+"; "+leaf.Text().EN
	}
	return t
}

// Text says why a step has not fired.
func (t StepTrace) Text(zone *time.Location) sla.Text {
	why := map[Reason]sla.Text{
		ReasonNotDue:       {DE: "noch nicht fällig", EN: "not due yet"},
		ReasonClosed:       {DE: "das Ticket ist beendet", EN: "the ticket has ended"},
		ReasonAcknowledged: {DE: "jemand kümmert sich", EN: "somebody looks after it"},
		ReasonSnoozed:      {DE: "das Ticket ruht", EN: "the ticket rests"},
		ReasonQuiet:        {DE: "Ruhezeit", EN: "quiet hours"},
		ReasonUnmet:        {DE: "die Bedingung ist nicht erfüllt", EN: "its condition does not hold"},
		ReasonUnasked:      {DE: "der Shop war nicht erreichbar", EN: "the shop could not be asked"},
		ReasonNoTime:       {DE: "der Kalender öffnet nie so lange", EN: "the calendar never opens for so long"},
	}[t.Reason]
	out := sla.Text{DE: t.Step + " nicht: " + why.DE, EN: t.Step + " not: " + why.EN}
	if !t.Due.IsZero() {
		due := t.Due.In(zone)
		out.DE += ", " + due.Format(timeDE)
		out.EN += ", " + due.Format(timeEN)
	}
	return out
}
