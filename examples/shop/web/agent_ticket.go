package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/feedback/tone"
	"github.com/kulanz-go/kulanz/ticket"
)

// folderPage is what the page of a ticket shows.
type folderPage struct {
	app.Folder

	Entries   []entry
	Asks      *entry              // the customer's last message, which wants an answer
	Can       map[string]bool     // what could be done now
	Stops     map[string][]string // what stands in the way of the rest, in words
	Others    string              // who else is here
	Raised    bool                // it was escalated, by the rules or a person
	Seen      bool                // and somebody looks after that
	Agents    []store.Agent
	Levels    []ticket.Priority
	Topics    []ticket.Reason
	Templates []ticket.TemplateConfig
	Playbooks []ticket.PlaybookConfig
	Playbook  *ticket.PlaybookConfig // that runs
	Codes     []ticket.Resolution
	Outcomes  []ticket.CallOutcome
	Draft     draft
}

// draft is a reply that is being written.
type draft struct {
	Text     string
	Template *ticket.TemplateConfig
	Slots    map[string]string
	Missing  []string
	Advice   []tone.Warning
	Checked  bool
	// Meanwhile is what others have written since the page was loaded: the text was
	// not sent.
	Meanwhile []entry
	Files     bool // some were chosen, which a browser does not choose again
}

// Quote is the place that a warning is about.
func (d draft) Quote(w tone.Warning) string { return d.Text[w.Start:w.End] }

// Chosen is the id of the template; empty: none.
func (d draft) Chosen() string {
	if d.Template == nil {
		return ""
	}
	return d.Template.ID
}

func (s *Server) folder(w http.ResponseWriter, r *http.Request, v *view) error {
	return s.showFolder(w, r, v, draft{})
}

func (s *Server) showFolder(w http.ResponseWriter, r *http.Request, v *view, d draft) error {
	ref, err := s.ref(r)
	if err != nil {
		return err
	}
	p := folderPage{
		Can: make(map[string]bool), Stops: make(map[string][]string), Agents: s.app.Agents(), Draft: d,
		Levels:   []ticket.Priority{ticket.PriorityUrgent, ticket.PriorityHigh, ticket.PriorityNormal, ticket.PriorityLow},
		Outcomes: []ticket.CallOutcome{ticket.CallReached, ticket.CallNotReached, ticket.CallWrongNumber, ticket.CallAgain},
	}
	if p.Folder, err = s.app.Folder(r.Context(), app.AgentActor(*v.Agent), app.GoodwillActor(*v.Agent), ref); err != nil {
		return err
	}
	p.order(s, v)
	others, err := s.others(r.Context(), v, ref)
	if err != nil {
		return err
	}
	p.Others = strings.Join(others, ", ")
	return s.render(w, v, "agent_ticket", &p)
}

// order sorts what was found for the page.
func (p *folderPage) order(s *Server, v *view) {
	for _, e := range p.History {
		p.Entries = append(p.Entries, v.entry(e))
		if m := e.Message(); m != nil && e.Actor.Kind == ticket.ActorCustomer && (m.Text != "" || len(m.Attachments) > 0) {
			p.Asks = &p.Entries[len(p.Entries)-1]
		}
		p.raised(e)
	}
	if p.Asks != nil {
		last := *p.Asks
		p.Asks = &last
	}
	slices.Reverse(p.Entries)
	for _, o := range p.Options {
		p.Can[string(o.Event)] = len(o.Blockers) == 0
		for _, b := range o.Blockers {
			p.Stops[string(o.Event)] = append(p.Stops[string(o.Event)], b.Text(v.Lang))
		}
	}
	for _, c := range ticket.EcommerceReasons() {
		p.Topics = append(p.Topics, c.Code)
	}
	for code := range resolutions() {
		p.Codes = append(p.Codes, code)
	}
	slices.Sort(p.Codes)
	p.Templates = offered(s.app.Templates, p.Ticket.Reason)
	p.Playbooks = s.app.Rules.Playbooks(p.Ticket.Reason)
	if now := p.Ticket.Playbook; now.Step != "" {
		if b, ok := s.app.Rules.Playbook(now.ID, now.Version); ok {
			p.Playbook = &b
		}
	}
}

// raised follows whether a ticket was escalated, and who has seen it: a new step
// wants to be seen anew.
func (p *folderPage) raised(e ticket.Event) {
	record, _ := e.Body.(ticket.Recorded)
	switch {
	case e.Kind == ticket.EventEscalate, record.Step != nil:
		p.Raised, p.Seen = true, false
	case e.Kind == ticket.EventAck:
		p.Seen = true
	case e.Kind == ticket.EventUnack:
		p.Seen = false
	}
}

// offered puts the templates for a reason before the others.
func offered(all []ticket.TemplateConfig, reason ticket.Reason) []ticket.TemplateConfig {
	fits := func(t ticket.TemplateConfig) bool {
		return len(t.Reasons) == 0 || slices.Contains(t.Reasons, reason) || slices.Contains(t.Reasons, reason.Parent())
	}
	out := slices.Clone(all)
	slices.SortStableFunc(out, func(a, b ticket.TemplateConfig) int {
		switch {
		case fits(a) == fits(b):
			return 0
		case fits(a):
			return -1
		default:
			return 1
		}
	})
	return out
}

// draft fills a template, or looks through what was written, and sends nothing.
func (s *Server) draft(w http.ResponseWriter, r *http.Request, v *view) error {
	ref, err := s.ref(r)
	if err != nil {
		return err
	}
	t, err := s.app.Tickets.Get(r.Context(), app.AgentActor(*v.Agent), ref)
	if err != nil {
		return err
	}
	files, err := received(r)
	if err != nil {
		return err
	}
	f := form{r: r, zone: s.app.Calendar.Zone()}
	d := draft{Text: f.text(), Files: len(files) > 0}
	filled := f.filled()
	if filled.ID != "" {
		if err := s.chosen(&d, filled); err != nil {
			return err
		}
		s.fillSlots(r, &t, d.Slots)
		filled.Slots = d.Slots
	}
	if d.Template != nil && field(r, "fill") != "" {
		made, err := s.app.Rules.Draft(t.Customer.Language, filled)
		if err != nil {
			return err
		}
		d.Text, d.Missing = made.Text, made.Missing
	}
	d.Advice, d.Checked = s.app.Drafts.Check(d.Text), d.Text != ""
	return s.showFolder(w, r, v, d)
}

// chosen notes from which template a draft began.
func (s *Server) chosen(d *draft, filled ticket.Filled) error {
	i := slices.IndexFunc(s.app.Templates, func(c ticket.TemplateConfig) bool { return c.ID == filled.ID })
	if i < 0 {
		return store.ErrNotFound
	}
	d.Template, d.Slots = &s.app.Templates[i], filled.Slots
	return nil
}

// fillSlots fills what the shop knows.
func (s *Server) fillSlots(r *http.Request, t *ticket.Ticket, slots map[string]string) {
	if c, err := s.app.DB.Customer(r.Context(), t.Customer.Ref); err == nil && slots[ticket.SlotCustomerName] == "" {
		slots[ticket.SlotCustomerName] = c.Name
	}
	if slots["order"] == "" && len(t.Orders) > 0 {
		slots["order"] = t.Orders[0]
	}
}

// agentFile gives out a file that stands in the ticket, and no other.
func (s *Server) agentFile(w http.ResponseWriter, r *http.Request, v *view) error {
	ref, err := s.ref(r)
	if err != nil {
		return err
	}
	id := r.PathValue("file")
	for e, err := range s.app.Tickets.History(r.Context(), app.AgentActor(*v.Agent), ref) { //nolint:contextcheck // it has the request's
		if err != nil {
			return err
		}
		m := e.Message()
		if m == nil || !slices.ContainsFunc(m.Attachments, func(a ticket.Attachment) bool { return a.Ref == id }) {
			continue
		}
		f, err := s.app.DB.File(r.Context(), id)
		if err != nil {
			return err
		}
		send(w, f)
		return nil
	}
	return store.ErrNotFound
}
