package tone

import (
	"math/bits"
	"slices"
)

// role is what a word does in a sentence, beside being good or bad.
type role uint16

const (
	roleNegator  role = 1 << iota // turns what it belongs to
	roleBack                      // a negator that may also stand behind
	roleBoost                     // very
	roleDamp                      // somewhat
	roleBut                       // what follows weighs more than what went before
	roleIrrealis                  // could, should have: what is good there is not so
	roleClause                    // a conjunction: a clause begins
	roleSummary                   // all in all: what follows weighs more
	roleMarker                    // a small word that tells the language
	roleFiller                    // passed over within phrases
	roleStarts                    // a phrase may begin here
	roleHead                      // may end a German compound and lend it its value
	roleThing                     // the same without a value: what stands before it decides
	roleLess                      // an ending as -los or -frei, which turns what stands before it
	roleFixed                     // no negation turns it
	roleIrony                     // what is good near it may mean its opposite
)

// sense is a word in one language: its roles and its valence in tenths, from -40
// to 40.
type sense struct {
	role role
	val  int8
}

func (s sense) polar() bool { return s.val != 0 }

// slot is a word by the hash of its folded letters, in both languages: "gift"
// and "bad" are words in each.
type slot struct {
	key    uint64
	de, en sense
}

// table finds words by hash, with open addressing at a load of at most one half.
// Whether two words share all 64 bits of a hash is checked when it is built, and
// a text that was made to hit one by accident reads as that word, no worse.
type table struct {
	slots []slot
	shift int
	mask  uint64
}

func newTable(words map[uint64]slot) table {
	size := bits.Len(uint(2*len(words) + 1))
	t := table{slots: make([]slot, 1<<size), shift: 64 - size, mask: 1<<size - 1}
	for _, w := range words {
		i := w.key >> t.shift
		for t.slots[i].key != 0 {
			i = (i + 1) & t.mask
		}
		t.slots[i] = w
	}
	return t
}

// find returns the slot of a hash, or nil.
func (t *table) find(key uint64) *slot {
	for i := key >> t.shift; ; i = (i + 1) & t.mask {
		s := &t.slots[i]
		if s.key == key {
			return s
		}
		if s.key == 0 {
			return nil
		}
	}
}

// hashFactor is odd and has its bits spread (2^64 over the golden ratio).
const hashFactor = 0x9e3779b97f4a7c15

// step adds a byte to the hash of what stands behind it: words are hashed from
// their end, so that the hashes of all their endings come for free.
func step(h uint64, c byte) uint64 {
	h = (h ^ uint64(c)) * hashFactor
	return h ^ h>>29
}

// hashOf is the hash of a folded word; never 0.
func hashOf(word []byte) uint64 { return spread(hashBack(word)) }

func hashBack(word []byte) uint64 {
	var h uint64
	for _, c := range slices.Backward(word) {
		h = step(h, c)
	}
	return h
}

// spread makes a hash a key: its upper bits choose the slot.
func spread(h uint64) uint64 {
	h *= hashFactor
	if h == 0 {
		return 1
	}
	return h
}

// chain adds a word to the key of a phrase.
func chain(h, key uint64) uint64 { return spread(bits.RotateLeft64(h, 23) ^ key) }
