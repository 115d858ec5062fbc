package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/kulanz-go/kulanz/escalation"
	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/sla"
)

// tryDays is how far back a policy is tried on.
const tryDays = 28

type policyPage struct {
	Kind   app.PolicyKind
	Kinds  []app.PolicyKind
	InUse  int // version
	Text   string
	Faults []string
	OK     bool
	Trial  app.Trial
	Rows   []policyRow
	Flips  []policyFlip
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

// newPolicyPage says which policies a page is about: deadlines where none is named.
func (s *Server) newPolicyPage(r *http.Request) (policyPage, error) {
	p := policyPage{Kind: app.Deadlines, Kinds: app.PolicyKinds()}
	if kind := app.PolicyKind(r.FormValue("kind")); kind != "" {
		p.Kind = kind
	}
	for _, k := range p.Kinds {
		if k == p.Kind {
			p.InUse = s.app.Rulebook().Newest(k).Version
			return p, nil
		}
	}
	return p, store.ErrNotFound
}

func (s *Server) policyForm(w http.ResponseWriter, r *http.Request, v *view) error {
	p, err := s.newPolicyPage(r)
	if err != nil {
		return err
	}
	text, err := s.app.Draft(p.Kind)
	if err != nil {
		return err
	}
	p.Text = string(text)
	return s.render(w, v, "manager_policy", p)
}

// policy checks a policy, tries it on the last weeks, or saves it.
func (s *Server) policy(w http.ResponseWriter, r *http.Request, v *view) error {
	p, err := s.newPolicyPage(r)
	if err != nil {
		return err
	}
	p.Text = r.PostFormValue("policy")
	what, days := field(r, "do"), 0
	if what == "try" {
		days = tryDays
	}
	p.Trial, err = s.app.Try(r.Context(), p.Kind, []byte(p.Text), days)
	if err == nil && what == "save" {
		if err = s.app.SavePolicy(r.Context(), p.Kind, []byte(p.Text), *v.Agent); err == nil {
			s.flash(r, v.T("Gespeichert. Die Fassung gilt ab sofort für Neues; Laufendes behält seine.",
				"Saved. The version is in force from now on for what is new; what runs keeps its own."))
			return to(w, r, "/desk/manage/policy?kind="+string(p.Kind))
		}
	}
	if err != nil {
		if p.Faults = faults(v, err); p.Faults == nil {
			return err
		}
		v.status = http.StatusUnprocessableEntity
		return s.render(w, v, "manager_policy", p)
	}
	p.OK = true
	p.compare(p.Trial.Deadlines)
	return s.render(w, v, "manager_policy", p)
}

// faults are all that is wrong with a policy, each with its place.
func faults(v *view, err error) []string {
	if errors.Is(err, app.ErrVersion) {
		return []string{v.T("Die Fassung muss die nächste sein: Jemand war vielleicht schneller.", "The version has to be the next one: somebody may have been faster.")}
	}
	var out []string
	if all, ok := errors.AsType[sla.Faults](err); ok {
		for _, f := range all {
			out = append(out, strings.TrimPrefix(f.Error(), "sla: "))
		}
		return out
	}
	if all, ok := errors.AsType[escalation.Faults](err); ok {
		for _, f := range all {
			out = append(out, strings.TrimPrefix(f.Error(), "escalation: "))
		}
		return out
	}
	for _, known := range []error{sla.ErrInvalid, escalation.ErrInvalid, goodwill.ErrStatutoryChanged} {
		if errors.Is(err, known) {
			return []string{err.Error()}
		}
	}
	return nil
}

func (p *policyPage) compare(r *sla.Report) {
	if r == nil || len(r.Policies) != 2 {
		return
	}
	for i, m := range r.Policies[0].Metrics {
		n := r.Policies[1].Metrics[i]
		if m.Counts != (sla.Counts{}) || n.Counts != (sla.Counts{}) {
			p.Rows = append(p.Rows, policyRow{Metric: m.Metric, Old: m.Counts, New: n.Counts})
		}
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

// PolicyKind names a kind of policy.
func (v *view) PolicyKind(k app.PolicyKind) string {
	return said(v, map[app.PolicyKind]pair{
		app.Deadlines: {"Fristen", "Deadlines"}, app.Goodwill: {"Kulanz", "Goodwill"}, app.Escalation: {"Eskalation", "Escalation"},
	}, k)
}

// Lint says in words what is probably not meant.
func (v *view) Lint(code string) string { return said(v, lintWords(), code) }

func lintWords() map[string]pair {
	return map[string]pair{
		string(sla.LintNeverReached):  {"diese Regel wird nie erreicht: Eine frühere gilt für alles, was sie meint", "this rule is never reached: an earlier one is for all that it is for"},
		string(sla.LintOverlap):       {"manche Anfragen passen auch auf eine andere Regel: Die Reihenfolge entscheidet", "some tickets match another rule too: the order decides"},
		string(sla.LintLongerRule):    {"länger als eine spätere, weitere Regel", "longer than a later, wider rule"},
		string(sla.LintLongerMetric):  {"länger als eine Frist, die nicht vor ihr enden kann", "longer than a deadline that cannot end before it"},
		string(sla.LintPriority):      {"für diese Dringlichkeit gibt es keine Regel", "no rule is for this priority"},
		string(sla.LintNotExhaustive): {"für manche Anfragen gilt nichts", "nothing is for some tickets"},
		string(sla.LintNoHolidays):    {"der Kalender kennt keine Feiertage", "the calendar knows no public holidays"},
		string(sla.LintNoPause):       {"ohne Pause ist die Frist dieselbe wie die der Lösung", "without a pause the deadline is the same as that of the resolution"},

		string(escalation.LintShadowed):      {"diese Regel wird nie erreicht", "this policy is never reached"},
		string(escalation.LintNever):         {"die Bedingung ist nie erfüllt", "the condition never holds"},
		string(escalation.LintAlways):        {"die Bedingung ist immer erfüllt", "the condition always holds"},
		string(escalation.LintNotMissing):    {"eine Verneinung über etwas, das fehlen kann: dann gilt sie", "a not over something that may be missing, which makes it true"},
		string(escalation.LintSuperseded):    {"die nächste Stufe ist zur selben Zeit fällig und kommt an ihrer Stelle", "the next level is due at the same time and comes instead"},
		string(escalation.LintUncovered):     {"zu manchen Stunden ist niemand dafür da", "nobody holds it at some hours"},
		string(escalation.LintNobody):        {"niemand hat diese Aufgabe", "nobody holds the target"},
		string(escalation.LintOnlyAssignee):  {"von einer Anfrage, die niemand hat, hört niemand", "nobody hears of a ticket that nobody has"},
		string(escalation.LintNoHandOver):    {"ein Assistent kann eine Anfrage für immer behalten", "a bot may keep a ticket for good"},
		string(escalation.LintUnguarded):     {"das letzte Mittel ohne Sicherung", "the last resort without a guard"},
		string(escalation.LintNoMark):        {"keine Frist hat diese Warnmarke", "no deadline has this warning mark"},
		string(escalation.LintNoAckTimeout):  {"wer gesehen hat und vergisst, hält sie für immer an", "who acknowledges and forgets holds it for good"},
		string(escalation.LintQuietBusiness): {"die Uhr läuft nur in der Ruhezeit", "the clock only runs in quiet hours"},
		string(escalation.LintThrottle):      {"die Drossel hält eine Stufe zurück", "the throttle holds a level back"},
		string(escalation.LintEndsSilently):  {"nach der letzten Stufe kommt nichts mehr", "after the last step nothing comes"},
	}
}

// Approvals is how many favours somebody else has to agree to.
func (v *view) Approvals(t goodwill.Totals) int { return t.Outcomes[goodwill.OutcomeApproval] }
