package goodwill

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
	// MaxPage is the most records, entries or balances that one call asks for.
	MaxPage = 500
	// MaxWrites is the most records that one [Commit] writes.
	MaxWrites = 8
	// MaxEntries is the most entries that one [Commit] adds.
	MaxEntries = 64
	// MaxAccount is the most bytes of an account's name.
	MaxAccount = 400
	// MaxLease is the longest that a claim hides a record.
	MaxLease = 24 * time.Hour
)

// Store is what a host implements over its own database, in the shape of
// ticket.Store: records, unique keys, and a ledger of entries and balances.
// [Desk] is its only caller; package goodwilltest proves an implementation.
//
// For every method: instants have microseconds and any zone, and come back
// equal, in UTC. The zero instant means none and comes back zero. Strings are
// any valid UTF-8 without NUL, kept and compared byte for byte. Data is any
// bytes and comes back as it was; an empty slice may come back nil. Amounts are
// whole minor units of 64 bits with their currency, never a float. What is
// passed in is not kept, and what is returned is the caller's. Shops are apart:
// no call sees or touches a record, a key, an entry or an account of another
// shop, and two shops may use one id and one name. No method has a clock of its
// own. A context that is done returns its error and does nothing; one that ends
// in mid-call leaves all of the call or nothing. Methods are safe for concurrent
// use, also by many processes.
//
// An error that is none of those documented here leaves the outcome of a write
// unknown; the Desk then asks for the commit's id with Lookup.
type Store interface {
	// Load returns the record, or [ErrNotFound]. It never returns half a write,
	// nor do List, Claim, Entries and Balances.
	Load(ctx context.Context, ref Ref) (Record, error)

	// Commit makes all of the writes, adds all of the entries and moves all of
	// their accounts, or nothing. It returns [ErrConflict] where a record's
	// version is not the one expected; a [*DuplicateError] naming every key of
	// Take that is held by then; and the error of [Post], above all a
	// [*CapError] naming every cap that would be exceeded. Of several faults the
	// conflict comes first, then the keys, then the ledger. ErrConflict may also
	// mean that the commit could not be serialized with another (SQLSTATE
	// 40001). A refused commit leaves nothing behind, also in a transaction of
	// the host's that commits later (SQL: a SAVEPOINT), and is found without
	// raising an error in the database. Writes, keys and accounts
	// ([Commit.Accounts]) come sorted; touching rows in that order avoids
	// deadlocks.
	//
	// The balances become what [Post] makes of those that are stored, and no
	// entry of another commit is lost meanwhile (SQL: SELECT FOR UPDATE of all
	// accounts of the commit, those that do not exist yet included: insert them
	// with nothing first). Entries are only ever added.
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

	// Entries returns the first Limit entries that a query asks for, in the
	// order of their ids, bytes ascending, as they were added.
	Entries(ctx context.Context, q EntryQuery) ([]Entry, error)

	// Balances returns the first Limit balances that a query asks for, in the
	// order of [Account.Compare]. An account that no entry names is not there;
	// one that has come back to nothing is.
	Balances(ctx context.Context, q BalanceQuery) ([]Balance, error)
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
	RecordGrant RecordKind = "grant"
	RecordOrder RecordKind = "order" // what a desk has refunded of an order
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
	Labels   []string  // sorted, each once: "order:...", "actor:..."
	Data     []byte
}

// Ref returns the record's name.
func (r Record) Ref() Ref { return Ref{r.Shop, r.ID} }

// Commit is the unit of writing.
type Commit struct {
	ID      uuid.UUID
	At      time.Time // the Desk's clock: a key that expired by then is free
	Writes  []Write   // 1 to MaxWrites of one shop, sorted by Ref, no ref twice
	Entries []Entry   // of the same shop, at most MaxEntries, sorted by id, none that was added before
	Take    []Held    // sorted by key hash, no key twice
	Release []Unique  // sorted by hash; freed before Take is looked at; one that is not held is no fault
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
	UniqueCommit  UniqueKind = "commit"  // id of a commit
	UniqueRequest UniqueKind = "request" // what a caller asked for once
)

// Unique is a key that is held once within its shop and kind. The Desk hashes
// the value before a store sees it, so a key survives erasure and tells nothing.
type Unique struct {
	Shop    string
	Kind    UniqueKind
	Hash    [sha256.Size]byte
	Digest  [sha256.Size]byte // of what was asked for under the key
	Expires time.Time         // a commit whose At is not before it may take the key; zero: none may until it is released
}

// Held is a key and the record that holds it.
type Held struct {
	Key Unique
	Ref Ref
}

// Sort is the order of a list.
type Sort string

// The orders of a list; ties go by id, bytes ascending.
const (
	SortCreated Sort = "created" // oldest first; the default
	SortUpdated Sort = "updated" // latest first
	SortWake    Sort = "wake"    // earliest first, only records that have one
)

// Query asks for one page of one shop's records. Empty fields ask for any.
type Query struct {
	Shop     string // required
	Kind     RecordKind
	States   []string
	Customer string
	Label    string
	Sort     Sort
	After    *Position // nil: from the start
	Limit    int       // below 1 gives none, above MaxPage is cut
}

// PageLimit returns Limit brought into 0 to [MaxPage].
func (q Query) PageLimit() int { return pageLimit(q.Limit) }

func pageLimit(limit int) int { return min(max(limit, 0), MaxPage) }

// Position is where a page ended: the last record's instant in the order of the
// list (zero where it has none) and its id.
type Position struct {
	At time.Time `json:"at"`
	ID uuid.UUID `json:"id"`
}

// PositionOf returns the position of a record in an order.
func PositionOf(r Record, s Sort) Position {
	at := r.Created
	switch s {
	case SortUpdated:
		at = r.Updated
	case SortWake:
		at = r.Wake
	case SortCreated:
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
func (r ClaimRequest) PageLimit() int { return pageLimit(r.Limit) }

// HideFor returns how long a claim hides a record that was claimed attempts
// times before it since its last commit: Lease x 2^attempts, at most [MaxLease].
func (r ClaimRequest) HideFor(attempts int) time.Duration {
	return desk.Hide(r.Lease, MaxLease, attempts)
}

// EntryQuery asks for entries of one shop. Empty fields ask for any.
type EntryQuery struct {
	Shop    string    // required
	Grant   uuid.UUID // of one grant
	Account string    // that debit or credit it, in any currency
	After   uuid.UUID // those whose id comes after it; zero: from the start
	Limit   int       // below 1 gives none, above MaxPage is cut
}

// PageLimit returns Limit brought into 0 to [MaxPage].
func (q EntryQuery) PageLimit() int { return pageLimit(q.Limit) }

// Wants reports whether the query asks for an entry, After and Limit apart.
func (q EntryQuery) Wants(e *Entry) bool {
	return e.Shop == q.Shop && (q.Grant == uuid.Nil || e.Grant == q.Grant) &&
		(q.Account == "" || e.Debit == q.Account || e.Credit == q.Account)
}

// BalanceQuery asks for balances of one shop.
type BalanceQuery struct {
	Shop     string   // required
	Accounts []string // by name, in any currency; none: all
	After    *Account // those that come after it; nil: from the start
	Limit    int      // below 1 gives none, above MaxPage is cut
}

// PageLimit returns Limit brought into 0 to [MaxPage].
func (q BalanceQuery) PageLimit() int { return pageLimit(q.Limit) }

// CompareRefs orders refs by shop and id, in bytes.
func CompareRefs(a, b Ref) int {
	if c := strings.Compare(a.Shop, b.Shop); c != 0 {
		return c
	}
	return bytes.Compare(a.ID[:], b.ID[:])
}
