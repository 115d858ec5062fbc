package sla

import (
	"strconv"
	"strings"
	"time"
)

// Text writes the trace for people, in German and English, one line for each
// step.
func (tr Trace) Text() Text {
	var b bilingual
	asked, from := tr.Asked, Text{"ab", "from"}
	if asked < 0 {
		asked, from = -asked, Text{"vor", "before"}
	}
	b.add(durationText(asked), Text{" Arbeitszeit ", " of working time "}, from, same(" "), momentText(tr.From), same("\n"))
	for _, s := range tr.Steps {
		b.add(s.Text(), same("\n"))
	}
	b.add(Text{"ergibt ", "gives "}, momentText(tr.To), same("\n"))
	return b.text()
}

// Text writes the step for people, in German and English.
func (s Step) Text() Text {
	var b bilingual
	if s.Open {
		b.add(Text{"offen ", "open "})
	} else {
		b.add(Text{"geschlossen ", "closed "})
	}
	b.add(momentText(s.Start), Text{" bis ", " to "}, momentText(s.End), same(": "))
	if s.Open {
		b.add(durationText(s.Work))
	}
	reason := s.Reason.text(s.Open)
	if s.Open && reason != (Text{}) {
		b.add(same(", "))
	}
	b.add(reason)
	if s.Name != (Text{}) {
		b.add(same(" ("), s.Name, same(")"))
	}
	return b.text()
}

func (r Reason) text(open bool) Text {
	switch {
	case r == ByHoliday && open:
		return Text{"Feiertagszeiten", "holiday hours"}
	case r == ByHoliday:
		return Text{"Feiertag", "public holiday"}
	case r == ByException:
		return Text{"Ausnahme an diesem Tag", "exception for this date"}
	case open:
		return Text{}
	default:
		return Text{"außerhalb der Öffnungszeiten", "outside opening hours"}
	}
}

// bilingual builds a text in both languages at once.
type bilingual struct{ de, en strings.Builder }

func (b *bilingual) add(parts ...Text) {
	for _, p := range parts {
		b.de.WriteString(p.DE)
		b.en.WriteString(p.EN)
	}
}

func (b *bilingual) text() Text { return Text{DE: b.de.String(), EN: b.en.String()} }

func same(s string) Text { return Text{DE: s, EN: s} }

// momentText writes an instant with its zone, which tells the two hours apart
// that a clock shows twice.
func momentText(t time.Time) Text {
	clock := t.Format("15:04")
	if t.Second() != 0 || t.Nanosecond() != 0 {
		clock = t.Format("15:04:05.999999999")
	}
	clock += t.Format(" MST")
	german := [...]string{"So", "Mo", "Di", "Mi", "Do", "Fr", "Sa"}
	return Text{
		DE: german[t.Weekday()] + t.Format(" 02.01.2006 ") + strings.Replace(clock, ".", ",", 1),
		EN: t.Format("Mon 2 Jan 2006 ") + clock,
	}
}

// durationText writes a duration that is not negative, as in "8 h 30 min".
func durationText(d time.Duration) Text {
	var parts []string
	if h := d / time.Hour; h > 0 {
		parts = append(parts, strconv.FormatInt(int64(h), 10)+" h")
	}
	if m := d % time.Hour / time.Minute; m > 0 {
		parts = append(parts, strconv.FormatInt(int64(m), 10)+" min")
	}
	if s := d % time.Minute; s > 0 || len(parts) == 0 {
		seconds := strconv.FormatInt(int64(s/time.Second), 10)
		if rest := s % time.Second; rest > 0 {
			digits := strconv.FormatInt(int64(rest+time.Second), 10) // with leading zeros
			seconds += "." + strings.TrimRight(digits[1:], "0")
		}
		parts = append(parts, seconds+" s")
	}
	en := strings.Join(parts, " ")
	return Text{DE: strings.Replace(en, ".", ",", 1), EN: en}
}
