package ticket

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// BlockKind is how far a block goes.
type BlockKind string

// The kinds of block. Neither stops statutory rights (withdrawal, warranty)
// nor requests about personal data.
const (
	// BlockNewContact keeps new matters away. The customer may still write
	// about an order or a ticket that there is.
	BlockNewContact BlockKind = "new_contact"
	// BlockAll keeps everything away but what the law lets through.
	BlockAll BlockKind = "all"
)

// BlockReason is why somebody may be blocked. A complaint, a return or a bad
// review is none.
type BlockReason string

// The reasons that allow a block.
const (
	BlockThreat     BlockReason = "threat"     // of violence
	BlockHarassment BlockReason = "harassment" // of staff
	BlockHate       BlockReason = "hate"       // speech against people
	BlockFraud      BlockReason = "fraud"      // proven
	BlockFlood      BlockReason = "flood"      // messages without any matter
)

func (r BlockReason) valid() bool {
	switch r {
	case BlockThreat, BlockHarassment, BlockHate, BlockFraud, BlockFlood:
		return true
	default:
		return false
	}
}

// MaxBlocks is the most blocks that a shop has at a time.
const MaxBlocks = 5000

// Block is an entry of the block list: the last resort, by two persons, with
// evidence, until a review.
type Block struct {
	ID       uuid.UUID   `json:"id"`
	Shop     string      `json:"shop"`
	Customer string      `json:"customer"`
	Kind     BlockKind   `json:"kind"`
	Reason   BlockReason `json:"reason"`
	Evidence string      `json:"evidence"` // the host's reference: a ticket, a file
	By       string      `json:"by"`       // who asked for it
	Second   string      `json:"second"`   // who agreed
	From     time.Time   `json:"from"`
	Review   time.Time   `json:"review"`           // it ends then, unless renewed
	Appeal   string      `json:"appeal,omitempty"` // what the customer says to it
	Ended    time.Time   `json:"ended,omitzero"`
	EndedBy  string      `json:"ended_by,omitempty"` // empty with Ended set: its review came
}

// Ref returns the entry's name.
func (b Block) Ref() Ref { return Ref{b.Shop, b.ID} }

// live reports whether the block stands at an instant.
func (b Block) live(now time.Time) bool { return b.Ended.IsZero() && now.Before(b.Review) }

// The states of a block's record, and the events of its history.
const (
	StateBlocked   State = "blocked"
	StateUnblocked State = "unblocked"

	EventBlock       EventKind = "block"
	EventRenewBlock  EventKind = "renew_block"
	EventAppealBlock EventKind = "appeal_block"
	EventUnblock     EventKind = "unblock"
	EventExpireBlock EventKind = "expire_block"
)

// KeyBlock makes a customer's entry the only one, and counts entries.
const KeyBlock KeyKind = "block"

// BlockRequest asks for a block.
type BlockRequest struct {
	Customer string
	Kind     BlockKind
	Reason   BlockReason
	Evidence string
	Review   time.Time // zero: in 12 months; at most then
}

func (r BlockRequest) check(c *check, lim Limits, now time.Time) {
	lim.checkName(c, "block.customer", r.Customer, true)
	lim.checkName(c, "block.evidence", r.Evidence, true)
	if r.Kind != BlockNewContact && r.Kind != BlockAll {
		c.fail("block.kind", string(r.Kind), "is no kind of block")
	}
	if !r.Reason.valid() {
		c.fail("block.reason", string(r.Reason), "is no reason that allows a block")
	}
	checkReview(c, r.Review, now)
}

func checkReview(c *check, review, now time.Time) {
	if !review.IsZero() && (!review.After(now) || review.After(lastReview(now))) {
		c.fail("block.review", review.Format(time.DateOnly), "does not lie within 12 months")
	}
}

// lastReview is the latest date to which a block may stand.
func lastReview(now time.Time) time.Time { return now.AddDate(1, 0, 0) }

// blockEnvelope is what a block's record holds.
type blockEnvelope struct {
	Schema int   `json:"v"`
	Block  Block `json:"block"`
	Slot   int   `json:"slot"` // which of the shop's places it takes
	Seq    int64 `json:"seq"`

	version int64
}

func decodeBlock(r Record) (blockEnvelope, error) {
	var env blockEnvelope
	if r.Kind != RecordBlock {
		return env, fmt.Errorf("ticket: record %s is no block: %w", r.Ref(), ErrNotFound)
	}
	if err := json.Unmarshal(r.Data, &env); err != nil {
		return env, fmt.Errorf("ticket: record %s: %w: %w", r.Ref(), ErrCorrupt, err)
	}
	if env.Schema != schema {
		return env, fmt.Errorf("ticket: record %s: schema %d: %w", r.Ref(), env.Schema, ErrCorrupt)
	}
	env.version = r.Version
	return env, nil
}

// change returns the entry's next version with the event that led to it.
func (env blockEnvelope) change(u *unit, kind EventKind, actor Actor) (Change, error) {
	b := env.Block
	env.Schema = schema
	env.Seq++
	data, err := json.Marshal(env)
	if err != nil {
		return Change{}, fmt.Errorf("ticket: block %s: %w", b.Ref(), err)
	}
	event, err := json.Marshal(struct {
		Actor By    `json:"actor"`
		Block Block `json:"block"`
	}{actor.By(), b})
	if err != nil {
		return Change{}, fmt.Errorf("ticket: block %s: %w", b.Ref(), err)
	}
	rec := Record{
		Kind: RecordBlock, Shop: b.Shop, ID: b.ID, Version: env.version + 1, State: StateBlocked,
		Customer: b.Customer, Created: b.From, Updated: u.commit.At, Wake: b.Review, Data: data,
	}
	if !b.Ended.IsZero() {
		rec.State, rec.Wake = StateUnblocked, time.Time{}
	}
	id := uuid.NewSHA1(u.commit.ID, fmt.Appendf(b.ID[:], "%d", env.Seq))
	return Change{
		Expect: env.version, Next: rec,
		Events: []StoredEvent{{Seq: env.Seq, ID: id, At: u.commit.At, Kind: kind, Data: event}},
	}, nil
}

func blockKey(shop, customer string) Key { return newKey(shop, KeyBlock, "customer", customer) }

func blockSlot(shop string, n int) Key { return newKey(shop, KeyBlock, "slot", strconv.Itoa(n)) }

// protected reports whether a message must be heard whatever is blocked: it
// is about a right that the law gives, or about personal data.
func (in Inbound) protected(reasons []Reason) bool {
	return slices.Contains(reasons, in.Reason) || slices.Contains(reasons, in.Reason.Parent())
}

// ProtectedReasons are the reasons that no block keeps away, unless the rules
// name others.
func ProtectedReasons() []Reason { return []Reason{"withdrawal", "warranty", "privacy"} }

// firstFree returns the lowest place that nobody has.
func firstFree(used []int) (int, bool) {
	slices.Sort(used)
	free := 0
	for _, n := range used {
		if n > free {
			break
		}
		free = n + 1
	}
	return free, free < MaxBlocks
}

// mayBlock finds what speaks against two persons blocking somebody.
func mayBlock(actor, second Actor) []Blocker {
	var out []Blocker
	if actor.Kind != ActorAgent {
		out = append(out, blocked(CodeActor, "actor", string(actor.Kind))...)
	}
	if second.Kind != ActorAgent || !second.Is(RoleLead) || second.Shop != actor.Shop {
		out = append(out, blocked(CodeRole, "role", string(RoleLead))...)
	}
	if second.ID == actor.ID || strings.TrimSpace(second.ID) == "" {
		out = append(out, blocked(CodeSecondPerson)...)
	}
	return out
}
