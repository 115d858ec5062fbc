package tickettest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/ticket"
)

// probe holds one store while one case looks at it. After the first failure
// its calls do nothing and return zero values, so that a case reads in one
// line from top to bottom. Its methods belong to one goroutine.
type probe struct {
	ctx   context.Context //nolint:containedctx // a probe lives for one run of one case
	store ticket.Store
	size  Suite
	err   error
}

func (p *probe) failf(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
}

// check fails the case unless ok.
func (p *probe) check(ok bool, format string, args ...any) {
	if !ok {
		p.failf(format, args...)
	}
}

// noError fails the case where a call failed.
func (p *probe) noError(what string, err error) {
	if err != nil {
		p.failf("%s returned %w", what, err)
	}
}

// wants fails the case unless err is the wanted one.
func (p *probe) wants(what string, want, err error) {
	if p.err == nil && !errors.Is(err, want) {
		p.err = fmt.Errorf("%s returned %v, want %w", what, err, want) //nolint:errorlint // err may be nil
	}
}

// in gives a step a name in the case's failure.
func (p *probe) in(what string, f func()) {
	if p.err != nil {
		return
	}
	f()
	if p.err != nil {
		p.err = fmt.Errorf("%s: %w", what, p.err)
	}
}

func (p *probe) commit(c ticket.Commit) {
	if p.err == nil {
		p.noError("Commit", p.store.Commit(p.ctx, c))
	}
}

// create commits first versions in their order, several of one shop at a time.
func (p *probe) create(all ...ticket.Record) {
	for len(all) > 0 {
		n := 1
		for n < min(len(all), ticket.MaxChanges) && all[n].Shop == all[0].Shop {
			n++
		}
		p.commit(commitOf(steps(all[:n]...)...))
		all = all[n:]
	}
}

// insist commits while others are at work, and tries again where it could not
// be serialized with them.
func (p *probe) insist(c ticket.Commit) error {
	const tries = 100
	var err error
	for range tries {
		if err = p.store.Commit(p.ctx, c); !errors.Is(err, ticket.ErrConflict) {
			return err
		}
	}
	return fmt.Errorf("after %d tries: %w", tries, err)
}

// conflict commits what must be refused for a version.
func (p *probe) conflict(c ticket.Commit) {
	if p.err == nil {
		p.wants("Commit", ticket.ErrConflict, p.store.Commit(p.ctx, c))
	}
}

// duplicate commits what must be refused for just these keys.
func (p *probe) duplicate(c ticket.Commit, keys ...ticket.Key) {
	if p.err == nil {
		p.namesKeys(p.store.Commit(p.ctx, c), keys...)
	}
}

func (p *probe) namesKeys(err error, keys ...ticket.Key) {
	p.wants("Commit", ticket.ErrDuplicateKey, err)
	var dup *ticket.DuplicateKeyError
	if p.err != nil || !errors.As(err, &dup) {
		p.failf("Commit returned %v, want a *DuplicateKeyError", err)
		return
	}
	p.check(!errors.Is(err, ticket.ErrConflict), "a duplicate key is an ErrConflict too: %v", err)
	got, want := keyNames(dup.Keys), keyNames(keys)
	p.check(slices.Equal(got, want), "DuplicateKeyError names %v, want %v", got, want)
}

func keyNames(keys []ticket.Key) []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = fmt.Sprintf("%s/%s/%x", k.Shop, k.Kind, k.Hash[:4])
	}
	slices.Sort(names)
	return names
}

func (p *probe) load(r ticket.Ref) ticket.Record {
	if p.err != nil {
		return ticket.Record{}
	}
	rec, err := p.store.Load(p.ctx, r)
	p.noError("Load", err)
	return rec
}

// absent wants a record not to be there, nor any event of it.
func (p *probe) absent(r ticket.Ref) {
	if p.err != nil {
		return
	}
	_, err := p.store.Load(p.ctx, r)
	p.wants("Load", ticket.ErrNotFound, err)
	p.check(len(p.historyOf(r, 0, ticket.MaxPage)) == 0, "a record that does not exist has events")
}

// stands wants a record to be as it was committed, its history included, as
// far as every version came by a step.
func (p *probe) stands(want ticket.Record) {
	p.sameRecord("Load", p.load(want.Ref()), want)
	p.sameEvents(p.history(want.Ref()), events(want.Ref(), want.Version))
}

func (p *probe) historyOf(r ticket.Ref, after int64, limit int) []ticket.StoredEvent {
	if p.err != nil {
		return nil
	}
	page, err := p.store.History(p.ctx, ticket.HistoryQuery{Ref: r, After: after, Limit: limit})
	p.noError("History", err)
	return page
}

// history reads all events of a record, page by page.
func (p *probe) history(r ticket.Ref) []ticket.StoredEvent {
	var all []ticket.StoredEvent
	for after := int64(0); p.err == nil; {
		page := p.historyOf(r, after, ticket.MaxPage)
		if len(page) == 0 {
			break
		}
		all = append(all, page...)
		last := page[len(page)-1].Seq
		p.check(last > after, "History after %d returned event %d", after, last)
		after = last
	}
	return all
}

// holds wants a key to be held just so.
func (p *probe) holds(want ticket.Held) {
	if p.err != nil {
		return
	}
	got, err := p.store.Lookup(p.ctx, want.Key)
	p.noError("Lookup", err)
	p.sameHeld(got, want)
}

// sameHeld compares what a lookup returned, in whatever order.
func (p *probe) sameHeld(got []ticket.Held, want ...ticket.Held) {
	p.check(len(got) == len(want), "Lookup returned %d keys, want %d", len(got), len(want))
	if p.err != nil {
		return
	}
	for _, w := range want {
		i := slices.IndexFunc(got, func(h ticket.Held) bool {
			return h.Key.Shop == w.Key.Shop && h.Key.Kind == w.Key.Kind && h.Key.Hash == w.Key.Hash
		})
		if i < 0 {
			p.failf("Lookup returned nobody for %s", showHeld(w))
			return
		}
		p.sameInstant("Lookup: Key.Expires", got[i].Key.Expires, w.Key.Expires)
		h := got[i]
		h.Key.Expires = w.Key.Expires
		p.check(h == w, "Lookup returned %s, want %s", showHeld(h), showHeld(w))
	}
}

// free wants nobody to hold a key.
func (p *probe) free(k ticket.Key) {
	if p.err == nil {
		got, err := p.store.Lookup(p.ctx, k)
		p.noError("Lookup of a free key", err)
		p.sameHeld(got)
	}
}

func (p *probe) list(q ticket.Query) ticket.Page {
	if p.err != nil {
		return ticket.Page{}
	}
	page, err := p.store.List(p.ctx, q)
	p.noError("List", err)
	return page
}

// maxPages bounds a walk through a list that does not end.
const maxPages = 2_000

// pages reads a whole list in pages of one size.
func (p *probe) pages(q ticket.Query, size int) []ticket.Record {
	var all []ticket.Record
	q.Limit = size
	for range maxPages {
		page := p.list(q)
		p.check(len(page.Records) <= size, "List returned %d records, limit %d", len(page.Records), size)
		all = append(all, page.Records...)
		if p.err != nil || !page.More {
			return all
		}
		if len(page.Records) == 0 {
			break
		}
		last := ticket.PositionOf(page.Records[len(page.Records)-1], q.Order)
		q.After = &last
	}
	p.failf("List in order %q does not end", q.Order)
	return nil
}

const lease = time.Minute // of the suite's claims

// claim claims from all shops.
func (p *probe) claim(now time.Time, limit int) []ticket.Record {
	return p.claimOf(ticket.ClaimRequest{Now: now, Lease: lease, Limit: limit})
}

func (p *probe) claimOf(r ticket.ClaimRequest) []ticket.Record {
	if p.err != nil {
		return nil
	}
	records, err := p.store.Claim(p.ctx, r)
	p.noError("Claim", err)
	return records
}

func (p *probe) erase(c ticket.Commit, redact func(ticket.StoredEvent) (ticket.StoredEvent, error)) {
	if p.err == nil {
		p.noError("Erase", p.store.Erase(p.ctx, ticket.EraseRequest{Commit: c, Redact: redact}))
	}
}

func (p *probe) sameInstant(what string, got, want time.Time) {
	switch {
	case !got.Equal(want):
		p.failf("%s is %s, want %s", what, show(got), show(want))
	case got.IsZero() != want.IsZero():
		p.failf("%s: zero is %t, want %t", what, got.IsZero(), want.IsZero())
	case got.Location().String() != "UTC":
		p.failf("%s is in zone %s, want UTC", what, got.Location())
	}
}

// sameRecord names every field that differs.
func (p *probe) sameRecord(what string, got, want ticket.Record) {
	if p.err != nil {
		return
	}
	var diffs []string
	text := func(field, got, want string) {
		if got != want {
			diffs = append(diffs, fmt.Sprintf("%s is %.80q, want %.80q", field, got, want))
		}
	}
	text("Kind", string(got.Kind), string(want.Kind))
	text("Shop", got.Shop, want.Shop)
	text("ID", got.ID.String(), want.ID.String())
	text("Version", strconv.FormatInt(got.Version, 10), strconv.FormatInt(want.Version, 10))
	text("State", string(got.State), string(want.State))
	text("Assignee", got.Assignee, want.Assignee)
	text("Team", got.Team, want.Team)
	text("Priority", string(got.Priority), string(want.Priority))
	text("Customer", got.Customer, want.Customer)
	text("Labels", fmt.Sprintf("%q", got.Labels), fmt.Sprintf("%q", want.Labels))
	text("Data", string(got.Data), string(want.Data))
	p.check(len(diffs) == 0, "%s of %s: %s", what, want.Ref(), strings.Join(diffs, "; "))
	p.sameInstant(what+": Due", got.Due, want.Due)
	p.sameInstant(what+": Created", got.Created, want.Created)
	p.sameInstant(what+": Updated", got.Updated, want.Updated)
	p.sameInstant(what+": Wake", got.Wake, want.Wake)
}

// sameRecords wants records in this order and no others.
func (p *probe) sameRecords(what string, got, want []ticket.Record) {
	p.check(slices.Equal(refs(got), refs(want)), "%s returned %s, want %s", what, shorten(refs(got)), shorten(refs(want)))
	for i := range want {
		if p.err != nil {
			return
		}
		p.sameRecord(what, got[i], want[i])
	}
}

// sameSet wants these records and no others, in any order: which of two comes
// first is left open where one was claimed before.
func (p *probe) sameSet(what string, got []ticket.Record, want ...ticket.Record) {
	byRef := func(a, b ticket.Record) int { return strings.Compare(a.Ref().String(), b.Ref().String()) }
	p.sameRecords(what, slices.SortedFunc(slices.Values(got), byRef), slices.SortedFunc(slices.Values(want), byRef))
}

func (p *probe) sameEvents(got, want []ticket.StoredEvent) {
	p.check(len(got) == len(want), "History has %d events, want %d", len(got), len(want))
	for i := range want {
		if p.err != nil {
			return
		}
		g, w := got[i], want[i]
		p.check(g.Seq == w.Seq && g.ID == w.ID && g.Kind == w.Kind,
			"event %d is %d %s %s, want %d %s %s", i, g.Seq, g.ID, g.Kind, w.Seq, w.ID, w.Kind)
		p.check(bytes.Equal(g.Data, w.Data), "event %d has data %.80q, want %.80q", w.Seq, g.Data, w.Data)
		p.sameInstant(fmt.Sprintf("event %d: At", w.Seq), g.At, w.At)
	}
}

func refs(all []ticket.Record) []ticket.Ref {
	out := make([]ticket.Ref, len(all))
	for i, r := range all {
		out[i] = r.Ref()
	}
	return out
}

func shorten(refs []ticket.Ref) string {
	const most = 12
	if len(refs) > most {
		return fmt.Sprintf("%v and %d more", refs[:most], len(refs)-most)
	}
	return fmt.Sprint(refs)
}

func show(t time.Time) string {
	if t.IsZero() {
		return "zero"
	}
	return t.Format(time.RFC3339Nano)
}

func showHeld(h ticket.Held) string {
	return fmt.Sprintf("{%s %s %x digest %x, %s, events %d to %d}",
		h.Key.Shop, h.Key.Kind, h.Key.Hash[:4], h.Key.Digest[:4], h.Ref, h.First, h.Last)
}
