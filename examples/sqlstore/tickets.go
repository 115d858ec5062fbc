package sqlstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/kulanz-go/kulanz/ticket"
)

// Tickets is a [ticket.Store].
type Tickets struct{ shelf }

var _ ticket.Store = Tickets{}

// Tickets returns the store of tickets.
func (s *Store) Tickets() Tickets { return Tickets{shelf{s, "kulanz_ticket"}} }

// ticketColumns are those of kulanz_ticket but for its key.
const ticketColumns = "kind, version, state, assignee, team, priority, customer, due, created, updated, wake, labels, data"

// Load implements [ticket.Store].
func (t Tickets) Load(ctx context.Context, ref ticket.Ref) (ticket.Record, error) {
	found, err := t.records(ctx, t.s.db,
		"SELECT shop, id, "+ticketColumns+" FROM kulanz_ticket WHERE shop = $1 AND id = $2", ref.Shop, t.s.id(ref.ID))
	if err == nil && len(found) == 0 {
		err = ticket.ErrNotFound
	}
	if err != nil {
		return ticket.Record{}, err
	}
	return found[0], nil
}

// records reads rows of shop, id and ticketColumns.
func (t Tickets) records(ctx context.Context, c conn, statement string, args ...any) ([]ticket.Record, error) {
	var found []ticket.Record
	err := c.each(ctx, func(r row) error {
		var rec ticket.Record
		var due int64
		var created, updated, wake *int64
		var labels string
		if err := r.Scan(
			&rec.Shop, &rec.ID, &rec.Kind, &rec.Version, &rec.State, &rec.Assignee, &rec.Team, &rec.Priority, &rec.Customer,
			&due, &created, &updated, &wake, &labels, &rec.Data,
		); err != nil {
			return err
		}
		rec.Due, rec.Created, rec.Updated, rec.Wake = dueInstant(due), instant(created), instant(updated), instant(wake)
		if err := json.Unmarshal([]byte(labels), &rec.Labels); err != nil {
			return fmt.Errorf("sqlstore: labels of %s: %w", rec.Ref(), err)
		}
		found = append(found, rec)
		return nil
	}, statement, args...)
	return found, err
}

// Commit implements [ticket.Store].
func (t Tickets) Commit(ctx context.Context, c ticket.Commit) error {
	return t.s.atomic(ctx, ticket.ErrConflict, func(db conn) error { return t.write(ctx, db, c) })
}

// write makes the changes, then moves the keys, each in the order in which all
// commits do, so that no two wait for each other. Once the records' versions have
// been found to be those expected, all else goes to the database in one go.
func (t Tickets) write(ctx context.Context, db conn, c ticket.Commit) error {
	p := &pipeline{conn: db}
	for _, ch := range c.Changes {
		if err := t.change(ctx, db, p, ch); err != nil {
			return err
		}
	}
	for _, k := range c.Release {
		if err := t.release(ctx, p, k.Shop, string(k.Kind), k.Hash[:]); err != nil {
			return err
		}
	}
	taken := make(map[string]ticket.Key, len(c.Take))
	if err := t.take(ctx, p, c, taken); err != nil {
		return err
	}
	if err := p.run(ctx); err != nil {
		return err
	}
	if len(taken) == 0 {
		return enqueue(ctx, db, c.Effects, t.s.outbox.Tickets)
	}
	dup := new(ticket.DuplicateKeyError)
	for _, h := range c.Take {
		if k, ok := taken[nameOf(string(h.Key.Kind), h.Key.Hash[:])]; ok {
			dup.Keys = append(dup.Keys, k)
		}
	}
	return dup
}

func nameOf(kind string, hash []byte) string { return kind + ":" + string(hash) }

// take inserts keys, or takes over those that have expired by the commit's
// clock. What is left in taken others hold.
func (t Tickets) take(ctx context.Context, db conn, c ticket.Commit, taken map[string]ticket.Key) error {
	if len(c.Take) == 0 {
		return nil
	}
	var s statement
	args := make([]any, 0, 9*len(c.Take))
	for _, h := range c.Take {
		taken[nameOf(string(h.Key.Kind), h.Key.Hash[:])] = h.Key
		args = append(args, h.Key.Shop, string(h.Key.Kind), h.Key.Hash[:], h.Key.Digest[:], micros(h.Key.Expires),
			h.Ref.Shop, t.s.id(h.Ref.ID), h.First, h.Last)
	}
	s.add(`INSERT INTO kulanz_ticket_key AS held
		(shop, kind, hash, digest, expires, ref_shop, ref_id, first_seq, last_seq) VALUES `)
	s.tuples(9, args)
	s.add(` ON CONFLICT (shop, kind, hash) DO UPDATE SET digest = excluded.digest, expires = excluded.expires,
			ref_shop = excluded.ref_shop, ref_id = excluded.ref_id, first_seq = excluded.first_seq, last_seq = excluded.last_seq
		WHERE held.expires <= ? RETURNING kind, hash`, c.At.UnixMicro())
	return db.each(ctx, func(r row) error {
		var kind string
		var hash []byte
		if err := r.Scan(&kind, &hash); err != nil {
			return err
		}
		delete(taken, nameOf(kind, hash))
		return nil
	}, s.text.String(), s.args...)
}

// change writes one record's next version, and then, through after, what belongs
// to it.
func (t Tickets) change(ctx context.Context, db, after conn, ch ticket.Change) error {
	r := ch.Next
	labels, err := json.Marshal(append([]string{}, r.Labels...))
	if err != nil {
		return err
	}
	id := t.s.id(r.ID)
	args := []any{
		r.Shop, id, string(r.Kind), r.Version, string(r.State), r.Assignee, r.Team, string(r.Priority), r.Customer,
		dueMicros(r.Due), micros(r.Created), micros(r.Updated), micros(r.Wake), string(labels), bytes(r.Data),
	}
	var s statement
	if ch.Expect == 0 {
		s.add("INSERT INTO kulanz_ticket (shop, id, " + ticketColumns + ") VALUES ")
		s.tuples(len(args), args)
		s.add(" ON CONFLICT (shop, id) DO NOTHING")
	} else {
		s.add("UPDATE kulanz_ticket SET (" + ticketColumns + ") = ")
		s.tuples(len(args)-2, args[2:])
		s.add(" WHERE shop = ? AND id = ? AND version = ?", r.Shop, id, ch.Expect)
	}
	n, err := db.exec(ctx, s.text.String(), s.args...)
	if err != nil {
		return err
	}
	if n == 0 {
		return ticket.ErrConflict
	}
	return errors.Join(
		t.label(ctx, after, place(r.Ref()), r.Labels, ch.Expect == 0), t.wake(ctx, after, place(r.Ref()), r.Wake),
		t.append(ctx, after, r.Ref(), ch.Events))
}

// appendBatch is how many events one statement writes.
const appendBatch = 100

func (t Tickets) append(ctx context.Context, db conn, ref ticket.Ref, events []ticket.StoredEvent) error {
	for batch := range slices.Chunk(events, appendBatch) {
		var s statement
		args := make([]any, 0, 7*len(batch))
		for _, e := range batch {
			args = append(args, ref.Shop, t.s.id(ref.ID), e.Seq, t.s.id(e.ID), micros(e.At), string(e.Kind), bytes(e.Data))
		}
		s.add("INSERT INTO kulanz_ticket_event (shop, id, seq, event, at, kind, data) VALUES ")
		s.tuples(7, args)
		if _, err := db.exec(ctx, s.text.String(), s.args...); err != nil {
			return err
		}
	}
	return nil
}

// History implements [ticket.Store].
func (t Tickets) History(ctx context.Context, q ticket.HistoryQuery) ([]ticket.StoredEvent, error) {
	if q.PageLimit() == 0 {
		return nil, ctx.Err()
	}
	return t.events(ctx, t.s.db, q)
}

func (t Tickets) events(ctx context.Context, c conn, q ticket.HistoryQuery) ([]ticket.StoredEvent, error) {
	var found []ticket.StoredEvent
	err := c.each(ctx, func(r row) error {
		var e ticket.StoredEvent
		var at *int64
		if err := r.Scan(&e.Seq, &e.ID, &at, &e.Kind, &e.Data); err != nil {
			return err
		}
		e.At = instant(at)
		found = append(found, e)
		return nil
	}, `SELECT seq, event, at, kind, data FROM kulanz_ticket_event
		WHERE shop = $1 AND id = $2 AND seq > $3 ORDER BY seq LIMIT $4`, q.Ref.Shop, t.s.id(q.Ref.ID), q.After, q.PageLimit())
	return found, err
}

// Lookup implements [ticket.Store].
func (t Tickets) Lookup(ctx context.Context, key ticket.Key) (ticket.Held, error) {
	held := ticket.Held{Key: ticket.Key{Shop: key.Shop, Kind: key.Kind, Hash: key.Hash}}
	err := ticket.ErrNotFound
	scan := t.s.db.each(ctx, func(r row) error {
		var digest []byte
		var expires *int64
		if err := r.Scan(&digest, &expires, &held.Ref.Shop, &held.Ref.ID, &held.First, &held.Last); err != nil {
			return err
		}
		copy(held.Key.Digest[:], digest)
		held.Key.Expires, err = instant(expires), nil
		return nil
	}, `SELECT digest, expires, ref_shop, ref_id, first_seq, last_seq FROM kulanz_ticket_key
		WHERE shop = $1 AND kind = $2 AND hash = $3`, key.Shop, string(key.Kind), key.Hash[:])
	if scan != nil {
		err = scan
	}
	if err != nil {
		return ticket.Held{}, err
	}
	return held, nil
}

// Erase implements [ticket.Store].
func (t Tickets) Erase(ctx context.Context, e ticket.EraseRequest) error {
	return t.s.atomic(ctx, ticket.ErrConflict, func(db conn) error {
		if err := t.write(ctx, db, e.Commit); err != nil {
			return err
		}
		ch := e.Commit.Changes[0]
		last := int64(0)
		if len(ch.Events) > 0 {
			last = ch.Events[0].Seq
		}
		return t.redact(ctx, db, ch.Next.Ref(), last, e.Redact)
	})
}

// redact rewrites the events of a record before a sequence number, or all where
// that is 0.
func (t Tickets) redact(
	ctx context.Context, db conn, ref ticket.Ref, before int64, redact func(ticket.StoredEvent) (ticket.StoredEvent, error),
) error {
	q := ticket.HistoryQuery{Ref: ref, Limit: ticket.MaxPage}
	for {
		page, err := t.events(ctx, db, q)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, e := range page {
			if before > 0 && e.Seq >= before {
				return nil
			}
			clean, err := redact(e)
			if err != nil {
				return err
			}
			if _, err := db.exec(ctx, "UPDATE kulanz_ticket_event SET data = $1 WHERE shop = $2 AND id = $3 AND seq = $4",
				bytes(clean.Data), ref.Shop, t.s.id(ref.ID), e.Seq); err != nil {
				return err
			}
		}
		q.After = page[len(page)-1].Seq
	}
}
