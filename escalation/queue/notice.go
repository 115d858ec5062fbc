package queue

import (
	"fmt"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// Notice is what a customer is told about the wait: a range, never a promise to
// the minute. From and Until are instants in the calendar's opening hours, whole
// minutes, rounded up; Least and Most are the same as open time from now.
type Notice struct {
	Least, Most time.Duration
	From, Until time.Time
	Ahead       int
}

// NewNotice makes a notice of a wait: from the median to the eightieth of a
// hundred, each rounded up. Where nothing opens any more the error is the
// calendar's.
func NewNotice(w Wait, ahead int, cal *sla.Calendar, now time.Time) (Notice, error) {
	n := Notice{Least: roundUp(w.P50), Most: roundUp(w.P80), Ahead: ahead}
	var err error
	if n.From, err = cal.Add(now, n.Least); err != nil {
		return Notice{}, fmt.Errorf("queue: notice: %w", err)
	}
	if n.Until, err = cal.Add(now, n.Most); err != nil {
		return Notice{}, fmt.Errorf("queue: notice: %w", err)
	}
	n.From, n.Until = ceilMinute(n.From), ceilMinute(n.Until)
	return n, nil
}

// roundUp rounds a wait to what people say: minutes up to ten, then five minutes,
// from an hour on a quarter of one, from a day on hours.
func roundUp(d time.Duration) time.Duration {
	step := time.Minute
	switch {
	case d > 24*time.Hour:
		step = time.Hour
	case d > time.Hour:
		step = 15 * time.Minute
	case d > 10*time.Minute:
		step = 5 * time.Minute
	}
	return max((d + step - 1).Truncate(step), time.Minute)
}

func ceilMinute(t time.Time) time.Time {
	if c := t.Truncate(time.Minute); c.Before(t) {
		return c.Add(time.Minute)
	}
	return t
}

// Text says it to the customer in German for "de", else in English, with times of
// the day in a zone. What is not today is said with its date.
func (n Notice) Text(lang string, zone *time.Location, now time.Time) string {
	de := lang == "de"
	from, until := n.From.In(zone), n.Until.In(zone)
	when := func(t time.Time, short bool) string {
		clock := t.Format("15:04")
		today := sla.DateOf(t, zone) == sla.DateOf(now, zone)
		switch {
		case short || today:
			return clock
		case de:
			return t.Format("02.01.") + " " + clock
		}
		return t.Format("2 January") + ", " + clock
	}
	sameDay := sla.DateOf(from, zone) == sla.DateOf(until, zone)
	a, b := when(from, false), when(until, sameDay)
	if de {
		return "Wir melden uns voraussichtlich zwischen " + a + " und " + b + " Uhr. " + aheadDE(n.Ahead)
	}
	return "We expect to get back to you between " + a + " and " + b + ". " + aheadEN(n.Ahead)
}

func aheadDE(n int) string {
	switch n {
	case 0:
		return "Sie sind als Nächstes an der Reihe."
	case 1:
		return "Vor Ihnen wartet noch eine Anfrage."
	}
	return "Vor Ihnen warten noch " + strconv.Itoa(n) + " Anfragen."
}

func aheadEN(n int) string {
	switch n {
	case 0:
		return "You are next."
	case 1:
		return "One request is ahead of you."
	}
	return strconv.Itoa(n) + " requests are ahead of you."
}
