package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/ticket"
)

// letter is a message as its customer sees it.
type letter struct {
	At        time.Time
	Mine, Bot bool
	Text      string
	Links     []string
	Files     []ticket.Attachment
}

type ticketPage struct {
	Token   string
	View    ticket.View
	Offered bool // a call was offered, and is not answered
	Letters []letter
	Grants  []goodwill.Grant
	Wait    string
	Can     map[string]bool // what this customer can bring about now
	Fault   string
}

// opened finds the ticket of a link. What is wrong with a link makes no
// difference: there is nothing.
func (s *Server) opened(r *http.Request) (ticket.Ref, ticket.Actor, error) {
	ref, who, err := s.app.OpensTicket(r.PathValue("token"))
	if err == nil {
		_, err = s.app.Tickets.Get(r.Context(), who, ref)
	}
	return ref, who, err
}

func (s *Server) ticketPage(w http.ResponseWriter, r *http.Request, v *view) error {
	return s.showTicket(w, r, v, "")
}

func (s *Server) showTicket(w http.ResponseWriter, r *http.Request, v *view, fault string) error {
	v.Path = "" // it holds a token
	ref, who, err := s.opened(r)
	if err != nil {
		return err
	}
	p := ticketPage{Token: r.PathValue("token"), Can: make(map[string]bool), Fault: fault}
	if p.View, err = s.app.Tickets.View(r.Context(), who, ref); err != nil {
		return err
	}
	for e, err := range s.app.Tickets.History(r.Context(), who, ref) {
		if err != nil {
			return err
		}
		switch e.Kind {
		case ticket.EventOfferPhone:
			p.Offered = true
		case ticket.EventAcceptPhone, ticket.EventDeclinePhone:
			p.Offered = false
		}
		if m := e.Message(); m != nil && e.Public() && (m.Text != "" || len(m.Attachments) > 0) {
			p.Letters = append(p.Letters, letter{
				At: e.At, Mine: e.Actor.Kind == ticket.ActorCustomer, Bot: e.Actor.Kind == ticket.ActorBot,
				Text: m.Text, Links: m.Links, Files: m.Attachments,
			})
		}
	}
	if p.Grants, err = s.app.GrantsFor(r.Context(), ref); err != nil {
		return err
	}
	for _, o := range s.app.Rules.Available(p.View.Ticket, who, s.app.Now()) {
		p.Can[string(o.Event)] = len(o.Blockers) == 0
	}
	if !p.View.Ticket.WaitingSince.IsZero() {
		if p.Wait, err = s.app.Waiting(r.Context(), v.Lang); err != nil {
			return err
		}
	}
	return s.render(w, v, "customer_ticket", p)
}

func (s *Server) ticketWrite(w http.ResponseWriter, r *http.Request, v *view) error {
	ref, who, err := s.opened(r)
	if err != nil {
		return err
	}
	files, err := received(r)
	if err != nil {
		return err
	}
	text, key := r.PostFormValue("text"), r.PostFormValue("key")
	if strings.TrimSpace(text) == "" && len(files) == 0 || key == "" || len(key) > 64 {
		v.status = http.StatusUnprocessableEntity
		return s.showTicket(w, r, v, v.T("Bitte schreiben Sie uns, worum es geht.", "Please write what it is about."))
	}
	receipt, err := s.app.Add(r.Context(), ref, who.ID, key, text, files)
	if err != nil {
		return err
	}
	s.flash(r, v.T("Ihre Nachricht ist angekommen.", "Your message has arrived."))
	if receipt.Ticket.ID == ref.ID {
		return to(w, r, "/t/"+r.PathValue("token"))
	}
	return to(w, r, "/t/"+s.app.TicketLink(receipt.Ticket)) // the old one had ended
}

// do gives a command in the customer's name, and goes back to the ticket.
func (s *Server) do(w http.ResponseWriter, r *http.Request, cmd ticket.Command, said string) error {
	ref, who, err := s.opened(r)
	if err != nil {
		return err
	}
	if _, err := s.app.Tickets.Do(r.Context(), who, ref, cmd); err != nil {
		return err
	}
	s.flash(r, said)
	return to(w, r, "/t/"+r.PathValue("token"))
}

// ticketPerson ends what the bot does.
func (s *Server) ticketPerson(w http.ResponseWriter, r *http.Request, v *view) error {
	return s.do(w, r, ticket.HandOff{}, v.T("Ein Mensch übernimmt.", "A person takes over."))
}

// ticketSolved is the customer's word on a solution: yes closes, and leads to the
// survey; no is a message that opens the ticket again.
func (s *Server) ticketSolved(w http.ResponseWriter, r *http.Request, v *view) error {
	ref, who, err := s.opened(r)
	if err != nil {
		return err
	}
	if field(r, "solved") != "yes" {
		text := v.T("Mein Anliegen ist noch nicht gelöst.", "My matter is not solved yet.")
		if _, err := s.app.Add(r.Context(), ref, who.ID, "unsolved-"+field(r, "key"), text, nil); err != nil {
			return err
		}
		s.flash(r, v.T("Das tut uns leid. Ihre Anfrage ist wieder offen.", "We are sorry. Your ticket is open again."))
		return to(w, r, "/t/"+r.PathValue("token"))
	}
	if _, err := s.app.Tickets.Do(r.Context(), who, ref, ticket.Confirm{}); err != nil {
		return err
	}
	return s.askNow(w, r, v)
}

// ticketPhone is the customer's word on an offer to talk.
func (s *Server) ticketPhone(w http.ResponseWriter, r *http.Request, v *view) error {
	if field(r, "talk") == "yes" {
		return s.do(w, r, ticket.AcceptPhone{}, v.T("Gern. Sagen Sie uns unten, wann wir anrufen sollen.", "Gladly. Tell us below when to call."))
	}
	return s.do(w, r, ticket.DeclinePhone{}, v.T("Wir schreiben Ihnen weiter.", "We will keep writing."))
}

// ticketCallback asks for a call, which keeps the place in the queue.
func (s *Server) ticketCallback(w http.ResponseWriter, r *http.Request, v *view) error {
	cmd := ticket.RequestCallback{About: field(r, "about")}
	if from := field(r, "from"); from != "" {
		at, err := time.ParseInLocation("2006-01-02T15:04", from, s.app.Calendar.Zone())
		if err != nil {
			return inputError{"Diesen Zeitpunkt gibt es nicht.", "There is no such time."}
		}
		cmd.From = at
	}
	return s.do(w, r, cmd, v.T("Wir rufen zurück. Ihr Platz in der Reihe bleibt.", "We will call. Your place in the queue is kept."))
}

// ticketFile gives out a file that stands in the ticket, and no other.
func (s *Server) ticketFile(w http.ResponseWriter, r *http.Request, _ *view) error {
	ref, who, err := s.opened(r)
	if err != nil {
		return err
	}
	id, found := r.PathValue("file"), false
	for e, err := range s.app.Tickets.History(r.Context(), who, ref) {
		if err != nil {
			return err
		}
		if m := e.Message(); m != nil && e.Public() {
			found = found || slices.ContainsFunc(m.Attachments, func(a ticket.Attachment) bool { return a.Ref == id })
		}
	}
	if !found {
		return ticket.ErrNotFound
	}
	f, err := s.app.DB.File(r.Context(), id)
	if err != nil {
		return err
	}
	send(w, f)
	return nil
}

// mine lists the tickets and orders of who is signed in.
func (s *Server) mine(w http.ResponseWriter, r *http.Request, v *view) error {
	if v.Who == nil {
		return s.render(w, v, "customer_signin", nil)
	}
	who := app.CustomerActor(v.Who.Ref)
	var p struct {
		Tickets []mineRow
		Orders  []orderRow
	}
	list, err := s.app.Tickets.List(r.Context(), who, ticket.Query{Order: ticket.OrderUpdated, Limit: 50})
	if err != nil {
		return err
	}
	for _, t := range list.Tickets {
		shown, err := s.app.Tickets.View(r.Context(), who, t.Ref())
		if err != nil {
			return err
		}
		p.Tickets = append(p.Tickets, mineRow{shown.Ticket, shown.State, s.app.TicketLink(t)})
	}
	orders, err := s.app.DB.Orders(r.Context(), v.Who.Ref, 20)
	if err != nil {
		return err
	}
	for i := range orders {
		o := &orders[i]
		p.Orders = append(p.Orders, orderRow{o.ID, o.Placed, o.Promised, o.Delivered, o.Late(s.app.Now())})
	}
	return s.render(w, v, "customer_my", p)
}

type mineRow struct {
	Ticket ticket.Ticket
	State  string
	Token  string
}

type orderRow struct {
	ID                          string
	Placed, Promised, Delivered time.Time
	Late                        bool
}
