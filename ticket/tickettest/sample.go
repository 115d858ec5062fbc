package tickettest

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/ticket"
)

// The shops of the suite. The last differs from the first in case only.
const (
	shopA = "shop-a"
	shopB = "shop-b"
	shopC = "Shop-A"
)

// at returns an instant of the suite: so many minutes after a Monday morning,
// with microseconds.
func at(minutes int) time.Time {
	return time.Date(2026, 3, 2, 8, minutes, 0, 123_456_000, time.UTC)
}

// scramble makes 16 bytes of a few words: the order of ids then has nothing
// to do with the order in which records are made.
func scramble(words ...any) [16]byte {
	var all []byte
	for _, w := range words {
		all = append(fmt.Append(all, w), 0)
	}
	h := sha256.Sum256(all)
	return [16]byte(h[:16])
}

// ref names the n-th record of a shop. Records of several shops share ids.
func ref(shop string, n int) ticket.Ref { return ticket.Ref{Shop: shop, ID: scramble("record", n)} }

// record is the first version of the n-th record of a shop; no field is zero.
func record(shop string, n int) ticket.Record {
	return ticket.Record{
		Kind: ticket.RecordTicket, Shop: shop, ID: ref(shop, n).ID, Version: 1, State: ticket.StateOpen,
		Assignee: fmt.Sprintf("agent-%d", n), Team: "returns", Priority: ticket.PriorityHigh,
		Customer: fmt.Sprintf("c-%d", n), Due: at(600 + n), Created: at(n), Updated: at(n), Wake: at(300 + n),
		Labels: []string{fmt.Sprintf("order:%d", n), "tag:parcel"}, Data: data(ref(shop, n), 1),
	}
}

// records are the first n records of a shop.
func records(shop string, n int) []ticket.Record {
	out := make([]ticket.Record, n)
	for i := range out {
		out[i] = record(shop, i)
	}
	return out
}

// data tells record and version, so that a mix of two shows.
func data(r ticket.Ref, version int64) []byte {
	return fmt.Appendf(nil, `{"ref":%q,"version":%d}`, r, version)
}

// next is the following version of a record.
func next(r ticket.Record) ticket.Record {
	r.Version++
	r.Updated = r.Updated.Add(time.Minute)
	r.Data = data(r.Ref(), r.Version)
	r.Labels = slices.Clone(r.Labels)
	return r
}

// event is one event of a record; what it holds follows from its number, so
// that a whole history can be told in advance.
func event(r ticket.Ref, seq int64) ticket.StoredEvent {
	return ticket.StoredEvent{
		Seq: seq, ID: scramble("event", r, seq), At: at(int(seq)), Kind: ticket.EventNote,
		Data: fmt.Appendf(nil, `{"ref":%q,"seq":%d}`, r, seq),
	}
}

// events are the first n events of a record.
func events(r ticket.Ref, n int64) []ticket.StoredEvent {
	out := make([]ticket.StoredEvent, n)
	for i := range out {
		out[i] = event(r, int64(i)+1)
	}
	return out
}

// step is the change to a version of a record: it brings one event, whose
// number is the version's.
func step(r ticket.Record) ticket.Change {
	return ticket.Change{Expect: r.Version - 1, Next: r, Events: []ticket.StoredEvent{event(r.Ref(), r.Version)}}
}

// steps are the changes to versions of several all.
func steps(all ...ticket.Record) []ticket.Change {
	out := make([]ticket.Change, len(all))
	for i, r := range all {
		out[i] = step(r)
	}
	return out
}

// commitOf is a commit of changes, sorted as a Desk hands them over.
func commitOf(changes ...ticket.Change) ticket.Commit {
	slices.SortFunc(changes, func(a, b ticket.Change) int {
		x, y := a.Next.Ref(), b.Next.Ref()
		return cmp.Or(strings.Compare(x.Shop, y.Shop), bytes.Compare(x.ID[:], y.ID[:]))
	})
	c := ticket.Commit{Changes: changes, At: at(0)}
	id := make([]any, 0, 2*len(changes))
	for _, ch := range changes {
		id = append(id, ch.Next.Ref(), ch.Next.Version)
		if ch.Next.Updated.After(c.At) {
			c.At = ch.Next.Updated
		}
	}
	c.ID = scramble(id...)
	return c
}

// taking adds keys to a commit, sorted as a Desk hands them over.
func taking(c ticket.Commit, held ...ticket.Held) ticket.Commit {
	c.Take = slices.SortedFunc(slices.Values(append(slices.Clone(c.Take), held...)),
		func(a, b ticket.Held) int { return bytes.Compare(a.Key.Hash[:], b.Key.Hash[:]) })
	return c
}

// releasing adds keys that a commit frees.
func releasing(c ticket.Commit, keys ...ticket.Key) ticket.Commit {
	c.Release = slices.SortedFunc(slices.Values(append(slices.Clone(c.Release), keys...)),
		func(a, b ticket.Key) int { return bytes.Compare(a.Hash[:], b.Hash[:]) })
	return c
}

// key is a key by its value. The hash tells neither shop nor kind: a store
// has to.
func key(shop string, kind ticket.KeyKind, value string) ticket.Key {
	return ticket.Key{
		Shop: shop, Kind: kind, Hash: sha256.Sum256([]byte(value)), Digest: sha256.Sum256([]byte("digest of " + value)),
	}
}

// commitKey is the key by which a Desk asks whether a commit has landed.
func commitKey(c ticket.Commit) ticket.Key {
	k := key(c.Changes[0].Next.Shop, ticket.KeyCommit, fmt.Sprint(c.ID))
	k.Expires = c.At.Add(7 * 24 * time.Hour)
	return k
}

// held is a key in the hands of a record's version.
func held(k ticket.Key, r ticket.Record) ticket.Held {
	return ticket.Held{Key: k, Ref: r.Ref(), First: r.Version, Last: r.Version}
}

// numbered is a salt for data that must differ.
func numbered(n int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }
