package sqlstore

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/kulanz-go/kulanz/feedback"
)

// Feedback is a [feedback.Store].
type Feedback struct{ shelf[feedback.Record] }

var _ feedback.Store = Feedback{}

// Feedback returns the store of invitations, responses and their summaries.
func (s *Store) Feedback() Feedback {
	return Feedback{shelf[feedback.Record]{
		s: s, name: "kulanz_feedback", columns: recordColumns,
		read: func(r row) (feedback.Record, error) {
			rec, err := readRecord[feedback.RecordKind](r)
			return feedback.Record(rec), err
		},
		at:       func(r feedback.Record) place { return place(r.Ref()) },
		notFound: feedback.ErrNotFound, conflict: feedback.ErrConflict,
	}}
}

// Load implements [feedback.Store].
func (f Feedback) Load(ctx context.Context, ref feedback.Ref) (feedback.Record, error) {
	return f.load(ctx, place(ref))
}

// Commit implements [feedback.Store]. Records come first, then keys, then
// counts, each in the order in which all commits do.
func (f Feedback) Commit(ctx context.Context, c feedback.Commit) error {
	return f.atomic(ctx, func(db conn) error {
		if err := f.write(ctx, db, c); err != nil {
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

// write writes records and moves keys.
func (f Feedback) write(ctx context.Context, db conn, c feedback.Commit) error {
	w := writing{at: c.At, take: taking{columns: []string{"expires", "ref_shop", "ref_id"}}}
	for _, r := range c.Writes {
		w.records = append(w.records, record[feedback.RecordKind](r.Next).next(r.Expect))
	}
	for _, u := range c.Release {
		w.release = append(w.release, feedbackKey(u))
	}
	for _, h := range c.Take {
		w.take.add(feedbackKey(h.Key), micros(h.Key.Expires), h.Ref.Shop, f.s.id(h.Ref.ID))
	}
	if err := f.shelf.write(ctx, db, &w); err != nil {
		return err
	}
	var taken []feedback.Unique
	for i, h := range c.Take {
		if w.take.refused(i) {
			taken = append(taken, h.Key)
		}
	}
	if len(taken) > 0 {
		return &feedback.DuplicateError{Keys: taken}
	}
	return nil
}

func feedbackKey(u feedback.Unique) key { return key{u.Shop, string(u.Kind), u.Hash[:]} }

// count changes one stored summary. The row is made, or held as it is, by one
// statement, so that two who count at once come one after the other: between two
// statements the other's could take it away.
func (f Feedback) count(ctx context.Context, db conn, ch feedback.Change) error {
	k := ch.Key
	key := []any{k.Shop, k.Survey, k.Question, k.Segment.Facet, k.Segment.Value, int64(k.Day)}
	const where = " WHERE shop = ? AND survey = ? AND question = ? AND facet = ? AND value = ? AND day = ?"
	empty, err := json.Marshal(feedback.Summary{})
	if err != nil {
		return err
	}
	var sum feedback.Summary
	if err := db.send(ctx, query(`INSERT INTO kulanz_feedback_summary AS held (shop, survey, question, facet, value, day, summary)
		VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (shop, survey, question, facet, value, day) DO UPDATE SET summary = held.summary RETURNING summary`,
		slices.Concat(key, []any{string(empty)})...,
	).each(func(r row) error {
		var text string
		if err := r.Scan(&text); err != nil {
			return err
		}
		return json.Unmarshal([]byte(text), &sum)
	})); err != nil {
		return err
	}
	if err := ch.Apply(&sum); err != nil {
		return err
	}
	if sum.IsZero() {
		return db.send(ctx, query("DELETE FROM kulanz_feedback_summary"+where, key...))
	}
	text, err := json.Marshal(sum)
	if err != nil {
		return err
	}
	return db.send(ctx, query("UPDATE kulanz_feedback_summary SET summary = ?"+where, slices.Concat([]any{string(text)}, key)...))
}

// Lookup implements [feedback.Store].
func (f Feedback) Lookup(ctx context.Context, u feedback.Unique) (feedback.Held, error) {
	held := feedback.Held{Key: feedback.Unique{Shop: u.Shop, Kind: u.Kind, Hash: u.Hash}}
	var expires *int64
	if err := f.holder(ctx, feedbackKey(u), "expires, ref_shop, ref_id",
		&expires, &held.Ref.Shop, &held.Ref.ID); err != nil {
		return feedback.Held{}, err
	}
	held.Key.Expires = instant(expires)
	return held, nil
}

// Claim implements [feedback.Store], as [Tickets.Claim] does.
func (f Feedback) Claim(ctx context.Context, req feedback.ClaimRequest) ([]feedback.Record, error) {
	return f.claimed(ctx, claim{req.Shops, req.Now, req.PageLimit(), req.HideFor})
}

// List implements [feedback.Store].
func (f Feedback) List(ctx context.Context, q feedback.Query) (feedback.Page, error) {
	found, more, err := f.page(ctx, listing{
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
	s := query("SELECT shop, survey, question, facet, value, day, summary FROM kulanz_feedback_summary WHERE shop = ? AND survey = ?",
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
	err := f.s.db.send(ctx, s.each(func(r row) error {
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
	}))
	return found, err
}
