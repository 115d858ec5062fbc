package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/goodwill/order"
)

// withdrawalPage is both steps of the withdrawal function: what is declared, and
// the button that declares it.
type withdrawalPage struct {
	Key, Name, Email, Order string

	Lines  []string     // chosen; none: the whole order
	Orders []demo.Order // of who is signed in
	Items  []order.Line // of the order, where it is theirs
	Fault  string
}

// withdrawalForm is open to guests, and asks for no reason (section 356a(2) BGB:
// name, what identifies the contract, and where the receipt goes).
func (s *Server) withdrawalForm(w http.ResponseWriter, r *http.Request, v *view) error {
	return s.showWithdrawal(w, r, v, withdrawalPage{Key: app.NewKey(), Order: strings.TrimSpace(r.URL.Query().Get("order"))})
}

func (s *Server) showWithdrawal(w http.ResponseWriter, r *http.Request, v *view, p withdrawalPage) error {
	if v.Who != nil {
		var err error
		if p.Orders, err = s.app.DB.Orders(r.Context(), v.Who.Ref, 20); err != nil {
			return err
		}
		if p.Name == "" {
			p.Name, p.Email = v.Who.Name, v.Who.Email
		}
		at := slices.IndexFunc(p.Orders, func(o demo.Order) bool { return o.ID == p.Order })
		if at >= 0 {
			p.Items = p.Orders[at].Lines
		}
	}
	return s.render(w, v, "customer_withdrawal", p)
}

// declared reads what a form declares.
func (s *Server) declared(r *http.Request, v *view) withdrawalPage {
	p := withdrawalPage{Key: r.PostFormValue("key"), Name: field(r, "name"), Email: field(r, "email"), Order: field(r, "order")}
	for _, l := range r.PostForm["line"] {
		if len(l) <= 40 && len(p.Lines) < 50 && v.Who != nil {
			p.Lines = append(p.Lines, oneLine(l))
		}
	}
	switch {
	case p.Key == "" || len(p.Key) > 64:
		p.Key, p.Fault = app.NewKey(), v.T("Bitte senden Sie das Formular noch einmal ab.", "Please send the form again.")
	case p.Name == "" || len(p.Name) > 100 || strings.Contains(p.Name, "://"):
		p.Fault = v.T("Bitte nennen Sie Ihren Namen.", "Please give your name.")
	case p.Order == "" || len(p.Order) > 40 || strings.Contains(p.Order, "://"):
		p.Fault = v.T("Bitte nennen Sie die Bestellung.", "Please name the order.")
	case !mailbox(p.Email):
		p.Fault = v.T("Die E-Mail-Adresse stimmt nicht.", "The e-mail address is not valid.")
	}
	return p
}

// withdrawalCheck is the second step: it shows what will be declared, and has the
// button "confirm withdrawal". Nothing is recorded yet.
func (s *Server) withdrawalCheck(w http.ResponseWriter, r *http.Request, v *view) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	p := s.declared(r, v)
	if p.Fault != "" {
		v.status = http.StatusUnprocessableEntity
		return s.showWithdrawal(w, r, v, p)
	}
	return s.render(w, v, "customer_withdrawal_check", p)
}

// withdraw records the declaration, and leads to the receipt.
func (s *Server) withdraw(w http.ResponseWriter, r *http.Request, v *view) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	p := s.declared(r, v)
	if p.Fault != "" {
		v.status = http.StatusUnprocessableEntity
		return s.showWithdrawal(w, r, v, p)
	}
	who := v.Who
	if who == nil {
		guest, _, err := s.app.Guest(r.Context(), p.Name, p.Email, v.Lang)
		if err != nil {
			return err
		}
		who = &guest
	}
	done, err := s.app.Withdraw(r.Context(), p.Key, store.Withdrawal{
		Order: p.Order, Name: p.Name, Email: p.Email, Lines: p.Lines, Language: v.Lang,
	}, *who)
	if err != nil {
		return err
	}
	return to(w, r, "/withdrawal/receipt/"+done.ID)
}

// withdrawalReceipt is there at once, with date and time, to be kept. Who knows
// its address has just declared it.
func (s *Server) withdrawalReceipt(w http.ResponseWriter, r *http.Request, v *view) error {
	v.Path = ""
	one, err := s.app.DB.Withdrawal(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	one.Language = v.Lang
	return s.render(w, v, "customer_withdrawal_receipt", s.app.Receipt(one))
}
