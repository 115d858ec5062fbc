package ticket

import (
	"fmt"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// Summary says in a few lines what is open on a ticket, who has to do
// something, and by when: for answers, and as the one acknowledgement of a
// barrage. It quotes nothing that a customer wrote, so it can be sent to an
// address that nobody has verified. lang is a BCP 47 tag: German for "de",
// else English. Instants are in the customer's zone, else in that of the
// rules' calendar.
func (r *Rules) Summary(t Ticket, lang string) string {
	zone := r.zoneOf(t)
	lines := []string{r.received(t, lang)}
	add := func(de, en string, args ...any) {
		lines = append(lines, fmt.Sprintf(pick(lang, de, en), args...))
	}
	switch r.seen(t.State) {
	case StateWaitingCustomer:
		add("Wir warten auf Ihre Antwort, bis %s.", "We are waiting for your answer, until %s.", when(t.Timer.At, lang, zone))
	case StateResolved:
		add("Ihr Anliegen ist gelöst. Bis %s können Sie einfach antworten, wenn noch etwas offen ist.",
			"Your matter is solved. Until %s, simply answer if something is still open.", when(t.Timer.At, lang, zone))
	case StateClosed, StateMerged, StateErased:
		add("Ihr Anliegen ist abgeschlossen.", "Your matter is closed.")
	default:
		if at := r.answerBy(t); !at.IsZero() {
			add("Wir antworten Ihnen bis %s.", "We will answer you by %s.", when(at, lang, zone))
		} else {
			add("Wir kümmern uns darum.", "We are taking care of it.")
		}
	}
	for _, p := range t.Promises {
		add("Wir haben zugesagt, bis %[2]s: %[1]s", "We promised, by %[2]s: %[1]s", p.Text, when(p.Due, lang, zone))
	}
	for _, cb := range t.Callbacks {
		add("Wir rufen Sie an: %s.", "We will call you: %s.", window(cb.From, cb.To, lang, zone))
	}
	switch n := len(t.Points); {
	case n == 1:
		add("Ein Punkt Ihrer Beschwerde ist noch offen; wir beantworten ihn.", "One point of your complaint is still open; we will answer it.")
	case n > 1:
		add("%d Punkte Ihrer Beschwerde sind noch offen; wir beantworten jeden.", "%d points of your complaint are still open; we will answer each.", n)
	}
	return strings.Join(lines, "\n")
}

// received is the first line: under which number, and how much came in.
func (r *Rules) received(t Ticket, lang string) string {
	switch n := t.Barrage.Messages; n {
	case 0:
		return fmt.Sprintf(pick(lang, "Ihre Anfrage %s:", "Your request %s:"), t.Number)
	case 1:
		return fmt.Sprintf(pick(lang,
			"Ihre Nachricht ist bei uns angekommen. Sie hat die Nummer %s.",
			"Your message has reached us. Its number is %s."), t.Number)
	default:
		return fmt.Sprintf(pick(lang,
			"Ihre %d Nachrichten sind bei uns angekommen. Wir bearbeiten sie zusammen unter der Nummer %s.",
			"Your %d messages have reached us. We handle them together under the number %s."), n, t.Number)
	}
}

// answerBy is when customers are told to have their answer; zero: they are not.
func (r *Rules) answerBy(t Ticket) time.Time {
	if r.cfg.AnswerBy == (sla.Period{}) || t.WaitingSince.IsZero() {
		return time.Time{}
	}
	return r.after(t.WaitingSince, r.cfg.AnswerBy)
}

// zoneOf is where a ticket's customer lives.
func (r *Rules) zoneOf(t Ticket) *time.Location {
	if zone, err := loadZone(t.Customer.Zone); err == nil {
		return zone
	}
	return r.cfg.Calendar.Zone()
}

// loadZone reads an IANA zone. The zone of the machine is none: nobody's
// customer lives there.
func loadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, &Fault{Path: "zone", Value: name, Reason: "is no time zone"}
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, &Fault{Path: "zone", Value: name, Reason: "is no time zone"}
	}
	return zone, nil
}

// when writes an instant as people of the language read it.
func when(t time.Time, lang string, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(zone)
	if inGerman(lang) {
		return fmt.Sprintf("%s, %d. %s %d, %02d:%02d Uhr",
			germanDay(t.Weekday()), t.Day(), germanMonth(t.Month()), t.Year(), t.Hour(), t.Minute())
	}
	return t.Format("Monday 2 January 2006, 15:04")
}

// window writes a half-open window, with one date where it has only one.
func window(from, to time.Time, lang string, zone *time.Location) string {
	from, to = from.In(zone), to.In(zone)
	if sla.DateOf(from, zone) == sla.DateOf(to, zone) {
		day := when(from, lang, zone)
		day = day[:strings.LastIndex(day, ",")]
		return fmt.Sprintf(pick(lang, "%s, zwischen %s und %s Uhr", "%s, between %s and %s"),
			day, from.Format("15:04"), to.Format("15:04"))
	}
	return fmt.Sprintf(pick(lang, "zwischen %s und %s", "between %s and %s"),
		when(from, lang, zone), when(to, lang, zone))
}

func germanDay(d time.Weekday) string {
	return [...]string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"}[d]
}

func germanMonth(m time.Month) string {
	return [...]string{
		"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
		"November", "Dezember",
	}[m-1]
}
