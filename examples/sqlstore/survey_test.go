package sqlstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// The one survey, and the policy that sends it.
const (
	csat        = "csat"
	satisfied   = "satisfied" // its one question
	afterTicket = "after-ticket"
)

// agreed has agreed to be asked, whoever it is.
type agreed func() time.Time

// Standing implements [feedback.Customers].
func (now agreed) Standing(context.Context, string, string, feedback.Medium) (feedback.Standing, error) {
	given := now().AddDate(0, -1, 0)
	return feedback.Standing{Consent: &feedback.Consent{Given: given, Confirmed: given.Add(time.Hour), Text: "checkout-7"}}, nil
}

// newSurveys is a desk that asks everybody by mail how it was.
func newSurveys(
	s feedback.Store, now func() time.Time, deliver func(context.Context, feedback.Outgoing) error,
) (*feedback.Desk, error) {
	survey, err := feedback.NewSurvey(feedback.SurveyConfig{ID: csat, Questions: []feedback.Question{
		{ID: satisfied, About: feedback.AspectService, Scale: feedback.ScaleCSAT5().Config()},
	}})
	if err != nil {
		return nil, err
	}
	policy, err := feedback.NewPolicy(feedback.PolicyConfig{
		ID: afterTicket, Survey: csat, Medium: feedback.MediumEmail, Moments: []feedback.Moment{feedback.MomentResolved},
	})
	if err != nil {
		return nil, err
	}
	keys, err := feedback.NewKeyring(feedback.SigningKey{ID: "2026-11", Secret: bytes.Repeat([]byte("?"), 32)})
	if err != nil {
		return nil, err
	}
	return feedback.NewDesk(s, feedback.Config{
		Now: now, Zone: time.UTC, Keys: keys, Customers: agreed(now),
		Surveys: []*feedback.Survey{survey}, Policies: []*feedback.Policy{policy}, Delivery: feedback.DeskDelivers(deliver),
	})
}

// surveyed tells whether the writer of the i-th mail is asked how it was.
func surveyed(i int) bool { return i%4 == 3 }

func answerText(i int) string { return fmt.Sprintf("answer %d", i) }

// scores are what the writer of the i-th mail answers: half of them think again.
func scores(i int) []int {
	last := 1 + i/8%5
	if i%8 == 3 {
		return []int{last}
	}
	return []int{1 + last%5, last}
}

// survey asks, once, and answers if the question has arrived. Every other one is left
// to the next tick to send.
func (w *worker) survey(ctx context.Context, i int) error {
	asked, err := w.surveys.Ask(ctx, afterTicket, feedback.Subject{
		Shop: tickettest.Shop, Customer: fmt.Sprint("asked-", i), Ref: answerText(i), Moment: feedback.MomentResolved, At: w.start,
	})
	if err == nil && asked.Invitation == nil {
		err = fmt.Errorf("is not asked: %v", asked.Decision.Reasons)
	}
	if err == nil && i%16 < 8 {
		_, err = w.surveys.Deliver(ctx, asked.Invitation.Ref())
	}
	if err != nil {
		return fmt.Errorf("%s: %w", answerText(i), err)
	}
	return w.answer(ctx, i)
}

// answer is what the customer does with the link, once it has come.
func (w *worker) answer(ctx context.Context, i int) error {
	token, err := os.ReadFile(w.mailbox(answerText(i)))
	if errors.Is(err, os.ErrNotExist) || err == nil && len(token) == 0 {
		return nil
	}
	for _, score := range scores(i) {
		if err == nil {
			_, err = w.surveys.Record(ctx, string(token), []feedback.Answer{{Question: satisfied, Score: score}}, "")
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", answerText(i), err)
	}
	return w.note("taken", answerText(i))
}

// mailbox is where a customer finds the link to a survey. It outlives the worker.
func (w *worker) mailbox(subject string) string {
	return filepath.Join(string(w.journal), "link "+strings.ReplaceAll(subject, " ", "-"))
}

// send puts the link into the customer's mailbox. Of five answers it loses one, so
// that the question goes out again, under its id.
func (w *worker) send(_ context.Context, o feedback.Outgoing) error {
	err := w.note("asked", o.Invitation.Subject+" by "+o.ID.String())
	if err == nil {
		err = os.WriteFile(w.mailbox(o.Invitation.Subject), []byte(o.Answer), 0o600)
	}
	if err == nil && w.rnd.IntN(5) == 0 {
		err = errNoAnswer
	}
	return err
}

// answerAll answers what nobody was told is answered.
func (w *worker) answerAll(ctx context.Context, offered []int) error {
	taken, err := w.count("taken")
	for _, i := range offered {
		if err == nil && surveyed(i) && taken[answerText(i)] == 0 {
			err = w.answer(ctx, i)
		}
	}
	return err
}

// wantAskedOnce looks whether everybody who was to be asked was, once and under one
// id, has answered, and is counted once, with the last answer.
func wantAskedOnce(ctx context.Context, t *testing.T, w *worker, offered []int) {
	t.Helper()
	want := make(map[string]int) // the last answer
	for _, i := range offered {
		if surveyed(i) {
			want[answerText(i)] = scores(i)[len(scores(i))-1]
		}
	}
	asked, counted := len(want), make(map[int]int64)
	for inv, err := range w.surveys.Invitations(ctx, feedback.Query{Shop: tickettest.Shop}) {
		check(t, err)
		score, open := want[inv.Subject]
		switch {
		case !open:
			t.Errorf("%s: %q was not to be asked about, or was already", inv.Ref(), inv.Subject)
		case inv.Response == nil || inv.State != feedback.InvitationAnswered:
			t.Errorf("%s: the answer is lost, it is %s", inv.Subject, inv.State)
		default:
			given := inv.Response.Answers[0].Score
			if given != score && inv.Response.Revision == 0 {
				t.Errorf("%s is %d, not %d", inv.Subject, given, score)
			}
			counted[given]++
		}
		delete(want, inv.Subject)
	}
	total, err := w.surveys.Total(ctx, feedback.SummaryQuery{
		Shop: tickettest.Shop, Survey: csat, Question: satisfied, From: feedback.DayOf(w.start.AddDate(0, 0, -1), time.UTC),
		To: feedback.DayOf(w.now().AddDate(0, 0, 2), time.UTC), Segment: new(feedback.Segment),
	})
	check(t, err)
	for score := 1; score <= 5; score++ {
		if total.Count(score) != counted[score] {
			t.Errorf("%d answers of %d are counted, %d were given", total.Count(score), score, counted[score])
		}
	}
	if len(want) > 0 || asked == 0 {
		t.Errorf("of %d who were to be asked %d were not", asked, len(want))
	}
	sent, err := w.count("asked")
	check(t, err)
	ids := make(map[string]bool)
	for line := range sent {
		about, _, _ := strings.Cut(line, " by ")
		if ids[about] {
			t.Errorf("%s: asked under two ids", about)
		}
		ids[about] = true
	}
	if len(ids) != asked {
		t.Errorf("%d of %d questions went out", len(ids), asked)
	}
	t.Logf("%d were asked and answered, each is counted once", asked)
}
