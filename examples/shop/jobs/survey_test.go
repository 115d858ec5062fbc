package jobs_test

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/jobs"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// willing are customers who agreed to be asked.
type willing struct{}

func (willing) Standing(context.Context, string, string, feedback.Medium) (feedback.Standing, error) {
	given := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	return feedback.Standing{Consent: &feedback.Consent{Given: given, Confirmed: given.Add(time.Hour), Text: "konto-7"}}, nil
}

func (s *shop) surveys(tb testing.TB) *feedback.Desk {
	tb.Helper()
	survey, err := feedback.NewSurvey(feedback.SurveyConfig{ID: "csat", Questions: []feedback.Question{
		{ID: "satisfied", About: feedback.AspectService, Scale: feedback.ScaleCSAT5().Config()},
	}})
	require.NoError(tb, err)
	policy, err := feedback.NewPolicy(feedback.PolicyConfig{
		ID: "mail", Survey: "csat", Medium: feedback.MediumEmail, Moments: []feedback.Moment{feedback.MomentResolved},
		Delay: feedback.Wait(time.Hour),
	})
	require.NoError(tb, err)
	keys, err := feedback.NewKeyring(feedback.SigningKey{ID: "k1", Secret: bytes.Repeat([]byte("k"), 32)})
	require.NoError(tb, err)
	d, err := feedback.NewDesk(s.Feedback(), feedback.Config{
		Now: s.desk.Clock.Now, Zone: time.UTC, Surveys: []*feedback.Survey{survey}, Policies: []*feedback.Policy{policy}, Keys: keys,
		Customers: willing{}, Delivery: feedback.HostDelivers(),
	})
	require.NoError(tb, err)
	return d
}

// An invitation waits for its hour, goes out once by a tick, and one that cannot be
// sent is seen; a customer who objected meanwhile gets none.
func TestInvitationsGoOutByTicks(t *testing.T) {
	t.Parallel()
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, ctx := open(t), t.Context()
			desk := s.surveys(t)
			for _, customer := range []string{"c1", "c2", "c3"} {
				_, err := desk.Ask(ctx, "mail", feedback.Subject{
					Shop: tickettest.Shop, Customer: customer, Ref: "ticket-" + customer, Moment: feedback.MomentResolved, At: s.desk.Clock.Now(),
				})
				require.NoError(t, err)
			}
			require.NoError(t, desk.SetObjection(ctx, tickettest.Shop, "c3", s.desk.Clock.Now()))
			s.desk.Clock.Advance(90 * time.Minute)
			var mu sync.Mutex
			sent := make(map[string]int)
			s.run(t, jobs.Config{
				Deliver: new(mailbox).deliver, Surveys: desk,
				Invite: func(_ context.Context, o feedback.Outgoing) error {
					mu.Lock()
					defer mu.Unlock()
					if o.Invitation.Customer == "c2" {
						return fmt.Errorf("no address: %w", feedback.ErrPermanent)
					}
					sent[o.Invitation.Customer]++
					assert.NotEmpty(t, o.Answer)
					assert.NotEmpty(t, o.Object)
					return nil
				},
			})
			eventually(t, "one arrives, one is given up", func() bool {
				failed, err := s.queue.Failed(ctx, 10)
				require.NoError(t, err)
				mu.Lock()
				defer mu.Unlock()
				return sent["c1"] == 1 && len(failed) == 1 && failed[0].Survey && failed[0].What == string(feedback.EffectInvite)
			})
			assert.Len(t, sent, 1)
		})
	}
}
