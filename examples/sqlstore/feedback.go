package sqlstore

import (
	"context"
	"encoding/json"

	"github.com/kulanz-go/kulanz/feedback"
)

// Feedback is a [feedback.Store].
type Feedback struct{ shelf }

var _ feedback.Store = Feedback{}

// Feedback returns the store of invitations, responses and their summaries.
func (s *Store) Feedback() Feedback { return Feedback{shelf{s, "kulanz_feedback"}} }

// Load implements [feedback.Store].
func (f Feedback) Load(ctx context.Context, ref feedback.Ref) (feedback.Record, error) {
	statement, args := f.byName(place(ref))
	found, err := f.records(ctx, f.s.db, statement, args...)
	if err == nil && len(found) == 0 {
		err = feedback.ErrNotFound
	}
	if err != nil {
		return feedback.Record{}, err
	}
	return found[0], nil
}

func (f Feedback) records(ctx context.Context, c conn, statement string, args ...any) ([]feedback.Record, error) {
	var found []feedback.Record
	keep := func(r record[feedback.RecordKind]) { found = append(found, feedback.Record(r)) }
	err := records(ctx, c, keep, statement, args...)
	return found, err
}

// Commit implements [feedback.Store]. Records come first, then keys, then
// counts, each in the order in which all commits do.
func (f Feedback) Commit(ctx context.Context, c feedback.Commit) error {
	return f.s.atomic(ctx, feedback.ErrConflict, func(db conn) error {
		for _, w := range c.Writes {
			landed, err := writeRecord(ctx, db, f.shelf, w.Expect, record[feedback.RecordKind](w.Next))
			if err != nil {
				return err
			}
			if !landed {
				return feedback.ErrConflict
			}
		}
		if err := f.keys(ctx, db, c); err != nil {
			return err
		}
		for _, ch := range c.Counts {
			if err := f.count(ctx, db, ch); err != nil {
				return err
			}
		}
		return enqueue(ctx, db, c.Effects, f.s.outbox.Feedback)
	})
}

// keys frees and takes unique keys. One that has expired by the commit's clock
// is taken over.
func (f Feedback) keys(ctx context.Context, db conn, c feedback.Commit) error {
	for _, u := range c.Release {
		if err := f.release(ctx, db, u.Shop, string(u.Kind), u.Hash[:]); err != nil {
			return err
		}
	}
	var taken []feedback.Unique
	for _, h := range c.Take {
		n, err := db.exec(ctx, `INSERT INTO kulanz_feedback_key AS held (shop, kind, hash, expires, ref_shop, ref_id)
			VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (shop, kind, hash) DO UPDATE
			SET expires = excluded.expires, ref_shop = excluded.ref_shop, ref_id = excluded.ref_id WHERE held.expires <= $7`,
			h.Key.Shop, string(h.Key.Kind), h.Key.Hash[:], micros(h.Key.Expires), h.Ref.Shop, f.s.id(h.Ref.ID), c.At.UnixMicro())
		if err != nil {
			return err
		}
		if n == 0 {
			taken = append(taken, h.Key)
		}
	}
	if len(taken) > 0 {
		return &feedback.DuplicateError{Keys: taken}
	}
	return nil
}

// count changes one stored summary. The row is made, or held as it is, by one
// statement, so that two who count at once come one after the other: between two
// statements the other's could take it away.
func (f Feedback) count(ctx context.Context, db conn, ch feedback.Change) error {
	const where = " WHERE shop = $1 AND survey = $2 AND question = $3 AND facet = $4 AND value = $5 AND day = $6"
	empty, err := json.Marshal(feedback.Summary{})
	if err != nil {
		return err
	}
	k := ch.Key
	args := []any{k.Shop, k.Survey, k.Question, k.Segment.Facet, k.Segment.Value, int64(k.Day), string(empty)}
	var sum feedback.Summary
	if err := db.each(ctx, func(r row) error {
		var text string
		if err := r.Scan(&text); err != nil {
			return err
		}
		return json.Unmarshal([]byte(text), &sum)
	}, `INSERT INTO kulanz_feedback_summary AS held (shop, survey, question, facet, value, day, summary)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (shop, survey, question, facet, value, day) DO UPDATE SET summary = held.summary RETURNING summary`,
		args...); err != nil {
		return err
	}
	if err := ch.Apply(&sum); err != nil {
		return err
	}
	if sum.IsZero() {
		_, err = db.exec(ctx, "DELETE FROM kulanz_feedback_summary"+where, args[:6]...)
		return err
	}
	text, err := json.Marshal(sum)
	if err != nil {
		return err
	}
	args[6] = string(text)
	_, err = db.exec(ctx, "UPDATE kulanz_feedback_summary SET summary = $7"+where, args...)
	return err
}

// Lookup implements [feedback.Store].
func (f Feedback) Lookup(ctx context.Context, u feedback.Unique) (feedback.Held, error) {
	held := feedback.Held{Key: feedback.Unique{Shop: u.Shop, Kind: u.Kind, Hash: u.Hash}}
	found := false
	err := f.s.db.each(ctx, func(r row) error {
		var expires *int64
		if err := r.Scan(&expires, &held.Ref.Shop, &held.Ref.ID); err != nil {
			return err
		}
		held.Key.Expires, found = instant(expires), true
		return nil
	}, "SELECT expires, ref_shop, ref_id FROM kulanz_feedback_key WHERE shop = $1 AND kind = $2 AND hash = $3",
		u.Shop, string(u.Kind), u.Hash[:])
	if err == nil && !found {
		err = feedback.ErrNotFound
	}
	if err != nil {
		return feedback.Held{}, err
	}
	return held, nil
}

// Claim implements [feedback.Store], as [Tickets.Claim] does.
func (f Feedback) Claim(ctx context.Context, req feedback.ClaimRequest) ([]feedback.Record, error) {
	found, err := claimed(ctx, f.shelf, claim{req.Shops, req.Now, req.PageLimit(), req.HideFor}, recordColumns, f.records,
		func(r feedback.Record) place { return place(r.Ref()) })
	return found, failure(err, feedback.ErrConflict)
}

// List implements [feedback.Store].
func (f Feedback) List(ctx context.Context, q feedback.Query) (feedback.Page, error) {
	found, more, err := page(ctx, f.shelf, f.records, listing{
		shop: q.Shop, kind: string(q.Kind), customer: q.Customer, label: q.Label, states: q.States,
		order: string(q.Order), after: (*position)(q.After), limit: q.PageLimit(),
	})
	return feedback.Page{Records: found, More: more}, err
}

// Summaries implements [feedback.Store]: a range of the primary key.
func (f Feedback) Summaries(ctx context.Context, q feedback.SummaryQuery) ([]feedback.Row, error) {
	limit := q.PageLimit()
	if limit == 0 {
		return nil, ctx.Err()
	}
	var s statement
	s.add("SELECT shop, survey, question, facet, value, day, summary FROM kulanz_feedback_summary WHERE shop = ? AND survey = ?",
		q.Shop, q.Survey)
	s.same("question", q.Question)
	s.same("facet", q.Facet)
	s.add(" AND day >= ? AND day < ?", int64(q.From), int64(q.To))
	if q.Segment != nil {
		s.add(" AND facet = ? AND value = ?", q.Segment.Facet, q.Segment.Value)
	}
	if a := q.After; a != nil {
		s.add(" AND (question, facet, value, day) > (?, ?, ?, ?)", a.Question, a.Segment.Facet, a.Segment.Value, int64(a.Day))
	}
	s.add(" ORDER BY question, facet, value, day LIMIT ?", limit)
	var found []feedback.Row
	err := f.s.db.each(ctx, func(r row) error {
		var out feedback.Row
		var day int64
		var text string
		k := &out.Key
		if err := r.Scan(&k.Shop, &k.Survey, &k.Question, &k.Segment.Facet, &k.Segment.Value, &day, &text); err != nil {
			return err
		}
		k.Day = feedback.Day(day) //nolint:gosec // it was one
		found = append(found, out)
		return json.Unmarshal([]byte(text), &found[len(found)-1].Summary)
	}, s.text.String(), s.args...)
	return found, err
}
