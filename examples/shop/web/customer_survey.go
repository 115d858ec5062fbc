package web

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/feedback"
)

// surveyPage is a survey by its link.
type surveyPage struct {
	Token     string
	Sheet     feedback.Sheet
	Questions []surveyQuestion
}

type surveyQuestion struct {
	ID, DE, EN string
	Low, High  [2]string // what the ends mean
	Scores     []int     // ascending
	Chosen     int       // -1: none
}

// Least is the lowest score.
func (q surveyQuestion) Least() int { return q.Scores[0] }

// Most is the highest.
func (q surveyQuestion) Most() int { return q.Scores[len(q.Scores)-1] }

// surveyForm shows, and records nothing: mail scanners follow links.
func (s *Server) surveyForm(w http.ResponseWriter, r *http.Request, v *view) error {
	v.Path = ""
	p := surveyPage{Token: r.PathValue("token")}
	var err error
	if p.Sheet, err = s.app.Surveys.Show(r.Context(), p.Token); err != nil {
		return err
	}
	for _, q := range p.Sheet.Survey.Questions {
		p.Questions = append(p.Questions, question(q, p.Sheet.Answers))
	}
	return s.render(w, v, "customer_survey", p)
}

// question puts one into words.
func question(q feedback.Question, answers []feedback.Answer) surveyQuestion {
	out := surveyQuestion{ID: q.ID, Chosen: -1}
	switch q.ID {
	case app.CSAT:
		out.DE, out.EN = "Wie zufrieden sind Sie mit unserer Hilfe?", "How satisfied are you with our help?"
		out.Low, out.High = [2]string{"sehr unzufrieden", "very dissatisfied"}, [2]string{"sehr zufrieden", "very satisfied"}
	case app.NPS:
		out.DE, out.EN = "Wie wahrscheinlich empfehlen Sie uns weiter?", "How likely are you to recommend us?"
		out.Low, out.High = [2]string{"unwahrscheinlich", "unlikely"}, [2]string{"äußerst wahrscheinlich", "extremely likely"}
	default:
		out.DE, out.EN = q.ID, q.ID
	}
	for n := q.Scale.Min; n <= q.Scale.Max; n++ {
		out.Scores = append(out.Scores, n)
	}
	for _, a := range answers {
		if a.Question == q.ID && !a.Skipped {
			out.Chosen = a.Score
		}
	}
	return out
}

// survey records what was clicked, and shows the page again: one click is an
// answer, more may follow and correct it.
func (s *Server) survey(w http.ResponseWriter, r *http.Request, v *view) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	token := r.PathValue("token")
	sheet, err := s.app.Surveys.Show(r.Context(), token)
	if err != nil {
		return err
	}
	var answers []feedback.Answer
	for _, q := range sheet.Survey.Questions {
		a, err := answer(r, q.ID, sheet.Answers)
		if err != nil {
			return err
		}
		answers = append(answers, a)
	}
	comment := sheet.Comment
	if r.PostForm.Has("comment") {
		comment = r.PostFormValue("comment")
	}
	if _, err := s.app.Surveys.Record(r.Context(), token, answers, comment); err != nil {
		return err
	}
	s.flash(r, v.T("Danke! Ihre Antwort ist angekommen. Sie können sie noch ergänzen.", "Thank you! Your answer has arrived. You may still add to it."))
	return to(w, r, "/survey/"+token)
}

// answer is what was clicked, else what was answered before, else skipped.
func answer(r *http.Request, question string, before []feedback.Answer) (feedback.Answer, error) {
	if text := r.PostFormValue(question); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return feedback.Answer{}, inputError{"Diese Antwort gibt es nicht.", "There is no such answer."}
		}
		return feedback.Answer{Question: question, Score: n}, nil
	}
	for _, a := range before {
		if a.Question == question {
			return a, nil
		}
	}
	return feedback.Answer{Question: question, Skipped: true}, nil
}

// objectForm asks for the click that ends all asking.
func (s *Server) objectForm(w http.ResponseWriter, r *http.Request, v *view) error {
	v.Path = ""
	return s.render(w, v, "customer_object", r.PathValue("token"))
}

func (s *Server) object(w http.ResponseWriter, r *http.Request, v *view) error {
	if _, err := s.app.Surveys.Object(r.Context(), r.PathValue("token")); err != nil {
		return err
	}
	s.flash(r, v.T("Wir fragen Sie nicht mehr.", "We will not ask you again."))
	return to(w, r, "/")
}

// askNow leads to the survey on a page, where the rules let the customer be asked.
func (s *Server) askNow(w http.ResponseWriter, r *http.Request, v *view) error {
	ref, _, err := s.opened(r)
	if err != nil {
		return err
	}
	t, err := s.app.Tickets.Get(r.Context(), app.System(), ref)
	if err != nil {
		return err
	}
	asked, err := s.app.Ask(r.Context(), app.PolicyPage, t)
	if err != nil && !errors.Is(err, feedback.ErrInvalid) {
		return err
	}
	s.flash(r, v.T("Vielen Dank!", "Thank you!"))
	if asked.Token == "" {
		return to(w, r, "/t/"+r.PathValue("token"))
	}
	return to(w, r, "/survey/"+asked.Token)
}
