package sla

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxHoursText bounds the text that ParseHours reads, in bytes.
const maxHoursText = 1 << 20

// ParseHours reads a subset of the opening_hours syntax of OpenStreetMap:
// rules separated by ";", each a choice of days and what holds on them.
//
//	Mo-Fr 09:00-13:00,14:00-18:00    several windows a day
//	Sa,Su 10:00-14:00:30             lists of days, seconds
//	Fr-Mo 22:00-06:00                ranges wrap, windows run past midnight
//	24/7                             always open; also 00:00-24:00
//	off                              never open, as the only rule of the week
//	PH off, PH 10:00-14:00           public holidays, of the calendar's source
//	2026 Nov 29 13:00-18:00          a dated opening: replaces that date's hours
//	2026 Dec 24-2027 Jan 01 off      dated closures, whole days
//	2026 Dec 31 13:00-24:00 off "…"  part of a day, with the reason as label
//
// A rule for a weekday replaces an earlier one for the same day, as in
// OpenStreetMap. Dated rules always outrank PH and PH outranks the week, in
// any order. Windows are half-open; an end before the start lies on the next
// day. The text is case-sensitive.
//
// What cannot be read is reported as [Faults], one for each bad rule, whose
// Column is the character at which it went wrong.
func ParseHours(s string) (Hours, error) {
	if len(s) > maxHoursText {
		return Hours{}, Faults{{Path: "hours", Value: strconv.Itoa(len(s)), Reason: "is more bytes than hours may have: " + strconv.Itoa(maxHoursText)}}
	}
	p := hoursParser{text: s}
	p.parse()
	if len(p.faults) > 0 {
		return Hours{}, p.faults
	}
	if err := p.hours.check("hours.").err(); err != nil {
		return Hours{}, err
	}
	return p.hours.normal(), nil
}

type hoursParser struct {
	text   string
	at     int // byte offset of what is read next
	hours  Hours
	faults Faults
	failed bool // within the current rule
}

func (p *hoursParser) parse() {
	for {
		p.failed = false
		p.space()
		if !p.rule() || p.failed {
			p.skipRule()
		}
		p.space()
		if p.at >= len(p.text) {
			return
		}
		p.at++ // the ";"
		p.space()
		if p.at >= len(p.text) {
			return // a closing ";" is common
		}
	}
}

// fail reports the token at the offset, once a rule.
func (p *hoursParser) fail(at int, reason string) bool {
	if !p.failed {
		end := at
		for end < len(p.text) && !strings.ContainsRune(" ;,\t\n", rune(p.text[end])) {
			end++
		}
		if end == at && end < len(p.text) {
			_, n := utf8.DecodeRuneInString(p.text[end:])
			end += n
		}
		p.faults = append(p.faults, &Fault{
			Path: "hours", Value: p.text[at:end], Reason: reason,
			Column: utf8.RuneCountInString(p.text[:at]) + 1,
		})
	}
	p.failed = true
	return false
}

// skipRule moves to the next ";" outside of a label.
func (p *hoursParser) skipRule() {
	quoted := false
	for ; p.at < len(p.text); p.at++ {
		switch p.text[p.at] {
		case '"':
			quoted = !quoted
		case ';':
			if !quoted {
				return
			}
		}
	}
}

func (p *hoursParser) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

// accept moves past the word if it comes next.
func (p *hoursParser) accept(word string) bool {
	if !strings.HasPrefix(p.text[p.at:], word) {
		return false
	}
	p.at += len(word)
	return true
}

func (p *hoursParser) next() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// rule reads one rule up to its ";" or the end.
func (p *hoursParser) rule() bool {
	var ok bool
	switch b := p.next(); {
	case b == 0 && p.at == 0:
		return p.fail(p.at, `is empty; never open is written "off"`)
	case p.accept("24/7"):
		ok = p.weekRule(everyDay(), []Window{allDay()})
	case isDigit(b) && len(p.text) > p.at+4 && p.text[p.at+4] == ' ':
		ok = p.datedRule()
	default:
		ok = p.dayRule()
	}
	p.space()
	if ok && p.at < len(p.text) && p.text[p.at] != ';' {
		return p.fail(p.at, `is not expected here; rules end with ";"`)
	}
	return ok
}

// daySet is the choice of days of a rule.
type daySet struct {
	week     [7]bool
	holidays bool
}

func everyDay() daySet { return daySet{week: [7]bool{true, true, true, true, true, true, true}} }

// dayRule reads a rule for weekdays or public holidays; without days, for
// every weekday.
func (p *hoursParser) dayRule() bool {
	days := everyDay()
	if b := p.next(); !isDigit(b) && !strings.HasPrefix(p.text[p.at:], "off") && !strings.HasPrefix(p.text[p.at:], "closed") {
		var ok bool
		if days, ok = p.days(); !ok {
			return false
		}
	}
	p.space()
	if p.off() {
		return p.weekRule(days, nil)
	}
	ws, ok := p.windows()
	if !ok {
		return false
	}
	p.space()
	if at := p.at; p.off() {
		return p.fail(at, "closes part of a day, which only a dated rule can")
	}
	return p.weekRule(days, ws)
}

func (p *hoursParser) weekRule(days daySet, ws []Window) bool {
	for d, set := range days.week {
		if set {
			p.hours.Week[d] = slices.Clone(ws)
		}
	}
	if days.holidays {
		p.hours.OnHoliday = slices.Clone(ws)
	}
	return true
}

// days reads "Mo-Fr,Su,PH".
func (p *hoursParser) days() (daySet, bool) {
	var set daySet
	for {
		p.space()
		if !p.dayRange(&set) {
			return set, false
		}
		if !p.accept(",") {
			return set, true
		}
	}
}

// dayRange reads "PH", "Mo" or "Mo-Fr".
func (p *hoursParser) dayRange(set *daySet) bool {
	if p.accept("PH") {
		set.holidays = true
		return true
	}
	first, ok := p.day()
	if !ok {
		return false
	}
	last := first
	if p.accept("-") {
		if last, ok = p.day(); !ok {
			return false
		}
	}
	for d := first; ; d = (d + 1) % 7 {
		set.week[d] = true
		if d == last {
			return true
		}
	}
}

func (p *hoursParser) day() (time.Weekday, bool) {
	for d := range time.Weekday(7) {
		if p.accept(dayName(d)) {
			return d, true
		}
	}
	return 0, p.fail(p.at, "is not a day: one of Mo Tu We Th Fr Sa Su PH, or a date like 2026 Dec 24")
}

func (p *hoursParser) off() bool { return p.accept("off") || p.accept("closed") }

// windows reads "09:00-13:00,14:00-18:00".
func (p *hoursParser) windows() ([]Window, bool) {
	var ws []Window
	for {
		p.space()
		at := p.at
		start, ok := p.clock()
		if !ok {
			return nil, false
		}
		if start == secondsPerDay {
			return nil, p.fail(at, "cannot start a window: 24:00 is the end of a day")
		}
		if !p.accept("-") {
			return nil, p.fail(p.at, `is not expected here: "-" and the end of the window are`)
		}
		end, ok := p.clock()
		if !ok {
			return nil, false
		}
		if start == end {
			return nil, p.fail(at, "is empty: it starts where it ends; a whole day is 00:00-24:00")
		}
		if ws = append(ws, Window{Start: start, End: end}); len(ws) > maxWindows {
			return nil, p.fail(at, "is one window more than a day holds: "+strconv.Itoa(maxWindows))
		}
		if !p.accept(",") {
			return ws, true
		}
	}
}

func (p *hoursParser) clock() (Clock, bool) {
	at, n := p.at, 0
	for at+n < len(p.text) && (isDigit(p.text[at+n]) || p.text[at+n] == ':') {
		n++
	}
	c, err := ParseClock(p.text[at : at+n])
	if err != nil {
		return 0, p.fail(at, `is not a time of day like "09:30" (00:00 to 24:00)`)
	}
	p.at += n
	return c, true
}
