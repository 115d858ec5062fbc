package sqlstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/kulanz-go/kulanz/feedback"
)

// Feedback is a [feedback.Store].
type Feedback struct{ shelf }

var _ feedback.Store = Feedback{}

// Feedback returns the store of invitations, responses and their summaries.
func (s *Store) Feedback() Feedback { return Feedback{shelf{s, "kulanz_feedback"}} }

// feedbackColumns are those of kulanz_feedback but for its key.
const feedbackColumns = "kind, version, state, customer, created, updated, wake, labels, data"

// Load implements [feedback.Store].
func (f Feedback) Load(ctx context.Context, ref feedback.Ref) (feedback.Record, error) {
	found, err := f.records(ctx, f.s.db,
		"SELECT shop, id, "+feedbackColumns+" FROM kulanz_feedback WHERE shop = $1 AND id = $2", ref.Shop, f.s.id(ref.ID))
	if err == nil && len(found) == 0 {
		err = feedback.ErrNotFound
	}
	if err != nil {
		return feedback.Record{}, err
	}
	return found[0], nil
}

// records reads rows of shop, id and feedbackColumns.
func (f Feedback) records(ctx context.Context, c conn, statement string, args ...any) ([]feedback.Record, error) {
	var found []feedback.Record
	err := c.each(ctx, func(r row) error {
		var rec feedback.Record
		var created, updated, wake *int64
		var labels string
		if err := r.Scan(
			&rec.Shop, &rec.ID, &rec.Kind, &rec.Version, &rec.State, &rec.Customer, &created, &updated, &wake, &labels, &rec.Data,
		); err != nil {
			return err
		}
		rec.Created, rec.Updated, rec.Wake = instant(created), instant(updated), instant(wake)
		if err := json.Unmarshal([]byte(labels), &rec.Labels); err != nil {
			return fmt.Errorf("sqlstore: labels of %s: %w", rec.Ref(), err)
		}
		found = append(found, rec)
		return nil
	}, statement, args...)
	return found, err
}

// Commit implements [feedback.Store]. Records come first, then keys, then
// counts, each in the order in which all commits do.
func (f Feedback) Commit(ctx context.Context, c feedback.Commit) error {
	return feedbackErr(f.s.db.atomic(ctx, func(db conn) error {
		for _, w := range c.Writes {
			if err := f.write(ctx, db, w); err != nil {
				return err
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
	}))
}

// feedbackErr says of what could not be serialized what this contract calls it.
func feedbackErr(err error) error {
	if isConflict(err) {
		return errors.Join(feedback.ErrConflict, err)
	}
	return err
}

func (f Feedback) write(ctx context.Context, db conn, w feedback.Write) error {
	r := w.Next
	labels, err := json.Marshal(append([]string{}, r.Labels...))
	if err != nil {
		return err
	}
	id := f.s.id(r.ID)
	args := []any{
		r.Shop, id, string(r.Kind), r.Version, r.State, r.Customer, micros(r.Created), micros(r.Updated), micros(r.Wake),
		string(labels), bytes(r.Data),
	}
	var s statement
	if w.Expect == 0 {
		s.add("INSERT INTO kulanz_feedback (shop, id, " + feedbackColumns + ") VALUES ")
		s.tuples(len(args), args)
		s.add(" ON CONFLICT (shop, id) DO NOTHING")
	} else {
		s.add("UPDATE kulanz_feedback SET (" + feedbackColumns + ") = ")
		s.tuples(len(args)-2, args[2:])
		s.add(" WHERE shop = ? AND id = ? AND version = ?", r.Shop, id, w.Expect)
	}
	n, err := db.exec(ctx, s.text.String(), s.args...)
	if err != nil {
		return err
	}
	if n == 0 {
		return feedback.ErrConflict
	}
	at := place(r.Ref())
	return errors.Join(f.label(ctx, db, at, r.Labels, w.Expect == 0), f.wake(ctx, db, at, r.Wake))
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

// count changes one stored summary. The row is made first and then held, so that
// two who count at once come one after the other.
func (f Feedback) count(ctx context.Context, db conn, ch feedback.Change) error {
	k := ch.Key
	key := []any{k.Shop, k.Survey, k.Question, k.Segment.Facet, k.Segment.Value, int64(k.Day)}
	const where = " WHERE shop = $1 AND survey = $2 AND question = $3 AND facet = $4 AND value = $5 AND day = $6"
	empty, err := json.Marshal(feedback.Summary{})
	if err != nil {
		return err
	}
	if _, err := db.exec(ctx, `INSERT INTO kulanz_feedback_summary (shop, survey, question, facet, value, day, summary)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (shop, survey, question, facet, value, day) DO NOTHING`,
		append(key, string(empty))...); err != nil {
		return err
	}
	var sum feedback.Summary
	hold := ""
	if f.s.engine == EnginePostgres {
		hold = " FOR UPDATE"
	}
	if err := db.each(ctx, func(r row) error {
		var text string
		if err := r.Scan(&text); err != nil {
			return err
		}
		return json.Unmarshal([]byte(text), &sum)
	}, "SELECT summary FROM kulanz_feedback_summary"+where+hold, key...); err != nil {
		return err
	}
	if err := ch.Apply(&sum); err != nil {
		return err
	}
	if sum.IsZero() {
		_, err = db.exec(ctx, "DELETE FROM kulanz_feedback_summary"+where, key...)
		return err
	}
	text, err := json.Marshal(sum)
	if err != nil {
		return err
	}
	_, err = db.exec(ctx, "UPDATE kulanz_feedback_summary SET summary = $7"+where, append(key, string(text))...)
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
	found, err := claimed(ctx, f.shelf, claim{req.Shops, req.Now, req.PageLimit(), req.HideFor}, feedbackColumns, f.records,
		func(r feedback.Record) place { return place(r.Ref()) })
	return found, feedbackErr(err)
}

// List implements [feedback.Store].
func (f Feedback) List(ctx context.Context, q feedback.Query) (feedback.Page, error) {
	limit := q.PageLimit()
	if limit == 0 {
		return feedback.Page{}, ctx.Err()
	}
	var s statement
	s.add("SELECT shop, id, "+feedbackColumns+" FROM kulanz_feedback WHERE shop = ?", q.Shop)
	s.same("kind", string(q.Kind))
	s.same("customer", q.Customer)
	s.in("state", q.States)
	f.labelled(&s, q.Shop, q.Label)
	order := "created, id"
	switch q.Order {
	case feedback.OrderUpdated:
		order = "updated DESC, id"
	case feedback.OrderWake:
		order = "wake, id"
		s.add(" AND wake IS NOT NULL")
	case feedback.OrderCreated:
	}
	if q.After != nil {
		at, id := micros(q.After.At), f.s.id(q.After.ID)
		switch q.Order {
		case feedback.OrderUpdated:
			s.add(" AND updated <= ? AND (updated < ? OR id > ?)", at, at, id)
		case feedback.OrderWake:
			s.add(" AND (wake, id) > (?, ?)", at, id)
		case feedback.OrderCreated:
			fallthrough
		default:
			s.add(" AND (created, id) > (?, ?)", at, id)
		}
	}
	s.add(" ORDER BY "+order+" LIMIT ?", limit+1)
	found, err := f.records(ctx, f.s.db, s.text.String(), s.args...)
	if err != nil {
		return feedback.Page{}, err
	}
	return feedback.Page{Records: found[:min(limit, len(found))], More: len(found) > limit}, nil
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
