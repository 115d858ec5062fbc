package ticket

import (
	"fmt"
	"slices"
	"strings"
)

// Mermaid returns the table as a Mermaid state diagram: a line for every step
// from one state to another, with its event, actors and guards. Rows that
// leave a ticket where it is are not drawn. The text depends on the table
// alone.
func (w *Workflow) Mermaid() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, r := range w.rows {
		for _, from := range r.From {
			if r.To == "" || r.To == from {
				continue
			}
			source := string(from)
			if from == StateNone {
				source = "[*]"
			}
			fmt.Fprintf(&b, "    %s --> %s: %s\n", source, r.To, r.label())
		}
	}
	for _, s := range w.states {
		if w.kinds[s].isFinal() {
			fmt.Fprintf(&b, "    %s --> [*]\n", s)
		}
	}
	return b.String()
}

// label is an arrow's text: event, who may, and what must hold.
func (r Row) label() string {
	who := make([]string, len(r.Actors))
	for i, a := range r.Actors {
		who[i] = string(a)
		if a == ActorAgent && r.Role != "" {
			who[i] = string(r.Role)
		}
	}
	slices.Sort(who)
	label := fmt.Sprintf("%s (%s)", r.Event, strings.Join(who, ", "))
	if len(r.Guards) > 0 {
		label += " [" + strings.Join(r.Guards, ", ") + "]"
	}
	return label
}
