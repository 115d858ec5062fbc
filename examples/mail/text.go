package mail

import "strings"

// tidy gives a text plain line ends, and no blank lines around it.
func tidy(text string) string {
	if strings.Contains(text, "\r") {
		text = strings.ReplaceAll(text, "\r\n", "\n")
		text = strings.ReplaceAll(text, "\r", "\n")
	}
	lines := strings.Split(text, "\n")
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	return strings.TrimRight(strings.Join(lines, "\n"), " \t")
}

// unflow joins the lines that format=flowed broke (RFC 3676, section 4): a
// line with a blank at its end goes on in the next one of its quote depth.
func unflow(text string, delsp bool) string {
	var out strings.Builder
	open, depth := false, 0
	for l := range strings.Lines(text) {
		l = strings.TrimRight(l, "\r\n")
		d := len(l) - len(strings.TrimLeft(l, ">"))
		l = strings.TrimPrefix(l[d:], " ") // stuffed
		goesOn := open && d == depth && l != "-- "
		if !goesOn {
			if out.Len() > 0 {
				out.WriteByte('\n')
			}
			out.WriteString(strings.Repeat(">", d))
			if d > 0 && l != "" {
				out.WriteByte(' ')
			}
		}
		open, depth = strings.HasSuffix(l, " ") && l != "-- ", d
		if open && delsp {
			l = l[:len(l)-1]
		}
		out.WriteString(l)
	}
	return out.String()
}
