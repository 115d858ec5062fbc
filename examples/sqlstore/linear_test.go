package sqlstore_test

import (
	"testing"

	"github.com/anishathalye/porcupine"

	"github.com/kulanz-go/kulanz/examples/sqlstore/linear"
)

// The three stores on both databases, at all isolations that a host may use, behave
// as if one call came after the other, as much as the stores in memory are asked.
func TestLinearizable(t *testing.T) {
	t.Parallel()
	load := linear.Load{Callers: 8, Calls: 500, Shops: 20}
	for name, open := range engines() {
		for store, linearized := range linearized() {
			t.Run(name+"/"+store, func(t *testing.T) {
				t.Parallel()
				if got := linearized(t, open(t), load); got != porcupine.Ok {
					t.Errorf("%s, want %s", got, porcupine.Ok)
				}
			})
		}
	}
}

// The check would find two stale answers in a hundred.
func TestStaleAnswersAreFound(t *testing.T) {
	t.Parallel()
	load := linear.Load{Callers: 8, Calls: 150, Shops: 10, Stale: 0.02}
	for store, linearized := range linearized() {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			if got := linearized(t, openSQLite(t), load); got != porcupine.Illegal {
				t.Errorf("%s, want %s", got, porcupine.Illegal)
			}
		})
	}
}

func linearized() map[string]func(tb testing.TB, o opened, l linear.Load) porcupine.CheckResult {
	return map[string]func(tb testing.TB, o opened, l linear.Load) porcupine.CheckResult{
		"tickets": func(tb testing.TB, o opened, l linear.Load) porcupine.CheckResult {
			tb.Helper()
			return linear.Tickets(tb, o.Tickets(), l)
		},
		"feedback": func(tb testing.TB, o opened, l linear.Load) porcupine.CheckResult {
			tb.Helper()
			return linear.Feedback(tb, o.Feedback(), l)
		},
		"goodwill": func(tb testing.TB, o opened, l linear.Load) porcupine.CheckResult {
			tb.Helper()
			return linear.Goodwill(tb, o.Goodwill(), l)
		},
	}
}
