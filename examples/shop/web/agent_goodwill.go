package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// goodwillPage is what is owed and what may be offered for an order of a ticket.
type goodwillPage struct {
	Ticket   ticket.Ticket
	Orders   []demo.Order
	Causes   []order.Cause
	Claim    app.Claim
	Asked    bool
	Decision goodwill.Decision
	Missing  []string // facts to be found out
	Grants   []goodwill.Grant
}

func claimOf(r *http.Request) app.Claim {
	_ = r.ParseForm()
	c := app.Claim{Order: r.Form.Get("order"), Cause: order.Cause(r.Form.Get("cause")), Declined: r.Form["declined"], Facts: make(map[string]string)}
	for name := range r.Form {
		if fact, ok := strings.CutPrefix(name, "fact."); ok && r.Form.Get(name) != "" {
			c.Facts[fact] = r.Form.Get(name)
		}
	}
	return c
}

// goodwillPage shows a decision, and makes nothing of it.
func (s *Server) goodwillPage(w http.ResponseWriter, r *http.Request, v *view) error {
	ref, err := s.ref(r)
	if err != nil {
		return err
	}
	who := app.GoodwillActor(*v.Agent)
	p := goodwillPage{Claim: claimOf(r), Causes: []order.Cause{
		order.CauseLate, order.CauseNotDelivered, order.CauseDefect, order.CauseNotAsDescribed, order.CauseDamaged, order.CauseWrongItem,
		order.CauseMissingItem, order.CauseChangeOfMind, order.CausePrice, order.CausePayment,
	}}
	f, err := s.app.Folder(r.Context(), app.AgentActor(*v.Agent), who, ref)
	if err != nil {
		return err
	}
	p.Ticket, p.Orders, p.Grants = f.Ticket, f.Card.Orders, f.Grants
	if p.Asked = p.Claim.Order != ""; p.Asked {
		if p.Decision, err = s.app.Consider(r.Context(), who, p.Ticket, p.Claim); err != nil {
			return s.ofGoodwill(w, v, err)
		}
		p.facts()
	}
	return s.render(w, v, "agent_goodwill", &p)
}

// facts are those that would say more, and those that were said.
func (p *goodwillPage) facts() {
	add := func(path string) {
		if name, ok := strings.CutPrefix(path, "facts."); ok && !slices.Contains(p.Missing, name) {
			p.Missing = append(p.Missing, name)
		}
	}
	for name := range p.Claim.Facts {
		add("facts." + name)
	}
	for _, path := range p.Decision.Missing {
		add(path)
	}
	for i := range p.Decision.Rights.Entitlements {
		for _, path := range p.Decision.Rights.Entitlements[i].Missing {
			add(path)
		}
	}
	slices.Sort(p.Missing)
}

// propose makes grants of what was decided. A form sent twice counts once.
func (s *Server) propose(w http.ResponseWriter, r *http.Request, v *view) error {
	ref, err := s.ref(r)
	if err != nil {
		return err
	}
	t, err := s.app.Tickets.Get(r.Context(), app.AgentActor(*v.Agent), ref)
	if err != nil {
		return err
	}
	key := field(r, "key")
	if key == "" {
		return inputError{"Bitte laden Sie die Seite neu.", "Please load the page again."}
	}
	if _, err := s.app.Propose(r.Context(), app.GoodwillActor(*v.Agent), t, claimOf(r), key); err != nil {
		return s.ofGoodwill(w, v, err)
	}
	s.flash(r, v.T("Festgehalten.", "Recorded."))
	return to(w, r, "/desk/ticket/"+ref.ID.String()+"/goodwill")
}

// grantAct does something to a grant of the ticket, in the agent's name.
func (s *Server) grantAct(w http.ResponseWriter, r *http.Request, v *view) error {
	ref, err := s.ref(r)
	if err != nil {
		return err
	}
	who := app.GoodwillActor(*v.Agent)
	g, err := s.app.GrantOf(r.Context(), who, ref, r.PathValue("grant"))
	if err != nil {
		return s.ofGoodwill(w, v, err)
	}
	switch r.PathValue("action") {
	case "approve":
		g, err = s.app.Goodwill.Approve(r.Context(), who, g.Ref())
	case "reject":
		g, err = s.app.Goodwill.Reject(r.Context(), who, g.Ref())
	case "execute":
		g, err = s.app.Goodwill.Execute(r.Context(), who, g.Ref())
	case "settle":
		g, err = s.app.Goodwill.Resolve(r.Context(), who, g.Ref(), goodwill.Resolution{
			Status: goodwill.PayoutStatus(field(r, "status")), Reference: field(r, "reference"),
		})
	case "reverse":
		g, err = s.app.Goodwill.Reverse(r.Context(), who, g.Ref(), field(r, "reference"))
	default:
		return store.ErrNotFound
	}
	if err != nil {
		return s.ofGoodwill(w, v, err)
	}
	s.flash(r, v.Both(g.State.Text()))
	return to(w, r, "/desk/ticket/"+ref.ID.String()+"/goodwill")
}

// ofGoodwill says in words why the goodwill desk did not do what it was asked.
func (s *Server) ofGoodwill(w http.ResponseWriter, v *view, err error) error {
	var refused *goodwill.Refusal
	f := failure{Title: v.T("Das geht gerade nicht", "That is not possible now")}
	v.status = http.StatusConflict
	switch {
	case errors.As(err, &refused):
		for _, reason := range refused.Reasons {
			f.Reasons = append(f.Reasons, v.Both(reason.Text()))
		}
	case errors.Is(err, goodwill.ErrCap):
		f.Reasons = []string{v.Both(goodwill.Reason{Code: goodwill.CodeBudget}.Text())}
	case errors.Is(err, goodwill.ErrConflict), errors.Is(err, goodwill.ErrKeyReuse):
		f.Text = v.T("Jemand war schneller. Bitte laden Sie die Seite neu.", "Somebody was faster. Please load the page again.")
	case errors.Is(err, sla.ErrInvalid):
		v.status, f.Title = http.StatusUnprocessableEntity, v.T("Bitte prüfen", "Please check")
		f.Text = v.T("Eine Angabe kann so nicht übernommen werden.", "Something that was entered cannot be used.")
	case errors.Is(err, goodwill.ErrNotFound):
		return store.ErrNotFound
	default:
		return err
	}
	return s.render(w, v, "error", f)
}
