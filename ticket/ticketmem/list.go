package ticketmem

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"github.com/kulanz-go/kulanz/internal/memory"
	"github.com/kulanz-go/kulanz/ticket"
)

// List implements [ticket.Store].
func (s *Store) List(ctx context.Context, q ticket.Query) (ticket.Page, error) {
	if err := ctx.Err(); err != nil {
		return ticket.Page{}, err
	}
	limit := q.PageLimit()
	if limit == 0 {
		return ticket.Page{}, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	matching := func(yield func(*row) bool) {
		for _, r := range s.shops[q.Shop] {
			if matches(&r.rec, &q) && !yield(r) {
				return
			}
		}
	}
	at := func(r *row) ticket.Position { return ticket.PositionOf(r.rec, q.Order) }
	order := func(a, b ticket.Position) int { return compare(a, b, q.Order) }
	found := memory.First(matching, limit+1, at, q.After, order)
	page := ticket.Page{More: len(found) > limit, Records: make([]ticket.Record, min(limit, len(found)))}
	for i := range page.Records {
		page.Records[i] = cloneRecord(found[i].rec)
	}
	return page, nil
}

func matches(r *ticket.Record, q *ticket.Query) bool {
	has := func(want, have string) bool { return want == "" || want == have }
	return has(string(q.Kind), string(r.Kind)) && has(q.Assignee, r.Assignee) &&
		has(q.Team, r.Team) && has(q.Customer, r.Customer) &&
		(!q.Unassigned || r.Assignee == "") && inStates(r, q) && inTime(r, q) &&
		(q.Label == "" || slices.Contains(r.Labels, q.Label))
}

func inStates(r *ticket.Record, q *ticket.Query) bool {
	return len(q.States) == 0 || slices.Contains(q.States, r.State)
}

func inTime(r *ticket.Record, q *ticket.Query) bool {
	due := q.DueBefore.IsZero() || !r.Due.IsZero() && r.Due.Before(q.DueBefore)
	return due && (q.Order != ticket.OrderWake || !r.Wake.IsZero())
}

// compare orders two positions: by instant, latest first where the order says
// so and none last, then by id.
func compare(a, b ticket.Position, o ticket.Order) int {
	byTime := cmp.Compare(rank(a), rank(b))
	if byTime == 0 {
		byTime = a.At.Compare(b.At)
	}
	if o == ticket.OrderUpdated {
		byTime = -byTime
	}
	return cmp.Or(byTime, bytes.Compare(a.ID[:], b.ID[:]))
}

// rank puts a record without an instant after all others.
func rank(p ticket.Position) int {
	if p.At.IsZero() {
		return 1
	}
	return 0
}
