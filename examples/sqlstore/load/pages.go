package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/ticket"
)

// page is how long one page took, wherever it stands.
type page struct {
	Order string  `json:"order"`
	Place string  `json:"place"` // first, middle, last, or whose
	Skips int     `json:"skips"` // records before it
	P50   float64 `json:"p50_ms"`
	P99   float64 `json:"p99_ms"`
	Plan  string  `json:"plan,omitempty"`
}

const pageSize = 50

// pages reads the first, the middle and the last page of one shop's list in
// every order that pages through all.
func (t *target) pages(ctx context.Context, st stock, times int) ([]page, error) {
	var all []page
	for _, o := range []struct {
		order  ticket.Order
		column string
		sql    string
	}{
		{ticket.OrderCreated, "created", "created, id"},
		{ticket.OrderUpdated, "updated", "updated DESC, id"},
		{ticket.OrderDue, "due", "due, id"},
	} {
		for _, at := range []struct {
			name string
			skip int
		}{{"first", 0}, {"middle", len(st.ids) / 2}, {"last", len(st.ids) - pageSize - 1}} {
			q := ticket.Query{Shop: shopDesk, Order: o.order, Limit: pageSize}
			if at.skip > 0 {
				after, err := t.position(ctx, o.order, o.sql, at.skip)
				if err != nil {
					return nil, err
				}
				q.After = &after
			}
			p, err := t.read(ctx, q, times)
			if err != nil {
				return nil, err
			}
			p.Place, p.Skips = at.name, max(at.skip, 0)
			all = append(all, p)
		}
	}
	for _, who := range []string{"agent-7", "agent-nobody"} { // one in fifty tickets, and none
		p, err := t.read(ctx, ticket.Query{Shop: shopDesk, Order: ticket.OrderDue, Assignee: who, Limit: pageSize}, times)
		if err != nil {
			return nil, err
		}
		p.Place = who
		all = append(all, p)
	}
	return all, nil
}

// position finds where a page begins the slow way, by counting.
func (t *target) position(ctx context.Context, o ticket.Order, orderBy string, skip int) (ticket.Position, error) {
	query := fmt.Sprintf("SELECT id FROM kulanz_ticket WHERE shop = $1 ORDER BY %s LIMIT 1 OFFSET $2", orderBy) //nolint:gosec // ours
	var ref ticket.Ref
	ref.Shop = shopDesk
	if t.engine == sqlstore.EngineSQLite {
		query = dialect(query)
	}
	if err := t.db.QueryRowContext(ctx, query, shopDesk, skip).Scan(&ref.ID); err != nil {
		return ticket.Position{}, err
	}
	rec, err := t.store.Tickets().Load(ctx, ref)
	return ticket.PositionOf(rec, o), err
}

func (t *target) read(ctx context.Context, q ticket.Query, times int) (page, error) {
	took := make([]time.Duration, 0, times)
	for range times {
		start := time.Now()
		if _, err := t.store.Tickets().List(ctx, q); err != nil {
			return page{}, err
		}
		took = append(took, time.Since(start))
	}
	p := page{Order: string(q.Order), P50: quantile(took, 0.5), P99: quantile(took, 0.99)}
	if t.spy == nil {
		return p, nil
	}
	var err error
	p.Plan, err = t.spy.plan(ctx, t, func() error { _, err := t.store.Tickets().List(ctx, q); return err })
	return p, err
}

// spy sees statements on their way to PostgreSQL, while it is asked to. The store
// sends all of them in batches.
type spy struct {
	mu   sync.Mutex
	on   bool
	last pgx.TraceBatchQueryData
}

var (
	_ pgx.QueryTracer = (*spy)(nil)
	_ pgx.BatchTracer = (*spy)(nil)
)

// TraceQueryStart implements [pgx.QueryTracer].
func (s *spy) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return ctx
}

// TraceQueryEnd implements [pgx.QueryTracer].
func (s *spy) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// TraceBatchStart implements [pgx.BatchTracer].
func (s *spy) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}

// TraceBatchQuery implements [pgx.BatchTracer].
func (s *spy) TraceBatchQuery(_ context.Context, _ *pgx.Conn, data pgx.TraceBatchQueryData) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.on {
		s.last = data
	}
}

// TraceBatchEnd implements [pgx.BatchTracer].
func (s *spy) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// plan returns the nodes of the plan of the last statement that fn runs.
func (s *spy) plan(ctx context.Context, t *target, fn func() error) (string, error) {
	s.watch(true)
	err := fn()
	s.watch(false)
	if err != nil {
		return "", err
	}
	rows, err := t.pool.Query(ctx, "EXPLAIN (COSTS OFF) "+s.last.SQL, s.last.Args...)
	if err != nil {
		return "", err
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	var nodes []string
	for i, line := range lines {
		if i == 0 || strings.Contains(line, "->") {
			nodes = append(nodes, strings.TrimLeft(line, " ->"))
		}
	}
	return strings.Join(nodes, " < "), err
}

func (s *spy) watch(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.on = on
}

// claimed is how fast workers claim out of a backlog of all tickets.
type claimed struct {
	Workers   int     `json:"workers"`
	Backlog   int     `json:"backlog"`
	Beside    bool    `json:"beside_open_transaction"` // one that has written, and has nothing to do with it
	PerSecond float64 `json:"claims_per_second"`       // tickets
	P50       float64 `json:"p50_ms"`                  // of one call
	P99       float64 `json:"p99_ms"`
}

// claimPage is how many tickets one call claims.
const claimPage = 100

// allClaims measures claims by every number of workers; on PostgreSQL, where a
// writer does not stop the others, also beside a transaction that stays open.
func (t *target) allClaims(ctx context.Context, opt options) ([]claimed, error) {
	var all []claimed
	for _, w := range opt.workers {
		c, err := t.claims(ctx, w, opt.claims)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	if t.engine == sqlstore.EngineSQLite {
		return all, nil
	}
	c, err := t.besideOpen(ctx, opt.workers[len(opt.workers)-1], opt.claims)
	return append(all, c), err
}

// besideOpen measures claims while a transaction is open that has written and has
// nothing to do with them: nothing that claims leave behind can be cleared away.
func (t *target) besideOpen(ctx context.Context, workers, most int) (claimed, error) {
	if _, err := t.db.ExecContext(ctx, "CREATE TABLE host_stock (item text)"); err != nil {
		return claimed{}, err
	}
	tx, err := t.db.BeginTx(ctx, nil)
	if err != nil {
		return claimed{}, err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO host_stock VALUES ('tea')")
	var c claimed
	if err == nil {
		c, err = t.claims(ctx, workers, most)
		c.Beside = true
	}
	return c, errors.Join(err, tx.Rollback())
}

// claims lets workers take tickets at a time when all of them are due, and counts.
func (t *target) claims(ctx context.Context, workers, most int) (claimed, error) {
	t.measured++
	now := time.Now().AddDate(10, 0, 7*t.measured) // what was claimed a measurement ago is due again
	out := claimed{Workers: workers}
	if err := t.db.QueryRowContext(ctx, "SELECT count(*) FROM kulanz_ticket_due").Scan(&out.Backlog); err != nil {
		return out, err
	}
	calls := min(most, out.Backlog/2)/claimPage/workers + 1 // so that none comes away empty
	all := make([][]time.Duration, workers)
	got := make([]int, workers)
	took, err := parallel(workers, func(w int) error {
		for range calls {
			start := time.Now()
			found, err := t.store.Tickets().Claim(ctx, ticket.ClaimRequest{Now: now, Lease: time.Hour, Limit: claimPage})
			if err != nil {
				return err
			}
			all[w], got[w] = append(all[w], time.Since(start)), got[w]+len(found)
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	var flat []time.Duration
	sum := 0
	for w := range workers {
		flat, sum = append(flat, all[w]...), sum+got[w]
	}
	out.PerSecond, out.P50, out.P99 = float64(sum)/took.Seconds(), quantile(flat, 0.5), quantile(flat, 0.99)
	return out, nil
}
