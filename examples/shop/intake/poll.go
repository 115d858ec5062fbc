package intake

import (
	"context"
	"sync"
	"time"
)

// Poll fetches at most every so often, and after failures less and less often, so
// that a server that is down or refuses a password is not hammered. It is safe for
// concurrent use.
type Poll struct {
	Fetch func(context.Context) (int, error)
	Now   func() time.Time
	Every time.Duration // after a success
	Most  time.Duration // after many failures

	mu     sync.Mutex
	next   time.Time
	failed int
}

// Do fetches if it is time to.
func (p *Poll) Do(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.Now().Before(p.next) {
		return nil
	}
	_, err := p.Fetch(ctx)
	wait := p.Every
	if err == nil {
		p.failed = 0
	} else {
		p.failed++
		wait = min(p.Every<<min(p.failed, maxDoublings), p.Most)
	}
	p.next = p.Now().Add(wait)
	return err
}

// maxDoublings keeps a wait from running over.
const maxDoublings = 16
