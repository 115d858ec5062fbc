package reviewtest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kulanz-go/kulanz/feedback/review"
	"github.com/kulanz-go/kulanz/feedback/review/reviewtest"
)

// fixture is a board; give takes the place of its Reply.
func fixture(b *reviewtest.Board, give func(ctx context.Context, r review.Reply) (review.Published, error)) reviewtest.Fixture {
	n := 0
	return reviewtest.Fixture{
		Platform: platform(give), Shop: "demo", Source: "board", PublicOnly: b.PublicOnly,
		Post: func() (string, error) {
			n++
			b.Post(fmt.Sprint("r", n))
			return fmt.Sprint("r", n), nil
		},
		Remove:  func(id string) error { b.Remove(id); return nil },
		Replies: func(id string, v review.Visibility) ([]string, error) { return b.Replies(id, v), nil },
		Lose:    func() { b.Lose(1) },
	}
}

type platform func(ctx context.Context, r review.Reply) (review.Published, error)

// Reply implements [review.Platform].
func (p platform) Reply(ctx context.Context, r review.Reply) (review.Published, error) {
	return p(ctx, r)
}

func TestBoard(t *testing.T) {
	t.Parallel()
	for _, publicOnly := range []bool{false, true} {
		reviewtest.TestPlatform(t, func(testing.TB) reviewtest.Fixture {
			b := &reviewtest.Board{PublicOnly: publicOnly, Now: func() time.Time { return time.Unix(7, 0) }}
			return fixture(b, b.Reply)
		})
	}
}

// Every planted fault is caught, by the case that is there for it.
func TestFaultsAreCaught(t *testing.T) {
	t.Parallel()
	type give = func(b *reviewtest.Board) func(ctx context.Context, r review.Reply) (review.Published, error)
	for name, f := range map[string]struct {
		give   give
		caught []string
	}{
		"publishes nothing": {
			func(*reviewtest.Board) func(context.Context, review.Reply) (review.Published, error) {
				return func(context.Context, review.Reply) (review.Published, error) { return review.Published{ID: "1"}, nil }
			}, []string{"a reply stands where it was given", "another reply is refused"},
		},
		"a retry is another reply": {
			func(b *reviewtest.Board) func(context.Context, review.Reply) (review.Published, error) {
				var n atomic.Int64
				return func(ctx context.Context, r review.Reply) (review.Published, error) {
					r.Key += strconv.FormatInt(n.Add(1), 10)
					return b.Reply(ctx, r)
				}
			}, []string{"the same key is the same reply", "an answer that was lost is found again"},
		},
		"a repetition has another stamp": {
			func(b *reviewtest.Board) func(context.Context, review.Reply) (review.Published, error) {
				var n atomic.Int64
				return func(ctx context.Context, r review.Reply) (review.Published, error) {
					p, err := b.Reply(ctx, r)
					p.At = time.Unix(n.Add(1), 0)
					return p, err
				}
			}, []string{"the same key is the same reply"},
		},
		"an unknown outcome is called refused": {
			func(b *reviewtest.Board) func(context.Context, review.Reply) (review.Published, error) {
				return func(ctx context.Context, r review.Reply) (review.Published, error) {
					p, err := b.Reply(ctx, r)
					if errors.Is(err, reviewtest.ErrLost) {
						err = &review.PlatformError{Code: review.CodeRefused, Source: r.Source, Cause: err}
					}
					return p, err
				}
			}, []string{"an answer that was lost is found again"},
		},
		"any key is welcome": {
			func(b *reviewtest.Board) func(context.Context, review.Reply) (review.Published, error) {
				return func(ctx context.Context, r review.Reply) (review.Published, error) {
					r.Key = "same"
					return b.Reply(ctx, r)
				}
			}, []string{"another reply is refused", "one of several at once"},
		},
		"private is public": {
			func(b *reviewtest.Board) func(context.Context, review.Reply) (review.Published, error) {
				return func(ctx context.Context, r review.Reply) (review.Published, error) {
					if r.Visibility == review.Private {
						r.Visibility = review.Public
					}
					return b.Reply(ctx, r)
				}
			}, []string{"private and public are apart"},
		},
		"a review that is gone is busy": {
			func(b *reviewtest.Board) func(context.Context, review.Reply) (review.Published, error) {
				return func(ctx context.Context, r review.Reply) (review.Published, error) {
					p, err := b.Reply(ctx, r)
					if errors.Is(err, review.ErrGone) {
						err = &review.PlatformError{Code: review.CodeBusy, Source: r.Source}
					}
					return p, err
				}
			}, []string{"a review that is gone"},
		},
		"a bad reply is mended": {
			func(b *reviewtest.Board) func(context.Context, review.Reply) (review.Published, error) {
				return func(ctx context.Context, r review.Reply) (review.Published, error) {
					if r.Check() != nil {
						r.Text, r.Key, r.Visibility = "Danke!", "k", review.Public
					}
					return b.Reply(ctx, r)
				}
			}, []string{"what is no reply is refused"},
		},
		"a done context is passed over": {
			func(b *reviewtest.Board) func(context.Context, review.Reply) (review.Published, error) {
				return func(ctx context.Context, r review.Reply) (review.Published, error) {
					return b.Reply(context.WithoutCancel(ctx), r)
				}
			}, []string{"a context that is done does nothing"},
		},
		"look, then leap": {
			func(b *reviewtest.Board) func(context.Context, review.Reply) (review.Published, error) {
				var mu sync.Mutex
				seen := map[string]int{}
				return func(ctx context.Context, r review.Reply) (review.Published, error) {
					mu.Lock()
					seen[r.ExternalID]++
					first := seen[r.ExternalID] < 3 // two look at once and see nothing
					mu.Unlock()
					p, err := b.Reply(ctx, r)
					if first && errors.Is(err, review.ErrAnswered) {
						return review.Published{ID: "2"}, nil
					}
					return p, err
				}
			}, []string{"one of several at once"},
		},
	} {
		var caught []string
		for _, c := range reviewtest.Cases() {
			b := new(reviewtest.Board)
			if err := c.Run(t.Context(), fixture(b, f.give(b))); err != nil {
				caught = append(caught, c.Name)
			}
		}
		for _, want := range f.caught {
			if !slices.Contains(caught, want) {
				t.Errorf("%s: not caught by %q, but by %q", name, want, caught)
			}
		}
	}
}

func TestBoardRefuses(t *testing.T) {
	t.Parallel()
	b := &reviewtest.Board{Refuse: func(review.Reply) error { return errors.New("too rude") }}
	b.Post("r1")
	_, err := b.Reply(t.Context(), review.Reply{Shop: "s", Source: "b", ExternalID: "r1", Visibility: review.Public, Text: "x", Key: "k"})
	if !errors.Is(err, review.ErrRefused) || err.Error() != "review: b: refused" {
		t.Errorf("got %v; what was said is in no error", err)
	}
	for code, sentinel := range map[review.PlatformCode]error{
		review.CodeGone: review.ErrGone, review.CodeAnswered: review.ErrAnswered, review.CodeRefused: review.ErrRefused,
		review.CodeUnsupported: review.ErrUnsupported, review.CodeInvalid: review.ErrInvalid, review.CodeBusy: review.ErrBusy,
	} {
		err := &review.PlatformError{Code: code, Source: "b"}
		if !errors.Is(err, sentinel) || err.Permanent() == (code == review.CodeBusy) {
			t.Errorf("%s is not %v, or wrongly permanent", code, sentinel)
		}
	}
}
