package linearizability_test

import (
	"testing"

	"github.com/anishathalye/porcupine"

	"github.com/kulanz-go/kulanz/examples/sqlstore/linear"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
)

func TestLinearizable(t *testing.T) {
	if got := linear.Check(t, new(ticketmem.Store), linear.Load{Callers: 8, Calls: 500, Records: 20}); got != porcupine.Ok {
		t.Error(got)
	}
}

// The check would find two stale reads in a hundred.
func TestStaleReadsAreFound(t *testing.T) {
	if got := linear.Check(t, new(ticketmem.Store), linear.Load{Callers: 8, Calls: 500, Records: 20, Stale: 0.02}); got != porcupine.Illegal {
		t.Error(got)
	}
}
