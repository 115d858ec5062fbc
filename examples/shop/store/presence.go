package store

import (
	"context"
	"time"
)

// Look notes that an agent has a ticket open, and returns who else has had it
// open since an instant, by name: also those whom another process serves.
func (d *DB) Look(ctx context.Context, ticket, agent string, now, since time.Time) ([]string, error) {
	err := d.exec(ctx, `INSERT INTO shop_presence (ticket, agent, at) VALUES ($1, $2, $3)
		ON CONFLICT (ticket, agent) DO UPDATE SET at = excluded.at`, ticket, agent, now.UnixMicro())
	if err != nil {
		return nil, err
	}
	var out []string
	err = d.each(ctx, func(scan func(...any) error) error {
		var other string
		if err := scan(&other); err != nil {
			return err
		}
		out = append(out, other)
		return nil
	}, "SELECT agent FROM shop_presence WHERE ticket = $1 AND agent <> $2 AND at >= $3 ORDER BY agent", ticket, agent, since.UnixMicro())
	return out, err
}

// SweepLooks forgets who has had no ticket open since an instant.
func (d *DB) SweepLooks(ctx context.Context, since time.Time) error {
	return d.exec(ctx, "DELETE FROM shop_presence WHERE at < $1", since.UnixMicro())
}
