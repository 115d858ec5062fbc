package feedback_test

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/feedbackmem"
)

// A customer who agreed to be asked, and confirmed it, is asked a day after the
// ticket was solved, not at night.
func ExampleInvite() {
	policy, err := feedback.NewPolicy(feedback.PolicyConfig{
		ID: "after-ticket", Survey: "csat", Medium: feedback.MediumEmail,
		Moments: []feedback.Moment{feedback.MomentResolved},
		Delay:   feedback.Wait(24 * time.Hour),
		Hours:   feedback.Hours{Zone: "Europe/Berlin", From: "09:00", To: "20:00"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	solved := time.Date(2026, 11, 26, 21, 30, 0, 0, time.UTC)
	subject := feedback.Subject{
		Shop: "demo", Customer: "customer-17", Ref: "ticket-1", Moment: feedback.MomentResolved, At: solved,
	}
	agreed := time.Date(2026, 5, 2, 10, 0, 0, 0, time.UTC)
	history := feedback.Past{Standings: map[feedback.Medium]feedback.Standing{
		feedback.MediumEmail: {Consent: &feedback.Consent{Given: agreed, Confirmed: agreed.Add(time.Hour), Text: "checkout-7"}},
	}}
	for _, h := range []feedback.Past{history, {}} {
		d := feedback.Invite(policy, subject, h, nil, solved)
		fmt.Println(d.Verdict, d.At)
		for _, r := range d.Reasons {
			fmt.Println("-", r.Code.Text("en"))
		}
	}
	// Output:
	// later 2026-11-28 08:00:00 +0000 UTC
	// - The wait after the moment is not over.
	// - It is not the time to disturb.
	// never 0001-01-01 00:00:00 +0000 UTC
	// - There is no consent.
	// - The wait after the moment is not over.
	// - It is not the time to disturb.
}

func ExampleKeyring() {
	ring, err := feedback.NewKeyring(feedback.SigningKey{ID: "2026-11", Secret: bytes.Repeat([]byte("?"), 32)})
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	token, err := ring.Sign(feedback.Claims{
		Shop: "demo", Survey: "csat", Invitation: uuid.MustParse("0193a5e0-7c00-7000-8000-000000000017"),
		Purpose: feedback.PurposeAnswer, Expires: now.AddDate(0, 0, 30),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	claims, err := ring.Verify(token, feedback.PurposeAnswer, now)
	fmt.Println(claims.Survey, claims.Expires.Format(time.DateOnly), err)
	_, err = ring.Verify(token, feedback.PurposeObject, now)
	fmt.Println(err)
	// Output:
	// csat 2026-12-26 <nil>
	// feedback: token refused: wrong_use
}

// A conversation ends, the customer is asked, answers, and is counted.
func ExampleDesk() {
	ctx, now := context.Background(), time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	survey, _ := feedback.NewSurvey(feedback.SurveyConfig{ID: "csat", Questions: []feedback.Question{ // errors are left out here
		{ID: "satisfied", About: feedback.AspectService, Scale: feedback.ScaleCSAT5().Config()},
	}})
	policy, _ := feedback.NewPolicy(feedback.PolicyConfig{
		ID: "after-ticket", Survey: "csat", Medium: feedback.MediumEmail, Moments: []feedback.Moment{feedback.MomentResolved},
	})
	keys, _ := feedback.NewKeyring(feedback.SigningKey{ID: "2026-11", Secret: bytes.Repeat([]byte("?"), 32)})
	link := ""
	desk, _ := feedback.NewDesk(new(feedbackmem.Store), feedback.Config{
		Now: func() time.Time { return now }, Zone: time.UTC, Keys: keys, Customers: optedIn{},
		Surveys: []*feedback.Survey{survey}, Policies: []*feedback.Policy{policy},
		Delivery: feedback.DeskDelivers(func(_ context.Context, out feedback.Outgoing) error {
			link = out.Answer // the shop's mail carries it, and out.Object beside it
			return nil
		}),
	})
	asking, _ := desk.Ask(ctx, "after-ticket", feedback.Subject{
		Shop: "demo", Customer: "customer-17", Ref: "ticket-1", Moment: feedback.MomentResolved, At: now,
	})
	_, _ = desk.Tick(ctx, feedback.TickOptions{})
	_, err := desk.Record(ctx, link, []feedback.Answer{{Question: "satisfied", Score: 5}}, "Quick and kind.")
	total, _ := desk.Total(ctx, feedback.SummaryQuery{
		Shop: "demo", Survey: "csat", Question: "satisfied", From: feedback.DayOf(now, time.UTC), To: feedback.DayOf(now, time.UTC) + 1,
	})
	fmt.Println(asking.Decision.Verdict, err, total.N(), total.Count(5))
	// Output:
	// send <nil> 1 1
}

// optedIn is a shop whose customers all agreed.
type optedIn struct{}

func (optedIn) Standing(context.Context, string, string, feedback.Medium) (feedback.Standing, error) {
	agreed := time.Date(2026, 5, 2, 10, 0, 0, 0, time.UTC)
	return feedback.Standing{Consent: &feedback.Consent{Given: agreed, Confirmed: agreed.Add(time.Hour), Text: "checkout-7"}}, nil
}
