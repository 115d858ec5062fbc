package review_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/feedbackmem"
	"github.com/kulanz-go/kulanz/feedback/quality"
	"github.com/kulanz-go/kulanz/feedback/review"
	"github.com/kulanz-go/kulanz/feedback/tone"
)

// nobody knows of no consent.
type nobody struct{}

// Standing implements [feedback.Customers].
func (nobody) Standing(context.Context, string, string, feedback.Medium) (feedback.Standing, error) {
	return feedback.Standing{}, nil
}

// office is a desk with its store and a log over it.
type office struct {
	*feedback.Desk
	*review.Log

	store *feedbackmem.Store
}

func open(t require.TestingT) office {
	keys, err := feedback.NewKeyring(feedback.SigningKey{ID: "k1", Secret: []byte(strings.Repeat("s", 32))})
	require.NoError(t, err)
	survey, err := feedback.NewSurvey(feedback.SurveyConfig{ID: "csat", Version: 1, Questions: []feedback.Question{
		{ID: "satisfied", About: feedback.AspectService, Scale: feedback.ScaleCSAT5().Config()},
	}})
	require.NoError(t, err)
	policy, err := feedback.NewPolicy(feedback.PolicyConfig{
		ID: "after", Version: 1, Survey: "csat", Medium: feedback.MediumPage, Moments: []feedback.Moment{feedback.MomentResolved},
	})
	require.NoError(t, err)
	store := new(feedbackmem.Store)
	desk, err := feedback.NewDesk(store, feedback.Config{
		Now: noon, Zone: time.UTC, Keys: keys, Customers: nobody{}, Delivery: feedback.HostDelivers(),
		Surveys: []*feedback.Survey{survey}, Policies: []*feedback.Policy{policy},
	})
	require.NoError(t, err)
	return office{desk, review.NewLog(desk), store}
}

func notice() review.Step {
	return review.Step{
		Kind: review.StepNotice, At: noon(), Person: "notifier-1", Review: "review:x", Location: "https://lampen.example/r/1", Ground: review.GroundDefamation,
		Explanation: "We never sold this lamp.", Name: "Max Mahner", Email: "max@mahner.example", GoodFaith: true,
	}
}

func decision(m review.Measure) review.Step {
	return review.Step{
		Kind: review.StepDecision, At: noon().Add(2 * time.Hour), By: "lead", Person: "c1", Measure: m, Facts: "There is an order of this lamp.",
		Rule: "section 186 StGB", Redress: "Answer this message; a court may be asked too.",
	}
}

func receipt() review.Step {
	return review.Step{Kind: review.StepReceipt, At: noon().Add(time.Hour), Person: "notifier-1"}
}

// TestNotice walks a notice to its end: receipt, decision with its reasons,
// complaint, and a decision of somebody else.
func TestNotice(t *testing.T) {
	t.Parallel()
	o, id, ctx := open(t), uuid.UUID{1}, t.Context()
	add := func(s review.Step) review.Case {
		c, err := o.Append(ctx, "demo", id, s)
		require.NoError(t, err)
		return c
	}
	refused := func(s review.Step, want ...string) {
		_, err := o.Append(ctx, "demo", id, s)
		require.Equal(t, want, paths(t, err))
	}
	refused(decision(review.Remove), "kind")
	c := add(notice())
	assert.True(t, c.Open())
	assert.Equal(t, review.Keep, c.Measure, "nothing is hidden before it is decided")
	refused(decision(review.Remove), "kind") // the notifier is told first
	add(receipt())
	wrong := decision("hide")
	wrong.By, wrong.Facts, wrong.Redress, wrong.Automated.Decision, wrong.Until = "", "", " ", true, noon()
	refused(wrong, "by", "measure", "facts", "redress", "until", "automated.decision")
	c = add(decision(review.Disable))
	assert.False(t, c.Open())
	assert.Equal(t, review.Disable, c.Measure)
	assert.True(t, review.Hidden([]review.Case{c}, noon()))
	refused(decision(review.Keep), "kind")
	add(review.Step{Kind: review.StepComplaint, At: noon().Add(3 * time.Hour), Person: "c1", Explanation: "But it is true!"})
	appeal := decision(review.Keep)
	appeal.Kind, appeal.At = review.StepAppeal, noon().Add(4*time.Hour)
	refused(appeal, "by")
	appeal.By = "boss"
	c = add(appeal)
	assert.Equal(t, review.Keep, c.Measure)
	assert.False(t, review.Hidden([]review.Case{c}, noon()))

	got, steps, err := o.Case(ctx, "demo", id)
	require.NoError(t, err)
	assert.Equal(t, c, got)
	assert.Len(t, steps, 5)
	assert.Equal(t, notice(), steps[0])
	cases, err := o.Cases(ctx, "demo")
	require.NoError(t, err)
	assert.Equal(t, map[string][]review.Case{"review:x": {c}}, cases)
	_, _, err = o.Case(ctx, "other", id)
	require.ErrorIs(t, err, feedback.ErrNotFound)
}

// What article 16 asks of a notice; that a review is bad is no ground.
func TestNoticeFaults(t *testing.T) {
	t.Parallel()
	next := func(s review.Step) []string {
		_, err := review.Case{}.Next(&s)
		return paths(t, err)
	}
	assert.Equal(t, []string{"at", "review", "ground", "explanation", "location", "person", "name", "email", "good_faith"}, next(review.Step{Kind: review.StepNotice}))
	bad := notice()
	bad.Ground = "negative"
	assert.Equal(t, []string{"ground"}, next(bad))
	own := review.Step{Kind: review.StepConcern, At: noon(), Review: "review:x", Ground: review.GroundFalse, Explanation: "Ten alike in an hour.", By: "lead"}
	c, err := review.Case{}.Next(&own)
	require.NoError(t, err)
	d := decision(review.Remove)
	_, err = c.Next(&d)
	require.NoError(t, err, "there is nobody to send a receipt to")
	d.At = noon().Add(-1)
	_, err = c.Next(&d)
	assert.Equal(t, []string{"at"}, paths(t, err))
	abuse := notice()
	abuse.Name, abuse.Email, abuse.Anonymous = "", "", true
	_, err = review.Case{}.Next(&abuse)
	require.NoError(t, err)
	assert.True(t, review.GroundHate.Legal())
	assert.False(t, review.GroundSpam.Legal())
}

// Of several who decide at once one does.
func TestOneDecides(t *testing.T) {
	t.Parallel()
	o, id, ctx := open(t), uuid.UUID{2}, t.Context()
	for _, s := range []review.Step{notice(), receipt()} {
		_, err := o.Append(ctx, "demo", id, s)
		require.NoError(t, err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for i := range 8 {
		wg.Go(func() {
			s := decision([]review.Measure{review.Keep, review.Remove}[i%2])
			if _, err := o.Append(ctx, "demo", id, s); err == nil {
				mu.Lock()
				won++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	assert.Equal(t, 1, won)
	_, steps, err := o.Case(ctx, "demo", id)
	require.NoError(t, err)
	assert.Len(t, steps, 3)
}

// A review that comes twice is noted once, an edition more anew, and its answer
// once; that makes the reputation.
func TestLog(t *testing.T) {
	t.Parallel()
	o, ctx := open(t), t.Context()
	r := written(1, "Kaputt!")
	a := review.Assessment{Criticality: review.Critical}
	receive := func(want bool) {
		added, err := o.Receive(ctx, &r, a)
		require.NoError(t, err)
		require.Equal(t, want, added)
	}
	receive(true)
	receive(false)
	reply := review.Reply{Shop: "demo", Source: "google", ExternalID: "r1", Visibility: review.Public, Text: "Es tut uns leid.", Key: "m1"}
	answer := func(at time.Duration, want bool) {
		added, err := o.Answer(ctx, &r, reply, review.Published{ID: "a1", At: noon().Add(at)})
		require.NoError(t, err)
		require.Equal(t, want, added)
	}
	answer(2*time.Hour, true)
	answer(5*time.Hour, false)
	r.Stars, r.Text, r.At = review.Stars(4), "Ersatz kam schnell.", noon().Add(48*time.Hour)
	a.Criticality = review.Praise
	receive(true)
	got, err := o.Review(ctx, "demo", r.Thread())
	require.NoError(t, err)
	assert.Equal(t, r, got, "the last edition")
	_, err = o.Review(ctx, "other", r.Thread())
	require.ErrorIs(t, err, feedback.ErrNotFound)
	list, err := o.Seen(ctx, "demo")
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.Equal(t, 4, *list[0].Stars)
	assert.Equal(t, noon().Add(2*time.Hour), list[0].Answered)
	reply.ExternalID = "r2"
	_, err = o.Answer(ctx, &r, reply, review.Published{})
	require.ErrorIs(t, err, feedback.ErrInvalid)
	r.Shop = ""
	_, err = o.Receive(ctx, &r, a)
	require.ErrorIs(t, err, feedback.ErrInvalid)
	none, err := o.Seen(ctx, "other")
	require.NoError(t, err)
	assert.Empty(t, none)
}

// A text of the greatest length, whatever its bytes, fits into an entry.
func TestLongestReviewFits(t *testing.T) {
	t.Parallel()
	o := open(t)
	for _, text := range []string{"\x01", "<", "ß", "\u2028", "\""} {
		r := written(1, strings.Repeat(text, review.MaxText/len(text)))
		_, err := o.Receive(t.Context(), &r, review.Assessment{Criticality: review.Critical})
		require.NoError(t, err, "%q", text)
	}
}

// everything is all that a store holds of a shop, as text: records of every kind
// and summaries.
func everything(t require.TestingT, s feedback.Store) string {
	var b strings.Builder
	for _, kind := range []feedback.RecordKind{feedback.RecordInvitation, feedback.RecordCustomer, feedback.RecordMeasure, feedback.RecordLog} {
		page, err := s.List(context.Background(), feedback.Query{Shop: "demo", Kind: kind, Limit: feedback.MaxPage})
		require.NoError(t, err)
		require.False(t, page.More)
		for _, r := range page.Records {
			b.WriteString(r.State + r.Customer + strings.Join(r.Labels, " ") + string(r.Data) + "\n")
		}
	}
	return b.String()
}

// TestErase: erasing removes a person's words from everything that is kept of
// reviews, notices and evaluations, whatever was written and in what order, and
// from nothing of others. What was done stays: figures and decisions are the same.
func TestErase(t *testing.T) {
	t.Parallel()
	catalogue, err := quality.NewCatalogue(quality.DefaultCatalogue())
	require.NoError(t, err)
	topics := tone.DefaultTopics()
	rapid.Check(t, func(t *rapid.T) {
		o, ctx := open(t), context.Background()
		const word, theirs = "Zitronenfalter", "Ochsenknecht"
		text := word + rapid.StringMatching(`[a-zß "<\\]{0,30}`).Draw(t, "text")
		mine, other := written(rapid.IntRange(1, 5).Draw(t, "stars"), text), written(2, theirs)
		mine.Customer = rapid.SampledFrom([]string{"c1", ""}).Draw(t, "customer")
		mine.Order = "order-" + word
		other.ExternalID, other.Customer = "r2", "c2"
		person := mine.Person()
		var id uuid.UUID
		steps := map[string]func(){
			"review": func() {
				_, err := o.Receive(ctx, &mine, review.Assessment{Criticality: review.Critical})
				require.NoError(t, err)
			},
			"other": func() {
				_, err := o.Receive(ctx, &other, review.Assessment{Criticality: review.Critical})
				require.NoError(t, err)
			},
			"answer": func() {
				reply := review.Reply{Shop: "demo", Source: "google", ExternalID: "r1", Visibility: review.Public, Text: "Sie schrieben: " + text, Key: "m1"}
				_, err := o.Answer(ctx, &mine, reply, review.Published{ID: word, At: noon()})
				require.NoError(t, err)
			},
			"notice": func() {
				id = uuid.UUID{byte(rapid.IntRange(1, 255).Draw(t, "case"))}
				n, d := notice(), decision(review.Disable)
				n.Explanation, d.Facts, d.Person = theirs+" says so", "It says "+text, person
				for _, s := range []review.Step{
					n, receipt(), d, {Kind: review.StepComplaint, At: noon().Add(3 * time.Hour), Person: person, Explanation: text},
				} {
					_, err := o.Append(ctx, "demo", id, s)
					require.NoError(t, err)
				}
			},
			"survey": func() {
				asked, err := o.Ask(ctx, "after", feedback.Subject{
					Shop: "demo", Customer: person, Ref: "T-" + word, Moment: feedback.MomentResolved, At: noon().Add(-24 * time.Hour),
				})
				require.NoError(t, err)
				_, err = o.Record(ctx, asked.Token, []feedback.Answer{{Question: "satisfied", Score: 1}}, "Lieferung zu spät, "+text)
				require.NoError(t, err)
			},
			"evaluation": func() {
				e := quality.Evaluation{
					Shop: "demo", Subject: "ticket-" + word, Agent: "ann", Reviewer: "lead", At: noon(), Catalogue: catalogue.Ref(),
					Findings: []quality.Finding{{Criterion: "rude", Note: text}},
				}
				entry, err := e.Entry(person)
				require.NoError(t, err)
				_, err = o.Keep(ctx, entry)
				require.NoError(t, err)
			},
		}
		order := rapid.Permutation([]string{"review", "other", "answer", "notice", "evaluation", "survey"}).Draw(t, "order")
		for _, name := range order {
			steps[name]()
		}
		before, err := o.Seen(ctx, "demo")
		require.NoError(t, err)
		cases, err := o.Cases(ctx, "demo")
		require.NoError(t, err)
		require.Contains(t, everything(t, o.store), word)
		day := tone.Days{From: feedback.DayOf(noon(), time.UTC), Next: feedback.DayOf(noon(), time.UTC) + 1}
		spoke := func() feedback.Proportion {
			counts, err := o.Topics(ctx, "demo", topics, time.UTC)
			require.NoError(t, err)
			return counts.Of(tone.Speed, day, feedback.Segment{})
		}
		require.EqualValues(t, 3, spoke().N)
		require.EqualValues(t, 1, spoke().Good)
		exported, err := o.Export(ctx, "demo", person, "de")
		require.NoError(t, err)
		require.Len(t, exported.Entries, 5)

		done, err := o.Erase(ctx, "demo", person)
		require.NoError(t, err)
		require.Equal(t, 5, done.Entries)
		left := everything(t, o.store)
		require.NotContains(t, left, word)
		require.NotContains(t, left, "r1\"")
		require.Equal(t, 2, strings.Count(left, theirs), "others' words stay")
		require.Equal(t, feedback.Proportion{N: 1}, spoke(), "what they were about is of others alone")
		for c, err := range o.Comments(ctx, "demo") {
			require.NoError(t, err)
			require.Equal(t, theirs, c.Text)
		}
		for _, err := range o.Rows(ctx, feedback.SummaryQuery{Shop: "demo", Survey: "csat", From: day.From, To: day.Next}) {
			require.NoError(t, err)
			require.Fail(t, "a summary still counts the answer")
		}
		after, err := o.Seen(ctx, "demo")
		require.NoError(t, err)
		require.Equal(t, before, after)
		again, err := o.Cases(ctx, "demo")
		require.NoError(t, err)
		require.Equal(t, cases, again)
		c, _, err := o.Case(ctx, "demo", id)
		require.NoError(t, err)
		require.True(t, c.Complained, "what is open stays open")

		_, err = o.Erase(ctx, "demo", "notifier-1")
		require.NoError(t, err)
		left = everything(t, o.store)
		require.NotContains(t, left, "Mahner")
		require.Equal(t, 1, strings.Count(left, theirs))
	})
}

// Topics are counted by source and stars, of the last edition of each review.
func TestTopics(t *testing.T) {
	t.Parallel()
	o, ctx := open(t), t.Context()
	for i, text := range []string{"Kam viel zu spät.", "Lieferung zu spät!", ""} {
		r := written(1+i, text)
		r.ExternalID = string(rune('a' + i))
		_, err := o.Receive(ctx, &r, review.Assessment{Criticality: review.Critical})
		require.NoError(t, err)
	}
	edited := written(5, "Alles gut.")
	edited.ExternalID, edited.At = "b", noon().Add(time.Hour)
	_, err := o.Receive(ctx, &edited, review.Assessment{Criticality: review.Praise})
	require.NoError(t, err)
	counts, err := o.Topics(ctx, "demo", tone.DefaultTopics(), time.UTC, review.FacetSource, review.FacetStars)
	require.NoError(t, err)
	day := tone.Days{From: feedback.DayOf(noon(), time.UTC), Next: feedback.DayOf(noon(), time.UTC) + 1}
	assert.Equal(t, feedback.Proportion{Good: 1, N: 2}, counts.Of(tone.Speed, day, feedback.Segment{}))
	assert.Equal(t, feedback.Proportion{Good: 1, N: 2}, counts.Of(tone.Speed, day, feedback.Segment{Facet: "source", Value: "google"}))
	assert.Equal(t, feedback.Proportion{Good: 1, N: 1}, counts.Of(tone.Speed, day, feedback.Segment{Facet: "stars", Value: "1"}))
	assert.Equal(t, feedback.Proportion{N: 1}, counts.Of(tone.Speed, day, feedback.Segment{Facet: "stars", Value: "5"}))
	for _, err := range o.Comments(ctx, "demo") {
		require.NoError(t, err)
		break // stopping early is no fault
	}
}
