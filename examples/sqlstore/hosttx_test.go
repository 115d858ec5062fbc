package sqlstore_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

var errCard = errors.New("card refused")

// An order and the ticket about it are one transaction of the host's: with
// pgx.Tx, and with *sql.Tx on both databases.
func TestOrderAndTicketTogether(t *testing.T) {
	t.Parallel()
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t)
			ctx := t.Context()
			_, err := o.DB().ExecContext(ctx, "CREATE TABLE host_order (number text PRIMARY KEY)")
			check(t, err)
			desk := tickettest.NewDesk(t, tickettest.DeskConfig{Store: o.Tickets(), Config: ticket.Config{Delivery: ticket.HostDelivers()}})
			place := func(number string, fail error) error {
				return together(ctx, o, func(s *sqlstore.Store, exec func(string) error) error {
					if err := exec("INSERT INTO host_order VALUES ('" + number + "')"); err != nil {
						return err
					}
					in := ticket.Inbound{
						Shop: tickettest.Shop, Key: "order-" + number, Channel: ticket.ChannelForm, Orders: []string{number},
						Customer: ticket.Customer{Ref: "customer-17"}, Text: "Please deliver on Friday.",
					}
					if _, err := desk.WithStore(s.Tickets()).Receive(ctx, in); err != nil {
						return err
					}
					return fail
				})
			}
			if err := place("4711", errCard); !errors.Is(err, errCard) {
				t.Fatal(err)
			}
			check(t, place("4712", nil))
			var orders int
			check(t, o.DB().QueryRowContext(ctx, "SELECT count(*) FROM host_order").Scan(&orders))
			page, err := o.Tickets().List(ctx, ticket.Query{Shop: tickettest.Shop, Limit: 10})
			check(t, err)
			if orders != 1 || len(page.Records) != 1 || !slices.Contains(page.Records[0].Labels, "order:4712") {
				t.Fatalf("%d orders and %d tickets", orders, len(page.Records))
			}
		})
	}
}

// together runs fn in a transaction of the host's, in which exec runs the host's
// own statements.
func together(ctx context.Context, o opened, fn func(s *sqlstore.Store, exec func(string) error) error) error {
	s, tx, exec, err := o.begin(ctx)
	if err != nil {
		return err
	}
	if err := fn(s, exec); err != nil {
		return errors.Join(err, tx.Rollback(ctx))
	}
	return tx.Commit(ctx)
}
