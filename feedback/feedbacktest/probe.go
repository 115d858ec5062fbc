package feedbacktest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/internal/desk"
)

// probe holds one store while one case looks at it. After the first failure its
// calls do nothing and return zero values, so that a case reads from top to
// bottom. Its methods belong to one goroutine.
type probe struct {
	ctx   context.Context //nolint:containedctx // a probe lives for one run of one case
	store feedback.Store
	err   error
}

// check fails the case unless ok.
func (p *probe) check(ok bool, format string, args ...any) {
	if p.err == nil && !ok {
		p.err = fmt.Errorf(format, args...)
	}
}

func (p *probe) noError(what string, err error) {
	if err != nil {
		p.check(false, "%s returned %w", what, err)
	}
}

// wants fails the case unless err is the wanted one.
func (p *probe) wants(what string, want, err error) {
	p.check(errors.Is(err, want), "%s returned %v, want %w", what, err, want)
}

func (p *probe) commit(c feedback.Commit) {
	if p.err == nil {
		p.noError("Commit", p.store.Commit(p.ctx, c))
	}
}

// refused commits what must be refused for a reason.
func (p *probe) refused(want error, c feedback.Commit) {
	if p.err == nil {
		p.wants("Commit", want, p.store.Commit(p.ctx, c))
	}
}

// duplicate commits what must be refused for just these keys.
func (p *probe) duplicate(c feedback.Commit, keys ...feedback.Unique) {
	if p.err != nil {
		return
	}
	err := p.store.Commit(p.ctx, c)
	var dup *feedback.DuplicateError
	if !errors.As(err, &dup) {
		p.check(false, "Commit returned %v, want a *DuplicateError", err)
		return
	}
	p.check(slices.Equal(hashes(dup.Keys), hashes(keys)), "Commit names %d taken keys, want %d others", len(dup.Keys), len(keys))
}

func hashes(keys []feedback.Unique) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = k.Shop + "/" + string(k.Kind) + "/" + string(k.Hash[:])
	}
	slices.Sort(out)
	return out
}

// stands wants a record to be as it was committed, by Load and by List.
func (p *probe) stands(want feedback.Record) {
	if p.err != nil {
		return
	}
	got, err := p.store.Load(p.ctx, want.Ref())
	p.noError("Load", err)
	p.same("Load", got, want)
	page := p.list(feedback.Query{Shop: want.Shop, Limit: feedback.MaxPage})
	i := slices.IndexFunc(page.Records, func(r feedback.Record) bool { return r.ID == want.ID })
	p.check(i >= 0, "List does not return %s", want.Ref())
	if p.err == nil {
		p.same("List", page.Records[i], want)
	}
}

func (p *probe) same(what string, got, want feedback.Record) {
	p.check(equal(got, want), "%s returned\n%+v, want\n%+v", what, got, want)
}

// equal compares records as stores return them: in UTC, an empty slice as none.
func equal(got, want feedback.Record) bool {
	g, w := got, want
	if !bytes.Equal(g.Data, w.Data) || !slices.Equal(g.Labels, w.Labels) {
		return false
	}
	for _, at := range [][2]*time.Time{{&g.Created, &w.Created}, {&g.Updated, &w.Updated}, {&g.Wake, &w.Wake}} {
		if at[0].IsZero() != at[1].IsZero() || !at[0].Equal(*at[1]) || at[0].Location() != time.UTC {
			return false
		}
		*at[0], *at[1] = time.Time{}, time.Time{}
	}
	g.Data, w.Data, g.Labels, w.Labels = nil, nil, nil, nil
	return reflect.DeepEqual(g, w)
}

func (p *probe) absent(ref feedback.Ref) {
	if p.err == nil {
		_, err := p.store.Load(p.ctx, ref)
		p.wants("Load", feedback.ErrNotFound, err)
	}
}

func (p *probe) holds(want feedback.Unique, ref feedback.Ref) {
	if p.err != nil {
		return
	}
	got, err := p.store.Lookup(p.ctx, want)
	p.noError("Lookup", err)
	same := got.Key.Expires.Equal(want.Expires) && got.Key.Expires.IsZero() == want.Expires.IsZero()
	got.Key.Expires, want.Expires = time.Time{}, time.Time{}
	p.check(same && got == feedback.Held{Key: want, Ref: ref}, "Lookup returned %+v, want %+v of %s", got, want, ref)
}

func (p *probe) free(u feedback.Unique) {
	if p.err == nil {
		_, err := p.store.Lookup(p.ctx, u)
		p.wants("Lookup", feedback.ErrNotFound, err)
	}
}

func (p *probe) list(q feedback.Query) feedback.Page {
	if p.err != nil {
		return feedback.Page{}
	}
	page, err := p.store.List(p.ctx, q)
	p.noError("List", err)
	return page
}

// pages reads a list to its end in pages of a size.
func (p *probe) pages(q feedback.Query, size int) []feedback.Ref {
	var refs []feedback.Ref
	q.Limit = size
	for range 1000 {
		page := p.list(q)
		p.check(len(page.Records) <= size, "a page of %d holds %d", size, len(page.Records))
		for _, r := range page.Records {
			refs = append(refs, r.Ref())
		}
		if p.err != nil || !page.More {
			return refs
		}
		if len(page.Records) == 0 {
			break
		}
		pos := feedback.PositionOf(page.Records[len(page.Records)-1], q.Order)
		q.After = &pos
	}
	p.check(false, "List does not end")
	return refs
}

// lease is that of all claims.
const lease = time.Minute

// claims wants a claim to return just these.
func (p *probe) claims(what string, now time.Time, limit int, want ...feedback.Record) {
	p.claimsOf(what, nil, now, limit, want...)
}

func (p *probe) claimsOf(what string, shops []string, now time.Time, limit int, want ...feedback.Record) {
	if p.err != nil {
		return
	}
	got, err := p.store.Claim(p.ctx, feedback.ClaimRequest{Shops: shops, Now: now, Lease: lease, Limit: limit})
	p.noError("Claim", err)
	p.check(slices.EqualFunc(got, want, equal), "%s: claimed %v, want %v", what, refsOf(got), refsOf(want))
}

func (p *probe) rows(q feedback.SummaryQuery) []feedback.Row {
	if p.err != nil {
		return nil
	}
	rows, err := p.store.Summaries(p.ctx, q)
	p.noError("Summaries", err)
	return rows
}

// counts wants just these rows.
func (p *probe) counts(what string, got []feedback.Row, want ...feedback.Row) {
	p.check(slices.Equal(got, want), "%s: Summaries returned %v, want %v", what, got, want)
}

func refsOf(all []feedback.Record) []string {
	out := make([]string, len(all))
	for i, r := range all {
		out[i] = r.Ref().String()
	}
	return out
}

// insist commits while others are at work, and tries again where it could not be
// serialized with them.
func (p *probe) insist(c feedback.Commit) error {
	var err error
	for range 100 {
		if err = p.store.Commit(p.ctx, c); !errors.Is(err, feedback.ErrConflict) {
			return err
		}
	}
	return err
}

// Three shops, of which one's name begins with another's and one differs in
// case.
const (
	shopA = "shop"
	shopB = "shop-2"
	shopC = "Shop"
)

// at is an instant n minutes after a start, with microseconds.
func at(n int) time.Time {
	return time.Date(2026, 3, 29, 0, 30, 0, 123456000, time.UTC).Add(time.Duration(n) * time.Minute)
}

// record is the n-th record of a shop at version 1; every field is set.
func record(shop string, n int) feedback.Record {
	r := feedback.Record{
		Kind: feedback.RecordInvitation, Shop: shop, Version: 1, State: "sent", Customer: "customer-" + strconv.Itoa(n),
		Created: at(n), Updated: at(n + 1), Wake: at(n + 1000), Labels: []string{"subject:Ü-😀", "survey:csat"},
		Data: []byte("{\"n\": " + strconv.Itoa(n) + ", \"raw\": \"\u2028\x00\xff\"}"),
	}
	sum := desk.Digest(shop, strconv.Itoa(n))
	copy(r.ID[:], sum[:])
	return r
}

// next is the following version of a record, with other content.
func next(r feedback.Record) feedback.Record {
	r.Version++
	v := strconv.FormatInt(r.Version, 10)
	r.State, r.Customer, r.Updated = "state-"+v, r.Customer+"'", r.Updated.Add(time.Minute)
	r.Labels, r.Data = []string{"v:" + v}, []byte(v)
	return r
}

// commitOf is a commit of the records, each from the version before, sorted.
func commitOf(all ...feedback.Record) feedback.Commit {
	c := feedback.Commit{At: at(0)}
	for _, r := range all {
		c.Writes = append(c.Writes, feedback.Write{Expect: r.Version - 1, Next: r})
		sum := desk.Digest(r.Ref().String(), strconv.FormatInt(r.Version, 10))
		copy(c.ID[:], sum[:])
	}
	slices.SortFunc(c.Writes, func(a, b feedback.Write) int { return feedback.CompareRefs(a.Next.Ref(), b.Next.Ref()) })
	return c
}

func key(shop string, kind feedback.UniqueKind, value string) feedback.Unique {
	return feedback.Unique{Shop: shop, Kind: kind, Hash: desk.Digest(value)}
}

func taking(c feedback.Commit, r feedback.Record, keys ...feedback.Unique) feedback.Commit {
	c.Take = slices.Clone(c.Take)
	for _, k := range keys {
		c.Take = append(c.Take, feedback.Held{Key: k, Ref: r.Ref()})
	}
	slices.SortFunc(c.Take, func(a, b feedback.Held) int { return bytes.Compare(a.Key.Hash[:], b.Key.Hash[:]) })
	return c
}

func releasing(c feedback.Commit, keys ...feedback.Unique) feedback.Commit {
	c.Release = append(slices.Clone(c.Release), keys...)
	slices.SortFunc(c.Release, func(a, b feedback.Unique) int { return bytes.Compare(a.Hash[:], b.Hash[:]) })
	return c
}

func counting(c feedback.Commit, changes ...feedback.Change) feedback.Commit {
	c.Counts = append(slices.Clone(c.Counts), changes...)
	slices.SortFunc(c.Counts, func(a, b feedback.Change) int { return a.Key.Compare(b.Key) })
	return c
}

// sumKey is a key of summaries: question, channel (empty: all answers) and day.
func sumKey(shop, question, channel string, day feedback.Day) feedback.Key {
	k := feedback.Key{Shop: shop, Survey: "csat", Question: question, Day: day}
	if channel != "" {
		k.Segment = feedback.Segment{Facet: "channel", Value: channel}
	}
	return k
}

// sum counts so many of each score from 1 to 5.
func sum(counts ...int64) feedback.Summary {
	all := make([]int64, 5)
	copy(all, counts)
	s, err := feedback.NewSummary(feedback.ScaleCSAT5(), all, 0)
	if err != nil {
		panic(err) // a mistake of this package
	}
	return s
}
