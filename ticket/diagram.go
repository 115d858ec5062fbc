package ticket

import (
	"fmt"
	"slices"
	"strings"
)

// Mermaid returns the table as a Mermaid state diagram: an arrow for every pair
// of states, with each event that leads from one to the other, its actors and
// guards. Rows that leave a ticket where it is are not drawn. The text depends on
// the table alone.
func (w *Workflow) Mermaid() string {
	type arrow struct{ from, to State }
	var order []arrow
	labels := make(map[arrow][]string)
	for _, r := range w.rows {
		for _, from := range r.From {
			if r.To == "" || r.To == from {
				continue
			}
			a := arrow{from, r.To}
			if labels[a] == nil {
				order = append(order, a)
			}
			labels[a] = append(labels[a], r.label())
		}
	}
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, a := range order {
		source := string(a.from)
		if a.from == StateNone {
			source = "[*]"
		}
		fmt.Fprintf(&b, "    %s --> %s: %s\n", source, a.to, strings.Join(labels[a], "<br/>"))
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
