package feedbackmem_test

import (
	"testing"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/feedbackmem"
	"github.com/kulanz-go/kulanz/feedback/feedbacktest"
)

func TestStore(t *testing.T) {
	feedbacktest.TestStore(t, func(testing.TB) feedback.Store { return new(feedbackmem.Store) })
}
