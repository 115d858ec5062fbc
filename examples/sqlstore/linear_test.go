package sqlstore_test

import (
	"fmt"
	"testing"

	"github.com/anishathalye/porcupine"

	"github.com/kulanz-go/kulanz/examples/sqlstore/linear"
)

// Both databases, at all isolations that a host may use, behave as if one call
// came after the other; and the check would find two stale reads in a hundred.
func TestLinearizable(t *testing.T) {
	for name, open := range engines() {
		for stale, want := range map[float64]porcupine.CheckResult{0: porcupine.Ok, 0.02: porcupine.Illegal} {
			t.Run(fmt.Sprintf("%s stale %v", name, stale), func(t *testing.T) {
				t.Parallel()
				load := linear.Load{Callers: 8, Calls: 150, Records: 10, Stale: stale}
				if got := linear.Check(t, open(t).Tickets(), load); got != want {
					t.Errorf("%s, want %s", got, want)
				}
			})
		}
	}
}
