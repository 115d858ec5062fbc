package app_test

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/pay"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/feedback/tone"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/sla/statute"
)

// envFile names the database, and envWhen at which point of the payment the
// process kills itself.
const (
	envFile = "KULANZ_SHOP_PAY_FILE"
	envWhen = "KULANZ_SHOP_PAY_WHEN"
)

// TestMain is the process that is killed, where a test started it.
func TestMain(m *testing.M) {
	if file := os.Getenv(envFile); file != "" {
		if err := payAndDie(context.Background(), file, os.Getenv(envWhen)); err != nil {
			_, _ = os.Stderr.WriteString(err.Error() + "\n")
		}
		os.Exit(3)
	}
	os.Exit(m.Run())
}

// deadly pays as the service does, and kills the process before or after.
type deadly struct {
	*pay.Service

	when string
}

// Pay implements goodwill.Payer.
func (d deadly) Pay(ctx context.Context, p goodwill.Payout) (goodwill.Receipt, error) {
	die := func() { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL) }
	if d.when == "before" {
		die()
	}
	r, err := d.Service.Pay(ctx, p)
	die()
	return r, err
}

var noon = time.Date(2026, 11, 18, 11, 0, 0, 0, time.UTC)

func anna() goodwill.Actor {
	return goodwill.Actor{ID: "anna", Shop: app.Shop, Roles: []string{"agent", "lead"}}
}

// openPaying puts a shop together over a file. change, where it is not nil, stands
// between the desk and the payment service.
func openPaying(ctx context.Context, file string, now func() time.Time, change func(*pay.Service) goodwill.Payer) (*app.App, *pay.Service, error) {
	db, err := store.Open(ctx, file)
	if err != nil {
		return nil, nil, err
	}
	service, err := pay.NewService(ctx, pay.Config{DB: db.SQL(), Now: now})
	if err != nil {
		return nil, nil, err
	}
	payer := goodwill.Payer(service)
	if change != nil {
		payer = change(service)
	}
	a, err := app.New(ctx, app.Config{DB: db, Now: now, Log: slog.New(slog.DiscardHandler), Payer: payer, Tone: deaf{}})
	return a, service, err
}

// deaf hears no tone: nothing here needs one.
type deaf struct{}

// Analyze implements tone.Analyzer.
func (deaf) Analyze(string) tone.Result { return tone.Result{} }

// payAndDie proposes to pay back an order that was withdrawn from, and begins to.
func payAndDie(ctx context.Context, file, when string) error {
	a, _, err := openPaying(ctx, file, func() time.Time { return noon }, func(s *pay.Service) goodwill.Payer { return deadly{s, when} })
	if err != nil {
		return err
	}
	o := returned()
	if err := a.DB.In(ctx, func(tx *store.Tx) error { return tx.KeepOrder(ctx, o) }); err != nil {
		return err
	}
	out, err := a.Goodwill.Propose(ctx, anna(), goodwill.Proposal{Key: "k", Input: goodwill.Input{Case: order.Case{
		Order: o.Order, Claim: order.Claim{Cause: order.CauseChangeOfMind}, Customer: order.Customer{Ref: o.Customer},
	}}})
	if err != nil {
		return err
	}
	for _, g := range out.Grants {
		if _, err := a.Goodwill.Execute(ctx, anna(), g.Ref()); err != nil {
			return err
		}
	}
	return nil
}

// returned is an order that was paid, withdrawn from in time, and sent back.
func returned() demo.Order {
	eur := func(cents int64) money.Amount { return money.New(cents, money.EUR) }
	rate, _ := money.Percent(19) // is one
	on := func(kind statute.Event, day int) order.Event {
		return order.Event{Kind: kind, At: statute.At(time.Date(2026, 11, day, 9, 0, 0, 0, time.UTC))}
	}
	return demo.Order{Customer: "c1", Order: order.Order{
		ID: "4711", Currency: money.EUR, Country: "DE", Buyer: order.Consumer, Sale: order.Distance,
		Placed:   time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC),
		Lines:    []order.Line{{ID: "lamp", Units: 1, Gross: eur(8000), Rate: rate}},
		Delivery: order.Delivery{Standard: eur(490), Gross: eur(490), Rate: rate},
		Payments: []order.Payment{{ID: "p", Means: order.Card, State: order.Captured, Amount: eur(8490)}},
		Events: []order.Event{
			on(statute.InstructionGiven, 2), on(statute.GoodsReceived, 6), on(statute.WithdrawalReceived, 9), on(statute.GoodsReturned, 13),
		},
	}}
}

// A payment during which the process is killed is made exactly once: whether the
// service had booked it, or had not been called.
func TestAPaymentIsMadeOnceHoweverItDies(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"before", "after"} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "shop.db")
			child := exec.CommandContext(t.Context(), os.Args[0])
			child.Env = append(os.Environ(), envFile+"="+file, envWhen+"="+when)
			said, err := child.CombinedOutput()
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit, "%s", said)
			status, ok := exit.Sys().(syscall.WaitStatus)
			require.True(t, ok && status.Signaled() && status.Signal() == syscall.SIGKILL, "%v: %s", err, said)

			clock := new(demo.Clock)
			clock.Set(noon)
			a, service, err := openPaying(t.Context(), file, clock.Now, nil)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, a.DB.Close()) })
			paid := func() (int, int64) {
				n, minor := 0, int64(0)
				books, err := service.Books(t.Context(), 10)
				require.NoError(t, err)
				for _, b := range books {
					n++
					minor += b.Amount.Minor()
				}
				return n, minor
			}
			before, _ := paid()
			assert.Equal(t, map[string]int{"before": 0, "after": 1}[when], before)
			for range 10 { // it was started again, and ticks
				clock.Set(clock.Now().Add(time.Minute))
				_, err := a.Goodwill.Tick(t.Context(), goodwill.TickOptions{})
				require.NoError(t, err)
			}
			n, minor := paid()
			assert.Equal(t, 1, n)
			assert.Equal(t, int64(8490), minor)
			list, err := a.Goodwill.List(t.Context(), anna(), goodwill.Query{Limit: 10})
			require.NoError(t, err)
			for _, g := range list.Grants { // beside it the policy offers a free return, which nobody has taken up
				assert.Equal(t, g.ByRight, g.State == goodwill.StateSettled)
			}
		})
	}
}
