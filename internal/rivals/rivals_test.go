package rivals_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/kulanz-go/kulanz/internal/rivals"
)

func TestAllRunAtOnceAndAreCounted(t *testing.T) {
	t.Parallel()
	lost := errors.New("lost")
	met := make(chan struct{}, 1)
	errs := rivals.Together(3, func(i int) error {
		switch i {
		case 0:
			met <- struct{}{} // nobody takes it unless another runs meanwhile
			met <- struct{}{}
		case 1:
			<-met
			<-met
			return fmt.Errorf("one: %w", lost)
		}
		return nil
	})
	assert.Equal(t, 2, rivals.Count(errs, nil))
	assert.Equal(t, 1, rivals.Count(errs, lost))
	assert.ErrorIs(t, errs[1], lost, "each has its place")
}
