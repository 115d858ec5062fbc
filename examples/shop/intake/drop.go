package intake

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"golang.org/x/time/rate"

	"github.com/kulanz-go/kulanz/examples/shop/maildir"
)

// DefaultMailBytes is the most that a dropped mail may have, unless said otherwise.
const DefaultMailBytes = 50 << 20

// Drop is an endpoint to which a mail server delivers: POST of one mail (RFC 5322)
// as message/rfc822, with the token as a bearer. It answers 202 when the mail is on
// the disk; the same mail twice is one.
type Drop struct {
	Dir   *maildir.Dir
	Token string // at least 32 bytes; shorter ones open nothing
	Bytes int64  // at most; default [DefaultMailBytes]
	// Limit is how often who has the token may call. Nil: as often as it likes.
	Limit *rate.Limiter
	// Slots is as many mails as are in memory at once. Nil: any number.
	Slots chan struct{}
}

// ServeHTTP implements [http.Handler].
func (d Drop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	limit := d.Bytes
	if limit <= 0 {
		limit = DefaultMailBytes
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, http.StatusMethodNotAllowed)
		return
	case !d.allows(r.Header.Get("Authorization")):
		w.Header().Set("WWW-Authenticate", "Bearer")
		refuse(w, http.StatusUnauthorized)
		return
	case err != nil || kind != "message/rfc822":
		refuse(w, http.StatusUnsupportedMediaType)
		return
	}
	if slow(w, d.Limit) {
		return
	}
	leave, ok := d.enter()
	if !ok {
		later(w, http.StatusServiceUnavailable)
		return
	}
	defer leave()
	raw, status := body(w, r, limit)
	if status == 0 && len(raw) == 0 {
		status = http.StatusBadRequest
	}
	if status != 0 {
		refuse(w, status)
		return
	}
	sum := sha256.Sum256(raw)
	if _, err := d.Dir.Put("drop-"+hex.EncodeToString(sum[:])+".eml", raw); err != nil {
		refuse(w, http.StatusServiceUnavailable) // the server keeps it and tries again
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// enter takes a place in memory for one mail.
func (d Drop) enter() (func(), bool) {
	if d.Slots == nil {
		return func() {}, true
	}
	select {
	case d.Slots <- struct{}{}:
		return func() { <-d.Slots }, true
	default:
		return nil, false
	}
}

// slow tells who may call, and calls too often, to come later.
func slow(w http.ResponseWriter, l *rate.Limiter) bool {
	if l == nil || l.Allow() {
		return false
	}
	later(w, http.StatusTooManyRequests)
	return true
}

// later refuses what may be tried again.
func later(w http.ResponseWriter, status int) {
	w.Header().Set("Retry-After", "10")
	refuse(w, status)
}

// minToken is the shortest secret that counts.
const minToken = 32

func (d Drop) allows(header string) bool {
	scheme, token, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || len(d.Token) < minToken {
		return false
	}
	want, got := sha256.Sum256([]byte(d.Token)), sha256.Sum256([]byte(token)) // of one length, whatever was sent
	return subtle.ConstantTimeCompare(want[:], got[:]) == 1
}

// body reads what was sent, or says with which status it is refused.
func body(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, int) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, http.StatusRequestEntityTooLarge
	case err != nil:
		return nil, http.StatusBadRequest
	}
	return raw, 0
}

// refuse says no, and nothing more.
func refuse(w http.ResponseWriter, status int) { http.Error(w, http.StatusText(status), status) }
