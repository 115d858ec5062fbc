package pay_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/pay"
	"github.com/kulanz-go/kulanz/examples/shop/store/pgschema"
	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/goodwillmem"
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/goodwill/rights"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/statute"
)

// databases are those that the books may stand in.
func databases() map[string]func(testing.TB) *sql.DB {
	return map[string]func(testing.TB) *sql.DB{"SQLite": onSQLite, "PostgreSQL": onPostgres}
}

func onSQLite(tb testing.TB) *sql.DB {
	tb.Helper()
	s, err := sqlstore.OpenSQLite(filepath.Join(tb.TempDir(), "pay.db"))
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, s.Close()) })
	return s.DB()
}

func onPostgres(tb testing.TB) *sql.DB {
	tb.Helper()
	cfg, err := pgx.ParseConfig(pgschema.New(tb))
	require.NoError(tb, err)
	db := stdlib.OpenDB(*cfg)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	return db
}

// bank is a service with a clock, and what it told.
type bank struct {
	*pay.Service

	clock *demo.Clock
	mu    sync.Mutex
	told  []goodwill.Receipt
}

func start() time.Time { return time.Date(2026, 11, 18, 11, 0, 0, 0, time.UTC) }

func open(tb testing.TB, db *sql.DB) *bank {
	tb.Helper()
	b := &bank{clock: new(demo.Clock)}
	b.clock.Set(start())
	var err error
	b.Service, err = pay.NewService(tb.Context(), pay.Config{DB: db, Now: b.clock.Now, Notify: func(_ context.Context, _ goodwill.Ref, r goodwill.Receipt) error {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.told = append(b.told, r)
		return nil
	}})
	require.NoError(tb, err)
	return b
}

func eur(minor int64) money.Amount { return money.New(minor, money.EUR) }

func payout(n byte) goodwill.Payout {
	key := fmt.Sprintf("grant-%d", n)
	return goodwill.Payout{
		Key: key, Grant: goodwill.Ref{Shop: "s", ID: uuid.UUID{15: n}}, Means: goodwill.MeansOriginal, Amount: eur(1000), Order: "4711",
		Shares: []goodwill.Share{
			{Key: key + "/1", Payment: "p1", Means: order.Card, Amount: eur(700)},
			{Key: key + "/2", Payment: "p2", Means: order.Voucher, Amount: eur(300)},
		},
	}
}

// Whatever it does, a key is one payment, and Find tells the truth.
func TestAKeyIsOnePayment(t *testing.T) {
	for name, database := range databases() {
		t.Run(name, func(t *testing.T) {
			b, ctx := open(t, database(t)), t.Context()
			for i, tt := range []struct {
				conduct pay.Conduct
				answer  goodwill.PayoutStatus // empty: none
				found   goodwill.PayoutStatus
				told    int
			}{
				{pay.Answers, goodwill.PayoutPaid, goodwill.PayoutPaid, 0},
				{pay.Declines, goodwill.PayoutDeclined, goodwill.PayoutDeclined, 0},
				{pay.Lost, "", goodwill.PayoutAbsent, 0},
				{pay.Silent, "", goodwill.PayoutPaid, 0},
				{pay.Late, goodwill.PayoutPending, goodwill.PayoutPending, 0},
				{pay.Twice, goodwill.PayoutPaid, goodwill.PayoutPaid, 2},
			} {
				p := payout(byte(i + 1))
				require.NoError(t, b.Plan(tt.conduct))
				b.told = nil
				short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
				if tt.conduct != pay.Silent { // only this one has to wait for the end
					cancel()
					short, cancel = context.WithTimeout(ctx, time.Minute)
				}
				r, err := b.Pay(short, p)
				cancel()
				if tt.answer == "" {
					require.ErrorIs(t, err, pay.ErrDown)
				} else {
					require.NoError(t, err)
				}
				assert.Equal(t, tt.answer, r.Status, tt.conduct)
				assert.Len(t, b.told, tt.told)
				r, err = b.Find(ctx, p)
				require.NoError(t, err)
				assert.Equal(t, tt.found, r.Status, tt.conduct)

				require.NoError(t, b.Plan(pay.Declines), "the second call with a key is the first")
				again, err := b.Pay(ctx, p)
				require.NoError(t, err)
				if tt.found != goodwill.PayoutAbsent {
					assert.Equal(t, tt.found, again.Status, tt.conduct)
					assert.Equal(t, r.Reference, again.Reference)
				}
			}
			books, err := b.Books(ctx, 100)
			require.NoError(t, err)
			assert.Len(t, books, 12, "two transfers for each of six keys")
			other := payout(1)
			other.Shares[0].Amount = eur(701)
			_, err = b.Pay(ctx, other)
			require.ErrorIs(t, err, pay.ErrKeyReuse)
			require.ErrorIs(t, b.Plan("pays a little"), pay.ErrConduct)
			require.ErrorIs(t, b.Always(""), pay.ErrConduct)
		})
	}
}

// What is late is paid when its time has come, by one of two processes, and told
// of once.
func TestLatePaymentsArrive(t *testing.T) {
	for name, database := range databases() {
		t.Run(name, func(t *testing.T) {
			db, ctx := database(t), t.Context()
			b, other := open(t, db), open(t, db)
			require.NoError(t, b.Always(pay.Late))
			p := payout(1)
			_, err := b.Pay(ctx, p)
			require.NoError(t, err)
			n, err := b.Settle(ctx)
			require.NoError(t, err)
			assert.Zero(t, n, "not yet")
			b.clock.Set(start().Add(2 * time.Minute))
			other.clock.Set(start().Add(2 * time.Minute))
			var wg sync.WaitGroup
			for _, s := range []*bank{b, other} {
				wg.Go(func() { _, err := s.Settle(ctx); assert.NoError(t, err) })
			}
			wg.Wait()
			r, err := b.Find(ctx, p)
			require.NoError(t, err)
			assert.Equal(t, goodwill.PayoutPaid, r.Status)
			told := slices.Concat(b.told, other.told)
			require.NotEmpty(t, told)
			assert.Equal(t, goodwill.PayoutPaid, told[0].Status)
		})
	}
}

// A whole grant through the desk: the service loses the first call, is silent on
// the second, and the shop's process dies; what the customer has a right to is paid
// once.
func TestADeskIsPaidOnceWhateverHappens(t *testing.T) {
	b, ctx := open(t, onSQLite(t)), t.Context()
	o := order.Order{
		ID: "4711", Currency: money.EUR, Country: "DE", Buyer: order.Consumer, Sale: order.Distance, Placed: start().AddDate(0, 0, -16),
		Lines:    []order.Line{{ID: "lamp", Units: 1, Gross: eur(8000), Rate: percent(t)}},
		Delivery: order.Delivery{Standard: eur(490), Gross: eur(490), Rate: percent(t)},
		Payments: []order.Payment{{ID: "p", Means: order.Card, State: order.Captured, Amount: eur(8490)}},
		Events: []order.Event{
			on(t, statute.InstructionGiven, "2026-11-02"), on(t, statute.GoodsReceived, "2026-11-12"),
			on(t, statute.WithdrawalReceived, "2026-11-13"), on(t, statute.GoodsReturned, "2026-11-16"),
		},
	}
	law, err := rights.New(rights.Config{})
	require.NoError(t, err)
	policy, err := goodwill.Compile(goodwill.Policy{ID: "house", Version: 1, Currency: money.EUR}, law)
	require.NoError(t, err)
	store := new(goodwillmem.Store)
	config := goodwill.Config{
		Now: b.clock.Now, Policies: []*goodwill.Decider{policy}, Payer: b, PayTimeout: 50 * time.Millisecond,
		Orders: func(context.Context, string, string) (order.Order, error) { return o, nil },
	}
	desk, err := goodwill.NewDesk(store, config)
	require.NoError(t, err)
	anna := goodwill.Actor{ID: "anna", Shop: "s", Roles: []string{"agent"}}
	out, err := desk.Propose(ctx, anna, goodwill.Proposal{Input: goodwill.Input{Actor: anna, Case: order.Case{
		Order: o, Claim: order.Claim{Cause: order.CauseChangeOfMind}, Customer: order.Customer{Ref: "c-1"},
	}}})
	require.NoError(t, err)
	require.Len(t, out.Grants, 1)
	require.NoError(t, b.Plan(pay.Lost, pay.Silent))
	g, err := desk.Execute(ctx, anna, out.Grants[0].Ref())
	require.NoError(t, err)
	assert.Equal(t, goodwill.StateUnknown, g.State)
	after, err := goodwill.NewDesk(store, config) // the process that comes after the one that died
	require.NoError(t, err)
	for i := range 20 {
		b.clock.Set(start().Add(time.Duration(i) * 10 * time.Minute))
		_, err := after.Tick(ctx, goodwill.TickOptions{})
		require.NoError(t, err)
	}
	g, err = after.Get(ctx, anna, g.Ref())
	require.NoError(t, err)
	assert.Equal(t, goodwill.StateSettled, g.State)
	books, err := b.Books(ctx, 10)
	require.NoError(t, err)
	require.Len(t, books, 1)
	assert.EqualValues(t, 8490, books[0].Amount.Minor())
	assert.Equal(t, g.Ref(), books[0].Grant)
}

func percent(tb testing.TB) money.Rate {
	tb.Helper()
	r, err := money.Percent(19)
	require.NoError(tb, err)
	return r
}

func on(tb testing.TB, kind statute.Event, date string) order.Event {
	tb.Helper()
	d, err := sla.ParseDate(date)
	require.NoError(tb, err)
	return order.Event{Kind: kind, At: statute.On(d)}
}
