package sqlstore

import (
	"context"
	"errors"
	"slices"

	"github.com/kulanz-go/kulanz/ticket"
)

// Tickets is a [ticket.Store].
type Tickets struct{ shelf[ticket.Record] }

var _ ticket.Store = Tickets{}

// Tickets returns the store of tickets.
func (s *Store) Tickets() Tickets {
	return Tickets{shelf[ticket.Record]{
		s: s, name: "kulanz_ticket",
		columns: "kind, version, state, assignee, team, priority, customer, due, created, updated, wake, labels, data",
		read:    readTicket, at: func(r ticket.Record) place { return place(r.Ref()) },
		notFound: ticket.ErrNotFound, conflict: ticket.ErrConflict,
	}}
}

func readTicket(r row) (ticket.Record, error) {
	var t ticket.Record
	var due int64
	var created, updated, wake *int64
	var labels string
	if err := r.Scan(&t.Shop, &t.ID, &t.Kind, &t.Version, &t.State, &t.Assignee, &t.Team, &t.Priority, &t.Customer,
		&due, &created, &updated, &wake, &labels, &t.Data); err != nil {
		return t, err
	}
	t.Due, t.Created, t.Updated, t.Wake = dueInstant(due), instant(created), instant(updated), instant(wake)
	var err error
	t.Labels, err = labelsOf(labels, t.Shop, t.ID)
	return t, err
}

// Load implements [ticket.Store].
func (t Tickets) Load(ctx context.Context, ref ticket.Ref) (ticket.Record, error) {
	return t.load(ctx, place(ref))
}

// Commit implements [ticket.Store].
func (t Tickets) Commit(ctx context.Context, c ticket.Commit) error {
	return t.atomic(ctx, func(db conn) error { return t.write(ctx, db, c) })
}

func (t Tickets) write(ctx context.Context, db conn, c ticket.Commit) error {
	w := writing{at: c.At, take: taking{columns: []string{"digest", "expires", "ref_shop", "ref_id", "first_seq", "last_seq"}}}
	for _, ch := range c.Changes {
		w.records = append(w.records, t.next(ch))
	}
	for _, k := range c.Release {
		w.release = append(w.release, ticketKey(k))
	}
	for _, h := range c.Take {
		w.take.add(ticketKey(h.Key), h.Key.Digest[:], micros(h.Key.Expires), h.Ref.Shop, t.s.id(h.Ref.ID), h.First, h.Last)
	}
	if err := t.shelf.write(ctx, db, &w); err != nil {
		return err
	}
	var taken []ticket.Key
	for i, h := range c.Take {
		if w.take.refused(i) {
			taken = append(taken, h.Key)
		}
	}
	if len(taken) > 0 {
		return &ticket.DuplicateKeyError{Keys: taken}
	}
	return enqueue(ctx, db, c.Effects, t.s.outbox.Tickets)
}

func ticketKey(k ticket.Key) key { return key{k.Shop, string(k.Kind), k.Hash[:]} }

func (t Tickets) next(ch ticket.Change) next {
	r := ch.Next
	return next{
		place: place(r.Ref()), expect: ch.Expect, wake: r.Wake, labels: r.Labels, data: r.Data, history: t.append(ch),
		values: []any{
			string(r.Kind), r.Version, string(r.State), r.Assignee, r.Team, string(r.Priority), r.Customer,
			dueMicros(r.Due), micros(r.Created), micros(r.Updated),
		},
	}
}

// eventBatch is how many events one statement writes.
const eventBatch = 100

// errEventThere says that a history holds more than its record knows of.
var errEventThere = errors.New("sqlstore: an event is there already")

// append adds events. One is there already where the record's version is another,
// of which the commit hears first.
func (t Tickets) append(ch ticket.Change) []*statement {
	var all []*statement
	for batch := range slices.Chunk(ch.Events, eventBatch) {
		args := make([]any, 0, 7*len(batch))
		for _, e := range batch {
			args = append(args, ch.Next.Shop, t.s.id(ch.Next.ID), e.Seq, t.s.id(e.ID), micros(e.At), string(e.Kind), bytes(e.Data))
		}
		s := query("INSERT INTO kulanz_ticket_event (shop, id, seq, event, at, kind, data) VALUES ")
		s.tuples(7, args)
		s.add(" ON CONFLICT (shop, id, seq) DO NOTHING")
		all = append(all, s.must(len(batch), errEventThere))
	}
	return all
}

// History implements [ticket.Store].
func (t Tickets) History(ctx context.Context, q ticket.HistoryQuery) ([]ticket.StoredEvent, error) {
	if q.PageLimit() == 0 {
		return nil, ctx.Err()
	}
	return t.history(ctx, t.s.db, q)
}

func (t Tickets) history(ctx context.Context, c conn, q ticket.HistoryQuery) ([]ticket.StoredEvent, error) {
	var found []ticket.StoredEvent
	err := c.send(ctx, query(`SELECT seq, event, at, kind, data FROM kulanz_ticket_event
		WHERE shop = ? AND id = ? AND seq > ? ORDER BY seq LIMIT ?`, q.Ref.Shop, t.s.id(q.Ref.ID), q.After, q.PageLimit(),
	).each(func(r row) error {
		var e ticket.StoredEvent
		var at *int64
		err := r.Scan(&e.Seq, &e.ID, &at, &e.Kind, &e.Data)
		e.At = instant(at)
		found = append(found, e)
		return err
	}))
	return found, err
}

// Lookup implements [ticket.Store].
func (t Tickets) Lookup(ctx context.Context, keys ...ticket.Key) ([]ticket.Held, error) {
	if len(keys) == 0 {
		return nil, ctx.Err()
	}
	names := make([]key, len(keys))
	for i, k := range keys {
		names[i] = ticketKey(k)
	}
	var found []ticket.Held
	err := t.s.db.send(ctx, t.holders("digest, expires, ref_shop, ref_id, first_seq, last_seq", names...).each(func(r row) error {
		var held ticket.Held
		var hash, digest []byte
		var expires *int64
		k := &held.Key
		err := r.Scan(&k.Shop, &k.Kind, &hash, &digest, &expires, &held.Ref.Shop, &held.Ref.ID, &held.First, &held.Last)
		copy(k.Hash[:], hash)
		copy(k.Digest[:], digest)
		k.Expires = instant(expires)
		found = append(found, held)
		return err
	}))
	return found, err
}

// List implements [ticket.Store].
func (t Tickets) List(ctx context.Context, q ticket.Query) (ticket.Page, error) {
	states := make([]string, len(q.States))
	for i, state := range q.States {
		states[i] = string(state)
	}
	found, more, err := t.page(ctx, listing{
		shop: q.Shop, kind: string(q.Kind), customer: q.Customer, label: q.Label, states: states,
		order: string(q.Order), after: (*position)(q.After), limit: q.PageLimit(),
		more: func(s *statement) {
			s.same("assignee", q.Assignee)
			s.same("team", q.Team)
			if q.Unassigned {
				s.add(" AND assignee = ''")
			}
			if !q.DueBefore.IsZero() {
				s.add(" AND due < ?", micros(q.DueBefore))
			}
		},
	})
	return ticket.Page{Records: found, More: more}, err
}

// Claim implements [ticket.Store]. The place in the index from which a record
// shows moves with the claim.
func (t Tickets) Claim(ctx context.Context, req ticket.ClaimRequest) ([]ticket.Record, error) {
	return t.claimed(ctx, claim{req.Shops, req.Now, req.PageLimit(), req.HideFor})
}

// Erase implements [ticket.Store].
func (t Tickets) Erase(ctx context.Context, e ticket.EraseRequest) error {
	return t.atomic(ctx, func(db conn) error {
		if err := t.write(ctx, db, e.Commit); err != nil {
			return err
		}
		return t.redact(ctx, db, e)
	})
}

// redact rewrites the events that were there before.
func (t Tickets) redact(ctx context.Context, db conn, e ticket.EraseRequest) error {
	ch := e.Commit.Changes[0]
	q := ticket.HistoryQuery{Ref: ch.Next.Ref(), Limit: ticket.MaxPage}
	for {
		page, err := t.history(ctx, db, q)
		if err != nil || len(page) == 0 {
			return err
		}
		var all []*statement
		for _, old := range page {
			q.After = old.Seq
			if len(ch.Events) > 0 && old.Seq >= ch.Events[0].Seq {
				continue
			}
			clean, err := e.Redact(old)
			if err != nil {
				return err
			}
			all = append(all, query("UPDATE kulanz_ticket_event SET data = ? WHERE shop = ? AND id = ? AND seq = ?",
				bytes(clean.Data), q.Ref.Shop, t.s.id(q.Ref.ID), old.Seq))
		}
		if err := db.send(ctx, all...); err != nil {
			return err
		}
	}
}
