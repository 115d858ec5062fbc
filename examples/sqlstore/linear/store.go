package linear

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// store is one of the three as the callers speak to it; R is its kind of record.
type store[R any] struct {
	contract

	row    func(R) (uuid.UUID, row)
	load   func(ctx context.Context, shop string, id uuid.UUID) (R, error)
	list   func(ctx context.Context, shop string) ([]R, error)
	claim  func(ctx context.Context, shop string) ([]R, error)
	lookup func(ctx context.Context, shop string) (uuid.UUID, error) // of the record that holds the key
	commit func(ctx context.Context, shop string, in input) error
	sums   func(ctx context.Context, shop string) (sum, error)
	count  func(ctx context.Context, shop string, id uuid.UUID) (int64, error) // of events or entries

	absent   error // there is no such record or key
	refusals map[refusal]error
}

// due is when every record that is due becomes so, and when all claims are made.
func due() time.Time { return time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC) }

// wake is when a claim may return the record.
func (c change) wake() time.Time {
	if c.due {
		return due()
	}
	return time.Time{}
}

const lease = time.Hour

// id is the same in all shops.
func id(record int) uuid.UUID {
	return uuid.UUID{15: byte(record + 1)} //nolint:gosec // there are two
}

func number(id uuid.UUID) int { return int(id[15]) }

// call makes one call. An error is neither a refusal nor that nothing is there.
func (s *store[R]) call(ctx context.Context, in input) (output, error) {
	var out output
	var found []R
	var err error
	shop := "shop-" + strconv.Itoa(in.shop)
	switch in.method {
	case methodLoad:
		found = make([]R, 1)
		found[0], err = s.load(ctx, shop, id(in.record))
	case methodList:
		found, err = s.list(ctx, shop)
	case methodClaim:
		found, err = s.claim(ctx, shop)
	case methodLookup:
		var holder uuid.UUID
		holder, err = s.lookup(ctx, shop)
		out.holder = number(holder)
	case methodHistory, methodEntries:
		out.count, err = s.count(ctx, shop, id(in.record))
	case methodSums:
		out.sum, err = s.sums(ctx, shop)
	case methodCommit:
		err = s.commit(ctx, shop, in)
		for why, is := range s.refusals {
			if errors.Is(err, is) {
				return output{refused: why}, nil
			}
		}
	}
	if errors.Is(err, s.absent) {
		return output{}, nil
	}
	if err != nil {
		return output{}, err
	}
	for _, r := range found {
		of, is := s.row(r)
		out.rows[number(of)-1] = is
	}
	return out, nil
}
