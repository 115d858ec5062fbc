package order

import (
	_ "embed"
	"encoding/json"
	"strings"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/statute"
)

//go:embed texts.json
var wording []byte

// say returns a text in German and English, or what it is asked for where there
// is none. The texts are read on every call, which is for people, not for
// deciding.
func say(kind, code string) sla.Text {
	var all map[string]sla.Text
	if err := json.Unmarshal(wording, &all); err != nil {
		panic(err) // the table is part of the program and tested with it
	}
	if t, ok := all[kind+code]; ok {
		return t
	}
	return sla.Text{DE: code, EN: code}
}

// Text says the cause in German and English.
func (c Cause) Text() sla.Text { return say("cause.", string(c)) }

// Text says the severity in German and English.
func (s Severity) Text() sla.Text { return say("severity.", string(s)) }

// Text says the wish in German and English.
func (w Wish) Text() sla.Text { return say("wish.", string(w)) }

// Text names the fact in German and English.
func (f Fact) Text() sla.Text { return say("facts.", f.Name) }

// EventPath is how package rights names an event that is not recorded.
func EventPath(kind statute.Event) string { return eventPath + string(kind) }

const eventPath = "order.events."

// EventOf returns the event that a path is about; false: it is about none.
func EventOf(path string) (statute.Event, bool) {
	kind, ok := strings.CutPrefix(path, eventPath)
	return statute.Event(kind), ok && kind != ""
}

// PathText names, in German and English, what a path of a case is about, as
// package rights gives it where something is missing: a fact, an event, or what
// is to be known of the order. Anything else is named by its path.
func PathText(path string) sla.Text {
	kind, ok := EventOf(path)
	if !ok {
		return say("", path)
	}
	if t := say("events.", string(kind)); t.DE != string(kind) {
		return t
	}
	return kind.Text()
}
