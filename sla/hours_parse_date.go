package sla

import (
	"strconv"
	"strings"
	"time"
)

// maxRange bounds the days of one dated rule.
const maxRange = 366

// datedRule reads a rule for a date or a range of dates.
func (p *hoursParser) datedRule() bool {
	at := p.at
	first, ok := p.date()
	if !ok {
		return false
	}
	last := first
	if p.accept("-") {
		if last, ok = p.lastDate(first); !ok {
			return false
		}
	}
	days := first.DaysUntil(last)
	if days < 0 || days >= maxRange {
		return p.fail(at, "begins a range that ends before it begins or spans more than "+strconv.Itoa(maxRange)+" days")
	}
	p.space()
	e, ok := p.datedHours()
	if !ok {
		return false
	}
	p.space()
	if e.Label, ok = p.label(); !ok {
		return false
	}
	for i := range days + 1 {
		if len(p.hours.Exceptions) > maxExceptions {
			return p.fail(at, "is one date more than a calendar holds: "+strconv.Itoa(maxExceptions))
		}
		e.Date = first.AddDays(i)
		p.hours.Exceptions = append(p.hours.Exceptions, e)
	}
	return true
}

// datedHours reads "off", "09:00-13:00" or "09:00-13:00 off".
func (p *hoursParser) datedHours() (Exception, bool) {
	if p.off() {
		return Exception{Closed: []Window{allDay()}}, true
	}
	ws, ok := p.windows()
	if !ok {
		return Exception{}, false
	}
	p.space()
	if p.off() {
		return Exception{Closed: ws}, true
	}
	return Exception{Open: ws}, true
}

// date reads "2026 Dec 24".
func (p *hoursParser) date() (Date, bool) {
	at := p.at
	year, ok := p.number(4, 4)
	p.space()
	var month time.Month
	for m := time.January; ok && m <= time.December; m++ {
		if p.accept(m.String()[:3]) {
			month = m
		}
	}
	p.space()
	day, dayOK := p.number(1, 2)
	d := Date{Year: year, Month: month, Day: day}
	if !ok || month == 0 || !dayOK || !d.valid() {
		return Date{}, p.failDate(at)
	}
	return d, true
}

// lastDate reads the end of a range: "26" or "2027 Jan 02".
func (p *hoursParser) lastDate(first Date) (Date, bool) {
	if digits := strings.IndexFunc(p.text[p.at:]+" ", func(r rune) bool { return r < '0' || r > '9' }); digits == 4 {
		return p.date()
	}
	at := p.at
	day, ok := p.number(1, 2)
	d := Date{Year: first.Year, Month: first.Month, Day: day}
	if !ok || !d.valid() {
		return Date{}, p.failDate(at)
	}
	return d, true
}

func (p *hoursParser) failDate(at int) bool {
	return p.fail(at, `does not begin a date like "2026 Dec 24"`)
}

// number reads an unsigned number of so many digits.
func (p *hoursParser) number(least, most int) (int, bool) {
	n := 0
	for n < most && p.at+n < len(p.text) && isDigit(p.text[p.at+n]) {
		n++
	}
	if n < least {
		return 0, false
	}
	v, err := strconv.Atoi(p.text[p.at : p.at+n])
	p.at += n
	return v, err == nil
}

// label reads the reason in double quotes, if there is one.
func (p *hoursParser) label() (string, bool) {
	at := p.at
	if !p.accept(`"`) {
		return "", true
	}
	end := strings.IndexByte(p.text[p.at:], '"')
	if end < 0 {
		p.fail(at, "begins a label without an end")
		p.at = len(p.text) // what follows may be label or rules
		return "", false
	}
	s := p.text[p.at : p.at+end]
	p.at += end + 1
	return s, true
}
