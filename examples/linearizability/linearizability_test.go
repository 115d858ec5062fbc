package linearizability_test

import (
	"testing"

	"github.com/anishathalye/porcupine"

	"github.com/kulanz-go/kulanz/examples/sqlstore/linear"
	"github.com/kulanz-go/kulanz/feedback/feedbackmem"
	"github.com/kulanz-go/kulanz/goodwill/goodwillmem"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
)

// The check would find two stale answers in a hundred.
func loads() map[porcupine.CheckResult]linear.Load {
	return map[porcupine.CheckResult]linear.Load{
		porcupine.Ok:      {Callers: 8, Calls: 500, Shops: 20},
		porcupine.Illegal: {Callers: 8, Calls: 500, Shops: 20, Stale: 0.02},
	}
}

func TestTickets(t *testing.T) {
	for want, load := range loads() {
		if got := linear.Tickets(t, new(ticketmem.Store), load); got != want {
			t.Errorf("%+v: %s, want %s", load, got, want)
		}
	}
}

func TestFeedback(t *testing.T) {
	for want, load := range loads() {
		if got := linear.Feedback(t, new(feedbackmem.Store), load); got != want {
			t.Errorf("%+v: %s, want %s", load, got, want)
		}
	}
}

func TestGoodwill(t *testing.T) {
	for want, load := range loads() {
		if got := linear.Goodwill(t, new(goodwillmem.Store), load); got != want {
			t.Errorf("%+v: %s, want %s", load, got, want)
		}
	}
}
