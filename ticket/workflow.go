package ticket

import (
	"fmt"
	"slices"
	"strings"
)

// WorkflowConfig is a workflow as data: rows, and what a host adds to the
// built-in states and guards.
type WorkflowConfig struct {
	// Rows is the whole table; empty: [BuiltinRows].
	Rows []Row `json:"rows,omitempty"`
	// Add are rows beside those.
	Add []Row `json:"add,omitempty"`
	// States are the host's own.
	States []StateConfig `json:"states,omitempty"`
	// Guards are the host's own, by the name that rows use. A built-in name
	// cannot be taken.
	Guards map[string]Guard `json:"-"`
}

// StateConfig is a state of a host's own: a kind of a built-in one, whose
// rules it follows (a waiting state needs a wake, a final one is nobody's).
type StateConfig struct {
	Name State `json:"name"`
	Kind State `json:"kind"`
	// Inherit lets every row that leaves Kind leave this state too, so that
	// only what is different has to be added.
	Inherit bool `json:"inherit,omitempty"`
}

// Workflow is a transition table that was checked, with the state machine
// that runs it. It is immutable and safe for concurrent use.
type Workflow struct {
	states  []State
	kinds   map[State]State
	rows    []Row
	table   map[cell][]*Row
	guards  map[string]Guard
	machine *machine
}

// cell is one field of the matrix of events and states.
type cell struct {
	event EventKind
	from  State
}

// NewWorkflow checks the table and compiles it. The error is [Faults] with
// every fault: unknown states, events, actors, roles and guards, duplicate
// rows, rows of which two could hold at once, states that cannot be reached
// or left, and rows that would let a ticket be overlooked, forgotten or
// undone.
func NewWorkflow(cfg WorkflowConfig) (*Workflow, error) {
	if len(cfg.Rows) == 0 {
		cfg.Rows = BuiltinRows()
	}
	w := &Workflow{
		states: builtinStates(), kinds: make(map[State]State),
		rows: cfg.extended(), table: make(map[cell][]*Row), guards: builtinGuards(),
	}
	for _, s := range w.states {
		w.kinds[s] = s
	}
	var c check
	w.addStates(&c, cfg.States)
	w.addGuards(&c, cfg.Guards)
	w.checkRows(&c)
	w.checkShape(&c)
	if err := c.err(); err != nil {
		return nil, err
	}
	w.machine = newMachine(w.rows)
	return w, nil
}

// named gives every row its own copy and an id.
func named(rows []Row) []Row {
	out := slices.Clone(rows)
	for i := range out {
		r := &out[i]
		if r.ID == "" {
			r.ID = string(r.Event)
		}
		r.From, r.Actors, r.Guards = slices.Clone(r.From), slices.Clone(r.Actors), slices.Clone(r.Guards)
	}
	return out
}

func (w *Workflow) addStates(c *check, states []StateConfig) {
	for i, s := range states {
		path := fmt.Sprintf("states[%d]", i)
		switch {
		case s.Name == StateNone || strings.ContainsAny(string(s.Name), " |@"):
			c.fail(path+".name", string(s.Name), "is no name of a state")
		case w.kinds[s.Name] != "":
			c.fail(path+".name", string(s.Name), "is there already")
		case !slices.Contains(builtinStates(), s.Kind):
			c.fail(path+".kind", string(s.Kind), "is no built-in state")
		default:
			w.states = append(w.states, s.Name)
			w.kinds[s.Name] = s.Kind
		}
	}
}

func (w *Workflow) addGuards(c *check, guards map[string]Guard) {
	for name, g := range guards {
		_, taken := w.guards[name]
		switch {
		case taken || strings.HasPrefix(name, guardWas):
			c.fail("guards."+name, name, "is the name of a built-in guard")
		case name == "" || strings.HasPrefix(name, "!"):
			c.fail("guards."+name, name, "is no name of a guard")
		case g == nil:
			c.fail("guards."+name, "nil", "is no function")
		default:
			w.guards[name] = g
		}
	}
	for _, s := range w.states {
		w.guards[guardWas+string(s)] = guardPrior(s)
	}
}

func (w *Workflow) checkRows(c *check) {
	ids := make(map[string]int)
	for i := range w.rows {
		r := &w.rows[i]
		path := fmt.Sprintf("rows[%d]", i)
		if first, ok := ids[r.ID]; ok {
			c.failf(path+".id", r.ID, "is the id of rows[%d] too", first)
		} else {
			ids[r.ID] = i
		}
		w.checkRow(c, path, r)
		for _, from := range r.From {
			at := cell{r.Event, from}
			if slices.Contains(w.table[at], r) {
				c.fail(path+".from", string(from), "stands twice")
				continue
			}
			w.table[at] = append(w.table[at], r)
		}
	}
}

func (w *Workflow) checkRow(c *check, path string, r *Row) {
	if r.Event == "" {
		c.fail(path+".event", "", "is missing")
	}
	if len(r.From) == 0 {
		c.fail(path+".from", "", "is missing")
	}
	for j, s := range r.From {
		if _, ok := w.kinds[s]; !ok && (s != StateNone || r.Event != EventCreate) {
			c.fail(fmt.Sprintf("%s.from[%d]", path, j), string(s), "is no state of this workflow")
		}
	}
	if _, ok := w.kinds[r.To]; !ok && r.To != "" {
		c.fail(path+".to", string(r.To), "is no state of this workflow")
	}
	w.checkWho(c, path, r)
	checkThen(c, path, r)
}

func checkThen(c *check, path string, r *Row) {
	event := EventCustomerMessage
	if r.Then == ThenHandOff {
		event = EventBotReply
	}
	switch r.Then {
	case "":
		return
	case ThenFollowUp, ThenRedirect, ThenHandOff:
	default:
		c.fail(path+".then", string(r.Then), "is not known")
	}
	if r.To != "" || r.Event != event {
		c.failf(path+".then", string(r.Then), "belongs to a %s that leaves the ticket as it is", event)
	}
}

func (w *Workflow) checkWho(c *check, path string, r *Row) {
	if len(r.Actors) == 0 {
		c.fail(path+".actors", "", "is missing: nobody could ever do this")
	}
	for j, a := range r.Actors {
		switch a {
		case ActorCustomer, ActorAgent, ActorBot, ActorSystem:
		default:
			c.fail(fmt.Sprintf("%s.actors[%d]", path, j), string(a), "is no kind of actor")
		}
	}
	for j, g := range r.Guards {
		if _, ok := w.guards[strings.TrimPrefix(g, "!")]; !ok {
			c.fail(fmt.Sprintf("%s.guards[%d]", path, j), g, "is no guard of this workflow")
		}
	}
}

// Kind returns the built-in state whose rules a state follows: itself, unless
// it is a host's own. An unknown state gives [StateNone].
func (w *Workflow) Kind(s State) State { return w.kinds[s] }

// States returns all states, the built-in ones first.
func (w *Workflow) States() []State { return slices.Clone(w.states) }

// Events returns all events that rows name: the built-in ones in the order of
// the constants, then the host's own by name.
func (w *Workflow) Events() []EventKind {
	var own []EventKind
	for _, r := range w.rows {
		if !slices.Contains(builtinEvents(), r.Event) && !slices.Contains(own, r.Event) {
			own = append(own, r.Event)
		}
	}
	slices.Sort(own)
	used := slices.DeleteFunc(builtinEvents(), func(e EventKind) bool {
		return !slices.ContainsFunc(w.rows, func(r Row) bool { return r.Event == e })
	})
	return append(used, own...)
}

// Rows returns the rows for an event in a state, in the order of the table.
// More than one means that guards choose.
func (w *Workflow) Rows(event EventKind, from State) []Row {
	out := make([]Row, 0, len(w.table[cell{event, from}]))
	for _, r := range w.table[cell{event, from}] {
		row := *r
		row.From, row.Actors, row.Guards = slices.Clone(r.From), slices.Clone(r.Actors), slices.Clone(r.Guards)
		out = append(out, row)
	}
	return out
}
