package web

import (
	"bytes"
	"errors"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// view is what every page knows. Templates see its fields and methods.
type view struct {
	Lang  string         // "de" or "en"
	Path  string         // to come back to after the language was changed; "" where a path holds a token
	Agent *store.Agent   // who answers and is signed in, on the pages of the desk
	Who   *demo.Customer // who asks and is signed in
	Flash string         // what was just done
	Demo  bool
	Data  any // of the page

	status int
	server *Server
}

func (s *Server) view(r *http.Request) *view {
	v := &view{Lang: "de", Demo: s.cfg.Demo, status: http.StatusOK, server: s}
	if c, err := r.Cookie("lang"); err == nil && c.Value == "en" {
		v.Lang = "en"
	}
	if r.Method == http.MethodGet {
		v.Path = r.URL.Path
	}
	return v
}

// T returns a text in the visitor's language.
func (v *view) T(de, en string) string {
	if v.Lang == "de" {
		return de
	}
	return en
}

// ShopName is what the shop is called.
func (v *view) ShopName() string { return demo.Name }

// Now is the shop's time.
func (v *view) Now() time.Time { return v.server.app.Now() }

// Time writes an instant in the shop's zone: day and time, to the minute.
func (v *view) Time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	layout := "02.01.2006, 15:04 Uhr"
	if v.Lang != "de" {
		layout = "2 Jan 2006, 15:04"
	}
	return t.In(v.server.app.Calendar.Zone()).Format(layout)
}

// Day writes the day of an instant in the shop's zone.
func (v *view) Day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	layout := "02.01.2006"
	if v.Lang != "de" {
		layout = "2 Jan 2006"
	}
	return t.In(v.server.app.Calendar.Zone()).Format(layout)
}

// Money writes an amount as people of the visitor's language read it.
func (v *view) Money(a money.Amount) string {
	if !a.Given() {
		return "–"
	}
	return money.Locale(v.Lang).Format(a)
}

// Date writes a civil date.
func (v *view) Date(d sla.Date) string {
	if d.IsZero() {
		return ""
	}
	return v.Day(d.At(sla.Clock(12*3600), v.server.app.Calendar.Zone()))
}

// Machine writes an instant for the attribute datetime.
func (v *view) Machine(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Lines splits a text for paragraphs.
func (v *view) Lines(s string) []string { return strings.Split(s, "\n") }

// Static returns the address of a file in static.
func (v *view) Static(name string) string {
	return "/static/" + name + "?v=" + v.server.assets["static/"+name]
}

// Stars paints them; nil: there are none.
func (v *view) Stars(n *int) string {
	if n == nil {
		return "–"
	}
	return strings.Repeat("★", *n) + strings.Repeat("☆", 5-*n)
}

// OneToFive are the stars to choose from.
func (v *view) OneToFive() []int { return []int{1, 2, 3, 4, 5} }

// Rights are those of the agent who is signed in: leads, managers, privacy.
func (v *view) Rights() map[string]bool {
	if v.Agent == nil {
		return nil
	}
	return map[string]bool{"leads": leads(*v.Agent), "managers": managers(*v.Agent), "privacy": privacy(*v.Agent)}
}

// Reason names a reason.
func (v *view) Reason(r ticket.Reason) string { return v.server.app.Taxonomy.Text(r, v.Lang) }

// Key is for a form that must not count twice.
func (v *view) Key() string { return app.NewKey() }

// pages are all templates by name, each with the layout around it.
type pages map[string]*template.Template

func (s *Server) parse() (pages, error) {
	all := make(pages)
	files, err := fs.Glob(templates, "templates/*.html")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if strings.HasPrefix(name, "_") {
			continue
		}
		t, err := template.New("layout").ParseFS(templates, "templates/_*.html", file)
		if err != nil {
			return nil, err
		}
		all[name] = t
	}
	return all, nil
}

// render writes a page, whole or not at all.
func (s *Server) render(w http.ResponseWriter, v *view, page string, data any) error {
	t := s.pages[page]
	if t == nil {
		return errors.New("web: no page " + page)
	}
	v.Data = data
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "layout", v); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if w.Header().Get("Cache-Control") == "" {
		w.Header().Set("Cache-Control", "no-store")
	}
	w.WriteHeader(v.status)
	_, _ = b.WriteTo(w) // a browser that is gone is no fault
	return nil
}

// failure is what the page of an error shows.
type failure struct {
	Title, Text string
	Reasons     []string
}

// fail shows what went wrong. Whatever is not there, is another's or must not be
// known looks the same.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, v *view, err error) {
	f, status := s.explain(v, err)
	if status == http.StatusInternalServerError && r.Context().Err() == nil {
		s.log.ErrorContext(r.Context(), "request failed", "pattern", r.Pattern, "error", err)
	}
	v.status = status
	if err := s.render(w, v, "error", f); err != nil {
		http.Error(w, http.StatusText(status), status)
	}
}

func (s *Server) explain(v *view, err error) (failure, int) {
	var bad inputError
	var refused *ticket.Refusal
	var large *http.MaxBytesError
	switch {
	case missing(err):
		return failure{Title: v.T("Nicht gefunden", "Not found"), Text: v.T(
			"Diese Seite gibt es nicht, oder der Link ist abgelaufen.", "There is no such page, or the link has expired.",
		)}, http.StatusNotFound
	case errors.Is(err, errForbidden):
		return failure{Title: v.T("Nicht erlaubt", "Not allowed"), Text: v.T(
			"Dafür fehlt Ihnen die Berechtigung.", "You may not do that.",
		)}, http.StatusForbidden
	case errors.As(err, &large):
		return failure{Title: v.T("Zu groß", "Too large"), Text: v.T(
			"Bitte senden Sie höchstens drei Dateien mit je 5 MB.", "Please send at most three files of 5 MB each.",
		)}, http.StatusRequestEntityTooLarge
	case errors.As(err, &bad):
		return failure{Title: v.T("Bitte prüfen", "Please check"), Text: v.T(bad.de, bad.en)}, http.StatusUnprocessableEntity
	case errors.As(err, &refused):
		f := failure{Title: v.T("Das geht gerade nicht", "That is not possible now")}
		for _, b := range refused.Blockers {
			f.Reasons = append(f.Reasons, b.Text(v.Lang))
		}
		return f, http.StatusConflict
	case errors.Is(err, ticket.ErrInvalid), errors.Is(err, feedback.ErrInvalid):
		return failure{Title: v.T("Bitte prüfen", "Please check"), Text: v.T(
			"Eine Angabe kann so nicht übernommen werden.", "Something that was entered cannot be used.",
		)}, http.StatusUnprocessableEntity
	case errors.Is(err, ticket.ErrConflict), errors.Is(err, feedback.ErrConflict):
		return failure{Title: v.T("Gleichzeitig geändert", "Changed meanwhile"), Text: v.T(
			"Jemand war schneller. Bitte laden Sie die Seite neu.", "Somebody was faster. Please load the page again.",
		)}, http.StatusConflict
	}
	return failure{Title: v.T("Fehler", "Error"), Text: v.T(
		"Das hat nicht geklappt. Bitte versuchen Sie es noch einmal.", "That did not work. Please try again.",
	)}, http.StatusInternalServerError
}

func missing(err error) bool {
	var token *feedback.TokenError
	return errors.Is(err, store.ErrNotFound) || errors.Is(err, ticket.ErrNotFound) || errors.Is(err, feedback.ErrNotFound) ||
		errors.Is(err, app.ErrToken) || errors.As(err, &token)
}

// flash says something on the next page.
func (s *Server) flash(r *http.Request, text string) {
	s.sessions.Put(r.Context(), flashKey, text)
}

// setLanguage remembers the visitor's choice, and goes back to where it was made.
func (s *Server) setLanguage(w http.ResponseWriter, r *http.Request) {
	lang := "de"
	if r.PathValue("to") == "en" {
		lang = "en"
	}
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure where browsers come by HTTPS
		Name: "lang", Value: lang, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, Secure: s.cfg.Secure, SameSite: http.SameSiteLaxMode,
	})
	_ = to(w, r, local(r.URL.Query().Get("back")))
}

// local is a path of this site, "/" for anything else.
func local(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return "/"
	}
	return path
}

// to sends the browser to a path of this site.
func to(w http.ResponseWriter, r *http.Request, path string) error {
	http.Redirect(w, r, path, http.StatusSeeOther) //nolint:gosec // what comes from outside went through local
	return nil
}
