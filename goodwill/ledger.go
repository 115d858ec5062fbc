package goodwill

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/goodwill/money"
)

// Account is an account of a shop: a name, in one currency.
type Account struct {
	Name     string         `json:"name"`
	Currency money.Currency `json:"currency"`
}

// Compare orders accounts by name, in bytes, then by the currency's code.
func (a Account) Compare(b Account) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Currency, b.Currency))
}

// Balance is what an account has come to: debits less credits. What is pending
// is reserved; it counts against every cap until it is posted or voided.
type Balance struct {
	Account Account      `json:"account"`
	Pending money.Amount `json:"pending"`
	Posted  money.Amount `json:"posted"`
}

// Total returns what is pending and posted together.
func (b *Balance) Total() (money.Amount, error) { return b.Pending.Add(b.Posted) }

// Phase is what an entry does to its two accounts.
type Phase string

// The phases. What was reserved is resolved once: it is posted or voided, whole.
const (
	PhaseReserve Phase = "reserve" // pending goes up
	PhasePost    Phase = "post"    // what was reserved goes from pending to posted
	PhaseVoid    Phase = "void"    // what was reserved is pending no more
	PhaseDirect  Phase = "direct"  // posted goes up, without a reservation
)

// Entry is one line of the ledger: an amount that one account is debited with
// and another credited, so that all accounts together always come to nothing.
// It is never changed and never taken away; what was wrong is put right by the
// opposite entry.
type Entry struct {
	ID     uuid.UUID    `json:"id"`
	Shop   string       `json:"shop"`
	Grant  uuid.UUID    `json:"grant"` // the record that it belongs to
	At     time.Time    `json:"at"`
	Phase  Phase        `json:"phase"`
	Debit  string       `json:"debit"`
	Credit string       `json:"credit"`
	Amount money.Amount `json:"amount"` // above 0
	// Cap is what the debited account must not exceed, pending and posted
	// together, once all entries of the commit are made. Not given: no limit. It
	// binds where the entry reserves, or posts directly.
	Cap money.Amount `json:"cap,omitzero"`
}

// Accounts returns all accounts that the entries of the commit move, each once,
// in the order of [Account.Compare].
func (c *Commit) Accounts() []Account {
	all := make([]Account, 0, 2*len(c.Entries))
	for i := range c.Entries {
		e := &c.Entries[i]
		all = append(all, e.debit(), e.credit())
	}
	slices.SortFunc(all, Account.Compare)
	return slices.Compact(all)
}

func (e *Entry) debit() Account { return Account{e.Debit, e.Amount.Currency()} }

func (e *Entry) credit() Account { return Account{e.Credit, e.Amount.Currency()} }

// Post returns what the accounts of a commit become by its entries, in the order
// of [Commit.Accounts]. stored are their balances so far, in any order; one that
// is missing is nothing. It returns a [*CapError] naming every cap that would be
// exceeded, an [ErrUnreserved] where more is posted or voided than is pending,
// and an error of package money beyond 64 bits.
func Post(c *Commit, stored []Balance) ([]Balance, error) {
	accounts := c.Accounts()
	after := make([]Balance, len(accounts))
	for i, a := range accounts {
		none := money.New(0, a.Currency)
		after[i] = Balance{a, none, none}
		if k := slices.IndexFunc(stored, func(b Balance) bool { return b.Account == a }); k >= 0 {
			after[i] = stored[k]
		}
	}
	find := func(a Account) *Balance {
		i, _ := slices.BinarySearchFunc(after, a, func(b Balance, a Account) int { return b.Account.Compare(a) })
		return &after[i]
	}
	for i := range c.Entries {
		e := &c.Entries[i]
		debit, credit := find(e.debit()), find(e.credit())
		if err := e.move(debit, money.Amount.Add); err != nil {
			return nil, err
		}
		if err := e.move(credit, money.Amount.Sub); err != nil {
			return nil, err
		}
		if (e.Phase == PhasePost || e.Phase == PhaseVoid) && debit.Pending.Sign() < 0 {
			return nil, fmt.Errorf("goodwill: entry %s: %w", e.ID, ErrUnreserved)
		}
	}
	if err := c.caps(find); err != nil {
		return nil, err
	}
	return after, nil
}

// move makes an entry on one of its accounts.
func (e *Entry) move(b *Balance, by func(a, b money.Amount) (money.Amount, error)) error {
	pending, posted := e.sums()
	var err error
	if b.Pending, err = by(b.Pending, pending); err != nil {
		return err
	}
	if b.Posted, err = by(b.Posted, posted); err != nil {
		return err
	}
	_, err = b.Total()
	return err
}

// sums are what an entry adds to what is pending, and to what is posted.
func (e *Entry) sums() (money.Amount, money.Amount) {
	none := money.New(0, e.Amount.Currency())
	minus := money.New(-e.Amount.Minor(), e.Amount.Currency())
	switch e.Phase {
	case PhaseReserve:
		return e.Amount, none
	case PhasePost:
		return minus, e.Amount
	case PhaseVoid:
		return minus, none
	case PhaseDirect:
	}
	return none, e.Amount
}

// caps finds every cap that is exceeded once all entries are made.
func (c *Commit) caps(find func(Account) *Balance) error {
	var over []Excess
	for i := range c.Entries {
		e := &c.Entries[i]
		if !e.Cap.Given() || e.Phase == PhasePost || e.Phase == PhaseVoid {
			continue
		}
		total, err := find(e.debit()).Total()
		if err != nil {
			return err
		}
		past, err := total.Cmp(e.Cap)
		if err != nil {
			return err
		}
		if x := (Excess{e.Debit, e.Cap, total}); past > 0 && !slices.Contains(over, x) {
			over = append(over, x)
		}
	}
	if len(over) == 0 {
		return nil
	}
	return &CapError{over}
}
