package web

import (
	"errors"
	"net/http"
	"slices"

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
	Ticket     ticket.Ticket
	Orders     []demo.Order
	Lines      []order.Line // of the chosen order
	Causes     []order.Cause
	Severities []order.Severity
	Wishes     []order.Wish
	Claim      app.Claim
	Asked      bool
	Decision   goodwill.Decision
	Questions  []inquiry // that would say more, or were answered
	More       []inquiry // all others
	Lacking    []string  // paths of what is not known and cannot be entered here
	Hidden     [][2]string
	Faults     []string
	Grants     []goodwill.Grant
}

func newGoodwillPage() goodwillPage {
	return goodwillPage{
		Causes: []order.Cause{
			order.CauseLate, order.CauseNotDelivered, order.CauseDefect, order.CauseNotAsDescribed, order.CauseDamaged, order.CauseWrongItem,
			order.CauseMissingItem, order.CauseChangeOfMind, order.CausePrice, order.CausePayment, order.CauseCourier, order.CauseService,
			order.CauseDigital, order.CauseOther,
		},
		Severities: []order.Severity{order.SeverityMinor, order.SeverityModerate, order.SeverityMajor, order.SeverityCritical},
		Wishes: []order.Wish{
			order.WishWithdraw, order.WishRefund, order.WishPartialRefund, order.WishPriceReduction, order.WishReplacement, order.WishRepair,
			order.WishCancel, order.WishDelivery, order.WishCompensation, order.WishVoucher, order.WishApology,
		},
	}
}

// goodwillPage shows a decision, and makes nothing of it.
func (s *Server) goodwillPage(w http.ResponseWriter, r *http.Request, v *view) error {
	claim, faults := claimOf(v, r)
	return s.showGoodwill(w, r, v, claim, faults)
}

// showGoodwill shows the page of a claim, with what is wrong with it, or what is to
// be decided about it.
func (s *Server) showGoodwill(w http.ResponseWriter, r *http.Request, v *view, claim app.Claim, faults sla.Faults) error {
	ref, err := s.ref(r)
	if err != nil {
		return err
	}
	who := app.GoodwillActor(*v.Agent)
	f, err := s.app.Folder(r.Context(), app.AgentActor(*v.Agent), who, ref)
	if err != nil {
		return err
	}
	p := newGoodwillPage()
	p.Ticket, p.Orders, p.Grants, p.Claim = f.Ticket, f.Card.Orders, f.Grants, claim
	if i := slices.IndexFunc(p.Orders, func(o demo.Order) bool { return o.ID == claim.Order }); i >= 0 {
		p.Lines = p.Orders[i].Lines
	}
	if claim.Order != "" && len(faults) == 0 {
		p.Decision, err = s.app.Consider(r.Context(), who, p.Ticket, claim)
		if !errors.As(err, &faults) && err != nil {
			return s.ofGoodwill(w, v, err)
		}
		p.Asked, p.Hidden = err == nil, hidden(claim)
	}
	for _, fault := range faults {
		v.status = http.StatusUnprocessableEntity
		p.Faults = append(p.Faults, v.claimFault(fault))
	}
	p.questions(v, r.Form, s.app.AskedFields())
	return s.render(w, v, "agent_goodwill", &p)
}

// missing are the paths of what would say more.
func (p *goodwillPage) missing() []string {
	all := slices.Clone(p.Decision.Missing)
	for i := range p.Decision.Rights.Entitlements {
		all = append(all, p.Decision.Rights.Entitlements[i].Missing...)
	}
	return all
}

// Chosen reports whether the claim is about a line by its id.
func (p *goodwillPage) Chosen(line string) bool { return slices.Contains(p.Claim.Lines, line) }

// LineName is what a line of the chosen order is.
func (p *goodwillPage) LineName(v *view, id string) string {
	if id == order.DeliveryLine {
		return v.T("Lieferung", "delivery")
	}
	if i := slices.IndexFunc(p.Lines, func(l order.Line) bool { return l.ID == id }); i >= 0 {
		return p.Lines[i].Category
	}
	return id
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
	claim, faults := claimOf(v, r)
	if len(faults) == 0 {
		_, err = s.app.Propose(r.Context(), app.GoodwillActor(*v.Agent), t, claim, key)
	}
	switch {
	case len(faults) > 0, errors.As(err, &faults):
		return s.showGoodwill(w, r, v, claim, faults)
	case err != nil:
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
