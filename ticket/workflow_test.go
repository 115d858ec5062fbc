package ticket_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/ticket"
)

var update = flag.Bool("update", false, "write golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run the tests of this package with -update")
	assert.Equal(t, string(want), got)
}

func builtin(t *testing.T) *ticket.Workflow {
	t.Helper()
	w, err := ticket.NewWorkflow(ticket.WorkflowConfig{})
	require.NoError(t, err)
	return w
}

// matrix writes every event in every state: the rows that allow it, with who
// may and what must hold, or a dash.
func matrix(w *ticket.Workflow) string {
	var b strings.Builder
	states := append([]ticket.State{ticket.StateNone}, w.States()...)
	for _, event := range w.Events() {
		for _, from := range states {
			cells := []string{"-"}
			for i, r := range w.Rows(event, from) {
				if i == 0 {
					cells = nil
				}
				to := string(r.To)
				if to == "" {
					to = "same"
				}
				if r.Then != "" {
					to = string(r.Then)
				}
				cell := fmt.Sprintf("%s by %v", to, r.Actors)
				if r.Role != "" {
					cell += " as " + string(r.Role)
				}
				if len(r.Guards) > 0 {
					cell += fmt.Sprintf(" if %v", r.Guards)
				}
				cells = append(cells, cell)
			}
			name := string(from)
			if name == "" {
				name = "(none)"
			}
			fmt.Fprintf(&b, "%-19s %-17s %s\n", event, name, strings.Join(cells, " | "))
		}
	}
	return b.String()
}

func TestMatrixOfEveryEventInEveryState(t *testing.T) {
	golden(t, "matrix.golden", matrix(builtin(t)))
}

func TestMermaid(t *testing.T) {
	diagram := builtin(t).Mermaid()
	golden(t, "workflow.mmd", diagram)
	readme, err := os.ReadFile(filepath.Join("..", "README.md"))
	require.NoError(t, err)
	assert.Contains(t, string(readme), "```mermaid\n"+diagram+"```\n", "the README shows another diagram")
}

// The state machine and the table must agree on every event in every state:
// rows that exist lead where they say, and all others are refused.
func TestMachineAgreesWithTable(t *testing.T) {
	w := builtin(t)
	states := append([]ticket.State{ticket.StateNone}, w.States()...)
	var ids []string
	for _, event := range w.Events() {
		for _, from := range states {
			for _, r := range w.Rows(event, from) {
				if !slices.Contains(ids, r.ID) {
					ids = append(ids, r.ID)
				}
			}
		}
	}
	require.Greater(t, len(ids), 40)
	for _, from := range states {
		allowed := make(map[string]ticket.State)
		for _, event := range w.Events() {
			for _, r := range w.Rows(event, from) {
				to := r.To
				if to == "" {
					to = from
				}
				allowed[r.ID] = to
			}
		}
		for _, id := range ids {
			got, err := w.Fire(id, from)
			want, ok := allowed[id]
			if !ok {
				assert.Error(t, err, "%s from %q", id, from)
				want = from
			} else {
				assert.NoError(t, err, "%s from %q", id, from)
			}
			assert.Equal(t, want, got, "%s from %q", id, from)
		}
	}
	_, err := w.Fire("no_such_row", ticket.StateOpen)
	assert.Error(t, err)
}

func TestMachineIsSafeForConcurrentUse(t *testing.T) {
	w := builtin(t)
	done := make(chan error)
	for i := range 8 {
		go func() {
			for range 500 {
				from, row, want := ticket.StateNew, "accept", ticket.StateOpen
				if i%2 == 0 {
					from, row, want = ticket.StateOpen, "resolve", ticket.StateResolved
				}
				if to, err := w.Fire(row, from); err != nil || to != want {
					done <- fmt.Errorf("%s: %s, %w", row, to, err)
					return
				}
			}
			done <- nil
		}()
	}
	for range 8 {
		require.NoError(t, <-done)
	}
}

func TestHostsExtendTheWorkflow(t *testing.T) {
	lab := ticket.State("in_lab")
	rows := append(ticket.BuiltinRows(),
		ticket.Row{
			Event: "send_to_lab", From: []ticket.State{ticket.StateOpen}, To: lab,
			Actors: []ticket.ActorKind{ticket.ActorAgent}, Guards: []string{"has_sample"},
		},
		ticket.Row{
			Event: "lab_done", From: []ticket.State{lab}, To: ticket.StateOpen,
			Actors: []ticket.ActorKind{ticket.ActorAgent},
		},
	)
	for i := range rows {
		switch rows[i].Event {
		case ticket.EventErase, ticket.EventNote:
			rows[i].From = append(rows[i].From, lab)
		default:
		}
		sameState := rows[i].Event == ticket.EventCustomerMessage || rows[i].Event == ticket.EventCallbackDue
		if rows[i].ID == "" && sameState {
			rows[i].From = append(rows[i].From, lab)
		}
	}
	w, err := ticket.NewWorkflow(ticket.WorkflowConfig{
		Rows: rows, States: []ticket.StateConfig{{Name: lab, Kind: ticket.StateOpen}},
		Guards: map[string]ticket.Guard{"has_sample": func(*ticket.Input) []ticket.Blocker { return nil }},
	})
	require.NoError(t, err)
	assert.Equal(t, ticket.StateOpen, w.Kind(lab))
	assert.Contains(t, w.Events(), ticket.EventKind("send_to_lab"))
	to, err := w.Fire("send_to_lab", ticket.StateOpen)
	require.NoError(t, err)
	assert.Equal(t, lab, to)
}

// Every fault of a table is reported, with its path and value.
func TestWorkflowFaults(t *testing.T) {
	row := func(r ticket.Row) ticket.WorkflowConfig {
		if r.Actors == nil {
			r.Actors = []ticket.ActorKind{ticket.ActorAgent}
		}
		return ticket.WorkflowConfig{Rows: append(ticket.BuiltinRows(), r)}
	}
	open := []ticket.State{ticket.StateOpen}
	last := len(ticket.BuiltinRows())
	at := func(field string) string { return fmt.Sprintf("rows[%d]%s", last, field) }
	tests := []struct {
		name, path, value string
		cfg               ticket.WorkflowConfig
	}{
		{"unknown state", at(".from[0]"), "nowhere", row(ticket.Row{Event: "x", From: []ticket.State{"nowhere"}})},
		{"unknown target", at(".to"), "nowhere", row(ticket.Row{Event: "x", From: open, To: "nowhere"})},
		{"no event", at(".event"), "", row(ticket.Row{ID: "x", From: open})},
		{"no source", at(".from"), "", row(ticket.Row{Event: "x"})},
		{"source twice", at(".from"), "open", row(ticket.Row{Event: "x", From: []ticket.State{"open", "open"}})},
		{"nobody", at(".actors"), "", row(ticket.Row{Event: "x", From: open, Actors: []ticket.ActorKind{}})},
		{"unknown actor", at(".actors[0]"), "cat", row(ticket.Row{Event: "x", From: open, Actors: []ticket.ActorKind{"cat"}})},
		{"unknown guard", at(".guards[0]"), "moon", row(ticket.Row{Event: "x", From: open, Guards: []string{"moon"}})},
		{"duplicate id", at(".id"), "resolve", row(ticket.Row{ID: "resolve", Event: "x", From: open})},
		{"two rows at once", at(""), "resolve2", row(ticket.Row{ID: "resolve2", Event: ticket.EventResolve, From: open, To: ticket.StateResolved})},
		{"leaves erased", at(""), "x", row(ticket.Row{Event: "x", From: []ticket.State{ticket.StateErased}, To: ticket.StateOpen})},
		{"erased without erase", at(""), "x", row(ticket.Row{Event: "x", From: open, To: ticket.StateErased})},
		{"waiting without wake", at(""), "x", row(ticket.Row{Event: "x", From: open, To: ticket.StateSnoozed})},
		{"merged without merge", at(""), "x", row(ticket.Row{Event: "x", From: open, To: ticket.StateMerged})},
		{"back to new", at(""), "x", row(ticket.Row{Event: "x", From: open, To: ticket.StateNew})},
		{"then with a target", at(".then"), "follow_up", row(ticket.Row{Event: "x", From: open, To: ticket.StateSpam, Then: ticket.ThenFollowUp})},
		{"then unknown", at(".then"), "moon", row(ticket.Row{Event: ticket.EventCustomerMessage, ID: "x", From: open, Then: "moon"})},
		{"state taken", "states[0].name", "open", ticket.WorkflowConfig{States: []ticket.StateConfig{{Name: "open", Kind: "open"}}}},
		{"state of no kind", "states[0].kind", "moon", ticket.WorkflowConfig{States: []ticket.StateConfig{{Name: "lab", Kind: "moon"}}}},
		{"state without a name", "states[0].name", "a b", ticket.WorkflowConfig{States: []ticket.StateConfig{{Name: "a b", Kind: "open"}}}},
		{"state out of reach", "rows", "lab", ticket.WorkflowConfig{States: []ticket.StateConfig{{Name: "lab", Kind: "open"}}}},
		{"guard taken", "guards.answered", "answered", ticket.WorkflowConfig{Guards: map[string]ticket.Guard{"answered": func(*ticket.Input) []ticket.Blocker { return nil }}}},
		{"guard nil", "guards.mine", "nil", ticket.WorkflowConfig{Guards: map[string]ticket.Guard{"mine": nil}}},
		{"guard named as a negation", "guards.!mine", "!mine", ticket.WorkflowConfig{Guards: map[string]ticket.Guard{"!mine": func(*ticket.Input) []ticket.Blocker { return nil }}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ticket.NewWorkflow(tt.cfg)
			require.ErrorIs(t, err, ticket.ErrInvalid)
			var faults ticket.Faults
			require.ErrorAs(t, err, &faults)
			found := slices.ContainsFunc(faults, func(f *ticket.Fault) bool {
				return f.Path == tt.path && f.Value == tt.value
			})
			assert.True(t, found, "want %s %q in\n%v", tt.path, tt.value, err)
		})
	}
}

// A table in which a customer's message, an erasure or a timer has nowhere to
// go loses something; it is refused.
func TestWorkflowMustBeTotal(t *testing.T) {
	for _, missing := range []ticket.EventKind{
		ticket.EventCustomerMessage, ticket.EventErase, ticket.EventWake, ticket.EventHandOff, ticket.EventAutoClose,
	} {
		rows := slices.DeleteFunc(ticket.BuiltinRows(), func(r ticket.Row) bool { return r.Event == missing })
		_, err := ticket.NewWorkflow(ticket.WorkflowConfig{Rows: rows})
		require.ErrorIs(t, err, ticket.ErrInvalid, missing)
		assert.ErrorContains(t, err, "has no row for "+string(missing))
	}
}

func TestAllFaultsAtOnce(t *testing.T) {
	_, err := ticket.NewWorkflow(ticket.WorkflowConfig{Rows: append(ticket.BuiltinRows(),
		ticket.Row{Event: "x", From: []ticket.State{"nowhere"}, Guards: []string{"moon"}},
	)})
	var faults ticket.Faults
	require.ErrorAs(t, err, &faults)
	assert.Len(t, faults, 3, "%v", err) // the state, nobody may, the guard
}
