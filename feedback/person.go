package feedback

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"
)

// Export is all that the desk keeps of a customer: article 15 and 20 GDPR.
type Export struct {
	Shop        string               `json:"shop"`
	Customer    string               `json:"customer"`
	Objected    time.Time            `json:"objected,omitzero"`
	Invitations []ExportedInvitation `json:"invitations"`
	// Entries are those of measures and logs that are about the customer.
	Entries []ExportedEntry `json:"entries"`
	// Purposes says, by field, what each is kept for.
	Purposes map[string]string `json:"purposes"`
}

// ExportedInvitation is one invitation with its response.
type ExportedInvitation struct {
	ID       string            `json:"id"`
	Survey   string            `json:"survey"`
	Subject  string            `json:"subject"`
	Medium   Medium            `json:"medium"`
	State    InvitationState   `json:"state"`
	Facets   map[string]string `json:"facets,omitempty"`
	Created  time.Time         `json:"created"`
	Sent     time.Time         `json:"sent,omitzero"`
	Reminded time.Time         `json:"reminded,omitzero"`
	Expires  time.Time         `json:"expires,omitzero"`
	Response *Response         `json:"response,omitempty"`
}

// ExportedEntry is one entry about a customer.
type ExportedEntry struct {
	ID      string          `json:"id"`
	Kind    RecordKind      `json:"kind"`
	State   string          `json:"state"`
	Created time.Time       `json:"created"`
	Data    json.RawMessage `json:"data"`
}

// Purposes says what each personal field is kept for, and on what legal basis,
// in English or, for "de", in German.
func Purposes(lang string) map[string]string {
	if lang == "de" {
		return map[string]string{
			"customer":  "Zuordnung zur Person, um Widerspruch und Häufigkeit zu beachten (Art. 6 Abs. 1 lit. f DSGVO)",
			"objected":  "Beachtung des Widerspruchs, auch nach der Löschung, als Hashwert (Art. 21 Abs. 3 DSGVO)",
			"subject":   "nicht zweimal zum selben Vorgang zu fragen (Art. 6 Abs. 1 lit. f DSGVO)",
			"facets":    "Auswertung nach Gruppen ohne Personenbezug (Art. 6 Abs. 1 lit. f DSGVO)",
			"response":  "Auswertung der Zufriedenheit (Einwilligung, Art. 6 Abs. 1 lit. a DSGVO)",
			"sent":      "Nachweis, wann gefragt wurde (Art. 6 Abs. 1 lit. f DSGVO)",
			"entries":   "Beantwortung und Bearbeitung von Bewertungen, Meldungen und Beschwerden (Art. 6 Abs. 1 lit. c und f DSGVO)",
			"reminders": "höchstens einmal zu erinnern (Art. 6 Abs. 1 lit. f DSGVO)",
		}
	}
	return map[string]string{
		"customer":  "to keep to objections and limits of the person (article 6(1)(f) GDPR)",
		"objected":  "to keep to the objection, as a hash also after erasure (article 21(3) GDPR)",
		"subject":   "not to ask about one matter twice (article 6(1)(f) GDPR)",
		"facets":    "to compare groups, not persons (article 6(1)(f) GDPR)",
		"response":  "to measure satisfaction (consent, article 6(1)(a) GDPR)",
		"sent":      "to prove when it was asked (article 6(1)(f) GDPR)",
		"entries":   "to answer and handle reviews, notices and complaints (article 6(1)(c) and (f) GDPR)",
		"reminders": "to remind once at most (article 6(1)(f) GDPR)",
	}
}

// Invitations returns the invitations that a query finds, page by page. The
// query's Kind is set by the desk, and its Limit is the size of a page; 0:
// MaxPage.
func (d *Desk) Invitations(ctx context.Context, q Query) iter.Seq2[*Invitation, error] {
	q.Kind = RecordInvitation
	if q.Limit <= 0 {
		q.Limit = MaxPage
	}
	return func(yield func(*Invitation, error) bool) {
		for {
			page, err := d.store.List(ctx, q)
			if err != nil {
				yield(nil, fmt.Errorf("feedback: list: %w", err))
				return
			}
			for _, r := range page.Records {
				i, err := decodeInvitation(r)
				if !yield(i, err) || err != nil {
					return
				}
			}
			if q.After = next(page, q.Order); q.After == nil {
				return
			}
		}
	}
}

// Export returns all that is kept of a customer. lang is that of the purposes.
func (d *Desk) Export(ctx context.Context, shop, customer, lang string) (Export, error) {
	e := Export{Shop: shop, Customer: customer, Invitations: []ExportedInvitation{}, Entries: []ExportedEntry{}, Purposes: Purposes(lang)}
	c, err := d.customer(ctx, shop, customer)
	if err != nil {
		return e, err
	}
	if c == nil {
		return e, &Fault{Path: "customer", Reason: "is missing"}
	}
	e.Objected = c.Objected
	for i, err := range d.Invitations(ctx, Query{Shop: shop, Customer: customer}) {
		if err != nil {
			return e, err
		}
		e.Invitations = append(e.Invitations, ExportedInvitation{
			ID: i.ID.String(), Survey: i.Survey, Subject: i.Subject, Medium: i.Medium, State: i.State, Facets: i.Facets,
			Created: i.Created, Sent: i.Sent, Reminded: i.Reminded, Expires: i.Expires, Response: i.Response,
		})
	}
	return e, d.exportEntries(ctx, &e)
}

func (d *Desk) exportEntries(ctx context.Context, e *Export) error {
	for _, kind := range entryKinds() {
		q := Query{Shop: e.Shop, Kind: kind, Customer: e.Customer, Limit: MaxPage}
		for {
			list, more, err := d.Entries(ctx, q)
			if err != nil {
				return err
			}
			for _, one := range list {
				e.Entries = append(e.Entries, ExportedEntry{one.ID.String(), one.Kind, one.State, one.Created, one.Data})
			}
			if q.After = more; more == nil {
				break
			}
		}
	}
	return nil
}

// entryKinds are the kinds of record that are entries.
func entryKinds() []RecordKind { return []RecordKind{RecordMeasure, RecordLog} }

// Erased tells what [Desk.Erase] did.
type Erased struct {
	Invitations int // whose personal data went
	Responses   int // that were taken out of the figures
	Entries     int // of measures and logs that were about the customer
}

// Erase removes a customer: its words, references and answers, out of records
// and figures alike. What is left of an invitation is that there was one, of
// which survey, and when; of an entry its kind, state and time, and its
// [Entry.Rest]. That the customer objected stays, under a hash, so that it is kept
// to. It can be called again: what is gone is gone, and what came since is erased
// too.
func (d *Desk) Erase(ctx context.Context, shop, customer string) (Erased, error) {
	var done Erased
	if customer == "" {
		return done, &Fault{Path: "customer", Reason: "is missing"}
	}
	for _, kind := range entryKinds() {
		n, err := d.eraseEntries(ctx, Query{Shop: shop, Kind: kind, Customer: customer, Limit: MaxPage})
		if done.Entries += n; err != nil {
			return done, err
		}
	}
	for {
		refs, err := d.firstRefs(ctx, shop, customer)
		if err != nil {
			return done, err
		}
		if len(refs) == 0 {
			break
		}
		for _, ref := range refs {
			answered, err := d.eraseOne(ctx, ref)
			if err != nil {
				return done, err
			}
			done.Invitations++
			if answered {
				done.Responses++
			}
		}
	}
	return done, d.forget(ctx, shop, customer)
}

// firstRefs returns invitations that still name the customer.
func (d *Desk) firstRefs(ctx context.Context, shop, customer string) ([]Ref, error) {
	page, err := d.store.List(ctx, Query{Shop: shop, Kind: RecordInvitation, Customer: customer, Limit: MaxPage})
	if err != nil {
		return nil, fmt.Errorf("feedback: list: %w", err)
	}
	refs := make([]Ref, len(page.Records))
	for n, r := range page.Records {
		refs[n] = r.Ref()
	}
	return refs, nil
}

// eraseOne makes a tombstone of an invitation and takes its answers out of the
// figures, in one commit.
func (d *Desk) eraseOne(ctx context.Context, ref Ref) (bool, error) {
	answered := false
	_, err := d.run(ctx, ref.Shop, func(ctx context.Context, u *unit) error {
		i, err := d.load(ctx, ref)
		if err != nil {
			return err
		}
		if answered = i.Response != nil; answered {
			s := d.surveys[i.Survey]
			if s == nil {
				return fmt.Errorf("feedback: survey %q: %w", i.Survey, ErrNotFound)
			}
			if u.commit.Counts, err = s.Changes(i.Response, nil, d.cfg.Zone); err != nil {
				return err
			}
		}
		i.end(InvitationErased)
		i.Customer, i.Subject, i.Facets, i.Response = "", "", nil, nil
		return u.write(i)
	})
	return answered, err
}

// eraseEntries leaves of entries about a customer what may stay, and returns of
// how many. It asks for the first page until that is empty.
func (d *Desk) eraseEntries(ctx context.Context, q Query) (int, error) {
	for n := 0; ; {
		page, err := d.store.List(ctx, q)
		if err != nil {
			return n, fmt.Errorf("feedback: list: %w", err)
		}
		if len(page.Records) == 0 {
			return n, nil
		}
		for _, r := range page.Records {
			if err := d.eraseEntry(ctx, r.Ref(), q.Customer); err != nil {
				return n, err
			}
			n++
		}
	}
}

func (d *Desk) eraseEntry(ctx context.Context, ref Ref, customer string) error {
	_, err := d.run(ctx, ref.Shop, func(ctx context.Context, u *unit) error {
		rec, err := d.store.Load(ctx, ref)
		if err != nil {
			return fmt.Errorf("feedback: load %s: %w", ref, err)
		}
		if rec.Customer != customer {
			return nil // another erasure was faster
		}
		e, err := entryOf(rec)
		if err != nil && !errors.Is(err, ErrCorrupt) {
			return err
		}
		next := rec // one that cannot be read is erased too, and nothing of it stays
		next.Version, next.Updated, next.Wake, next.Customer, next.Labels = rec.Version+1, u.now, time.Time{}, "", nil
		if next.Data = e.Rest; len(e.Rest) == 0 {
			next.Data = json.RawMessage(nothing)
		}
		u.commit.Writes = []Write{{rec.Version, next}}
		return nil
	})
	return err
}

// forget leaves of a customer's record that it objected, and no name.
func (d *Desk) forget(ctx context.Context, shop, customer string) error {
	_, err := d.run(ctx, shop, func(ctx context.Context, u *unit) error {
		c, err := d.customer(ctx, shop, customer)
		if err != nil || c.version == 0 {
			return err
		}
		c.name, c.Past = "", nil
		return u.writeCustomer(c)
	})
	return err
}
