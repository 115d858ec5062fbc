package feedback

import (
	"bytes"
	"context"
	"crypto/sha256"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/internal/desk"
)

// Limits of the storage contract.
const (
	// MaxPage is the most records or rows that one call asks for.
	MaxPage = 500
	// MaxWrites is the most records that one [Commit] writes.
	MaxWrites = 8
	// MaxLease is the longest that a claim hides a record.
	MaxLease = 24 * time.Hour
)

// Store is what a host implements over its own database, in the shape of
// ticket.Store. [Desk] is its only caller; package feedbacktest proves an
// implementation.
//
// For every method: instants have microseconds and any zone, and come back
// equal, in UTC. The zero instant means none and comes back zero. Strings are
// any valid UTF-8 without NUL, kept and compared byte for byte. Data is any
// bytes and comes back as it was; an empty slice may come back nil. What is
// passed in is not kept, and what is returned is the caller's. Shops are apart:
// no call sees or touches a record, a key or a summary of another shop, and two
// shops may use one id. No method has a clock of its own. A context that is
// done returns its error and does nothing; one that ends in mid-call leaves all
// of the call or nothing. Methods are safe for concurrent use, also by many
// processes.
//
// An error that is none of those documented here leaves the outcome of a write
// unknown; the Desk then asks for the commit's id with Lookup.
type Store interface {
	// Load returns the record, or [ErrNotFound]. It never returns half a write,
	// nor do List and Claim.
	Load(ctx context.Context, ref Ref) (Record, error)

	// Commit makes all of the writes and all of the counts, or nothing. It
	// returns [ErrConflict] where a record's version is not the one expected; a
	// [*DuplicateError] naming every key of Take that is held by then; and the
	// error of [Change.Apply] where a count cannot be made, ErrUnderflow above
	// all. Of several faults the conflict comes first, then the keys. ErrConflict
	// may also mean that the commit could not be serialized with another
	// (SQLSTATE 40001). A refused commit leaves nothing behind, also in a
	// transaction of the host's that commits later (SQL: a SAVEPOINT), and is
	// found without raising an error in the database. Writes, keys and counts
	// come sorted; touching rows in that order avoids deadlocks.
	//
	// A count changes what is stored under its key as [Change.Apply] does, and
	// no count of another commit is lost meanwhile, nor where another takes away
	// the last answer (SQL: make the row, or hold it, by one INSERT ... ON
	// CONFLICT DO UPDATE). A key that was never counted is empty; a summary that
	// has become empty is not there any more.
	Commit(ctx context.Context, c Commit) error

	// Lookup returns who holds a key, expired or not, or [ErrNotFound]. Of the
	// key only Shop, Kind and Hash count. A host may delete keys a day after
	// they expired.
	Lookup(ctx context.Context, u Unique) (Held, error)

	// List returns one page of one shop's records in a stable order: ties are
	// broken by id, so that no record is skipped or repeated while others come
	// and go. After is a place in the order, not a record.
	List(ctx context.Context, q Query) (Page, error)

	// Claim returns records whose Wake has come by Now, and changes nothing in
	// them. It hides each until Now plus [ClaimRequest.HideFor] and counts; a
	// commit, and nothing else, shows it again at its new Wake and sets the
	// count to zero. Those that show since earliest come first. Two concurrent
	// claims never return one record. Cost grows with what is due.
	Claim(ctx context.Context, r ClaimRequest) ([]Record, error)

	// Summaries returns the first Limit stored summaries that a query asks for,
	// in the order of [Key.Compare], none of them empty.
	Summaries(ctx context.Context, q SummaryQuery) ([]Row, error)
}

// Ref names a record.
type Ref struct {
	Shop string    `json:"shop"`
	ID   uuid.UUID `json:"id"`
}

// String returns "shop/id".
func (r Ref) String() string { return r.Shop + "/" + r.ID.String() }

// RecordKind tells what a record holds.
type RecordKind string

// The kinds of record. One table holds them all.
const (
	RecordInvitation RecordKind = "invitation" // with the response to it
	RecordCustomer   RecordKind = "customer"   // what it was asked of late, and whether it objected
	RecordMeasure    RecordKind = "measure"
	RecordLog        RecordKind = "log" // entries that are only ever added
)

// Record is one row: the few columns that are searched, and Data, which the
// library encodes and the host never reads.
type Record struct {
	Kind     RecordKind
	Shop     string
	ID       uuid.UUID
	Version  int64 // counts commits, from 1
	State    string
	Customer string // the host's pseudonymous reference; empty: nobody's
	Created  time.Time
	Updated  time.Time
	Wake     time.Time // when Claim returns it; zero: never
	Labels   []string  // sorted, each once: "survey:...", "subject:..."
	Data     []byte
}

// Ref returns the record's name.
func (r Record) Ref() Ref { return Ref{r.Shop, r.ID} }

// Commit is the unit of writing.
type Commit struct {
	ID      uuid.UUID
	At      time.Time // the Desk's clock: a key that expired by then is free
	Writes  []Write   // 1 to MaxWrites of one shop, sorted by Ref, no ref twice
	Counts  []Change  // of the same shop, sorted by Key.Compare, no key twice
	Take    []Held    // sorted by key hash, no key twice
	Release []Unique  // sorted by hash; freed before Take is looked at; one that is not held is no fault
	Effects []Effect  // enqueued in the same transaction; empty unless the host delivers
}

// Write is one record's step from one version to the next.
type Write struct {
	Expect int64  // the version it must have now; 0: it must not exist
	Next   Record // its Version is Expect + 1
}

// UniqueKind tells apart what unique keys are for, so that their hashes never
// meet.
type UniqueKind string

// The kinds of unique key.
const (
	UniqueCommit UniqueKind = "commit" // id of a commit
	UniqueMatter UniqueKind = "matter" // a matter in one close cycle, asked about once
)

// Unique is a key that is held once within its shop and kind. The Desk hashes
// the value before a store sees it, so a key survives erasure and tells nothing.
type Unique struct {
	Shop    string
	Kind    UniqueKind
	Hash    [sha256.Size]byte
	Expires time.Time // a commit whose At is not before it may take the key; zero: none may until it is released
}

// Held is a key and the record that holds it.
type Held struct {
	Key Unique
	Ref Ref
}

// EffectKind tells what is to be done outside.
type EffectKind string

// The kinds of effect.
const (
	EffectInvite EffectKind = "invite" // send an invitation
	EffectRemind EffectKind = "remind" // remind of one
)

// Effect is something to be done outside after a commit, by id alone. At least
// once, always under the same ID.
type Effect struct {
	ID   uuid.UUID  `json:"id"`
	Ref  Ref        `json:"ref"`
	Kind EffectKind `json:"kind"`
}

// Order is the order of a list.
type Order string

// The orders of a list; ties go by id, bytes ascending.
const (
	OrderCreated Order = "created" // oldest first; the default
	OrderUpdated Order = "updated" // latest first
	OrderWake    Order = "wake"    // earliest first, only records that have one
)

// Query asks for one page of one shop's records. Empty fields ask for any.
type Query struct {
	Shop     string // required
	Kind     RecordKind
	States   []string
	Customer string
	Label    string
	Order    Order
	After    *Position // nil: from the start
	Limit    int       // below 1 gives none, above MaxPage is cut
}

// PageLimit returns Limit brought into 0 to [MaxPage].
func (q Query) PageLimit() int { return min(max(q.Limit, 0), MaxPage) }

// Position is where a page ended: the last record's instant in the order of the
// list (zero where it has none) and its id.
type Position struct {
	At time.Time `json:"at"`
	ID uuid.UUID `json:"id"`
}

// PositionOf returns the position of a record in an order.
func PositionOf(r Record, o Order) Position {
	at := r.Created
	switch o {
	case OrderUpdated:
		at = r.Updated
	case OrderWake:
		at = r.Wake
	case OrderCreated:
	}
	return Position{at, r.ID}
}

// Page is one page of a list. More tells whether another follows.
type Page struct {
	Records []Record
	More    bool
}

// ClaimRequest asks for records that are due.
type ClaimRequest struct {
	Shops []string // none: all
	Now   time.Time
	Lease time.Duration
	Limit int // below 1 gives none, above MaxPage is cut
}

// PageLimit returns Limit brought into 0 to [MaxPage].
func (r ClaimRequest) PageLimit() int { return min(max(r.Limit, 0), MaxPage) }

// HideFor returns how long a claim hides a record that was claimed attempts
// times before it since its last commit: Lease x 2^attempts, at most [MaxLease].
func (r ClaimRequest) HideFor(attempts int) time.Duration {
	return desk.Hide(r.Lease, MaxLease, attempts)
}

// SummaryQuery asks for stored summaries of one survey of a shop. Empty fields
// ask for any.
type SummaryQuery struct {
	Shop     string // required
	Survey   string // required
	Question string
	From, To Day      // half-open
	Segment  *Segment // nil: of all segments, that of all answers too
	Facet    string   // of all segments of a facet
	After    *Key     // nil: from the start
	Limit    int      // below 1 gives none, above MaxPage is cut
}

// PageLimit returns Limit brought into 0 to [MaxPage].
func (q SummaryQuery) PageLimit() int { return min(max(q.Limit, 0), MaxPage) }

// Wants reports whether the query asks for what stands under a key, After and
// Limit apart.
func (q SummaryQuery) Wants(k Key) bool {
	return k.Shop == q.Shop && k.Survey == q.Survey && (q.Question == "" || k.Question == q.Question) &&
		q.From <= k.Day && k.Day < q.To &&
		(q.Segment == nil || k.Segment == *q.Segment) && (q.Facet == "" || k.Segment.Facet == q.Facet)
}

// CompareRefs orders refs by shop and id, in bytes.
func CompareRefs(a, b Ref) int {
	if c := strings.Compare(a.Shop, b.Shop); c != 0 {
		return c
	}
	return bytes.Compare(a.ID[:], b.ID[:])
}
