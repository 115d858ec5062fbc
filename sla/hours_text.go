package sla

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// String writes the hours in the opening_hours syntax that [ParseHours]
// reads, with windows merged and exceptions in order of date. Reading it back
// gives hours that mean the same.
func (h Hours) String() string { return h.text(false) }

// text writes the hours; holidays says whether to write "PH off" too.
func (h Hours) text(holidays bool) string {
	h = h.normal()
	rules := weekRules(h.Week)
	if holidays || len(h.OnHoliday) > 0 {
		rules = append(rules, "PH "+times(h.OnHoliday))
	}
	for es := h.Exceptions; len(es) > 0; {
		n := run(es)
		rules = append(rules, exceptionRule(es[0], es[n-1].Date))
		es = es[n:]
	}
	return strings.Join(rules, "; ")
}

// MarshalText writes the hours as [Hours.String] does.
func (h Hours) MarshalText() ([]byte, error) {
	if err := h.check("hours.").err(); err != nil {
		return nil, err
	}
	return []byte(h.String()), nil
}

// UnmarshalText reads what [ParseHours] reads.
func (h *Hours) UnmarshalText(text []byte) error {
	v, err := ParseHours(string(text))
	if err != nil {
		return err
	}
	*h = v
	return nil
}

// weekRules writes the week, days with the same windows together.
func weekRules(w Week) []string {
	order := []time.Weekday{1, 2, 3, 4, 5, 6, 0}
	var rules []string
	var done [7]bool
	for i, d := range order {
		if done[d] || len(w[d]) == 0 {
			continue
		}
		var days []string
		for j := i; j < len(order); j++ {
			end := j
			for end < len(order) && slices.Equal(w[order[end]], w[d]) {
				done[order[end]] = true
				end++
			}
			switch end - j {
			case 0:
				continue
			case 1:
				days = append(days, dayName(order[j]))
			default:
				days = append(days, dayName(order[j])+"-"+dayName(order[end-1]))
			}
			j = end
		}
		rules = append(rules, strings.Join(days, ",")+" "+times(w[d]))
	}
	switch {
	case len(rules) == 0:
		return []string{"off"}
	case len(rules) == 1 && rules[0] == "Mo-Su 00:00-24:00":
		return []string{"24/7"}
	}
	return rules
}

// run counts the exceptions at the head that differ only in that each lies a
// day after the one before.
func run(es []Exception) int {
	n := 1
	for n < len(es) {
		next := es[n]
		next.Date = es[0].Date
		if es[n].Date != es[n-1].Date.AddDays(1) || next.compare(es[0]) != 0 {
			break
		}
		n++
	}
	return n
}

func exceptionRule(e Exception, last Date) string {
	rule := osmDate(e.Date)
	switch {
	case last == e.Date:
	case last.Year == e.Date.Year && last.Month == e.Date.Month:
		rule += fmt.Sprintf("-%02d", last.Day)
	default:
		rule += "-" + osmDate(last)
	}
	switch {
	case len(e.Open) > 0:
		rule += " " + times(e.Open)
	case slices.Equal(e.Closed, []Window{allDay()}):
		rule += " off"
	default:
		rule += " " + times(e.Closed) + " off"
	}
	if e.Label != "" {
		rule += ` "` + e.Label + `"`
	}
	return rule
}

func times(ws []Window) string {
	if len(ws) == 0 {
		return "off"
	}
	parts := make([]string, len(ws))
	for i, w := range ws {
		parts[i] = w.String()
	}
	return strings.Join(parts, ",")
}

func osmDate(d Date) string {
	return fmt.Sprintf("%04d %s %02d", d.Year, d.Month.String()[:3], d.Day)
}

func dayName(d time.Weekday) string { return d.String()[:2] }
