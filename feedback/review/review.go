package review

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kulanz-go/kulanz/feedback/internal/faulty"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/internal/desk"
)

// Verification is how it was made sure that who wrote a review has bought what
// it is about.
type Verification string

// The ways. Their texts are those of [Policy.Notice].
const (
	Unverified       Verification = "none"
	ByOrder          Verification = "order"      // it can be written to an order only
	ByInvitation     Verification = "invitation" // by a one-time link sent after a purchase
	ByPlatform       Verification = "platform"   // the platform says so
	ByProofPresented Verification = "proof"      // an invoice or the like was shown
)

// verifications returns all of them.
func verifications() []Verification {
	return []Verification{Unverified, ByOrder, ByInvitation, ByPlatform, ByProofPresented}
}

// Review is what a customer said in public, as the host's intake read it. It has
// no name: whoever wrote is the host's customer, or known by the review alone.
type Review struct {
	Shop       string       `json:"shop"`
	Source     string       `json:"source"`          // the platform, as "google"
	ExternalID string       `json:"external_id"`     // the platform's own
	Stars      *int         `json:"stars,omitempty"` // 1 to 5; posts in forums and networks have none
	Text       string       `json:"text,omitempty"`
	Language   string       `json:"language,omitempty"` // BCP 47, as "de"
	Verified   Verification `json:"verified"`
	Order      string       `json:"order,omitempty"`    // the order it is about, where that is known
	Customer   string       `json:"customer,omitempty"` // the host's pseudonymous reference
	At         time.Time    `json:"at"`                 // when it was written, or last edited
}

// Bounds of a review from outside.
const (
	// MaxText is the most bytes of a review's words. The intake cuts longer ones,
	// as that of tickets does.
	MaxText = 10 << 10
	// maxJSON is from where on JSON is not even looked at.
	maxJSON = 256 << 10
)

// Stars returns a pointer to a number of stars.
func Stars(n int) *int { return &n }

// Parse reads a review from JSON, strictly, and checks it: keys that are not
// known, given twice or written in another case are faults.
func Parse(data []byte) (Review, error) {
	if len(data) > maxJSON {
		return Review{}, &feedback.Fault{Path: "review", Value: strconv.Itoa(len(data)) + " bytes", Reason: fmt.Sprintf("are more than %d", maxJSON)}
	}
	var r Review
	err := faulty.Decode(data, &r)
	if err == nil {
		err = r.Check()
	}
	if err != nil {
		return Review{}, fmt.Errorf("review: %w", err)
	}
	return r, nil
}

// Check says all that is wrong with a review, as feedback.Faults.
func (r *Review) Check() error {
	var c check
	c.Name("shop", r.Shop, true)
	c.Name("source", r.Source, true)
	c.Name("external_id", r.ExternalID, true)
	c.Name("order", r.Order, false)
	c.Name("customer", r.Customer, false)
	scale := feedback.ScaleStars5()
	if r.Stars != nil && !scale.Has(*r.Stars) {
		c.Failf("stars", strconv.Itoa(*r.Stars), "are not 1 to 5")
	}
	if r.Stars == nil && strings.TrimSpace(r.Text) == "" {
		c.Failf("text", "", "is missing, and so are stars")
	}
	if len(r.Text) > MaxText || !utf8.ValidString(r.Text) {
		c.Failf("text", strconv.Itoa(len(r.Text))+" bytes", "are more than %d, or no UTF-8", MaxText)
	}
	if !isLanguage(r.Language) {
		c.Failf("language", strconv.Itoa(len(r.Language))+" bytes", `are no language as "de" or "de-AT"`)
	}
	known := false
	for _, v := range verifications() {
		known = known || v == r.Verified
	}
	if !known {
		c.Failf("verified", strconv.Itoa(len(r.Verified))+" bytes", "are none of %v: say how, or none", verifications())
	}
	if r.Verified == ByOrder && r.Order == "" {
		c.Failf("order", "", "is missing, and the review is said to be verified by it")
	}
	if r.At.IsZero() {
		c.Failf("at", "", "is missing")
	}
	return c.Err()
}

// isLanguage accepts tags of letters, digits and hyphens, and none.
func isLanguage(tag string) bool {
	if len(tag) > 35 || len(tag) == 1 {
		return false
	}
	for _, b := range []byte(tag) {
		letter := b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
		if !letter && (b < '0' || b > '9') && b != '-' {
			return false
		}
	}
	return true
}

// Thread names the conversation about a review: it stays the same when the
// review is edited, and carries no text.
func (r *Review) Thread() string {
	sum := desk.Digest("kulanz/review/thread/1", r.Source, r.ExternalID)
	return threadPrefix + hex.EncodeToString(sum[:16])
}

// Key is unique for one edition of a review in its shop: read twice, it is one
// message; edited, it is another in the same conversation.
func (r *Review) Key() string {
	stars := ""
	if r.Stars != nil {
		stars = strconv.Itoa(*r.Stars)
	}
	sum := desk.Digest("kulanz/review/edition/1", r.Source, r.ExternalID, stars, r.Text)
	return r.Thread() + ":" + hex.EncodeToString(sum[:8])
}

// ThreadOf returns the conversation of a key, and whether it is one: of a ticket's
// message that of its review.
func ThreadOf(key string) (string, bool) {
	i := strings.LastIndexByte(key, ':')
	if i < 0 || !strings.HasPrefix(key, threadPrefix) || i < len(threadPrefix) {
		return "", false
	}
	return key[:i], true
}

const threadPrefix = "review:"

// Person names whoever wrote it, for tickets and for erasure: the customer where
// it is known, else the writer of this one review.
func (r *Review) Person() string {
	if r.Customer != "" {
		return r.Customer
	}
	return r.Thread()
}

// Subject is a line for lists of tickets, in German for "de" and its variants,
// else in English. It holds none of the customer's words.
func (r *Review) Subject(lang string) string {
	if r.Stars == nil {
		return pick(lang, "Beitrag bei ", "Post at ") + r.Source
	}
	if *r.Stars == 1 {
		return pick(lang, "Bewertung bei "+r.Source+": 1 Stern", "Review at "+r.Source+": 1 star")
	}
	return fmt.Sprintf(pick(lang, "Bewertung bei %s: %d Sterne", "Review at %s: %d stars"), r.Source, *r.Stars)
}

func pick(lang, de, en string) string {
	if primary, _, _ := strings.Cut(strings.ToLower(lang), "-"); primary == "de" {
		return de
	}
	return en
}

// id makes an entry's id of what it is about (a UUID of version 8, RFC 9562,
// section 5.8): the same is found again without being searched for, and cannot
// be added twice.
func id(parts ...string) uuid.UUID {
	sum := desk.Digest(parts...)
	u := uuid.UUID(sum[:16])
	u[6] = u[6]&0x0f | 0x80
	u[8] = u[8]&0x3f | 0x80
	return u
}
