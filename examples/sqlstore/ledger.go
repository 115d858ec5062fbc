package sqlstore

import (
	"context"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/money"
)

// post adds a commit's entries and moves their accounts. The accounts are made
// first and then held, in one order, so that two who move them at once come one
// after the other and no cap is passed between them.
func (g Goodwill) post(ctx context.Context, db conn, c goodwill.Commit) error {
	if len(c.Entries) == 0 {
		return nil
	}
	shop, accounts := c.Writes[0].Next.Shop, c.Accounts()
	before := make([]goodwill.Balance, len(accounts))
	for i, a := range accounts {
		none := money.New(0, a.Currency)
		before[i] = goodwill.Balance{Account: a, Pending: none, Posted: none}
	}
	var held []goodwill.Balance
	if err := db.send(ctx, g.setBalances(shop, before, "DO NOTHING"), g.hold(shop, accounts, &held)); err != nil {
		return err
	}
	after, err := goodwill.Post(&c, held)
	if err != nil {
		return err
	}
	return db.send(ctx, g.setBalances(shop, after, "DO UPDATE SET pending = excluded.pending, posted = excluded.posted"),
		g.enter(c.Entries))
}

// setBalances writes balances; resolve says what becomes of those that are there.
func (g Goodwill) setBalances(shop string, balances []goodwill.Balance, resolve string) *statement {
	args := make([]any, 0, 5*len(balances))
	for _, b := range balances {
		args = append(args, shop, b.Account.Name, b.Account.Currency.Code(), b.Pending.Minor(), b.Posted.Minor())
	}
	s := query("INSERT INTO kulanz_goodwill_balance (shop, account, currency, pending, posted) VALUES ")
	s.tuples(5, args)
	s.add(" ON CONFLICT (shop, account, currency) " + resolve)
	return s
}

// balanceColumns are those of kulanz_goodwill_balance but for the shop.
const balanceColumns = "account, currency, pending, posted"

// hold reads the balances of accounts, and keeps others from moving them.
func (g Goodwill) hold(shop string, accounts []goodwill.Account, held *[]goodwill.Balance) *statement {
	args := make([]any, 0, 3*len(accounts))
	for _, a := range accounts {
		args = append(args, shop, a.Name, a.Currency.Code())
	}
	s := query("SELECT " + balanceColumns + " FROM kulanz_goodwill_balance WHERE ")
	g.s.oneOf(s, "shop, account, currency", 3, args)
	s.add(" ORDER BY account, currency")
	if g.s.engine == EnginePostgres {
		s.add(" FOR UPDATE")
	}
	return s.each(balances(held))
}

// balances keeps rows of balanceColumns.
func balances(found *[]goodwill.Balance) func(r row) error {
	return func(r row) error {
		var b goodwill.Balance
		var code string
		var pending, posted int64
		if err := r.Scan(&b.Account.Name, &code, &pending, &posted); err != nil {
			return err
		}
		currency, err := money.ParseCurrency(code)
		b.Account.Currency, b.Pending, b.Posted = currency, money.New(pending, currency), money.New(posted, currency)
		*found = append(*found, b)
		return err
	}
}

// entryColumns are those of kulanz_goodwill_entry.
const entryColumns = "shop, id, grant_id, at, phase, debit, credit, amount, currency, cap, cap_currency"

// enter adds entries.
func (g Goodwill) enter(entries []goodwill.Entry) *statement {
	args := make([]any, 0, 11*len(entries))
	for _, e := range entries {
		var limit, limitCurrency any // none
		if e.Cap.Given() {
			limit, limitCurrency = e.Cap.Minor(), e.Cap.Currency().Code()
		}
		args = append(args, e.Shop, g.s.id(e.ID), g.s.id(e.Grant), micros(e.At), string(e.Phase), e.Debit, e.Credit,
			e.Amount.Minor(), e.Amount.Currency().Code(), limit, limitCurrency)
	}
	s := query("INSERT INTO kulanz_goodwill_entry (" + entryColumns + ") VALUES ")
	s.tuples(11, args)
	return s
}

// Entries implements [goodwill.Store]. What moves an account is looked for on
// either side, each in an index of its own.
func (g Goodwill) Entries(ctx context.Context, q goodwill.EntryQuery) ([]goodwill.Entry, error) {
	limit := q.PageLimit()
	if limit == 0 {
		return nil, ctx.Err()
	}
	s := new(statement)
	if q.Account == "" {
		g.side(s, q, "")
	} else {
		s.add("SELECT * FROM (")
		g.side(s, q, "debit")
		s.add(") AS debited UNION SELECT * FROM (")
		g.side(s, q, "credit")
		s.add(") AS credited ORDER BY id LIMIT ?", limit)
	}
	var found []goodwill.Entry
	err := g.s.db.send(ctx, s.each(func(r row) error {
		e, err := entry(r)
		found = append(found, e)
		return err
	}))
	return found, err
}

// side asks for a page of the entries of one side of an account, or of all.
func (g Goodwill) side(s *statement, q goodwill.EntryQuery, side string) {
	s.add("SELECT "+entryColumns+" FROM kulanz_goodwill_entry WHERE shop = ? AND id > ?", q.Shop, g.s.id(q.After))
	if q.Grant != uuid.Nil {
		s.add(" AND grant_id = ?", g.s.id(q.Grant))
	}
	if side != "" {
		s.add(" AND "+side+" = ?", q.Account)
	}
	s.add(" ORDER BY id LIMIT ?", q.PageLimit())
}

func entry(r row) (goodwill.Entry, error) {
	var e goodwill.Entry
	var at, limit *int64
	var amount int64
	var code string
	var limitCode *string
	if err := r.Scan(
		&e.Shop, &e.ID, &e.Grant, &at, &e.Phase, &e.Debit, &e.Credit, &amount, &code, &limit, &limitCode,
	); err != nil {
		return e, err
	}
	currency, err := money.ParseCurrency(code)
	if err != nil {
		return e, err
	}
	e.At, e.Amount = instant(at), money.New(amount, currency)
	if limit == nil || limitCode == nil {
		return e, nil
	}
	currency, err = money.ParseCurrency(*limitCode)
	e.Cap = money.New(*limit, currency)
	return e, err
}

// Balances implements [goodwill.Store]: a range of the primary key.
func (g Goodwill) Balances(ctx context.Context, q goodwill.BalanceQuery) ([]goodwill.Balance, error) {
	limit := q.PageLimit()
	if limit == 0 {
		return nil, ctx.Err()
	}
	s := query("SELECT "+balanceColumns+" FROM kulanz_goodwill_balance WHERE shop = ?", q.Shop)
	s.in("account", q.Accounts)
	if a := q.After; a != nil {
		s.add(" AND (account, currency) > (?, ?)", a.Name, a.Currency.Code())
	}
	s.add(" ORDER BY account, currency LIMIT ?", limit)
	var found []goodwill.Balance
	err := g.s.db.send(ctx, s.each(balances(&found)))
	return found, err
}
