package pay

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/kulanz-go/kulanz/goodwill"
)

// Errors of the service. The desk takes any error of Pay for no answer.
var (
	// ErrKeyReuse is returned where a key comes with another payment than before.
	ErrKeyReuse = errors.New("pay: key of another payment")
	// ErrDown is returned where the service is made to look as if it were down.
	ErrDown = errors.New("pay: service does not answer")
	// ErrConduct is returned for a conduct that there is not.
	ErrConduct = errors.New("pay: no such conduct")
)

// Conduct is what the service does with one call of Pay.
type Conduct string

// The conducts.
const (
	Answers  Conduct = "answers"  // pays and says so
	Declines Conduct = "declines" // does not pay and says so
	Lost     Conduct = "lost"     // never sees the call
	Stuck    Conduct = "stuck"    // never sees the call, which times out
	Silent   Conduct = "silent"   // pays, and is not heard: the call times out
	Late     Conduct = "late"     // says that it will, pays after Config.Delay, and tells
	Twice    Conduct = "twice"    // pays, says so, and tells again, twice
)

// Conducts returns all of them.
func Conducts() []Conduct { return []Conduct{Answers, Declines, Lost, Stuck, Silent, Late, Twice} }

// Config says how a service works.
type Config struct {
	// DB keeps the books: SQLite through modernc.org/sqlite, or PostgreSQL through
	// pgx's stdlib. It may be the shop's own.
	DB *sql.DB
	// Now is the service's clock.
	Now func() time.Time
	// Notify tells the shop what became of a payment, as goodwill.Desk.Answer
	// takes it. Nil: it is told nothing. An error is told to nobody: the shop asks
	// by itself.
	Notify func(context.Context, goodwill.Ref, goodwill.Receipt) error
	// Delay is how long a late answer takes. Default 2 minutes.
	Delay time.Duration
}

// Service is a payment service. It is safe for concurrent use, also by many
// processes over one database.
type Service struct {
	cfg Config

	mu   sync.Mutex
	plan []Conduct
	then Conduct // when the plan is over
}

var _ goodwill.Payer = (*Service)(nil)

// NewService returns one with its tables made.
func NewService(ctx context.Context, cfg Config) (*Service, error) {
	if cfg.DB == nil || cfg.Now == nil {
		return nil, errors.New("pay: DB and Now are required")
	}
	if cfg.Delay <= 0 {
		cfg.Delay = 2 * time.Minute
	}
	for _, statement := range []string{
		`CREATE TABLE IF NOT EXISTS pay_transfer (
			id text PRIMARY KEY, digest text NOT NULL, shop text NOT NULL, record text NOT NULL, means text NOT NULL,
			minor bigint NOT NULL, currency text NOT NULL, status text NOT NULL, due bigint NOT NULL, at bigint NOT NULL)`,
		`CREATE INDEX IF NOT EXISTS pay_transfer_due ON pay_transfer (due) WHERE status = 'pending'`,
	} {
		if _, err := cfg.DB.ExecContext(ctx, statement); err != nil {
			return nil, fmt.Errorf("pay: tables: %w", err)
		}
	}
	return &Service{cfg: cfg, then: Answers}, nil
}

// Plan says what the service does with the next calls, in this process.
func (s *Service) Plan(next ...Conduct) error {
	for _, c := range next {
		if !c.valid() {
			return fmt.Errorf("%w: %q", ErrConduct, c)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plan = append(s.plan, next...)
	return nil
}

// Always says what the service does with calls that nothing was planned for.
func (s *Service) Always(c Conduct) error {
	if !c.valid() {
		return fmt.Errorf("%w: %q", ErrConduct, c)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.then = c
	return nil
}

// Usual returns what the service does with calls that nothing was planned for.
func (s *Service) Usual() Conduct {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.then
}

func (c Conduct) valid() bool {
	switch c {
	case Answers, Declines, Lost, Stuck, Silent, Late, Twice:
		return true
	default:
		return false
	}
}

func (s *Service) next() Conduct {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.plan) == 0 {
		return s.then
	}
	c := s.plan[0]
	s.plan = s.plan[1:]
	return c
}

// Pay implements [goodwill.Payer]. A payment whose key it knows is answered as it
// stands, whatever it was told to do.
func (s *Service) Pay(ctx context.Context, p goodwill.Payout) (goodwill.Receipt, error) {
	conduct := s.next()
	switch conduct {
	case Lost:
		return goodwill.Receipt{}, ErrDown
	case Stuck:
		<-ctx.Done()
		return goodwill.Receipt{}, fmt.Errorf("%w: %w", ErrDown, ctx.Err())
	case Answers, Declines, Silent, Late, Twice:
	}
	now := s.cfg.Now().UTC()
	status, due := goodwill.PayoutPaid, now
	if conduct == Declines {
		status = goodwill.PayoutDeclined
	}
	if conduct == Late {
		status, due = goodwill.PayoutPending, now.Add(s.cfg.Delay)
	}
	if err := s.enter(ctx, p, status, due, now); err != nil {
		return goodwill.Receipt{}, err
	}
	r, err := s.Find(ctx, p)
	if err != nil {
		return r, err
	}
	switch conduct {
	case Silent:
		<-ctx.Done()
		return goodwill.Receipt{}, fmt.Errorf("%w: %w", ErrDown, ctx.Err())
	case Twice:
		s.tell(ctx, p.Grant, r)
		s.tell(ctx, p.Grant, r)
	case Answers, Declines, Lost, Stuck, Late:
	}
	return r, nil
}

// tell notifies the shop.
func (s *Service) tell(ctx context.Context, ref goodwill.Ref, r goodwill.Receipt) {
	if s.cfg.Notify != nil {
		_ = s.cfg.Notify(ctx, ref, r) // it asks, if it did not hear
	}
}

// transfer is one movement of money: a payout is one, or one for each payment
// that it goes back to.
type transfer struct {
	key   string
	minor int64
	means string
}

func transfers(p goodwill.Payout) []transfer {
	if len(p.Shares) == 0 {
		return []transfer{{p.Key, p.Amount.Minor(), string(p.Means)}}
	}
	all := make([]transfer, len(p.Shares))
	for i, sh := range p.Shares {
		all[i] = transfer{sh.Key, sh.Amount.Minor(), string(sh.Means)}
	}
	return all
}

// digest is what a key stands for.
func digest(p goodwill.Payout, t transfer) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{
		p.Grant.Shop, p.Grant.ID.String(), p.Amount.Currency().String(), strconv.FormatInt(t.minor, 10), t.means,
	}, "\x00")))
	return hex.EncodeToString(sum[:])
}

// enter writes what is not in the books yet, all of it or nothing.
func (s *Service) enter(ctx context.Context, p goodwill.Payout, status goodwill.PayoutStatus, due, now time.Time) error {
	tx, err := s.cfg.DB.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("pay: %w", err)
	}
	for _, t := range transfers(p) {
		_, err := tx.ExecContext(ctx, `INSERT INTO pay_transfer (id, digest, shop, record, means, minor, currency, status, due, at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING`,
			t.key, digest(p, t), p.Grant.Shop, p.Grant.ID.String(), t.means, t.minor, p.Amount.Currency().String(), string(status),
			due.UnixMicro(), now.UnixMicro())
		if err != nil {
			return errors.Join(fmt.Errorf("pay: %w", err), tx.Rollback())
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("pay: %w", err)
	}
	return nil
}

// Find implements [goodwill.Payer].
func (s *Service) Find(ctx context.Context, p goodwill.Payout) (goodwill.Receipt, error) {
	r := goodwill.Receipt{Status: goodwill.PayoutPaid}
	for _, t := range transfers(p) {
		var known, status string
		var at int64
		err := s.cfg.DB.QueryRowContext(ctx, "SELECT digest, status, at FROM pay_transfer WHERE id = $1", t.key).Scan(&known, &status, &at)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return goodwill.Receipt{Status: goodwill.PayoutAbsent}, nil
		case err != nil:
			return goodwill.Receipt{}, fmt.Errorf("pay: %w", err)
		case known != digest(p, t):
			return goodwill.Receipt{}, fmt.Errorf("%w: %s", ErrKeyReuse, t.key)
		}
		if goodwill.PayoutStatus(status) != goodwill.PayoutPaid {
			r.Status = goodwill.PayoutStatus(status)
		}
		r.At = time.UnixMicro(at).UTC()
	}
	if r.Status == goodwill.PayoutPaid || r.Status == goodwill.PayoutDeclined {
		sum := sha256.Sum256([]byte(p.Key))
		r.Reference = "PAY-" + strings.ToUpper(hex.EncodeToString(sum[:5]))
	}
	return r, nil
}
