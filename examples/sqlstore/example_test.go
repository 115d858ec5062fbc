package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// An order and the ticket about it are written together, or not at all.
func ExampleStore_InSQL() {
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "sqlstore")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(folder) }()
	store, err := sqlstore.OpenSQLite(filepath.Join(folder, "shop.db"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = store.Close() }()
	_, tableErr := store.DB().ExecContext(ctx, "CREATE TABLE orders (number text PRIMARY KEY)")
	desk, deskErr := exampleDesk(store)
	if err := errors.Join(store.Migrate(ctx), tableErr, deskErr); err != nil {
		fmt.Println(err)
		return
	}

	place := func(number, wish string) error {
		tx, err := store.DB().BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }() // without effect after the commit
		mail := ticket.Inbound{
			Shop: "demo", Key: "order-" + number, Channel: ticket.ChannelForm, Orders: []string{number},
			Customer: ticket.Customer{Ref: "customer-17"}, Text: wish,
		}
		if _, err := desk.WithStore(store.InSQL(tx).Tickets()).Receive(ctx, mail); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO orders VALUES ($1)", number); err != nil {
			return err
		}
		return tx.Commit()
	}
	fmt.Println(place("4711", "Please ring twice."))
	fmt.Println(place("4711", "Please leave it with the neighbour.") == nil) // the number is taken
	page, err := store.Tickets().List(ctx, ticket.Query{Shop: "demo", Limit: 10})
	fmt.Println(len(page.Records), slices.Contains(page.Records[0].Labels, "order:4711"), err)
	// Output:
	// <nil>
	// false
	// 1 true <nil>
}

func exampleDesk(store *sqlstore.Store) (*ticket.Desk, error) {
	hours, hoursErr := sla.ParseHours("Mo-Fr 09:00-17:00")
	calendar, err := sla.NewCalendar(sla.CalendarConfig{ID: "office", Version: 1, Zone: "Europe/Berlin", Hours: hours})
	if err := errors.Join(hoursErr, err); err != nil {
		return nil, err
	}
	rules, err := ticket.NewRules(ticket.RulesConfig{Calendar: calendar})
	if err != nil {
		return nil, err
	}
	return ticket.NewDesk(store.Tickets(), ticket.Config{Rules: rules, Now: time.Now, Delivery: ticket.DeskDelivers(
		func(context.Context, ticket.Outgoing) error { return nil },
	)})
}

// On PostgreSQL a desk joins a transaction of pgx.
func ExampleStore_InPgx() { //nolint:testableexamples // it needs a server
	place := func(ctx context.Context, pool *pgxpool.Pool, desk *ticket.Desk, number string, mail ticket.Inbound) error {
		store := sqlstore.Postgres(pool)
		return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, "INSERT INTO orders VALUES ($1)", number); err != nil {
				return err
			}
			_, err := desk.WithStore(store.InPgx(tx).Tickets()).Receive(ctx, mail)
			return err // ticket.ErrConflict: begin again
		})
	}
	_ = place
}
