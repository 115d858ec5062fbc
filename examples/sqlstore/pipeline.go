package sqlstore

import "context"

// queued is a statement that waits for its turn; read is nil, or reads each row.
type queued struct {
	statement string
	args      []any
	read      func(r row) error
}

// pipeline keeps statements whose outcome decides nothing before they have all
// run, so that they cost one round trip together. It knows of no rows touched.
type pipeline struct {
	conn
	queued []queued
}

func (p *pipeline) exec(_ context.Context, statement string, args ...any) (int64, error) {
	p.queued = append(p.queued, queued{statement, args, nil})
	return 0, nil
}

func (p *pipeline) each(_ context.Context, read func(r row) error, statement string, args ...any) error {
	p.queued = append(p.queued, queued{statement, args, read})
	return nil
}

func (p *pipeline) run(ctx context.Context) error {
	if len(p.queued) == 0 {
		return nil
	}
	return p.send(ctx, p.queued)
}
