package goodwill_test

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

	"github.com/kulanz-go/kulanz/goodwill"
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

// TestMatrix writes every event in every state: where it leads, who may, and
// what the ledger does, or a dash.
func TestMatrix(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, e := range goodwill.Events() {
		for _, from := range append([]goodwill.State{goodwill.StateNone}, goodwill.States()...) {
			cell := "-"
			for _, r := range goodwill.Life() {
				if r.Event != e || !slices.Contains(r.From, from) {
					continue
				}
				require.Equal(t, "-", cell, "%s from %q stands twice: fsm would keep the last", e, from)
				to := r.To
				if to == "" {
					to = "same"
				}
				cell = fmt.Sprintf("%s by %v", to, r.Who)
				if r.Books != "" {
					cell += " books " + string(r.Books)
				}
				if r.Opposite {
					cell += " opposite"
				}
			}
			name := string(from)
			if name == "" {
				name = "(none)"
			}
			fmt.Fprintf(&b, "%-8s %-10s %s\n", e, name, cell)
		}
	}
	golden(t, "life.golden", b.String())
	golden(t, "life.mmd", goodwill.Mermaid())
}

// The state machine and the table agree on every event in every state.
func TestMachineAgreesWithLife(t *testing.T) {
	t.Parallel()
	fire := goodwill.FireForTest()
	states := append([]goodwill.State{goodwill.StateNone}, goodwill.States()...)
	for _, e := range append(goodwill.Events(), "moon") {
		for _, from := range states {
			want, possible := from, false
			for _, r := range goodwill.Life() {
				if r.Event == e && slices.Contains(r.From, from) {
					possible = true
					if r.To != "" {
						want = r.To
					}
				}
			}
			for range 2 { // a pooled machine is as good as new
				got, ok, err := fire(e, from)
				require.NoError(t, err)
				assert.Equal(t, possible, ok, "%s from %q", e, from)
				assert.Equal(t, want, got, "%s from %q", e, from)
			}
		}
	}
}

// What has to hold of any life: nothing leaves a final state but by the rows
// for late answers and erasure; unknown is left by the payer or a lead alone;
// a reservation is resolved on every way out.
func TestLifeInvariants(t *testing.T) {
	t.Parallel()
	reserved := map[goodwill.State]bool{goodwill.StateReserved: true, goodwill.StateExecuting: true, goodwill.StateUnknown: true}
	for _, r := range goodwill.Life() {
		for _, from := range r.From {
			to := r.To
			if to == "" {
				to = from
			}
			if reserved[from] && !reserved[to] {
				assert.Contains(t, []goodwill.Phase{goodwill.PhasePost, goodwill.PhaseVoid}, r.Books, "%s from %s resolves", r.Event, from)
			}
			if !reserved[from] && reserved[to] {
				assert.Equal(t, goodwill.PhaseReserve, r.Books, "%s from %s reserves", r.Event, from)
			}
			if reserved[from] && reserved[to] || !reserved[from] && !reserved[to] && from != goodwill.StateFailed && from != goodwill.StateSettled {
				assert.Empty(t, r.Books, "%s from %s", r.Event, from)
			}
			if from == goodwill.StateUnknown {
				assert.NotEqual(t, goodwill.StateExpired, to)
				assert.NotEqual(t, goodwill.EventExpire, r.Event)
			}
		}
	}
	for _, s := range goodwill.States() {
		leaves := slices.ContainsFunc(goodwill.Life(), func(r goodwill.Row) bool { return slices.Contains(r.From, s) && r.To != "" && r.To != s })
		assert.True(t, leaves || s.Ended(), "%s is a dead end", s)
	}
}
