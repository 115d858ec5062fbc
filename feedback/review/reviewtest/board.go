package reviewtest

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/kulanz-go/kulanz/feedback/review"
)

// ErrLost is what a [Board] returns in the place of an answer that it loses: the
// outcome is unknown.
var ErrLost = errors.New("reviewtest: the answer was lost")

// Board is a platform in memory. The zero value is ready; it must not be copied
// after its first use.
type Board struct {
	// PublicOnly tells that it has no private replies.
	PublicOnly bool
	// Refuse returns why the board's rules forbid a reply; nil: they do not.
	Refuse func(r review.Reply) error
	// Now stamps replies. Default: the zero instant.
	Now func() time.Time

	mu    sync.Mutex
	posts map[string]*post
	lost  int
}

// post is one review.
type post struct {
	gone    bool
	replies map[review.Visibility]standing
}

type standing struct {
	reply     review.Reply
	published review.Published
}

var _ review.Platform = (*Board)(nil)

func (b *Board) post(externalID string) *post {
	if b.posts == nil {
		b.posts = map[string]*post{}
	}
	return b.posts[externalID]
}

// Post puts a review up.
func (b *Board) Post(externalID string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.post(externalID) == nil {
		b.posts[externalID] = &post{replies: map[review.Visibility]standing{}}
	}
}

// Remove takes a review down, with its replies.
func (b *Board) Remove(externalID string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p := b.post(externalID); p != nil {
		p.gone = true
	}
}

// Lose loses the answers of the next n replies, each after its effect.
func (b *Board) Lose(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lost = n
}

// Replies returns the texts that stand under a review.
func (b *Board) Replies(externalID string, v review.Visibility) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.post(externalID)
	if p == nil || p.gone {
		return nil
	}
	if s, ok := p.replies[v]; ok {
		return []string{s.reply.Text}
	}
	return nil
}

// Reply implements [review.Platform].
func (b *Board) Reply(ctx context.Context, r review.Reply) (review.Published, error) {
	if err := ctx.Err(); err != nil {
		return review.Published{}, err
	}
	fail := func(code review.PlatformCode, cause error) (review.Published, error) {
		return review.Published{}, &review.PlatformError{Code: code, Source: r.Source, Cause: cause}
	}
	if err := r.Check(); err != nil {
		return fail(review.CodeInvalid, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.post(r.ExternalID)
	switch {
	case p == nil || p.gone:
		return fail(review.CodeGone, nil)
	case b.PublicOnly && r.Visibility == review.Private:
		return fail(review.CodeUnsupported, nil)
	}
	if s, ok := p.replies[r.Visibility]; ok {
		if s.reply.Key != r.Key {
			return fail(review.CodeAnswered, nil)
		}
		return s.published, nil
	}
	if b.Refuse != nil {
		if err := b.Refuse(r); err != nil {
			return fail(review.CodeRefused, err)
		}
	}
	published := review.Published{ID: r.ExternalID + "/" + string(r.Visibility)}
	if b.Now != nil {
		published.At = b.Now()
	}
	p.replies[r.Visibility] = standing{r, published}
	if b.lost > 0 {
		b.lost--
		return review.Published{}, ErrLost
	}
	return published, nil
}
