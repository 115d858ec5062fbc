package tone

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
)

// Labelled is a text of which the host knows whether it is good or bad, from its
// stars for one.
type Labelled struct {
	ID    string // of the review or answer; it decides whether the text is learnt or held out
	Text  string
	Label Label // Positive or Negative
}

// Learner is multinomial naive Bayes on words and pairs of words, each counted
// once a text (Manning, Raghavan, Schuetze, Introduction to Information
// Retrieval, chapter 13). One text in four, by its id, is held out: it is never
// learnt, and decides whether the learner is better than what is there already
// ([Learner.Choose]).
//
// It keeps counts by hashed words and no text, and its size is bounded. Learners
// merge in any order; what was added can be taken away. It is not safe for
// concurrent writing.
type Learner struct {
	base   Analyzer
	counts map[uint16][2]uint32 // by feature: in how many bad and good texts
	texts  [2]uint32            // learnt: bad, good
	held   []heldOut            // by key
}

// heldOut is a text that is not learnt, as its features.
type heldOut struct {
	key      uint64
	good     bool
	base     Label // what the base says of it
	features []uint16
}

// Bounds of a learner.
const (
	features    = 1 << 15 // that words are hashed to
	maxHeld     = 2000    // texts held out; of more, those with the lowest hashes of their ids
	maxFeatures = 256     // of a text
	holdOut     = 4       // one text in so many
)

// The first features are what the base says.
const (
	saysBad = iota
	saysGood
	saysNeutral
	saysNothing
	firstWord
)

// NewLearner returns an empty learner. It learns to be better than base, whose
// results it also learns from.
func NewLearner(base Analyzer) *Learner {
	return &Learner{base: base, counts: map[uint16][2]uint32{}}
}

// Texts returns how many texts were learnt and how many are held out.
func (l *Learner) Texts() (int64, int64) {
	return int64(l.texts[0]) + int64(l.texts[1]), int64(len(l.held))
}

// Add learns a text, or holds it out. Add each text once: to correct a label,
// remove it with the old one first. A held-out text that is there already is
// replaced.
func (l *Learner) Add(x Labelled) error {
	good, err := x.check()
	if err != nil {
		return err
	}
	key := keyOf(x.ID)
	f, says := l.features(x.Text)
	if key%holdOut == 0 {
		l.hold(heldOut{key, good == 1, says, f})
		return nil
	}
	if l.texts[good] == math.MaxUint32 {
		return ErrOverflow
	}
	l.texts[good]++
	for _, i := range f {
		c := l.counts[i]
		c[good]++
		l.counts[i] = c
	}
	return nil
}

// Remove takes away a text that was added, with the same id, text and label.
// Where it cannot have been, it is [ErrUnderflow] and nothing changes; a text
// that was held out and has given way to others leaves no trace anyway.
func (l *Learner) Remove(x Labelled) error {
	good, err := x.check()
	if err != nil {
		return err
	}
	key := keyOf(x.ID)
	if key%holdOut == 0 {
		if i, ok := l.find(key); ok {
			l.held = slices.Delete(l.held, i, i+1)
		}
		return nil
	}
	f, _ := l.features(x.Text)
	if l.texts[good] == 0 || slices.ContainsFunc(f, func(i uint16) bool { return l.counts[i][good] == 0 }) {
		return ErrUnderflow
	}
	l.texts[good]--
	for _, i := range f {
		c := l.counts[i]
		c[good]--
		if l.counts[i] = c; c == [2]uint32{} {
			delete(l.counts, i)
		}
	}
	return nil
}

// Merge adds all that o learnt and held out, which stays as it is. Which one is
// merged into which, and in what order, makes no difference.
func (l *Learner) Merge(o *Learner) error {
	for i := range l.texts {
		if uint64(l.texts[i])+uint64(o.texts[i]) > math.MaxUint32 {
			return ErrOverflow // and so no count of a feature can overflow
		}
	}
	for i := range l.texts {
		l.texts[i] += o.texts[i]
	}
	for i, more := range o.counts {
		c := l.counts[i]
		l.counts[i] = [2]uint32{c[0] + more[0], c[1] + more[1]}
	}
	for _, h := range o.held {
		l.hold(h)
	}
	return nil
}

func (l *Learner) find(key uint64) (int, bool) {
	return slices.BinarySearchFunc(l.held, key, func(h heldOut, key uint64) int { return cmp.Compare(h.key, key) })
}

// hold keeps a text that is held out, as long as its key is among the lowest. Of
// two with one key it keeps the same one, whichever comes first.
func (l *Learner) hold(h heldOut) {
	i, ok := l.find(h.key)
	switch {
	case ok:
		if compareHeld(h, l.held[i]) > 0 {
			l.held[i] = h
		}
		return
	case i >= maxHeld:
		return
	}
	l.held = slices.Insert(l.held, i, h)
	if len(l.held) > maxHeld {
		l.held = l.held[:maxHeld]
	}
}

func compareHeld(a, b heldOut) int {
	if a.good != b.good {
		if a.good {
			return 1
		}
		return -1
	}
	return cmp.Or(cmp.Compare(a.base, b.base), slices.Compare(a.features, b.features))
}

// check returns the column of the label.
func (x Labelled) check() (int, error) {
	if x.ID == "" || len(x.ID) > maxText {
		return 0, &Fault{Path: "id", Reason: "is not 1 to 128 bytes"}
	}
	switch x.Label {
	case Positive:
		return 1, nil
	case Negative:
		return 0, nil
	case Neutral, Unknown:
	}
	return 0, &Fault{Path: "label", Value: string(x.Label), Reason: "is neither positive nor negative"}
}

// keyOf hashes an id the same way for ever: it decides what is held out.
func keyOf(id string) uint64 {
	sum := sha256.Sum256([]byte(id))
	return binary.BigEndian.Uint64(sum[:])
}

// features returns the features of a text, each once and in order, and what the
// base says.
func (l *Learner) features(text string) ([]uint16, Label) {
	says := l.base.Analyze(text).Label
	var seen featureSet
	list := []uint16{saysFeature(says)}
	eachFeature(text, &seen, func(i uint16) { list = append(list, i) })
	slices.Sort(list)
	return list, says
}

func saysFeature(l Label) uint16 {
	switch l {
	case Negative:
		return saysBad
	case Positive:
		return saysGood
	case Neutral:
		return saysNeutral
	case Unknown:
	}
	return saysNothing
}

// featureSet are features as bits.
type featureSet [features / 64]uint64

// add reports whether the feature is new.
func (s *featureSet) add(i uint16) bool {
	word, bit := &s[i/64], uint64(1)<<(i%64)
	if *word&bit != 0 {
		return false
	}
	*word |= bit
	return true
}

// eachFeature calls f for the words of a text and the pairs of words within its
// sentences, each once, up to a limit.
func eachFeature(text string, seen *featureSet, f func(uint16)) {
	text, _ = clip(text, DefaultMaxBytes)
	s := scanner{text: text}
	var before uint64
	for n := 0; n < maxFeatures-2; { // a word makes two, and what the base says is one
		marks, more := s.skip()
		if !more {
			return
		}
		if marks&markStop != 0 {
			before = 0
		}
		s.token()
		key := hashOf(s.word[:min(s.n, maxWord)])
		if s.emoji != 0 {
			key = spread(uint64(s.emoji)) //nolint:gosec // a rune that was read is not negative
		}
		if i := featureOf(key); seen.add(i) {
			f(i)
			n++
		}
		if before != 0 {
			if i := featureOf(chain(before, key)); seen.add(i) {
				f(i)
				n++
			}
		}
		before = key
	}
}

func featureOf(key uint64) uint16 {
	return uint16(firstWord + (key>>20)%(features-firstWord))
}
