package goodwill

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// Export is all that the desk keeps of a customer: articles 15 and 20 GDPR.
type Export struct {
	Shop     string  `json:"shop"`
	Customer string  `json:"customer"`
	Grants   []Grant `json:"grants"`
	Entries  []Entry `json:"entries"` // of these grants
	// Purposes says, by field, what each is kept for.
	Purposes map[string]sla.Text `json:"purposes"`
}

// Purposes says what each personal field is kept for, and on what legal basis.
func Purposes() map[string]sla.Text {
	all := map[string]sla.Text{}
	w := words()
	for _, field := range []string{"customer", "order", "awards", "reasons", "answered", "entries"} {
		all[field] = w["purpose."+field]
	}
	return all
}

// Export returns what is kept of a customer, with all entries. Those that were
// erased are not found any more.
func (d *Desk) Export(ctx context.Context, actor Actor, customer string) (Export, error) {
	out := Export{Shop: actor.Shop, Customer: customer, Purposes: Purposes()}
	if err := d.mayManage(&actor, customer); err != nil {
		return out, err
	}
	for rec, err := range d.recordsOf(ctx, actor.Shop, RecordGrant, customer) {
		if err != nil {
			return out, err
		}
		g, err := decodeGrant(rec)
		if err != nil {
			return out, err
		}
		entries, err := d.entriesOf(ctx, g)
		if err != nil {
			return out, err
		}
		out.Grants, out.Entries = append(out.Grants, *g), append(out.Entries, entries...)
	}
	return out, nil
}

// mayManage wants a lead, and a customer to look for.
func (d *Desk) mayManage(actor *Actor, customer string) error {
	if err := actor.may(actor.Shop); err != nil {
		return err
	}
	if customer == "" {
		c := new(compiler)
		c.add("customer", "", "is missing")
		return c.faults
	}
	if !d.isLead(actor) {
		return &Refusal{Ref{Shop: actor.Shop}, []Reason{{Code: CodeLead}}}
	}
	return nil
}

// recordsOf reads all records of a customer, page by page.
func (d *Desk) recordsOf(ctx context.Context, shop string, kind RecordKind, customer string) iter.Seq2[Record, error] {
	q := Query{Shop: shop, Kind: kind, Customer: customer, Limit: MaxPage}
	return func(yield func(Record, error) bool) {
		for {
			page, err := d.store.List(ctx, q)
			if err != nil {
				yield(Record{}, fmt.Errorf("goodwill: list: %w", err))
				return
			}
			for _, r := range page.Records {
				if !yield(r, nil) {
					return
				}
			}
			if !page.More || len(page.Records) == 0 {
				return
			}
			after := PositionOf(page.Records[len(page.Records)-1], q.Sort)
			q.After = &after
		}
	}
}

func (d *Desk) entriesOf(ctx context.Context, g *Grant) ([]Entry, error) {
	var all []Entry
	q := EntryQuery{Shop: g.Shop, Grant: g.ID, Limit: MaxPage}
	for {
		got, err := d.store.Entries(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("goodwill: entries: %w", err)
		}
		all = append(all, got...)
		if len(got) < MaxPage {
			return all, nil
		}
		q.After = got[len(got)-1].ID
	}
}

// Erasure is what became of the wish to be forgotten: article 17 GDPR.
type Erasure struct {
	Erased []Ref `json:"erased,omitempty"` // nothing of who, what and why is left
	// Kept is what a duty to keep leaves, without the customer: article 17 (3)
	// (b) GDPR. It is erased by Tick when its time is over.
	Kept []Kept `json:"kept,omitempty"`
	// Open is what is still owed or on its way; erase again when it has ended.
	Open []Ref `json:"open,omitempty"`
}

// Kept is one grant that has to be kept, and until when.
type Kept struct {
	Ref       Ref      `json:"ref"`
	Until     sla.Date `json:"until"`     // last day
	Retention string   `json:"retention"` // id
	Source    string   `json:"source"`
}

// Erase makes the desk forget a customer. What was paid is an accounting record:
// it loses the customer, the case and the reasons, and keeps order, lines,
// amounts and the payer's reference for as long as [Config.Retention] says. What
// was not paid keeps its id, state, times and amount. Entries name nobody: they
// stay. Only a lead may; it can be repeated.
func (d *Desk) Erase(ctx context.Context, actor Actor, customer string) (Erasure, error) {
	var out Erasure
	if err := d.mayManage(&actor, customer); err != nil {
		return out, err
	}
	for rec, err := range d.recordsOf(ctx, actor.Shop, RecordGrant, customer) {
		if err != nil {
			return out, err
		}
		g, err := d.forget(ctx, rec.Ref())
		switch {
		case err != nil:
			return out, err
		case !g.State.Ended():
			out.Open = append(out.Open, g.Ref())
		case g.KeepTo.IsZero():
			out.Erased = append(out.Erased, g.Ref())
		default:
			out.Kept = append(out.Kept, Kept{g.Ref(), g.KeepTo, g.KeptBy, d.sourceOf(g.KeptBy)})
		}
	}
	return out, d.forgetBooks(ctx, actor.Shop, customer, out.Open)
}

func (d *Desk) sourceOf(retention string) string {
	for _, r := range d.cfg.Retention {
		if r.ID == retention {
			return r.Source
		}
	}
	return ""
}

// forget takes the customer out of one grant that has ended.
func (d *Desk) forget(ctx context.Context, ref Ref) (Grant, error) {
	return d.step(ctx, ref, func(_ context.Context, u *unit, g *Grant) error {
		if !g.State.Ended() || !g.Erased.IsZero() {
			return nil
		}
		until, by, err := d.duty(g)
		if err != nil {
			return err
		}
		g.Erased, g.Customer, g.Case, g.Reasons, g.Trace = u.now, "", "", nil, nil
		g.KeepTo, g.KeptBy = until, by
		if until.IsZero() {
			g.blank()
		}
		return u.happen(g, EventErase, WhoSystem, Change{})
	})
}

// blank takes out all but id, state, times and amounts.
func (g *Grant) blank() {
	g.Order, g.Awards, g.Shares, g.Parts, g.Key, g.Answered = "", nil, nil, nil, "", Receipt{Status: g.Answered.Status, At: g.Answered.At}
	g.KeepTo, g.KeptBy = sla.Date{}, ""
	for i := range g.Log {
		g.Log[i].Ref = ""
	}
}

// duty returns until when, and by which duty, what a grant has paid is to be
// kept: the longest. Nothing is kept of what was not paid.
func (d *Desk) duty(g *Grant) (sla.Date, string, error) {
	paid, ok := g.last(EventSettle)
	if !ok {
		return sla.Date{}, "", nil
	}
	zone, err := d.zoneOf(g)
	if err != nil {
		return sla.Date{}, "", err
	}
	var until sla.Date
	by := ""
	year := sla.DateOf(paid.At, zone).Year
	for _, r := range d.cfg.Retention {
		if last := (sla.Date{Year: year + r.Years, Month: time.December, Day: 31}); until.Before(last) {
			until, by = last, r.ID
		}
	}
	return until, by, nil
}

func (d *Desk) zoneOf(g *Grant) (*time.Location, error) {
	p, err := d.policyOf(g.Policy)
	if err != nil {
		return nil, err
	}
	return p.zone, nil
}

// purge blanks a grant whose duty to be kept is over, and what the book of its
// order holds of it.
func (d *Desk) purge(ctx context.Context, ref Ref) (Grant, error) {
	return d.step(ctx, ref, func(ctx context.Context, u *unit, g *Grant) error {
		if g.KeepTo.IsZero() || g.Wake.After(u.now) {
			return nil
		}
		b, err := d.book(ctx, g.Shop, g.Order)
		if err != nil {
			return err
		}
		if b.version > 0 && g.Means == MeansOriginal {
			b.Order, b.customer = "", ""
			w, err := b.write(u.now)
			if err != nil {
				return err
			}
			u.commit.Writes = append(u.commit.Writes, w)
		}
		g.blank()
		return u.happen(g, EventErase, WhoSystem, Change{})
	})
}

// forgetBooks takes the customer off the books of orders, unless something is
// still open.
func (d *Desk) forgetBooks(ctx context.Context, shop, customer string, open []Ref) error {
	if len(open) > 0 {
		return nil
	}
	for rec, err := range d.recordsOf(ctx, shop, RecordOrder, customer) {
		if err != nil {
			return err
		}
		_, err = d.run(ctx, shop, func(ctx context.Context, u *unit) error {
			now, err := d.store.Load(ctx, rec.Ref())
			if errors.Is(err, ErrNotFound) || err == nil && now.Customer == "" {
				return nil
			}
			if err != nil {
				return fmt.Errorf("goodwill: load %s: %w", rec.Ref(), err)
			}
			b, err := decodeBook(now)
			if err != nil {
				return err
			}
			b.customer = ""
			w, err := b.write(u.now)
			u.commit.Writes = []Write{w}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
