package store

import (
	"context"
	"errors"
	"time"
)

// Letter is a mail of the shop's own, beside those of the desks.
type Letter struct {
	ID       string // of its Message-ID: the same at every try
	Customer string
	To       string
	Subject  string
	Text     string
}

// KeepLetter puts a letter among those to be sent. It counts when the transaction
// does.
func (t *Tx) KeepLetter(ctx context.Context, at time.Time, l Letter) error {
	data, err := encode(l)
	if err != nil {
		return err
	}
	return t.exec(ctx, "INSERT INTO shop_letter (id, at, sent, customer, data) VALUES ($1, $2, 0, $3, $4)", l.ID, at.UnixMicro(), l.Customer, data)
}

// KeepLetter is Tx.KeepLetter by itself.
func (d *DB) KeepLetter(ctx context.Context, at time.Time, l Letter) error {
	return d.In(ctx, func(tx *Tx) error { return tx.KeepLetter(ctx, at, l) })
}

// Letters returns what is to be sent, the oldest first.
func (d *DB) Letters(ctx context.Context, limit int) ([]Letter, error) {
	return readAll[Letter](ctx, d, "SELECT data FROM shop_letter WHERE sent = 0 ORDER BY at LIMIT $1", limit)
}

// Sent notes that a letter went out. Its words are kept no longer than they are
// needed.
func (d *DB) Sent(ctx context.Context, id string, at time.Time) error {
	return d.exec(ctx, "UPDATE shop_letter SET sent = $2, data = '{}' WHERE id = $1", id, at.UnixMicro())
}

// ErrBackup is returned where there is no file to be copied: PostgreSQL has its
// own pg_dump.
var ErrBackup = errors.New("store: only SQLite is backed up here")

// Backup writes a whole and consistent copy into a new file, while others go on
// to write.
func (d *DB) Backup(ctx context.Context, path string) error {
	if !d.sqlite {
		return ErrBackup
	}
	return d.exec(ctx, "VACUUM INTO $1", path)
}
