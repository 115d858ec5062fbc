package tone

import "slices"

// look finds the word that the scanner has read, as it stands, without its
// stretched letters, with its double letters written once, or as a German
// compound. What nobody knows has no senses, and a key for phrases all the same.
func (e *Engine) look(s *scanner) (uint64, entry) {
	if s.n > maxWord || s.n == 0 {
		return 1, entry{}
	}
	word := s.word[:s.n]
	key := hashOf(word)
	if w := e.words.find(key); w != (entry{}) || s.digits {
		return key, w
	}
	if s.n >= minSqueezed || s.stretched {
		if squeezed, n := squeeze(word); n < s.n {
			single := hashOf(squeezed[:n])
			if w := e.words.find(single); w != (entry{}) {
				return single, w
			}
		}
	}
	return key, entry{de: e.compound(word)}
}

// minSqueezed is how long a word must be to be looked up with its double letters
// written once: people write "entäuscht" and "Komunikation".
const minSqueezed = 6

// squeeze writes repeated letters once.
func squeeze(word []byte) ([maxWord]byte, int) {
	var out [maxWord]byte
	n := 0
	for i, c := range word {
		if i == 0 || c != word[i-1] {
			out[n] = c
			n++
		}
	}
	return out, n
}

// Of a compound, at least so many letters stand before its head, and it is so
// long in all.
const (
	minFront    = 3
	minCompound = 7
)

// compound reads a word that no list has by its longest known ending: a
// "Lieferverzögerung" is a "Verzögerung". Where the ending is a thing that is
// neither good nor bad, what stands before it decides, as in "Billigschrott" and
// "Traumservice"; and "-los" and "-frei" turn it, as in "mängelfrei".
func (e *Engine) compound(word []byte) sense {
	n := len(word)
	if n < minCompound {
		return sense{}
	}
	var best sense
	head := 0
	var h uint64
	for i, c := range slices.Backward(word) {
		if i < minFront {
			break
		}
		h = step(h, c)
		if n-i < minFront {
			continue
		}
		if w := e.heads.find(spread(h)); w.de.role != 0 {
			best, head = w.de, i
		}
	}
	switch {
	case head == 0:
		return sense{}
	case best.role&roleLess == roleLess:
		return sense{val: -e.front(word[:head]).val}
	case best.role&roleThing != 0:
		return sense{val: e.front(word[:head]).val}
	}
	return sense{val: best.val}
}

// front is the first part of a compound, with or without the s or n that joins
// it.
func (e *Engine) front(word []byte) sense {
	if w := e.words.find(hashOf(word)); w.de != (sense{}) {
		return w.de
	}
	if last := word[len(word)-1]; last == 's' || last == 'n' {
		return e.words.find(hashOf(word[:len(word)-1])).de
	}
	return sense{}
}
