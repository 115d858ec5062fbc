package ticket

import (
	"bytes"
	"crypto/sha256"
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

// How long keys are held that end by time.
const (
	commandKeyLife = 30 * 24 * time.Hour
	commitKeyLife  = 7 * 24 * time.Hour
)

// newKey hashes a value into a key. Parts are told apart by their lengths.
func newKey(shop string, kind KeyKind, parts ...string) Key {
	return Key{Shop: shop, Kind: kind, Hash: digest(append([]string{shop, string(kind)}, parts...)...)}
}

func digest(parts ...string) [sha256.Size]byte { return desk.Digest(parts...) }

func compareKeys(a, b Key) int { return bytes.Compare(a.Hash[:], b.Hash[:]) }

func compareHeld(a, b Held) int { return compareKeys(a.Key, b.Key) }

func compareRefs(a, b Ref) int {
	if c := strings.Compare(a.Shop, b.Shop); c != 0 {
		return c
	}
	return bytes.Compare(a.ID[:], b.ID[:])
}

// free reports whether a key that somebody holds may be taken at an instant.
func (h Held) free(at time.Time) bool {
	return !h.Key.Expires.IsZero() && !at.Before(h.Key.Expires)
}

// MessageID returns the Message-ID under which a public message of a ticket
// goes out, without the angle brackets. It is a unique key of the same
// commit, so that answers find their ticket.
func MessageID(ref Ref, seq int64) string {
	return ref.ID.String() + "." + strconv.FormatInt(seq, 10) + "@" + ref.Shop
}

// crockford is the alphabet of human numbers: no I, L, O and U.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// numberLength counts the characters of a human number, the check included.
const numberLength = 7

// NewNumber draws a human number: six random characters of Crockford's base
// 32 and a check character that finds every single wrong character and every
// two that changed places.
func NewNumber(random io.Reader) (string, error) {
	var raw [numberLength]byte
	last := len(raw) - 1
	if _, err := io.ReadFull(random, raw[:last]); err != nil {
		return "", errors.Join(errors.New("ticket: draw a number"), err)
	}
	for i, b := range raw[:last] {
		raw[i] = crockford[b%32]
	}
	raw[last] = crockford[checkSymbol(raw[:last])]
	return string(raw[:]), nil
}

// ParseNumber reads a human number as people write it: small letters, O for
// 0, I and L for 1, blanks and hyphens between. A wrong one is a [*Fault].
func ParseNumber(s string) (string, error) {
	fault := &Fault{Path: "number", Value: s, Reason: "is not the number of a ticket"}
	folded := strings.NewReplacer("O", "0", "I", "1", "L", "1", " ", "", "-", "").Replace(strings.ToUpper(s))
	if len(folded) != numberLength {
		return "", fault
	}
	for i := range len(folded) {
		if !strings.Contains(crockford, folded[i:i+1]) {
			return "", fault
		}
	}
	last := len(folded) - 1
	if crockford[checkSymbol([]byte(folded[:last]))] != folded[last] {
		return "", fault
	}
	return folded, nil
}

// checkSymbol weights each character by its own power of the field's
// generator in GF(32) and adds up. Different weights tell places apart, so a
// swap shows; in a field a single change always does.
func checkSymbol(chars []byte) byte {
	var sum byte
	weight := byte(1)
	for _, c := range chars {
		weight = mulGF32(weight, 2)
		sum ^= mulGF32(weight, symbol(c))
	}
	return sum
}

// symbol returns the value of a Crockford character.
func symbol(c byte) byte {
	for v := range byte(len(crockford)) {
		if crockford[v] == c {
			return v
		}
	}
	return 0
}

// mulGF32 multiplies in GF(32) with the polynomial x^5 + x^2 + 1.
func mulGF32(a, b byte) byte {
	var p byte
	for ; b > 0; b >>= 1 {
		if b&1 == 1 {
			p ^= a
		}
		a <<= 1
		if a&0x20 != 0 {
			a ^= 0x25
		}
	}
	return p
}

// newID draws a UUID of version 7.
func newID(now time.Time, random io.Reader) (uuid.UUID, error) {
	id, err := desk.NewID(now, random)
	if err != nil {
		return id, fmt.Errorf("ticket: %w", err)
	}
	return id, nil
}

// matterKeys name the open matter of a customer: one for each order, else one
// for the conversation. A guest has only the conversation.
func matterKeys(in Inbound) []Key {
	var keys []Key
	if in.Customer.Ref != "" {
		for _, o := range sortedUnique(in.Orders) {
			keys = append(keys, newKey(in.Shop, KeyMatter, "order", in.Customer.Ref, o))
		}
	}
	if len(keys) == 0 && in.Conversation != "" {
		keys = append(keys, newKey(in.Shop, KeyMatter, "conversation", string(in.Channel), in.Customer.Ref, in.Conversation))
	}
	slices.SortFunc(keys, compareKeys)
	return keys
}
