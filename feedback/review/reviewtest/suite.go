package reviewtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kulanz-go/kulanz/internal/rivals"

	"github.com/kulanz-go/kulanz/feedback/review"
)

// Fixture is an adapter with what the suite has to know of its platform: a
// sandbox, or a fake of its interface.
type Fixture struct {
	Platform review.Platform
	Shop     string
	Source   string
	// Post puts a new review up that nobody has answered, and returns its id.
	Post func() (string, error)
	// Remove takes one down.
	Remove func(externalID string) error
	// Replies returns the texts that stand under a review.
	Replies func(externalID string, v review.Visibility) ([]string, error)
	// PublicOnly tells that the platform has no private replies.
	PublicOnly bool
	// Lose loses the answer of the next reply after its effect, as a broken
	// connection does; nil: that cannot be done there.
	Lose func()
}

// Case is one promise of the contract of [review.Platform].
type Case struct {
	Name string
	Why  string // what goes wrong in a shop where the promise is broken
	Run  func(ctx context.Context, f Fixture) error
}

// TestPlatform runs the whole suite on an adapter, a subtest a case. open is
// called once a case, and cleans up by t.Cleanup.
func TestPlatform(t *testing.T, open func(t testing.TB) Fixture) {
	t.Helper()
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) {
			if err := c.Run(t.Context(), open(t)); err != nil {
				t.Errorf("%v\nwhy: %s", err, c.Why)
			}
		})
	}
}

// Cases returns all cases.
func Cases() []Case {
	return []Case{
		{"a reply stands where it was given", "a review without an answer tells everybody that nobody cares", caseStands},
		{"the same key is the same reply", "a retry would answer a customer twice, for all to see", caseRepeats},
		{"an answer that was lost is found again", "after a crash nobody knows whether the reply is out", caseLost},
		{"another reply is refused", "the second agent's words would stand beside the first's", caseAnswered},
		{"one of several at once", "two workers must not both answer", caseRace},
		{"private and public are apart", "a private word in public is a breach of privacy", caseApart},
		{"a review that is gone", "trying for ever hides other work", caseGone},
		{"what is no reply is refused", "an empty answer in public is ridiculed", caseInvalid},
		{"a context that is done does nothing", "a cancelled delivery is taken for one that failed", caseCancelled},
	}
}

// probe is one case on its way; it keeps the first thing that is wrong.
type probe struct {
	Fixture

	err error
}

func (p *probe) failf(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
}

// post returns a reply to a new review.
func (p *probe) post(key string) review.Reply {
	externalID, err := p.Post()
	if err != nil {
		p.failf("Post: %w", err)
	}
	return review.Reply{
		Shop: p.Shop, Source: p.Source, ExternalID: externalID, Visibility: review.Public, Text: "Es tut uns leid. 😟 <b>&", Key: key,
	}
}

// stands checks what stands under a review.
func (p *probe) stands(r review.Reply, v review.Visibility, want ...string) {
	got, err := p.Replies(r.ExternalID, v)
	if err != nil {
		p.failf("Replies: %w", err)
	}
	if !slices.Equal(got, want) {
		p.failf("%d %s replies stand there, want %d: %q and %q", len(got), v, len(want), got, want)
	}
}

// gives makes a reply that has to be taken.
func (p *probe) gives(ctx context.Context, r review.Reply) review.Published {
	got, err := p.Platform.Reply(ctx, r)
	if err != nil {
		p.failf("Reply: %w", err)
	}
	if err == nil && got.ID == "" {
		p.failf("Reply returns no id of the platform")
	}
	return got
}

// refuses makes one that must not be.
func (p *probe) refuses(ctx context.Context, r review.Reply, want error) {
	_, err := p.Platform.Reply(ctx, r)
	if !errors.Is(err, want) {
		p.failf("Reply returns %v, want %v", err, want)
	}
}

func caseStands(ctx context.Context, f Fixture) error {
	p := &probe{Fixture: f}
	r := p.post("k1")
	p.stands(r, review.Public)
	p.gives(ctx, r)
	p.stands(r, review.Public, r.Text)
	other := p.post("k1") // keys are of a review
	p.gives(ctx, other)
	p.stands(other, review.Public, other.Text)
	return p.err
}

func caseRepeats(ctx context.Context, f Fixture) error {
	p := &probe{Fixture: f}
	r := p.post("k1")
	first := p.gives(ctx, r)
	for range 3 {
		if again := p.gives(ctx, r); again.ID != first.ID || !again.At.Equal(first.At) {
			p.failf("a repetition returns %+v, and not %+v as at first", again, first)
		}
	}
	p.stands(r, review.Public, r.Text)
	return p.err
}

func caseLost(ctx context.Context, f Fixture) error {
	p := &probe{Fixture: f}
	if f.Lose == nil {
		return nil
	}
	r := p.post("k1")
	f.Lose()
	_, err := p.Platform.Reply(ctx, r)
	var known *review.PlatformError
	if err == nil || errors.As(err, &known) {
		p.failf("Reply returns %v where the answer was lost: its outcome is not known", err)
	}
	p.gives(ctx, r)
	p.stands(r, review.Public, r.Text)
	return p.err
}

func caseAnswered(ctx context.Context, f Fixture) error {
	p := &probe{Fixture: f}
	r := p.post("k1")
	p.gives(ctx, r)
	second := r
	second.Key, second.Text = "k2", "Noch etwas."
	p.refuses(ctx, second, review.ErrAnswered)
	p.stands(r, review.Public, r.Text)
	p.gives(ctx, r)
	return p.err
}

func caseRace(ctx context.Context, f Fixture) error {
	p := &probe{Fixture: f}
	r := p.post("k")
	errs := rivals.Together(8, func(i int) error {
		mine := r
		mine.Key, mine.Text = fmt.Sprint("k", i), fmt.Sprint("Antwort ", i)
		_, err := p.Platform.Reply(ctx, mine)
		return err
	})
	won := slices.Index(errs, nil)
	for i, err := range errs {
		if i != won && !errors.Is(err, review.ErrAnswered) {
			p.failf("a rival gets %v, want %v", err, review.ErrAnswered)
		}
	}
	p.stands(r, review.Public, fmt.Sprint("Antwort ", won))
	return p.err
}

func caseApart(ctx context.Context, f Fixture) error {
	p := &probe{Fixture: f}
	r := p.post("k1")
	private := r
	private.Visibility, private.Text, private.Key = review.Private, "Ihre Bestellung 4711", "k2"
	if f.PublicOnly {
		p.refuses(ctx, private, review.ErrUnsupported)
		p.stands(r, review.Public)
		return p.err
	}
	p.gives(ctx, private)
	p.stands(r, review.Public)
	p.stands(r, review.Private, private.Text)
	p.gives(ctx, r)
	p.stands(r, review.Public, r.Text)
	return p.err
}

func caseGone(ctx context.Context, f Fixture) error {
	p := &probe{Fixture: f}
	r := p.post("k1")
	if err := f.Remove(r.ExternalID); err != nil {
		p.failf("Remove: %w", err)
	}
	p.refuses(ctx, r, review.ErrGone)
	var known *review.PlatformError
	if _, err := p.Platform.Reply(ctx, r); errors.As(err, &known) && !known.Permanent() {
		p.failf("a review that is gone is to be tried again")
	}
	r.ExternalID = "never-was"
	p.refuses(ctx, r, review.ErrGone)
	return p.err
}

func caseInvalid(ctx context.Context, f Fixture) error {
	p := &probe{Fixture: f}
	r := p.post("k1")
	for _, change := range []func(r *review.Reply){
		func(r *review.Reply) { r.Text = " \n" },
		func(r *review.Reply) { r.Text = strings.Repeat("x", review.MaxText+1) },
		func(r *review.Reply) { r.Key = "" },
		func(r *review.Reply) { r.Visibility = "friends" },
	} {
		bad := r
		change(&bad)
		p.refuses(ctx, bad, review.ErrInvalid)
	}
	p.stands(r, review.Public)
	return p.err
}

func caseCancelled(ctx context.Context, f Fixture) error {
	p := &probe{Fixture: f}
	r := p.post("k1")
	done, cancel := context.WithCancel(ctx)
	cancel()
	p.refuses(done, r, context.Canceled)
	p.stands(r, review.Public)
	p.gives(ctx, r)
	return p.err
}
