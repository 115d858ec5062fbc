package ticket

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits bound what commands may carry; zero fields take their default. They
// refuse commands, never a customer's message: that is stored cut.
type Limits struct {
	Text        int // bytes of one message; default 256 KiB
	Name        int // bytes of a subject, name, tag, id or field; default 1,000
	List        int // tags, orders, fields, attachments of one ticket or message; default 100
	TotalFields int // bytes of all custom fields of a ticket; default 16 KiB
	Open        int // open promises, callbacks and complaint points of one ticket, each; default 20
	Record      int // bytes of a ticket's record after a command; default 64 KiB
}

func (l Limits) withDefaults() Limits {
	return Limits{
		Text: cmp.Or(l.Text, 256<<10), Name: cmp.Or(l.Name, 1000),
		List: cmp.Or(l.List, 100), TotalFields: cmp.Or(l.TotalFields, 16<<10), Open: cmp.Or(l.Open, 20), Record: cmp.Or(l.Record, 64<<10),
	}
}

func (l Limits) checkMessage(c *check, path, text string, files []Attachment) {
	if strings.TrimSpace(text) == "" && len(files) == 0 {
		c.fail(path+".text", "", "is empty")
	}
	if len(text) > l.Text {
		c.failf(path+".text", size(text), "is longer than %d bytes", l.Text)
	}
	if len(files) > l.List {
		c.failf(path+".attachments", strconv.Itoa(len(files)), "are more than %d", l.List)
	}
	for i, f := range files {
		at := fmt.Sprintf("%s.attachments[%d]", path, i)
		l.checkName(c, at+".ref", f.Ref, true)
		l.checkName(c, at+".name", f.Name, false)
		l.checkName(c, at+".type", f.Type, false)
	}
}

// checkWords is checkMessage for what may take its words from a template.
func (l Limits) checkWords(c *check, path, text string, f Filled, files []Attachment) {
	if f.ID != "" && text == "" {
		text = f.ID // there are words
	}
	l.checkMessage(c, path, text, files)
}

func (l Limits) checkName(c *check, path, s string, required bool) {
	switch {
	case required && strings.TrimSpace(s) == "":
		c.fail(path, "", "is missing")
	case len(s) > l.Name:
		c.failf(path, size(s), "is longer than %d bytes", l.Name)
	case !utf8.ValidString(s) || strings.ContainsRune(s, 0):
		c.fail(path, size(s), "is no valid UTF-8 text without NUL")
	}
}

func (l Limits) checkNames(c *check, path string, names []string) {
	if len(names) > l.List {
		c.failf(path, strconv.Itoa(len(names)), "are more than %d", l.List)
		return
	}
	for i, s := range names {
		l.checkName(c, fmt.Sprintf("%s[%d]", path, i), s, true)
	}
}

func (l Limits) checkFields(c *check, path string, fields map[string]string) {
	if len(fields) > l.List {
		c.failf(path, strconv.Itoa(len(fields)), "are more than %d", l.List)
		return
	}
	total := 0
	for _, k := range slices.Sorted(maps.Keys(fields)) {
		l.checkName(c, path, k, true)
		l.checkName(c, path+"."+k, fields[k], false)
		total += len(k) + len(fields[k])
	}
	if total > l.TotalFields {
		c.failf(path, strconv.Itoa(total), "are more than %d bytes in all", l.TotalFields)
	}
}

func checkChannel(c *check, path string, ch Channel) {
	if ch != "" && !ch.valid() {
		c.fail(path, string(ch), "is no channel")
	}
}

// size stands for a value that is too long, or too private, to be shown.
func size(s string) string { return strconv.Itoa(len(s)) + " bytes" }

func orChannel(c, otherwise Channel) Channel { return cmp.Or(c, otherwise) }

// newMessage is a message of the shop's.
func newMessage(text string, ch Channel, files []Attachment) Message {
	clean, changed := cleanText(text)
	return Message{Text: clean, Channel: ch, Attachments: cleanFiles(files), Cleaned: changed}
}

// cleanText makes a body storable: invalid UTF-8 and NUL become U+FFFD, so
// that a reader sees that something stood there. All else stays. It tells
// whether anything was changed.
func cleanText(s string) (string, bool) {
	if utf8.ValidString(s) && !strings.ContainsRune(s, 0) {
		return s, false
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	return strings.ReplaceAll(s, "\x00", "\uFFFD"), true
}

// cleanLine makes a subject or name fit for a header and a list: control and
// bidirectional formatting characters go, line breaks become blanks.
func cleanLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		default:
			return r
		}
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.TrimSpace(s)
}

// cut shortens a text to at most limit bytes, at the border of a rune.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

func cleanFiles(files []Attachment) []Attachment {
	out := slices.Clone(files)
	for i := range out {
		out[i].Name, out[i].Type = cleanLine(out[i].Name), cleanLine(out[i].Type)
	}
	return out
}

func cloneMap(m map[string]string) map[string]string { return maps.Clone(m) }
