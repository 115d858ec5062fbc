package reviews

import (
	"iter"
	"time"

	"github.com/kulanz-go/kulanz/feedback/review"
	"github.com/kulanz-go/kulanz/ticket"
)

// Promises counts what was promised in the tickets of an order, by the history of
// each, and how much of it was kept in time: a fact that a reply may state. A
// promise whose time has not come counts for nothing yet.
func Promises(now time.Time, histories ...iter.Seq2[ticket.Event, error]) (review.Promises, error) {
	var p review.Promises
	for _, history := range histories {
		due := map[string]time.Time{}
		for e, err := range history {
			if err != nil {
				return review.Promises{}, err
			}
			switch b := e.Body.(type) {
			case ticket.Promised:
				due[b.Promise.ID] = b.Promise.Due
			case ticket.PromiseEnded:
				p.Made++
				if e.Kind == ticket.EventKeepPromise && !e.At.After(due[b.ID]) {
					p.Kept++
				}
				delete(due, b.ID)
			}
		}
		for _, until := range due {
			if now.After(until) {
				p.Made++ // it came due, and nobody kept it
			}
		}
	}
	return p, nil
}
