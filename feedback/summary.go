package feedback

import (
	"errors"
	"math"
	"strconv"
)

// What can be wrong with counting. A call that fails changes nothing.
var (
	// ErrUnderflow is: more would be taken away than was counted.
	ErrUnderflow = errors.New("feedback: more would be taken away than was counted")
	// ErrOverflow is: more than 2^63-1 answers would be counted.
	ErrOverflow = errors.New("feedback: too many answers to count")
	// ErrOtherScale is: the scores are of different scales.
	ErrOtherScale = errors.New("feedback: scores of different scales do not add up")
)

// Summary counts answers to one question: how often each score was given, and
// how often none was. It is exact, and all figures are derived from it. Two
// summaries merge into one, in any order and grouping, and what was added can
// be taken away again: edits and erasure leave no trace. The zero value is
// empty. Summaries are comparable with ==; they are not safe for concurrent
// writing.
//
//nolint:recvcheck // counting changes it in place, reading and MarshalJSON must work on a value too
type Summary struct {
	counts  [MaxPoints]int64 // by score, from low on
	skipped int64
	total   int64 // all of these
	low     int8  // the scale's lowest score
	points  int8  // how many it has; 0: empty
}

// NewSummary returns a summary of counts: counts[i] answers with the score Min+i
// of the scale, and so many who skipped the question.
func NewSummary(scale Scale, counts []int64, skipped int64) (Summary, error) {
	var c check
	if len(counts) != scale.points() || len(counts) == 0 {
		c.failf("counts", strconv.Itoa(len(counts)), "are not the %d of the scale", scale.points())
		return Summary{}, c.err()
	}
	s := Summary{skipped: skipped, low: int8(scale.cfg.Min), points: int8(scale.points())} //nolint:gosec // both are 0 to 11
	copy(s.counts[:], counts)
	s.sum(&c)
	if err := c.err(); err != nil || s.total == 0 {
		return Summary{}, err
	}
	return s, nil
}

// sum checks the counts and fills the total.
func (s *Summary) sum(c *check) {
	add := func(path string, n int64) {
		switch {
		case n < 0:
			c.fail(path, strconv.FormatInt(n, 10), "is below 0")
		case s.total > math.MaxInt64-n:
			c.fail(path, strconv.FormatInt(n, 10), "is too much together with the others")
		default:
			s.total += n
		}
	}
	for i, n := range s.counts {
		add("counts["+strconv.Itoa(i)+"]", n)
	}
	add("skipped", s.skipped)
}

// Add counts one answer. A score that is not on the scale is a [Fault].
func (s *Summary) Add(scale Scale, score int) error {
	i := score - scale.cfg.Min
	known := s.total > 0 && s.total < math.MaxInt64 && int(s.low) == scale.cfg.Min && int(s.low)+int(s.points) == scale.cfg.Max+1
	if known && i >= 0 && i < int(s.points) && i < MaxPoints {
		s.counts[i]++
		s.total++
		return nil
	}
	return s.add(&scale, score)
}

// add is Add where the summary is empty, or something is wrong.
func (s *Summary) add(scale *Scale, score int) error {
	if !scale.Has(score) {
		return &Fault{Path: "score", Value: strconv.Itoa(score), Reason: scale.wanted()}
	}
	if err := s.open(*scale); err != nil {
		return err
	}
	s.counts[score-scale.cfg.Min]++
	s.total++
	return nil
}

// Skip counts one who was asked, but did not answer the question.
func (s *Summary) Skip(scale Scale) error {
	if scale.IsZero() {
		return &Fault{Path: "score", Reason: scale.wanted()}
	}
	if err := s.open(scale); err != nil {
		return err
	}
	s.skipped++
	s.total++
	return nil
}

// open makes room for one answer on the scale.
func (s *Summary) open(scale Scale) error {
	switch {
	case s.total == 0:
		s.low, s.points = int8(scale.cfg.Min), int8(scale.points()) //nolint:gosec // both are 0 to 11
	case int(s.low) != scale.cfg.Min || int(s.points) != scale.points():
		return ErrOtherScale
	case s.total == math.MaxInt64:
		return ErrOverflow
	}
	return nil
}

// Merge adds all that o counted. Which one is added to which, and in what
// order, makes no difference.
func (s *Summary) Merge(o *Summary) error {
	if o.total == 0 {
		return nil
	}
	if s.total == 0 {
		*s = *o
		return nil
	}
	if s.low != o.low || s.points != o.points {
		return ErrOtherScale
	}
	if s.total > math.MaxInt64-o.total {
		return ErrOverflow
	}
	for i := range s.counts {
		s.counts[i] += o.counts[i]
	}
	s.skipped += o.skipped
	s.total += o.total
	return nil
}

// Sub takes away what o counted, all of which must have been added before.
func (s *Summary) Sub(o *Summary) error {
	if o.total == 0 {
		return nil
	}
	if s.total != 0 && (s.low != o.low || s.points != o.points) {
		return ErrOtherScale
	}
	under := s.skipped - o.skipped
	for i := range s.counts {
		under |= s.counts[i] - o.counts[i]
	}
	if under < 0 {
		return ErrUnderflow
	}
	if s.total == o.total {
		*s = Summary{}
		return nil
	}
	for i := range s.counts {
		s.counts[i] -= o.counts[i]
	}
	s.skipped -= o.skipped
	s.total -= o.total
	return nil
}

// N returns how many answered with a score.
func (s Summary) N() int64 { return s.total - s.skipped }

// Skipped returns how many skipped the question.
func (s Summary) Skipped() int64 { return s.skipped }

// IsZero reports whether nothing was counted.
func (s Summary) IsZero() bool { return s.total == 0 }

// Count returns how often a score was given.
func (s Summary) Count(score int) int64 {
	if i := score - int(s.low); i >= 0 && i < int(s.points) {
		return s.counts[i]
	}
	return 0
}
