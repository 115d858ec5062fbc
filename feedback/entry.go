package feedback

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// MaxEntry is the most bytes of an entry's data.
const MaxEntry = 64 << 10

// Entry is a record that a desk keeps for others: a measure with the instant at
// which somebody has to look at it, or an entry of a log. Data is the owner's,
// in JSON.
type Entry struct {
	Kind    RecordKind // RecordMeasure or RecordLog
	Shop    string
	ID      uuid.UUID // zero: a new one
	Version int64     // 0: a new one; else the version that was read
	State   string
	// Customer is whom the entry is about, so that [Desk.Erase] and [Desk.Export]
	// find it; empty: nobody. What holds a customer's words has to name it.
	Customer string
	Created  time.Time
	Updated  time.Time
	Wake     time.Time // when Tick shows it; zero: never
	Labels   []string  // gone with the customer
	Data     json.RawMessage
	// Rest takes the place of Data when the customer is erased: what may be kept
	// without a person, as the ground of a decision. Empty: nothing stays. An
	// entry of nobody has none.
	Rest json.RawMessage
}

// personalData is the data of an entry about a customer as it is stored.
type personalData struct {
	Data json.RawMessage `json:"data"`
	Rest json.RawMessage `json:"rest,omitempty"`
}

// nothing is the data that stays where none was to.
const nothing = "{}"

func entryOf(r Record) (Entry, error) {
	e := Entry{
		Kind: r.Kind, Shop: r.Shop, ID: r.ID, Version: r.Version, State: r.State, Customer: r.Customer,
		Created: r.Created, Updated: r.Updated, Wake: r.Wake, Labels: r.Labels, Data: r.Data,
	}
	if r.Customer == "" {
		return e, nil
	}
	var d personalData
	if err := json.Unmarshal(r.Data, &d); err != nil {
		return Entry{}, fmt.Errorf("feedback: %s: %w: %w", r.Ref(), ErrCorrupt, err)
	}
	e.Data, e.Rest = d.Data, d.Rest
	return e, nil
}

// stored is the data of the entry's record.
func (e *Entry) stored() (json.RawMessage, error) {
	if e.Customer == "" {
		return e.Data, nil
	}
	data, err := json.Marshal(personalData{e.Data, e.Rest})
	if err != nil {
		return nil, fmt.Errorf("feedback: encode entry %s: %w", e.ID, err)
	}
	return data, nil
}

// Keep stores an entry's next version and returns it. A new one has no Version.
// Where somebody else was faster the error is [ErrConflict]: read it again. An
// entry of a log can only be added.
func (d *Desk) Keep(ctx context.Context, e Entry) (Entry, error) {
	if err := e.check(); err != nil {
		return Entry{}, err
	}
	if e.ID == uuid.Nil {
		id, err := d.newID()
		if err != nil {
			return Entry{}, err
		}
		e.ID = id
	}
	var kept Record
	tried := false
	_, err := d.run(ctx, e.Shop, func(_ context.Context, u *unit) error {
		if tried {
			return errStale
		}
		tried = true
		data, err := e.stored()
		if err != nil {
			return err
		}
		kept = Record{
			Kind: e.Kind, Shop: e.Shop, ID: e.ID, Version: e.Version + 1, State: e.State, Customer: e.Customer,
			Created: e.Created, Updated: u.now, Wake: ceilMicro(e.Wake), Labels: e.labels(), Data: data,
		}
		if e.Version == 0 {
			kept.Created = u.now
		}
		u.commit.Writes = []Write{{e.Version, kept}}
		return nil
	})
	if errors.Is(err, errStale) {
		err = fmt.Errorf("feedback: entry %s/%s: %w", e.Shop, e.ID, ErrConflict)
	}
	if err != nil {
		return Entry{}, err
	}
	return entryOf(kept)
}

// errStale ends the tries of an entry whose version is not the newest: only its
// reader can decide anew.
var errStale = errors.New("stale")

func (e *Entry) labels() []string {
	labels := slices.Clone(e.Labels)
	slices.Sort(labels)
	return slices.Compact(labels)
}

func (e *Entry) check() error {
	var c check
	checkName(&c, "shop", e.Shop)
	switch {
	case e.Kind != RecordMeasure && e.Kind != RecordLog:
		c.fail("kind", string(e.Kind), "is neither a measure nor a log")
	case e.Kind == RecordLog && e.Version != 0:
		c.fail("kind", string(e.Kind), "is only ever added to")
	}
	if e.Version < 0 || e.Version > 0 && e.ID == uuid.Nil {
		c.fail("version", strconv.FormatInt(e.Version, 10), "needs the id of what was read")
	}
	e.checkData(&c)
	e.checkWords(&c)
	return c.err()
}

func (e *Entry) checkData(c *check) {
	if len(e.Data) > MaxEntry || !json.Valid(e.Data) {
		c.failf("data", strconv.Itoa(len(e.Data))+" bytes", "are no JSON of up to %d bytes", MaxEntry)
	}
	if len(e.Rest) > MaxEntry || len(e.Rest) > 0 && !json.Valid(e.Rest) {
		c.failf("rest", strconv.Itoa(len(e.Rest))+" bytes", "are no JSON of up to %d bytes", MaxEntry)
	}
	if len(e.Rest) > 0 && e.Customer == "" {
		c.fail("rest", strconv.Itoa(len(e.Rest))+" bytes", "are for an entry about a customer")
	}
	if len(e.Customer) > maxClaims || strings.ContainsFunc(e.Customer, isControl) {
		c.failf("customer", "", "is longer than %d bytes or holds control characters", maxClaims)
	}
}

// checkWords holds state and labels to what a column takes.
func (e *Entry) checkWords(c *check) {
	if len(e.State) > maxName || strings.ContainsFunc(e.State, isControl) {
		c.failf("state", e.State, "is longer than %d bytes or holds control characters", maxName)
	}
	if len(e.Labels) > MaxFacets {
		c.failf("labels", strconv.Itoa(len(e.Labels)), "are more than %d", MaxFacets)
	}
	for i, l := range e.Labels {
		if l == "" || len(l) > maxClaims || strings.ContainsFunc(l, isControl) {
			c.failf(fmt.Sprintf("labels[%d]", i), "", "is not 1 to %d bytes without control characters", maxClaims)
		}
	}
}

// Entry reads one entry, or [ErrNotFound].
func (d *Desk) Entry(ctx context.Context, ref Ref) (Entry, error) {
	rec, err := d.store.Load(ctx, ref)
	if err != nil {
		return Entry{}, fmt.Errorf("feedback: load %s: %w", ref, err)
	}
	if rec.Kind != RecordMeasure && rec.Kind != RecordLog {
		return Entry{}, fmt.Errorf("feedback: %s is no entry: %w", ref, ErrNotFound)
	}
	return entryOf(rec)
}

// Entries returns a page of entries, and where the next begins; nil: there is
// none. The query's Kind says of which kind.
func (d *Desk) Entries(ctx context.Context, q Query) ([]Entry, *Position, error) {
	if q.Kind != RecordMeasure && q.Kind != RecordLog {
		return nil, nil, &Fault{Path: "kind", Value: string(q.Kind), Reason: "is neither a measure nor a log"}
	}
	page, err := d.store.List(ctx, q)
	if err != nil {
		return nil, nil, fmt.Errorf("feedback: list: %w", err)
	}
	entries := make([]Entry, len(page.Records))
	for i, r := range page.Records {
		if entries[i], err = entryOf(r); err != nil {
			return nil, nil, err
		}
	}
	return entries, next(page, q.Order), nil
}

// next is where the page after one begins.
func next(page Page, o Order) *Position {
	if !page.More || len(page.Records) == 0 {
		return nil
	}
	p := PositionOf(page.Records[len(page.Records)-1], o)
	return &p
}

// tickEntry takes the wake off an entry that was shown to be due.
func (d *Desk) tickEntry(ctx context.Context, rec Record) error {
	_, err := d.run(ctx, rec.Shop, func(ctx context.Context, u *unit) error {
		now, err := d.store.Load(ctx, rec.Ref())
		if err != nil {
			return fmt.Errorf("feedback: load %s: %w", rec.Ref(), err)
		}
		if now.Wake.IsZero() || now.Wake.After(u.now) {
			return nil
		}
		written := Write{now.Version, now}
		written.Next.Version, written.Next.Updated, written.Next.Wake = now.Version+1, u.now, time.Time{}
		u.commit.Writes = []Write{written}
		return nil
	})
	return err
}
