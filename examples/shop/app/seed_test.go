package app_test

import (
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/ticket"
)

// A shop that was seeded has its reviews where real ones are: on the page and in the
// log, each with a ticket, and every one that has been there for some days with an
// answer, praise too.
func TestSeededReviewsAreAnswered(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "shop.db")
	db, err := store.Open(t.Context(), file)
	require.NoError(t, err)
	require.NoError(t, app.Seed(t.Context(), db, noon, 20, slog.New(slog.DiscardHandler)))
	require.NoError(t, db.Close())
	a := process(t, file)
	shown, err := a.Shown(t.Context(), "de")
	require.NoError(t, err)
	require.Len(t, shown, 20, "the latest")
	stars, words := make(map[int]int), make(map[string]int)
	for _, r := range shown {
		stars[*r.Stars]++
		words[r.Text]++
		if r.At.Before(noon.AddDate(0, 0, -8)) {
			assert.NotEmpty(t, r.Reply, "%d stars of %s", *r.Stars, r.At)
		}
		tickets, err := a.Tickets.List(t.Context(), app.System(), ticket.Query{Customer: r.Customer, Limit: ticket.MaxPage})
		require.NoError(t, err)
		assert.NotEmpty(t, tickets.Tickets)
	}
	assert.Greater(t, len(stars), 2)
	assert.Greater(t, len(words), 10, "they are not all of a kind")
	seen, err := a.Reviews.Seen(t.Context(), app.Shop)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, len(seen), len(shown))
}
