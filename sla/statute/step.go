package statute

import (
	"strconv"

	"github.com/kulanz-go/kulanz/sla"
)

// Step is one step of a count: the date it stood on, the date it stands on
// now, and why. From is zero in the first step; then each From is the To
// before.
type Step struct {
	Code    StepCode   `json:"code"`
	From    sla.Date   `json:"from,omitzero"`
	To      sla.Date   `json:"to"`
	Event   Event      `json:"event,omitempty"`
	Period  sla.Period `json:"period,omitzero"`
	Clamped bool       `json:"clamped,omitempty"` // the month has no day of that number, so its last day counts
	Holiday sla.Text   `json:"holiday,omitzero"`  // name of the day, where it is a holiday
	Date    sla.Date   `json:"date,omitzero"`     // the date judged, where it is not the count's
}

// StepCode says what a step does.
type StepCode string

// The steps.
const (
	StepTrigger       StepCode = "trigger"        // begins on the day of the trigger, which is not counted
	StepLater         StepCode = "later"          // begins on the day of a later event instead
	StepYearEnd       StepCode = "year_end"       // begins at the end of the year
	StepPeriod        StepCode = "period"         // adds a period
	StepPromptly      StepCode = "promptly"       // stays on the day: without undue delay
	StepNoInstruction StepCode = "no_instruction" // takes the longest period, since no instruction is known
	StepLimit         StepCode = "limit"          // goes back to the longest period
	StepNotBefore     StepCode = "not_before"     // extends to a time after another event
	StepTooLate       StepCode = "too_late"       // an event after the end changes nothing
	StepFreeDay       StepCode = "free_day"       // passes a Saturday, Sunday or public holiday
	StepLocalDay      StepCode = "local_day"      // the day is a holiday in some communities only: disputed
	StepOwnDay        StepCode = "own_day"        // the host's closing is no public holiday
	StepNoHold        StepCode = "no_hold"        // nothing may be withheld
	StepHeld          StepCode = "held"           // not due while the goods are neither back nor proved sent
	StepReleased      StepCode = "released"       // due at once, on the day the right to withhold ended
	StepLastDay       StepCode = "last_day"       // the last day, until 24:00
	StepNotInForce    StepCode = "not_in_force"   // the statute was not in force
	StepUnverified    StepCode = "unverified"     // the statute is not verified
)

// Text tells the step in German and English.
func (s Step) Text() sla.Text {
	e := s.Event.Text()
	switch s.Code {
	case StepTrigger:
		return say(e.DE+" am "+german(s.To)+"; der Tag selbst zählt nicht", e.EN+" on "+english(s.To)+"; the day itself is not counted")
	case StepLater:
		return say(e.DE+" erst am "+german(s.To)+"; gezählt wird ab dann", e.EN+" only on "+english(s.To)+"; counted from then")
	case StepYearEnd:
		return say("Beginn mit dem Schluss des Jahres, "+german(s.To), "begins with the end of the year, "+english(s.To))
	case StepPeriod, StepNotBefore:
		return s.periodText()
	case StepPromptly:
		return say("unverzüglich, sicher also noch am "+german(s.To), "without undue delay, so surely on "+english(s.To))
	case StepNoInstruction:
		return say("keine Belehrung bekannt: 12 Monate und 14 Tage, bis "+german(s.To), "no instruction known: 12 months and 14 days, until "+english(s.To))
	case StepLimit:
		return say("längstens 12 Monate und 14 Tage, bis "+german(s.To), "12 months and 14 days at the longest, until "+english(s.To))
	case StepTooLate:
		return say(e.DE+" erst nach dem Ende: ohne Wirkung", e.EN+" only after the end: no effect")
	case StepFreeDay, StepLocalDay, StepOwnDay:
		return s.dayText()
	case StepNoHold, StepHeld, StepReleased:
		return s.holdText()
	case StepLastDay:
		return say("letzter Tag: "+weekday(s.To).DE+", "+german(s.To)+", bis 24 Uhr", "last day: "+weekday(s.To).EN+", "+english(s.To)+", until 24:00")
	case StepNotInForce:
		return say("am "+german(s.Date)+" nicht in Kraft", "not in force on "+english(s.Date))
	case StepUnverified:
		return say("Vorschrift nicht geprüft", "rule not verified")
	}
	return say(string(s.Code), string(s.Code))
}

func (s Step) periodText() sla.Text {
	p := periodText(s.Period)
	if s.Code == StepNotBefore {
		e := s.Event.Text()
		return say(e.DE+", plus "+p.DE+": Ende nicht vor dem "+german(s.To), e.EN+", plus "+p.EN+": no end before "+english(s.To))
	}
	t := say("plus "+p.DE+": "+german(s.To), "plus "+p.EN+": "+english(s.To))
	if s.Clamped {
		t.DE += " (Monatsende, da der Tag in diesem Monat fehlt)"
		t.EN += " (end of the month, which has no such day)"
	}
	return t
}

func (s Step) dayText() sla.Text {
	name := s.Holiday
	if name == (sla.Text{}) {
		name = weekday(s.From)
	}
	de, en := name.DE+", "+german(s.From)+": ", name.EN+", "+english(s.From)+": "
	if s.Code == StepLocalDay {
		return say(de+"nur in manchen Gemeinden Feiertag; welcher Ort zählt, ist umstritten", en+"a holiday in some communities only; which place counts is disputed")
	}
	if s.Code == StepOwnDay {
		return say(de+"geschlossen, aber kein gesetzlicher Feiertag", en+"closed, but no public holiday")
	}
	return say(de+"weiter zum nächsten Tag", en+"on to the next day")
}

func (s Step) holdText() sla.Text {
	if s.Code == StepHeld {
		return say("noch nicht fällig: Ware weder zurück noch nachweislich abgesandt", "not due yet: goods neither back nor proved sent")
	}
	e := s.Event.Text()
	if s.Code == StepReleased {
		return say(e.DE+" am "+german(s.To)+": sofort fällig", e.EN+" on "+english(s.To)+": due at once")
	}
	return say(e.DE+": kein Zurückbehaltungsrecht", e.EN+": no right to withhold")
}

func say(de, en string) sla.Text { return sla.Text{DE: de, EN: en} }

// german writes 23.11.2026, english 23 November 2026.
func german(d sla.Date) string {
	return two(d.Day) + "." + two(int(d.Month)) + "." + strconv.Itoa(d.Year)
}

func english(d sla.Date) string {
	return strconv.Itoa(d.Day) + " " + d.Month.String() + " " + strconv.Itoa(d.Year)
}

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

func weekday(d sla.Date) sla.Text {
	wd := d.Weekday()
	return say([...]string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"}[wd], wd.String())
}
