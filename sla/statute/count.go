package statute

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// count is one run of the count: a date that moves, and the steps it took.
type count struct {
	statute Statute
	dates   map[Event][]sla.Date // of the events the statute looks at, each in order
	days    calendar
	at      sla.Date // where the count stands
	result  Deadline
}

// newCount checks everything that the count will use.
func newCount(s Statute, events Events, holidays sla.HolidaySource, zone *time.Location) (*count, error) {
	if err := s.Validate(); err != nil {
		return nil, fmt.Errorf("statute %s: %w", s.ID, err)
	}
	c := &count{
		statute: s,
		dates:   map[Event][]sla.Date{},
		days:    calendar{source: holidays},
		result: Deadline{
			Statute: s.ID, Name: s.Name, Certainty: s.Certainty, Trace: make([]Step, 0, 8), Zone: zone.String(), zone: zone,
		},
	}
	var fs faults
	var missing []Event
	for _, e := range s.Required() {
		c.dates[e] = fs.dates(e, events[e], zone, true)
		if len(events[e]) == 0 {
			missing = append(missing, e)
		}
	}
	for _, e := range append(s.Optional(), ContractConcluded) {
		c.dates[e] = fs.dates(e, events[e], zone, e != PickupOffered)
		if len(events[e]) == 0 && e != ContractConcluded {
			c.result.Absent = append(c.result.Absent, e)
		}
	}
	if n := len(c.dates[s.Trigger]); n > 1 && s.Pick == "" {
		fs.add("events."+string(s.Trigger), fmt.Sprintf("%d times", n), "is more than once, and the statute does not say which counts")
	}
	if holidays == nil && s.needsHolidays() {
		fs.add("holidays", "nil", "leaves open which days are public holidays")
	}
	var errs []error
	if len(missing) > 0 {
		errs = append(errs, &MissingError{Statute: s.ID, Events: missing})
	}
	if len(fs.list) > 0 {
		errs = append(errs, fmt.Errorf("statute %s: %w", s.ID, fs.list))
	}
	return c, errors.Join(errs...)
}

// dates returns the civil dates of an event in order.
func (fs *faults) dates(e Event, moments Moments, zone *time.Location, dated bool) []sla.Date {
	dates := make([]sla.Date, 0, len(moments))
	for i, m := range moments {
		d := m.Date(zone)
		if (dated || !m.IsZero()) && !isDate(d) {
			fs.add(index("events."+string(e), i), m.String(), "is no date from the year 1 to 9999")
		}
		dates = append(dates, d)
	}
	slices.SortFunc(dates, sla.Date.Compare)
	return dates
}

func (s Statute) needsHolidays() bool {
	return s.Shift == NextWorkingDay || slices.ContainsFunc(s.Periods, countsWorkingDays)
}

// first and last return the earliest and latest date of an event.
func (c *count) first(e Event) (sla.Date, bool) {
	if len(c.dates[e]) == 0 {
		return sla.Date{}, false
	}
	return c.dates[e][0], true
}

func (c *count) last(e Event) (sla.Date, bool) {
	if len(c.dates[e]) == 0 {
		return sla.Date{}, false
	}
	return c.dates[e][len(c.dates[e])-1], true
}

// step moves the count to a date and notes why.
func (c *count) step(s Step, to sla.Date) {
	s.From, s.To = c.at, to
	c.at = to
	c.result.Trace = append(c.result.Trace, s)
}

// note records what does not move the count.
func (c *count) note(s Step) { c.step(s, c.at) }

// run counts: from the trigger by the periods to the raw end, from there to
// the last day.
func (c *count) run() error {
	trigger, _ := c.first(c.statute.Trigger)
	if c.statute.Pick == Last {
		trigger, _ = c.last(c.statute.Trigger)
	}
	c.step(Step{Code: StepTrigger, Event: c.statute.Trigger}, trigger)
	if err := c.kind(trigger); err != nil {
		return err
	}
	if !isDate(c.at) {
		return fmt.Errorf("end %s: %w", c.at, sla.ErrOutOfRange)
	}
	c.result.RawEnd = c.at
	if c.statute.Shift == NextWorkingDay {
		if err := c.shift(); err != nil {
			return err
		}
	}
	c.result.LastDay = c.at
	if c.statute.Kind == RefundHold {
		c.hold()
	}
	c.result.Shifted = c.result.RawEnd != c.result.LastDay
	if c.result.Due() {
		c.note(Step{Code: StepLastDay})
	}
	c.judge(trigger)
	return nil
}

// kind counts to the raw end.
func (c *count) kind(trigger sla.Date) error {
	switch c.statute.Kind {
	case WithdrawalEffective:
		return c.effective(trigger)
	case YearEnd:
		c.step(Step{Code: StepYearEnd}, sla.Date{Year: trigger.Year, Month: time.December, Day: 31})
	case DefaultStart:
		if invoice, ok := c.first(InvoiceReceived); ok && invoice.After(trigger) {
			c.step(Step{Code: StepLater, Event: InvoiceReceived}, invoice)
		}
	case Promptly:
		c.note(Step{Code: StepPromptly})
	case Simple, DirectiveCap, RefundHold, Warranty:
	}
	if err := c.periods(); err != nil {
		return err
	}
	if c.statute.Kind == Warranty {
		c.tails()
	}
	return nil
}

func (c *count) periods() error {
	for _, p := range c.statute.Periods {
		to, err := c.days.after(c.at, p)
		if err != nil {
			return err
		}
		clamped := countsMonths(p) && to.Day != c.at.Day
		c.step(Step{Code: StepPeriod, Period: p, Clamped: clamped}, to)
	}
	return nil
}

// effective is § 356 (3) BGB: the period does not begin before the
// instruction, and ends 12 months and 14 days after the trigger at the latest.
func (c *count) effective(trigger sla.Date) error {
	limit := trigger.AddMonths(12).AddDays(14)
	instruction, instructed := c.first(InstructionGiven)
	if !instructed {
		c.step(Step{Code: StepNoInstruction, Event: InstructionGiven}, limit)
		return nil
	}
	if instruction.After(trigger) {
		c.step(Step{Code: StepLater, Event: InstructionGiven}, instruction)
	}
	if err := c.periods(); err != nil {
		return err
	}
	if c.at.After(limit) {
		c.step(Step{Code: StepLimit}, limit)
	}
	return nil
}

// tails is § 475e (3) and (4) BGB: the limitation does not end before four
// months after a defect first showed within it, nor before two months after
// the cured goods were handed back. What showed after its end helps nobody.
func (c *count) tails() {
	end := c.at
	if shown, ok := c.first(DefectShown); ok {
		if shown.After(end) {
			c.note(Step{Code: StepTooLate, Event: DefectShown})
			return
		}
		c.tail(DefectShown, shown, sla.Period{N: 4, Unit: sla.UnitMonth})
	}
	if cured, ok := c.last(CuredItemReturned); ok {
		c.tail(CuredItemReturned, cured, sla.Period{N: 2, Unit: sla.UnitMonth})
	}
}

func (c *count) tail(e Event, on sla.Date, p sla.Period) {
	if to := addDates(on, p); to.After(c.at) {
		c.step(Step{Code: StepNotBefore, Event: e, Period: p}, to)
	}
}

// hold is § 357 (4) BGB: the refund may be withheld until the goods are back
// or proved sent; released after its last day, it is due at once.
func (c *count) hold() {
	if _, offered := c.first(PickupOffered); offered {
		c.note(Step{Code: StepNoHold, Event: PickupOffered})
		return
	}
	release, event, ok := c.release()
	if !ok {
		c.note(Step{Code: StepHeld})
		c.result.RawEnd, c.result.LastDay = sla.Date{}, sla.Date{}
		return
	}
	if release.After(c.at) {
		c.step(Step{Code: StepReleased, Event: event}, release)
		c.result.RawEnd, c.result.LastDay = release, release
	}
}

// release returns what ended the right to withhold first.
func (c *count) release() (sla.Date, Event, bool) {
	back, isBack := c.last(GoodsReturned)
	sent, isSent := c.last(DispatchProved)
	if isSent && (!isBack || sent.Before(back)) {
		return sent, DispatchProved, true
	}
	return back, GoodsReturned, isBack
}

// judge says whether the statute was in force, and how sure the result is.
func (c *count) judge(trigger sla.Date) {
	on, known := c.first(ContractConcluded)
	if !known {
		on = trigger
	}
	c.result.JudgedOn, c.result.InForce = on, c.statute.InForce(on)
	if !c.result.InForce {
		c.note(Step{Code: StepNotInForce, Date: on})
	}
	if c.statute.Certainty == Unverified {
		c.note(Step{Code: StepUnverified})
	}
}
