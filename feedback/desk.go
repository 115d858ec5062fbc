package feedback

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/internal/desk"
)

// Customers is what the host knows of its customers' wishes.
type Customers interface {
	// Standing returns what a customer said about being asked in one medium. It
	// is asked once an operation, outside of any transaction, and again before
	// anything is sent.
	Standing(ctx context.Context, shop, customer string, m Medium) (Standing, error)
}

// Config says how a desk works. Fields without a default are required.
type Config struct {
	// Now is the clock.
	Now func() time.Time
	// Zone is the shop's: it says which civil day an answer is counted on.
	Zone *time.Location
	// Surveys and Policies are all that is in use: also those that nobody is
	// invited by any more, as long as answers to them may be revised or erased.
	Surveys  []*Survey
	Policies []*Policy
	// Keys sign the links.
	Keys *Keyring
	// Customers knows consent and objection.
	Customers Customers
	// Delivery says who sends: [DeskDelivers] or [HostDelivers].
	Delivery Delivery
	// Refresh returns a matter as it is now, before one that waits is decided
	// on again. Default: as it was when it was asked about.
	Refresh func(ctx context.Context, s Subject) (Subject, error)
	// Secret keys the sampling. Default: none; draw one where Sample is below 1.
	Secret []byte
	// HideFacets are never stored with an answer: with "agent" among them
	// nothing is told apart by person.
	HideFacets []string
	// Random is where ids come from. Default crypto/rand.
	Random io.Reader
	// Lease is how long a Tick has for what it claims. Default one minute.
	Lease time.Duration
}

// Desk is the shell around the pure parts: it loads, decides, commits, and tries
// again on conflict. It is safe for concurrent use by many goroutines and, over
// one store, by many processes.
type Desk struct {
	store    Store
	cfg      Config
	surveys  map[string]*Survey
	policies map[string]*Policy // by id@version
	newest   map[string]*Policy // by id
	bound    bool
}

// NewDesk returns a desk over a store. What is missing or wrong in the
// configuration is reported at once, as [Faults].
func NewDesk(store Store, cfg Config) (*Desk, error) {
	var c check
	for _, f := range []struct {
		path    string
		missing bool
	}{
		{"store", store == nil},
		{"now", cfg.Now == nil},
		{"zone", cfg.Zone == nil},
		{"keys", cfg.Keys == nil},
		{"customers", cfg.Customers == nil},
		{"delivery", cfg.Delivery.deliver == nil && !cfg.Delivery.host},
	} {
		if f.missing {
			c.fail(f.path, "", "is missing")
		}
	}
	if cfg.Random == nil {
		cfg.Random = rand.Reader
	}
	cfg.Lease = cmp.Or(cfg.Lease, time.Minute)
	d := &Desk{
		store: store, cfg: cfg,
		surveys: make(map[string]*Survey), policies: make(map[string]*Policy), newest: make(map[string]*Policy),
	}
	d.index(&c)
	if err := c.err(); err != nil {
		return nil, err
	}
	return d, nil
}

// index finds surveys and policies by their names.
func (d *Desk) index(c *check) {
	for i, s := range d.cfg.Surveys {
		if d.surveys[s.ID()] != nil {
			c.fail("surveys["+strconv.Itoa(i)+"]", s.ID(), "is there twice")
		}
		d.surveys[s.ID()] = s
	}
	for i, p := range d.cfg.Policies {
		path := "policies[" + strconv.Itoa(i) + "]"
		if d.policies[p.Ref()] != nil {
			c.fail(path, p.Ref(), "is there twice")
		}
		if d.surveys[p.cfg.Survey] == nil {
			c.fail(path+".survey", p.cfg.Survey, "is no survey of the desk")
		}
		d.policies[p.Ref()] = p
		if n := d.newest[p.cfg.ID]; n == nil || n.cfg.Version < p.cfg.Version {
			d.newest[p.cfg.ID] = p
		}
	}
}

// WithStore returns a copy bound to a transaction of the host's: it does not
// try again on conflict, and delivers nothing.
func (d *Desk) WithStore(tx Store) *Desk {
	bound := *d
	bound.store, bound.bound = tx, true
	return &bound
}

func (d *Desk) now() time.Time { return desk.Micro(d.cfg.Now()) }

func (d *Desk) newID() (uuid.UUID, error) {
	id, err := desk.NewID(d.cfg.Now(), d.cfg.Random)
	if err != nil {
		return id, fmt.Errorf("feedback: %w", err)
	}
	return id, nil
}

func newUnique(shop string, kind UniqueKind, parts ...string) Unique {
	return Unique{Shop: shop, Kind: kind, Hash: desk.Digest(append([]string{shop, string(kind)}, parts...)...)}
}

// matter is the unique key of a subject in its close cycle.
func matter(shop, ref string, cycle int) Unique {
	return newUnique(shop, UniqueMatter, ref, strconv.Itoa(cycle))
}

// commitLife is how long a commit's own key is held.
const commitLife = 7 * day

// unit is one try at one commit.
type unit struct {
	now    time.Time
	commit Commit
	own    Unique
	landed bool // an earlier try had, so what is stored counts, not what was planned
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
		Name: "feedback",
		New: func(error) *unit {
			now := d.now()
			own.Expires = now.Add(commitLife)
			return &unit{now: now, own: own, commit: Commit{ID: id, At: now}}
		},
		Plan: func(ctx context.Context, u *unit) (bool, error) {
			if err := plan(ctx, u); err != nil || len(u.commit.Writes) == 0 {
				return false, err
			}
			u.seal()
			return true, nil
		},
		Commit: func(ctx context.Context, u *unit) error { return d.store.Commit(ctx, u.commit) },
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
	slices.SortFunc(u.commit.Take, func(a, b Held) int { return bytes.Compare(a.Key.Hash[:], b.Key.Hash[:]) })
	slices.SortFunc(u.commit.Release, func(a, b Unique) int { return bytes.Compare(a.Hash[:], b.Hash[:]) })
}

func (u *unit) take(key Unique, ref Ref) { u.commit.Take = append(u.commit.Take, Held{key, ref}) }

// write adds an invitation's next version to the commit.
func (u *unit) write(i *Invitation) error {
	i.Updated = u.now
	r, err := i.record()
	if err != nil {
		return err
	}
	u.commit.Writes = append(u.commit.Writes, Write{i.version, r})
	return nil
}

// writeCustomer adds a customer's next version to the commit.
func (u *unit) writeCustomer(c *customer) error {
	w, err := c.write(u.now)
	if err != nil {
		return err
	}
	u.commit.Writes = append(u.commit.Writes, w)
	return nil
}

// customer loads what is known of one; nobody knows of a guest.
func (d *Desk) customer(ctx context.Context, shop, name string) (*customer, error) {
	if name == "" {
		return nil, nil //nolint:nilnil // a guest is nobody
	}
	ref := customerRef(shop, name)
	rec, err := d.store.Load(ctx, ref)
	if errors.Is(err, ErrNotFound) {
		return &customer{ref: ref, name: name}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("feedback: load %s: %w", ref, err)
	}
	c, err := decodeCustomer(rec)
	if err == nil {
		c.name = name
	}
	return c, err
}

// standing asks the host; it knows nothing of guests.
func (d *Desk) standing(ctx context.Context, shop, customer string, m Medium) (Standing, error) {
	if customer == "" {
		return Standing{}, nil
	}
	s, err := d.cfg.Customers.Standing(ctx, shop, customer, m)
	if err != nil {
		return Standing{}, fmt.Errorf("feedback: standing of a customer: %w", err)
	}
	return s, nil
}

// load reads an invitation.
func (d *Desk) load(ctx context.Context, ref Ref) (*Invitation, error) {
	rec, err := d.store.Load(ctx, ref)
	if err != nil {
		return nil, fmt.Errorf("feedback: load %s: %w", ref, err)
	}
	return decodeInvitation(rec)
}

// policyOf returns the policy that asked, or the newest of its id where that
// version is gone.
func (d *Desk) policyOf(ref string) (*Policy, error) {
	if p := d.policies[ref]; p != nil {
		return p, nil
	}
	id, _, _ := strings.Cut(ref, "@")
	if p := d.newest[id]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("feedback: policy %q: %w", ref, ErrNotFound)
}
