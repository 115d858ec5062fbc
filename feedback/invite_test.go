package feedback_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/feedback"
)

func policyConfig() feedback.PolicyConfig {
	return feedback.PolicyConfig{
		ID: "after-ticket", Survey: "csat", Moments: []feedback.Moment{feedback.MomentResolved}, Medium: feedback.MediumEmail,
	}
}

func policy(tb testing.TB, change func(c *feedback.PolicyConfig)) *feedback.Policy {
	tb.Helper()
	cfg := policyConfig()
	if change != nil {
		change(&cfg)
	}
	p, err := feedback.NewPolicy(cfg)
	require.NoError(tb, err)
	return p
}

func subject() feedback.Subject {
	return feedback.Subject{
		Shop: "demo", Customer: "customer-17", Ref: "ticket-1", Moment: feedback.MomentResolved, At: noon().Add(-time.Hour),
	}
}

func consent() *feedback.Consent {
	given := noon().AddDate(-1, 0, 0)
	return &feedback.Consent{Given: given, Confirmed: given.Add(time.Hour), Text: "newsletter-2025-03"}
}

// willing is a history of a customer who agreed to surveys in every medium.
func willing(asked ...feedback.Asked) feedback.Past {
	s := feedback.Standing{Consent: consent()}
	return feedback.Past{
		Invitations: asked,
		Standings: map[feedback.Medium]feedback.Standing{
			feedback.MediumEmail: s, feedback.MediumSMS: s, feedback.MediumMessenger: s, feedback.MediumPhone: s,
		},
	}
}

func codesOf(d feedback.Decision) []feedback.Code {
	var codes []feedback.Code
	for _, r := range d.Reasons {
		codes = append(codes, r.Code)
	}
	return codes
}

// A question for satisfaction is advertising (BGH VI ZR 225/17): without more
// than an address nobody is asked, and the default wants proof.
func TestDefaultsAreLawful(t *testing.T) {
	p := policy(t, nil)
	cfg := p.Config()
	assert.Equal(t, feedback.BasisConsent, cfg.Basis)
	assert.Equal(t, 1, cfg.Cap)
	assert.Equal(t, "14d", cfg.CoolDown.String())
	assert.Zero(t, cfg.RemindAfter)

	purchase := &feedback.Purchase{AddressFromSale: true, SimilarGoods: true, ToldOfObjection: true}
	for name, c := range map[string]struct {
		change func(s *feedback.Standing)
		want   []feedback.Code
	}{
		"proved consent":             {func(*feedback.Standing) {}, nil},
		"nothing":                    {func(s *feedback.Standing) { *s = feedback.Standing{} }, []feedback.Code{feedback.CodeNoConsent}},
		"a purchase is no consent":   {func(s *feedback.Standing) { *s = feedback.Standing{Purchase: purchase} }, []feedback.Code{feedback.CodeNoConsent}},
		"never confirmed":            {func(s *feedback.Standing) { s.Consent.Confirmed = time.Time{} }, []feedback.Code{feedback.CodeUnproven}},
		"confirmed only later":       {func(s *feedback.Standing) { s.Consent.Confirmed = noon().Add(1) }, []feedback.Code{feedback.CodeUnproven}},
		"to unknown words":           {func(s *feedback.Standing) { s.Consent.Text = "" }, []feedback.Code{feedback.CodeUnproven}},
		"given later":                {func(s *feedback.Standing) { s.Consent.Given = noon().Add(1) }, []feedback.Code{feedback.CodeNoConsent}},
		"withdrawn":                  {func(s *feedback.Standing) { s.Consent.Withdrawn = noon() }, []feedback.Code{feedback.CodeWithdrawn}},
		"objected":                   {func(s *feedback.Standing) { s.Objected = noon() }, []feedback.Code{feedback.CodeObjection}},
		"objected and never agreed":  {func(s *feedback.Standing) { *s = feedback.Standing{Objected: noon()} }, []feedback.Code{feedback.CodeObjection, feedback.CodeNoConsent}},
		"old consent is not void":    {func(s *feedback.Standing) { s.Consent.Given = noon().AddDate(-9, 0, 0) }, nil},
		"unproven and withdrawn too": {func(s *feedback.Standing) { s.Consent.Withdrawn, s.Consent.Text = noon(), "" }, []feedback.Code{feedback.CodeWithdrawn}},
	} {
		t.Run(name, func(t *testing.T) {
			s := feedback.Standing{Consent: consent()}
			c.change(&s)
			h := feedback.Past{Standings: map[feedback.Medium]feedback.Standing{feedback.MediumEmail: s}}
			d := feedback.Invite(p, subject(), h, nil, noon())
			assert.Equal(t, c.want, codesOf(d))
			assert.Equal(t, len(c.want) == 0, d.Verdict == feedback.Send)
		})
	}
}

// Section 7(3) UWG has four conditions, and all of them must hold.
func TestExistingCustomers(t *testing.T) {
	p := policy(t, func(c *feedback.PolicyConfig) { c.Basis = feedback.BasisExistingCustomer })
	for n := range 16 {
		purchase := feedback.Purchase{AddressFromSale: n&1 != 0, SimilarGoods: n&2 != 0, ToldOfObjection: n&4 != 0}
		s := feedback.Standing{Purchase: &purchase}
		if n&8 == 0 {
			s.Objected = noon().AddDate(-3, 0, 0)
		}
		h := feedback.Past{Standings: map[feedback.Medium]feedback.Standing{feedback.MediumEmail: s}}
		d := feedback.Invite(p, subject(), h, nil, noon())
		assert.Equal(t, n == 15, d.Verdict == feedback.Send, "%+v: %v", s, d)
	}
	d := feedback.Invite(p, subject(), feedback.Past{}, nil, noon())
	assert.True(t, d.Has(feedback.CodeNotCustomer))
	withdrew := willing()
	c := consent()
	c.Withdrawn = noon()
	withdrew.Standings[feedback.MediumEmail] = feedback.Standing{
		Consent: c, Purchase: &feedback.Purchase{AddressFromSale: true, SimilarGoods: true, ToldOfObjection: true},
	}
	assert.True(t, feedback.Invite(p, subject(), withdrew, nil, noon()).Has(feedback.CodeWithdrawn))
}

func TestReasonsThatStay(t *testing.T) {
	for code, change := range map[feedback.Code]func(s *feedback.Subject){
		feedback.CodeMoment:       func(s *feedback.Subject) { s.Moment = feedback.MomentCart },
		feedback.CodeGuest:        func(s *feedback.Subject) { s.Customer = "" },
		feedback.CodeSpam:         func(s *feedback.Subject) { s.Spam = true },
		feedback.CodeMerged:       func(s *feedback.Subject) { s.Merged = true },
		feedback.CodeDuplicate:    func(s *feedback.Subject) { s.Duplicate = true },
		feedback.CodeDispute:      func(s *feedback.Subject) { s.Dispute = true },
		feedback.CodeBlocked:      func(s *feedback.Subject) { s.Blocked = true },
		feedback.CodeUnreachable:  func(s *feedback.Subject) { s.Unreachable = true },
		feedback.CodeAlreadyAsked: func(s *feedback.Subject) { s.Ref, s.Cycle = "asked", 1 },
		feedback.CodeTooLate:      func(s *feedback.Subject) { s.At = noon().AddDate(0, 0, -14) },
	} {
		s := subject()
		change(&s)
		h := willing(feedback.Asked{Survey: "nps", Subject: "asked", Cycle: 1, At: noon().AddDate(-1, 0, 0)})
		d := feedback.Invite(policy(t, nil), s, h, nil, noon())
		assert.Equal(t, feedback.Never, d.Verdict, code)
		assert.Equal(t, []feedback.Code{code}, codesOf(d))
		assert.True(t, d.At.IsZero())
	}
	reopened := subject()
	reopened.Ref, reopened.Cycle = "asked", 2
	h := willing(feedback.Asked{Survey: "nps", Subject: "asked", Cycle: 1, At: noon().AddDate(-1, 0, 0)})
	assert.Equal(t, feedback.Send, feedback.Invite(policy(t, nil), reopened, h, nil, noon()).Verdict, "another cycle is another matter")
}

func TestReasonsThatEnd(t *testing.T) {
	careful := func(c *feedback.PolicyConfig) {
		c.Delay, c.Cap, c.AskWithin = feedback.Wait(2*time.Hour), 2, feedback.Wait(60*24*time.Hour)
		c.Hours = feedback.Hours{Zone: "Europe/Berlin", From: "09:00", To: "20:00", Days: []string{"mo", "tu", "we", "th", "fr"}}
	}
	p := policy(t, careful)
	s := subject()
	s.Open, s.OpenComplaint = true, true
	days := func(n int) time.Time { return noon().AddDate(0, 0, n) }
	h := willing(
		feedback.Asked{Subject: "a", At: days(-20)}, feedback.Asked{Subject: "b", At: days(-5)}, feedback.Asked{Subject: "c", At: days(-31)},
	)
	d := feedback.Invite(p, s, h, nil, noon())
	assert.Equal(t, feedback.Later, d.Verdict)
	// Ten days until the older of two leaves the 30 days; nine until the
	// cool-down ends. Thursday plus ten days is a Sunday at 13:00 in Berlin.
	assert.Equal(t, time.Date(2026, 12, 7, 8, 0, 0, 0, time.UTC), d.At)
	assert.Equal(t, []feedback.Reason{
		{Code: feedback.CodeDelay, Until: noon().Add(time.Hour)},
		{Code: feedback.CodeStillOpen, Until: days(1)},
		{Code: feedback.CodeOpenComplaint, Until: days(1)},
		{Code: feedback.CodeCoolDown, Until: days(9)},
		{Code: feedback.CodeCap, Until: days(10)},
		{Code: feedback.CodeQuietHours, Until: d.At},
	}, d.Reasons)

	late := policy(t, func(c *feedback.PolicyConfig) { careful(c); c.AskWithin = feedback.Wait(7 * 24 * time.Hour) })
	d = feedback.Invite(late, s, h, nil, noon())
	assert.Equal(t, feedback.Never, d.Verdict, "when it could be asked, it would be too late")
	assert.Equal(t, feedback.CodeTooLate, d.Reasons[0].Code)
	assert.Len(t, d.Reasons, 7)
}

// On a page the customer is there anyway: no consent, no address, no hour of
// the day; but an objection and a cool-down count.
func TestPages(t *testing.T) {
	p := policy(t, func(c *feedback.PolicyConfig) {
		c.Medium, c.Moments = feedback.MediumPage, []feedback.Moment{feedback.MomentCheckout}
		c.Hours = feedback.Hours{Zone: "UTC", From: "00:00", To: "00:01"}
	})
	s := feedback.Subject{Shop: "demo", Ref: "visit-1", Moment: feedback.MomentCheckout, At: noon(), Unreachable: true}
	assert.Equal(t, feedback.Send, feedback.Invite(p, s, feedback.Past{}, nil, noon()).Verdict)
	objected := feedback.Past{Standings: map[feedback.Medium]feedback.Standing{feedback.MediumPage: {Objected: noon()}}}
	assert.True(t, feedback.Invite(p, s, objected, nil, noon()).Has(feedback.CodeObjection))
	asked := feedback.Past{Invitations: []feedback.Asked{{Subject: "visit-0", At: noon().Add(-time.Hour)}}}
	d := feedback.Invite(p, s, asked, nil, noon())
	assert.Equal(t, []feedback.Code{feedback.CodeTooLate, feedback.CodeCoolDown, feedback.CodeCap}, codesOf(d))
}

func TestSampling(t *testing.T) {
	half := policy(t, func(c *feedback.PolicyConfig) { c.Sample = .25 })
	newer := policy(t, func(c *feedback.PolicyConfig) { c.Sample, c.Version = .25, 2 })
	wider := policy(t, func(c *feedback.PolicyConfig) { c.Sample = .5 })
	drawn, secret, differs := 0, []byte("k"), 0
	for i := range 4000 {
		s := subject()
		s.Ref = fmt.Sprint("ticket-", i)
		in := feedback.Invite(half, s, willing(), secret, noon()).Verdict == feedback.Send
		assert.Equal(t, in, feedback.Invite(newer, s, willing(), secret, noon()).Verdict == feedback.Send, "a new version draws the same")
		assert.True(t, !in || feedback.Invite(wider, s, willing(), secret, noon()).Verdict == feedback.Send, "a larger sample holds the smaller")
		if in != (feedback.Invite(half, s, willing(), []byte("other"), noon()).Verdict == feedback.Send) {
			differs++
		}
		if in {
			drawn++
		}
	}
	// Five standard deviations of 4,000 draws at 25 % are 137; two independent
	// draws differ in 2 x .25 x .75 of all.
	assert.InDelta(t, 1000, drawn, 137)
	assert.InDelta(t, 1500, differs, 153)
}

// Whatever the facts: what is put off is, at the instant named, asked or put
// off by nothing but what goes on; and the reasons say why.
func TestLaterIsTrue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hours := rapid.Int64Range(0, 24*40)
		p := policy(nopTB{}, func(c *feedback.PolicyConfig) {
			c.Delay = feedback.Wait(time.Duration(hours.Draw(t, "delay")) * time.Hour)
			c.AskWithin = c.Delay + feedback.Wait(time.Duration(1+hours.Draw(t, "within"))*time.Hour)
			c.CoolDown = feedback.Wait(time.Duration(1+hours.Draw(t, "rest")) * time.Hour)
			c.Cap = rapid.IntRange(1, 3).Draw(t, "cap")
			if rapid.Bool().Draw(t, "quiet") {
				c.Hours = feedback.Hours{Zone: "Europe/Berlin", From: "08:30", To: "19:00", Days: []string{"tu", "sa"}}
			}
		})
		var asked []feedback.Asked
		for i := range rapid.IntRange(0, 5).Draw(t, "asked") {
			asked = append(asked, feedback.Asked{Subject: strconv.Itoa(i), At: noon().Add(-time.Duration(hours.Draw(t, "ago")) * time.Hour)})
		}
		s := subject()
		s.At = noon().Add(-time.Duration(hours.Draw(t, "moment")) * time.Hour)
		d := feedback.Invite(p, s, willing(asked...), nil, noon())
		switch d.Verdict {
		case feedback.Later:
			require.NotEmpty(t, d.Reasons)
			for _, r := range d.Reasons {
				require.True(t, r.Until.After(noon()))
				require.False(t, r.Until.After(d.At))
			}
			then := feedback.Invite(p, s, willing(asked...), nil, d.At)
			require.Equal(t, feedback.Send, then.Verdict, "%v", then)
			before := feedback.Invite(p, s, willing(asked...), nil, d.At.Add(-1))
			require.NotEqual(t, feedback.Send, before.Verdict, "there was an earlier instant")
		case feedback.Send:
			require.Empty(t, d.Reasons)
			require.Equal(t, noon(), d.At)
		case feedback.Never:
			require.True(t, d.Has(feedback.CodeTooLate))
		}
	})
}

// nopTB lets the helpers be called within a property.
type nopTB struct{ testing.TB }

func (nopTB) Helper() {}

func TestPolicyFaults(t *testing.T) {
	_, err := feedback.NewPolicy(feedback.PolicyConfig{
		ID: "a|b", Version: -1, Moments: []feedback.Moment{"never", feedback.MomentCart, feedback.MomentCart},
		Medium: "pigeon", Basis: "hope", Cap: -1, Sample: 1.5, Delay: feedback.Wait(15 * 24 * time.Hour), CoolDown: -1,
		RemindAfter: feedback.Wait(31 * 24 * time.Hour),
		Hours:       feedback.Hours{Zone: "Mars/Base", From: "9:00", To: "25:00", Days: []string{"mo", "mo", "xx"}},
	})
	require.ErrorIs(t, err, feedback.ErrInvalid)
	var faults feedback.Faults
	require.ErrorAs(t, err, &faults)
	var paths []string
	for _, f := range faults {
		paths = append(paths, f.Path)
	}
	assert.Equal(t, []string{
		"id", "survey", "version", "cap", "sample", "moments[0]", "moments[2]", "medium", "basis", "cool_down", "delay", "remind_after",
		"hours.zone", "hours.from", "hours.to", "hours.to", "hours.days[1]", "hours.days[2]",
	}, paths)
	_, err = feedback.NewPolicy(feedback.PolicyConfig{ID: "a", Survey: "s", Medium: feedback.MediumPhone, Basis: feedback.BasisExistingCustomer})
	require.ErrorContains(t, err, "moments")
	require.ErrorContains(t, err, "basis")
}

func TestPolicyJSON(t *testing.T) {
	cfg := policyConfig()
	cfg.RemindAfter, cfg.Hours = feedback.Wait(5*24*time.Hour), feedback.Hours{Zone: "Europe/Vienna", From: "09:00", To: "24:00"}
	text, err := json.Marshal(cfg)
	require.NoError(t, err)
	assert.JSONEq(t, `{"id":"after-ticket","version":0,"survey":"csat","moments":["ticket_resolved"],"medium":"email",
		"remind_after":"5d","hours":{"zone":"Europe/Vienna","from":"09:00","to":"24:00"}}`, string(text))
	back, err := feedback.ParsePolicy(text)
	require.NoError(t, err)
	assert.Equal(t, cfg, back)
	_, err = feedback.ParsePolicy([]byte(`{"id":"a","Survey":"b","cool_down":"two weeks","wat":1}`))
	require.ErrorIs(t, err, feedback.ErrInvalid)
	for _, part := range []string{"Survey", `cool_down: "two weeks"`, "wat"} {
		assert.ErrorContains(t, err, part)
	}
}

func TestWait(t *testing.T) {
	for text, want := range map[string]time.Duration{"14d": 336 * time.Hour, "0d": 0, "36h": 36 * time.Hour, "90m": 90 * time.Minute} {
		w, err := feedback.ParseWait(text)
		require.NoError(t, err)
		assert.Equal(t, want, time.Duration(w))
		again, err := feedback.ParseWait(w.String())
		require.NoError(t, err)
		assert.Equal(t, w, again)
	}
	for _, bad := range []string{"", "d", "-1d", "-1h", "4000d", "99999999h", "1.5d", "14 d", "x"} {
		_, err := feedback.ParseWait(bad)
		require.ErrorIs(t, err, feedback.ErrInvalid, bad)
	}
}

// Every code has words in both languages.
func TestCodesInWords(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range feedback.Codes() {
		for _, lang := range []string{"de", "en"} {
			text := c.Text(lang)
			assert.NotEqual(t, string(c), text)
			assert.False(t, seen[text], text)
			seen[text] = true
		}
		assert.Equal(t, c.Text("de"), c.Text("de-AT"))
	}
	assert.Len(t, feedback.Codes(), 23)
	assert.Equal(t, "other", feedback.Code("other").Text("de"))
}

func TestPreview(t *testing.T) {
	p := policy(t, func(c *feedback.PolicyConfig) { c.Delay = feedback.Wait(time.Hour) })
	at := func(customer, ref string, hours int) feedback.Subject {
		s := subject()
		s.Customer, s.Ref, s.At = customer, ref, noon().Add(time.Duration(hours)*time.Hour)
		return s
	}
	open := at("b", "open", 0)
	open.Open = true
	subjects := []feedback.Subject{
		at("a", "second", 5), at("a", "first", 2), at("b", "later", 24*6), open, at("c", "next week", 24*8),
	}
	calls := map[string]int{}
	plan := feedback.Preview(p, slices.Values(subjects), func(_, customer string) feedback.History {
		calls[customer]++
		return willing()
	}, nil, noon(), noon().AddDate(0, 0, 7))
	require.Len(t, plan.Ask, 2)
	assert.Equal(t, "first", plan.Ask[0].Subject.Ref)
	assert.Equal(t, noon().Add(3*time.Hour), plan.Ask[0].At)
	assert.Equal(t, "later", plan.Ask[1].Subject.Ref)
	require.Len(t, plan.Not, 3)
	assert.Equal(t, []feedback.Code{feedback.CodeTooLate, feedback.CodeDelay, feedback.CodeCoolDown, feedback.CodeCap},
		codesOf(plan.Not[0].Decision), "the first one is in its way")
	assert.Equal(t, []feedback.Code{feedback.CodeDelay, feedback.CodeStillOpen}, codesOf(plan.Not[1].Decision))
	assert.Equal(t, []feedback.Code{feedback.CodeDelay}, codesOf(plan.Not[2].Decision))
	assert.Equal(t, 3, plan.Reasons[feedback.CodeDelay])
	assert.False(t, plan.More)
	assert.Equal(t, map[string]int{"a": 1, "b": 1, "c": 1}, calls)
}
