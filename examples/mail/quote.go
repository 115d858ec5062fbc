package mail

import (
	"slices"
	"strings"
)

// Bounds of what is looked at to find quotes.
const (
	maxQuoteLine       = 400 // bytes of a line that can introduce a quote
	maxAttribution     = 4   // lines that an attribution may be broken into
	maxHeaderBlock     = 12  // lines of the header that Outlook puts before a quote
	maxSignature       = 30  // lines after "-- "
	maxLooseSignature  = 10  // lines after "--", which other things are too
	maxMobileSignature = 100 // bytes
)

// trimQuoted leaves out of a text what was not written for it: the message
// that it answers, its signature, and the line that a mobile mailer adds. It
// knows the habits of German and English mailers. A text that would have
// nothing left stays as it is, and so do quotes with answers between them. A
// forward keeps what it forwards. It tells whether anything was left out.
func trimQuoted(text string, forward bool) (string, bool) {
	lines := strings.Split(text, "\n")
	end := len(lines)
	if !forward {
		end = originalAt(lines)
	}
	kept := dropQuotes(lines[:end])
	kept = kept[:signatureAt(kept)]
	kept = dropMobile(kept)
	out := tidy(strings.Join(kept, "\n"))
	if out == "" || out == text {
		return text, false
	}
	return out, true
}

// isForward reports whether a subject says that a mail was sent on.
func isForward(subject string) bool {
	s := strings.ToLower(subject)
	for _, p := range []string{"fwd:", "fw:", "wg:", "weitergeleitet:"} {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// originalAt returns the line at which the original message begins that the
// mailer put below the answer without marking its lines.
func originalAt(lines []string) int {
	for i, l := range lines {
		bare := unmark(l)
		if bare == "" || len(l) > maxQuoteLine || isQuoted(l) {
			continue
		}
		if isForwardMarker(bare) {
			return len(lines)
		}
		n := attribution(lines[i:])
		if isOriginalMarker(bare) || isHeaderBlock(lines[i:]) ||
			(n > 0 && isTimed(lines[i:i+n]) && !quoteFollows(lines[i+n:])) {
			return backOverRules(lines, i)
		}
	}
	return len(lines)
}

// unmark takes bold marks and blanks off a line.
func unmark(l string) string { return strings.Trim(l, "* \t\u00a0\r") }

func isQuoted(l string) bool { return strings.HasPrefix(strings.TrimLeft(l, " \t"), ">") }

// isOriginalMarker knows "-----Ursprüngliche Nachricht-----" and its like.
func isOriginalMarker(bare string) bool {
	return isOneOf(bare, "ursprüngliche nachricht", "ursprungsnachricht", "originalnachricht",
		"original-nachricht", "original message", "original-message")
}

func isForwardMarker(bare string) bool {
	switch strings.TrimSuffix(strings.ToLower(bare), ":") {
	case "anfang der weitergeleiteten nachricht", "begin forwarded message":
		return true
	}
	return isOneOf(bare, "weitergeleitete nachricht", "forwarded message")
}

// isOneOf reports whether a line is one of the texts between dashes.
func isOneOf(bare string, texts ...string) bool {
	if !strings.HasPrefix(bare, "--") {
		return false
	}
	return slices.Contains(texts, strings.ToLower(strings.Trim(bare, "-— \t")))
}

// backOverRules goes up over the rule and the blank lines above a quote.
func backOverRules(lines []string, i int) int {
	for i > 0 && strings.Trim(lines[i-1], "_-= \t\r") == "" {
		i--
	}
	return i
}

// attribution returns how many lines, from the first, say who wrote the quote
// that follows, as in "Am 3.11.2025 um 10:12 schrieb Max:"; 0: none.
func attribution(lines []string) int {
	first := strings.TrimSpace(lines[0])
	if !strings.HasPrefix(first, "Am ") && !strings.HasPrefix(first, "On ") {
		return 0
	}
	var said strings.Builder
	for n, l := range lines[:min(len(lines), maxAttribution)] {
		l = strings.TrimSpace(l)
		if l == "" || len(l) > maxQuoteLine {
			return 0
		}
		said.WriteString(l + " ")
		if !strings.HasSuffix(l, ":") {
			continue
		}
		whole := strings.ToLower(said.String())
		wrote := strings.Contains(whole, " schrieb ") || strings.Contains(whole, " schrieb:") ||
			strings.HasSuffix(whole, " wrote: ")
		if wrote && strings.ContainsAny(whole, "0123456789") {
			return n + 1
		}
		return 0
	}
	return 0
}

// isTimed reports whether an attribution names a time of day or an address:
// mailers do, people who tell what somebody wrote do not.
func isTimed(lines []string) bool {
	whole := strings.Join(lines, " ")
	return strings.Contains(whole, "@") || hasTime(whole)
}

func hasTime(s string) bool {
	for i := 1; i < len(s)-2; i++ {
		if s[i] == ':' && isDigit(s[i-1]) && isDigit(s[i+1]) && isDigit(s[i+2]) {
			return true
		}
	}
	return false
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// quoteFollows reports whether the next line with words is a quoted one.
func quoteFollows(lines []string) bool {
	for _, l := range lines {
		if strings.TrimSpace(l) != "" {
			return isQuoted(l)
		}
	}
	return true
}

// isHeaderBlock reports whether the lines begin with the header of another
// mail, as Outlook and GMX write it: an author, a date with a time of day, and
// a recipient or a subject. A form that a customer filled in has no such time.
func isHeaderBlock(lines []string) bool {
	const from, date, other = 1, 2, 4
	seen := 0
	for i, l := range lines[:min(len(lines), maxHeaderBlock)] {
		name, value, ok := strings.Cut(unmark(l), ":")
		if !ok || len(l) > maxQuoteLine {
			if i == 0 {
				return false
			}
			continue // a long list of recipients
		}
		switch strings.ToLower(unmark(name)) {
		case "von", "from":
			seen |= from
		case "gesendet", "gesendet am", "datum", "sent", "date":
			if hasTime(value) {
				seen |= date
			}
		case "an", "to", "betreff", "subject":
			seen |= other
		}
		if i == 0 && seen&(from|date) == 0 {
			return false
		}
	}
	return seen == from|date|other
}

// run is a block of quoted lines, with the attribution above it.
type run struct{ from, to int }

// dropQuotes leaves out the quote above or below an answer. Where answers
// stand between quotes, only what is quoted after the last of them goes: the
// others say what is answered.
func dropQuotes(lines []string) []string {
	runs := quotedRuns(lines)
	if len(runs) == 0 {
		return lines
	}
	last := runs[len(runs)-1]
	rest := lines[last.to:]
	if blank(rest[:signatureAt(rest)]) || len(runs) == 1 {
		out := append([]string(nil), lines[:last.from]...)
		return append(out, rest...)
	}
	return lines
}

func quotedRuns(lines []string) []run {
	var runs []run
	for i := 0; i < len(lines); i++ {
		if !isQuoted(lines[i]) {
			continue
		}
		r := run{from: i, to: i + 1}
		for j := i + 1; j < len(lines); j++ {
			if isQuoted(lines[j]) {
				r.to = j + 1
			} else if strings.TrimSpace(lines[j]) != "" {
				break
			}
		}
		i = r.to - 1
		r.from = attributedFrom(lines, r.from)
		runs = append(runs, r)
	}
	return runs
}

// attributedFrom returns where the attribution of a quote begins, if it has
// one.
func attributedFrom(lines []string, quote int) int {
	above := quote
	for above > 0 && strings.TrimSpace(lines[above-1]) == "" {
		above--
	}
	for n := 1; n <= min(maxAttribution, above); n++ {
		if attribution(lines[above-n:above]) == n {
			return above - n
		}
	}
	return quote
}

func blank(lines []string) bool {
	for _, l := range lines {
		if strings.TrimSpace(l) != "" {
			return false
		}
	}
	return true
}

// signatureAt returns the line at which the signature begins (RFC 3676,
// section 4.3).
func signatureAt(lines []string) int {
	for i := max(0, len(lines)-maxSignature); i < len(lines); i++ {
		l := strings.TrimSuffix(lines[i], "\r")
		if l == "-- " || l == "--\u00a0" || (l == "--" && len(lines)-i <= maxLooseSignature) {
			return i
		}
	}
	return len(lines)
}

// dropMobile leaves out the last line where a mobile mailer put it there.
func dropMobile(lines []string) []string {
	end := len(lines)
	for end > 0 && strings.TrimSpace(lines[end-1]) == "" {
		end--
	}
	if end == 0 || !isMobile(strings.ToLower(unmark(lines[end-1]))) {
		return lines
	}
	return lines[:end-1]
}

func isMobile(l string) bool {
	if len(l) > maxMobileSignature {
		return false
	}
	switch {
	case strings.HasPrefix(l, "sent from my "), strings.HasPrefix(l, "sent from outlook for "),
		strings.HasPrefix(l, "get outlook for "), strings.HasPrefix(l, "outlook für "),
		strings.HasPrefix(l, "gesendet mit der "), strings.HasPrefix(l, "gesendet von outlook "),
		strings.HasPrefix(l, "gesendet von meinem "), strings.HasPrefix(l, "gesendet von mail für "),
		strings.HasPrefix(l, "gesendet aus der "):
		return true
	case strings.HasPrefix(l, "von mein") || strings.HasPrefix(l, "diese nachricht wurde von mein"):
		return strings.Contains(l, "gesendet")
	}
	return false
}
