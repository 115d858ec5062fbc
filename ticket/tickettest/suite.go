package tickettest

import (
	"cmp"
	"context"
	"slices"
	"testing"

	"github.com/kulanz-go/kulanz/ticket"
)

// Case is one promise of the contract of [ticket.Store].
type Case struct {
	Name string // group/what, as a subtest
	Why  string // what goes wrong in a shop where the promise is broken
	// Run looks at one store, fresh and empty, and says where it breaks the
	// promise. It starts goroutines and waits for them.
	Run func(ctx context.Context, s ticket.Store) error
}

// Suite is the conformance suite, with its sizes. The zero value is the full
// one.
type Suite struct {
	Events  int // on the longest record; default 10,000
	Records int // in the longest list; default MaxPage + 10
	Text    int // bytes of the longest Data; default 1 MiB
	Rounds  int // of every race; default 10
}

// TestStore runs the whole suite on a host's store, a subtest a case. open
// returns a store that is fresh and empty; it is called once a case, and
// cleans up by t.Cleanup. With -short the sizes are a tenth.
func TestStore(t *testing.T, open func(t testing.TB) ticket.Store) {
	t.Helper()
	var s Suite
	if testing.Short() {
		s = Suite{Events: 1_000, Records: 50, Text: 100 << 10, Rounds: 2}
	}
	s.Test(t, open)
}

// Cases returns the cases of the full suite.
func Cases() []Case { return Suite{}.Cases() }

// Test runs the cases on a host's store, as [TestStore] does.
func (s Suite) Test(t *testing.T, open func(t testing.TB) ticket.Store) {
	t.Helper()
	for _, c := range s.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			if err := c.Run(t.Context(), open(t)); err != nil {
				t.Errorf("%v\nwhy: %s", err, c.Why)
			}
		})
	}
}

// Cases returns the cases at the suite's sizes.
func (s Suite) Cases() []Case {
	s.Events = cmp.Or(s.Events, 10_000)
	s.Records = cmp.Or(s.Records, ticket.MaxPage+10)
	s.Text = cmp.Or(s.Text, 1<<20)
	s.Rounds = cmp.Or(s.Rounds, 10)
	scripts := slices.Concat(
		recordCases(), textCases(), commitCases(), keyCases(), historyCases(), listCases(), claimCases(),
		eraseCases(), contextCases(), aliasCases(), raceCases(), deskCases(),
	)
	cases := make([]Case, len(scripts))
	for i, sc := range scripts {
		cases[i] = Case{Name: sc.name, Why: sc.why, Run: func(ctx context.Context, store ticket.Store) error {
			p := &probe{ctx: ctx, store: store, size: s}
			sc.run(p)
			return p.err
		}}
	}
	return cases
}

// script is a case as this package writes it.
type script struct {
	name, why string
	run       func(p *probe)
}
