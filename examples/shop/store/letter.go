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

// Try is a letter that is to be sent by now.
type Try struct {
	Letter

	At    time.Time // when it was written
	Tries int       // that have failed
}

// Letters returns what is to be sent by now, the most urgent first.
func (d *DB) Letters(ctx context.Context, now time.Time, limit int) ([]Try, error) {
	var out []Try
	err := d.each(ctx, func(scan func(...any) error) error {
		var t Try
		var data string
		var at int64
		if err := scan(&data, &at, &t.Tries); err != nil {
			return err
		}
		t.At = time.UnixMicro(at).UTC()
		out = append(out, t)
		return decode(data, &out[len(out)-1].Letter)
	}, "SELECT data, at, tries FROM shop_letter WHERE sent = 0 AND failed = 0 AND due <= $1 ORDER BY due, at LIMIT $2", now.UnixMicro(), limit)
	return out, err
}

// LettersSince counts what a customer was written from an instant on.
func (d *DB) LettersSince(ctx context.Context, customer string, from time.Time) (int, error) {
	var n int
	err := d.one(ctx, []any{&n}, "SELECT count(*) FROM shop_letter WHERE customer = $1 AND at >= $2", customer, from.UnixMicro())
	return n, err
}

// Sent notes that a letter went out. Its words are kept no longer than they are
// needed.
func (d *DB) Sent(ctx context.Context, id string, at time.Time) error {
	return d.exec(ctx, "UPDATE shop_letter SET sent = $2, data = '{}' WHERE id = $1", id, at.UnixMicro())
}

// Later notes that a letter did not go out, and when it is tried again.
func (d *DB) Later(ctx context.Context, id string, due time.Time) error {
	return d.exec(ctx, "UPDATE shop_letter SET tries = tries + 1, due = $2 WHERE id = $1", id, due.UnixMicro())
}

// GiveUp notes that a letter will not go out.
func (d *DB) GiveUp(ctx context.Context, id string, at time.Time) error {
	return d.exec(ctx, "UPDATE shop_letter SET failed = $2, data = '{}' WHERE id = $1", id, at.UnixMicro())
}

// UseLink notes that a link was used, and reports whether that was the first time.
func (d *DB) UseLink(ctx context.Context, id string, expiry time.Time) (bool, error) {
	res, err := d.db.ExecContext(ctx, dialect(d.sqlite, "INSERT INTO shop_link (id, expiry) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING"), id, expiry.UnixMicro())
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// SweepLinks forgets those that open nothing any more by themselves.
func (d *DB) SweepLinks(ctx context.Context, now time.Time) error {
	return d.exec(ctx, "DELETE FROM shop_link WHERE expiry < $1", now.UnixMicro())
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
