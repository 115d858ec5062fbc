package goodwilltest

import (
	"context"
	"slices"
	"testing"

	"github.com/kulanz-go/kulanz/goodwill"
)

// Case is one promise of the contract of [goodwill.Store].
type Case struct {
	Name string // group/what, as a subtest
	Why  string // what goes wrong in a shop where the promise is broken
	// Run looks at one store, fresh and empty, and says where it breaks the
	// promise. It starts goroutines and waits for them.
	Run func(ctx context.Context, s goodwill.Store) error
}

// TestStore runs the whole suite on a host's store, a subtest a case. open
// returns a store that is fresh and empty; it is called once a case, and cleans
// up by t.Cleanup.
func TestStore(t *testing.T, open func(t testing.TB) goodwill.Store) {
	t.Helper()
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) {
			if err := c.Run(t.Context(), open(t)); err != nil {
				t.Errorf("%v\nwhy: %s", err, c.Why)
			}
		})
	}
}

// script is a case as this package writes it.
type script struct {
	name, why string
	run       func(p *probe)
}

// Cases returns all cases.
func Cases() []Case {
	scripts := slices.Concat(
		recordCases(), commitCases(), keyCases(), entryCases(), balanceCases(), listCases(), claimCases(), contextCases(), deskCases(),
	)
	cases := make([]Case, len(scripts))
	for i, sc := range scripts {
		cases[i] = Case{Name: sc.name, Why: sc.why, Run: func(ctx context.Context, s goodwill.Store) error {
			p := &probe{ctx: ctx, store: s}
			sc.run(p)
			return p.err
		}}
	}
	return cases
}
