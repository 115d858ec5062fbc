package tone

import (
	"encoding/binary"
	"iter"
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
	roleStarts                    // a phrase may begin here, or go on
	roleHead                      // may end a German compound and lend it its value
	roleThing                     // the same without a value: what stands before it decides
	roleTitle                     // a name may follow, as in "Frau Engel"
	roleFixed                     // no negation turns it
	roleIrony                     // what is good near it may mean its opposite

	// roleLess is an ending as -los or -frei, which turns what stands before it.
	roleLess = roleHead | roleThing
)

// sense is a word in one language: its roles and its valence in tenths, from -40
// to 40.
type sense struct {
	role role
	val  int8
}

func (s sense) polar() bool { return s.val != 0 }

func (s sense) without(r role) sense { return sense{s.role &^ r, s.val} }

// entry is a word in both languages: "gift" and "bad" are words in each.
type entry struct{ de, en sense }

// slot is an entry by the hash of its word: the upper half of the hash chooses
// the place, the lower is compared.
type slot struct {
	check uint32
	entry entry
}

// table finds words by hash, with open addressing. Whether two words share a
// hash is checked when it is built; a text that was made to hit one by accident
// reads as that word, no worse.
type table struct{ slots []slot }

// newTable fills a table with n entries to a load of 5/8.
func newTable(n int, entries iter.Seq2[uint64, entry]) table {
	t := table{slots: make([]slot, n*8/5+1)}
	for key, w := range entries {
		i := t.place(key)
		for t.slots[i].entry != (entry{}) {
			i = t.after(i)
		}
		t.slots[i] = slot{uint32(key), w} //nolint:gosec // the lower half
	}
	return t
}

// place maps a hash to a slot in proportion: any number of slots will do.
func (t *table) place(key uint64) int {
	return int(key >> 32 * uint64(len(t.slots)) >> 32)
}

func (t *table) after(i int) int {
	if i++; i == len(t.slots) {
		return 0
	}
	return i
}

// find returns the entry of a hash; the empty one says nothing.
func (t *table) find(key uint64) entry {
	for i := t.place(key); ; i = t.after(i) {
		s := &t.slots[i]
		if s.check == uint32(key) || s.entry == (entry{}) { //nolint:gosec // the lower half
			return s.entry
		}
	}
}

// hashFactor is odd and has its bits spread (2^64 over the golden ratio).
const hashFactor = 0x9e3779b97f4a7c15

// step adds a byte to a hash.
func step(h uint64, c byte) uint64 {
	h = (h ^ uint64(c)) * hashFactor
	return h ^ h>>29
}

// spread makes a hash a key: its upper bits choose the place.
func spread(h uint64) uint64 {
	h *= hashFactor
	return h ^ h>>32
}

// hashOf is the hash of a folded word, eight bytes at a time.
func hashOf(word []byte) uint64 {
	n := len(word)
	h := uint64(n)
	switch {
	case n >= 8:
		for i := 0; i+8 < n; i += 8 {
			h = spread(h ^ binary.LittleEndian.Uint64(word[i:]))
		}
		h = spread(h ^ binary.LittleEndian.Uint64(word[n-8:]))
	case n >= 4:
		h = spread(h^uint64(binary.LittleEndian.Uint32(word))<<8) ^ uint64(binary.LittleEndian.Uint32(word[n-4:]))
	case n > 0:
		h ^= uint64(word[0])<<8 | uint64(word[n/2])<<16 | uint64(word[n-1])<<24 //nolint:gosec // n is the length
	}
	return spread(spread(h))
}

// hashBack hashes a word from its end, so that those of its endings come for
// free.
func hashBack(word []byte) uint64 {
	var h uint64
	for _, c := range slices.Backward(word) {
		h = step(h, c)
	}
	return h
}

// chain adds a word to the key of a phrase.
func chain(h, key uint64) uint64 { return spread(bits.RotateLeft64(h, 23) ^ key) }
