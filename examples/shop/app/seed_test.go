package app_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/pay"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/goodwill"
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

// stopping pays, and after some payments stops the whole program's work.
type stopping struct {
	goodwill.Payer

	left int
	stop context.CancelFunc
}

// Pay implements goodwill.Payer.
func (s *stopping) Pay(ctx context.Context, p goodwill.Payout) (goodwill.Receipt, error) {
	if s.left--; s.left == 0 {
		s.stop()
	}
	return s.Payer.Pay(ctx, p)
}

// A shop that was seeded gave favours, each when the customer was answered, within
// its budgets, and once: also where the first start was broken off while it paid.
func TestSeededFavours(t *testing.T) {
	t.Parallel()
	fresh, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "shop.db"))
	require.NoError(t, err)
	require.NoError(t, app.Seed(t.Context(), fresh, noon, 60, slog.New(slog.DiscardHandler)))
	for _, left := range []int{0, 1, 5} { // 0: never
		file := filepath.Join(t.TempDir(), "copy.db")
		require.NoError(t, fresh.Backup(t.Context(), file))
		db, err := store.Open(t.Context(), file)
		require.NoError(t, err)
		ctx, stop := context.WithCancel(t.Context())
		payer := func(now func() time.Time) (goodwill.Payer, error) {
			s, err := pay.NewService(t.Context(), pay.Config{DB: db.SQL(), Now: now})
			return &stopping{s, left, stop}, err
		}
		require.Equal(t, left > 0, app.SeedFavours(ctx, db, payer) != nil)
		stop()
		for range 2 {
			left = 0
			require.NoError(t, app.SeedFavours(t.Context(), db, payer))
		}
		require.NoError(t, db.Close())

		a, books, err := openPaying(t.Context(), file, func() time.Time { return noon }, nil)
		require.NoError(t, err)
		for range 3 {
			_, err := a.Goodwill.Tick(t.Context(), goodwill.TickOptions{}) // of what was broken off
			require.NoError(t, err)
		}
		who := goodwill.Actor{ID: "mona", Shop: app.Shop, Roles: []string{string(demo.RoleManager)}}
		page, err := a.Goodwill.List(t.Context(), who, goodwill.Query{Limit: goodwill.MaxPage})
		require.NoError(t, err)
		require.Nil(t, page.Next)
		paid, days := make(map[goodwill.Ref]bool), make(map[string]bool)
		for _, g := range page.Grants {
			k, err := a.Tickets.Get(t.Context(), app.System(), ticket.Ref{Shop: app.Shop, ID: uuid.MustParse(g.Case)})
			require.NoError(t, err)
			assert.True(t, g.Created.Equal(k.FirstReply), "%s and %s", g.Created, k.FirstReply)
			paid[g.Ref()] = g.State == goodwill.StateSettled
			days[g.Created.Format(time.DateOnly)] = true
		}
		assert.Greater(t, len(days), 8)
		transfers, err := books.Books(t.Context(), 1000)
		require.NoError(t, err)
		assert.Greater(t, len(transfers), 12)
		for _, b := range transfers {
			assert.True(t, paid[b.Grant], "%s was paid", b.Grant)
			delete(paid, b.Grant)
		}
		budgets, err := a.Goodwill.Budgets(t.Context(), who, app.GoodwillPolicy)
		require.NoError(t, err)
		assert.Positive(t, budgets[0].Balance.Posted.Minor(), "%+v", budgets)
		require.NoError(t, a.DB.Close())
	}
	require.NoError(t, fresh.Close())
}

// A shop of before the demo gave favours has customers of its own by now: none of
// them is given any.
func TestAnOlderShopIsLeftAlone(t *testing.T) {
	t.Parallel()
	a := process(t, filepath.Join(t.TempDir(), "shop.db"))
	require.NoError(t, a.DB.In(t.Context(), func(tx *store.Tx) error { return tx.Set(t.Context(), "seeded", noon) }))
	require.NoError(t, app.SeedFavours(t.Context(), a.DB, func(func() time.Time) (goodwill.Payer, error) {
		t.Error("a payer is asked for")
		return app.NoPayer{}, nil
	}))
}
