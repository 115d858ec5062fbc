package linear

import (
	"cmp"
	"context"
	"fmt"
	"testing"

	"github.com/anishathalye/porcupine"
	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/ticket"
)

// Tickets uses a store of tickets that is fresh and empty, and returns whether there
// is an order of the calls that explains all answers. What no store may answer fails
// the test.
func Tickets(tb testing.TB, s ticket.Store, l Load) porcupine.CheckResult {
	tb.Helper()
	return check(tb, tickets(s), l)
}

func tickets(s ticket.Store) store[ticket.Record] {
	return store[ticket.Record]{
		contract: boundless(ticket.MaxPage, methodHistory),
		absent:   ticket.ErrNotFound,
		refusals: map[refusal]error{conflict: ticket.ErrConflict, duplicate: ticket.ErrDuplicateKey},
		row:      func(r ticket.Record) (uuid.UUID, row) { return r.ID, row{r.Version, string(r.Data)} },
		load: func(ctx context.Context, shop string, id uuid.UUID) (ticket.Record, error) {
			return s.Load(ctx, ticket.Ref{Shop: shop, ID: id})
		},
		list: func(ctx context.Context, shop string) ([]ticket.Record, error) {
			page, err := s.List(ctx, ticket.Query{Shop: shop, Limit: ticket.MaxPage})
			return page.Records, err
		},
		claim: func(ctx context.Context, shop string) ([]ticket.Record, error) {
			return s.Claim(ctx, ticket.ClaimRequest{Shops: []string{shop}, Now: due(), Lease: lease, Limit: ticket.MaxPage})
		},
		lookup: func(ctx context.Context, shop string) (uuid.UUID, error) {
			held, err := s.Lookup(ctx, ticketKey(shop))
			if err != nil || len(held) == 0 {
				return uuid.Nil, cmp.Or(err, ticket.ErrNotFound)
			}
			return held[0].Ref.ID, nil
		},
		commit: func(ctx context.Context, shop string, in input) error { return s.Commit(ctx, ticketCommit(shop, in)) },
		count: func(ctx context.Context, shop string, id uuid.UUID) (int64, error) {
			events, err := s.History(ctx, ticket.HistoryQuery{Ref: ticket.Ref{Shop: shop, ID: id}, Limit: ticket.MaxPage})
			for i, e := range events {
				if e.Seq != int64(i)+1 {
					return 0, fmt.Errorf("event %d has number %d", i+1, e.Seq)
				}
			}
			return int64(len(events)), err
		},
	}
}

func ticketKey(shop string) ticket.Key { return ticket.Key{Shop: shop, Kind: ticket.KeyMatter} }

func ticketCommit(shop string, in input) ticket.Commit {
	c := ticket.Commit{At: due()}
	for i, ch := range in.change {
		if ch.value == "" {
			continue
		}
		version := ch.expect + 1
		c.Changes = append(c.Changes, ticket.Change{
			Expect: ch.expect,
			Next: ticket.Record{
				Kind: ticket.RecordTicket, Shop: shop, ID: id(i), Version: version, State: ticket.StateOpen,
				Created: due(), Updated: due(), Wake: ch.wake(), Data: []byte(ch.value),
			},
			Events: []ticket.StoredEvent{{Seq: version, At: due(), Kind: ticket.EventNote}},
		})
	}
	if in.release {
		c.Release = []ticket.Key{ticketKey(shop)}
	}
	if in.take {
		c.Take = []ticket.Held{{Key: ticketKey(shop), Ref: ticket.Ref{Shop: shop, ID: id(in.record)}}}
	}
	return c
}
