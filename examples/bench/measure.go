package main

import (
	"slices"
	"time"
)

// comparison is one question, and two libraries that answer it.
type comparison struct {
	question     string
	peer         string
	ours, theirs func()
	goal         float64 // the least ratio that is promised; 0: none
}

const rounds = 7

// measure returns the median time in nanoseconds that each takes. The rounds
// alternate, so that a busy machine slows both.
func measure(a, b func(), round time.Duration) (float64, float64) {
	na, nb := calls(a, round), calls(b, round)
	as, bs := make([]float64, 0, rounds), make([]float64, 0, rounds)
	for range rounds {
		as = append(as, timed(a, na))
		bs = append(bs, timed(b, nb))
	}
	slices.Sort(as)
	slices.Sort(bs)
	return as[rounds/2], bs[rounds/2]
}

// calls finds how many calls fill a round.
func calls(f func(), round time.Duration) int {
	for n := 1; ; n *= 4 {
		start := time.Now()
		repeat(f, n)
		if took := time.Since(start); took >= round/4 || n > 1<<30 {
			return max(1, int(float64(n)*float64(round)/float64(max(took, 1))))
		}
	}
}

func timed(f func(), n int) float64 {
	start := time.Now()
	repeat(f, n)
	return float64(time.Since(start)) / float64(n)
}

func repeat(f func(), n int) {
	for range n {
		f()
	}
}
