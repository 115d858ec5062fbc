package web

import (
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/ticket"
)

// form is what an agent filled in.
type form struct {
	r     *http.Request
	zone  *time.Location
	me    string
	files []ticket.Attachment
	bad   error
}

func (f *form) line(name string) string { return field(f.r, name) }

// text is the field of several lines; the library cleans and bounds it.
func (f *form) text() string {
	return strings.TrimSpace(strings.ReplaceAll(f.r.PostFormValue("text"), "\r\n", "\n"))
}

// when reads an instant on the shop's wall clock; zero where there is none.
func (f *form) when(name string) time.Time {
	given := f.line(name)
	if given == "" {
		return time.Time{}
	}
	at, err := time.ParseInLocation("2006-01-02T15:04", given, f.zone)
	if err != nil {
		f.bad = inputError{"Diesen Zeitpunkt gibt es nicht.", "There is no such time."}
	}
	return at
}

// filled is the template that a text began as.
func (f *form) filled() ticket.Filled {
	t := ticket.Filled{ID: f.line("template")}
	if t.ID == "" {
		return t
	}
	t.Slots = make(map[string]string)
	for name := range f.r.PostForm {
		if slot, ok := strings.CutPrefix(name, "slot."); ok && f.line(name) != "" {
			t.Slots[slot] = f.line(name)
		}
	}
	return t
}

// commands are what an agent can ask for, by the name in the address.
func commands() map[string]func(f *form) ticket.Command {
	all := talking()
	maps.Copy(all, holding())
	return all
}

func talking() map[string]func(f *form) ticket.Command {
	return map[string]func(f *form) ticket.Command{
		"reply": func(f *form) ticket.Command {
			return ticket.Reply{Text: f.text(), Template: f.filled(), Points: f.r.PostForm["point"], Attachments: f.files}
		},
		"note": func(f *form) ticket.Command { return ticket.Note{Text: f.text(), Attachments: f.files} },
		"ask": func(f *form) ticket.Command {
			return ticket.AskCustomer{Text: f.text(), Template: f.filled(), Wake: f.when("until"), Attachments: f.files}
		},
		"resolve": func(f *form) ticket.Command {
			return ticket.Resolve{Code: ticket.Resolution(f.line("code")), Text: f.text()}
		},
		"reopen":  func(f *form) ticket.Command { return ticket.Reopen{Reason: f.line("reason")} },
		"third":   func(f *form) ticket.Command { return ticket.WaitThird{Party: f.line("party"), Wake: f.when("until")} },
		"update":  func(f *form) ticket.Command { return ticket.ThirdPartyUpdate{Text: f.text()} },
		"snooze":  func(f *form) ticket.Command { return ticket.Snooze{Until: f.when("until"), Reason: f.line("reason")} },
		"promise": func(f *form) ticket.Command { return ticket.MakePromise{Text: f.line("text"), Due: f.when("until")} },
		"keep":    func(f *form) ticket.Command { return ticket.KeepPromise{ID: f.line("id")} },
		"break":   func(f *form) ticket.Command { return ticket.BreakPromise{ID: f.line("id"), Reason: f.line("reason")} },
		"callback": func(f *form) ticket.Command {
			return ticket.RequestCallback{From: f.when("from"), To: f.when("until"), About: f.line("about")}
		},
		"call-cancel": func(f *form) ticket.Command { return ticket.CancelCallback{ID: f.line("id"), Reason: f.line("reason")} },
		"call": func(f *form) ticket.Command {
			return ticket.RecordCall{Callback: f.line("id"), Outcome: ticket.CallOutcome(f.line("outcome")), Again: f.when("until"), Note: f.text()}
		},
	}
}

func holding() map[string]func(f *form) ticket.Command {
	return map[string]func(f *form) ticket.Command{
		"accept": func(*form) ticket.Command { return ticket.Accept{} },
		// Who takes a ticket says who it thinks has it: of two at once one wins.
		"take": func(f *form) ticket.Command { return ticket.Assign{Assignee: f.me, Expect: f.line("expect")} },
		"assign": func(f *form) ticket.Command {
			return ticket.Assign{Assignee: f.line("to"), Team: f.line("team"), Expect: f.line("expect")}
		},
		"unassign": func(*form) ticket.Command { return ticket.Unassign{} },
		"escalate": func(f *form) ticket.Command { return ticket.Escalate{Reason: f.line("reason"), Team: f.line("team")} },
		"ack":      func(*form) ticket.Command { return ticket.Ack{} },
		"unack":    func(*form) ticket.Command { return ticket.Unack{} },
		"set": func(f *form) ticket.Command {
			var s ticket.Set
			if p := ticket.Priority(f.line("priority")); p != "" {
				s.Priority = &p
			}
			if r := ticket.Reason(f.line("reason")); r != "" {
				s.Reason = &r
			}
			if o := f.line("order"); o != "" {
				s.AddOrders = []string{o}
			}
			return s
		},
		"tag": func(f *form) ticket.Command {
			return ticket.Tag{Add: strings.Fields(f.line("add")), Remove: strings.Fields(f.line("remove"))}
		},
		"spam":       func(f *form) ticket.Command { return ticket.MarkSpam{Reason: f.line("reason")} },
		"not-spam":   func(*form) ticket.Command { return ticket.NotSpam{} },
		"point":      func(f *form) ticket.Command { return ticket.AddPoint{Text: f.line("text")} },
		"answered":   func(f *form) ticket.Command { return ticket.AnswerPoint{ID: f.line("id"), Text: f.line("text")} },
		"play":       func(f *form) ticket.Command { return ticket.StartPlaybook{ID: f.line("id")} },
		"step":       func(f *form) ticket.Command { return ticket.AdvancePlaybook{Step: f.line("id")} },
		"skip":       func(f *form) ticket.Command { return ticket.SkipStep{Step: f.line("id"), Reason: f.line("reason")} },
		"stop":       func(f *form) ticket.Command { return ticket.StopPlaybook{Reason: f.line("reason")} },
		"offer-call": func(f *form) ticket.Command { return ticket.OfferPhone{Text: f.text()} },
	}
}

func (s *Server) ref(r *http.Request) (ticket.Ref, error) {
	ref, err := app.ParseRef(r.PathValue("id"))
	if err != nil {
		return ref, store.ErrNotFound
	}
	return ref, nil
}

// act gives the command of a form to the desk, in the name of who is signed in.
// A form that is sent twice counts once.
func (s *Server) act(w http.ResponseWriter, r *http.Request, v *view) error {
	ref, err := s.ref(r)
	if err != nil {
		return err
	}
	files, err := received(r)
	if err != nil {
		return err
	}
	key, make_ := field(r, "key"), commands()[r.PathValue("action")]
	if make_ == nil {
		return store.ErrNotFound
	}
	if key == "" {
		return inputError{"Bitte laden Sie die Seite neu.", "Please load the page again."}
	}
	me := app.AgentActor(*v.Agent)
	news, err := s.meanwhile(r, me, ref)
	if err != nil {
		return err
	}
	if len(news) > 0 {
		return s.unsent(w, r, v, news, len(files) > 0)
	}
	f := form{r: r, zone: s.app.Calendar.Zone(), me: me.ID, files: app.Attached(me.ID+" "+ref.ID.String()+" "+key, files)}
	cmd := make_(&f)
	if f.bad != nil {
		return f.bad
	}
	done, err := s.app.Act(r.Context(), me, ref, ticket.Keyed{Key: key, Command: cmd}, files)
	if err != nil {
		return err
	}
	what := v.T("Erledigt.", "Done.")
	if n := len(done.Events); n > 0 {
		what = v.T("Erledigt: ", "Done: ") + said(v, happenings(), done.Events[0].Kind) + "."
	}
	s.flash(r, what)
	return to(w, r, "/desk/ticket/"+ref.ID.String())
}

// meanwhile is what others have said to the customer, or the customer to them, since
// the agent loaded the form to write. Who has written since then has seen it.
func (s *Server) meanwhile(r *http.Request, me ticket.Actor, ref ticket.Ref) ([]ticket.Event, error) {
	seen, err := strconv.ParseInt(field(r, "seq"), 10, 64)
	if err != nil {
		return nil, nil // a form of another action
	}
	var news []ticket.Event
	for e, err := range s.app.Tickets.History(r.Context(), me, ref) {
		switch {
		case err != nil:
			return nil, err
		case e.Seq <= seen || e.Message() == nil || !e.Public():
		case e.Actor.Kind == me.Kind && e.Actor.ID == me.ID:
			return nil, nil // this form sent twice, or a later one
		case e.Actor.Kind == ticket.ActorAgent, e.Actor.Kind == ticket.ActorCustomer:
			news = append(news, e)
		}
	}
	return news, nil
}

// unsent shows what was written again, beside what the writer has not seen.
func (s *Server) unsent(w http.ResponseWriter, r *http.Request, v *view, news []ticket.Event, files bool) error {
	f := form{r: r}
	d := draft{Text: f.text(), Files: files}
	if filled := f.filled(); filled.ID != "" {
		if err := s.chosen(&d, filled); err != nil {
			return err
		}
	}
	for _, e := range news {
		d.Meanwhile = append(d.Meanwhile, v.entry(e))
	}
	v.status = http.StatusConflict
	return s.showFolder(w, r, v, d)
}

// merge puts a ticket into the one with a number.
func (s *Server) merge(w http.ResponseWriter, r *http.Request, v *view) error {
	ref, err := s.ref(r)
	if err != nil {
		return err
	}
	me := app.AgentActor(*v.Agent)
	target, err := s.app.Tickets.Find(r.Context(), me, field(r, "number"))
	if err != nil {
		return err
	}
	m := ticket.Merge{Override: field(r, "override") != "", Reason: field(r, "reason")}
	if err := s.app.Merge(r.Context(), me, ref, target.Ref(), m); err != nil {
		return err
	}
	s.flash(r, v.T("Zusammengeführt.", "Merged."))
	return to(w, r, "/desk/ticket/"+target.ID.String())
}

func (s *Server) unmerge(w http.ResponseWriter, r *http.Request, v *view) error {
	ref, err := s.ref(r)
	if err != nil {
		return err
	}
	if _, err := s.app.Tickets.Unmerge(r.Context(), app.AgentActor(*v.Agent), ref); err != nil {
		return err
	}
	s.flash(r, v.T("Wieder getrennt.", "Parted again."))
	return to(w, r, "/desk/ticket/"+ref.ID.String())
}
