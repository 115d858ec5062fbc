package web

import (
	"errors"
	"net/http"

	"github.com/kulanz-go/kulanz/examples/shop/store"
)

// loginLink sends a link to a customer's mailbox. The answer is the same whether
// there is such a customer or not.
func (s *Server) loginLink(w http.ResponseWriter, r *http.Request, v *view) error {
	email := field(r, "email")
	if !s.logins.allow("address "+s.address(r)) || !s.logins.allow("mailbox "+email) {
		w.Header().Set("Retry-After", "60")
		v.status = http.StatusTooManyRequests
		return s.render(w, v, "error", failure{
			Title: v.T("Bitte warten", "Please wait"), Text: v.T("Zu viele Versuche. Bitte warten Sie eine Minute.", "Too many tries. Please wait a minute."),
		})
	}
	c, err := s.app.DB.CustomerByEmail(r.Context(), email)
	if err == nil {
		err = s.app.SendLogin(r.Context(), c)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	s.flash(r, v.T("Wenn wir die Adresse kennen, ist der Link unterwegs.", "If we know the address, the link is on its way."))
	return to(w, r, "/my")
}

// loginConfirm asks for a click: mail scanners follow links.
func (s *Server) loginConfirm(w http.ResponseWriter, r *http.Request, v *view) error {
	v.Path = ""
	if _, err := s.app.OpensLogin(r.PathValue("token")); err != nil {
		return err
	}
	return s.render(w, v, "customer_signin_confirm", nil)
}

func (s *Server) loginByLink(w http.ResponseWriter, r *http.Request, _ *view) error {
	ref, err := s.app.UseLogin(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	return s.signIn(w, r, ref)
}

func (s *Server) signIn(w http.ResponseWriter, r *http.Request, ref string) error {
	if err := s.sessions.RenewToken(r.Context()); err != nil {
		return err
	}
	s.sessions.Put(r.Context(), customerKey, ref)
	return to(w, r, "/my")
}

func (s *Server) customerLogout(w http.ResponseWriter, r *http.Request, _ *view) error {
	s.sessions.Remove(r.Context(), customerKey)
	return to(w, r, "/")
}

// demoAs signs in as a customer without a link, in the demo alone.
func (s *Server) demoAs(w http.ResponseWriter, r *http.Request, _ *view) error {
	if !s.cfg.Demo {
		return store.ErrNotFound
	}
	c, err := s.app.DB.Customer(r.Context(), field(r, "ref"))
	if err != nil {
		return err
	}
	return s.signIn(w, r, c.Ref)
}
