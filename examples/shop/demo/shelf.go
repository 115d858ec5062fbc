package demo

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/feedbackmem"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
)

// Shelf keeps a desk's work in memory and then brings the outcome to a database:
// what a script of thousands of commits left behind takes a few hundred. The
// zero value is ready; it must not be copied after its first use.
//
// Each record arrives in version 1, with its whole history and the keys that it
// holds. Effects of the script's commits are dropped: what was sent in the past is
// not sent again. Ids of commits are forgotten, since nobody asks for them.
type Shelf struct {
	Tickets TicketShelf
	Surveys SurveyShelf
}

// TicketShelf is a [ticket.Store] that remembers which keys are held.
type TicketShelf struct {
	ticketmem.Store

	mu   sync.Mutex
	held map[ticket.Key]ticket.Held
}

// name is a key without what does not make it unique.
func name(k ticket.Key) ticket.Key { return ticket.Key{Shop: k.Shop, Kind: k.Kind, Hash: k.Hash} }

// Commit implements [ticket.Store].
func (s *TicketShelf) Commit(ctx context.Context, c ticket.Commit) error {
	err := s.Store.Commit(ctx, c)
	if err == nil {
		s.note(c)
	}
	return err
}

// Erase implements [ticket.Store].
func (s *TicketShelf) Erase(ctx context.Context, r ticket.EraseRequest) error {
	err := s.Store.Erase(ctx, r)
	if err == nil {
		s.note(r.Commit)
	}
	return err
}

func (s *TicketShelf) note(c ticket.Commit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == nil {
		s.held = make(map[ticket.Key]ticket.Held)
	}
	for _, k := range c.Release {
		delete(s.held, name(k))
	}
	for _, h := range c.Take {
		if h.Key.Kind != ticket.KeyCommit {
			s.held[name(h.Key)] = h
		}
	}
}

// keys are those that records still hold at an instant.
func (s *TicketShelf) keys(now time.Time) map[ticket.Ref][]ticket.Held {
	s.mu.Lock()
	defer s.mu.Unlock()
	by := make(map[ticket.Ref][]ticket.Held)
	for _, h := range s.held {
		if h.Key.Expires.IsZero() || h.Key.Expires.After(now) {
			by[h.Ref] = append(by[h.Ref], h)
		}
	}
	return by
}

// CopyTo writes a shop's tickets to a store that has none of them. random is
// where ids of commits come from. Give it a store within one transaction: then
// all arrives or nothing, and faster.
func (s *TicketShelf) CopyTo(ctx context.Context, to ticket.Store, shop string, now time.Time, random io.Reader) error {
	keys := s.keys(now)
	q := ticket.Query{Shop: shop, Limit: ticket.MaxPage}
	for {
		page, err := s.List(ctx, q)
		if err != nil {
			return fmt.Errorf("demo: copy: %w", err)
		}
		for some := range slices.Chunk(page.Records, ticket.MaxChanges) {
			c := ticket.Commit{At: now}
			if c.ID, err = uuid.NewRandomFromReader(random); err != nil {
				return fmt.Errorf("demo: copy: %w", err)
			}
			for _, r := range some {
				ch, err := s.whole(ctx, r)
				if err != nil {
					return err
				}
				c.Changes, c.Take = append(c.Changes, ch), append(c.Take, keys[r.Ref()]...)
			}
			slices.SortFunc(c.Changes, func(a, b ticket.Change) int { return bytes.Compare(a.Next.ID[:], b.Next.ID[:]) })
			slices.SortFunc(c.Take, func(a, b ticket.Held) int { return bytes.Compare(a.Key.Hash[:], b.Key.Hash[:]) })
			if err := to.Commit(ctx, c); err != nil {
				return fmt.Errorf("demo: copy: %w", err)
			}
		}
		if !page.More {
			return nil
		}
		last := ticket.PositionOf(page.Records[len(page.Records)-1], q.Order)
		q.After = &last
	}
}

// whole is a record with its history, as one step.
func (s *TicketShelf) whole(ctx context.Context, r ticket.Record) (ticket.Change, error) {
	ch := ticket.Change{Next: r}
	ch.Next.Version = 1
	for {
		page, err := s.History(ctx, ticket.HistoryQuery{Ref: r.Ref(), After: int64(len(ch.Events)), Limit: ticket.MaxPage})
		if err != nil {
			return ch, fmt.Errorf("demo: copy: %w", err)
		}
		ch.Events = append(ch.Events, page...)
		if len(page) < ticket.MaxPage {
			return ch, nil
		}
	}
}

// SurveyShelf is a [feedback.Store] that remembers which keys are held, and what
// was counted.
type SurveyShelf struct {
	feedbackmem.Store

	mu     sync.Mutex
	held   map[feedback.Unique]feedback.Held
	counts map[feedback.Key]*feedback.Summary
}

// Commit implements [feedback.Store].
func (s *SurveyShelf) Commit(ctx context.Context, c feedback.Commit) error {
	if err := s.Store.Commit(ctx, c); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == nil {
		s.held, s.counts = make(map[feedback.Unique]feedback.Held), make(map[feedback.Key]*feedback.Summary)
	}
	for _, k := range c.Release {
		delete(s.held, bare(k))
	}
	for _, h := range c.Take {
		if h.Key.Kind != feedback.UniqueCommit {
			s.held[bare(h.Key)] = h
		}
	}
	for _, ch := range c.Counts {
		if s.counts[ch.Key] == nil {
			s.counts[ch.Key] = new(feedback.Summary)
		}
		if err := ch.Apply(s.counts[ch.Key]); err != nil {
			return fmt.Errorf("demo: count: %w", err)
		}
	}
	return nil
}

// bare is a key without what does not make it unique.
func bare(k feedback.Unique) feedback.Unique {
	return feedback.Unique{Shop: k.Shop, Kind: k.Kind, Hash: k.Hash}
}

// CopyTo writes a shop's invitations, answers and figures to a store that has none
// of them, as [TicketShelf.CopyTo] does with tickets.
func (s *SurveyShelf) CopyTo(ctx context.Context, to feedback.Store, shop string, now time.Time, random io.Reader) error {
	keys, counts := s.kept(now)
	q := feedback.Query{Shop: shop, Limit: feedback.MaxPage}
	for {
		page, err := s.List(ctx, q)
		if err != nil {
			return fmt.Errorf("demo: copy: %w", err)
		}
		for some := range slices.Chunk(page.Records, feedback.MaxWrites) {
			c := feedback.Commit{At: now, Counts: counts}
			counts = nil // with the first
			if c.ID, err = uuid.NewRandomFromReader(random); err != nil {
				return fmt.Errorf("demo: copy: %w", err)
			}
			for _, r := range some {
				c.Take = append(c.Take, keys[r.Ref()]...)
				r.Version = 1
				c.Writes = append(c.Writes, feedback.Write{Next: r})
			}
			slices.SortFunc(c.Writes, func(a, b feedback.Write) int { return feedback.CompareRefs(a.Next.Ref(), b.Next.Ref()) })
			slices.SortFunc(c.Take, func(a, b feedback.Held) int { return bytes.Compare(a.Key.Hash[:], b.Key.Hash[:]) })
			if err := to.Commit(ctx, c); err != nil {
				return fmt.Errorf("demo: copy: %w", err)
			}
		}
		if !page.More {
			return nil
		}
		last := feedback.PositionOf(page.Records[len(page.Records)-1], q.Order)
		q.After = &last
	}
}

// kept are the keys that are still held, and all counts in the order of their
// keys.
func (s *SurveyShelf) kept(now time.Time) (map[feedback.Ref][]feedback.Held, []feedback.Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	by := make(map[feedback.Ref][]feedback.Held)
	for _, h := range s.held {
		if h.Key.Expires.IsZero() || h.Key.Expires.After(now) {
			by[h.Ref] = append(by[h.Ref], h)
		}
	}
	counts := make([]feedback.Change, 0, len(s.counts))
	for _, k := range slices.SortedFunc(maps.Keys(s.counts), feedback.Key.Compare) {
		counts = append(counts, feedback.Change{Key: k, Add: *s.counts[k]})
	}
	return by, counts
}
