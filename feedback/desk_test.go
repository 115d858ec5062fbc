package feedback_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/feedbackmem"
	"github.com/kulanz-go/kulanz/feedback/feedbacktest"
)

// office is a desk with a clock that a test moves, and all that it sent.
type office struct {
	*feedback.Desk

	store feedback.Store
	mu    sync.Mutex
	now   time.Time
	sent  []feedback.Outgoing
	fails func(feedback.Outgoing) error
	said  map[string]feedback.Standing // by customer; else willing
	cfg   feedback.Config
}

func (o *office) clock() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now
}

func (o *office) wait(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now = o.now.Add(d)
}

// Standing implements [feedback.Customers].
func (o *office) Standing(_ context.Context, _, customer string, _ feedback.Medium) (feedback.Standing, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if s, ok := o.said[customer]; ok {
		return s, nil
	}
	return feedback.Standing{Consent: consent()}, nil
}

func (o *office) deliver(_ context.Context, out feedback.Outgoing) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.fails != nil {
		if err := o.fails(out); err != nil {
			return err
		}
	}
	o.sent = append(o.sent, out)
	return nil
}

func (o *office) messages() []feedback.Outgoing {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]feedback.Outgoing(nil), o.sent...)
}

func survey(tb testing.TB) *feedback.Survey {
	tb.Helper()
	s, err := feedback.NewSurvey(feedback.SurveyConfig{ID: "csat", Questions: []feedback.Question{
		{ID: "satisfied", About: feedback.AspectService, Scale: feedback.ScaleCSAT5().Config()},
		{ID: "recommend", About: feedback.AspectPurchase, Scale: feedback.ScaleNPS().Config()},
	}})
	require.NoError(tb, err)
	return s
}

// open opens an office over a store.
func open(tb testing.TB, store feedback.Store, change func(o *office)) *office {
	tb.Helper()
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(tb, err)
	o := &office{store: store, now: noon(), said: map[string]feedback.Standing{}}
	page := policyConfig()
	page.ID, page.Medium, page.Moments = "page", feedback.MediumPage, []feedback.Moment{feedback.MomentCheckout}
	reminding := policyConfig()
	reminding.ID, reminding.RemindAfter = "reminding", feedback.Wait(5*24*time.Hour)
	o.cfg = feedback.Config{
		Now: o.clock, Zone: berlin, Surveys: []*feedback.Survey{survey(tb)}, Keys: keyring(tb, "k1"), Customers: o,
		Delivery: feedback.DeskDelivers(o.deliver),
	}
	for _, cfg := range []feedback.PolicyConfig{policyConfig(), page, reminding} {
		p, err := feedback.NewPolicy(cfg)
		require.NoError(tb, err)
		o.cfg.Policies = append(o.cfg.Policies, p)
	}
	if change != nil {
		change(o)
	}
	o.Desk, err = feedback.NewDesk(store, o.cfg)
	require.NoError(tb, err)
	return o
}

func matterOf(customer, ref string, at time.Time) feedback.Subject {
	return feedback.Subject{
		Shop: "demo", Customer: customer, Ref: ref, Moment: feedback.MomentResolved, At: at,
		Facets: map[string]string{"channel": "mail", "agent": "anna"},
	}
}

// ask asks about a matter that has just happened, and sends what is due.
func (o *office) ask(tb testing.TB, policy, customer, ref string) feedback.Asking {
	tb.Helper()
	a, err := o.Ask(tb.Context(), policy, matterOf(customer, ref, o.clock()))
	require.NoError(tb, err)
	o.tick(tb)
	return a
}

func (o *office) tick(tb testing.TB) feedback.TickResult {
	tb.Helper()
	res, err := o.Tick(tb.Context(), feedback.TickOptions{})
	require.NoError(tb, err)
	require.Empty(tb, res.Faults)
	return res
}

func (o *office) invitation(tb testing.TB, customer string) *feedback.Invitation {
	tb.Helper()
	var found []*feedback.Invitation
	for i, err := range o.Invitations(tb.Context(), feedback.Query{Shop: "demo", Customer: customer}) {
		require.NoError(tb, err)
		found = append(found, i)
	}
	require.Len(tb, found, 1)
	return found[0]
}

func (o *office) total(tb testing.TB, question, facet, value string) feedback.Summary {
	tb.Helper()
	q := feedback.SummaryQuery{Shop: "demo", Survey: "csat", Question: question, From: -1 << 20, To: 1 << 20}
	if facet != "" {
		q.Segment = &feedback.Segment{Facet: facet, Value: value}
	}
	s, err := o.Total(tb.Context(), q)
	require.NoError(tb, err)
	return s
}

func answers(satisfied, recommend int) []feedback.Answer {
	return []feedback.Answer{{Question: "satisfied", Score: satisfied}, {Question: "recommend", Score: recommend}}
}

// From the end of a conversation to a figure, a second thought and an erasure.
func TestJourney(t *testing.T) {
	o := open(t, new(feedbackmem.Store), nil)
	a := o.ask(t, "reminding", "c1", "t1")
	assert.Equal(t, feedback.Send, a.Decision.Verdict)
	require.Len(t, o.messages(), 1)
	out := o.messages()[0]
	assert.Equal(t, feedback.EffectInvite, out.Kind)
	assert.Equal(t, 1, out.Attempt)
	assert.Equal(t, feedback.InvitationSent, o.invitation(t, "c1").State)

	for range 3 { // a mail scanner follows the link
		sheet, err := o.Show(t.Context(), out.Answer)
		require.NoError(t, err)
		assert.False(t, sheet.Answered)
		assert.Len(t, sheet.Survey.Questions, 2)
	}
	assert.True(t, o.total(t, "satisfied", "", "").IsZero(), "looking records nothing")

	o.wait(5 * 24 * time.Hour)
	o.tick(t)
	require.Len(t, o.messages(), 2)
	assert.Equal(t, feedback.EffectRemind, o.messages()[1].Kind)
	o.wait(20 * 24 * time.Hour)
	o.tick(t)
	require.Len(t, o.messages(), 2, "reminded once")

	r, err := o.Record(t.Context(), out.Answer, answers(2, 6), "It was slow.")
	require.NoError(t, err)
	assert.Zero(t, r.Revision)
	same, err := o.Record(t.Context(), out.Answer, answers(2, 6), "It was slow.")
	require.NoError(t, err)
	assert.Equal(t, r, same, "sent twice is answered once")
	o.wait(time.Hour)
	r, err = o.Record(t.Context(), out.Answer, answers(5, 9), "But it got better.")
	require.NoError(t, err)
	assert.Equal(t, 1, r.Revision)
	csat := o.total(t, "satisfied", "", "")
	assert.EqualValues(t, 1, csat.N())
	assert.EqualValues(t, 1, csat.Count(5))
	assert.Equal(t, csat, o.total(t, "satisfied", "agent", "anna"))
	sheet, err := o.Show(t.Context(), out.Answer)
	require.NoError(t, err)
	assert.True(t, sheet.Answered)
	assert.Equal(t, "But it got better.", sheet.Comment)

	export, err := o.Export(t.Context(), "demo", "c1", "de")
	require.NoError(t, err)
	text, err := json.Marshal(export)
	require.NoError(t, err)
	assert.Contains(t, string(text), "But it got better.")
	assert.Contains(t, string(text), "DSGVO")

	gone, err := o.Erase(t.Context(), "demo", "c1")
	require.NoError(t, err)
	assert.Equal(t, feedback.Erased{Invitations: 1, Responses: 1}, gone)
	assert.True(t, o.total(t, "satisfied", "", "").IsZero())
	assert.True(t, o.total(t, "recommend", "agent", "anna").IsZero())
	again, err := o.Erase(t.Context(), "demo", "c1")
	require.NoError(t, err)
	assert.Zero(t, again)
	_, err = o.Show(t.Context(), out.Answer)
	refused(t, feedback.TokenExpired, err)
	holdsNothing(t, o.store, "c1", "better", "t1", "anna")
}

// holdsNothing looks for words in every record of the shop.
func holdsNothing(tb testing.TB, s feedback.Store, words ...string) {
	tb.Helper()
	page, err := s.List(tb.Context(), feedback.Query{Shop: "demo", Limit: feedback.MaxPage})
	require.NoError(tb, err)
	require.NotEmpty(tb, page.Records)
	for _, r := range page.Records {
		for _, w := range words {
			assert.NotContains(tb, fmt.Sprintf("%s %s %s", r.Customer, r.Labels, r.Data), w)
		}
	}
}

func TestAskedOnce(t *testing.T) {
	o := open(t, new(feedbackmem.Store), nil)
	first := o.ask(t, "after-ticket", "c1", "t1")
	second := o.ask(t, "after-ticket", "c1", "t1")
	assert.True(t, second.Repeated)
	assert.True(t, second.Decision.Has(feedback.CodeAlreadyAsked))
	assert.Equal(t, first.Invitation.ID, second.Invitation.ID)
	other := o.ask(t, "reminding", "c1", "t1")
	assert.True(t, other.Repeated, "whatever the survey")
	reopened := matterOf("c1", "t1", o.clock())
	reopened.Cycle = 1
	a, err := o.Ask(t.Context(), "after-ticket", reopened)
	require.NoError(t, err)
	assert.True(t, a.Decision.Has(feedback.CodeCap), "another cycle, but too soon")
	assert.Len(t, o.messages(), 1)
}

// Many matters of one customer end at once: the cap holds all the same.
func TestCapHoldsAtOnce(t *testing.T) {
	o := open(t, new(feedbackmem.Store), nil)
	var wg sync.WaitGroup
	for n := range 16 {
		wg.Go(func() {
			_, err := o.Ask(t.Context(), "after-ticket", matterOf("c1", fmt.Sprint("t", n), noon()))
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	for range 3 {
		wg.Go(func() { _, _ = o.Tick(t.Context(), feedback.TickOptions{}) })
	}
	wg.Wait()
	assert.Len(t, o.messages(), 1)
}

// twins lets two offices over one store do the same, the other one in the middle of
// a call of the first: of its first call, then of its second, and so on until it makes
// no more. It looks at what came of each, and returns how many calls there were.
func twins(tb testing.TB, prepare func(o *office), do func(ctx context.Context, o *office), look func(call int, o *office)) int {
	tb.Helper()
	for call := 1; ; call++ {
		inner := new(feedbackmem.Store)
		store := feedbacktest.NewFaultStore(inner)
		o, other := open(tb, store, nil), open(tb, inner, nil)
		prepare(o)
		met := false
		store.Plan(feedbacktest.Fault{Call: call, Hook: func(ctx context.Context) {
			do(ctx, other)
			met = true
		}})
		do(tb.Context(), o)
		store.Plan()
		if !met {
			return call - 1
		}
		look(call, o)
	}
}

// The same matter ends twice, and the other one is asked about in the middle of
// this one, wherever that is: it is asked about once, and neither is told that it
// is too soon after the other.
func TestATwinIsNoReasonNotToAsk(t *testing.T) {
	var asked []feedback.Asking
	calls := twins(t, func(*office) { asked = nil }, func(ctx context.Context, o *office) {
		a, err := o.Ask(ctx, "after-ticket", matterOf("c1", "t1", noon()))
		require.NoError(t, err)
		asked = append(asked, a)
	}, func(call int, _ *office) {
		first, second := asked[0], asked[1]
		require.NotNil(t, second.Invitation, "call %d: %v", call, second.Decision)
		assert.Equal(t, first.Invitation.ID, second.Invitation.ID, "call %d", call)
		assert.True(t, first.Repeated != second.Repeated, "call %d", call)
	})
	require.Greater(t, calls, 2)
}

// A customer clicks twice, and the other click is taken in the middle of this one,
// wherever that is: both are thanked for, and one answer is counted.
func TestATwinIsOneAnswer(t *testing.T) {
	var link string
	calls := twins(t, func(o *office) {
		o.ask(t, "reminding", "c1", "t1")
		link = o.messages()[0].Answer
	}, func(ctx context.Context, o *office) {
		_, err := o.Record(ctx, link, answers(4, 8), "fine")
		require.NoError(t, err)
	}, func(call int, o *office) {
		assert.EqualValues(t, 1, o.total(t, "satisfied", "", "").N(), "call %d", call)
		assert.EqualValues(t, 1, o.total(t, "recommend", "", "").Count(8), "call %d", call)
	})
	require.Positive(t, calls)
}

// Four workers and 200 invitations: none goes out twice, none is forgotten.
func TestEachSentOnce(t *testing.T) {
	const all = 200
	o := open(t, new(feedbackmem.Store), nil)
	for n := range all {
		_, err := o.Ask(t.Context(), "after-ticket", matterOf(fmt.Sprint("c", n), fmt.Sprint("t", n), noon()))
		require.NoError(t, err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range all {
				res, err := o.Tick(t.Context(), feedback.TickOptions{Limit: 7})
				assert.NoError(t, err)
				assert.Empty(t, res.Faults)
				if len(res.Done) == 0 {
					return
				}
			}
		})
	}
	wg.Wait()
	seen := map[string]bool{}
	for _, out := range o.messages() {
		assert.False(t, seen[out.ID.String()])
		seen[out.ID.String()] = true
	}
	assert.Len(t, seen, all)
}

func TestWaitingIsDecidedAgain(t *testing.T) {
	fresh := feedback.Subject{}
	o := open(t, new(feedbackmem.Store), func(o *office) {
		o.cfg.Refresh = func(_ context.Context, s feedback.Subject) (feedback.Subject, error) {
			f := fresh
			f.Facets = map[string]string{"agent": "ben"}
			return f, nil
		}
	})
	open := matterOf("c1", "t1", o.clock())
	open.Open = true
	a, err := o.Ask(t.Context(), "after-ticket", open)
	require.NoError(t, err)
	assert.Equal(t, feedback.Later, a.Decision.Verdict)
	o.tick(t)
	assert.Empty(t, o.messages())
	o.wait(24 * time.Hour)
	o.tick(t)
	require.Len(t, o.messages(), 1, "closed meanwhile")
	assert.Equal(t, "ben", o.messages()[0].Invitation.Facets["agent"], "recorded when it was sent")

	open = matterOf("c2", "t2", o.clock())
	open.Open = true
	_, err = o.Ask(t.Context(), "after-ticket", open)
	require.NoError(t, err)
	fresh.Spam = true
	o.wait(24 * time.Hour)
	o.tick(t)
	assert.Len(t, o.messages(), 1)
	i := o.invitation(t, "c2")
	assert.Equal(t, feedback.InvitationCancelled, i.State)
	assert.Equal(t, feedback.CodeSpam, i.Reasons[0].Code)
}

func TestObjection(t *testing.T) {
	o := open(t, new(feedbackmem.Store), nil)
	o.ask(t, "reminding", "c1", "t1")
	out := o.messages()[0]
	_, err := o.Object(t.Context(), out.Answer)
	refused(t, feedback.TokenPurpose, err)
	name, err := o.Object(t.Context(), out.Object)
	require.NoError(t, err)
	assert.Equal(t, "c1", name)
	_, err = o.Object(t.Context(), out.Object)
	require.NoError(t, err, "once more is no fault")
	assert.Equal(t, feedback.InvitationCancelled, o.invitation(t, "c1").State)
	o.wait(40 * 24 * time.Hour)
	o.tick(t)
	assert.Len(t, o.messages(), 1, "no reminder")
	later := o.ask(t, "after-ticket", "c1", "t2")
	assert.True(t, later.Decision.Has(feedback.CodeObjection), "the desk knows, whatever the host does")
	_, err = o.Erase(t.Context(), "demo", "c1")
	require.NoError(t, err)
	assert.True(t, o.ask(t, "after-ticket", "c1", "t3").Decision.Has(feedback.CodeObjection), "also when the rest is erased")
	require.NoError(t, o.SetObjection(t.Context(), "demo", "c1", time.Time{}))
	assert.Equal(t, feedback.Send, o.ask(t, "after-ticket", "c1", "t4").Decision.Verdict)
	require.NoError(t, o.SetObjection(t.Context(), "demo", "c9", o.clock()))
	assert.True(t, o.ask(t, "after-ticket", "c9", "t9").Decision.Has(feedback.CodeObjection))
}

// Consent that is withdrawn between the decision and the message stops it.
func TestWithdrawnBeforeItIsSent(t *testing.T) {
	o := open(t, new(feedbackmem.Store), nil)
	_, err := o.Ask(t.Context(), "after-ticket", matterOf("c1", "t1", noon()))
	require.NoError(t, err)
	c := consent()
	c.Withdrawn = noon()
	o.said["c1"] = feedback.Standing{Consent: c}
	o.tick(t)
	assert.Empty(t, o.messages())
	assert.Equal(t, feedback.InvitationCancelled, o.invitation(t, "c1").State)
}

func TestDeliveryIsTriedAgain(t *testing.T) {
	o := open(t, new(feedbackmem.Store), nil)
	broken := errors.New("smtp: try later")
	o.fails = func(feedback.Outgoing) error { return broken }
	o.ask(t, "after-ticket", "c1", "t1")
	for range 20 {
		o.wait(time.Hour)
		o.tick(t)
	}
	assert.Equal(t, feedback.InvitationFailed, o.invitation(t, "c1").State, "ten attempts")
	o.fails = func(out feedback.Outgoing) error {
		if out.Attempt < 3 {
			return broken
		}
		return nil
	}
	o.ask(t, "after-ticket", "c2", "t2")
	for range 5 {
		o.wait(time.Hour)
		o.tick(t)
	}
	require.Len(t, o.messages(), 1)
	assert.Equal(t, 3, o.messages()[0].Attempt)
	o.fails = func(feedback.Outgoing) error { return fmt.Errorf("no such address: %w", feedback.ErrPermanent) }
	o.ask(t, "after-ticket", "c3", "t3")
	assert.Equal(t, feedback.InvitationFailed, o.invitation(t, "c3").State)
	o.fails = func(feedback.Outgoing) error { panic("customer@example.org") }
	o.ask(t, "after-ticket", "c4", "t4")
	assert.Equal(t, feedback.InvitationReserved, o.invitation(t, "c4").State)
}

func TestExpiry(t *testing.T) {
	o := open(t, new(feedbackmem.Store), nil)
	o.ask(t, "after-ticket", "c1", "t1")
	out := o.messages()[0]
	o.wait(30 * 24 * time.Hour)
	_, err := o.Record(t.Context(), out.Answer, answers(5, 9), "")
	refused(t, feedback.TokenExpired, err)
	o.tick(t)
	assert.Equal(t, feedback.InvitationExpired, o.invitation(t, "c1").State)
	_, err = o.Object(t.Context(), out.Object)
	require.NoError(t, err, "objecting takes longer than answering")
}

func TestTheHostDelivers(t *testing.T) {
	var effects []feedback.Effect
	store := &recording{Store: new(feedbackmem.Store), effects: &effects}
	o := open(t, store, func(o *office) { o.cfg.Delivery = feedback.HostDelivers() })
	o.ask(t, "reminding", "c1", "t1")
	require.Len(t, effects, 1)
	out, err := o.Outgoing(t.Context(), effects[0])
	require.NoError(t, err)
	assert.Equal(t, effects[0].ID, out.ID)
	o.wait(5 * 24 * time.Hour)
	o.tick(t)
	require.Len(t, effects, 2)
	assert.Equal(t, feedback.EffectRemind, effects[1].Kind)
	_, err = o.Record(t.Context(), out.Answer, answers(5, 9), "")
	require.NoError(t, err)
	_, err = o.Outgoing(t.Context(), effects[1])
	require.ErrorIs(t, err, feedback.ErrNotFound, "answered: there is nothing to remind of")
	assert.Empty(t, o.messages())
}

// recording is a store that enqueues effects in the commit.
type recording struct {
	feedback.Store

	effects *[]feedback.Effect
}

func (r *recording) Commit(ctx context.Context, c feedback.Commit) error {
	err := r.Store.Commit(ctx, c)
	if err == nil {
		*r.effects = append(*r.effects, c.Effects...)
	}
	return err
}

func TestPagesAnswerAtOnce(t *testing.T) {
	o := open(t, new(feedbackmem.Store), func(o *office) { o.cfg.HideFacets = []string{"agent"} })
	s := matterOf("", "visit-1", noon())
	s.Moment = feedback.MomentCheckout
	a, err := o.Ask(t.Context(), "page", s)
	require.NoError(t, err)
	require.NotEmpty(t, a.Token)
	_, err = o.Record(t.Context(), a.Token, []feedback.Answer{{Question: "satisfied", Score: 4}}, "")
	require.NoError(t, err)
	assert.EqualValues(t, 1, o.total(t, "recommend", "", "").Skipped())
	assert.EqualValues(t, 1, o.total(t, "satisfied", "channel", "mail").N())
	assert.True(t, o.total(t, "satisfied", "agent", "anna").IsZero(), "persons are switched off")
}

func TestWhatRecordRefuses(t *testing.T) {
	o := open(t, new(feedbackmem.Store), nil)
	o.ask(t, "after-ticket", "c1", "t1")
	out := o.messages()[0]
	for _, bad := range [][]feedback.Answer{
		{{Question: "satisfied", Score: 6}},
		{{Question: "satisfied", Score: 0}},
		{{Question: "wat", Score: 1}},
		{{Question: "satisfied", Score: 1}, {Question: "satisfied", Score: 2}},
	} {
		_, err := o.Record(t.Context(), out.Answer, bad, "")
		require.ErrorIs(t, err, feedback.ErrInvalid)
	}
	_, err := o.Record(t.Context(), out.Answer, answers(5, 9), strings.Repeat("x", feedback.MaxComment+1))
	require.ErrorIs(t, err, feedback.ErrInvalid)
	_, err = o.Record(t.Context(), "rubbish", answers(5, 9), "")
	refused(t, feedback.TokenMalformed, err)
	for n := range feedback.MaxRevisions + 1 {
		_, err = o.Record(t.Context(), out.Answer, answers(1+n%5, 9), "")
		require.NoError(t, err)
	}
	_, err = o.Record(t.Context(), out.Answer, answers(4, 1), "")
	refused(t, feedback.TokenExpired, err)
	assert.EqualValues(t, 1, o.total(t, "satisfied", "", "").N())

	gone := out.Invitation
	other, err := o.cfg.Keys.Sign(feedback.Claims{
		Shop: "demo", Survey: "other", Invitation: gone.ID, Purpose: feedback.PurposeAnswer, Expires: gone.Expires,
	})
	require.NoError(t, err)
	_, err = o.Record(t.Context(), other, answers(5, 9), "")
	refused(t, feedback.TokenSurvey, err)
	_, err = o.Show(t.Context(), other)
	refused(t, feedback.TokenSurvey, err)
}

// Every call of the store fails once before and once after its effect, in every
// operation; what was asked for is then done again. In the end there is one
// message, one answer and one count.
func TestCrashPoints(t *testing.T) {
	ctx := t.Context()
	steps := []func(o *office) error{
		func(o *office) error {
			_, err := o.Ask(ctx, "reminding", matterOf("c1", "t1", noon()))
			return err
		},
		func(o *office) error { return o.work(ctx) },
		func(o *office) error { o.wait(6 * 24 * time.Hour); return o.work(ctx) },
		func(o *office) error {
			_, err := o.Record(ctx, o.messages()[0].Answer, answers(4, 8), "fine")
			return err
		},
		func(o *office) error {
			_, err := o.Record(ctx, o.messages()[0].Answer, answers(5, 9), "fine")
			return err
		},
	}
	points := 0
	for step := range steps {
		for _, when := range []feedbacktest.When{feedbacktest.Before, feedbacktest.After, feedbacktest.Late, feedbacktest.Twice} {
			for call := 1; ; call++ {
				store := feedbacktest.NewFaultStore(new(feedbackmem.Store))
				o := open(t, store, nil)
				for _, s := range steps[:step] {
					require.NoError(t, s(o))
				}
				store.Plan(feedbacktest.Fault{Call: call, When: when})
				err := steps[step](o)
				reached := len(store.Calls()) >= call
				store.Plan()
				for tries := 0; err != nil; tries++ { // the caller, or the next tick, tries again
					require.Less(t, tries, 50, "step %d call %d %s: %v", step, call, when, err)
					o.wait(2 * time.Minute)
					err = steps[step](o)
				}
				for _, s := range steps[step+1:] {
					o.settle(t)
					require.NoError(t, s(o))
				}
				o.settle(t)
				where := fmt.Sprintf("step %d call %d %s", step, call, when)
				require.Equal(t, []string{"invite", "remind"}, o.kinds(), where)
				require.EqualValues(t, 1, o.total(t, "satisfied", "", "").N(), where)
				require.EqualValues(t, 1, o.total(t, "satisfied", "agent", "anna").Count(5), where)
				require.Equal(t, 1, o.invitation(t, "c1").Response.Revision, where)
				if !reached {
					break
				}
				points++
			}
		}
	}
	t.Log(points, "crash points")
	assert.Greater(t, points, 60)
}

// settle ticks until what a late commit has held up is done.
func (o *office) settle(tb testing.TB) {
	tb.Helper()
	for range 3 {
		o.wait(2 * time.Minute)
		require.NoError(tb, o.work(tb.Context()))
	}
}

// kinds are the kinds of what was sent; the same message again shows as a
// number.
func (o *office) kinds() []string {
	var kinds []string
	seen := map[string]bool{}
	for _, out := range o.messages() {
		if seen[out.ID.String()] {
			kinds = append(kinds, fmt.Sprint("again, attempt ", out.Attempt))
			continue
		}
		seen[out.ID.String()] = true
		kinds = append(kinds, string(out.Kind))
	}
	return kinds
}

// work is a tick whose faults are errors.
func (o *office) work(ctx context.Context) error {
	res, err := o.Tick(ctx, feedback.TickOptions{})
	for _, f := range res.Faults {
		err = errors.Join(err, f.Err)
	}
	return err
}

// Whatever customers answer, revise and have erased: the stored figures are
// those of a recount over what is left.
func TestTotalsEqualARecount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := open(nopTB{}, new(feedbackmem.Store), nil)
		ctx := context.Background()
		type given struct{ customer, token string }
		var all []given
		t.Repeat(map[string]func(*rapid.T){
			"ask": func(t *rapid.T) {
				s := matterOf(fmt.Sprint("c", len(all)), fmt.Sprint("t", len(all)), o.clock())
				s.Facets["channel"] = rapid.SampledFrom([]string{"mail", "chat"}).Draw(t, "channel")
				_, err := o.Ask(ctx, "after-ticket", s)
				require.NoError(t, err)
				require.NoError(t, o.work(ctx))
				out := o.messages()[len(all)]
				all = append(all, given{s.Customer, out.Answer})
			},
			"answer": func(t *rapid.T) {
				if len(all) == 0 {
					t.Skip()
				}
				g := rapid.SampledFrom(all).Draw(t, "who")
				a := answers(rapid.IntRange(1, 5).Draw(t, "csat"), rapid.IntRange(0, 10).Draw(t, "nps"))
				_, err := o.Record(ctx, g.token, a[:rapid.IntRange(0, 2).Draw(t, "how many")], "")
				if err != nil {
					require.ErrorIs(t, err, feedback.ErrToken)
				}
			},
			"erase": func(t *rapid.T) {
				if len(all) == 0 {
					t.Skip()
				}
				_, err := o.Erase(ctx, "demo", rapid.SampledFrom(all).Draw(t, "who").customer)
				require.NoError(t, err)
			},
			"wait": func(t *rapid.T) { o.wait(time.Duration(rapid.IntRange(1, 40).Draw(t, "hours")) * time.Hour) },
			"": func(t *rapid.T) {
				want := map[feedback.Key]feedback.Summary{}
				for i, err := range o.Invitations(ctx, feedback.Query{Shop: "demo"}) {
					require.NoError(t, err)
					if i.Response == nil {
						continue
					}
					rows, err := o.cfg.Surveys[0].Rows(i.Response, o.cfg.Zone)
					require.NoError(t, err)
					for _, r := range rows {
						s := want[r.Key]
						require.NoError(t, s.Merge(&r.Summary))
						want[r.Key] = s
					}
				}
				got := map[feedback.Key]feedback.Summary{}
				for row, err := range o.Rows(ctx, feedback.SummaryQuery{Shop: "demo", Survey: "csat", From: -1 << 20, To: 1 << 20}) {
					require.NoError(t, err)
					got[row.Key] = row.Summary
				}
				require.Equal(t, want, got)
			},
		})
	})
}

func TestEntries(t *testing.T) {
	o := open(t, new(feedbackmem.Store), nil)
	ctx := t.Context()
	e, err := o.Keep(ctx, feedback.Entry{
		Kind: feedback.RecordMeasure, Shop: "demo", State: "running", Wake: noon().AddDate(0, 1, 0), Labels: []string{"owner:ben", "owner:ben"},
		Data: json.RawMessage(`{"finding":"couriers are late"}`),
	})
	require.NoError(t, err)
	assert.EqualValues(t, 1, e.Version)
	assert.Equal(t, []string{"owner:ben"}, e.Labels)
	stale := e
	e.State = "judged"
	e, err = o.Keep(ctx, e)
	require.NoError(t, err)
	_, err = o.Keep(ctx, stale)
	require.ErrorIs(t, err, feedback.ErrConflict)
	got, err := o.Entry(ctx, feedback.Ref{Shop: "demo", ID: e.ID})
	require.NoError(t, err)
	assert.Equal(t, e, got)
	list, more, err := o.Entries(ctx, feedback.Query{Shop: "demo", Kind: feedback.RecordMeasure, Label: "owner:ben", Limit: 10})
	require.NoError(t, err)
	assert.Len(t, list, 1)
	assert.Nil(t, more)
	o.wait(40 * 24 * time.Hour)
	res := o.tick(t)
	require.Len(t, res.Done, 1)
	assert.Equal(t, feedback.RecordMeasure, res.Done[0].Kind)
	assert.Empty(t, o.tick(t).Done, "shown once")

	for _, bad := range []feedback.Entry{
		{Kind: feedback.RecordInvitation, Shop: "demo", Data: json.RawMessage(`{}`)},
		{Kind: feedback.RecordLog, Shop: "demo", Version: 1, Data: json.RawMessage(`{}`)},
		{Kind: feedback.RecordMeasure, Shop: "", Data: json.RawMessage(`{}`)},
		{Kind: feedback.RecordMeasure, Shop: "demo", Data: json.RawMessage(`{`)},
		{Kind: feedback.RecordMeasure, Shop: "demo", Data: json.RawMessage(`{}`), State: "\x00", Labels: []string{""}},
	} {
		_, err := o.Keep(ctx, bad)
		require.ErrorIs(t, err, feedback.ErrInvalid)
	}
	_, err = o.Entry(ctx, feedback.Ref{Shop: "other", ID: e.ID})
	require.ErrorIs(t, err, feedback.ErrNotFound)
}

// TestEraseEntries: what others keep about a customer goes with it, logs that are
// only ever added to included. What was to stay stays, and other customers'
// entries are left alone.
func TestEraseEntries(t *testing.T) {
	o := open(t, new(feedbackmem.Store), nil)
	ctx := t.Context()
	keep := func(kind feedback.RecordKind, customer, rest string) feedback.Entry {
		e, err := o.Keep(ctx, feedback.Entry{
			Kind: kind, Shop: "demo", State: "noted", Customer: customer, Labels: []string{"order:4711"}, Wake: noon().AddDate(0, 0, 9),
			Data: json.RawMessage(`{"said":"the lamp exploded"}`), Rest: json.RawMessage(rest),
		})
		require.NoError(t, err)
		got, err := o.Entry(ctx, feedback.Ref{Shop: "demo", ID: e.ID})
		require.NoError(t, err)
		assert.Equal(t, e, got)
		return e
	}
	log := keep(feedback.RecordLog, "c1", `{"stars":1}`)
	measure := keep(feedback.RecordMeasure, "c1", "")
	export, err := o.Export(ctx, "demo", "c1", "en")
	require.NoError(t, err)
	require.Len(t, export.Entries, 2)
	assert.JSONEq(t, `{"said":"the lamp exploded"}`, string(export.Entries[1].Data))

	gone, err := o.Erase(ctx, "demo", "c1")
	require.NoError(t, err)
	assert.Equal(t, feedback.Erased{Entries: 2}, gone)
	holdsNothing(t, o.store, "c1", "exploded", "4711")
	for e, rest := range map[*feedback.Entry]string{&log: `{"stars":1}`, &measure: `{}`} {
		got, err := o.Entry(ctx, feedback.Ref{Shop: "demo", ID: e.ID})
		require.NoError(t, err)
		assert.Equal(t, "noted", got.State)
		assert.Equal(t, e.Created, got.Created)
		assert.True(t, got.Wake.IsZero())
		assert.JSONEq(t, rest, string(got.Data))
	}
	again, err := o.Erase(ctx, "demo", "c1")
	require.NoError(t, err)
	assert.Zero(t, again)

	other := keep(feedback.RecordLog, "c2", "")
	_, err = o.Erase(ctx, "demo", "c1")
	require.NoError(t, err)
	got, err := o.Entry(ctx, feedback.Ref{Shop: "demo", ID: other.ID})
	require.NoError(t, err)
	assert.Equal(t, other, got)
	_, err = o.Keep(ctx, feedback.Entry{Kind: feedback.RecordLog, Shop: "demo", Data: json.RawMessage(`{}`), Rest: json.RawMessage(`{}`)})
	require.ErrorIs(t, err, feedback.ErrInvalid, "an entry of nobody has nothing to be erased")
	_, err = o.Keep(ctx, feedback.Entry{Kind: feedback.RecordLog, Shop: "demo", Customer: "a\x00", Data: json.RawMessage(`{}`), Rest: json.RawMessage(`{`)})
	var faults feedback.Faults
	require.ErrorAs(t, err, &faults)
	assert.Len(t, faults, 2)
}

// Every call of the store fails once while a customer is erased; it is asked for
// again until it is done. In the end nothing of the customer is left, and nothing
// of others is missing.
func TestErasureSurvivesFaults(t *testing.T) {
	ctx := t.Context()
	points := 0
	for _, when := range []feedbacktest.When{feedbacktest.Before, feedbacktest.After, feedbacktest.Late, feedbacktest.Twice} {
		for call := 1; ; call++ {
			store := feedbacktest.NewFaultStore(new(feedbackmem.Store))
			o := open(t, store, nil)
			for _, customer := range []string{"otto", "gustav"} {
				_, err := o.Ask(ctx, "reminding", matterOf(customer, "t-"+customer, noon()))
				require.NoError(t, err)
				for _, kind := range []feedback.RecordKind{feedback.RecordLog, feedback.RecordMeasure} {
					_, err := o.Keep(ctx, feedback.Entry{
						Kind: kind, Shop: "demo", Customer: customer, Labels: []string{"of:" + customer},
						Data: json.RawMessage(`{"said":"word of ` + customer + `"}`), Rest: json.RawMessage(`{"stars":1}`),
					})
					require.NoError(t, err)
				}
			}
			store.Plan(feedbacktest.Fault{Call: call, When: when})
			_, err := o.Erase(ctx, "demo", "otto")
			reached := len(store.Calls()) >= call
			store.Plan()
			for tries := 0; err != nil; tries++ {
				require.Less(t, tries, 10, "call %d %s: %v", call, when, err)
				_, err = o.Erase(ctx, "demo", "otto")
			}
			holdsNothing(t, store, "otto")
			kept, err := o.Export(ctx, "demo", "gustav", "en")
			require.NoError(t, err)
			require.Len(t, kept.Entries, 2, "call %d %s", call, when)
			require.Len(t, kept.Invitations, 1)
			if !reached {
				break
			}
			points++
		}
	}
	t.Log(points, "crash points")
	assert.Greater(t, points, 40)
}

func TestDeskFaults(t *testing.T) {
	_, err := feedback.NewDesk(nil, feedback.Config{})
	require.ErrorIs(t, err, feedback.ErrInvalid)
	for _, part := range []string{"store", "now", "zone", "keys", "customers", "delivery"} {
		assert.ErrorContains(t, err, "feedback: "+part)
	}
	o := open(t, new(feedbackmem.Store), nil)
	cfg := o.cfg
	cfg.Surveys, cfg.Policies = nil, append(cfg.Policies, cfg.Policies[0])
	_, err = feedback.NewDesk(o.store, cfg)
	require.ErrorContains(t, err, "is no survey of the desk")
	require.ErrorContains(t, err, "is there twice")
	_, err = o.Ask(t.Context(), "unknown", subject())
	require.ErrorIs(t, err, feedback.ErrNotFound)
	_, err = o.Ask(t.Context(), "after-ticket", feedback.Subject{})
	require.ErrorIs(t, err, feedback.ErrInvalid)
}
