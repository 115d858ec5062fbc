package web

import (
	"net/http"
	"strconv"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/trend"
	"github.com/kulanz-go/kulanz/ticket"
)

type measureRow struct {
	trend.Measure

	Needed    int64 // answers on either side; 0: not known
	Judgement *trend.Judgement
}

// Answers is how many are needed.
func (r measureRow) Answers() int { return int(r.Needed) }

type measuresPage struct {
	Rows     []measureRow
	Channels []ticket.Channel
}

// measures lists what the shop does about its findings, and whether it worked.
func (s *Server) measures(w http.ResponseWriter, r *http.Request, v *view) error {
	list, err := s.app.Measures(r.Context())
	if err != nil {
		return err
	}
	p := measuresPage{Channels: []ticket.Channel{
		ticket.ChannelEmail, ticket.ChannelPhone, ticket.ChannelForm, ticket.ChannelChat, ticket.ChannelMessenger, ticket.ChannelSocial,
		ticket.ChannelMarketplace,
	}}
	for _, m := range list {
		row := measureRow{Measure: m}
		if n, err := m.Needed(); err == nil {
			row.Needed = n
		}
		if row.Judgement, err = s.app.JudgeMeasure(r.Context(), m); err != nil {
			return err
		}
		p.Rows = append(p.Rows, row)
	}
	return s.render(w, v, "manager_measures", p)
}

// addMeasure writes a measure down: what was found, what is done about it, by whom,
// and by how much satisfaction is hoped to rise.
func (s *Server) addMeasure(w http.ResponseWriter, r *http.Request, v *view) error {
	effect, err := strconv.ParseFloat(field(r, "effect"), 64)
	if err != nil {
		return inputError{"Die erhoffte Wirkung ist eine Zahl in Prozentpunkten.", "The effect hoped for is a number of percentage points."}
	}
	m := trend.Measure{
		Kind: trend.MeasureKind(field(r, "kind")), Finding: field(r, "finding"), Hypothesis: field(r, "hypothesis"), Owner: v.Agent.ID,
		Survey: app.SurveyID, Question: app.CSAT, Effect: effect / 100, State: trend.MeasureRunning,
	}
	if value := field(r, "channel"); value != "" {
		m.Segment = feedback.Segment{Facet: "channel", Value: value}
	}
	if err := s.app.KeepMeasure(r.Context(), m); err != nil {
		return inputError{err.Error(), err.Error()}
	}
	s.flash(r, v.T("Die Maßnahme läuft.", "The measure is running."))
	return to(w, r, "/desk/manage/measures")
}
