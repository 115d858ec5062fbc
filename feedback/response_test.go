package feedback_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/feedback"
)

func afterTicket(t require.TestingT) *feedback.Survey {
	s, err := feedback.NewSurvey(feedback.SurveyConfig{ID: "after-ticket", Questions: []feedback.Question{
		{ID: "csat", About: feedback.AspectService, Scale: feedback.ScaleCSAT5().Config()},
		{ID: "nps", About: feedback.AspectPurchase, Scale: feedback.ScaleNPS().Config()},
	}})
	require.NoError(t, err)
	return s
}

// TestSurveyFaults: an empty survey and one full of mistakes are refused, with
// all of them.
func TestSurveyFaults(t *testing.T) {
	t.Parallel()
	_, err := feedback.NewSurvey(feedback.SurveyConfig{})
	assert.Equal(t, []string{"id", "questions"}, paths(t, err))

	cfg, err := feedback.ParseSurvey([]byte(`{"id": "a|b", "version": -1, "questions": [
		{"id": "q", "about": "service", "scale": {"kind": "csat", "min": 5, "max": 1, "good": 4, "bad": 2}},
		{"id": "q", "about": "weather", "scale": {"kind": "stars", "min": 1, "max": 5, "good": 4, "bad": 2}}]}`))
	require.NoError(t, err)
	_, err = feedback.NewSurvey(cfg)
	assert.Equal(t, []string{
		"id", "version", "questions[0].scale.min", "questions[0].scale.max", "questions[0].scale.good",
		"questions[0].scale.bad", "questions[1].id", "questions[1].about",
	}, paths(t, err))

	_, err = feedback.ParseSurvey([]byte(`{"id": "a", "Questions": [], "questions": [{"scale": {"min": 1.5}}]}`))
	require.ErrorIs(t, err, feedback.ErrInvalid)
	_, err = feedback.NewSurvey(feedback.SurveyConfig{ID: "long", Questions: make([]feedback.Question, feedback.MaxQuestions+1)})
	assert.Contains(t, paths(t, err), "questions")
}

// TestAnswersFromOutside: fractions, text, scores off the scale and half
// answers are refused; a skipped question is none of them.
func TestAnswersFromOutside(t *testing.T) {
	t.Parallel()
	s := afterTicket(t)
	answers, err := s.ParseAnswers([]byte(`[{"question": "csat", "score": 4}, {"question": "nps", "skipped": true}]`))
	require.NoError(t, err)
	assert.Equal(t, []feedback.Answer{{Question: "csat", Score: 4}, {Question: "nps", Skipped: true}}, answers)
	answers, err = s.ParseAnswers([]byte(`[{"question": "nps", "score": 0}]`))
	require.NoError(t, err)
	assert.Equal(t, []feedback.Answer{{Question: "nps"}}, answers)
	for _, bad := range []string{
		`[{"question": "csat", "score": 4.5}]`, `[{"question": "csat", "score": 4.0}]`, `[{"question": "csat", "score": "4"}]`,
		`[{"question": "csat", "score": 0}]`, `[{"question": "csat", "score": 6}]`, `[{"question": "csat", "score": 1e0}]`,
		`[{"question": "csat"}]`, `[{"question": "csat", "score": 4, "skipped": true}]`, `[{"question": "other", "score": 4}]`,
		`[{"question": "csat", "score": 4}, {"question": "csat", "score": 5}]`, `[{"question": "csat", "score": null}]`, `{}`, ``,
	} {
		_, err := s.ParseAnswers([]byte(bad))
		require.ErrorIs(t, err, feedback.ErrInvalid, bad)
	}
}

// TestResponseFaults: all that is wrong is said, without what was written.
func TestResponseFaults(t *testing.T) {
	t.Parallel()
	r := feedback.Response{
		Survey: "other", Revision: -1, Comment: strings.Repeat("x", feedback.MaxComment+1),
		Answers: []feedback.Answer{{Question: "csat", Score: 9}, {Question: "nps", Score: 3, Skipped: true}, {Question: "my name is Bond"}},
		Facets:  map[string]string{"chan=nel": "a", "agent": "\x00"},
	}
	err := afterTicket(t).Check(&r)
	assert.Equal(t, []string{
		"shop", "survey", "revision", "at", "comment", "answers[0].score", "answers[1].score", "answers[2].question",
		"facets.agent", "facets",
	}, paths(t, err))
	assert.NotContains(t, err.Error(), "Bond")
	_, err = afterTicket(t).Changes(nil, &r, time.UTC)
	require.ErrorIs(t, err, feedback.ErrInvalid)
}

// TestTotalsAreARecount: after any sequence of answers, corrections and
// erasures the stored summaries are those of a count from scratch.
func TestTotalsAreARecount(t *testing.T) {
	t.Parallel()
	survey, berlin := afterTicket(t), zone(t, "Europe/Berlin")
	rapid.Check(t, func(t *rapid.T) {
		stored := map[feedback.Key]feedback.Summary{}
		kept := map[string]*feedback.Response{}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			id := rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "id")
			var next *feedback.Response
			if rapid.IntRange(0, 3).Draw(t, "erase") > 0 {
				next = response(t)
			}
			changes, err := survey.Changes(kept[id], next, berlin)
			require.NoError(t, err)
			for _, c := range changes {
				require.NotEqual(t, c.Sub, c.Add)
				s := stored[c.Key]
				require.NoError(t, c.Apply(&s))
				if stored[c.Key] = s; s.IsZero() {
					delete(stored, c.Key)
				}
			}
			if kept[id] = next; next == nil {
				delete(kept, id)
			}
		}
		recount := map[feedback.Key]feedback.Summary{}
		for r := range maps.Values(kept) {
			rows, err := survey.Rows(r, berlin)
			require.NoError(t, err)
			for _, row := range rows {
				s := recount[row.Key]
				require.NoError(t, s.Merge(&row.Summary))
				recount[row.Key] = s
			}
		}
		require.Equal(t, recount, stored)
	})
}

func response(t *rapid.T) *feedback.Response {
	r := &feedback.Response{
		Shop: "demo", Survey: "after-ticket",
		At: time.Unix(1_774_700_000+rapid.Int64Range(0, 200_000).Draw(t, "at"), 0), // around the end of March 2026
	}
	if rapid.Bool().Draw(t, "csat") {
		r.Answers = append(r.Answers, feedback.Answer{Question: "csat", Score: rapid.IntRange(1, 5).Draw(t, "score")})
	}
	if rapid.Bool().Draw(t, "nps") {
		r.Answers = append(r.Answers, feedback.Answer{Question: "nps", Skipped: true})
	}
	if rapid.Bool().Draw(t, "facet") {
		r.Facets = map[string]string{"channel": rapid.SampledFrom([]string{"email", "chat"}).Draw(t, "channel")}
	}
	return r
}
