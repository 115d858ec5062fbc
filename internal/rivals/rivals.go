package rivals

import (
	"errors"
	"sync"
)

// Together runs f for 0 to n-1 at once and returns what each returned.
func Together(n int, f func(i int) error) []error {
	errs := make([]error, n)
	var start, done sync.WaitGroup
	start.Add(1)
	for i := range n {
		done.Go(func() {
			start.Wait()
			errs[i] = f(i)
		})
	}
	start.Done()
	done.Wait()
	return errs
}

// Count returns how many errors are the wanted one; nil counts those that went
// well.
func Count(errs []error, want error) int {
	n := 0
	for _, err := range errs {
		if errors.Is(err, want) {
			n++
		}
	}
	return n
}
