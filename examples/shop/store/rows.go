package store

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/examples/shop/demo"
)

// Customer returns a customer by its reference.
func (d *DB) Customer(ctx context.Context, ref string) (demo.Customer, error) {
	return read[demo.Customer](ctx, d, "SELECT data FROM shop_customer WHERE ref = $1", ref)
}

// CustomerByEmail returns a customer by its address, whatever its case.
func (d *DB) CustomerByEmail(ctx context.Context, email string) (demo.Customer, error) {
	return read[demo.Customer](ctx, d, "SELECT data FROM shop_customer WHERE email = $1", strings.ToLower(email))
}

// Customers returns some customers, in the order of their references.
func (d *DB) Customers(ctx context.Context, limit int) ([]demo.Customer, error) {
	return readAll[demo.Customer](ctx, d, "SELECT data FROM shop_customer ORDER BY ref LIMIT $1", limit)
}

// Keep writes a customer, new or known.
func (t *Tx) Keep(ctx context.Context, c demo.Customer) error {
	data, err := encode(c)
	if err != nil {
		return err
	}
	return t.exec(ctx, keepCustomer, c.Ref, strings.ToLower(c.Email), data)
}

const (
	keepCustomer = `INSERT INTO shop_customer (ref, email, data) VALUES ($1, $2, $3)
		ON CONFLICT (ref) DO UPDATE SET email = excluded.email, data = excluded.data`
	keepOrder = `INSERT INTO shop_order (id, customer, placed, data) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET data = excluded.data`
)

// KeepMany writes customers and orders as Keep and KeepOrder do, with each
// statement made ready once.
func (t *Tx) KeepMany(ctx context.Context, customers []demo.Customer, orders []demo.Order) error {
	err := t.many(ctx, keepCustomer, len(customers), func(i int) ([]any, error) {
		c := customers[i]
		data, err := encode(c)
		return []any{c.Ref, strings.ToLower(c.Email), data}, err
	})
	if err != nil {
		return err
	}
	return t.many(ctx, keepOrder, len(orders), func(i int) ([]any, error) {
		o := orders[i]
		data, err := encode(o)
		return []any{o.ID, o.Customer, o.Placed.UnixMicro(), data}, err
	})
}

func (t *Tx) many(ctx context.Context, statement string, n int, args func(i int) ([]any, error)) error {
	ready, err := t.conn.PrepareContext(ctx, dialect(t.sqlite, statement))
	if err != nil {
		return err
	}
	for i := range n {
		var row []any
		if row, err = args(i); err == nil {
			_, err = ready.ExecContext(ctx, row...)
		}
		if err != nil {
			break
		}
	}
	return errors.Join(err, ready.Close())
}

// KeepCustomer is Tx.Keep by itself.
func (d *DB) KeepCustomer(ctx context.Context, c demo.Customer) error {
	return d.In(ctx, func(tx *Tx) error { return tx.Keep(ctx, c) })
}

// EraseCustomer removes a customer, and the files and withdrawals that it sent.
// Orders stay for the books, under the reference alone.
func (d *DB) EraseCustomer(ctx context.Context, ref string) error {
	return d.In(ctx, func(tx *Tx) error {
		for _, table := range []string{"shop_customer WHERE ref", "shop_file WHERE customer", "shop_withdrawal WHERE customer", "shop_letter WHERE customer"} {
			if err := tx.exec(ctx, "DELETE FROM "+table+" = $1", ref); err != nil {
				return err
			}
		}
		return nil
	})
}

// Order returns an order by its number.
func (d *DB) Order(ctx context.Context, id string) (demo.Order, error) {
	return read[demo.Order](ctx, d, "SELECT data FROM shop_order WHERE id = $1", id)
}

// Orders returns a customer's orders, the latest first.
func (d *DB) Orders(ctx context.Context, customer string, limit int) ([]demo.Order, error) {
	return readAll[demo.Order](ctx, d, "SELECT data FROM shop_order WHERE customer = $1 ORDER BY placed DESC LIMIT $2", customer, limit)
}

// RecentOrders returns orders placed from an instant on, the earliest first.
func (d *DB) RecentOrders(ctx context.Context, from time.Time, limit int) ([]demo.Order, error) {
	return readAll[demo.Order](ctx, d, "SELECT data FROM shop_order WHERE placed >= $1 ORDER BY placed LIMIT $2", from.UnixMicro(), limit)
}

// KeepOrder writes an order, new or known.
func (t *Tx) KeepOrder(ctx context.Context, o demo.Order) error {
	data, err := encode(o)
	if err != nil {
		return err
	}
	return t.exec(ctx, keepOrder, o.ID, o.Customer, o.Placed.UnixMicro(), data)
}

// Agent is who may log in.
type Agent struct {
	demo.Agent

	// Privacy lets one export and erase customers' data.
	Privacy bool
	Hash    string `json:"-"` // of the password, by argon2id
	Fresh   bool   `json:"-"` // has to choose a password
}

// Agent returns an agent by name.
func (d *DB) Agent(ctx context.Context, id string) (Agent, error) {
	var a Agent
	var data string
	var fresh int64
	if err := d.one(ctx, []any{&data, &a.Hash, &fresh}, "SELECT data, hash, fresh FROM shop_agent WHERE id = $1", id); err != nil {
		return Agent{}, err
	}
	a.Fresh = fresh != 0
	return a, decode(data, &a)
}

// Agents returns all agents by name.
func (d *DB) Agents(ctx context.Context) ([]Agent, error) {
	return readAll[Agent](ctx, d, "SELECT data FROM shop_agent ORDER BY id")
}

// KeepAgent writes an agent, new or known.
func (d *DB) KeepAgent(ctx context.Context, a Agent) error {
	data, err := encode(a)
	if err != nil {
		return err
	}
	fresh := int64(0)
	if a.Fresh {
		fresh = 1
	}
	return d.exec(ctx, `INSERT INTO shop_agent (id, hash, fresh, data) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, fresh = excluded.fresh, data = excluded.data`, a.ID, a.Hash, fresh, data)
}

// File is an upload, kept as it came and never shown as a page.
type File struct {
	ID, Customer, Name, Type string
	Body                     []byte
}

// KeepFile writes a new file.
func (d *DB) KeepFile(ctx context.Context, f File) error {
	return d.exec(ctx, "INSERT INTO shop_file (id, customer, name, type, body) VALUES ($1, $2, $3, $4, $5)",
		f.ID, f.Customer, f.Name, f.Type, f.Body)
}

// KeepFile writes a file, once under its name.
func (t *Tx) KeepFile(ctx context.Context, f File) error {
	return t.exec(ctx, "INSERT INTO shop_file (id, customer, name, type, body) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING",
		f.ID, f.Customer, f.Name, f.Type, f.Body)
}

// File returns a file.
func (d *DB) File(ctx context.Context, id string) (File, error) {
	f := File{ID: id}
	err := d.one(ctx, []any{&f.Customer, &f.Name, &f.Type, &f.Body}, "SELECT customer, name, type, body FROM shop_file WHERE id = $1", id)
	return f, err
}

// DeleteFile removes a file; one that is gone is no error.
func (d *DB) DeleteFile(ctx context.Context, id string) error {
	return d.exec(ctx, "DELETE FROM shop_file WHERE id = $1", id)
}

// Setting reads a value into v, or returns ErrNotFound.
func (d *DB) Setting(ctx context.Context, id string, v any) error {
	var text string
	if err := d.one(ctx, []any{&text}, "SELECT value FROM shop_setting WHERE id = $1", id); err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), v)
}

// Set writes a value.
func (d *DB) Set(ctx context.Context, id string, v any) error {
	return d.In(ctx, func(tx *Tx) error { return tx.Set(ctx, id, v) })
}

// Set writes a value.
func (t *Tx) Set(ctx context.Context, id string, v any) error {
	text, err := encode(v)
	if err != nil {
		return err
	}
	return t.exec(ctx, "INSERT INTO shop_setting (id, value) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET value = excluded.value", id, text)
}

// SetFirst writes a value where there is none yet, and returns what is there.
func (d *DB) SetFirst(ctx context.Context, id string, v any) error {
	text, err := encode(v)
	if err != nil {
		return err
	}
	if err := d.exec(ctx, "INSERT INTO shop_setting (id, value) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING", id, text); err != nil {
		return err
	}
	return d.Setting(ctx, id, v)
}

// Audit is one line of the audit log: who did what about which reference.
type Audit struct {
	Seq                int64
	At                 time.Time
	Actor, What, About string
}

// Log writes a line of the audit log. It holds references, never words of a
// customer's.
func (d *DB) Log(ctx context.Context, at time.Time, actor, what, about string) error {
	return d.exec(ctx, addAudit, at.UnixMicro(), actor, what, about)
}

const addAudit = "INSERT INTO shop_audit (at, actor, what, about) VALUES ($1, $2, $3, $4)"

// Audits returns lines of the audit log before one, the latest first.
func (d *DB) Audits(ctx context.Context, before int64, limit int) ([]Audit, error) {
	var out []Audit
	err := d.each(ctx, func(scan func(...any) error) error {
		var a Audit
		var at int64
		if err := scan(&a.Seq, &at, &a.Actor, &a.What, &a.About); err != nil {
			return err
		}
		a.At = time.UnixMicro(at).UTC()
		out = append(out, a)
		return nil
	}, "SELECT seq, at, actor, what, about FROM shop_audit WHERE seq < $1 ORDER BY seq DESC LIMIT $2", before, limit)
	return out, err
}

// Withdrawal is a declaration that came in by the withdrawal button.
type Withdrawal struct {
	ID       string // random: who knows it may see the receipt
	At       time.Time
	Order    string
	Customer string
	Ticket   string
	Name     string
	Email    string
	Lines    []string // ids; none: the whole order
	Language string
}

// KeepWithdrawal writes a declaration, within the transaction of its ticket.
func (t *Tx) KeepWithdrawal(ctx context.Context, w Withdrawal) error {
	data, err := encode(w)
	if err != nil {
		return err
	}
	return t.exec(ctx, "INSERT INTO shop_withdrawal (id, at, orderid, customer, ticket, data) VALUES ($1, $2, $3, $4, $5, $6)",
		w.ID, w.At.UnixMicro(), w.Order, w.Customer, w.Ticket, data)
}

// SetWithdrawalTicket notes which ticket sees to a declaration.
func (t *Tx) SetWithdrawalTicket(ctx context.Context, id, ticket string) error {
	return t.exec(ctx, "UPDATE shop_withdrawal SET ticket = $2 WHERE id = $1", id, ticket)
}

// Withdrawal returns a declaration by its id.
func (d *DB) Withdrawal(ctx context.Context, id string) (Withdrawal, error) {
	return read[Withdrawal](ctx, d, "SELECT data FROM shop_withdrawal WHERE id = $1", id)
}

// Withdrawals returns those of an order, the first one first.
func (d *DB) Withdrawals(ctx context.Context, order string) ([]Withdrawal, error) {
	return readAll[Withdrawal](ctx, d, "SELECT data FROM shop_withdrawal WHERE orderid = $1 ORDER BY at", order)
}

func encode(v any) (string, error) {
	data, err := json.Marshal(v)
	return string(data), err
}

func decode(data string, v any) error { return json.Unmarshal([]byte(data), v) }

func read[T any](ctx context.Context, d *DB, statement string, args ...any) (T, error) {
	var v T
	var data string
	if err := d.one(ctx, []any{&data}, statement, args...); err != nil {
		return v, err
	}
	return v, json.Unmarshal([]byte(data), &v)
}

func readAll[T any](ctx context.Context, d *DB, statement string, args ...any) ([]T, error) {
	var out []T
	err := d.each(ctx, func(scan func(...any) error) error {
		var data string
		if err := scan(&data); err != nil {
			return err
		}
		var v T
		if err := json.Unmarshal([]byte(data), &v); err != nil {
			return err
		}
		out = append(out, v)
		return nil
	}, statement, args...)
	return out, err
}
