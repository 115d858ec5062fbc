package web

import (
	"errors"
	"net/http"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/pay"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/goodwill"
)

// paymentsPage is what the made-up payment service has in its books, and how it
// behaves.
type paymentsPage struct {
	Books    []paymentRow
	Conducts []pay.Conduct
	Usual    pay.Conduct
}

type paymentRow struct {
	pay.Transfer

	Case string // the ticket that it was granted in
}

// shownPayments is how many transfers the page shows.
const shownPayments = 100

// payments shows the books of the demo's payment service, which are its own: what
// the desk believes may differ for as long as nobody answers.
func (s *Server) payments(w http.ResponseWriter, r *http.Request, v *view) error {
	if s.cfg.Payments == nil {
		return store.ErrNotFound
	}
	books, err := s.cfg.Payments.Books(r.Context(), shownPayments)
	if err != nil {
		return err
	}
	p := paymentsPage{Conducts: pay.Conducts(), Usual: s.cfg.Payments.Usual()}
	for _, t := range books {
		row := paymentRow{Transfer: t}
		g, err := s.app.Goodwill.Get(r.Context(), app.GoodwillActor(*v.Agent), t.Grant)
		if err == nil {
			row.Case = g.Case
		} else if !errors.Is(err, goodwill.ErrNotFound) {
			return err
		}
		p.Books = append(p.Books, row)
	}
	return s.render(w, v, "manager_payments", p)
}

// setPayments says how the payment service of the demo behaves from now on, in this
// process.
func (s *Server) setPayments(w http.ResponseWriter, r *http.Request, v *view) error {
	if s.cfg.Payments == nil {
		return store.ErrNotFound
	}
	conduct := pay.Conduct(field(r, "conduct"))
	if err := s.cfg.Payments.Always(conduct); err != nil {
		return inputError{"So kann sich der Zahlungsdienst nicht verhalten.", "The payment service cannot behave like that."}
	}
	if err := s.app.DB.Log(r.Context(), s.app.Now(), v.Agent.ID, "payments", string(conduct)); err != nil {
		return err
	}
	s.flash(r, v.T("Der Zahlungsdienst verhält sich jetzt so: ", "The payment service now behaves so: ")+v.Conduct(conduct)+".")
	return to(w, r, "/desk/manage/payments")
}

// Conduct tells what a payment service does with a payment.
func (v *view) Conduct(c pay.Conduct) string {
	return said(v, map[pay.Conduct]pair{
		pay.Answers: {"zahlt und sagt es", "pays and says so"}, pay.Declines: {"zahlt nicht und sagt es", "does not pay and says so"},
		pay.Lost: {"ist nicht zu erreichen", "cannot be reached"}, pay.Stuck: {"zahlt nicht und schweigt", "does not pay and is silent"},
		pay.Silent: {"zahlt und schweigt", "pays and is silent"}, pay.Late: {"zahlt erst nach einer Weile", "pays after a while"},
		pay.Twice: {"zahlt und sagt es mehrmals", "pays and says so several times"},
	}, c)
}

// Payout names how a payment stands.
func (v *view) Payout(p goodwill.PayoutStatus) string {
	return said(v, map[goodwill.PayoutStatus]pair{
		goodwill.PayoutPaid: {"gezahlt", "paid"}, goodwill.PayoutDeclined: {"abgelehnt", "declined"}, goodwill.PayoutPending: {"unterwegs", "on its way"},
	}, p)
}
