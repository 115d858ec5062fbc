package ticket

import (
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// Dispute is what a difficult matter has come to: what the ladder for such
// matters asks for. Zero instants: not, or not yet.
type Dispute struct {
	// Rounds counts how often a person answered in writing what the customer
	// had written since the answer before.
	Rounds           int       `json:"rounds,omitempty"`
	PhoneOffered     time.Time `json:"phone_offered,omitzero"`
	PhoneAccepted    time.Time `json:"phone_accepted,omitzero"`
	PhoneDeclined    time.Time `json:"phone_declined,omitzero"`
	GoodwillOffers   int       `json:"goodwill_offers,omitempty"`
	GoodwillAccepted time.Time `json:"goodwill_accepted,omitzero"`
	// GoodwillExhausted is when there was nothing left to offer.
	GoodwillExhausted time.Time `json:"goodwill_exhausted,omitzero"`
	Abuse             int       `json:"abuse,omitempty"` // incidents that were documented
	Notice            time.Time `json:"notice,omitzero"` // the formal notice
	Approved          time.Time `json:"approved,omitzero"`
	LegalStep         time.Time `json:"legal_step,omitzero"`
	Blocked           time.Time `json:"blocked,omitzero"`
}

// AbuseKind is what a customer did that nobody has to put up with.
type AbuseKind string

// The kinds of abuse.
const (
	AbuseInsult     AbuseKind = "insult"
	AbuseThreat     AbuseKind = "threat"
	AbuseHarassment AbuseKind = "harassment"
	AbuseDefamation AbuseKind = "defamation"
	AbuseFraud      AbuseKind = "fraud"
)

func (k AbuseKind) valid() bool {
	switch k {
	case AbuseInsult, AbuseThreat, AbuseHarassment, AbuseDefamation, AbuseFraud:
		return true
	default:
		return false
	}
}

// Text names a kind of abuse. lang is a BCP 47 tag: German for "de", else
// English.
func (k AbuseKind) Text(lang string) string {
	texts := map[AbuseKind]sla.Text{
		AbuseInsult:     {DE: "Beleidigung", EN: "insult"},
		AbuseThreat:     {DE: "Bedrohung", EN: "threat"},
		AbuseHarassment: {DE: "Belästigung", EN: "harassment"},
		AbuseDefamation: {DE: "Verleumdung", EN: "defamation"},
		AbuseFraud:      {DE: "Betrug", EN: "fraud"},
	}
	t, ok := texts[k]
	if !ok {
		return string(k)
	}
	return pick(lang, t.DE, t.EN)
}

// DocumentAbuse notes abuse with its evidence, factually.
type DocumentAbuse struct {
	Kind     AbuseKind
	Evidence string // the host's reference: a message, a recording
	Text     string // what happened; the customer does not see it
}

func (DocumentAbuse) event() EventKind { return EventDocumentAbuse }
func (d DocumentAbuse) check(c *check, lim Limits) {
	if !d.Kind.valid() {
		c.fail("document_abuse.kind", string(d.Kind), "is no kind of abuse")
	}
	lim.checkName(c, "document_abuse.evidence", d.Evidence, true)
	if d.Text != "" {
		lim.checkMessage(c, "document_abuse", d.Text, nil)
	}
}

func (d DocumentAbuse) body(*Input) Body {
	text, _ := cleanText(d.Text)
	return AbuseDocumented{Kind: d.Kind, Evidence: cleanLine(d.Evidence), Text: text}
}

// OfferPhone offers to talk on the phone where writing is stuck. Text goes out
// to the customer; empty: it was offered by other means.
type OfferPhone struct{ Text string }

func (OfferPhone) event() EventKind { return EventOfferPhone }
func (o OfferPhone) check(c *check, lim Limits) {
	if o.Text != "" {
		lim.checkMessage(c, "offer_phone", o.Text, nil)
	}
}

func (o OfferPhone) body(in *Input) Body {
	if o.Text == "" {
		return PhoneOffered{}
	}
	m := newMessage(o.Text, in.Ticket.Channel, nil)
	return PhoneOffered{Message: &m}
}

// AcceptPhone says that the customer wants to talk; a [RequestCallback] says
// when.
type AcceptPhone struct{}

func (AcceptPhone) event() EventKind     { return EventAcceptPhone }
func (AcceptPhone) check(*check, Limits) {}
func (AcceptPhone) body(*Input) Body     { return nil }

// DeclinePhone says that the customer does not want to talk.
type DeclinePhone struct{}

func (DeclinePhone) event() EventKind     { return EventDeclinePhone }
func (DeclinePhone) check(*check, Limits) {}
func (DeclinePhone) body(*Input) Body     { return nil }

// DisputeStep is a step of a dispute that is taken elsewhere and noted here.
type DisputeStep string

// The steps of a dispute. The last three are for people to decide.
const (
	StepGoodwillOffered   DisputeStep = "goodwill_offered"
	StepGoodwillAccepted  DisputeStep = "goodwill_accepted"
	StepGoodwillExhausted DisputeStep = "goodwill_exhausted" // nothing is left to offer
	StepFormalNotice      DisputeStep = "formal_notice"
	StepLegalStep         DisputeStep = "legal_step"
	StepBlocked           DisputeStep = "block_account"
)

func (s DisputeStep) valid() bool { return s.byPerson() || s.isGoodwill() }

func (s DisputeStep) isGoodwill() bool {
	return s == StepGoodwillOffered || s == StepGoodwillAccepted || s == StepGoodwillExhausted
}

func (s DisputeStep) byPerson() bool {
	return s == StepFormalNotice || s == StepLegalStep || s == StepBlocked
}

// RecordDispute notes that a step of a dispute was taken.
type RecordDispute struct {
	Step DisputeStep
	Ref  string // the host's reference: the grant, the letter
}

func (RecordDispute) event() EventKind { return EventRecordDispute }
func (r RecordDispute) check(c *check, lim Limits) {
	if !r.Step.valid() {
		c.fail("record_dispute.step", string(r.Step), "is no step of a dispute")
	}
	lim.checkName(c, "record_dispute.ref", r.Ref, false)
}

func (r RecordDispute) body(*Input) Body {
	return DisputeRecorded{Step: r.Step, Ref: cleanLine(r.Ref)}
}

// Approve is a lead's consent to the last resorts, with the reason.
type Approve struct{ Reason string }

func (Approve) event() EventKind             { return EventApprove }
func (a Approve) check(c *check, lim Limits) { lim.checkName(c, "approve.reason", a.Reason, true) }
func (a Approve) body(*Input) Body           { return Approved{cleanLine(a.Reason)} }

// AbuseDocumented is the body of document_abuse.
type AbuseDocumented struct {
	Kind     AbuseKind `json:"kind"`
	Evidence string    `json:"evidence"`
	Text     string    `json:"text,omitempty"`
}

// PhoneOffered is the body of offer_phone.
type PhoneOffered struct {
	Message *Message `json:"message,omitempty"`
}

// DisputeRecorded is the body of record_dispute.
type DisputeRecorded struct {
	Step DisputeStep `json:"step"`
	Ref  string      `json:"ref,omitempty"`
}

// Approved is the body of approve.
type Approved struct {
	Reason string `json:"reason"`
}

func (AbuseDocumented) body() {}
func (PhoneOffered) body()    {}
func (DisputeRecorded) body() {}
func (Approved) body()        {}

func disputeRows() []Row {
	agent, staff := []ActorKind{ActorAgent}, []ActorKind{ActorAgent, ActorSystem}
	customer := []ActorKind{ActorCustomer, ActorAgent} // an agent notes what the customer said
	known := append(liveStates(), StateClosed)
	worked := []State{StateOpen, StateWaitingCustomer, StateWaitingThird, StateSnoozed, StateResolved}
	return []Row{
		{Event: EventDocumentAbuse, From: known, Actors: agent},
		{ID: "offer_phone.first", Event: EventOfferPhone, From: []State{StateNew}, To: StateOpen, Actors: staff},
		{Event: EventOfferPhone, From: worked, Actors: staff},
		{Event: EventAcceptPhone, From: liveStates(), Actors: customer, Guards: []string{"phone_offered"}},
		{Event: EventDeclinePhone, From: liveStates(), Actors: customer, Guards: []string{"phone_offered"}},
		{Event: EventRecordDispute, From: known, Actors: staff, Guards: []string{"person_decides"}},
		{Event: EventApprove, From: known, Actors: agent, Role: RoleLead},
	}
}

func guardPhoneOffered(in *Input) []Blocker {
	return unless(!in.Ticket.Dispute.PhoneOffered.IsZero(), CodePhoneNotOffered)
}

func guardPersonDecides(in *Input) []Blocker {
	r, ok := in.Command.(RecordDispute)
	return unless(!ok || !r.Step.byPerson() || in.Actor.Kind == ActorAgent, CodePersonDecides, "step", string(r.Step))
}

// dispute applies the events of a dispute.
func (t *fold) dispute(e Event) {
	d := &t.Dispute
	switch b := e.Body.(type) {
	case AbuseDocumented:
		d.Abuse++
	case PhoneOffered:
		d.PhoneOffered, d.PhoneDeclined = e.At, time.Time{}
		if b.Message != nil && e.Actor.Kind == ActorAgent {
			t.answer(e)
		}
	case DisputeRecorded:
		d.record(e.At, b.Step)
	case Approved:
		d.Approved = e.At
	default:
		switch e.Kind {
		case EventAcceptPhone:
			d.PhoneAccepted, d.PhoneDeclined = e.At, time.Time{}
		case EventDeclinePhone:
			d.PhoneAccepted, d.PhoneDeclined = time.Time{}, e.At
		default:
		}
	}
}

func (d *Dispute) record(at time.Time, step DisputeStep) {
	switch step {
	case StepGoodwillOffered:
		d.GoodwillOffers++
	case StepGoodwillAccepted:
		d.GoodwillAccepted = at
	case StepGoodwillExhausted:
		d.GoodwillExhausted = at
	case StepFormalNotice:
		d.Notice = at
	case StepLegalStep:
		d.LegalStep = at
	case StepBlocked:
		d.Blocked = at
	}
}

// Rung is one rung of the ladder for difficult customers.
type Rung string

// The rungs, from the mildest to the last resorts.
const (
	RungAnswerPoints  Rung = "answer_all_points"
	RungOfferPhone    Rung = "offer_phone"
	RungPhoneCall     Rung = "phone_call"
	RungOfferGoodwill Rung = "offer_goodwill"
	RungFormalNotice  Rung = "formal_notice"
	RungLegalStep     Rung = "legal_step"
	RungBlockAccount  Rung = "block_account"
)

// LadderFacts is what a ladder asks of a ticket. Whether a statutory claim or
// an order is open, other packages and the host know.
type LadderFacts struct {
	Done              []Rung `json:"done"` // in the order of the ladder
	WrittenRounds     int    `json:"written_rounds"`
	OpenPoints        int    `json:"open_points"`
	PhoneAccepted     bool   `json:"phone_accepted"`
	GoodwillExhausted bool   `json:"goodwill_exhausted"`
	AbuseDocumented   bool   `json:"abuse_documented"`
	// NoticeDays counts the civil dates since the formal notice, in the zone
	// of the rules' calendar; the day of the notice does not count.
	NoticeDays        int  `json:"notice_days"`
	ApprovedByManager bool `json:"approved_by_manager"`
}

// LadderFacts returns what a ladder asks of a ticket at an instant.
func (r *Rules) LadderFacts(t Ticket, now time.Time) LadderFacts {
	d := t.Dispute
	f := LadderFacts{
		Done: []Rung{}, WrittenRounds: d.Rounds, OpenPoints: len(t.Points),
		PhoneAccepted: !d.PhoneAccepted.IsZero(), GoodwillExhausted: !d.GoodwillExhausted.IsZero(),
		AbuseDocumented: d.Abuse > 0, ApprovedByManager: !d.Approved.IsZero(),
	}
	if !d.Notice.IsZero() {
		zone := r.cfg.Calendar.Zone()
		f.NoticeDays = daysBetween(sla.DateOf(d.Notice, zone), sla.DateOf(now, zone))
	}
	for _, rung := range []struct {
		name Rung
		done bool
	}{
		{RungAnswerPoints, len(t.Points) == 0 && t.Counters.Replies+t.Counters.CallsReached > 0},
		{RungOfferPhone, !d.PhoneOffered.IsZero()},
		{RungPhoneCall, t.Counters.CallsReached > 0},
		{RungOfferGoodwill, d.GoodwillOffers > 0},
		{RungFormalNotice, !d.Notice.IsZero()},
		{RungLegalStep, !d.LegalStep.IsZero()},
		{RungBlockAccount, !d.Blocked.IsZero()},
	} {
		if rung.done {
			f.Done = append(f.Done, rung.name)
		}
	}
	return f
}

// NoticeDay returns the instant from which on [LadderFacts].NoticeDays is at
// least days; zero where no formal notice was sent.
func (r *Rules) NoticeDay(t Ticket, days int) time.Time {
	if t.Dispute.Notice.IsZero() {
		return time.Time{}
	}
	zone := r.cfg.Calendar.Zone()
	return sla.DateOf(t.Dispute.Notice, zone).AddDays(days).At(0, zone).UTC()
}

// daysBetween counts the dates from one to another.
func daysBetween(from, to sla.Date) int {
	noon := func(d sla.Date) time.Time { return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC) }
	return int(noon(to).Sub(noon(from)) / (24 * time.Hour))
}
