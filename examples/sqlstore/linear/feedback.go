package linear

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/anishathalye/porcupine"
	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/feedback"
)

// Feedback uses a store of feedback that is fresh and empty, as [Tickets] does with
// one of tickets.
func Feedback(tb testing.TB, s feedback.Store, l Load) porcupine.CheckResult {
	tb.Helper()
	return check(tb, responses(s), l)
}

func responses(s feedback.Store) store[feedback.Record] {
	return store[feedback.Record]{
		contract: contract{reads: []method{methodSums}, phases: []phase{direct, back}, most: math.MaxInt64},
		absent:   feedback.ErrNotFound,
		refusals: map[refusal]error{
			conflict: feedback.ErrConflict, duplicate: feedback.ErrDuplicate, short: feedback.ErrUnderflow,
		},
		row: func(r feedback.Record) (uuid.UUID, row) { return r.ID, row{r.Version, string(r.Data)} },
		load: func(ctx context.Context, shop string, id uuid.UUID) (feedback.Record, error) {
			return s.Load(ctx, feedback.Ref{Shop: shop, ID: id})
		},
		list: func(ctx context.Context, shop string) ([]feedback.Record, error) {
			page, err := s.List(ctx, feedback.Query{Shop: shop, Limit: feedback.MaxPage})
			return page.Records, err
		},
		claim: func(ctx context.Context, shop string) ([]feedback.Record, error) {
			return s.Claim(ctx, feedback.ClaimRequest{Shops: []string{shop}, Now: due(), Lease: lease, Limit: feedback.MaxPage})
		},
		lookup: func(ctx context.Context, shop string) (uuid.UUID, error) {
			held, err := s.Lookup(ctx, matterKey(shop))
			return held.Ref.ID, err
		},
		commit: func(ctx context.Context, shop string, in input) error { return commitResponse(ctx, s, shop, in) },
		sums: func(ctx context.Context, shop string) (sum, error) {
			k := countKey(shop)
			rows, err := s.Summaries(ctx, feedback.SummaryQuery{
				Shop: shop, Survey: k.Survey, From: k.Day, To: k.Day + 1, Limit: feedback.MaxPage,
			})
			switch {
			case err != nil || len(rows) == 0:
				return sum{}, err
			case len(rows) > 1 || rows[0].Summary.IsZero():
				return sum{}, errors.New("several summaries under one key, or an empty one")
			default:
				return sum{posted: rows[0].Summary.N()}, nil
			}
		},
	}
}

func matterKey(shop string) feedback.Unique {
	return feedback.Unique{Shop: shop, Kind: feedback.UniqueMatter}
}

func countKey(shop string) feedback.Key {
	return feedback.Key{Shop: shop, Survey: "survey", Question: "question", Day: 20_000}
}

// answers is a summary of so many answers with the best score.
func answers(n int64) (feedback.Summary, error) {
	return feedback.NewSummary(feedback.ScaleCSAT5(), []int64{0, 0, 0, 0, n}, 0)
}

func commitResponse(ctx context.Context, s feedback.Store, shop string, in input) error {
	c := feedback.Commit{At: due()}
	for i, ch := range in.change {
		if ch.value != "" {
			c.Writes = append(c.Writes, feedback.Write{Expect: ch.expect, Next: feedback.Record{
				Kind: feedback.RecordInvitation, Shop: shop, ID: id(i), Version: ch.expect + 1, State: "sent",
				Created: due(), Updated: due(), Wake: ch.wake(), Data: []byte(ch.value),
			}})
		}
	}
	if in.release {
		c.Release = []feedback.Unique{matterKey(shop)}
	}
	if in.take {
		c.Take = []feedback.Held{{Key: matterKey(shop), Ref: feedback.Ref{Shop: shop, ID: id(in.record)}}}
	}
	if in.posting.phase != "" {
		counted, err := answers(in.posting.amount)
		if err != nil {
			return err
		}
		ch := feedback.Change{Key: countKey(shop), Add: counted}
		if in.posting.phase == back {
			ch.Add, ch.Sub = ch.Sub, ch.Add
		}
		c.Counts = []feedback.Change{ch}
	}
	return s.Commit(ctx, c)
}
