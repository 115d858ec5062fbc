package web

import (
	"crypto/sha256"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"
)

// headers makes browsers strict: nothing but what comes from here is loaded or
// run, and no other site gets at a page or at the address that it came from.
func headers(secure bool, next http.Handler) http.Handler {
	const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer") // addresses of tickets hold a token
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
		if secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

const (
	maxBody  = 64 << 10 // of a form
	maxFiles = 3
	maxFile  = 5 << 20
)

// limited bounds what one address may ask for, and how much it may send.
func (s *Server) limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from := s.address(r)
		ok := s.asks.allow(from)
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			ok = ok && s.writes.allow(from)
		}
		if !ok {
			tooMany(w)
			return
		}
		limit := int64(maxBody)
		if uploads(r) {
			limit += maxFiles * maxFile
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		next.ServeHTTP(w, r)
	})
}

// limiter gives each of many a rate. What it is told is hashed and forgotten.
type limiter struct {
	rate  rate.Limit
	burst int
	mu    sync.Mutex
	by    map[[sha256.Size]byte]*rate.Limiter
}

func newLimiter(perSecond float64, burst int) *limiter {
	l := &limiter{rate: rate.Limit(perSecond), burst: burst, by: make(map[[sha256.Size]byte]*rate.Limiter)}
	if perSecond <= 0 {
		l.rate = rate.Inf
	}
	return l
}

const maxCounted = 10_000

// left reports whether somebody may do something, and counts nothing.
func (l *limiter) left(who string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.by[sha256.Sum256([]byte(who))]
	return one == nil || one.Tokens() >= 1
}

func (l *limiter) allow(who string) bool {
	if l.rate == rate.Inf {
		return true
	}
	key := sha256.Sum256([]byte(who))
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.by[key]
	if one == nil {
		l.forget()
		one = rate.NewLimiter(l.rate, l.burst)
		l.by[key] = one
	}
	return one.Allow()
}

// forget drops those who have all of their burst again, and where that is not
// enough everybody, so that memory has a bound.
func (l *limiter) forget() {
	if len(l.by) < maxCounted {
		return
	}
	for k, one := range l.by {
		if one.Tokens() >= float64(l.burst) {
			delete(l.by, k)
		}
	}
	if len(l.by) >= maxCounted {
		clear(l.by)
	}
}

// recovered turns a panic into a page.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { //nolint:contextcheck // it logs with the request's
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler { //nolint:errorlint,err113 // as net/http compares it
					panic(p)
				}
				s.log.ErrorContext(r.Context(), "panic", "pattern", r.Pattern, "panic", p)
				http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// figures are for Prometheus. Their labels are patterns and codes, never ids.
type figures struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newFigures(r *prometheus.Registry) figures {
	f := figures{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "shop_http_requests_total", Help: "Requests by pattern and status.",
		}, []string{"pattern", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "shop_http_request_seconds", Help: "How long requests took.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 14),
		}, []string{"pattern"}),
	}
	r.MustRegister(f.requests, f.seconds)
	return f
}

// counted counts and logs. A log line has no path, address or name.
func (s *Server) counted(pattern string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		out := &statusWriter{ResponseWriter: w, code: http.StatusOK}
		next.ServeHTTP(out, r)
		took := time.Since(start)
		s.figures.requests.WithLabelValues(pattern, strconv.Itoa(out.code)).Inc()
		s.figures.seconds.WithLabelValues(pattern).Observe(took.Seconds())
		s.log.DebugContext(r.Context(), "request", "pattern", pattern, "code", out.code, "ms", took.Milliseconds())
	})
}

type statusWriter struct {
	http.ResponseWriter

	code int
}

// WriteHeader notes the status.
func (w *statusWriter) WriteHeader(code int) {
	w.code = code
	w.ResponseWriter.WriteHeader(code)
}

// Unwrap is for http.ResponseController.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
