package statute

import (
	"strconv"
	"strings"

	"github.com/kulanz-go/kulanz/sla"
)

// Statute is one legal period as data.
type Statute struct {
	ID           string       // stable, like "de.withdrawal.goods": letters, digits, dot, hyphen, underscore
	Name         sla.Text     // what it is called; may be empty
	Kind         Kind         // how it is counted
	Trigger      Event        // starts the period
	Pick         Pick         // which counts where the trigger happened several times; empty: it may happen only once
	Periods      []sla.Period // days, weeks, months, years or working days, applied from left to right
	Shift        Shift        // whether the end moves to a working day
	MetBy        string       // what has to happen in time, where that is not plain
	Precondition string       // what the count takes for granted
	Count        string       // source of the counting rule
	ShiftSource  string       // source of the shift
	Source       string       // source of the period
	From         sla.Date     // first day in force; zero: since ever
	To           sla.Date     // last day in force; zero: until further notice
	Certainty    Certainty    // how sure the rule is
}

// Kind is the way a statute is counted.
type Kind string

// The kinds. Each says which events it looks at beside the trigger; without
// them it counts as if they had not happened.
const (
	// Simple: the trigger plus the periods.
	Simple Kind = "simple"
	// WithdrawalEffective: the periods run from the trigger or, if later, from
	// [InstructionGiven], and end at the latest 12 months and 14 days after the
	// trigger, as they do without an instruction: § 356 (3) BGB.
	WithdrawalEffective Kind = "withdrawal_effective"
	// DirectiveCap: the periods one after the other, the second from the end of
	// the first: article 10 (1) of Directive 2011/83/EU.
	DirectiveCap Kind = "directive_cap"
	// RefundHold: the trigger plus the periods, but not before the goods are back
	// ([GoodsReturned], the last of them) or proved sent ([DispatchProved]),
	// unless the trader offered to collect them ([PickupOffered]): § 357 (4) BGB.
	// Not due while neither has happened. If it happens after the period it is
	// due on that day, working day or not.
	RefundHold Kind = "refund_hold"
	// YearEnd: the periods from the end of the year of the trigger: § 199 (1)
	// BGB, § 257 (5) HGB.
	YearEnd Kind = "year_end"
	// Warranty: the trigger plus the periods, but not before four months after a
	// defect first showed within them ([DefectShown]), nor before two months
	// after the cured goods were handed back ([CuredItemReturned]): § 475e (3)
	// and (4) BGB.
	Warranty Kind = "warranty"
	// DefaultStart: the periods from the trigger or, if later, from
	// [InvoiceReceived]: § 286 (3) BGB. Default begins the day after.
	DefaultStart Kind = "default_start"
	// Promptly: without undue delay (§ 121 (1) BGB), which is no number of days.
	// The day of the trigger is taken, the only one that is surely in time.
	Promptly Kind = "promptly"
)

// Pick says which of several triggers counts.
type Pick string

// The picks.
const (
	First Pick = "first" // the earliest
	Last  Pick = "last"  // the latest
)

// Shift says whether the end of a period moves.
type Shift string

// The shifts.
const (
	NoShift        Shift = "none"                 // the end stays, whatever day it is
	NextWorkingDay Shift = "end_next_working_day" // over Saturday, Sunday and public holidays: § 193 BGB
)

// Certainty is how sure a rule, or a deadline counted by it, is.
type Certainty string

// The certainties, from the surest.
const (
	ByStatute  Certainty = "statute"    // the words of the law
	Settled    Certainty = "settled"    // courts or authorities read it so
	Disputed   Certainty = "disputed"   // they do not agree
	Unverified Certainty = "unverified" // nobody has checked it against the law in force
)

// rank orders certainties from 1, the surest; 0 is none.
func (c Certainty) rank() int {
	switch c {
	case ByStatute:
		return 1
	case Settled:
		return 2
	case Disputed:
		return 3
	case Unverified:
		return 4
	}
	return 0
}

// Required returns the events without which there is no deadline.
func (s Statute) Required() []Event { return []Event{s.Trigger} }

// Optional returns the events that the kind looks at if they happened.
func (s Statute) Optional() []Event {
	switch s.Kind {
	case WithdrawalEffective:
		return []Event{InstructionGiven}
	case RefundHold:
		return []Event{PickupOffered, GoodsReturned, DispatchProved}
	case Warranty:
		return []Event{DefectShown, CuredItemReturned}
	case DefaultStart:
		return []Event{InvoiceReceived}
	case Simple, DirectiveCap, YearEnd, Promptly:
	}
	return nil
}

// InForce reports whether the statute was in force on a date.
func (s Statute) InForce(on sla.Date) bool {
	return !on.Before(s.From) && (s.To.IsZero() || !on.After(s.To))
}

// Validate returns nil or [sla.Faults]: all that makes the statute unusable.
func (s Statute) Validate() error {
	var fs faults
	s.check(&fs)
	if len(fs.list) > 0 {
		return fs.list
	}
	return nil
}

// check adds what is wrong with the statute.
func (s Statute) check(fs *faults) {
	if s.ID == "" || strings.Trim(s.ID, idCharacters) != "" {
		fs.add("id", s.ID, "is no id: letters, digits, dot, hyphen and underscore")
	}
	if !s.Kind.known() {
		fs.add("kind", string(s.Kind), "is no kind of count")
	}
	if s.Trigger == "" {
		fs.add("trigger", "", "names no event")
	}
	if s.Pick != "" && s.Pick != First && s.Pick != Last {
		fs.add("pick", string(s.Pick), `is neither "first" nor "last"`)
	}
	if s.Shift != NoShift && s.Shift != NextWorkingDay {
		fs.add("shift", string(s.Shift), `is neither "none" nor "end_next_working_day"`)
	}
	if s.Certainty.rank() == 0 {
		fs.add("certainty", string(s.Certainty), `is none of "statute", "settled", "disputed", "unverified"`)
	}
	s.checkPeriods(fs)
	s.checkForce(fs)
}

func (s Statute) checkPeriods(fs *faults) {
	if len(s.Periods) == 0 && s.Kind != Promptly {
		fs.add("period", "", "has no length; only the kind promptly may do without")
	}
	if len(s.Periods) > maxPeriods {
		fs.add("period", strconv.Itoa(len(s.Periods))+" parts", "has more parts than "+strconv.Itoa(maxPeriods))
	}
	for i, p := range s.Periods {
		if reason := periodFault(p); reason != "" {
			fs.add(index("period", i), p.String(), reason)
		}
	}
}

func (s Statute) checkForce(fs *faults) {
	const noDate = "is no day of the calendar"
	if !s.From.IsZero() && !isDate(s.From) {
		fs.add("from", s.From.String(), noDate)
	}
	if !s.To.IsZero() && !isDate(s.To) {
		fs.add("to", s.To.String(), noDate)
	}
	if !s.To.IsZero() && s.To.Before(s.From) {
		fs.add("to", s.To.String(), "lies before from, "+s.From.String())
	}
}

func isDate(d sla.Date) bool {
	_, err := sla.NewDate(d.Year, d.Month, d.Day)
	return err == nil
}

// maxPeriods bounds the parts of a period.
const maxPeriods = 4

const idCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

func (k Kind) known() bool {
	switch k {
	case Simple, WithdrawalEffective, DirectiveCap, RefundHold, YearEnd, Warranty, DefaultStart, Promptly:
		return true
	}
	return false
}
