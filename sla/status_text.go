package sla

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Text returns the name of the metric as people call it.
func (m Metric) Text() Text {
	switch m {
	case FirstResponse:
		return Text{DE: "Erste Antwort", EN: "First response"}
	case NextResponse:
		return Text{DE: "Nächste Antwort", EN: "Next response"}
	case PeriodicUpdate:
		return Text{DE: "Regelmäßige Nachricht", EN: "Periodic update"}
	case CustomerWait:
		return Text{DE: "Wartezeit des Kunden", EN: "Customer wait"}
	case AgentWork:
		return Text{DE: "Bearbeitungszeit", EN: "Agent work"}
	case FirstResolution:
		return Text{DE: "Erste Lösung", EN: "First resolution"}
	case TotalResolution:
		return Text{DE: "Endgültige Lösung", EN: "Total resolution"}
	case Promise:
		return Text{DE: "Zusage", EN: "Promise"}
	}
	return Text{DE: string(m), EN: string(m)}
}

// Text returns the state in words.
func (s State) Text() Text {
	switch s {
	case Running:
		return Text{DE: "läuft", EN: "running"}
	case Paused:
		return Text{DE: "angehalten", EN: "paused"}
	case Met:
		return Text{DE: "eingehalten", EN: "met"}
	case Breached:
		return Text{DE: "überschritten", EN: "breached"}
	case Cancelled:
		return Text{DE: "entfallen", EN: "cancelled"}
	}
	return Text{DE: string(s), EN: string(s)}
}

// Text returns the cause in words.
func (c Cause) Text() Text {
	switch c {
	case CauseResolved:
		return Text{DE: "ohne Antwort gelöst", EN: "resolved without an answer"}
	case CauseClosed:
		return Text{DE: "vorher geschlossen", EN: "closed before"}
	case CauseMerged:
		return Text{DE: "zusammengeführt", EN: "merged"}
	case CauseSpam:
		return Text{DE: "Spam", EN: "spam"}
	case CauseCancelled:
		return Text{DE: "aufgehoben", EN: "called off"}
	case CauseRetargeted:
		return Text{DE: "neues Ziel", EN: "new target"}
	case CauseNoTarget:
		return Text{DE: "kein Ziel mehr", EN: "no target any more"}
	case CauseRuleMissing:
		return Text{DE: "Regel fehlt", EN: "rule missing"}
	case CauseAnsweredBefore:
		return Text{DE: "Antwort vor der Frage", EN: "answered before asked"}
	}
	return Text{DE: string(c), EN: string(c)}
}

// Text returns the kind of turn in words.
func (k TurnKind) Text() Text {
	switch k {
	case TurnStart:
		return Text{DE: "beginnt", EN: "starts"}
	case TurnPause:
		return Text{DE: "angehalten", EN: "paused"}
	case TurnResume:
		return Text{DE: "läuft weiter", EN: "resumed"}
	case TurnRetarget:
		return Text{DE: "neues Ziel", EN: "new target"}
	case TurnCalendar:
		return Text{DE: "neuer Kalender", EN: "new calendar"}
	case TurnReopen:
		return Text{DE: "wieder geöffnet", EN: "reopened"}
	case TurnRestore:
		return Text{DE: "wiederhergestellt", EN: "restored"}
	case TurnEnd:
		return Text{DE: "endet", EN: "ends"}
	}
	return Text{DE: string(k), EN: string(k)}
}

// Text tells the explanation in words, one line for each fact, with times on
// the wall clock of zone. It names rules, states and the ids of calendars, and
// no personal data.
func (e *Explanation) Text(zone *time.Location) Text {
	return Text{DE: e.tell(german(), zone), EN: e.tell(english(), zone)}
}

// phrases are what the text of an explanation is made of.
type phrases struct {
	in                                  func(Text) string
	time                                string // layout
	head, clock, due, noDue, matched    string
	noMatch, counts, left, sum, ahead   string
	resumed, breached, nothing, because string
}

func english() *phrases {
	return &phrases{
		in: func(t Text) string { return t.EN }, time: "2006-01-02 15:04:05",
		head: "%s, cycle %d: %s", clock: "Policy %s, rule %q, clock %s, target %s",
		due: ", due %s", noDue: ", never due: the calendar has too little open time",
		matched: "rule %q matches", noMatch: "rule %q does not match: %s is %s, not %s",
		counts: "%s to %s: %s count", left: "%s to %s: %s do not count (%s)",
		sum: "Used %s of %s, remaining %s", ahead: "Due %s, after another %s",
		resumed: "Due %s if resumed now", breached: "Breached since %s", nothing: "nothing", because: " (%s)",
	}
}

func german() *phrases {
	return &phrases{
		in: func(t Text) string { return t.DE }, time: "02.01.2006 15:04:05",
		head: "%s, Zyklus %d: %s", clock: "Vereinbarung %s, Regel %q, Uhr %s, Ziel %s",
		due: ", fällig %s", noDue: ", nie fällig: der Kalender hat zu wenig Öffnungszeit",
		matched: "Regel %q trifft zu", noMatch: "Regel %q trifft nicht zu: %s ist %s, nicht %s",
		counts: "%s bis %s: %s zählen", left: "%s bis %s: %s zählen nicht (%s)",
		sum: "Verbraucht %s von %s, verbleibend %s", ahead: "Fällig %s, nach weiteren %s",
		resumed: "Fällig %s, wenn es jetzt weiterläuft", breached: "Überschritten seit %s", nothing: "nichts", because: " (%s)",
	}
}

func (e *Explanation) tell(p *phrases, zone *time.Location) string {
	s := &e.Status
	at := func(t time.Time) string { return t.In(zone).Format(p.time) }
	state := p.in(s.State.Text())
	if s.Cause != "" {
		state += fmt.Sprintf(p.because, p.in(s.Cause.Text()))
	}
	lines := []string{
		fmt.Sprintf(p.head, p.in(s.Metric.Text()), s.Cycle, state),
		fmt.Sprintf(p.clock, s.Policy, s.Rule, s.Clock, words(s.Target)),
	}
	for i := range e.Turns {
		lines = append(lines, e.Turns[i].tell(p, at)...)
	}
	for _, st := range e.Stretches {
		if st.Counts {
			lines = append(lines, fmt.Sprintf(p.counts, at(st.From), at(st.To), words(st.Length)))
		} else {
			lines = append(lines, fmt.Sprintf(p.left, at(st.From), at(st.To), words(st.Length), st.Reason))
		}
	}
	lines = append(lines, fmt.Sprintf(p.sum, words(s.Elapsed), words(s.Target), words(s.Remaining)))
	switch {
	case !s.BreachedAt.IsZero():
		lines = append(lines, fmt.Sprintf(p.breached, at(s.BreachedAt)))
	case e.Ahead != nil:
		lines = append(lines, fmt.Sprintf(p.ahead, at(s.Due), words(e.Ahead.Length)))
	case !s.DueIfResumed.IsZero():
		lines = append(lines, fmt.Sprintf(p.resumed, at(s.DueIfResumed)))
	}
	return strings.Join(lines, "\n")
}

func (s *Turn) tell(p *phrases, at func(time.Time) string) []string {
	line := at(s.At) + " " + p.in(s.Kind.Text())
	if s.State != "" {
		line += fmt.Sprintf(p.because, s.State)
	}
	switch {
	case s.Paused || s.Kind == TurnEnd:
	case s.Due.IsZero():
		line += p.noDue
	default:
		line += fmt.Sprintf(p.due, at(s.Due))
	}
	lines := []string{line}
	for _, r := range s.Tried {
		if r.Matched {
			lines = append(lines, "  "+fmt.Sprintf(p.matched, r.Rule))
		} else {
			lines = append(lines, "  "+fmt.Sprintf(p.noMatch, r.Rule, r.Field, quoted(r.Got, p), quoted(r.Want, p)))
		}
	}
	return lines
}

// quoted lists values, at most five of them.
func quoted(values []string, p *phrases) string {
	var out []string
	for _, v := range values {
		if len(out) == 5 {
			out = append(out, "...")
			break
		}
		if v != "" {
			out = append(out, strconv.Quote(v))
		}
	}
	if len(out) == 0 {
		return p.nothing
	}
	return strings.Join(out, ", ")
}

// words writes a duration as "2 h 30 min", exactly; both languages read it.
func words(d time.Duration) string {
	if d < 0 {
		return "-" + words(-max(d, -1<<63+1))
	}
	var parts []string
	if h := d / time.Hour; h > 0 {
		parts = append(parts, strconv.FormatInt(int64(h), 10)+" h")
	}
	if m := d % time.Hour / time.Minute; m > 0 {
		parts = append(parts, strconv.FormatInt(int64(m), 10)+" min")
	}
	if s := d % time.Minute; s > 0 {
		parts = append(parts, strings.TrimSuffix(strconv.FormatFloat(s.Seconds(), 'f', -1, 64), ".")+" s")
	}
	if len(parts) == 0 {
		return "0 h"
	}
	return strings.Join(parts, " ")
}
