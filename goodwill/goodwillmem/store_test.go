package goodwillmem_test

import (
	"testing"

	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/goodwillmem"
	"github.com/kulanz-go/kulanz/goodwill/goodwilltest"
)

func TestStore(t *testing.T) {
	goodwilltest.TestStore(t, func(testing.TB) goodwill.Store { return new(goodwillmem.Store) })
}
