package pay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/money"
)

// Transfer is one line of the service's books.
type Transfer struct {
	Key    string
	Grant  goodwill.Ref
	Means  string
	Amount money.Amount
	Status goodwill.PayoutStatus
	At     time.Time // of its last change
}

// Books returns the latest transfers, the newest first.
func (s *Service) Books(ctx context.Context, limit int) ([]Transfer, error) {
	return s.read(ctx, "ORDER BY at DESC, id LIMIT $1", limit)
}

func (s *Service) read(ctx context.Context, which string, args ...any) ([]Transfer, error) {
	const all = "SELECT id, shop, record, means, minor, currency, status, at FROM pay_transfer "
	rows, err := s.cfg.DB.QueryContext(ctx, all+which, args...)
	if err != nil {
		return nil, fmt.Errorf("pay: books: %w", err)
	}
	var found []Transfer
	for rows.Next() {
		var t Transfer
		var id, code, status string
		var minor, at int64
		if err := rows.Scan(&t.Key, &t.Grant.Shop, &id, &t.Means, &minor, &code, &status, &at); err != nil {
			return nil, errors.Join(fmt.Errorf("pay: books: %w", err), rows.Close())
		}
		var currency money.Currency
		t.Grant.ID, err = uuid.Parse(id)
		if err == nil {
			currency, err = money.ParseCurrency(code)
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("pay: books: %w", err), rows.Close())
		}
		t.Amount = money.New(minor, currency)
		t.Status, t.At = goodwill.PayoutStatus(status), time.UnixMicro(at).UTC()
		found = append(found, t)
	}
	return found, errors.Join(rows.Err(), rows.Close())
}

// Settle pays what has been put off until now, and tells the shop: a task to be
// done every minute or so. It returns how many grants it told of.
func (s *Service) Settle(ctx context.Context) (int, error) {
	now := s.cfg.Now().UTC().UnixMicro()
	due, err := s.read(ctx, "WHERE status = 'pending' AND due <= $1 ORDER BY due, id LIMIT 100", now)
	if err != nil {
		return 0, err
	}
	told := make(map[goodwill.Ref]bool)
	for _, t := range due {
		// Of two processes one is first, and tells.
		res, err := s.cfg.DB.ExecContext(ctx, "UPDATE pay_transfer SET status = 'paid', at = $1 WHERE id = $2 AND status = 'pending'", now, t.Key)
		if err != nil {
			return len(told), fmt.Errorf("pay: settle: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 || told[t.Grant] {
			continue
		}
		told[t.Grant] = true
	}
	for ref := range told {
		open, err := s.read(ctx, "WHERE shop = $1 AND record = $2 AND status = 'pending'", ref.Shop, ref.ID.String())
		if err != nil {
			return len(told), err
		}
		if len(open) == 0 {
			s.tell(ctx, ref, goodwill.Receipt{Status: goodwill.PayoutPaid, At: time.UnixMicro(now).UTC()})
		}
	}
	return len(told), nil
}
