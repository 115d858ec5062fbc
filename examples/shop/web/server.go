package web

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/alexedwards/scs/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/pay"
	"github.com/kulanz-go/kulanz/examples/shop/store"
)

// Config says what a Server is made of. Fields without a default are required.
type Config struct {
	App *app.App
	Log *slog.Logger
	// Metrics is where figures go. Default: a registry of its own.
	Metrics *prometheus.Registry
	// Secure says that browsers come by HTTPS: cookies are for it alone.
	Secure bool
	// Demo offers a customer to be, and shows who may log in.
	Demo bool
	// Clock is what the fast clock is set by; nil: there is none.
	Clock *demo.FastClock
	// Intake takes what machines send, under /intake/. It checks by itself who calls;
	// nil: nothing is there.
	Intake http.Handler
	// Proxies are the shop's own, who are believed for whom they speak.
	Proxies []netip.Prefix
	// Payments is the payment service of a demo, to be looked at and made to behave
	// badly; nil: there is none.
	Payments *pay.Service
	// Rate multiplies how often one address may ask and write; 0: as often as it
	// likes, for measuring.
	Rate float64
	// Stream is how long one stream of events lasts. Default 20 seconds.
	Stream time.Duration
	// Password is how passwords are hashed. Default argon2id.DefaultParams.
	Password *argon2id.Params
}

// Server answers browsers. It is safe for concurrent use.
type Server struct {
	app      *app.App
	cfg      Config
	log      *slog.Logger
	mux      *http.ServeMux
	pages    pages
	assets   map[string]string // name to hash
	sessions *scs.SessionManager
	asks     *limiter // of any kind
	writes   *limiter // of what changes something
	logins   *limiter // of one name, or from one address
	calls    *limiter // of what machines send
	denials  *limiter // of calls that prove nothing
	hashing  chan struct{}
	decoy    string // the hash that unknown names are compared with
	figures  figures
}

//go:embed templates/*.html
var templates embed.FS

//go:embed static
var static embed.FS

// New makes a server ready.
func New(cfg Config) (*Server, error) {
	if !cfg.Demo {
		cfg.Payments = nil // nobody plays with a shop's own
	}
	if cfg.Metrics == nil {
		cfg.Metrics = prometheus.NewRegistry()
	}
	if cfg.Password == nil {
		cfg.Password = argon2id.DefaultParams
	}
	s := &Server{
		app: cfg.App, cfg: cfg, log: cfg.Log, mux: http.NewServeMux(),
		asks: newLimiter(30*cfg.Rate, 120), writes: newLimiter(cfg.Rate, 40), logins: newLimiter(cfg.Rate/60, 8),
		calls: newLimiter(20*cfg.Rate, 200), denials: newLimiter(cfg.Rate/10, 20),
		hashing: make(chan struct{}, 2), figures: newFigures(cfg.Metrics),
	}
	var err error
	if s.decoy, err = argon2id.CreateHash("nobody's password", cfg.Password); err != nil {
		return nil, err
	}
	if s.assets, err = hashes(); err != nil {
		return nil, err
	}
	if s.pages, err = s.parse(); err != nil {
		return nil, err
	}
	s.sessions = newSessions(cfg)
	s.routes()
	return s, nil
}

// hashes names each file of static by its content, so that it can be kept for
// good.
func hashes() (map[string]string, error) {
	all := make(map[string]string)
	err := fs.WalkDir(static, "static", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := static.ReadFile(path)
		sum := sha256.Sum256(data)
		all[path] = hex.EncodeToString(sum[:6])
		return err
	})
	return all, err
}

// routes has a line for each group of pages, in the file that owns it.
func (s *Server) routes() {
	s.houseRoutes()
	s.customerRoutes()
	s.loginRoutes()
	s.agentRoutes()
	s.managerRoutes()
}

// houseRoutes are those that are for machines.
func (s *Server) houseRoutes() {
	s.plain("GET /healthz", http.HandlerFunc(s.health))
	s.plain("GET /metrics", promhttp.HandlerFor(s.cfg.Metrics, promhttp.HandlerOpts{}))
	s.plain("GET /static/", http.HandlerFunc(s.asset))
	s.plain("GET /language/{to}", http.HandlerFunc(s.setLanguage))
	s.customer("GET /", func(http.ResponseWriter, *http.Request, *view) error { return store.ErrNotFound })
}

// health says whether the database answers.
func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	ctx, done := context.WithTimeout(r.Context(), 2*time.Second)
	defer done()
	if err := s.app.DB.Ping(ctx); err != nil {
		http.Error(w, "database", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte("ok\n"))
}

func (s *Server) asset(w http.ResponseWriter, r *http.Request) {
	if s.assets[r.URL.Path[1:]] == "" { // a folder, or nothing at all
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.FileServerFS(static).ServeHTTP(w, r)
}

// Handler returns the whole site.
func (s *Server) Handler() http.Handler {
	all := http.NewServeMux()
	all.Handle("/intake/", s.intake())
	all.Handle("/", s.limited(s.mux))
	return s.recovered(headers(s.cfg.Secure, http.NewCrossOriginProtection().Handler(all)))
}

// handler answers one request for a page. Its error becomes a page of its own:
// see Server.fail.
type handler func(w http.ResponseWriter, r *http.Request, v *view) error

// customer adds a page that anybody may see.
func (s *Server) customer(pattern string, h handler) {
	s.plain(pattern, s.sessions.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := s.view(r)
		err := s.meet(r, v)
		if err == nil {
			err = h(w, r, v)
		}
		if err != nil {
			s.fail(w, r, v, err)
		}
	})))
}

// may says whether an agent may see a page.
type may func(store.Agent) bool

// desk adds a page for agents: others are asked to log in, and those who may not
// see it get no page at all.
func (s *Server) desk(pattern string, allowed may, h handler) {
	s.plain(pattern, s.sessions.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := s.view(r)
		w.Header().Set("Cache-Control", "no-store")
		err := s.entered(w, r, v, allowed, h)
		if err != nil {
			s.fail(w, r, v, err)
		}
	})))
}

// plain adds a handler that counts and logs by its pattern, never by its path,
// which may hold a token.
func (s *Server) plain(pattern string, h http.Handler) {
	s.mux.Handle(pattern, s.counted(pattern, h))
}

// inputError is something that the visitor can put right.
type inputError struct{ de, en string }

func (b inputError) Error() string { return b.en }

var errForbidden = errors.New("web: not allowed")
