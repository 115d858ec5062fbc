package sla

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// What a calendar holds has limits, so that no input makes it slow.
const (
	maxWindows    = 48     // windows on one day
	maxExceptions = 10_000 // dated exceptions
	maxLabel      = 200    // bytes of a label
)

// The years in which a calendar knows dates: exceptions lie in them, and
// holidays are asked for no others.
const (
	firstDatedYear = 1900
	lastDatedYear  = 2199
)

// check reports all that is wrong with the hours.
func (h Hours) check(path string) Faults {
	var fs Faults
	for d := range h.Week {
		checkWindows(&fs, path+"week."+dayKey(time.Weekday(d)), h.Week[d])
	}
	checkWindows(&fs, path+"on_holiday", h.OnHoliday)
	if n := len(h.Exceptions); n > maxExceptions {
		fs.add(path+"exceptions", strconv.Itoa(n), "is more than a calendar holds: "+strconv.Itoa(maxExceptions))
		return fs
	}
	for i, e := range h.Exceptions {
		e.check(&fs, path+"exceptions["+strconv.Itoa(i)+"]")
	}
	checkContradictions(&fs, path+"exceptions", h.Exceptions)
	return fs
}

func checkWindows(fs *Faults, path string, ws []Window) {
	if n := len(ws); n > maxWindows {
		fs.add(path, strconv.Itoa(n), "is more windows than a day holds: "+strconv.Itoa(maxWindows))
		return
	}
	for i, w := range ws {
		at := path + "[" + strconv.Itoa(i) + "]"
		startOK := w.Start >= 0 && w.Start < secondsPerDay
		endOK := w.End >= 0 && w.End <= secondsPerDay
		if !startOK {
			fs.add(at+".start", w.Start.String(), "lies outside 00:00 to 23:59:59")
		}
		if !endOK {
			fs.add(at+".end", w.End.String(), "lies outside 00:00 to 24:00")
		}
		if startOK && endOK && w.Start == w.End {
			fs.add(at, w.String(), "is empty: it starts where it ends; a whole day is 00:00-24:00")
		}
	}
}

func (e Exception) check(fs *Faults, path string) {
	switch {
	case !e.Date.valid():
		fs.add(path+".date", e.Date.String(), "is no day of the calendar")
	case e.Date.Year < firstDatedYear || e.Date.Year > lastDatedYear:
		fs.add(path+".date", e.Date.String(), "lies outside the years in which a calendar knows dates, 1900 to 2199")
	}
	checkWindows(fs, path+".open", e.Open)
	checkWindows(fs, path+".closed", e.Closed)
	quoteOrControl := func(r rune) bool { return r == '"' || r == unicode.ReplacementChar || unicode.IsControl(r) }
	switch {
	case len(e.Label) > maxLabel:
		fs.add(path+".label", e.Label[:maxLabel], "is longer than "+strconv.Itoa(maxLabel)+" bytes")
	case strings.ContainsFunc(e.Label, quoteOrControl):
		fs.add(path+".label", e.Label, "holds a double quote or a control character")
	case e.Label != strings.TrimSpace(e.Label):
		fs.add(path+".label", e.Label, "begins or ends with space")
	}
}

// checkContradictions finds dates that are opened in two different ways, and
// dates that are opened and closed for the whole day at once.
func checkContradictions(fs *Faults, path string, es []Exception) {
	order := make([]int, len(es))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return es[a].Date.Compare(es[b].Date) })
	for len(order) > 0 {
		date := es[order[0]].Date
		n := 1
		for n < len(order) && es[order[n]].Date == date {
			n++
		}
		checkDate(fs, path, es, order[:n])
		order = order[n:]
	}
}

func checkDate(fs *Faults, path string, es []Exception, same []int) {
	opened, closed := -1, -1
	for _, i := range same {
		e := es[i]
		nothing := len(e.Open) == 0 && len(e.Closed) == 0
		if closed < 0 && (nothing || coversDay(spansOf(e.Closed))) {
			closed = i
		}
		if len(e.Open) == 0 {
			continue
		}
		if opened < 0 {
			opened = i
		} else if !slices.Equal(normalWindows(es[opened].Open), normalWindows(e.Open)) {
			fs.add(path+"["+strconv.Itoa(i)+"].open", e.Date.String(),
				"is opened in another way by exceptions["+strconv.Itoa(opened)+"]")
		}
	}
	if opened >= 0 && closed >= 0 {
		later, earlier := max(opened, closed), min(opened, closed)
		fs.add(path+"["+strconv.Itoa(later)+"]", es[later].Date.String(),
			"is opened and closed for the whole day at once, see exceptions["+strconv.Itoa(earlier)+"]")
	}
}
