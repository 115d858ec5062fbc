package web

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/alexedwards/scs/v2"

	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/store"
)

// What a session holds.
const (
	agentKey    = "agent"
	customerKey = "customer"
	flashKey    = "flash"
)

func newSessions(cfg Config) *scs.SessionManager {
	m := scs.New()
	m.Store = store.Sessions{DB: cfg.App.DB}
	m.Lifetime = 12 * time.Hour
	m.IdleTimeout = 2 * time.Hour
	m.HashTokenInStore = true // who reads the table cannot log in
	m.Cookie.Name = "session"
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Cookie.Secure = cfg.Secure
	m.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		cfg.Log.ErrorContext(r.Context(), "session", "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	}
	return m
}

// Who may see a page.
func anyAgent(store.Agent) bool { return true }

func leads(a store.Agent) bool { return a.Role == demo.RoleLead || a.Role == demo.RoleManager }

func managers(a store.Agent) bool { return a.Role == demo.RoleManager }

func privacy(a store.Agent) bool { return a.Privacy }

// entered lets an agent in who has a session and may see the page.
func (s *Server) entered(w http.ResponseWriter, r *http.Request, v *view, allowed may, h handler) error {
	id := s.sessions.GetString(r.Context(), agentKey)
	if id == "" {
		return to(w, r, "/desk/login")
	}
	a, err := s.app.DB.Agent(r.Context(), id)
	if errors.Is(err, store.ErrNotFound) {
		return to(w, r, "/desk/login")
	}
	if err != nil {
		return err
	}
	v.Agent = &a
	if a.Fresh && r.URL.Path != "/desk/password" && r.URL.Path != "/desk/logout" {
		return to(w, r, "/desk/password")
	}
	if !allowed(a) {
		return errForbidden
	}
	v.Flash = s.sessions.PopString(r.Context(), flashKey)
	return h(w, r, v)
}

// meet fills in the customer who is signed in, and what it is to be told.
func (s *Server) meet(r *http.Request, v *view) error {
	if r.Method == http.MethodGet {
		v.Flash = s.sessions.PopString(r.Context(), flashKey)
	}
	ref := s.sessions.GetString(r.Context(), customerKey)
	if ref == "" {
		return nil
	}
	c, err := s.app.DB.Customer(r.Context(), ref)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	v.Who = &c
	return err
}

func (s *Server) loginRoutes() {
	s.plain("GET /desk/login", s.sessions.LoadAndSave(http.HandlerFunc(s.loginForm)))
	s.plain("POST /desk/login", s.sessions.LoadAndSave(http.HandlerFunc(s.login)))
	s.desk("POST /desk/logout", anyAgent, s.logout)
	s.desk("GET /desk/password", anyAgent, func(w http.ResponseWriter, _ *http.Request, v *view) error {
		return s.render(w, v, "desk_password", "")
	})
	s.desk("POST /desk/password", anyAgent, s.setPassword)
}

// loginPage is what the form shows.
type loginPage struct {
	Name, Fault string
	People      []store.Agent // of the demo
}

func (s *Server) showLogin(w http.ResponseWriter, r *http.Request, v *view, p loginPage) {
	if s.cfg.Demo {
		p.People = s.app.Agents()
	}
	if err := s.render(w, v, "desk_login", p); err != nil {
		s.fail(w, r, v, err)
	}
}

func (s *Server) loginForm(w http.ResponseWriter, r *http.Request) {
	s.showLogin(w, r, s.view(r), loginPage{})
}

// login takes as long for a name that nobody has as for a wrong password, and says
// the same.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	v := s.view(r)
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, v, err)
		return
	}
	name := strings.ToLower(strings.TrimSpace(r.PostFormValue("name")))
	if !s.logins.allow("address "+s.address(r)) || !s.logins.allow("name "+name) {
		w.Header().Set("Retry-After", "60")
		v.status = http.StatusTooManyRequests
		s.showLogin(w, r, v, loginPage{Name: name, Fault: v.T("Zu viele Versuche. Bitte warten Sie eine Minute.", "Too many tries. Please wait a minute.")})
		return
	}
	a, err := s.app.DB.Agent(r.Context(), name)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		s.fail(w, r, v, err)
		return
	}
	if !s.matches(r.PostFormValue("password"), a.Hash) {
		v.status = http.StatusUnauthorized
		s.showLogin(w, r, v, loginPage{Name: name, Fault: v.T("Name oder Passwort stimmt nicht.", "Name or password is wrong.")})
		return
	}
	if err := s.enter(r, a); err != nil {
		s.fail(w, r, v, err)
		return
	}
	_ = to(w, r, "/desk")
}

// enter gives the session another token: one that was planted is worth nothing.
func (s *Server) enter(r *http.Request, a store.Agent) error {
	if err := s.sessions.RenewToken(r.Context()); err != nil {
		return err
	}
	s.sessions.Put(r.Context(), agentKey, a.ID)
	return s.app.DB.Log(r.Context(), s.app.Now(), a.ID, "login", "")
}

// matches compares in constant time, also where there is nothing to compare with.
// Few are hashed at once, for each takes much memory.
func (s *Server) matches(password, hash string) bool {
	s.hashing <- struct{}{}
	defer func() { <-s.hashing }()
	known := hash != ""
	if !known {
		hash = s.decoy
	}
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	return err == nil && ok && known
}

func (s *Server) logout(w http.ResponseWriter, r *http.Request, _ *view) error {
	if err := s.sessions.Destroy(r.Context()); err != nil {
		return err
	}
	return to(w, r, "/desk/login")
}

const minPassword = 10

func (s *Server) setPassword(w http.ResponseWriter, r *http.Request, v *view) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	password := r.PostFormValue("password")
	if len(password) < minPassword || password != r.PostFormValue("again") {
		v.status = http.StatusUnprocessableEntity
		return s.render(w, v, "desk_password", v.T("Mindestens 10 Zeichen, zweimal gleich.", "At least 10 characters, the same twice."))
	}
	if !s.matches(r.PostFormValue("old"), v.Agent.Hash) {
		v.status = http.StatusUnprocessableEntity
		return s.render(w, v, "desk_password", v.T("Das bisherige Passwort stimmt nicht.", "The password so far is wrong."))
	}
	if err := s.app.SetPassword(r.Context(), v.Agent.ID, password, false, s.cfg.Password); err != nil {
		return err
	}
	if err := s.enter(r, *v.Agent); err != nil {
		return err
	}
	return to(w, r, "/desk")
}
