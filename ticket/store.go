package ticket

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/internal/desk"
)

// Limits of the storage contract.
const (
	// MaxPage is the most records or events that one call asks for.
	MaxPage = 500
	// MaxChanges is the most records that one [Commit] changes.
	MaxChanges = 8
	// MaxLease is the longest that a claim hides a record.
	MaxLease = 24 * time.Hour
)

// Store is what a host implements over its own database: about 200 lines of
// SQL. [Desk] is its only caller; package tickettest proves an implementation.
//
// For every method: instants have microseconds and any zone, and come back
// equal, in UTC. The zero instant means none and comes back zero. Strings are
// any valid UTF-8 without NUL, kept and compared byte for byte. Data is any
// bytes and comes back as it was; an empty slice may come back nil. What is
// passed in is not kept, and what is returned is the caller's: no slice is
// shared. Shops are apart, byte for byte: no call sees or touches a record, an
// event or a key of another shop, and two shops may use one id. No method has
// a clock of its own. A context that is done returns its error and does
// nothing; one that ends in mid-call leaves all of the call or nothing.
// Methods are safe for concurrent use, also by many processes.
//
// An error that is none of those documented here leaves the outcome of a
// write unknown; the Desk then asks for the commit's id with Lookup.
type Store interface {
	// Load returns the record, or [ErrNotFound]. It never returns half a
	// change, nor do List and Claim; the events of a record are there as soon
	// as the record is.
	Load(ctx context.Context, ref Ref) (Record, error)

	// Commit makes all of the changes or none. It returns [ErrConflict] where
	// a record's version is not the one expected, and a [*DuplicateKeyError]
	// naming every key of Take that is held by then, be it by the same record;
	// of both faults, the conflict is returned. ErrConflict may also mean that
	// the commit could not be serialized with another that ran at the same
	// time (SQLSTATE 40001); the same commit may then succeed. A refused commit
	// leaves nothing behind, also in a transaction of the host's that commits
	// later (SQL: a SAVEPOINT), and is found without raising an error in the
	// database, so that such a transaction goes on (SQL: "on conflict do
	// nothing", rows counted).
	// Changes and keys come sorted; writing in that order avoids deadlocks.
	Commit(ctx context.Context, c Commit) error

	// History returns the first Limit events of one record after a sequence
	// number, in order. A record that does not exist has none.
	History(ctx context.Context, q HistoryQuery) ([]StoredEvent, error)

	// Lookup returns who holds each of some keys, expired or not, in any order,
	// and leaves out those that nobody holds. Of a key only Shop, Kind and Hash
	// count; no key comes twice, and there are at most [MaxPage]. A host may
	// delete keys a day after they expired.
	Lookup(ctx context.Context, keys ...Key) ([]Held, error)

	// List returns one page of one shop's records in a stable order: ties are
	// broken by id, so that no record is skipped or repeated while others
	// come and go. After is a place in the order, not a record: what stood
	// there may have moved or gone.
	List(ctx context.Context, q Query) (Page, error)

	// Claim returns records that show at Now, and changes nothing in them. A
	// record shows from its Wake on; a claim hides it until Now plus
	// [ClaimRequest.HideFor] and counts; a commit, and nothing else, shows it
	// again at its new Wake and sets the count to zero. Those that show since
	// earliest come first. Two concurrent claims never return one record; one
	// may skip what another is about to take. Cost grows with the records that
	// are due, not with those stored.
	Claim(ctx context.Context, r ClaimRequest) ([]Record, error)

	// Erase commits its one change, and in the same stroke replaces each
	// earlier event of that record by what Redact makes of it; it may ask
	// Redact more than once for an event. Keys stay. Errors are those of
	// Commit; an error of Redact is returned and nothing is written.
	Erase(ctx context.Context, r EraseRequest) error
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

// The kinds of record. One table holds both.
const (
	RecordTicket RecordKind = "ticket"
	RecordBlock  RecordKind = "block"
)

// Record is one row: the few columns that are searched, and Data, which the
// library encodes and the host never reads.
type Record struct {
	Kind     RecordKind
	Shop     string
	ID       uuid.UUID
	Version  int64 // counts commits, from 1
	State    State
	Assignee string // empty: nobody
	Team     string
	Priority Priority
	Customer string    // the host's pseudonymous reference
	Due      time.Time // the earliest deadline that still runs
	Created  time.Time
	Updated  time.Time
	Wake     time.Time // when Claim returns it; zero: never
	Labels   []string  // sorted, each once: "order:...", "tag:...", "problem:..."
	Data     []byte
}

// Ref returns the record's name.
func (r Record) Ref() Ref { return Ref{r.Shop, r.ID} }

// StoredEvent is one event of a record's history. Data is opaque to the host.
type StoredEvent struct {
	Seq  int64 // from 1, without gaps
	ID   uuid.UUID
	At   time.Time
	Kind EventKind
	Data []byte
}

// Commit is the unit of writing.
type Commit struct {
	ID      uuid.UUID
	At      time.Time // the Desk's clock: a key that expired by then is free
	Changes []Change  // 1 to MaxChanges of one shop, sorted by Ref, no ref twice
	Take    []Held    // sorted by key hash, no key twice
	Release []Key     // sorted by hash; freed before Take is looked at; one that is not held is no fault
	Effects []Effect  // enqueued in the same transaction; empty unless the host delivers
}

// Change is one record's step from one version to the next.
type Change struct {
	Expect int64         // the version it must have now; 0: it must not exist
	Next   Record        // its Version is Expect + 1
	Events []StoredEvent // appended to its history
}

// KeyKind tells apart what keys are for, so that their hashes never meet.
type KeyKind string

// The kinds of unique key.
const (
	KeyInbound  KeyKind = "inbound"  // id of a message that came in
	KeyOutbound KeyKind = "outbound" // id of a message that went out
	KeyCommand  KeyKind = "command"  // a caller's idempotency key
	KeyCommit   KeyKind = "commit"   // id of a commit
	KeyNumber   KeyKind = "number"   // a ticket's human number
	KeyMatter   KeyKind = "matter"   // the open matter of a customer
	KeySlot     KeyKind = "slot"     // one unit of an agent's capacity
	KeyFinding  KeyKind = "finding"  // what a check of the host's own has found
	KeyNotice   KeyKind = "notice"   // a place in a budget of automatic mail
)

// Key is unique within its shop and kind. The Desk hashes the value before a
// store sees it, so a key survives erasure and tells nothing.
type Key struct {
	Shop    string
	Kind    KeyKind
	Hash    [sha256.Size]byte
	Digest  [sha256.Size]byte // of the content it stands for
	Expires time.Time         // a commit whose At is not before it may take the key; zero: none may until it is released
}

// Held is a key and what holds it: a record and the events of that commit.
type Held struct {
	Key   Key
	Ref   Ref
	First int64 // the first event's sequence number, 0: none
	Last  int64
}

// Effect is something to be done outside after a commit, by id alone: its
// event says what. At least once, always under the same Event id.
type Effect struct {
	Event uuid.UUID `json:"event"`
	Ref   Ref       `json:"ref"`
	Kind  EventKind `json:"kind"`
	Seq   int64     `json:"seq"`
}

// HistoryQuery asks for events of one record after a sequence number.
type HistoryQuery struct {
	Ref   Ref
	After int64
	Limit int // below 1 gives none, above MaxPage is cut
}

// PageLimit returns Limit brought into 0 to [MaxPage].
func (q HistoryQuery) PageLimit() int { return min(max(q.Limit, 0), MaxPage) }

// Order is the order of a list.
type Order string

// The orders of a list; ties go by id, bytes ascending.
const (
	OrderCreated Order = "created" // oldest first; the default
	OrderUpdated Order = "updated" // latest first
	OrderDue     Order = "due"     // earliest first, records without one last
	OrderWake    Order = "wake"    // earliest first, only records that have one
)

// Query asks for one page of one shop's records. Empty fields ask for any.
type Query struct {
	Shop       string // required
	Kind       RecordKind
	States     []State
	Assignee   string
	Unassigned bool
	Team       string
	Customer   string
	Label      string
	DueBefore  time.Time // has a Due, and it is before
	Order      Order
	After      *Position // nil: from the start
	Limit      int       // below 1 gives none, above MaxPage is cut
}

// PageLimit returns Limit brought into 0 to [MaxPage].
func (q Query) PageLimit() int { return min(max(q.Limit, 0), MaxPage) }

// Position is where a page ended: the last record's instant in the order of
// the list (zero where it has none) and its id.
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
	case OrderDue:
		at = r.Due
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
// times before it since its last commit: Lease x 2^attempts, at most
// [MaxLease].
func (r ClaimRequest) HideFor(attempts int) time.Duration {
	return desk.Hide(r.Lease, MaxLease, attempts)
}

// EraseRequest is a commit of one change, the tombstone, with a function that
// takes the personal data out of every event before it.
type EraseRequest struct {
	Commit Commit
	Redact func(StoredEvent) (StoredEvent, error) // keeps Seq, ID, At and Kind
}
