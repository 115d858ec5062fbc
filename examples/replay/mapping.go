package main

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

//go:embed mappings/*.json
var mappingFiles embed.FS

// Mapping says how the log of a desk is read, and what each of its activities
// means to a ticket. It is data: the files in mappings are embedded, and
// -mapping reads another.
type Mapping struct {
	ID    string `json:"id"`
	About string `json:"about"`
	// Columns names the columns of the log.
	Columns Columns `json:"columns"`
	// Layout is that of the stamps, as package time has it. Zone is where
	// stamps are read that name none; default UTC.
	Layout string `json:"layout"`
	Zone   string `json:"zone,omitempty"`
	// Desk is how the desk works that wrote the log.
	Desk DeskRules `json:"desk"`
	// Policy names the policy files that are used where none is given.
	Policy string `json:"policy"`
	// Priority and Channel translate the log's values; without an entry a
	// ticket has normal priority, and the channel api.
	Priority map[string]ticket.Priority `json:"priority,omitempty"`
	Channel  map[string]ticket.Channel  `json:"channel,omitempty"`
	// LastPriority says that the desk corrects a priority rather than changes
	// it: the last one of a case is its priority, to clocks from the opening
	// on. The history of the ticket shows every change all the same.
	LastPriority bool `json:"last_priority,omitempty"`
	// Activities are all that the log may hold.
	Activities map[string]Activity `json:"activities"`
}

// Columns names the columns of a log. Those of Case, Activity and At tell
// which format it is; all others may be absent.
type Columns struct {
	Case string `json:"case"`
	// Activity is one column or several, whose values are joined by "/".
	Activity []string `json:"activity"`
	At       string   `json:"at"`
	// Order counts the rows of a case, where stamps tie.
	Order string `json:"order,omitempty"`
	// Agent is who did what the row says. Assignee and Team are who has the
	// ticket from this row on.
	Agent    string `json:"agent,omitempty"`
	Assignee string `json:"assignee,omitempty"`
	Team     string `json:"team,omitempty"`
	// Hops counts how often the case went from one team to another so far.
	Hops     string `json:"hops,omitempty"`
	Customer string `json:"customer,omitempty"`
	Channel  string `json:"channel,omitempty"`
	Priority string `json:"priority,omitempty"`
	Reason   string `json:"reason,omitempty"`
	// Tags are columns whose values become tags, as "column:value".
	Tags []string `json:"tags,omitempty"`
	// Opened is when the case was opened, where the log says so apart from
	// its rows; Closed when it was closed for good.
	Opened string `json:"opened,omitempty"`
	Closed string `json:"closed,omitempty"`
	// MadeSLA is the log's own word on whether the case met its target: true
	// or false, of which the last row's counts.
	MadeSLA string `json:"made_sla,omitempty"`
}

// DeskRules are the rules of the desk that wrote the log.
type DeskRules struct {
	Zone         string     `json:"zone"`
	Hours        string     `json:"hours"`
	ReopenWindow sla.Period `json:"reopen_window"`
}

// Activity is what one activity of the log means to a ticket: the first step
// that fits its state and whose first command its rules allow.
type Activity struct {
	// Ends tells that it resolves or closes; all others are work.
	Ends  bool   `json:"ends,omitempty"`
	Steps []Step `json:"steps,omitempty"`
	// Like names another activity that is the same to a ticket.
	Like string `json:"like,omitempty"`
}

// Step is a list of commands for some states of a ticket.
type Step struct {
	// In are the states that it is for; none: all. "none" is a ticket that
	// does not exist yet.
	In []string `json:"in,omitempty"`
	// Again tells whether the row before must have been the same activity.
	Again *bool `json:"again,omitempty"`
	// Other tells whether the row's agent must be another than the assignee.
	Other *bool `json:"other,omitempty"`
	// Early tells whether the row must be stamped before the case was closed
	// for good, as the Closed column has it.
	Early *bool     `json:"early,omitempty"`
	Give  []Command `json:"give"`
}

// Command is one command to a ticket. By and Do are an actor and an event of
// package ticket; the others are what that command takes.
type Command struct {
	By     string            `json:"by"`
	Do     ticket.EventKind  `json:"do"`
	Text   string            `json:"text,omitempty"`
	Party  string            `json:"party,omitempty"`
	Reason string            `json:"reason,omitempty"`
	Code   ticket.Resolution `json:"code,omitempty"`
}

// noState stands for a ticket that does not exist yet.
const noState = "none"

// parseMapping reads a mapping strictly and checks it; all faults are
// reported.
func parseMapping(data []byte) (*Mapping, error) {
	var m Mapping
	if err := decodeStrictly(data, &m); err != nil {
		return nil, err
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	for name, a := range m.Activities {
		if a.Like != "" {
			m.Activities[name] = m.Activities[a.Like]
		}
	}
	return &m, nil
}

// decodeStrictly reads one JSON value whose fields must all be known.
func decodeStrictly(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON value")
	}
	return nil
}

// builtinMappings returns the embedded mappings.
func builtinMappings() ([]*Mapping, error) {
	files, err := fs.Glob(mappingFiles, "mappings/*.json")
	if err != nil {
		return nil, err
	}
	out := make([]*Mapping, len(files))
	for i, file := range files {
		data, err := mappingFiles.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if out[i], err = parseMapping(data); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	return out, nil
}

// detect finds the one mapping whose columns a header has.
func detect(header []string, mappings []*Mapping) (*Mapping, error) {
	var found []*Mapping
	var misses []string
	for _, m := range mappings {
		missing := m.missing(header)
		if len(missing) == 0 {
			found = append(found, m)
			continue
		}
		misses = append(misses, fmt.Sprintf("%s lacks %s", m.ID, strings.Join(missing, ", ")))
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("no format has these columns: %s", strings.Join(misses, "; "))
	case 1:
		return found[0], nil
	default:
		return nil, fmt.Errorf("the columns fit the formats %s and %s", found[0].ID, found[1].ID)
	}
}

// missing returns the columns that a log of this format must have and the
// header has not.
func (m *Mapping) missing(header []string) []string {
	var out []string
	for _, name := range slices.Concat([]string{m.Columns.Case, m.Columns.At}, m.Columns.Activity) {
		if !slices.Contains(header, name) {
			out = append(out, name)
		}
	}
	return out
}

// check returns all that makes the mapping unusable.
func (m *Mapping) check() error {
	var faults []error
	fail := func(path, value, reason string) {
		faults = append(faults, fmt.Errorf("%s: %q %s", path, value, reason))
	}
	required := func(path, value string) {
		if value == "" {
			fail(path, "", "is missing")
		}
	}
	required("id", m.ID)
	required("columns.case", m.Columns.Case)
	required("columns.at", m.Columns.At)
	required("columns.activity", strings.Join(m.Columns.Activity, ""))
	required("layout", m.Layout)
	required("desk.hours", m.Desk.Hours)
	required("desk.zone", m.Desk.Zone)
	if _, err := time.LoadLocation(m.Zone); err != nil {
		fail("zone", m.Zone, "is no time zone")
	}
	if len(m.Activities) == 0 {
		fail("activities", "", "is empty")
	}
	actors, makers := actorKinds(), commandMakers()
	for _, name := range sortedKeys(m.Activities) {
		a, path := m.Activities[name], "activities."+name
		if other := m.Activities[a.Like]; a.Like != "" && len(other.Steps) == 0 {
			fail(path+".like", a.Like, "is no activity with steps of its own")
		}
		if (a.Like == "") == (len(a.Steps) == 0) {
			fail(path, "", "needs either steps or like")
		}
		for i, s := range a.Steps {
			s.check(fmt.Sprintf("%s.steps[%d]", path, i), fail)
			for j, c := range s.Give {
				at := fmt.Sprintf("%s.steps[%d].give[%d]", path, i, j)
				if _, ok := actors[c.By]; !ok {
					fail(at+".by", c.By, "is no actor")
				}
				if _, ok := makers[c.Do]; !ok && c.Do != ticket.EventCreate && c.Do != ticket.EventCustomerMessage {
					fail(at+".do", string(c.Do), "is no command that a log can give")
				}
			}
		}
	}
	return errors.Join(faults...)
}

func (s *Step) check(path string, fail func(path, value, reason string)) {
	for i, state := range s.In {
		if !isState(state) {
			fail(fmt.Sprintf("%s.in[%d]", path, i), state, "is no state of a ticket")
		}
	}
	if len(s.Give) == 0 {
		fail(path+".give", "", "is empty")
	}
	for i, c := range s.Give {
		at := fmt.Sprintf("%s.give[%d]", path, i)
		if c.Do == ticket.EventCreate && (i > 0 || !slices.Equal(s.In, []string{noState})) {
			fail(at+".do", string(c.Do), "must come first, and where there is no ticket yet")
		}
		for _, f := range []struct{ name, value string }{
			{"text", c.Text}, {"party", c.Party}, {"reason", c.Reason}, {"code", string(c.Code)},
		} {
			needs := slices.Contains(commandNeeds(c.Do), f.name)
			switch {
			case needs && f.value == "":
				fail(at+"."+f.name, "", "is missing")
			case !needs && f.value != "":
				fail(at+"."+f.name, f.value, "does not belong to "+string(c.Do))
			}
		}
	}
}

// states returns the states of a ticket in the order of its life.
func states() []ticket.State {
	return []ticket.State{
		ticket.StateNew, ticket.StateBot, ticket.StateOpen, ticket.StateWaitingCustomer, ticket.StateWaitingThird,
		ticket.StateSnoozed, ticket.StateResolved, ticket.StateClosed, ticket.StateSpam, ticket.StateMerged, ticket.StateErased,
	}
}

func isState(name string) bool {
	return name == noState || slices.Contains(states(), ticket.State(name))
}
