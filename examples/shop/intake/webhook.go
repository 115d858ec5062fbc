package intake

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/kulanz-go/kulanz/ticket"
)

// The header fields of a webhook, as in Standard Webhooks
// (github.com/standard-webhooks/standard-webhooks).
const (
	HeaderID        = "Webhook-Id"
	HeaderTimestamp = "Webhook-Timestamp" // seconds since 1970
	HeaderSignature = "Webhook-Signature" // "v1,<base64>", several with spaces between
)

// ErrSignature is returned for a call that is not signed, not in time, or not by
// who may.
var ErrSignature = errors.New("intake: signature is not valid")

// Bounds of a webhook.
const (
	defaultWebhookBytes = 256 << 10
	defaultTolerance    = 5 * time.Minute
	maxWebhookID        = 200
)

// Event is what a platform sends of one message, as JSON.
type Event struct {
	Channel      ticket.Channel `json:"channel"`
	Conversation string         `json:"conversation,omitempty"` // the thread on its platform
	Author       Author         `json:"author"`
	Subject      string         `json:"subject,omitempty"`
	Text         string         `json:"text"`
	Orders       []string       `json:"orders,omitempty"`
}

// Author is who wrote, as the platform knows it.
type Author struct {
	ID       string `json:"id,omitempty"`
	Name     string `json:"name,omitempty"`
	Language string `json:"language,omitempty"` // BCP 47
}

// Webhook takes messages of one platform in. Its calls are signed with
// HMAC-SHA-256 over id, time and body, so nobody else can write in its name; an old
// call is refused, and one that is repeated in time is known by its id.
type Webhook struct {
	// Source names the platform, as in "chat": its ids are unique there. Required.
	Source string
	Shop   string // Required
	Desk   Receiver
	// Secrets sign, each of at least 32 bytes: the newest first, older ones as long
	// as the platform may still use them. Required.
	Secrets [][]byte
	// Channels are those that it may write on. None: chat, messenger and
	// marketplace.
	Channels []ticket.Channel
	// Customer says who an author is. Nil: a guest.
	Customer func(context.Context, Author) (ticket.Customer, error)
	// Now is the clock that timestamps are held against: the machine's. Required.
	Now func() time.Time
	// Tolerance is how far a timestamp may be off. Default 5 minutes.
	Tolerance time.Duration
	// Bytes is the most that a call may have. Default 256 KiB.
	Bytes int64
	// Limit is how often the platform may call. Nil: as often as it likes.
	Limit *rate.Limiter
}

// ServeHTTP implements [http.Handler]. It answers 202 with the outcome when the
// desk has the message, 401 without saying why, and 503 where the platform is to
// try again.
func (h Webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, http.StatusMethodNotAllowed)
		return
	}
	limit := h.Bytes
	if limit <= 0 {
		limit = defaultWebhookBytes
	}
	raw, status := body(w, r, limit)
	if status != 0 {
		refuse(w, status)
		return
	}
	id := r.Header.Get(HeaderID)
	if err := h.verify(id, r.Header.Get(HeaderTimestamp), r.Header.Get(HeaderSignature), raw); err != nil {
		refuse(w, http.StatusUnauthorized)
		return
	}
	if slow(w, h.Limit) {
		return
	}
	e, err := parseEvent(raw)
	if err == nil && !slices.Contains(h.channels(), e.Channel) {
		err = errors.New("channel is not one of this platform's")
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest) // it says where, never what
		return
	}
	out, err := h.receive(r.Context(), id, e)
	if err != nil {
		refuse(w, http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_ = json.NewEncoder(w).Encode(map[string]string{"outcome": string(out)}) // the message is in, whoever hears of it
}

func (h Webhook) channels() []ticket.Channel {
	if len(h.Channels) == 0 {
		return []ticket.Channel{ticket.ChannelChat, ticket.ChannelMessenger, ticket.ChannelMarketplace}
	}
	return h.Channels
}

func (h Webhook) receive(ctx context.Context, id string, e Event) (ticket.Outcome, error) {
	who := ticket.Customer{Language: e.Author.Language}
	if h.Customer != nil {
		known, err := h.Customer(ctx, e.Author)
		if err != nil {
			return "", fmt.Errorf("intake: customer of %s: %w", h.Source, err)
		}
		who = known
	}
	conversation := e.Conversation
	if conversation != "" {
		conversation = h.Source + "/" + conversation
	}
	r, err := h.Desk.Receive(ctx, ticket.Inbound{
		Shop: h.Shop, Key: h.Source + "/" + id, Channel: e.Channel, Customer: who, Conversation: conversation,
		Orders: e.Orders, Subject: e.Subject, Text: e.Text,
	})
	return r.Outcome, err
}

// verify checks a call. Every fault is the same to who calls.
func (h Webhook) verify(id, stamp, signatures string, raw []byte) error {
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || id == "" || len(id) > maxWebhookID {
		return ErrSignature
	}
	tolerance := h.Tolerance
	if tolerance <= 0 {
		tolerance = defaultTolerance
	}
	if off := h.Now().Sub(time.Unix(seconds, 0)); off > tolerance || off < -tolerance {
		return ErrSignature
	}
	valid := false
	for s := range strings.FieldsSeq(signatures) {
		encoded, ok := strings.CutPrefix(s, "v1,")
		got, err := base64.StdEncoding.DecodeString(encoded)
		if !ok || err != nil {
			continue
		}
		for _, secret := range h.Secrets {
			if len(secret) >= minToken && hmac.Equal(got, sign(secret, id, stamp, raw)) {
				valid = true
			}
		}
	}
	if !valid {
		return ErrSignature
	}
	return nil
}

func sign(secret []byte, id, stamp string, raw []byte) []byte {
	mac := hmac.New(sha256.New, secret)
	fmt.Fprintf(mac, "%s.%s.", id, stamp)
	mac.Write(raw)
	return mac.Sum(nil)
}

// Sign returns the header fields of a call: for platforms, and for tests.
func Sign(secret []byte, id string, at time.Time, raw []byte) http.Header {
	stamp := strconv.FormatInt(at.Unix(), 10)
	h := make(http.Header)
	h.Set(HeaderID, id)
	h.Set(HeaderTimestamp, stamp)
	h.Set(HeaderSignature, "v1,"+base64.StdEncoding.EncodeToString(sign(secret, id, stamp, raw)))
	return h
}

// parseEvent reads an event strictly: keys that are not known, given twice or
// written in another case are errors.
func parseEvent(raw []byte) (Event, error) {
	if err := strict(raw); err != nil {
		return Event{}, err
	}
	var e Event
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		return Event{}, errors.New("body is no event: " + place(err, d.InputOffset()))
	}
	if strings.TrimSpace(e.Text) == "" {
		return Event{}, errors.New("text is missing")
	}
	return e, nil
}

// place says where a decoder stopped, without what it found there.
func place(err error, offset int64) string {
	if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return kind.Field + " is of another type"
	}
	return "at byte " + strconv.FormatInt(offset, 10)
}
