package tickettest_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// planted is one fault in an otherwise sound store, and the cases that must
// find it.
type planted struct {
	fault string
	plant func(s *reference)
	found []string
}

// sizes keep the runs on broken stores short. Events is more than a store of
// the table keeps, and Records more than one of its pages.
var sizes = tickettest.Suite{Events: 600, Records: 60, Text: 100 << 10, Rounds: 3}

// Every planted fault is found by the cases named beside it.
func TestBrokenStoresAreCaught(t *testing.T) {
	cases := make(map[string]tickettest.Case)
	for _, c := range sizes.Cases() {
		cases[c.Name] = c
	}
	for _, b := range allPlanted() {
		t.Run(b.fault, func(t *testing.T) {
			for _, name := range b.found {
				c, ok := cases[name]
				if !ok {
					t.Fatalf("there is no case %q", name)
				}
				s := newReference()
				b.plant(s)
				if err := c.Run(t.Context(), s); err == nil {
					t.Errorf("case %q passes", name)
				}
			}
		})
	}
}

// A case that finds no planted fault proves nothing: it might be unable to.
func TestEveryCaseFindsAFault(t *testing.T) {
	finds := make(map[string]bool)
	for _, b := range allPlanted() {
		if len(b.found) == 0 {
			t.Errorf("fault %q is found by no case", b.fault)
		}
		for _, name := range b.found {
			finds[name] = true
		}
	}
	names := make(map[string]bool)
	for _, c := range tickettest.Cases() {
		if names[c.Name] {
			t.Errorf("two cases are called %q", c.Name)
		}
		names[c.Name] = true
		if !finds[c.Name] {
			t.Errorf("case %q finds none of the planted faults", c.Name)
		}
		if c.Why == "" {
			t.Errorf("case %q does not say why", c.Name)
		}
	}
}

func allPlanted() []planted {
	return slices.Concat(
		plantedInRecords(), plantedInTexts(), plantedInCommits(), plantedInKeys(), plantedInHistories(),
		plantedInLists(), plantedInClaims(), plantedInErasures(), plantedInContexts(), plantedInMemory(),
	)
}

func plantedInRecords() []planted {
	unix := func(t time.Time) time.Time {
		if t.IsZero() {
			return time.Unix(0, 0).UTC()
		}
		return t
	}
	return []planted{
		{"a field is not stored", keeping(func(_, n ticket.Record) ticket.Record { n.Team = ""; return n }), []string{
			"record/every field comes back", "record/every field is replaced",
		}},
		{"labels are not stored", keeping(func(_, n ticket.Record) ticket.Record { n.Labels = nil; return n }), []string{
			"record/every field comes back", "list/labels match whole",
		}},
		{"zero time stored as 1970", giving(func(r ticket.Record) ticket.Record { return instants(r, unix) }), []string{
			"record/empty fields come back empty",
		}},
		{"zero time stored as year 1 of another zone", giving(func(r ticket.Record) ticket.Record {
			return instants(r, func(t time.Time) time.Time {
				if t.IsZero() {
					return time.Date(1, 1, 1, 0, 0, 0, 0, time.FixedZone("LMT", 53*60+28))
				}
				return t
			})
		}), []string{"record/empty fields come back empty"}},
		{"a NULL does not replace a value", keeping(func(o, n ticket.Record) ticket.Record {
			if n.Due.IsZero() {
				n.Due = o.Due
			}
			return n
		}), []string{"record/empty fields come back empty", "list/the record where a page ended has moved"}},
		{"a column is not updated", keeping(func(o, n ticket.Record) ticket.Record {
			if o.Version > 0 {
				n.Assignee = o.Assignee
			}
			return n
		}), []string{"record/every field is replaced", "commit/one winner of sixteen"}},
		{"labels are only added", keeping(func(o, n ticket.Record) ticket.Record {
			n.Labels = slices.Compact(slices.Sorted(slices.Values(slices.Concat(o.Labels, n.Labels))))
			return n
		}), []string{"record/every field is replaced", "erase/lists find it no more"}},
		{"a missing record is a zero one", func(s *reference) { s.part.notFound = nil }, []string{"record/not found"}},
		{"another error for a missing record", func(s *reference) { s.part.notFound = errors.New("no rows") }, []string{"record/not found"}},
		{"ids are unique across shops", func(s *reference) {
			s.part.name = func(r ticket.Ref) ticket.Ref { return ticket.Ref{ID: r.ID} }
		}, []string{"record/shops are apart", "record/not found", "commit/a missing record cannot be updated", "history/of nobody"}},
		{"shops are told apart without their case", func(s *reference) {
			s.part.name = func(r ticket.Ref) ticket.Ref { return ticket.Ref{Shop: strings.ToLower(r.Shop), ID: r.ID} }
		}, []string{"record/shops are apart"}},
		{"a query without a shop lists all shops", finding(func(r ticket.Record, q ticket.Query) bool {
			if q.Shop == "" {
				q.Shop = r.Shop
			}
			return finds(r, q)
		}), []string{"record/shops are apart"}},
		{"lists leak other shops", finding(func(r ticket.Record, q ticket.Query) bool { q.Shop = r.Shop; return finds(r, q) }), []string{
			"record/shops are apart", "list/every filter in every order, page by page", "list/more, or no more",
		}},
		{"tickets only", keeping(func(_, n ticket.Record) ticket.Record { n.Kind = ticket.RecordTicket; return n }), []string{
			"record/kinds share one table", "list/every filter in every order, page by page",
		}},
		{"milliseconds", keeping(func(_, n ticket.Record) ticket.Record {
			return instants(n, func(t time.Time) time.Time { return t.Truncate(time.Millisecond) })
		}), []string{"record/microseconds and zones", "record/every field comes back", "claim/from the wake on"}},
		{"instants come back in local time", giving(func(r ticket.Record) ticket.Record {
			return instants(r, func(t time.Time) time.Time { return t.In(time.FixedZone("CET", 3600)) })
		}), []string{"record/every field comes back", "record/microseconds and zones"}},
		{"the wall clock is stored, not the instant", keeping(func(_, n ticket.Record) ticket.Record {
			return instants(n, func(t time.Time) time.Time {
				if t.IsZero() {
					return t
				}
				return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
			})
		}), []string{"record/microseconds and zones"}},
		{"nanoseconds in 64 bits", keeping(func(_, n ticket.Record) ticket.Record {
			return instants(n, func(t time.Time) time.Time {
				if t.IsZero() {
					return t
				}
				return time.Unix(0, t.UnixNano()).UTC()
			})
		}), []string{"record/instants far away"}},
	}
}

func plantedInTexts() []planted {
	fold := func(s string) string { return strings.TrimRight(strings.ToLower(s), " ") }
	return []planted{
		{"labels joined by commas", finding(func(r ticket.Record, q ticket.Query) bool {
			r.Labels = strings.Split(strings.Join(r.Labels, ","), ",")
			return finds(r, q)
		}), []string{"text/hostile strings", "list/labels match whole"}},
		{"labels found by LIKE", finding(func(r ticket.Record, q ticket.Query) bool {
			hit := q.Label == "" || strings.Contains(strings.Join(r.Labels, "\n"), strings.Trim(q.Label, "%"))
			q.Label = ""
			return hit && finds(r, q)
		}), []string{"list/labels match whole"}},
		{"strings are escaped twice", keeping(func(_, n ticket.Record) ticket.Record {
			n.Customer = strings.ReplaceAll(n.Customer, "'", "''")
			return n
		}), []string{"text/hostile strings"}},
		{"control characters are dropped", keeping(func(_, n ticket.Record) ticket.Record {
			n.Assignee = strings.Map(func(r rune) rune {
				if r < ' ' {
					return -1
				}
				return r
			}, n.Assignee)
			return n
		}), []string{"text/hostile strings"}},
		{"a collation that folds case and blanks", finding(func(r ticket.Record, q ticket.Query) bool {
			r.Customer, q.Customer, r.Team, q.Team = fold(r.Customer), fold(q.Customer), fold(r.Team), fold(q.Team)
			return finds(r, q)
		}), []string{"text/strings are bytes"}},
		{"three bytes a character", keeping(func(_, n ticket.Record) ticket.Record {
			n.Team = strings.Map(func(r rune) rune {
				if r > 0xffff {
					return '?'
				}
				return r
			}, n.Team)
			return n
		}), []string{"text/hostile strings"}},
		{"data is kept as text", keeping(func(_, n ticket.Record) ticket.Record {
			n.Data = bytes.ToValidUTF8(n.Data, []byte("?"))
			return n
		}), []string{"text/data is any bytes"}},
		{"data is cut at 64 KiB", keeping(func(_, n ticket.Record) ticket.Record {
			n.Data = n.Data[:min(len(n.Data), 1<<16)]
			return n
		}), []string{"text/long data"}},
		{"event data is kept as JSON", func(s *reference) {
			s.part.tell = func(e ticket.StoredEvent) ticket.StoredEvent {
				e.Data = bytes.ReplaceAll(bytes.Clone(e.Data), []byte(",  "), []byte(", "))
				return e
			}
		}, []string{"text/data is any bytes"}},
	}
}

func plantedInCommits() []planted {
	fits := func(f func(have, expect int64) bool) func(*reference) {
		return func(s *reference) { s.part.fits = f }
	}
	return []planted{
		{"lost update", fits(func(int64, int64) bool { return true }), []string{
			"desk/two desks racing a reply", "desk/many workers, each wake once",
			"commit/created once", "commit/stale versions are refused", "commit/one winner of sixteen",
			"commit/several records: none where one version is stale", "commit/nothing of a refused one is left",
			"erase/a stale version writes nothing", "erase/against a concurrent commit",
		}},
		{"version checked with >=", fits(func(have, expect int64) bool { return have >= expect }), []string{
			"commit/stale versions are refused", "commit/created once", "commit/one winner of sixteen",
		}},
		{"version checked with <=", fits(func(have, expect int64) bool { return have <= expect }), []string{
			"commit/versions that do not exist yet are refused", "commit/a missing record cannot be updated",
			"erase/a stale version writes nothing",
		}},
		{"an upsert", fits(func(have, expect int64) bool { return have == expect || expect == 0 || have == 0 }), []string{
			"commit/created once", "commit/a missing record cannot be updated",
		}},
		{"an update of no row is a success", func(s *reference) {
			s.part.fits = func(have, expect int64) bool { return have == expect || have == 0 }
			s.part.write = func(_ context.Context, s *reference, c ticket.Commit) {
				c.Changes = slices.DeleteFunc(slices.Clone(c.Changes), func(ch ticket.Change) bool {
					return ch.Expect > 0 && s.rows[ch.Next.Ref()] == nil
				})
				s.write(c)
			}
		}, []string{"commit/a missing record cannot be updated"}},
		{"looks, then writes", pausing, []string{
			"commit/one winner of sixteen", "commit/many writers who try again all get through",
			"key/raced, one takes it", "erase/against a concurrent commit", "claim/many workers, each record once",
		}},
		{"events without their state", writing(func(s *reference, c ticket.Commit) {
			for i, ch := range c.Changes {
				if old := s.rows[ch.Next.Ref()]; old != nil {
					c.Changes[i].Next = old.rec
				}
			}
			s.write(c)
		}), []string{"record/every field is replaced", "commit/many writers who try again all get through"}},
		{"state without its events", writing(func(s *reference, c ticket.Commit) {
			for i, ch := range c.Changes {
				c.Changes[i].Events = ch.Events[:min(len(ch.Events), 1)]
			}
			s.write(c)
		}), []string{"commit/a change with many events", "history/ten thousand events on one record"}},
		{"no events, no change", writing(func(s *reference, c ticket.Commit) {
			c.Changes = slices.DeleteFunc(slices.Clone(c.Changes), func(ch ticket.Change) bool { return len(ch.Events) == 0 })
			s.write(c)
		}), []string{"commit/a change without events"}},
		{"only the first of several records", writing(func(s *reference, c ticket.Commit) {
			c.Changes = c.Changes[:1]
			s.write(c)
		}), []string{"commit/several records: all"}},
		{"the events of the first record alone", writing(func(s *reference, c ticket.Commit) {
			for i := range c.Changes[1:] {
				c.Changes[i+1].Events = nil
			}
			s.write(c)
		}), []string{"commit/several records: all"}},
		{"records before the stale one are kept", refusing(func(s *reference, c ticket.Commit, err error) error {
			if i := s.stale(c); i > 0 {
				s.write(ticket.Commit{Changes: c.Changes[:i]})
			}
			return err
		}), []string{"commit/several records: none where one version is stale"}},
		{"records are kept where a key is taken", refusing(func(s *reference, c ticket.Commit, err error) error {
			if errors.Is(err, ticket.ErrDuplicateKey) {
				s.write(ticket.Commit{Changes: c.Changes})
			}
			return err
		}), []string{
			"commit/several records: none where a key is taken", "commit/nothing of a refused one is left",
			"key/every taken key is named", "key/held by the record itself is held", "erase/a taken key writes nothing",
		}},
		{"events of a failed commit are kept", refusing(func(s *reference, c ticket.Commit, err error) error {
			for _, ch := range c.Changes {
				if r := s.rows[ch.Next.Ref()]; r != nil && err != nil {
					r.events = append(r.events, ch.Events...)
				}
			}
			return err
		}), []string{"commit/one winner of sixteen", "commit/nothing of a refused one is left", "commit/created once"}},
		{"duplicate keys come before a conflict", func(s *reference) {
			s.part.refuse = func(s *reference, c ticket.Commit) error {
				if taken := s.taken(c); len(taken) > 0 {
					return &ticket.DuplicateKeyError{Keys: taken}
				}
				return s.refuse(c)
			}
		}, []string{"commit/a conflict comes before duplicate keys"}},
		{"a refused commit moves the wake", refusing(func(s *reference, c ticket.Commit, err error) error {
			for _, ch := range c.Changes {
				if r := s.rows[ch.Next.Ref()]; r != nil && err != nil {
					r.shows = ch.Next.Wake
				}
			}
			return err
		}), []string{"claim/a refused commit shows nothing", "commit/nothing of a refused one is left"}},
		{"a deadlock between commits over several records", func(s *reference) {
			var busy sync.Mutex
			s.part.begin = func(ctx context.Context) error {
				if !busy.TryLock() {
					return errors.New("deadlock detected")
				}
				defer busy.Unlock()
				time.Sleep(10 * time.Microsecond)
				return ctx.Err()
			}
		}, []string{"race/commits over several records never deadlock"}},
	}
}

func plantedInKeys() []planted {
	named := func(f func(n keyName) keyName) func(*reference) {
		return func(s *reference) {
			s.part.key = func(k ticket.Key) keyName { return f(keyName{k.Shop, k.Kind, k.Hash}) }
		}
	}
	free := func(f func(h ticket.Held, c ticket.Commit) bool) func(*reference) {
		return func(s *reference) { s.part.free = f }
	}
	return []planted{
		{"keys are ignored", free(func(ticket.Held, ticket.Commit) bool { return true }), []string{
			"key/taken, held, released, free", "key/raced, one takes it", "key/every taken key is named",
			"commit/several records: none where a key is taken", "erase/a taken key writes nothing",
			"desk/a barrage is one ticket", "desk/a message that comes again is one message",
			"desk/an idempotent command is done once",
		}},
		{"keys are not kept", writing(func(s *reference, c ticket.Commit) { c.Take = nil; s.write(c) }), []string{
			"key/taken, held, released, free", "desk/a message that comes again is one message", "erase/keys stay",
			"key/the same key with another digest",
		}},
		{"keys are burned by a conflict", refusing(func(s *reference, c ticket.Commit, err error) error {
			if errors.Is(err, ticket.ErrConflict) {
				s.writeKeys(c)
			}
			return err
		}), []string{
			"key/not burned by a refusal", "commit/nothing of a refused one is left", "commit/one winner of sixteen",
			"key/commit id known after the commit, unknown before and after a refusal", "erase/a stale version writes nothing",
		}},
		{"keys are burned by a taken one", refusing(func(s *reference, c ticket.Commit, err error) error {
			for _, h := range c.Take {
				if _, held := s.keys[s.part.key(h.Key)]; !held && errors.Is(err, ticket.ErrDuplicateKey) {
					s.keys[s.part.key(h.Key)] = h
				}
			}
			return err
		}), []string{"key/not burned by a refusal", "key/raced, one takes it"}},
		{"keys are released though the commit is refused", refusing(func(s *reference, c ticket.Commit, err error) error {
			if err != nil {
				s.writeKeys(ticket.Commit{Release: c.Release})
			}
			return err
		}), []string{"commit/nothing of a refused one is left"}},
		{"keys are shared between shops", named(func(n keyName) keyName { n.shop = ""; return n }), []string{
			"key/shops and kinds are apart", "key/release frees the keys named and no others",
		}},
		{"keys are shared between kinds", named(func(n keyName) keyName { n.kind = ""; return n }), []string{
			"key/shops and kinds are apart", "key/release frees the keys named and no others",
		}},
		{"four bytes of hash will do", named(func(n keyName) keyName { clear(n.hash[0:]); return n }), []string{
			"key/every taken key is named", "key/release frees the keys named and no others",
		}},
		{"release is ignored", writing(func(s *reference, c ticket.Commit) { c.Release = nil; s.write(c) }), []string{
			"key/taken, held, released, free", "erase/keys stay",
		}},
		{"release frees all that the record holds", writing(func(s *reference, c ticket.Commit) {
			for name, h := range s.keys {
				if len(c.Release) > 0 && h.Ref == c.Changes[0].Next.Ref() {
					delete(s.keys, name)
				}
			}
			s.write(c)
		}), []string{"key/release frees the keys named and no others", "erase/keys stay"}},
		{"release comes after take", func(s *reference) {
			s.part.write = func(_ context.Context, s *reference, c ticket.Commit) {
				s.write(c)
				s.writeKeys(ticket.Commit{Release: c.Release})
			}
		}, []string{"key/release comes before take"}},
		{"what is released counts as taken", func(s *reference) {
			s.part.refuse = func(s *reference, c ticket.Commit) error { c.Release = nil; return s.refuse(c) }
		}, []string{"key/release comes before take"}},
		{"release of a free key is an error", func(s *reference) {
			s.part.refuse = func(s *reference, c ticket.Commit) error {
				for _, k := range c.Release {
					if _, held := s.keys[s.part.key(k)]; !held {
						return ticket.ErrNotFound
					}
				}
				return s.refuse(c)
			}
		}, []string{"key/release of a free key is no fault"}},
		{"only the first taken key is named", refusing(func(_ *reference, _ ticket.Commit, err error) error {
			var dup *ticket.DuplicateKeyError
			if errors.As(err, &dup) {
				return &ticket.DuplicateKeyError{Keys: dup.Keys[:1]}
			}
			return err
		}), []string{"key/every taken key is named"}},
		{"all wanted keys are named", refusing(func(_ *reference, c ticket.Commit, err error) error {
			var dup *ticket.DuplicateKeyError
			if errors.As(err, &dup) {
				dup.Keys = nil
				for _, h := range c.Take {
					dup.Keys = append(dup.Keys, h.Key)
				}
			}
			return err
		}), []string{"key/every taken key is named", "key/raced, one takes it"}},
		{"taken keys are not named", refusing(func(_ *reference, _ ticket.Commit, err error) error {
			if errors.Is(err, ticket.ErrDuplicateKey) {
				return ticket.ErrDuplicateKey
			}
			return err
		}), []string{"key/taken, held, released, free"}},
		{"a taken key is a conflict", refusing(func(_ *reference, _ ticket.Commit, err error) error {
			if errors.Is(err, ticket.ErrDuplicateKey) {
				return ticket.ErrConflict
			}
			return err
		}), []string{"key/taken, held, released, free", "key/held by the record itself is held"}},
		{"a record may take its own key again", free(func(h ticket.Held, c ticket.Commit) bool {
			return h.Ref == c.Changes[0].Next.Ref()
		}), []string{"key/held by the record itself is held"}},
		{"a key goes to who asks last", free(func(h ticket.Held, c ticket.Commit) bool {
			return !slices.ContainsFunc(c.Take, func(t ticket.Held) bool { return t.Key.Hash == h.Key.Hash && t.Key.Digest == h.Key.Digest })
		}), []string{"key/the same key with another digest"}},
		{"the commit's id is forgotten", writing(func(s *reference, c ticket.Commit) {
			c.Take = slices.DeleteFunc(slices.Clone(c.Take), func(h ticket.Held) bool { return h.Key.Kind == ticket.KeyCommit })
			s.write(c)
		}), []string{
			"key/commit id known after the commit, unknown before and after a refusal", "desk/a commit of unknown outcome",
			"desk/through a decorator", "context/deadline in mid-call", "key/held by the record itself is held",
		}},
		{"only the last commit's id is known", writing(func(s *reference, c ticket.Commit) {
			for name, h := range s.keys {
				if name.kind == ticket.KeyCommit && h.Ref == c.Changes[0].Next.Ref() {
					delete(s.keys, name)
				}
			}
			s.write(c)
		}), []string{"key/commit id known after the commit, unknown before and after a refusal"}},
		{"the commit's id is known although it was refused", refusing(func(s *reference, c ticket.Commit, err error) error {
			for _, h := range c.Take {
				if h.Key.Kind == ticket.KeyCommit && err != nil {
					s.keys[s.part.key(h.Key)] = h
				}
			}
			return err
		}), []string{"key/commit id known after the commit, unknown before and after a refusal"}},
		{"keys never expire", free(func(ticket.Held, ticket.Commit) bool { return false }), []string{
			"key/free from its expiry on", "key/expiry goes by the commit's clock", "desk/an idempotent command is done once",
		}},
		{"a key expires after its expiry", free(func(h ticket.Held, c ticket.Commit) bool {
			return !h.Key.Expires.IsZero() && c.At.After(h.Key.Expires)
		}), []string{"key/free from its expiry on"}},
		{"keys without an expiry have expired", free(func(h ticket.Held, c ticket.Commit) bool {
			return !c.At.Before(h.Key.Expires)
		}), []string{"key/taken, held, released, free"}},
		{"keys expire by the store's own clock", free(func(h ticket.Held, _ ticket.Commit) bool {
			return !h.Key.Expires.IsZero() && !time.Now().Before(h.Key.Expires)
		}), []string{"key/expiry goes by the commit's clock"}},
		{"Lookup hides what has expired by the store's own clock", func(s *reference) {
			s.part.asked = func(h ticket.Held, _ ticket.Key) (ticket.Held, bool) {
				return h, h.Key.Expires.IsZero() || time.Now().Before(h.Key.Expires)
			}
		}, []string{"key/expiry goes by the commit's clock", "key/free from its expiry on"}},
		{"Lookup asks for the digest too", func(s *reference) {
			s.part.asked = func(h ticket.Held, k ticket.Key) (ticket.Held, bool) { return h, h.Key.Digest == k.Digest }
		}, []string{"key/found by shop, kind and hash alone"}},
		{"Lookup returns the key that was asked for", func(s *reference) {
			s.part.asked = func(h ticket.Held, k ticket.Key) (ticket.Held, bool) { h.Key = k; return h, true }
		}, []string{"key/found by shop, kind and hash alone"}},
		{"Lookup of the first key alone", func(s *reference) {
			s.part.asks = func(keys []ticket.Key) []ticket.Key { return keys[:min(1, len(keys))] }
		}, []string{"key/several at once"}},
		{"Lookup of every kind with every hash", func(s *reference) {
			s.part.asks = func(keys []ticket.Key) []ticket.Key {
				var all []ticket.Key
				for _, a := range keys {
					for _, b := range keys {
						k := ticket.Key{Shop: a.Shop, Kind: a.Kind, Hash: b.Hash}
						if !slices.Contains(all, k) {
							all = append(all, k)
						}
					}
				}
				return all
			}
		}, []string{"key/several at once"}},
		{"Lookup of several in one shop", func(s *reference) {
			s.part.asks = func(keys []ticket.Key) []ticket.Key {
				return slices.DeleteFunc(slices.Clone(keys), func(k ticket.Key) bool { return k.Shop != keys[0].Shop })
			}
		}, []string{"key/several at once"}},
		{"Lookup of what nobody holds", func(s *reference) {
			s.part.nobody = true
		}, []string{"key/taken, held, released, free"}},
		{"the events of a key are not kept", func(s *reference) {
			s.part.holds = func(h ticket.Held) ticket.Held { h.First, h.Last = 0, 0; return h }
		}, []string{"key/taken, held, released, free", "key/found by shop, kind and hash alone"}},
	}
}

func plantedInHistories() []planted {
	add := func(f func(old, more []ticket.StoredEvent) []ticket.StoredEvent) func(*reference) {
		return func(s *reference) { s.part.add = f }
	}
	return []planted{
		{"history is unordered", add(func(old, more []ticket.StoredEvent) []ticket.StoredEvent {
			return append(cloneEvents(more), old...)
		}), []string{"history/in order, page by page", "commit/many writers who try again all get through"}},
		{"each commit replaces the events before", add(func(_, more []ticket.StoredEvent) []ticket.StoredEvent {
			return cloneEvents(more)
		}), []string{"record/every field is replaced", "history/in order, page by page"}},
		{"the oldest events go", add(func(old, more []ticket.StoredEvent) []ticket.StoredEvent {
			all := append(slices.Clip(old), cloneEvents(more)...)
			return all[max(0, len(all)-500):]
		}), []string{"history/ten thousand events on one record"}},
		{"after is meant with the event itself", func(s *reference) {
			s.part.past = func(e ticket.StoredEvent, q ticket.HistoryQuery) bool { return e.Seq >= q.After }
		}, []string{"history/in order, page by page"}},
		{"after the last of all comes the first", func(s *reference) {
			s.part.past = func(e ticket.StoredEvent, q ticket.HistoryQuery) bool { return e.Seq >= q.After+1 }
		}, []string{"history/in order, page by page"}},
		{"no limit means all", func(s *reference) {
			s.part.limit = func(n int) int {
				if n <= 0 {
					return math.MaxInt
				}
				return n
			}
		}, []string{"history/in order, page by page", "list/limits", "claim/limits"}},
		{"a history of every shop's record of that id", func(s *reference) {
			inner := s.part.name
			s.part.name = func(r ticket.Ref) ticket.Ref {
				if s.rows[r] == nil {
					for other := range s.rows {
						if other.ID == r.ID {
							return other
						}
					}
				}
				return inner(r)
			}
		}, []string{"history/of nobody", "record/not found"}},
		{"events are visible after their record", func(s *reference) {
			s.part.write = func(_ context.Context, s *reference, c ticket.Commit) {
				for i, ch := range c.Changes {
					c.Changes[i].Events = nil
					s.write(ticket.Commit{Changes: c.Changes[i : i+1]})
					s.mu.Unlock()
					time.Sleep(20 * time.Microsecond)
					s.mu.Lock()
					name := s.part.name(ch.Next.Ref())
					s.rows[name].events = s.part.add(s.rows[name].events, ch.Events)
				}
				s.writeKeys(c)
			}
		}, []string{"race/a history is never behind its record"}},
	}
}

func plantedInLists() []planted {
	after := func(f func(s *reference, r ticket.Record, q ticket.Query) bool) func(*reference) {
		return func(s *reference) { s.part.after = f }
	}
	order := func(f func(a, b ticket.Position, o ticket.Order) int) func(*reference) {
		return func(s *reference) { s.part.order = f }
	}
	const filters = "list/every filter in every order, page by page"
	return []planted{
		{"a page skips ties", after(func(_ *reference, r ticket.Record, q ticket.Query) bool {
			if q.After == nil {
				return true
			}
			at := *q.After
			at.ID = [16]byte(bytes.Repeat([]byte{0xff}, 16))
			return inOrder(ticket.PositionOf(r, q.Order), at, q.Order) > 0
		}), []string{"list/ties are broken by id", filters, "list/records without a deadline come last"}},
		{"a page repeats ties", after(func(_ *reference, r ticket.Record, q ticket.Query) bool {
			return q.After == nil || r.ID != q.After.ID && inOrder(
				ticket.PositionOf(r, q.Order), ticket.Position{At: q.After.At}, q.Order) >= 0
		}), []string{"list/ties are broken by id", filters}},
		{"ties go by id from behind", order(func(a, b ticket.Position, o ticket.Order) int {
			a.ID, b.ID = b.ID, a.ID
			return inOrder(a, b, o)
		}), []string{"list/ties are broken by id", filters}},
		{"a page starts at an offset", plantOffset, []string{"list/others come while paging"}},
		{"a page starts behind a row", after(func(s *reference, r ticket.Record, q ticket.Query) bool {
			if q.After == nil {
				return true
			}
			row := s.rows[ticket.Ref{Shop: q.Shop, ID: q.After.ID}]
			return row != nil && s.part.order(ticket.PositionOf(r, q.Order), ticket.PositionOf(row.rec, q.Order), q.Order) > 0
		}), []string{"list/the record where a page ended has moved"}},
		{"NULLS FIRST", order(func(a, b ticket.Position, o ticket.Order) int {
			if a.At.IsZero() != b.At.IsZero() {
				return a.At.Compare(b.At)
			}
			return inOrder(a, b, o)
		}), []string{"list/records without a deadline come last", filters}},
		{"a page among those without a deadline is empty", after(func(s *reference, r ticket.Record, q ticket.Query) bool {
			return q.After == nil || !q.After.At.IsZero() && s.part.order(ticket.PositionOf(r, q.Order), *q.After, q.Order) > 0
		}), []string{"list/records without a deadline come last", filters}},
		{"in order of wake, those that have none too", finding(func(r ticket.Record, q ticket.Query) bool {
			if q.Order == ticket.OrderWake {
				q.Order = ticket.OrderCreated
			}
			return finds(r, q)
		}), []string{"list/by wake: only what has one", filters}},
		{"oldest update first", order(func(a, b ticket.Position, o ticket.Order) int {
			if o == ticket.OrderUpdated {
				o = ticket.OrderCreated
			}
			return inOrder(a, b, o)
		}), []string{filters}},
		{"the default order is another", func(s *reference) {
			s.part.order = func(a, b ticket.Position, o ticket.Order) int { return inOrder(a, b, cmp.Or(o, ticket.OrderUpdated)) }
		}, []string{filters}},
		{"only the first of the states", finding(func(r ticket.Record, q ticket.Query) bool {
			q.States = q.States[:min(len(q.States), 1)]
			return finds(r, q)
		}), []string{filters}},
		{"a filter is forgotten", finding(func(r ticket.Record, q ticket.Query) bool { q.Unassigned = false; return finds(r, q) }), []string{filters}},
		{"the kind is forgotten", finding(func(r ticket.Record, q ticket.Query) bool { q.Kind = ""; return finds(r, q) }), []string{filters}},
		{"one filter or the other", finding(func(r ticket.Record, q ticket.Query) bool {
			other := q
			other.Label, q.Team = "", ""
			return finds(r, q) || q.Label != "" && finds(r, other)
		}), []string{filters}},
		{"due before is meant with the instant itself", finding(func(r ticket.Record, q ticket.Query) bool {
			if !q.DueBefore.IsZero() {
				q.DueBefore = q.DueBefore.Add(time.Microsecond)
			}
			return finds(r, q)
		}), []string{filters, "record/microseconds and zones"}},
		{"what has no deadline is due before all", finding(func(r ticket.Record, q ticket.Query) bool {
			if r.Due.IsZero() {
				q.DueBefore = time.Time{}
			}
			return finds(r, q)
		}), []string{filters, "list/records without a deadline come last"}},
		{"pages above the most", func(s *reference) { s.part.limit = func(n int) int { return min(max(n, 0), 50) } }, []string{
			"list/limits", "claim/limits",
		}},
		{"never more", func(s *reference) { s.part.more = func(int, int) bool { return false } }, []string{
			"list/more, or no more", filters, "list/ties are broken by id",
		}},
		{"more after a full page", func(s *reference) { s.part.more = func(found, limit int) bool { return found >= limit } }, []string{
			"list/more, or no more",
		}},
		{"lists show records without their data", func(s *reference) {
			var load atomic.Bool
			s.part.begin = func(ctx context.Context) error { load.Store(true); return ctx.Err() }
			s.part.finds = func(r ticket.Record, q ticket.Query) bool { load.Store(false); return finds(r, q) }
			s.part.give = func(r ticket.Record) ticket.Record {
				if !load.Load() {
					r.Data = nil
				}
				return utc(cloneRecord(r))
			}
		}, []string{"record/every field comes back", "list/ties are broken by id"}},
	}
}

// plantOffset makes pages go on so many records after the start as were read
// before.
func plantOffset(s *reference) {
	read := make(map[[16]byte]int) // how many records were read up to one
	n := 0
	s.part.after = func(s *reference, r ticket.Record, q ticket.Query) bool {
		if q.After == nil {
			n = 0
			return true
		}
		n = read[q.After.ID]
		before := 0
		for _, other := range s.rows {
			if finds(other.rec, q) && inOrder(ticket.PositionOf(other.rec, q.Order), ticket.PositionOf(r, q.Order), q.Order) < 0 {
				before++
			}
		}
		return before >= n
	}
	s.part.give = func(r ticket.Record) ticket.Record {
		n++
		read[r.ID] = n
		return utc(cloneRecord(r))
	}
}

func plantedInClaims() []planted {
	due := func(f func(r *row, q ticket.ClaimRequest) bool) func(*reference) {
		return func(s *reference) { s.part.due = f }
	}
	hide := func(f func(r *row, q ticket.ClaimRequest)) func(*reference) {
		return func(s *reference) { s.part.hide = f }
	}
	show := func(f func(old row, next ticket.Record) (time.Time, int)) func(*reference) {
		return func(s *reference) { s.part.show = f }
	}
	contractDue := contract().due
	return []planted{
		{"claim without lease", hide(func(*row, ticket.ClaimRequest) {}), []string{
			"claim/hidden for the lease", "claim/many workers, each record once", "claim/earliest first",
			"claim/a refused commit shows nothing", "claim/workers whose clocks are an hour apart",
		}},
		{"a lease that never ends", hide(func(r *row, q ticket.ClaimRequest) { r.shows = q.Now.AddDate(1000, 0, 0) }), []string{
			"claim/hidden for the lease", "claim/each further claim hides twice as long",
		}},
		{"the lease is not doubled", hide(func(r *row, q ticket.ClaimRequest) { r.shows = q.Now.Add(q.Lease) }), []string{
			"claim/each further claim hides twice as long",
		}},
		{"the lease doubles for ever", hide(func(r *row, q ticket.ClaimRequest) {
			r.shows = q.Now.Add(q.Lease << r.attempts)
			r.attempts++
		}), []string{"claim/each further claim hides twice as long"}},
		{"a lease of whole minutes", hide(func(r *row, q ticket.ClaimRequest) {
			r.shows = q.Now.Add(q.HideFor(r.attempts)).Truncate(time.Minute)
			r.attempts++
		}), []string{"claim/hidden for the lease"}},
		{"hidden still at the end of the lease", due(func(r *row, q ticket.ClaimRequest) bool {
			if r.attempts > 0 {
				q.Now = q.Now.Add(-time.Microsecond)
			}
			return contractDue(r, q)
		}), []string{"claim/hidden for the lease"}},
		{"a microsecond late", due(func(r *row, q ticket.ClaimRequest) bool {
			q.Now = q.Now.Add(-time.Microsecond)
			return contractDue(r, q)
		}), []string{"claim/from the wake on"}},
		{"whole seconds", due(func(r *row, q ticket.ClaimRequest) bool {
			q.Now = q.Now.Add(time.Second).Truncate(time.Second)
			return contractDue(r, q)
		}), []string{"claim/from the wake on", "record/microseconds and zones"}},
		{"a zero wake is due", due(func(r *row, q ticket.ClaimRequest) bool { return !r.shows.After(q.Now) }), []string{
			"claim/never without a wake", "record/empty fields come back empty", "erase/ends a claim and a wake",
		}},
		{"by the store's own clock", due(func(r *row, q ticket.ClaimRequest) bool {
			q.Now = time.Now()
			return contractDue(r, q)
		}), []string{"claim/from the wake on", "claim/workers whose clocks are an hour apart"}},
		{"claims in order of ids", func(s *reference) {
			s.part.soonest = func(a, b *row) int { return bytes.Compare(a.rec.ID[:], b.rec.ID[:]) }
		}, []string{"claim/earliest first"}},
		{"claims latest first", func(s *reference) {
			s.part.soonest = func(a, b *row) int { return b.shows.Compare(a.shows) }
		}, []string{"claim/earliest first", "claim/limits"}},
		{"wake dropped on update", show(func(old row, next ticket.Record) (time.Time, int) {
			if old.rec.Version > 0 {
				return old.shows, 0
			}
			return next.Wake, 0
		}), []string{"record/every field is replaced", "claim/a commit shows it again, at its new wake"}},
		{"a wake that moves on is still looked at then", show(func(old row, next ticket.Record) (time.Time, int) {
			if old.rec.Version > 0 && old.rec.Wake.Before(next.Wake) {
				return old.rec.Wake, 0
			}
			return next.Wake, 0
		}), []string{"claim/a commit shows it again, at its new wake"}},
		{"claims are counted for ever", show(func(old row, next ticket.Record) (time.Time, int) { return next.Wake, old.attempts }), []string{
			"claim/a commit shows it again, at its new wake",
		}},
		{"a commit leaves the claim", show(func(old row, next ticket.Record) (time.Time, int) {
			if old.attempts > 0 && old.shows.After(next.Wake) && !next.Wake.IsZero() {
				return old.shows, old.attempts
			}
			return next.Wake, 0
		}), []string{"claim/a commit shows it again, at its new wake", "erase/ends a claim and a wake"}},
		{"a claim raises the version", hide(func(r *row, q ticket.ClaimRequest) {
			contract().hide(r, q)
			r.rec.Version++
		}), []string{"claim/changes nothing that is read", "record/every field comes back"}},
		{"a claim moves the wake", hide(func(r *row, q ticket.ClaimRequest) {
			contract().hide(r, q)
			r.rec.Wake = r.shows
		}), []string{"claim/changes nothing that is read"}},
		{"claims of all shops", due(func(r *row, q ticket.ClaimRequest) bool { q.Shops = nil; return contractDue(r, q) }), []string{
			"claim/of the shops asked for",
		}},
		{"claims of the first shop asked for", due(func(r *row, q ticket.ClaimRequest) bool {
			q.Shops = q.Shops[:min(len(q.Shops), 1)]
			return contractDue(r, q)
		}), []string{"claim/of the shops asked for"}},
		{"claims hide what is another shop's", func(s *reference) {
			s.part.due = func(r *row, q ticket.ClaimRequest) bool {
				mine := contractDue(r, q)
				q.Shops = nil
				if !mine && contractDue(r, q) {
					s.part.hide(r, q)
				}
				return mine
			}
		}, []string{"claim/of the shops asked for"}},
		{"a claim of none hides all the same", func(s *reference) {
			s.part.due = func(r *row, q ticket.ClaimRequest) bool {
				ok := contractDue(r, q)
				if ok && q.Limit <= 0 {
					s.part.hide(r, q)
				}
				return ok
			}
		}, []string{"claim/limits"}},
		{"a fast clock frees what others hold", func(s *reference) {
			s.part.due = func(r *row, q ticket.ClaimRequest) bool {
				if r.attempts > 0 && !r.shows.After(q.Now) {
					r.shows = r.rec.Wake
				}
				return contractDue(r, q)
			}
		}, []string{"claim/workers whose clocks are an hour apart"}},
		{"tickets alone are claimed", due(func(r *row, q ticket.ClaimRequest) bool {
			return r.rec.Kind == ticket.RecordTicket && contractDue(r, q)
		}), []string{"record/kinds share one table"}},
	}
}

func plantedInErasures() []planted {
	redact := func(f func(old []ticket.StoredEvent, r redactor) ([]ticket.StoredEvent, error)) func(*reference) {
		return func(s *reference) { s.part.redact = f }
	}
	buried := func(f func(s *reference, q ticket.EraseRequest)) func(*reference) {
		return func(s *reference) { s.part.buried = f }
	}
	return []planted{
		{"an erasure keeps old events", redact(func(old []ticket.StoredEvent, _ redactor) ([]ticket.StoredEvent, error) {
			return old, nil
		}), []string{"erase/history and record", "erase/again"}},
		{"an erasure deletes old events", redact(func([]ticket.StoredEvent, redactor) ([]ticket.StoredEvent, error) {
			return nil, nil
		}), []string{"erase/history and record", "erase/a redact that fails writes nothing"}},
		{"an erasure keeps the last event", redact(func(old []ticket.StoredEvent, f redactor) ([]ticket.StoredEvent, error) {
			if len(old) == 0 {
				return nil, nil
			}
			clean, err := redactAll(old[:len(old)-1], f)
			return append(clean, old[len(old)-1]), err
		}), []string{"erase/history and record", "erase/a redact that fails writes nothing"}},
		{"an erasure redacts its own event", buried(func(s *reference, q ticket.EraseRequest) {
			for _, ch := range q.Commit.Changes {
				r := s.rows[ch.Next.Ref()]
				r.events, _ = redactAll(r.events, q.Redact)
			}
		}), []string{"erase/history and record"}},
		{"an erasure has no event", buried(func(s *reference, q ticket.EraseRequest) {
			for _, ch := range q.Commit.Changes {
				r := s.rows[ch.Next.Ref()]
				r.events = r.events[:len(r.events)-len(ch.Events)]
			}
		}), []string{"erase/history and record", "erase/again"}},
		{"an erasure of the whole shop", buried(func(s *reference, q ticket.EraseRequest) {
			for name, r := range s.rows {
				if name.ID != q.Commit.Changes[0].Next.ID {
					r.events, _ = redactAll(r.events, q.Redact)
				}
			}
		}), []string{"erase/history and record"}},
		{"an erasure in every shop", buried(func(s *reference, q ticket.EraseRequest) {
			for name, r := range s.rows {
				if name.ID == q.Commit.Changes[0].Next.ID && name.Shop != q.Commit.Changes[0].Next.Shop {
					r.events, _ = redactAll(r.events, q.Redact)
				}
			}
		}), []string{"record/shops are apart", "erase/history and record"}},
		{"an erasure frees the record's keys", buried(func(s *reference, q ticket.EraseRequest) {
			for name, h := range s.keys {
				if h.Ref == q.Commit.Changes[0].Next.Ref() && h.Key.Kind != ticket.KeyCommit {
					delete(s.keys, name)
				}
			}
		}), []string{"erase/keys stay"}},
		{"an erasure stops half-way", redact(func(old []ticket.StoredEvent, f redactor) ([]ticket.StoredEvent, error) {
			for i := range old {
				clean, err := f(cloneEvents(old[i : i+1])[0])
				if err != nil {
					return nil, err
				}
				old[i] = clean
			}
			return old, nil
		}), []string{"erase/a redact that fails writes nothing", "alias/what redact is given and returns"}},
		{"errors of redact are swallowed", redact(func(old []ticket.StoredEvent, f redactor) ([]ticket.StoredEvent, error) {
			clean, err := redactAll(old, f)
			if err != nil {
				return old, nil //nolint:nilerr // this is the fault
			}
			return clean, nil
		}), []string{"erase/a redact that fails writes nothing", "alias/what redact is given and returns"}},
		{"an erased record cannot be erased again", func(s *reference) {
			s.part.refuse = func(s *reference, c ticket.Commit) error {
				if r := s.rows[c.Changes[0].Next.Ref()]; r != nil && r.rec.State == ticket.StateErased {
					return ticket.ErrNotFound
				}
				return s.refuse(c)
			}
		}, []string{"erase/again"}},
		{"an erasure changes the history alone", func(s *reference) {
			s.part.keep = func(old, next ticket.Record) ticket.Record {
				if next.State == ticket.StateErased {
					version := next.Version
					next = old
					next.Version = version
				}
				return cloneRecord(next)
			}
		}, []string{"erase/history and record", "erase/lists find it no more"}},
		{"an erased record keeps its wake", func(s *reference) {
			s.part.show = func(old row, next ticket.Record) (time.Time, int) {
				if next.State == ticket.StateErased && next.Wake.IsZero() {
					return old.shows, 0
				}
				return next.Wake, 0
			}
		}, []string{"erase/ends a claim and a wake"}},
	}
}

func plantedInContexts() []planted {
	begin := func(f func(ctx context.Context) error) func(*reference) {
		return func(s *reference) { s.part.begin = f }
	}
	return []planted{
		{"a cancelled context is ignored", begin(func(context.Context) error { return nil }), []string{
			"context/cancelled before the call", "context/past its deadline",
		}},
		{"a done context has an error of the driver's", begin(func(ctx context.Context) error {
			if ctx.Err() != nil {
				return errors.New("driver: bad connection")
			}
			return nil
		}), []string{"context/cancelled before the call", "context/past its deadline"}},
		{"every end is a cancellation", begin(func(ctx context.Context) error {
			if ctx.Err() != nil {
				return context.Canceled
			}
			return nil
		}), []string{"context/past its deadline"}},
		{"a goroutine a call", begin(func(ctx context.Context) error {
			go func() { <-ctx.Done() }()
			return ctx.Err()
		}), []string{"context/no goroutine is left"}},
		{"a deadline in mid-call leaves half a commit", func(s *reference) {
			s.part.pause = nil
			s.part.write = func(ctx context.Context, s *reference, c ticket.Commit) {
				for i := range c.Changes {
					if ctx.Err() != nil {
						return
					}
					s.write(ticket.Commit{Changes: c.Changes[i : i+1]})
					if i == 0 {
						s.writeKeys(c)
					}
					time.Sleep(100 * time.Microsecond)
				}
			}
		}, []string{"context/deadline in mid-call"}},
	}
}

func plantedInMemory() []planted {
	return []planted{
		{"slices that come in are kept", func(s *reference) {
			s.part.keep = func(_, next ticket.Record) ticket.Record { return next }
			s.part.add = func(old, more []ticket.StoredEvent) []ticket.StoredEvent { return append(slices.Clip(old), more...) }
		}, []string{"alias/what is passed in is not kept"}},
		{"the history that comes in is kept", func(s *reference) {
			s.part.add = func(old, more []ticket.StoredEvent) []ticket.StoredEvent {
				if old == nil {
					return more
				}
				return append(old, more...)
			}
		}, []string{"alias/what is passed in is not kept"}},
		{"slices that go out are shared", func(s *reference) { s.part.give = utc }, []string{"alias/what is returned is the caller's"}},
		{"events that go out are shared", func(s *reference) {
			s.part.tell = func(e ticket.StoredEvent) ticket.StoredEvent { e.At = e.At.UTC(); return e }
		}, []string{"alias/what is returned is the caller's"}},
		{"redact works on what is stored", func(s *reference) {
			s.part.redact = func(old []ticket.StoredEvent, f redactor) ([]ticket.StoredEvent, error) {
				out := slices.Clone(old)
				for i, e := range old {
					clean, err := f(e)
					if err != nil {
						return nil, err
					}
					out[i] = clean
				}
				return out, nil
			}
		}, []string{"alias/what redact is given and returns", "erase/a redact that fails writes nothing"}},
		{"a record is written in two steps", func(s *reference) {
			s.part.write = func(_ context.Context, s *reference, c ticket.Commit) {
				half := slices.Clone(c.Changes)
				for i, ch := range half {
					if old := s.rows[ch.Next.Ref()]; old != nil {
						half[i].Next.Labels = old.rec.Labels
					}
					half[i].Events = nil
				}
				s.write(ticket.Commit{Changes: half})
				s.mu.Unlock()
				time.Sleep(20 * time.Microsecond)
				s.mu.Lock()
				s.write(c)
			}
		}, []string{"race/readers see whole records"}},
	}
}

func keeping(f func(old, next ticket.Record) ticket.Record) func(*reference) {
	return func(s *reference) {
		s.part.keep = func(old, next ticket.Record) ticket.Record { return cloneRecord(f(old, next)) }
	}
}

func giving(f func(ticket.Record) ticket.Record) func(*reference) {
	return func(s *reference) {
		s.part.give = func(r ticket.Record) ticket.Record { return f(utc(cloneRecord(r))) }
	}
}

func finding(f func(r ticket.Record, q ticket.Query) bool) func(*reference) {
	return func(s *reference) { s.part.finds = f }
}

func writing(f func(s *reference, c ticket.Commit)) func(*reference) {
	return func(s *reference) {
		s.part.write = func(_ context.Context, s *reference, c ticket.Commit) {
			c.Changes = slices.Clone(c.Changes)
			f(s, c)
		}
	}
}

func refusing(f func(s *reference, c ticket.Commit, err error) error) func(*reference) {
	return func(s *reference) {
		s.part.refuse = func(s *reference, c ticket.Commit) error { return f(s, c, s.refuse(c)) }
	}
}

// pausing lets every other writer in between looking and writing.
func pausing(s *reference) {
	s.part.pause = func(context.Context) { time.Sleep(100 * time.Microsecond) }
}

// Whatever field a store loses, a case finds it: also one that is added to the
// contract some day.
func TestEveryFieldIsLookedAt(t *testing.T) {
	cases := make(map[string]tickettest.Case)
	for _, c := range sizes.Cases() {
		cases[c.Name] = c
	}
	fails := func(t *testing.T, name string, s *reference) {
		t.Helper()
		if err := cases[name].Run(t.Context(), s); err == nil {
			t.Errorf("case %q passes", name)
		}
	}
	for i := range reflect.TypeFor[ticket.Record]().NumField() {
		t.Run("Record."+reflect.TypeFor[ticket.Record]().Field(i).Name, func(t *testing.T) {
			s := newReference()
			s.part.give = func(r ticket.Record) ticket.Record { return without(utc(cloneRecord(r)), i) }
			fails(t, "record/every field comes back", s)
		})
	}
	for i := range reflect.TypeFor[ticket.StoredEvent]().NumField() {
		t.Run("StoredEvent."+reflect.TypeFor[ticket.StoredEvent]().Field(i).Name, func(t *testing.T) {
			s := newReference()
			s.part.tell = func(e ticket.StoredEvent) ticket.StoredEvent { return without(e, i) }
			fails(t, "record/every field comes back", s)
		})
	}
	const key = "key/found by shop, kind and hash alone"
	for i := range reflect.TypeFor[ticket.Held]().NumField() {
		t.Run("Held."+reflect.TypeFor[ticket.Held]().Field(i).Name, func(t *testing.T) {
			s := newReference()
			s.part.holds = func(h ticket.Held) ticket.Held { return without(h, i) }
			fails(t, key, s)
		})
	}
	for i := range reflect.TypeFor[ticket.Key]().NumField() {
		t.Run("Key."+reflect.TypeFor[ticket.Key]().Field(i).Name, func(t *testing.T) {
			s := newReference()
			s.part.holds = func(h ticket.Held) ticket.Held { h.Key = without(h.Key, i); return h }
			fails(t, key, s)
		})
	}
}

// without is a struct with one field left empty.
func without[T any](v T, field int) T {
	reflect.ValueOf(&v).Elem().Field(field).SetZero()
	return v
}
