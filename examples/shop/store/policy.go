package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Policy is one version of a policy that was saved: it is never changed.
type Policy struct {
	Kind    string
	Version int
	Data    json.RawMessage
}

const policyPrefix = "policy/"

// PolicyRevision is how many versions of policies were saved.
func (d *DB) PolicyRevision(ctx context.Context) (int, error) {
	var n int
	err := d.one(ctx, []any{&n}, "SELECT count(*) FROM shop_setting WHERE id LIKE 'policy/%'")
	return n, err
}

// Policies are all versions that were saved, in any order: what one look at the
// database finds.
func (d *DB) Policies(ctx context.Context) ([]Policy, error) {
	var out []Policy
	err := d.each(ctx, func(scan func(...any) error) error {
		var id, text string
		if err := scan(&id, &text); err != nil {
			return err
		}
		kind, number, _ := strings.Cut(strings.TrimPrefix(id, policyPrefix), "/")
		version, err := strconv.Atoi(number)
		if err != nil {
			return fmt.Errorf("store: policy %q: %w", id, err)
		}
		out = append(out, Policy{kind, version, json.RawMessage(text)})
		return nil
	}, "SELECT id, value FROM shop_setting WHERE id LIKE 'policy/%'")
	return out, err
}

// ErrTaken says that somebody was faster.
var ErrTaken = errors.New("store: taken")

// SavePolicy adds a version, with its line in the audit log, or returns ErrTaken.
func (d *DB) SavePolicy(ctx context.Context, p Policy, a Audit) error {
	return d.In(ctx, func(tx *Tx) error {
		res, err := tx.conn.ExecContext(ctx, dialect(tx.sqlite, "INSERT INTO shop_setting (id, value) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING"),
			policyPrefix+p.Kind+"/"+strconv.Itoa(p.Version), string(p.Data))
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(ErrTaken, err)
		}
		return tx.exec(ctx, addAudit, a.At.UnixMicro(), a.Actor, a.What, a.About)
	})
}
