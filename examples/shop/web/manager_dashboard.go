package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/trend"
)

type dashboard struct {
	app.Figures

	Speed    float64
	Clock    bool
	Payments bool
}

func (s *Server) dashboard(w http.ResponseWriter, r *http.Request, v *view) error {
	f, err := s.app.Figures(r.Context(), app.GoodwillActor(*v.Agent))
	if err != nil {
		return err
	}
	d := dashboard{Figures: f, Clock: s.cfg.Clock != nil, Payments: s.cfg.Payments != nil}
	if d.Clock {
		d.Speed = s.cfg.Clock.Speed()
	}
	return s.render(w, v, "manager_home", d)
}

// chart is one picture, as manage.js draws it: points over time, each with the
// range in which the truth lies.
type chart struct {
	ID    string     `json:"id"`
	Label string     `json:"label"`
	Unit  string     `json:"unit"`
	X     []int64    `json:"x"` // Unix seconds
	Y     []*float64 `json:"y"` // null: nothing is known
	Low   []*float64 `json:"low,omitempty"`
	High  []*float64 `json:"high,omitempty"`
}

func (s *Server) charts(w http.ResponseWriter, r *http.Request, v *view) error {
	f, err := s.app.Figures(r.Context(), app.GoodwillActor(*v.Agent))
	if err != nil {
		return err
	}
	zone := s.app.Calendar.Zone()
	came := chart{ID: "came", Label: v.T("Anfragen je Woche", "Tickets a week")}
	for _, c := range f.Came {
		from, _ := c.Week.Bounds(zone)
		n := float64(c.N)
		came.X, came.Y = append(came.X, from.Unix()), append(came.Y, &n)
	}
	met := chart{ID: "met", Label: v.T("Erste Antwort in der Frist", "First answer in time"), Unit: "%"}
	for _, m := range f.Met {
		from, _ := m.Week.Bounds(zone)
		met.point(from.Unix(), m.Share, 100)
	}
	all := []chart{came, met}
	for _, q := range f.Survey.Questions {
		c := chart{ID: q.ID, Label: v.Question(q.ID), Unit: "%"}
		for _, o := range q.Over {
			from, _ := o.Bucket.Bounds(zone)
			c.point(from.Unix(), figure(q.ID, o.Figures), scaleOf(q.ID))
		}
		if q.ID == app.NPS {
			c.Unit = ""
		}
		all = append(all, c)
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(all)
}

// figure is what is drawn of a question: the share of the satisfied, or the net
// promoter score.
func figure(question string, f *trend.Figures) feedback.Estimate {
	switch {
	case f == nil:
		return feedback.Estimate{}
	case question == app.NPS:
		return f.Net
	default:
		return f.TopBox
	}
}

func scaleOf(question string) float64 {
	if question == app.NPS {
		return 1
	}
	return 100
}

func (c *chart) point(x int64, e feedback.Estimate, scale float64) {
	c.X = append(c.X, x)
	if !e.OK {
		c.Y, c.Low, c.High = append(c.Y, nil), append(c.Low, nil), append(c.High, nil)
		return
	}
	y, low, high := scale*e.Value, scale*e.Interval.Low, scale*e.Interval.High
	c.Y, c.Low, c.High = append(c.Y, &y), append(c.Low, &low), append(c.High, &high)
}

// Question names a question of the survey.
func (v *view) Question(id string) string {
	if id == app.NPS {
		return v.T("Weiterempfehlung (NPS)", "Recommendation (NPS)")
	}
	return v.T("Zufriedenheit (CSAT)", "Satisfaction (CSAT)")
}

// Percent writes a share with how sure it is.
func (v *view) Percent(e feedback.Estimate) string {
	if !e.OK {
		return "–"
	}
	return fmt.Sprintf("%s %% (%s–%s)", v.number(100*e.Value), v.number(100*e.Interval.Low), v.number(100*e.Interval.High))
}

// Points writes a score with how sure it is.
func (v *view) Points(e feedback.Estimate) string {
	if !e.OK {
		return "–"
	}
	return fmt.Sprintf("%s (%s–%s)", v.number(e.Value), v.number(e.Interval.Low), v.number(e.Interval.High))
}

func (v *view) number(f float64) string { return strconv.FormatFloat(f, 'f', 0, 64) }

// Decimal writes a number with at most one place.
func (v *view) Decimal(f float64) string {
	text := strings.TrimSuffix(strconv.FormatFloat(f, 'f', 1, 64), ".0")
	if v.Lang == "de" {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}

// Minutes rounds a wait up.
func (v *view) Minutes(d time.Duration) int { return int((d + time.Minute - 1) / time.Minute) }

// Times100 makes percentage points of a share.
func (v *view) Times100(f float64) float64 { return 100 * f }

// Topic names a topic.
func (v *view) Topic(f app.TopicFigure) string { return v.server.app.TopicTitle(f.Topic, v.Lang) }

// setClock sets how fast the shop's time goes.
func (s *Server) setClock(w http.ResponseWriter, r *http.Request, v *view) error {
	if s.cfg.Clock == nil {
		return errForbidden
	}
	speed, err := strconv.ParseFloat(field(r, "speed"), 64)
	if err == nil {
		err = s.cfg.Clock.SetSpeed(speed)
	}
	if err != nil {
		return inputError{"So schnell kann die Uhr nicht gehen.", "The clock cannot go as fast as that."}
	}
	if err := s.app.DB.Log(r.Context(), s.app.Now(), v.Agent.ID, "clock", field(r, "speed")); err != nil {
		return err
	}
	s.flash(r, v.T("Die Uhr ist gestellt.", "The clock is set."))
	return to(w, r, "/desk/manage")
}
