package web

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/ticket"
)

// blocks lists who is blocked, by when that is looked at again.
func (s *Server) blocks(w http.ResponseWriter, r *http.Request, v *view) error {
	list, err := s.app.Tickets.Blocks(r.Context(), app.AgentActor(*v.Agent))
	if err != nil {
		return err
	}
	slices.SortFunc(list, func(a, b ticket.Block) int { return a.Review.Compare(b.Review) })
	return s.render(w, v, "manager_blocks", list)
}

func blockRef(r *http.Request) (ticket.Ref, error) {
	id, err := uuid.Parse(r.PathValue("id"))
	if err != nil {
		return ticket.Ref{}, ticket.ErrNotFound
	}
	return ticket.Ref{Shop: app.Shop, ID: id}, nil
}

func (s *Server) unblock(w http.ResponseWriter, r *http.Request, v *view) error {
	ref, err := blockRef(r)
	if err != nil {
		return err
	}
	b, err := s.app.Tickets.Unblock(r.Context(), app.AgentActor(*v.Agent), ref)
	if err != nil {
		return err
	}
	if err := s.app.DB.Log(r.Context(), s.app.Now(), v.Agent.ID, "unblock", b.Customer); err != nil {
		return err
	}
	s.flash(r, v.T("Die Sperre ist aufgehoben.", "The block is lifted."))
	return to(w, r, "/desk/manage/blocks")
}

// renewBlock lets a block stand for half a year more, at the word of two: who signed
// in, and a second one who gives the password here and now.
func (s *Server) renewBlock(w http.ResponseWriter, r *http.Request, v *view) error {
	ref, err := blockRef(r)
	if err != nil {
		return err
	}
	second, err := s.second(r, *v.Agent)
	if err != nil {
		return err
	}
	b, err := s.app.Tickets.RenewBlock(r.Context(), app.AgentActor(*v.Agent), app.AgentActor(second), ref, s.app.Now().AddDate(0, 6, 0))
	if err != nil {
		return err
	}
	if err := s.app.DB.Log(r.Context(), s.app.Now(), v.Agent.ID, "renew block with "+second.ID, b.Customer); err != nil {
		return err
	}
	s.flash(r, v.T("Die Sperre gilt weiter.", "The block stands."))
	return to(w, r, "/desk/manage/blocks")
}

// second is another agent who agrees, with a password of their own.
func (s *Server) second(r *http.Request, first store.Agent) (store.Agent, error) {
	wrong := inputError{"Eine zweite Person muss mit Namen und Passwort zustimmen.", "A second person has to agree, with name and password."}
	name := field(r, "second")
	if name == first.ID || !s.logins.allow("name "+name) {
		return store.Agent{}, wrong
	}
	a, _ := s.app.DB.Agent(r.Context(), name)
	if !s.matches(r.PostFormValue("password"), a.Hash) {
		return store.Agent{}, wrong
	}
	return a, nil
}

// auditPage is some lines of the audit log, and where older ones begin.
type auditPage struct {
	Lines []store.Audit
	Older int64
}

func (s *Server) auditLog(w http.ResponseWriter, r *http.Request, v *view) error {
	before := int64(1) << 62
	if n, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64); err == nil {
		before = n
	}
	const page = 100
	lines, err := s.app.DB.Audits(r.Context(), before, page)
	if err != nil {
		return err
	}
	p := auditPage{Lines: lines}
	if len(lines) == page {
		p.Older = lines[page-1].Seq
	}
	return s.render(w, v, "manager_audit", p)
}

// failed lists what could not be delivered.
func (s *Server) failed(w http.ResponseWriter, r *http.Request, v *view) error {
	list, err := s.app.DB.Queue.Failed(r.Context(), 100)
	if err != nil {
		return err
	}
	return s.render(w, v, "manager_failed", list)
}

// retryFailed tries again, or lets it be.
func (s *Server) retryFailed(w http.ResponseWriter, r *http.Request, v *view) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return store.ErrNotFound
	}
	if field(r, "do") == "dismiss" {
		err = s.app.DB.Queue.Dismiss(r.Context(), id)
	} else {
		err = s.app.DB.Queue.Retry(r.Context(), id)
	}
	if err != nil {
		return err
	}
	if err := s.app.DB.Log(r.Context(), s.app.Now(), v.Agent.ID, "delivery "+field(r, "do"), strconv.FormatInt(id, 10)); err != nil {
		return err
	}
	return to(w, r, "/desk/manage/failed")
}
