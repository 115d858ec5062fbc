package ticketmem_test

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
)

// machine drives a store and a model of it by the same calls. The model is
// the contract over plain maps: it sorts and filters everything, every time.
type machine struct {
	store *ticketmem.Store
	rows  map[ticket.Ref]*modelRow
	keys  map[ticket.Key]ticket.Held // by shop, kind and hash
	now   time.Time
}

type modelRow struct {
	rec      ticket.Record
	events   []ticket.StoredEvent
	shows    time.Time // zero: never
	attempts int
}

// TestModel compares the store with the model over random calls, most of them
// on few records and keys, so that they meet.
func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &machine{
			store: new(ticketmem.Store), rows: make(map[ticket.Ref]*modelRow), keys: make(map[ticket.Key]ticket.Held),
			now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC),
		}
		t.Repeat(map[string]func(*rapid.T){
			"":        m.same,
			"commit":  m.commit,
			"erase":   m.erase,
			"claim":   m.claim,
			"list":    m.list,
			"history": m.history,
			"wait":    func(t *rapid.T) { m.now = m.now.Add(drawMinutes(t, "wait", 0, 90)) },
		})
	})
}

func drawMinutes(t *rapid.T, label string, low, high int) time.Duration {
	return time.Duration(rapid.IntRange(low, high).Draw(t, label)) * time.Minute
}

// instant draws an instant around now, often the same, sometimes none.
func (m *machine) instant(t *rapid.T, label string) time.Time {
	if rapid.IntRange(0, 4).Draw(t, label+" is none") == 0 {
		return time.Time{}
	}
	return m.now.Add(10 * drawMinutes(t, label, -6, 6))
}

func drawShop(t *rapid.T) string { return rapid.SampledFrom([]string{"a", "b"}).Draw(t, "shop") }

func drawRef(t *rapid.T) ticket.Ref {
	n := rapid.IntRange(0, 4).Draw(t, "record")
	return ticket.Ref{Shop: drawShop(t), ID: uuid.UUID{0: byte(n * 37), 15: byte(n)}}
}

func drawKey(t *rapid.T, shop string) ticket.Key {
	return ticket.Key{
		Shop: shop, Kind: rapid.SampledFrom([]ticket.KeyKind{ticket.KeyInbound, ticket.KeyMatter}).Draw(t, "kind"),
		Hash: [32]byte{byte(rapid.IntRange(0, 3).Draw(t, "hash"))},
	}
}

func (m *machine) record(t *rapid.T, ref ticket.Ref, version int64) ticket.Record {
	pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
	r := ticket.Record{
		Kind: ticket.RecordKind(pick("record kind", "ticket", "block")), Shop: ref.Shop, ID: ref.ID, Version: version,
		State: ticket.State(pick("state", "new", "open", "closed")), Assignee: pick("assignee", "", "anna", "ben"),
		Team: pick("team", "", "x"), Customer: pick("customer", "", "c1", "c2"), Priority: ticket.PriorityLow,
		Due: m.instant(t, "due"), Created: m.now, Updated: m.now, Wake: m.instant(t, "wake"),
		Data: fmt.Append(nil, version),
	}
	for _, l := range []string{"order:1", "order:2", "tag:x"} {
		if rapid.Bool().Draw(t, l) {
			r.Labels = append(r.Labels, l)
		}
	}
	return r
}

// draw makes a commit: mostly one that fits, sometimes one that does not.
func (m *machine) draw(t *rapid.T, changes int) ticket.Commit {
	c := ticket.Commit{At: m.now}
	shop := drawShop(t)
	for range changes {
		ref := drawRef(t)
		ref.Shop = shop
		if slices.ContainsFunc(c.Changes, func(ch ticket.Change) bool { return ch.Next.Ref() == ref }) {
			continue
		}
		expect, first := int64(0), int64(1)
		if r := m.rows[ref]; r != nil {
			expect, first = r.rec.Version, int64(len(r.events))+1
		}
		if rapid.IntRange(0, 5).Draw(t, "stale") == 0 {
			expect = max(0, expect+int64(rapid.SampledFrom([]int{-1, 1}).Draw(t, "by")))
		}
		ch := ticket.Change{Expect: expect, Next: m.record(t, ref, expect+1)}
		for i := range rapid.IntRange(0, 3).Draw(t, "events") {
			seq := first + int64(i)
			ch.Events = append(ch.Events, ticket.StoredEvent{
				Seq: seq, ID: uuid.UUID{byte(seq)}, At: m.now, Kind: ticket.EventNote, Data: fmt.Append(nil, "event ", seq),
			})
		}
		c.Changes = append(c.Changes, ch)
	}
	for range rapid.IntRange(0, 2).Draw(t, "take") {
		h := ticket.Held{Key: drawKey(t, shop), Ref: c.Changes[0].Next.Ref(), First: 1, Last: 2}
		h.Key.Digest = [32]byte{byte(rapid.IntRange(0, 1).Draw(t, "digest"))}
		h.Key.Expires = m.instant(t, "expires")
		if !slices.ContainsFunc(c.Take, func(o ticket.Held) bool { return name(o.Key) == name(h.Key) }) {
			c.Take = append(c.Take, h)
		}
	}
	for range rapid.IntRange(0, 1).Draw(t, "release") {
		c.Release = append(c.Release, drawKey(t, shop))
	}
	return c
}

// name is a key without what does not count.
func name(k ticket.Key) ticket.Key { return ticket.Key{Shop: k.Shop, Kind: k.Kind, Hash: k.Hash} }

// refuses is what speaks against a commit.
func (m *machine) refuses(c ticket.Commit) error {
	for _, ch := range c.Changes {
		version := int64(0)
		if r := m.rows[ch.Next.Ref()]; r != nil {
			version = r.rec.Version
		}
		if version != ch.Expect {
			return ticket.ErrConflict
		}
	}
	var taken []ticket.Key
	for _, h := range c.Take {
		held, ok := m.keys[name(h.Key)]
		released := slices.ContainsFunc(c.Release, func(k ticket.Key) bool { return name(k) == name(h.Key) })
		expired := !held.Key.Expires.IsZero() && !held.Key.Expires.After(c.At)
		if ok && !released && !expired {
			taken = append(taken, name(h.Key))
		}
	}
	if len(taken) > 0 {
		return &ticket.DuplicateKeyError{Keys: taken}
	}
	return nil
}

func (m *machine) apply(c ticket.Commit) {
	for _, k := range c.Release {
		delete(m.keys, name(k))
	}
	for _, h := range c.Take {
		m.keys[name(h.Key)] = h
	}
	for _, ch := range c.Changes {
		r := m.rows[ch.Next.Ref()]
		if r == nil {
			r = new(modelRow)
			m.rows[ch.Next.Ref()] = r
		}
		r.rec, r.shows, r.attempts = ch.Next, ch.Next.Wake, 0
		r.events = append(r.events, ch.Events...)
	}
}

// sameError compares how the two answered a commit.
func sameError(t *rapid.T, want, got error) {
	var a, b *ticket.DuplicateKeyError
	if !errors.As(want, &a) {
		require.ErrorIs(t, got, want)
		return
	}
	require.ErrorAs(t, got, &b)
	names := make([]ticket.Key, len(b.Keys))
	for i, k := range b.Keys {
		names[i] = name(k)
	}
	require.ElementsMatch(t, a.Keys, names)
}

func (m *machine) commit(t *rapid.T) {
	c := m.draw(t, rapid.IntRange(1, 3).Draw(t, "changes"))
	want := m.refuses(c)
	got := m.store.Commit(t.Context(), c)
	if want != nil {
		sameError(t, want, got)
		return
	}
	require.NoError(t, got)
	m.apply(c)
}

func (m *machine) erase(t *rapid.T) {
	c := m.draw(t, 1)
	broken := errors.New("unreadable")
	bad := int64(rapid.IntRange(1, 12).Draw(t, "unreadable event"))
	redact := func(e ticket.StoredEvent) (ticket.StoredEvent, error) {
		if e.Seq == bad {
			return e, broken
		}
		e.Data = []byte("-")
		return e, nil
	}
	want := m.refuses(c)
	r := m.rows[c.Changes[0].Next.Ref()]
	if want == nil && r != nil && int64(len(r.events)) >= bad {
		want = broken
	}
	got := m.store.Erase(t.Context(), ticket.EraseRequest{Commit: c, Redact: redact})
	if want != nil {
		sameError(t, want, got)
		return
	}
	require.NoError(t, got)
	if r != nil {
		for i := range r.events {
			r.events[i].Data = []byte("-")
		}
	}
	m.apply(c)
}

func (m *machine) claim(t *rapid.T) {
	req := ticket.ClaimRequest{
		Shops: rapid.SampledFrom([][]string{nil, {"a"}, {"b", "a"}, {"c"}}).Draw(t, "shops"),
		Now:   m.now.Add(drawMinutes(t, "clock", -60, 60)), Lease: drawMinutes(t, "lease", 1, 300),
		Limit: rapid.IntRange(-1, 4).Draw(t, "limit"),
	}
	var due []*modelRow
	for _, r := range m.rows {
		if !r.shows.IsZero() && !r.shows.After(req.Now) && (req.Shops == nil || slices.Contains(req.Shops, r.rec.Shop)) {
			due = append(due, r)
		}
	}
	slices.SortFunc(due, func(a, b *modelRow) int {
		return cmp.Or(
			a.shows.Compare(b.shows), bytes.Compare(a.rec.ID[:], b.rec.ID[:]), strings.Compare(a.rec.Shop, b.rec.Shop))
	})
	got, err := m.store.Claim(t.Context(), req)
	require.NoError(t, err)
	require.Len(t, got, min(max(req.Limit, 0), len(due)))
	for i, g := range got {
		r := due[i]
		require.Equal(t, r.rec, g)
		r.shows = req.Now.Add(req.HideFor(r.attempts))
		r.attempts++
	}
}

func (m *machine) list(t *rapid.T) {
	q := ticket.Query{
		Shop: drawShop(t), Limit: rapid.IntRange(1, 3).Draw(t, "limit"),
		Order: rapid.SampledFrom([]ticket.Order{
			"", ticket.OrderCreated, ticket.OrderUpdated, ticket.OrderDue, ticket.OrderWake,
		}).Draw(t, "order"),
	}
	filters := []func(){
		func() { q.Kind = ticket.RecordTicket }, func() { q.Assignee = "anna" }, func() { q.Unassigned = true },
		func() { q.Team = "x" }, func() { q.Customer = "c1" }, func() { q.Label = "order:1" },
		func() { q.Label = "order" }, func() { q.DueBefore = m.now }, func() { q.States = []ticket.State{"new", "closed"} },
	}
	for range rapid.IntRange(0, 2).Draw(t, "filters") { // more would find nothing
		rapid.SampledFrom(filters).Draw(t, "filter")()
	}
	want := m.listed(q)
	for {
		page, err := m.store.List(t.Context(), q)
		require.NoError(t, err)
		n := min(q.Limit, len(want))
		require.Equal(t, want[:n], append([]ticket.Record{}, page.Records...))
		require.Equal(t, len(want) > n, page.More)
		if want = want[n:]; len(want) == 0 {
			return
		}
		at := ticket.PositionOf(page.Records[n-1], q.Order)
		q.After = &at
	}
}

// listed is a whole list, found the long way.
func (m *machine) listed(q ticket.Query) []ticket.Record {
	out := []ticket.Record{}
	for _, row := range m.rows {
		r := row.rec
		if r.Shop != q.Shop || q.Kind != "" && r.Kind != q.Kind || q.States != nil && !slices.Contains(q.States, r.State) ||
			q.Assignee != "" && r.Assignee != q.Assignee || q.Unassigned && r.Assignee != "" || q.Team != "" && r.Team != q.Team ||
			q.Customer != "" && r.Customer != q.Customer || q.Label != "" && !slices.Contains(r.Labels, q.Label) ||
			!q.DueBefore.IsZero() && (r.Due.IsZero() || !r.Due.Before(q.DueBefore)) ||
			q.Order == ticket.OrderWake && r.Wake.IsZero() {
			continue
		}
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b ticket.Record) int {
		x, y := ticket.PositionOf(a, q.Order).At, ticket.PositionOf(b, q.Order).At
		byTime := x.Compare(y)
		if x.IsZero() != y.IsZero() || q.Order == ticket.OrderUpdated {
			byTime = -byTime
		}
		return cmp.Or(byTime, bytes.Compare(a.ID[:], b.ID[:]))
	})
	return out
}

func (m *machine) history(t *rapid.T) {
	ref := drawRef(t)
	after, limit := rapid.Int64Range(-1, 8).Draw(t, "after"), rapid.IntRange(-1, 5).Draw(t, "limit")
	var want []ticket.StoredEvent
	if r := m.rows[ref]; r != nil {
		for _, e := range r.events {
			if e.Seq > after && len(want) < limit {
				want = append(want, e)
			}
		}
	}
	got, err := m.store.History(t.Context(), ticket.HistoryQuery{Ref: ref, After: after, Limit: limit})
	require.NoError(t, err)
	require.Equal(t, want, append([]ticket.StoredEvent(nil), got...))
}

// same compares all that there is, after every call.
func (m *machine) same(t *rapid.T) {
	events := 0
	for ref, r := range m.rows {
		got, err := m.store.Load(t.Context(), ref)
		require.NoError(t, err)
		require.Equal(t, r.rec, got)
		events += len(r.events)
	}
	records, all := m.store.Len()
	require.Equal(t, [2]int{len(m.rows), events}, [2]int{records, all})
	for _, shop := range []string{"a", "b"} {
		for _, kind := range []ticket.KeyKind{ticket.KeyInbound, ticket.KeyMatter} {
			for h := range byte(4) {
				k := ticket.Key{Shop: shop, Kind: kind, Hash: [32]byte{h}}
				got, err := m.store.Lookup(t.Context(), k)
				require.NoError(t, err)
				want, ok := m.keys[k]
				if !ok {
					require.Empty(t, got)
					continue
				}
				require.Equal(t, []ticket.Held{want}, got)
			}
		}
	}
}
