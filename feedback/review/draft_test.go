package review_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/feedback/review"
	"github.com/kulanz-go/kulanz/feedback/tone"
)

func codes(list []review.DraftWarning) []review.DraftCode {
	var out []review.DraftCode
	for _, w := range list {
		out = append(out, w.Code)
	}
	return out
}

func replies(tb testing.TB) *tone.ReplyChecker {
	tb.Helper()
	c, err := tone.NewReplyChecker(tone.ReplyRules()...)
	require.NoError(tb, err)
	return c
}

// A skeleton whose slots are filled stands up to every check, in both languages,
// for every topic and every mood; one that is not filled is blocked.
func TestSkeletonsStandUp(t *testing.T) {
	t.Parallel()
	checker := replies(t)
	var topics []tone.Topic
	for _, r := range tone.TopicRules() {
		topics = append(topics, r.Topic)
	}
	require.GreaterOrEqual(t, len(topics), 14)
	for _, lang := range []string{"de", "en"} {
		for _, c := range []review.Criticality{review.Critical, review.Mixed, review.Praise} {
			for _, topic := range append(topics, "", "own_topic") {
				a := review.Assessment{Criticality: c, Topics: []tone.Topic{topic}}
				check := review.DraftCheck{
					Lang: lang, Visibility: review.Public, Criticality: c, Contact: "hilfe@lampen.example", Private: []string{"4711"}, Replies: checker,
				}
				facts := review.Facts{
					Remedy:   map[string]string{"de": "Wir erstatten Ihnen heute den vollen Preis.", "en": "we refund the full price today"}[lang],
					Contact:  "hilfe@lampen.example",
					Promises: &review.Promises{Made: 2, Kept: 1}, Signature: "Anna, Lampen-Team",
				}
				draft := review.Draft(lang, a, facts)
				require.Empty(t, check.Check(draft), "%s %s %s: %s", lang, c, topic, draft)
				open := check.Check(review.Draft(lang, a, review.Facts{}))
				if c == review.Praise {
					require.Empty(t, open)
					continue
				}
				require.Equal(t, []review.DraftCode{review.DraftSlot, review.DraftSlot}, codes(open))
				require.True(t, open[0].Blocks)
			}
		}
	}
}

// Each topic has words of its own, and the draft takes up each that was found,
// up to three.
func TestEveryTopicIsAdmitted(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range tone.TopicRules() {
		for _, lang := range []string{"de", "en"} {
			draft := review.Draft(lang, review.Assessment{Criticality: review.Critical, Topics: []tone.Topic{r.Topic}}, review.Facts{})
			assert.False(t, seen[draft], "%s %s", r.Topic, lang)
			seen[draft] = true
		}
	}
	draft := review.Draft("en", review.Assessment{Criticality: review.Critical, Topics: []tone.Topic{tone.Speed, tone.Defect, tone.Staff, tone.Website}}, review.Facts{})
	for _, part := range []string{"longer than we had promised", "defective goods", "treated you", "We apologise"} {
		assert.Contains(t, draft, part)
	}
	assert.NotContains(t, draft, "website")
}

func TestPromisesAreStatedAsTheyAre(t *testing.T) {
	t.Parallel()
	say := func(made, kept int) string {
		return review.Draft("en", review.Assessment{Criticality: review.Mixed}, review.Facts{Promises: &review.Promises{Made: made, Kept: kept}})
	}
	assert.Contains(t, say(3, 3), "We kept all 3 promises about this order.")
	assert.Contains(t, say(1, 1), "We kept what we promised")
	assert.Contains(t, say(1, 0), "We did not keep what we promised")
	assert.Contains(t, say(3, 1), "Of 3 promises about this order we kept 1.")
	for _, nothing := range []string{say(0, 0), say(2, 3), say(2, -1)} {
		assert.NotContains(t, nothing, "promise")
	}
}

// TestNoIncentive: nothing is offered for giving, changing, improving or removing
// a review, however it is put; and help that is no bargain is left alone.
func TestNoIncentive(t *testing.T) {
	t.Parallel()
	check := review.DraftCheck{Lang: "en", Visibility: review.Private}
	for _, bad := range []string{
		"Wenn Sie Ihre Bewertung ändern, erstatten wir den Preis.",
		"Bitte löschen Sie die Rezension. Sie bekommen dann einen Gutschein über 20 €.",
		"Für eine 5-Sterne-Bewertung erhalten Sie 10 % Rabatt.",
		"Wir schenken Ihnen einen Gutschein, sobald Sie uns bewerten.",
		"Als Dank gibt es einen Bonus: einfach die Bewertung anpassen!",
		"Unter allen Bewertungen verlosen wir ein Tablet, wenn Sie bis Freitag schreiben.",
		"If you change your review, we will refund you.",
		"Please update your rating and get a 10% discount.",
		"You will get a voucher for a five-star review.",
		"A free lamp in return for your review.",
		"We would gladly send a gift. Could you remove the review?",
	} {
		list := check.Check(bad)
		require.Contains(t, codes(list), review.DraftIncentive, bad)
		require.True(t, list[0].Blocks)
	}
	for _, asks := range []string{
		"Vielleicht möchten Sie Ihre Bewertung überdenken?", "Bitte passen Sie die Bewertung an: anpassen geht im Konto.", "Please consider changing your review.",
	} {
		assert.Equal(t, []review.DraftCode{review.DraftAsksChange}, codes(check.Check(asks)), asks)
	}
	for _, good := range []string{
		"Danke für Ihre Bewertung. Wir erstatten Ihnen den vollen Preis.",
		"Vielen Dank für Ihre Bewertung, den Preis erstatten wir heute.",
		"Ihre Bewertung hilft uns. Unseren Versand haben wir geändert.",
		"Dank Ihrer Bewertung konnten wir unseren Versand verbessern.",
		"Thank you for your review. A refund is on its way.",
		"Thank you for your review, we sent a voucher for the delay yesterday.",
		"Wir haben die Adresse geändert und senden kostenlos neu.",
	} {
		assert.Empty(t, check.Check(good), good)
	}
}

// What is of a person has no place in public, but for the shop's own contact.
func TestPersonalDataStaysPrivate(t *testing.T) {
	t.Parallel()
	check := review.DraftCheck{Visibility: review.Public, Contact: "030 1234567-89", Private: []string{"Erika Muster", "ord-4711"}}
	text := "Liebe ERIKA MUSTER, Ihre Bestellung ORD-4711 an erika@muster.example, Tel. 0171 234 5678 90, ist raus. Hier: 030 1234567-89."
	list := check.Check(text)
	require.Len(t, list, 4)
	for i, want := range []string{"ERIKA MUSTER", "ORD-4711", "erika@", "0171 234 5678 90"} {
		assert.Equal(t, review.DraftPersonal, list[i].Code)
		assert.Contains(t, text[list[i].Start:list[i].End], want)
	}
	check.Visibility = review.Private
	assert.Empty(t, check.Check(text))
	check.Visibility = review.Public
	assert.Empty(t, check.Check("Am 26.11.2026 um 12:30 haben wir 1.234,56 € überwiesen, @alle"))
}

func TestDraftToneAndApology(t *testing.T) {
	t.Parallel()
	check := review.DraftCheck{Lang: "de", Visibility: review.Public, Criticality: review.Critical, Replies: replies(t)}
	list := check.Check("Das ist Ihre eigene Schuld.")
	assert.ElementsMatch(t, []review.DraftCode{review.DraftNoApology, review.DraftTone}, codes(list))
	for _, w := range list {
		assert.False(t, w.Blocks)
		assert.NotEmpty(t, w.Advice)
	}
}

// Whatever a draft holds, warnings lie inside it and are few.
func TestCheckIsBounded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		words := []string{"{", "}", "{x}", "@", "a@b", "Bewertung ", "ändern ", "Gutschein ", "123456789", "\n", ".", "ſ", "İ", "\xff", "ord", "für "}
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 60).Draw(t, "words"), rapid.SampledFrom([]string{"", " "}).Draw(t, "gap"))
		check := review.DraftCheck{Visibility: review.Public, Private: []string{"ord", "İ"}, Contact: "{x}"}
		list := check.Check(text)
		require.LessOrEqual(t, len(list), 50)
		for i, w := range list {
			require.True(t, 0 <= w.Start && w.Start <= w.End && w.End <= len(text))
			require.True(t, i == 0 || list[i-1].Start <= w.Start)
		}
	})
}

// BenchmarkCheck: ten times the draft takes ten times as long.
func BenchmarkCheck(b *testing.B) {
	check := review.DraftCheck{Visibility: review.Public, Criticality: review.Critical, Private: []string{"4711"}}
	for _, n := range []int{100, 1000, 10_000} {
		draft := strings.Repeat("Bewertung Gutschein 12 wenn Sie ", n)
		b.Run(strconv.Itoa(len(draft)), func(b *testing.B) {
			b.SetBytes(int64(len(draft)))
			for b.Loop() {
				check.Check(draft)
			}
		})
	}
}
