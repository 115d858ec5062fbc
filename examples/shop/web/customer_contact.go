package web

import (
	"net/http"
	"net/mail"
	"strings"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/ticket"
)

// front is the first page: what is asked often, how long it takes, what to do.
func (s *Server) front(w http.ResponseWriter, r *http.Request, v *view) error {
	var body struct {
		Asked  string
		Hits   []app.Hit
		FAQ    []demo.Entry
		Wait   string
		People []demo.Customer
	}
	body.FAQ = s.app.FAQ[:min(8, len(s.app.FAQ))]
	if body.Asked = strings.TrimSpace(r.URL.Query().Get("q")); body.Asked != "" {
		body.Hits = s.app.Answers(body.Asked, 3)
	}
	var err error
	if body.Wait, err = s.app.Waiting(r.Context(), v.Lang); err != nil {
		return err
	}
	if s.cfg.Demo {
		if body.People, err = s.app.DB.Customers(r.Context(), 4); err != nil {
			return err
		}
	}
	return s.render(w, v, "customer_front", body)
}

// contactPage is what the form shows, and what was typed into it.
type contactPage struct {
	Key, Name, Email, Order, Subject, Text string

	Reason  ticket.Reason
	Orders  []demo.Order
	Reasons []ticket.ReasonConfig
	Hits    []app.Hit
	Asked   bool // the frequent answers were shown
	Fault   string
	Wait    string
}

func (s *Server) contactForm(w http.ResponseWriter, r *http.Request, v *view) error {
	q := r.URL.Query()
	return s.showContact(w, r, v, contactPage{Key: app.NewKey(), Order: q.Get("order"), Reason: ticket.Reason(q.Get("reason"))})
}

func (s *Server) showContact(w http.ResponseWriter, r *http.Request, v *view, p contactPage) error {
	for _, c := range s.app.Taxonomy.Reasons() {
		if strings.Contains(string(c.Code), "/") {
			p.Reasons = append(p.Reasons, c)
		}
	}
	var err error
	if p.Wait, err = s.app.Waiting(r.Context(), v.Lang); err != nil {
		return err
	}
	if v.Who != nil {
		if p.Orders, err = s.app.DB.Orders(r.Context(), v.Who.Ref, 20); err != nil {
			return err
		}
	}
	return s.render(w, v, "customer_contact", p)
}

// contact takes the form. What is asked often is answered first, once: who sends
// the form again is heard.
func (s *Server) contact(w http.ResponseWriter, r *http.Request, v *view) error {
	files, err := received(r)
	if err != nil {
		return err
	}
	p := contactPage{
		Key: r.PostFormValue("key"), Name: field(r, "name"), Email: field(r, "email"), Order: field(r, "order"),
		Reason: ticket.Reason(field(r, "reason")), Subject: field(r, "subject"), Text: r.PostFormValue("text"), Asked: r.PostFormValue("asked") != "",
	}
	if p.Fault = s.contactFault(v, &p); p.Fault != "" {
		v.status = http.StatusUnprocessableEntity
		return s.showContact(w, r, v, p)
	}
	if !p.Asked && len(files) == 0 {
		if p.Hits = s.app.Answers(p.Subject+" "+p.Text, 3); len(p.Hits) > 0 {
			p.Asked = true
			return s.showContact(w, r, v, p)
		}
	}
	who, shown := v.Who, v.Who != nil
	if who == nil {
		guest, fresh, err := s.app.Guest(r.Context(), p.Name, p.Email, v.Lang)
		if err != nil {
			return err
		}
		who, shown = &guest, fresh
	}
	receipt, err := s.app.Write(r.Context(), app.Contact{
		Key: p.Key, Customer: *who, Verified: v.Who != nil, Order: p.Order, Reason: p.Reason, Subject: p.Subject, Text: p.Text, Files: files,
		ToBot: !p.Asked, // whom the known answers did not help wants a person
	})
	if err != nil {
		return err
	}
	if shown {
		s.flash(r, v.T("Ihre Nachricht ist angekommen.", "Your message has arrived."))
		return to(w, r, "/t/"+s.app.TicketLink(receipt.Ticket))
	}
	// Somebody else may have typed a customer's address: what is known goes to the
	// mailbox alone.
	if err := s.app.SendTicket(r.Context(), *who, receipt.Ticket); err != nil {
		return err
	}
	return s.render(w, v, "customer_sent", nil)
}

// contactFault says what is wrong with a form; empty: nothing.
func (s *Server) contactFault(v *view, p *contactPage) string {
	switch {
	case p.Key == "" || len(p.Key) > 64:
		p.Key = app.NewKey()
		return v.T("Bitte senden Sie das Formular noch einmal ab.", "Please send the form again.")
	case strings.TrimSpace(p.Text) == "":
		return v.T("Bitte schreiben Sie uns, worum es geht.", "Please write what it is about.")
	case v.Who == nil && !mailbox(p.Email):
		return v.T("Die E-Mail-Adresse stimmt nicht.", "The e-mail address is not valid.")
	case p.Reason != "" && !s.app.Taxonomy.Has(p.Reason):
		p.Reason = ""
		return v.T("Bitte wählen Sie einen Grund aus der Liste.", "Please choose a reason from the list.")
	}
	return ""
}

// mailbox reports whether a text is an address and nothing else.
func mailbox(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && len(s) <= 254 && !strings.ContainsAny(s, "\r\n\x00\" ")
}

// field is one line of a form, without what no line has.
func field(r *http.Request, name string) string {
	const longest = 1000
	s := strings.ToValidUTF8(r.PostFormValue(name), "")
	if len(s) > longest {
		s = strings.ToValidUTF8(s[:longest], "")
	}
	return strings.TrimSpace(oneLine(s))
}

// oneLine drops line ends, controls, and what turns the direction of a text.
func oneLine(s string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069 {
			return -1
		}
		return c
	}, s)
}
