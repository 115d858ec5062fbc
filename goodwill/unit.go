package goodwill

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/internal/desk"
	"github.com/kulanz-go/kulanz/sla"
)

// How long keys are held.
const (
	commitLife  = 7 * 24 * time.Hour
	requestLife = 30 * 24 * time.Hour
)

// unit is one try at one commit.
type unit struct {
	desk   *Desk
	now    time.Time
	commit Commit
	own    Unique
	basis  *Grant // that a step is about, as it was read; nil: none
	landed bool   // an earlier try had, so what is stored counts, not what was planned
}

// run plans and commits until it lands. Every try has the same commit id, so
// that one whose outcome was unknown can never land twice.
func (d *Desk) run(ctx context.Context, shop string, plan func(ctx context.Context, u *unit) error) (*unit, error) {
	id, err := d.newID()
	if err != nil {
		return nil, err
	}
	own := newUnique(shop, UniqueCommit, id.String())
	return desk.Land(ctx, desk.Op[*unit]{
		Name: "goodwill",
		New: func(error) *unit {
			now := d.now()
			own.Expires = now.Add(commitLife)
			return &unit{desk: d, now: now, own: own, commit: Commit{ID: id, At: now}}
		},
		Plan: func(ctx context.Context, u *unit) (bool, error) {
			err := plan(ctx, u)
			if err == nil && len(u.commit.Writes) > 0 {
				u.seal()
				err = u.fits(ctx)
			}
			if u.overtaken(ctx, err) {
				err = fmt.Errorf("%w: %w", ErrConflict, err)
			}
			return len(u.commit.Writes) > 0, err
		},
		Commit: func(ctx context.Context, u *unit) error {
			err := d.store.Commit(ctx, u.commit)
			if errors.Is(err, ErrCap) && !d.bound {
				return fmt.Errorf("%w: %w", ErrConflict, err) // somebody else was faster: the next plan sees it
			}
			return err
		},
		Find: func(ctx context.Context, u *unit) error {
			_, err := d.store.Lookup(ctx, u.own)
			u.landed = err == nil
			return err
		},
		Ours: func(err error) bool {
			var dup *DuplicateError
			return errors.As(err, &dup) && dup.Has(UniqueCommit)
		},
		Bound:    d.bound,
		Conflict: ErrConflict, Duplicate: ErrDuplicate, NotFound: ErrNotFound,
	})
}

// seal adds the commit's own key and brings everything into the order in which
// stores write.
func (u *unit) seal() {
	u.take(u.own, u.commit.Writes[0].Next.Ref())
	slices.SortFunc(u.commit.Writes, func(a, b Write) int { return CompareRefs(a.Next.Ref(), b.Next.Ref()) })
	slices.SortFunc(u.commit.Entries, func(a, b Entry) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	slices.SortFunc(u.commit.Take, func(a, b Held) int { return bytes.Compare(a.Key.Hash[:], b.Key.Hash[:]) })
}

func (u *unit) take(key Unique, ref Ref) { u.commit.Take = append(u.commit.Take, Held{key, ref}) }

// overtaken reports whether a refusal is of what was read before somebody else
// changed the grant: what is in its way may then be that very change, such as its
// own reservation.
func (u *unit) overtaken(ctx context.Context, err error) bool {
	if u.basis == nil || u.desk.bound || !errors.Is(err, ErrRefused) && !errors.Is(err, ErrCap) {
		return false
	}
	now, lost := u.desk.load(ctx, u.basis.Ref())
	return lost == nil && now.version != u.basis.version
}

// fits asks whether the caps leave room, so that a commit that cannot land is
// refused with what is in its way.
func (u *unit) fits(ctx context.Context) error {
	if !slices.ContainsFunc(u.commit.Entries, func(e Entry) bool { return e.Cap.Given() && e.Phase == PhaseReserve }) {
		return nil
	}
	stored, err := u.desk.balances(ctx, u.commit.Entries[0].Shop, names(u.commit.Accounts()))
	if err != nil {
		return err
	}
	if _, err = Post(&u.commit, stored); err != nil {
		return fmt.Errorf("goodwill: %w", err)
	}
	return nil
}

func names(accounts []Account) []string {
	all := make([]string, len(accounts))
	for i, a := range accounts {
		all[i] = a.Name
	}
	return slices.Compact(all)
}

// balances reads the balances of some accounts.
func (d *Desk) balances(ctx context.Context, shop string, accounts []string) ([]Balance, error) {
	var all []Balance
	q := BalanceQuery{Shop: shop, Accounts: accounts, Limit: MaxPage}
	for len(accounts) > 0 {
		got, err := d.store.Balances(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("goodwill: balances: %w", err)
		}
		all = append(all, got...)
		if len(got) < MaxPage {
			break
		}
		q.After = &got[len(got)-1].Account
	}
	return all, nil
}

// happen moves a grant on by an event, with its entries, and adds its next
// version to the commit.
func (u *unit) happen(g *Grant, e Event, who Who, c Change) error {
	row, ok := u.desk.machine.row(e, g.State)
	to, possible, err := u.desk.machine.fire(e, g.State)
	if err != nil {
		return err
	}
	if !ok || !possible || !slices.Contains(row.Who, who) {
		return &Refusal{g.Ref(), []Reason{{Code: CodeWrongState, Param: string(g.State)}}}
	}
	g.State = to
	if row.Books != "" {
		if err := u.enter(g, row); err != nil {
			return err
		}
	}
	if e != EventAsk && e != EventHold {
		c.At, c.Event, c.To = u.now, e, to
		g.Log = append(g.Log, c)
		g.waits = 0
	} else {
		g.waits++
	}
	g.Wake = u.desk.wake(g, e, u.now)
	g.Updated = u.now
	return u.write(g)
}

func (u *unit) write(g *Grant) error {
	r, err := g.record()
	if err != nil {
		return err
	}
	u.commit.Writes = append(u.commit.Writes, Write{g.version, r})
	return nil
}

// enter books what a grant moves, as a row says. The ids of a grant's entries
// count on, so that those of one millisecond stand in their order (RFC 9562,
// section 6.2, method 1).
func (u *unit) enter(g *Grant, row *Row) error {
	if n := len(g.Booked); n > MaxEntries {
		return &sla.Fault{Path: "grant", Value: strconv.Itoa(n) + " accounts", Reason: "are more than one commit moves, " + strconv.Itoa(MaxEntries)}
	}
	for _, b := range g.Booked {
		id, err := u.desk.newID()
		if err != nil {
			return err
		}
		id[6], id[7] = id[6]&0xf0|byte(g.entered>>8&0xf), byte(g.entered&0xff)
		g.entered++
		e := Entry{
			ID: id, Shop: g.Shop, Grant: g.ID, At: u.now, Phase: row.Books, Debit: b.Debit, Credit: b.Credit, Amount: b.Amount,
		}
		if row.Books == PhaseReserve {
			e.Cap = b.Cap
		}
		if row.Opposite {
			e.Debit, e.Credit = e.Credit, e.Debit
		}
		u.commit.Entries = append(u.commit.Entries, e)
	}
	return nil
}

// Bounds of how long Tick leaves a grant alone that cannot go on.
const (
	firstWait = time.Minute
	firstHold = time.Hour
	mostWait  = 24 * time.Hour
)

// wake is when Tick has to look at a grant next. What may have been paid never
// expires.
func (d *Desk) wake(g *Grant, e Event, now time.Time) time.Time {
	switch g.State {
	case StateProposed:
		return g.Expires
	case StateApproved:
		switch {
		case e == EventHold:
			return earlier(now.Add(desk.Hide(firstHold, mostWait, g.waits-1)), g.Expires)
		case g.Auto:
			return now
		}
		return g.Expires
	case StateReserved:
		return now.Add(d.cfg.PayTimeout)
	case StateExecuting:
		return now.Add(2 * d.cfg.PayTimeout)
	case StateUnknown:
		return now.Add(desk.Hide(firstWait, mostWait, max(g.waits, g.Attempts-1)))
	case StateNone, StateRejected, StateExpired, StateSettled, StateFailed, StateReversed:
	}
	if zone, err := d.zoneOf(g); err == nil && !g.KeepTo.IsZero() {
		return g.KeepTo.End(zone).UTC()
	}
	return time.Time{}
}

// earlier is the earlier of two instants, of which the second may be none.
func earlier(a, b time.Time) time.Time {
	if !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
