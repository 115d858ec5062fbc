package store

import (
	"context"
	"errors"
	"time"
)

// Sessions keeps the sessions of github.com/alexedwards/scs.
type Sessions struct{ DB *DB }

// FindCtx implements scs.CtxStore.
func (s Sessions) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var data []byte
	err := s.DB.one(ctx, []any{&data}, "SELECT data FROM shop_session WHERE token = $1 AND expiry > $2", token, time.Now().UnixMicro())
	if errors.Is(err, ErrNotFound) {
		return nil, false, nil
	}
	return data, err == nil, err
}

// CommitCtx implements scs.CtxStore. What has expired goes at the same time.
func (s Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	return s.DB.exec(ctx, `INSERT INTO shop_session (token, data, expiry) VALUES ($1, $2, $3)
		ON CONFLICT (token) DO UPDATE SET data = excluded.data, expiry = excluded.expiry`, token, data, expiry.UnixMicro())
}

// DeleteCtx implements scs.CtxStore.
func (s Sessions) DeleteCtx(ctx context.Context, token string) error {
	return s.DB.exec(ctx, "DELETE FROM shop_session WHERE token = $1", token)
}

// Sweep removes what has expired.
func (s Sessions) Sweep(ctx context.Context) error {
	return s.DB.exec(ctx, "DELETE FROM shop_session WHERE expiry <= $1", time.Now().UnixMicro())
}

// Find implements scs.Store.
func (s Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit implements scs.Store.
func (s Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete implements scs.Store.
func (s Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
