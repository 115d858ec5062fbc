package feedback

import (
	"encoding/binary"
	"math/bits"
	"strconv"
)

// SummaryOf counts scores that lie in memory as bytes, as a host has them that
// moves from another system: many millions at once. A score that is not on the
// scale is a [Fault] with its place, and nothing is counted.
//
// It is what [Summary.Add] does to each. 64 scores at a time are turned into
// four planes of bits, and a score is counted where the planes agree on it.
func SummaryOf(scale Scale, scores []uint8) (Summary, error) {
	if scale.IsZero() {
		return Summary{}, &Fault{Path: "scale", Reason: "is missing"}
	}
	var counts [MaxPoints]int64
	rest, high := scores, uint64(0)
	for len(rest) >= block {
		high |= countBlock((*[block]uint8)(rest), &counts)
		rest = rest[block:]
	}
	for _, score := range rest {
		if score < MaxPoints {
			counts[score]++
		}
	}
	s := Summary{low: int8(scale.cfg.Min), points: int8(scale.points())} //nolint:gosec // both are 0 to 11
	copy(s.counts[:], counts[scale.cfg.Min:scale.cfg.Max+1])
	for _, n := range s.counts {
		s.total += n
	}
	if high != 0 || s.total != int64(len(scores)) {
		return Summary{}, offScale(scale, scores)
	}
	if s.total == 0 {
		return Summary{}, nil
	}
	return s, nil
}

// offScale finds the first score that the scale does not have.
func offScale(scale Scale, scores []uint8) error {
	for i, score := range scores {
		if !scale.Has(int(score)) {
			return &Fault{Path: "scores[" + strconv.Itoa(i) + "]", Value: strconv.Itoa(int(score)), Reason: scale.wanted()}
		}
	}
	return nil
}

// block is how many scores are counted at a time: one for each bit of a plane.
const block = 64

// Bits of each byte of a word.
const (
	highNibbles = 0xf0f0f0f0f0f0f0f0
	evenBits    = 0x5555555555555555
	oddBits     = 0xaaaaaaaaaaaaaaaa
	lowPairs    = 0x3333333333333333
	highPairs   = 0xcccccccccccccccc
)

// countBlock counts the scores of 0 to 10 in a block, and returns bits where one
// is above 15; those of 11 to 15 are counted nowhere.
func countBlock(b *[block]uint8, counts *[MaxPoints]int64) uint64 {
	p0, p1, p2, p3, high := planes(b)
	low := [4]uint64{^(p1 | p0), p0 &^ p1, p1 &^ p0, p1 & p0}
	none, four, eight := ^(p3 | p2), p2&^p3, p3&^p2
	for i, is := range low {
		counts[i] += int64(bits.OnesCount64(is & none))
		counts[i+4] += int64(bits.OnesCount64(is & four))
		if i+8 < MaxPoints {
			counts[i+8] += int64(bits.OnesCount64(is & eight))
		}
	}
	return high
}

// planes sorts the bits of a block by their value: bit k of plane i is bit i of
// the same score in every plane. Which score that is does not matter for
// counting. The last result has the bits that are in no plane.
func planes(b *[block]uint8) (uint64, uint64, uint64, uint64, uint64) {
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(b[8*i:]) }
	// Two scores to a byte.
	w, x, y, z := word(0)|word(1)<<4, word(2)|word(3)<<4, word(4)|word(5)<<4, word(6)|word(7)<<4
	high := (word(0) | word(1) | word(2) | word(3) | word(4) | word(5) | word(6) | word(7)) & highNibbles
	// Bits 0 and 2 of two words apart from their bits 1 and 3.
	wx02, wx13 := w&evenBits|x&evenBits<<1, w>>1&evenBits|x&oddBits
	yz02, yz13 := y&evenBits|z&evenBits<<1, y>>1&evenBits|z&oddBits
	// And those of four words apart from each other.
	p0, p2 := wx02&lowPairs|yz02&lowPairs<<2, wx02>>2&lowPairs|yz02&highPairs
	p1, p3 := wx13&lowPairs|yz13&lowPairs<<2, wx13>>2&lowPairs|yz13&highPairs
	return p0, p1, p2, p3, high
}
