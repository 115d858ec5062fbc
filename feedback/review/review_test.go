package review_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/review"
	"github.com/kulanz-go/kulanz/feedback/tone"
)

func noon() time.Time { return time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC) }

func written(stars int, text string) review.Review {
	r := review.Review{
		Shop: "demo", Source: "google", ExternalID: "r1", Stars: review.Stars(stars), Text: text, Language: "de",
		Verified: review.ByOrder, Order: "4711", Customer: "c1", At: noon(),
	}
	if stars == 0 {
		r.Stars = nil
	}
	return r
}

func paths(t require.TestingT, err error) []string {
	var faults feedback.Faults
	require.ErrorAs(t, err, &faults)
	var list []string
	for _, f := range faults {
		list = append(list, f.Path)
	}
	return list
}

// standard is the assessor of the package's own words, which take a while to
// compile.
var standard = sync.OnceValues(func() (*review.Assessor, error) { return review.NewAssessor(nil, nil, 0) })

func assessor(tb testing.TB) *review.Assessor {
	tb.Helper()
	a, err := standard()
	require.NoError(tb, err)
	return a
}

func TestParse(t *testing.T) {
	t.Parallel()
	r, err := review.Parse([]byte(`{"shop":"demo","source":"forum","external_id":"p9","text":"Lieferung kam nie an","verified":"none","at":"2026-11-26T12:00:00Z"}`))
	require.NoError(t, err)
	assert.Nil(t, r.Stars, "posts have none")

	_, err = review.Parse([]byte(`{"shop":"demo","Source":"x","stars":3,"stars":4,"sentiment":-1}`))
	assert.Equal(t, []string{"Source", "stars", "sentiment"}, paths(t, err))
	bad := review.Review{Stars: review.Stars(6), Text: strings.Repeat("x", review.MaxText+1), Language: "d", Verified: "surely", Order: "a\nb"}
	assert.Equal(t, []string{"shop", "source", "external_id", "order", "stars", "text", "language", "verified", "at"}, paths(t, bad.Check()))
	bad = written(0, "  ")
	bad.Order = ""
	assert.Equal(t, []string{"text", "order"}, paths(t, bad.Check()))
	_, err = review.Parse([]byte(strings.Repeat(" ", 1<<20)))
	require.ErrorIs(t, err, feedback.ErrInvalid)
	bad = written(1, "\xff")
	require.NotContains(t, bad.Check().Error(), "\xff", "what was written is in no error")
}

// A review read twice is one message, an edited one another in the same
// conversation, and no word of it is in its names.
func TestNames(t *testing.T) {
	t.Parallel()
	r := written(1, "Kaputt!")
	again := r
	assert.Equal(t, r.Key(), again.Key())
	again.Text = "Kaputt! Nachtrag: Ersatz kam."
	assert.NotEqual(t, r.Key(), again.Key())
	assert.Equal(t, r.Thread(), again.Thread())
	again = r
	again.Stars = review.Stars(5)
	assert.NotEqual(t, r.Key(), again.Key())
	other := r
	other.Source, other.ExternalID = "googl", "er1"
	assert.NotEqual(t, r.Thread(), other.Thread())
	thread, ok := review.ThreadOf(r.Key())
	assert.True(t, ok)
	assert.Equal(t, r.Thread(), thread)
	for _, none := range []string{"", "review:", "mail:1:2", "review"} {
		_, ok := review.ThreadOf(none)
		assert.False(t, ok, none)
	}
	assert.Equal(t, "c1", r.Person())
	r.Customer = ""
	assert.Equal(t, r.Thread(), r.Person(), "who is not known is the writer of this review")
	assert.Equal(t, "Bewertung bei google: 1 Stern", r.Subject("de-AT"))
	assert.Equal(t, "Review at google: 5 stars", again.Subject("fr"))
	r.Stars = nil
	assert.Equal(t, "Post at google", r.Subject("en"))
}

// reading is an analyzer that says what its texts say.
type reading struct{}

// Analyze implements [tone.Analyzer].
func (reading) Analyze(text string) tone.Result {
	label, sure, _ := strings.Cut(text, " ")
	r := tone.Result{Label: tone.Label(label), Confidence: 0.9}
	if sure == "perhaps" {
		r.Confidence = 0.6
	}
	return r
}

// Stars outrank the text, which can only make a review more urgent; without
// stars the text decides where it is sure.
func TestAssess(t *testing.T) {
	t.Parallel()
	a, err := review.NewAssessor(reading{}, nil, 0)
	require.NoError(t, err)
	for _, c := range []struct {
		stars       int
		text        string
		want        review.Criticality
		contradicts bool
	}{
		{1, "unknown", review.Critical, false},
		{2, "neutral", review.Critical, false},
		{3, "positive", review.Mixed, false},
		{3, "negative", review.Mixed, false},
		{5, "positive", review.Praise, false},
		{5, "negative perhaps", review.Praise, false},
		{5, "negative", review.Mixed, true},
		{1, "positive", review.Critical, true},
		{0, "negative", review.Critical, false},
		{0, "negative perhaps", review.Mixed, false},
		{0, "positive", review.Praise, false},
		{0, "unknown", review.Mixed, false},
	} {
		r := written(c.stars, c.text)
		got := a.Assess(&r)
		assert.Equal(t, c.want, got.Criticality, "%d stars, %s", c.stars, c.text)
		assert.Equal(t, c.contradicts, got.Contradicts, "%d stars, %s", c.stars, c.text)
	}
	r := written(0, "Schrecklicher Service, die Lampe kam kaputt an, nie wieder!")
	got := assessor(t).Assess(&r)
	assert.Equal(t, review.Critical, got.Criticality)
	assert.Contains(t, got.Topics, tone.Defect)
	_, err = review.NewAssessor(reading{}, nil, 2)
	require.ErrorIs(t, err, feedback.ErrInvalid)
}

// Every review has a time by which it is answered, and critical ones the
// earliest.
func TestEveryReviewIsDue(t *testing.T) {
	t.Parallel()
	targets := review.DefaultTargets()
	a := assessor(t)
	rapid.Check(t, func(t *rapid.T) {
		r := written(rapid.IntRange(0, 5).Draw(t, "stars"), rapid.String().Draw(t, "text")+".")
		got := a.Assess(&r)
		due := targets.Due(got.Criticality, r.At)
		require.True(t, due.After(r.At))
		require.False(t, due.Before(targets.Due(review.Critical, r.At)))
		require.Contains(t, []string{"high", "normal", "low"}, got.Criticality.Priority())
		seen := []review.Seen{{Source: r.Source, Stars: r.Stars, Criticality: got.Criticality, At: r.At}}
		require.Len(t, review.Overdue(seen, targets, due.Add(1)), 1)
		require.Empty(t, review.Overdue(seen, targets, due))
		seen[0].Answered = due
		require.Empty(t, review.Overdue(seen, targets, due.Add(time.Hour)))
	})
}

// TestNothingIsHiddenByTone: which reviews are shown does not depend on their
// stars or words, but on decisions alone.
func TestNothingIsHiddenByTone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var list, mirrored []review.Review
		cases := map[string][]review.Case{}
		hidden := map[string]bool{}
		for i := range rapid.IntRange(0, 8).Draw(t, "reviews") {
			r := written(rapid.IntRange(1, 5).Draw(t, "stars"), rapid.SampledFrom([]string{"Betrug!", "Super!", ""}).Draw(t, "text"))
			r.ExternalID = string(rune('a' + i))
			m := r
			m.Stars, m.Text = review.Stars(6-*r.Stars), "Das Gegenteil."
			list, mirrored = append(list, r), append(mirrored, m)
			for range rapid.IntRange(0, 2).Draw(t, "cases") {
				c := review.Case{Measure: rapid.SampledFrom([]review.Measure{review.Keep, review.Remove, review.Disable}).Draw(t, "measure")}
				if c.Measure == review.Disable && rapid.Bool().Draw(t, "over") {
					c.Until = noon()
				}
				hidden[r.ExternalID] = hidden[r.ExternalID] || c.Measure == review.Remove || c.Measure == review.Disable && c.Until.IsZero()
				cases[r.Thread()] = append(cases[r.Thread()], c)
			}
		}
		shown, other := review.Shown(list, cases, noon()), review.Shown(mirrored, cases, noon())
		require.Len(t, other, len(shown))
		at := 0
		for i := range list {
			if hidden[list[i].ExternalID] {
				continue
			}
			require.Equal(t, list[i], shown[at])
			require.Equal(t, list[i].ExternalID, other[at].ExternalID)
			at++
		}
		require.Len(t, shown, at)
	})
}

// TestInvitationsGoToAllAlike: whether a customer is asked for a review does not
// depend on how content it is: a decision is the same whatever scores, stars and
// tones the host has noted of the matter.
func TestInvitationsGoToAllAlike(t *testing.T) {
	t.Parallel()
	policy, err := feedback.NewPolicy(feedback.PolicyConfig{
		ID: "reviews", Version: 1, Survey: "s", Medium: feedback.MediumPage, Moments: []feedback.Moment{feedback.MomentDelivered}, Sample: 0.5,
	})
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		s := feedback.Subject{
			Shop: "demo", Customer: "c1", Ref: rapid.StringMatching("[a-z]{4}").Draw(t, "ref"), Moment: feedback.MomentDelivered,
			At: noon().Add(-time.Duration(rapid.IntRange(0, 1000).Draw(t, "hours")) * time.Hour),
		}
		content, angry := s, s
		content.Facets = map[string]string{"csat": "5", "stars": "5", "tone": "positive"}
		angry.Facets = map[string]string{"csat": "1", "stars": "1", "tone": "negative"}
		require.Equal(t, feedback.Invite(policy, content, feedback.Past{}, []byte("k"), noon()), feedback.Invite(policy, angry, feedback.Past{}, []byte("k"), noon()))
	})
}

// What asks for a review asks for good and bad alike, and offers nothing.
func TestRequest(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"de", "en"} {
		text, err := review.Request(lang, review.Link{Source: "Google", URL: "https://g.example/r"}, review.Link{Source: "Lampen", URL: "https://lampen.example/r"})
		require.NoError(t, err)
		assert.Contains(t, text, "Google: https://g.example/r\nLampen: https://lampen.example/r")
		check := review.DraftCheck{Lang: lang, Visibility: review.Public}
		assert.Empty(t, check.Check(text))
	}
	_, err := review.Request("de")
	assert.Equal(t, []string{"links"}, paths(t, err))
	_, err = review.Request("de", review.Link{Source: "", URL: "http://g.example"}, review.Link{Source: "x", URL: "https://g.example/\n"})
	assert.Equal(t, []string{"links[0].source", "links[0].url", "links[1].url"}, paths(t, err))
}

func TestVerificationNotice(t *testing.T) {
	t.Parallel()
	p := review.Policy{Accepts: []review.Verification{review.ByInvitation}}
	text, err := p.Notice("de")
	require.NoError(t, err)
	assert.Equal(t, "Alle Bewertungen stammen von Personen, welche die Ware gekauft haben. Das stellen wir so sicher: "+
		"Nach einer Bestellung senden wir einen Link, der einmal gilt. Wir zeigen alle Bewertungen, positive wie negative; "+
		"entfernt werden nur rechtswidrige und gefälschte, mit Begründung.", text)
	p.Accepts = []review.Verification{review.Unverified, review.ByPlatform}
	text, err = p.Notice("en")
	require.NoError(t, err)
	assert.Contains(t, text, "For reviews without this mark we do not check it.")
	p = review.Policy{Accepts: []review.Verification{review.Unverified}, SelectionBy: "die neuesten zuerst", Incentives: true}
	text, err = p.Notice("de-CH")
	require.NoError(t, err)
	assert.Contains(t, text, "Wir prüfen nicht")
	assert.Contains(t, text, "die neuesten zuerst")
	assert.Contains(t, text, "Gegenleistung")
	assert.NotContains(t, text, "Verifiziert", "nothing is claimed that is not so")
	_, err = (&review.Policy{}).Notice("de")
	require.ErrorIs(t, err, feedback.ErrInvalid)
	_, err = (&review.Policy{Accepts: []review.Verification{"x", review.ByOrder, review.ByOrder}}).Notice("de")
	assert.Equal(t, []string{"accepts[0]", "accepts[2]"}, paths(t, err))
	assert.Contains(t, review.VerificationSource().Text, "5b(3) UWG")
	for _, v := range []review.Verification{review.Unverified, review.ByOrder, review.ByInvitation, review.ByPlatform, review.ByProofPresented} {
		assert.NotEqual(t, v.Mark("de"), v.Mark("en"))
	}
}

// FuzzReview: whatever comes is a review that can be handled to its end, or
// refused with what is wrong; evidence lies inside the text, on the borders of
// runes.
func FuzzReview(f *testing.F) {
	for _, seed := range []review.Review{written(1, "Kaputt 😡!!! aber der Service war gut"), written(0, "ok"), written(5, "a\u202e\u200b\u0301ß")} {
		data, err := json.Marshal(seed)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Add([]byte(`{"stars":1.5,"stars":null}`))
	f.Add([]byte(`{"shop":"\u0000","source":"` + strings.Repeat("x", 200) + `"}`))
	f.Add([]byte("null"))
	a := assessor(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := review.Parse(data)
		if err != nil {
			require.ErrorIs(t, err, feedback.ErrInvalid)
			return
		}
		text, err := json.Marshal(r)
		require.NoError(t, err)
		back, err := review.Parse(text)
		require.NoError(t, err)
		require.Equal(t, r.Key(), back.Key())
		got := a.Assess(&r)
		for span := range got.Tone.Spans.All() {
			require.True(t, 0 <= span.Start && span.Start < span.End && span.End <= len(r.Text))
			require.True(t, utf8.RuneStart(r.Text[span.Start]) && (span.End == len(r.Text) || utf8.RuneStart(r.Text[span.End])))
		}
		if r.Stars != nil && *r.Stars <= 2 {
			require.Equal(t, review.Critical, got.Criticality)
		}
		draft := review.Draft(r.Language, got, review.Facts{})
		check := review.DraftCheck{Visibility: review.Public, Criticality: got.Criticality, Private: []string{r.Order, r.Customer}}
		for _, w := range check.Check(r.Text + draft) {
			require.True(t, 0 <= w.Start && w.Start <= w.End && w.End <= len(r.Text)+len(draft))
		}
	})
}

func BenchmarkAssess(b *testing.B) {
	a := assessor(b)
	r := written(0, "Die Lieferung kam zwei Wochen zu spät und die Lampe war kaputt. Der Kundendienst hat aber schnell geholfen und das Geld erstattet.")
	b.ReportAllocs()
	for b.Loop() {
		a.Assess(&r)
	}
}
