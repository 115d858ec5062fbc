package goodwill

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/internal/desk"
)

// Config says how a desk works. Fields without a default are required.
type Config struct {
	// Now is the clock.
	Now func() time.Time
	// Policies are all that is in use: the newest version of each id decides,
	// older ones are kept for what was proposed under them.
	Policies []*Decider
	// LivePolicies gives them instead, where they may change while the desk works:
	// it is asked for every decision, with the "id@version" that a grant was proposed
	// under, empty for a new one, so that a process can look for what another one has
	// added. It must be quick and safe for concurrent use, and never nil.
	LivePolicies func(proposed string) *PolicySet
	// Orders returns an order as it is now, with its payments, their disputes
	// and the refunds that others made: it is asked outside of any transaction
	// before anything is reserved. A refund of the desk's own goes under the
	// grant's id, if the host keeps it with the order at all.
	Orders func(ctx context.Context, shop, id string) (order.Order, error)
	// Payer gives the money back.
	Payer Payer
	// Leads are the roles that may say what became of a payment, and take
	// settled ones back. Default: nobody.
	Leads []string
	// PayTimeout bounds one call of the payer. Default 30 seconds.
	PayTimeout time.Duration
	// Retention is what has to be kept of whom the shop is asked to forget.
	// Default [GermanRetention].
	Retention []Retention
	// Secret keys the pseudonyms by which accounts name orders and customers.
	// Default: none, so that who knows the references can find the accounts.
	Secret []byte
	// Random is where ids come from. Default crypto/rand.
	Random io.Reader
	// Lease is how long a Tick has for what it claims. Default two minutes.
	Lease time.Duration
}

// Desk is the shell around the pure parts: it loads, decides, commits, pays,
// and tries again on conflict. It is safe for concurrent use by many goroutines
// and, over one store, by many processes.
type Desk struct {
	store    Store
	cfg      Config
	machine  *machine
	policies func(proposed string) *PolicySet
	bound    bool
}

// NewDesk returns a desk over a store. What is missing or wrong in the
// configuration is reported at once, as [sla.Faults].
func NewDesk(store Store, cfg Config) (*Desk, error) {
	c := new(compiler)
	for _, f := range []struct {
		path    string
		missing bool
	}{
		{"store", store == nil},
		{"now", cfg.Now == nil},
		{"policies", len(cfg.Policies) == 0 && (cfg.LivePolicies == nil || cfg.LivePolicies("") == nil)},
		{"orders", cfg.Orders == nil},
		{"payer", cfg.Payer == nil},
	} {
		if f.missing {
			c.add(f.path, "", "is missing")
		}
	}
	if cfg.Random == nil {
		cfg.Random = rand.Reader
	}
	if cfg.Retention == nil {
		cfg.Retention = GermanRetention()
	}
	cfg.PayTimeout, cfg.Lease = cmp.Or(cfg.PayTimeout, 30*time.Second), cmp.Or(cfg.Lease, 2*time.Minute)
	d := &Desk{store: store, cfg: cfg, machine: newMachine(), policies: cfg.LivePolicies}
	if len(cfg.Policies) > 0 {
		if d.policies != nil {
			c.add("policies", "", "are given twice, for good and live")
		}
		set := c.set(cfg.Policies)
		d.policies = func(string) *PolicySet { return set }
	}
	c.retention(cfg.Retention)
	if len(c.faults) > 0 {
		return nil, c.faults
	}
	return d, nil
}

// Ref returns the policy's id@version.
func (d *Decider) Ref() string { return d.policy.ID + "@" + strconv.Itoa(d.policy.Version) }

// Policy returns the policy as it was compiled, with its defaults. Its lists are
// the decider's own, and for reading only.
func (d *Decider) Policy() Policy { return d.policy }

// WithStore returns a copy bound to a transaction of the host's: it does not
// try again on conflict, and pays nothing. [Desk.Execute], [Desk.Resolve] and
// [Desk.Tick] return [ErrBound]; call them after the transaction has committed.
func (d *Desk) WithStore(tx Store) *Desk {
	bound := *d
	bound.store, bound.bound = tx, true
	return &bound
}

func (d *Desk) now() time.Time { return desk.Micro(d.cfg.Now()) }

func (d *Desk) newID() (uuid.UUID, error) {
	id, err := desk.NewID(d.cfg.Now(), d.cfg.Random)
	if err != nil {
		return id, fmt.Errorf("goodwill: %w", err)
	}
	return id, nil
}

func newUnique(shop string, kind UniqueKind, parts ...string) Unique {
	return Unique{Shop: shop, Kind: kind, Hash: desk.Digest(append([]string{shop, string(kind)}, parts...)...)}
}

// pseudonym stands for an order or a customer where entries name it. They stay
// when the grant that ties it to a person is gone.
func (d *Desk) pseudonym(kind, shop, ref string) string {
	h := hmac.New(sha256.New, d.cfg.Secret)
	desk.Feed(h, "kulanz/goodwill/"+kind+"/1", shop, ref)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// bookRef names the record of an order. The id is a hash (a UUID of version 8,
// RFC 9562, section 5.8), so it is found without being searched for.
func bookRef(shop, order string) Ref {
	sum := desk.Digest("kulanz/goodwill/order/1", shop, order)
	id := uuid.UUID(sum[:16])
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return Ref{shop, id}
}

// load reads a grant.
func (d *Desk) load(ctx context.Context, ref Ref) (*Grant, error) {
	rec, err := d.store.Load(ctx, ref)
	if err != nil {
		return nil, fmt.Errorf("goodwill: load %s: %w", ref, err)
	}
	if rec.Kind != RecordGrant {
		return nil, fmt.Errorf("goodwill: %s is no grant: %w", ref, ErrNotFound)
	}
	return decodeGrant(rec)
}

// book reads what the desk has refunded of an order.
func (d *Desk) book(ctx context.Context, shop, order string) (*book, error) {
	ref := bookRef(shop, order)
	rec, err := d.store.Load(ctx, ref)
	if errors.Is(err, ErrNotFound) {
		return &book{ref: ref, Order: order}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("goodwill: load %s: %w", ref, err)
	}
	return decodeBook(rec)
}

// policyOf returns the policy of a proposal, or the newest of its id where that
// version is gone.
func (d *Desk) policyOf(ref string) (*Decider, error) {
	set := d.policies(ref)
	if p, ok := set.Policy(ref); ok {
		return p, nil
	}
	id, _, _ := strings.Cut(ref, "@")
	if p, ok := set.Newest(id); ok {
		return p, nil
	}
	return nil, fmt.Errorf("goodwill: policy %q: %w", ref, ErrNotFound)
}

// may wants an actor of the shop who is somebody. A shop's grants do not exist
// for others.
func (a *Actor) may(shop string) error {
	c := new(compiler)
	if a.ID == "" || len(a.ID) > maxName {
		c.add("actor.id", "", "is not 1 to "+strconv.Itoa(maxName)+" bytes long")
		return c.faults
	}
	if shop == "" || a.Shop != shop {
		return fmt.Errorf("goodwill: shop of the actor: %w", ErrNotFound)
	}
	return nil
}

// maxName is the most bytes of a reference of the host's.
const maxName = 100

// isLead reports whether an actor may say what became of money.
func (d *Desk) isLead(a *Actor) bool {
	return slices.ContainsFunc(a.Roles, func(r string) bool { return slices.Contains(d.cfg.Leads, r) })
}
