package web

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/sla"
)

// tryDays is how far back a policy is tried on.
const tryDays = 28

type policyPage struct {
	Text     string
	Faults   []string
	Warnings []sla.LintWarning
	Rows     []policyRow
	Flips    []policyFlip
	Tried    bool
	OK       bool
}

// policyRow is one metric under the policy of now and under the one that is tried.
type policyRow struct {
	Metric   sla.Metric
	Old, New sla.Counts
}

// policyFlip is which tickets would have fared otherwise.
type policyFlip struct {
	Metric        sla.Metric
	Better, Worse int
	Tickets       []string
}

func (s *Server) policyForm(w http.ResponseWriter, r *http.Request, v *view) error {
	cfg, err := s.app.NewestDeadlines(r.Context())
	if err != nil {
		return err
	}
	cfg.Version++
	text, err := json.MarshalIndent(cfg, "", "  ")
	if err != nil {
		return err
	}
	return s.render(w, v, "manager_policy", policyPage{Text: string(text)})
}

// policy checks a policy, tries it on the last weeks, or saves it.
func (s *Server) policy(w http.ResponseWriter, r *http.Request, v *view) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	p := policyPage{Text: r.PostFormValue("policy")}
	what, days := field(r, "do"), 0
	if what == "try" {
		days = tryDays
	}
	trial, err := s.app.Try(r.Context(), []byte(p.Text), days)
	if err == nil && what == "save" {
		if err = s.app.SaveDeadlines(r.Context(), []byte(p.Text), *v.Agent); err == nil {
			s.flash(r, v.T("Gespeichert. Neue Anfragen erhalten die Fassung ab dem nächsten Start; laufende behalten ihre.",
				"Saved. New tickets get this version from the next start on; those that run keep theirs."))
			return to(w, r, "/desk/manage/policy")
		}
	}
	if err != nil {
		if p.Faults = faults(v, err); p.Faults == nil {
			return err
		}
		v.status = http.StatusUnprocessableEntity
		return s.render(w, v, "manager_policy", p)
	}
	p.OK, p.Warnings = true, trial.Warnings
	p.compare(trial.Report)
	return s.render(w, v, "manager_policy", p)
}

// faults are all that is wrong with a policy, each with its place.
func faults(v *view, err error) []string {
	if errors.Is(err, app.ErrVersion) {
		return []string{v.T("Die Fassung muss die nächste sein: Jemand war vielleicht schneller.", "The version has to be the next one: somebody may have been faster.")}
	}
	if all, ok := errors.AsType[sla.Faults](err); ok {
		var out []string
		for _, f := range all {
			out = append(out, f.Error())
		}
		return out
	}
	if errors.Is(err, sla.ErrInvalid) {
		return []string{err.Error()}
	}
	return nil
}

func (p *policyPage) compare(r *sla.Report) {
	if r == nil || len(r.Policies) != 2 {
		return
	}
	p.Tried = true
	for i, m := range r.Policies[0].Metrics {
		n := r.Policies[1].Metrics[i]
		p.Rows = append(p.Rows, policyRow{Metric: m.Metric, Old: m.Counts, New: n.Counts})
	}
	for _, c := range r.Changes {
		for _, m := range c.Metrics {
			f := policyFlip{Metric: m.Metric, Better: m.BreachedToMet, Worse: m.MetToBreached}
			for _, one := range m.Flips {
				f.Tickets = append(f.Tickets, one.ID)
			}
			p.Flips = append(p.Flips, f)
		}
	}
}
