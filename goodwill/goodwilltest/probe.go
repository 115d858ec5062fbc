package goodwilltest

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/internal/desk"
)

// probe holds one store while one case looks at it. After the first failure its
// calls do nothing and return zero values, so that a case reads from top to
// bottom. Its methods belong to one goroutine.
type probe struct {
	ctx   context.Context //nolint:containedctx // a probe lives for one run of one case
	store goodwill.Store
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

func (p *probe) commit(c goodwill.Commit) {
	if p.err == nil {
		p.noError("Commit", p.store.Commit(p.ctx, c))
	}
}

// refused commits what must be refused for a reason.
func (p *probe) refused(want error, c goodwill.Commit) {
	if p.err == nil {
		p.wants("Commit", want, p.store.Commit(p.ctx, c))
	}
}

// duplicate commits what must be refused for just these keys.
func (p *probe) duplicate(c goodwill.Commit, keys ...goodwill.Unique) {
	if p.err != nil {
		return
	}
	err := p.store.Commit(p.ctx, c)
	var dup *goodwill.DuplicateError
	if !errors.As(err, &dup) {
		p.check(false, "Commit returned %v, want a *DuplicateError", err)
		return
	}
	p.check(slices.Equal(hashes(dup.Keys), hashes(keys)), "Commit names %d taken keys, want %d others", len(dup.Keys), len(keys))
}

func hashes(keys []goodwill.Unique) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = k.Shop + "/" + string(k.Kind) + "/" + string(k.Hash[:])
	}
	slices.Sort(out)
	return out
}

// stands wants a record to be as it was committed, by Load and by List.
func (p *probe) stands(want goodwill.Record) {
	if p.err != nil {
		return
	}
	got, err := p.store.Load(p.ctx, want.Ref())
	p.noError("Load", err)
	p.same("Load", got, want)
	page := p.list(goodwill.Query{Shop: want.Shop, Limit: goodwill.MaxPage})
	i := slices.IndexFunc(page.Records, func(r goodwill.Record) bool { return r.ID == want.ID })
	p.check(i >= 0, "List does not return %s", want.Ref())
	if p.err == nil {
		p.same("List", page.Records[i], want)
	}
}

func (p *probe) same(what string, got, want goodwill.Record) {
	p.check(equal(got, want), "%s returned\n%+v, want\n%+v", what, got, want)
}

// equal compares records as stores return them: in UTC, an empty slice as none.
func equal(got, want goodwill.Record) bool {
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

func (p *probe) absent(ref goodwill.Ref) {
	if p.err == nil {
		_, err := p.store.Load(p.ctx, ref)
		p.wants("Load", goodwill.ErrNotFound, err)
	}
}

func (p *probe) holds(want goodwill.Unique, ref goodwill.Ref) {
	if p.err != nil {
		return
	}
	got, err := p.store.Lookup(p.ctx, want)
	p.noError("Lookup", err)
	same := got.Key.Expires.Equal(want.Expires) && got.Key.Expires.IsZero() == want.Expires.IsZero()
	got.Key.Expires, want.Expires = time.Time{}, time.Time{}
	p.check(same && got == goodwill.Held{Key: want, Ref: ref}, "Lookup returned %+v, want %+v of %s", got, want, ref)
}

func (p *probe) free(u goodwill.Unique) {
	if p.err == nil {
		_, err := p.store.Lookup(p.ctx, u)
		p.wants("Lookup", goodwill.ErrNotFound, err)
	}
}

func (p *probe) list(q goodwill.Query) goodwill.Page {
	if p.err != nil {
		return goodwill.Page{}
	}
	page, err := p.store.List(p.ctx, q)
	p.noError("List", err)
	return page
}

// pages reads a list to its end in pages of a size.
func (p *probe) pages(q goodwill.Query, size int) []goodwill.Ref {
	var refs []goodwill.Ref
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
		pos := goodwill.PositionOf(page.Records[len(page.Records)-1], q.Sort)
		q.After = &pos
	}
	p.check(false, "List does not end")
	return refs
}

// lease is that of all claims.
const lease = time.Minute

// claims wants a claim to return just these.
func (p *probe) claims(what string, now time.Time, limit int, want ...goodwill.Record) {
	p.claimsOf(what, nil, now, limit, want...)
}

func (p *probe) claimsOf(what string, shops []string, now time.Time, limit int, want ...goodwill.Record) {
	if p.err != nil {
		return
	}
	got, err := p.store.Claim(p.ctx, goodwill.ClaimRequest{Shops: shops, Now: now, Lease: lease, Limit: limit})
	p.noError("Claim", err)
	p.check(slices.EqualFunc(got, want, equal), "%s: claimed %v, want %v", what, refsOf(got), refsOf(want))
}

// amount is in the currency of most cases.
func amount(minor int64) money.Amount { return money.New(minor, money.EUR) }

// balance is what an account has come to, in the currency of most cases.
func balance(name string, pending, posted int64) goodwill.Balance {
	return goodwill.Balance{
		Account: goodwill.Account{Name: name, Currency: money.EUR}, Pending: amount(pending), Posted: amount(posted),
	}
}

// balances wants just these balances of a shop, in this order.
func (p *probe) balances(what, shop string, want ...goodwill.Balance) {
	got := p.balancesOf(goodwill.BalanceQuery{Shop: shop, Limit: goodwill.MaxPage})
	p.check(slices.Equal(got, want), "%s: the balances of %q are\n%v, want\n%v", what, shop, got, want)
}

func (p *probe) balancesOf(q goodwill.BalanceQuery) []goodwill.Balance {
	if p.err != nil {
		return nil
	}
	got, err := p.store.Balances(p.ctx, q)
	p.noError("Balances", err)
	return got
}

// entries wants just these entries, in this order.
func (p *probe) entries(what string, q goodwill.EntryQuery, want ...goodwill.Entry) {
	if p.err != nil {
		return
	}
	got, err := p.store.Entries(p.ctx, q)
	p.noError("Entries", err)
	p.check(slices.EqualFunc(got, want, sameEntry), "%s: Entries returned\n%v, want\n%v", what, got, want)
}

// sameEntry compares entries as stores return them, in UTC.
func sameEntry(got, want goodwill.Entry) bool {
	utc := got.At.Equal(want.At) && got.At.Location() == time.UTC
	got.At, want.At = time.Time{}, time.Time{}
	return utc && got == want
}

func refsOf(all []goodwill.Record) []string {
	out := make([]string, len(all))
	for i, r := range all {
		out[i] = r.Ref().String()
	}
	return out
}

// insist commits while others are at work, and tries again where it could not be
// serialized with them.
func (p *probe) insist(c goodwill.Commit) error {
	var err error
	for range 100 {
		if err = p.store.Commit(p.ctx, c); !errors.Is(err, goodwill.ErrConflict) {
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
func record(shop string, n int) goodwill.Record {
	r := goodwill.Record{
		Kind: goodwill.RecordGrant, Shop: shop, Version: 1, State: "proposed", Customer: "customer-" + strconv.Itoa(n),
		Created: at(n), Updated: at(n + 1), Wake: at(n + 1000), Labels: []string{"actor:anna", "order:Ü-😀"},
		Data: []byte("{\"n\": " + strconv.Itoa(n) + ", \"raw\": \"\u2028\x00\xff\"}"),
	}
	sum := desk.Digest(shop, strconv.Itoa(n))
	copy(r.ID[:], sum[:])
	return r
}

// next is the following version of a record, with other content.
func next(r goodwill.Record) goodwill.Record {
	r.Version++
	v := strconv.FormatInt(r.Version, 10)
	r.State, r.Customer, r.Updated = "state-"+v, r.Customer+"'", r.Updated.Add(time.Minute)
	r.Labels, r.Data = []string{"v:" + v}, []byte(v)
	return r
}

// commitOf is a commit of the records, each from the version before, sorted.
func commitOf(all ...goodwill.Record) goodwill.Commit {
	c := goodwill.Commit{At: at(0)}
	for _, r := range all {
		c.Writes = append(c.Writes, goodwill.Write{Expect: r.Version - 1, Next: r})
		sum := desk.Digest(r.Ref().String(), strconv.FormatInt(r.Version, 10))
		copy(c.ID[:], sum[:])
	}
	slices.SortFunc(c.Writes, func(a, b goodwill.Write) int { return goodwill.CompareRefs(a.Next.Ref(), b.Next.Ref()) })
	return c
}

func key(shop string, kind goodwill.UniqueKind, value string) goodwill.Unique {
	return goodwill.Unique{Shop: shop, Kind: kind, Hash: desk.Digest(value)}
}

func taking(c goodwill.Commit, r goodwill.Record, keys ...goodwill.Unique) goodwill.Commit {
	c.Take = slices.Clone(c.Take)
	for _, k := range keys {
		c.Take = append(c.Take, goodwill.Held{Key: k, Ref: r.Ref()})
	}
	slices.SortFunc(c.Take, func(a, b goodwill.Held) int { return bytes.Compare(a.Key.Hash[:], b.Key.Hash[:]) })
	return c
}

func releasing(c goodwill.Commit, keys ...goodwill.Unique) goodwill.Commit {
	c.Release = append(slices.Clone(c.Release), keys...)
	slices.SortFunc(c.Release, func(a, b goodwill.Unique) int { return bytes.Compare(a.Hash[:], b.Hash[:]) })
	return c
}

// entry is the n-th of a shop: it moves an amount from one account to another,
// for the n-th grant.
func entry(shop string, n int, phase goodwill.Phase, debit, credit string, minor int64) goodwill.Entry {
	e := goodwill.Entry{
		Shop: shop, Grant: record(shop, n).ID, At: at(n), Phase: phase, Debit: debit, Credit: credit, Amount: amount(minor),
	}
	binary.BigEndian.PutUint64(e.ID[:8], uint64(n+1))
	copy(e.ID[8:], shop)
	return e
}

// capped is an entry with the most that its debited account may come to.
func capped(e goodwill.Entry, most int64) goodwill.Entry {
	e.Cap = amount(most)
	return e
}

func posting(c goodwill.Commit, entries ...goodwill.Entry) goodwill.Commit {
	c.Entries = append(slices.Clone(c.Entries), entries...)
	slices.SortFunc(c.Entries, func(a, b goodwill.Entry) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return c
}

// over commits what must be refused for the caps of just these accounts.
func (p *probe) over(c goodwill.Commit, want ...goodwill.Excess) {
	if p.err != nil {
		return
	}
	err := p.store.Commit(p.ctx, c)
	var caps *goodwill.CapError
	if !errors.As(err, &caps) {
		p.check(false, "Commit returned %v, want a *CapError", err)
		return
	}
	p.check(slices.Equal(caps.Over, want), "Commit names %v, want %v", caps.Over, want)
}
