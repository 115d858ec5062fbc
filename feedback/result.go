package feedback

import (
	"math"

	"github.com/kulanz-go/kulanz/internal/stat"
)

// Result reads a summary on its scale: all figures that can be made of it. It
// is a value, and safe for concurrent use.
type Result struct {
	scale   Scale
	summary Summary
}

// NewResult reads a summary on its scale. A summary of another scale is an
// [ErrOtherScale].
func NewResult(scale Scale, summary Summary) (Result, error) {
	if scale.IsZero() {
		return Result{}, &Fault{Path: "scale", Reason: "is missing"}
	}
	if summary.total > 0 && (int(summary.low) != scale.cfg.Min || int(summary.points) != scale.points()) {
		return Result{}, ErrOtherScale
	}
	return Result{scale, summary}, nil
}

// Scale returns the scale.
func (r Result) Scale() Scale { return r.scale }

// Summary returns the counts.
func (r Result) Summary() Summary { return r.summary }

// N returns how many answered with a score.
func (r Result) N() int64 { return r.summary.N() }

// Net counts good, neutral and bad answers.
func (r Result) Net() Net {
	var c Net
	r.each(func(score int, n int64) {
		switch {
		case r.scale.Good(score):
			c.Good += n
		case r.scale.Bad(score):
			c.Bad += n
		default:
			c.Neutral += n
		}
	})
	return c
}

func (r Result) each(f func(score int, n int64)) {
	for i := range r.scale.points() {
		f(r.scale.cfg.Min+i, r.summary.counts[i])
	}
}

// Good is how many of those who answered are good: CSAT as the top box.
func (r Result) Good() Proportion { return Proportion{r.Net().Good, r.N()} }

// GoodOfRated is the same without the neutral answers, as some help desks
// count. It is another figure: with one neutral in ten, 7 good and 2 bad, 78 %
// and not 70 %.
func (r Result) GoodOfRated() Proportion {
	c := r.Net()
	return Proportion{c.Good, c.Good + c.Bad}
}

// TopBox returns the share of good answers, from 0 to 1.
func (r Result) TopBox(method ShareMethod, level Level) Estimate {
	return r.Good().Share(method, level)
}

// NetScore returns the share of good answers less that of bad ones in points,
// from -100 to 100: NPS on its scale, and on that of effort the net ease.
func (r Result) NetScore(method NPSMethod, level Level) Estimate { return r.Net().Score(method, level) }

// Mean returns the mean score with Student's interval, which is not cut to the
// scale. One answer alone says nothing of how answers differ: then the interval
// is the whole scale.
func (r Result) Mean(level Level) Estimate {
	n := r.N()
	if n == 0 {
		return Estimate{}
	}
	mean := r.mean()
	i := Interval{float64(r.scale.cfg.Min), float64(r.scale.cfg.Max)}
	if sd, ok := r.SD(); ok {
		i = around(mean, stat.TQuantile(level.upper(), float64(n-1))*sd/math.Sqrt(float64(n)))
	}
	return Estimate{true, mean, i, n}
}

// mean of at least one answer.
func (r Result) mean() float64 {
	var sum float64
	r.each(func(score int, n int64) { sum += float64(score) * float64(n) })
	return sum / float64(r.N())
}

// MeanPercent returns the mean as a share of the scale's range in per cent: 0 is
// everybody at the lowest score, 100 everybody at the highest. It is another
// figure than the top box, and must not be compared with one.
func (r Result) MeanPercent(level Level) Estimate {
	factor := 100 / float64(r.scale.points()-1)
	return r.Mean(level).scaled(factor, -factor*float64(r.scale.cfg.Min))
}

// SD returns the standard deviation of the scores, with n-1. It is not ok with
// less than two answers.
func (r Result) SD() (float64, bool) {
	n := r.N()
	if n < 2 {
		return 0, false
	}
	mean, squares := r.mean(), 0.0
	r.each(func(score int, n int64) { squares += float64(n) * (float64(score) - mean) * (float64(score) - mean) })
	return math.Sqrt(squares / float64(n-1)), true
}

// Median returns the middle score, half way between two where the number of
// answers is even. It is not ok without answers.
func (r Result) Median() (float64, bool) {
	n := r.N()
	if n == 0 {
		return 0, false
	}
	return (float64(r.at((n-1)/2)) + float64(r.at(n/2))) / 2, true
}

// at returns the score at a place among all of them, sorted.
func (r Result) at(place int64) int {
	for i, n := range r.summary.counts {
		if place < n {
			return r.scale.cfg.Min + i
		}
		place -= n
	}
	return r.scale.cfg.Max
}
