package statute

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// Event is something that happens once or several times and that a period
// looks at. Hosts may name their own.
type Event string

// The events of the built-in statutes.
const (
	ClaimArose             Event = "claim_arose_and_known"             // a claim arose, and its owner knows
	ContractConcluded      Event = "contract_concluded"                // also decides which law is in force
	CuredItemReturned      Event = "cured_item_returned"               // repaired or replaced goods were handed over
	Debited                Event = "debited"                           // the payer's account was debited
	DefectShown            Event = "defect_shown"                      // a defect first showed
	Delivered              Event = "delivered"                         // the goods were handed over
	Discrimination         Event = "discrimination"                    // the disadvantage happened
	DispatchProved         Event = "dispatch_proof"                    // the consumer proved that the goods were sent back
	DocumentCreated        Event = "document_created"                  // a voucher or letter was made, sent or received
	DueDate                Event = "due"                               // a claim fell due
	GoodsReceived          Event = "goods_received"                    // the consumer got the goods, or a part of them
	GoodsReturned          Event = "goods_returned"                    // the trader got the goods back
	InstructionGiven       Event = "instruction_given"                 // the consumer was told of the right of withdrawal
	InvoiceReceived        Event = "invoice_received"                  // the debtor got an invoice
	OffenderKnown          Event = "knowledge_of_act_and_offender"     // who may complain knows act and offender
	PickupOffered          Event = "pickup_offered"                    // the trader offered to collect the goods; its date does not matter
	Provided               Event = "provided"                          // the digital product was provided
	ReductionOrTermination Event = "reduction_or_termination_received" // the trader got the declaration
	RequestReceived        Event = "request_received"                  // a data protection request came in
	RiskPassed             Event = "risk_passed"                       // the risk passed to the buyer
	Terminated             Event = "terminated"                        // the contract was ended
	VoucherIssued          Event = "voucher_issued"                    // a voucher was issued
	WithdrawalDispatched   Event = "withdrawal_dispatched"             // the consumer sent the withdrawal
	WithdrawalReceived     Event = "withdrawal_received"               // the trader got the withdrawal
)

// Moment is when an event happened: a civil date or an instant. The zero
// value says only that it did.
type Moment struct {
	date sla.Date
	at   time.Time
}

// On is a civil date, whatever the zone.
func On(d sla.Date) Moment { return Moment{date: d} }

// At is an instant, which counts as the civil date of the zone it is asked in.
func At(t time.Time) Moment { return Moment{at: t} }

// IsZero reports whether only the fact is known.
func (m Moment) IsZero() bool { return m.date.IsZero() && m.at.IsZero() }

// Date returns the civil date in a zone, the zero date for the zero Moment.
func (m Moment) Date(zone *time.Location) sla.Date {
	if m.at.IsZero() {
		return m.date
	}
	return sla.DateOf(m.at, zone)
}

// Instant returns the instant; false where only a civil date, or nothing, is
// known.
func (m Moment) Instant() (time.Time, bool) { return m.at, !m.at.IsZero() }

// String returns the date or the instant, "yes" for the zero Moment.
func (m Moment) String() string {
	switch {
	case m.IsZero():
		return "yes"
	case m.at.IsZero():
		return m.date.String()
	}
	return m.at.Format(time.RFC3339Nano)
}

// MarshalJSON writes "2026-11-23", an instant as in RFC 3339, or true for the
// zero Moment.
func (m Moment) MarshalJSON() ([]byte, error) {
	switch {
	case m.IsZero():
		return []byte("true"), nil
	case m.at.IsZero():
		return json.Marshal(m.date)
	}
	return json.Marshal(m.at)
}

// UnmarshalJSON reads what [Moment.MarshalJSON] writes.
func (m *Moment) UnmarshalJSON(data []byte) error {
	if bytes.Equal(data, []byte("true")) {
		*m = Moment{}
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err == nil {
		if d, err := sla.ParseDate(text); err == nil {
			*m = On(d)
			return nil
		}
		if t, err := time.Parse(time.RFC3339, text); err == nil && !t.IsZero() {
			// Parse takes "+24:00", with which no instant can be written back.
			if _, err := t.MarshalText(); err == nil {
				*m = At(t)
				return nil
			}
		}
	}
	return &sla.Fault{Path: "moment", Value: string(data), Reason: `is no date like "2026-11-23", no RFC 3339 instant and not true`}
}

// Moments are all the times an event happened, in any order.
type Moments []Moment

// UnmarshalJSON reads one moment or a list of them.
func (ms *Moments) UnmarshalJSON(data []byte) error {
	list := []Moment{{}}
	target := any(&list[0])
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		list = nil
		target = &list
	}
	if err := json.Unmarshal(data, target); err != nil {
		return err
	}
	*ms = list
	return nil
}

// Events is what is known to have happened. In JSON an event has one moment or
// a list.
type Events map[Event]Moments

// UnmarshalJSON reads an object; an event named twice is refused.
func (es *Events) UnmarshalJSON(data []byte) error {
	var fs faults
	events := Events{}
	members, _ := fs.object(data)
	for _, m := range members {
		var moments Moments
		fs.in(m.key, func() { fs.read(m.value, &moments) })
		events[Event(m.key)] = moments
	}
	if len(fs.list) > 0 {
		return fs.list
	}
	*es = events
	return nil
}
