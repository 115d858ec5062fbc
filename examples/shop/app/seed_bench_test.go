package app_test

import (
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/store"
)

// BenchmarkFirstStart is what a first start has to do before it answers: tables,
// ninety days, and the desks.
func BenchmarkFirstStart(b *testing.B) {
	for b.Loop() {
		db, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "shop.db"))
		require.NoError(b, err)
		require.NoError(b, app.Seed(b.Context(), db, noon, 90, slog.New(slog.DiscardHandler)))
		require.NoError(b, db.Close())
	}
}
