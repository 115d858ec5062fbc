package feedback

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Bounds of tokens.
const (
	// MinSecret is the fewest bytes of a key's secret: as many as the hash has
	// (RFC 2104, section 3). Draw them at random.
	MinSecret = sha256.Size
	// MaxKeys is the most keys of a [Keyring].
	MaxKeys = 32

	maxKeyID  = 16
	maxToken  = 1024 // characters; longer ones are not looked at
	maxClaims = 255  // bytes of a shop or a survey in a token
)

// tokenScheme is hashed before everything else, so that no signature of
// another kind is one of ours. It changes with the layout.
const tokenScheme = "kulanz/feedback/token/1" //nolint:gosec // a name, no credential

// ErrToken is what every [*TokenError] is.
var ErrToken = errors.New("token refused")

// TokenReason says why a token is refused.
type TokenReason string

// The reasons why a token is refused.
const (
	TokenMalformed TokenReason = "malformed"    // not made by Sign
	TokenUnknown   TokenReason = "unknown_key"  // its key is not in the ring, or no longer
	TokenForged    TokenReason = "bad_mac"      // changed since it was signed
	TokenExpired   TokenReason = "expired"      // its time is over
	TokenPurpose   TokenReason = "wrong_use"    // made for something else
	TokenSurvey    TokenReason = "wrong_survey" // made for another shop or survey, or for an invitation that is gone
)

// TokenError is a token that is refused. It is an [ErrToken]. Reason is for
// logs and counters; whoever follows the link gets one page for all of them.
type TokenError struct{ Reason TokenReason }

// Error says why, and never what the token was.
func (e *TokenError) Error() string { return "feedback: token refused: " + string(e.Reason) }

// Is makes a TokenError an [ErrToken].
func (*TokenError) Is(target error) bool { return target == ErrToken }

// Purpose is what a token lets its bearer do.
type Purpose string

// The purposes of a token.
const (
	// PurposeAnswer lets one person answer one invitation, and change the answer
	// while the survey is open.
	PurposeAnswer Purpose = "answer"
	// PurposeObject lets the customer object to being asked again. Every
	// invitation has to carry one: section 7(3) no. 4 UWG, article 21(2) and
	// (4) GDPR.
	PurposeObject Purpose = "object"
)

// Claims are what a token says. They are signed, not secret, and name no
// person.
type Claims struct {
	Shop       string
	Survey     string
	Invitation uuid.UUID
	Purpose    Purpose
	Expires    time.Time // whole seconds; from then on the token is void
}

// SigningKey is one key of a [Keyring].
type SigningKey struct {
	ID     string // 1 to 16 letters, digits, '-' or '_'; it stands in the token
	Secret []byte // at least MinSecret random bytes
}

// LogValue logs the key's id alone.
func (k SigningKey) LogValue() slog.Value { return slog.StringValue(k.ID) }

// String returns the key's id alone.
func (k SigningKey) String() string { return "key " + k.ID }

// GoString returns the key's id alone.
func (k SigningKey) GoString() string { return k.String() }

// Keyring signs tokens with one key and accepts those of older ones. To rotate,
// put a new key in front; drop an old one when its last token has expired, or
// at once if it leaked. A Keyring is immutable and safe for concurrent use.
type Keyring struct{ keys []SigningKey }

// NewKeyring returns a ring that signs with the first key. All faults are
// returned at once, as [Faults]; none shows a secret.
func NewKeyring(signing SigningKey, older ...SigningKey) (*Keyring, error) {
	var c check
	r := &Keyring{keys: make([]SigningKey, 0, len(older)+1)}
	for i, k := range append([]SigningKey{signing}, older...) {
		path := fmt.Sprintf("keys[%d]", i)
		if !isKeyID(k.ID) {
			c.fail(path+".id", k.ID, "is not 1 to 16 letters, digits, '-' or '_'")
		}
		if r.find(k.ID) != nil {
			c.fail(path+".id", k.ID, "is there already")
		}
		if len(k.Secret) < MinSecret {
			c.failf(path+".secret", strconv.Itoa(len(k.Secret))+" bytes", "are fewer than %d", MinSecret)
		}
		r.keys = append(r.keys, SigningKey{k.ID, slices.Clone(k.Secret)})
	}
	if len(r.keys) > MaxKeys {
		c.failf("keys", strconv.Itoa(len(r.keys)), "are more than %d", MaxKeys)
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	return r, nil
}

func isKeyID(id string) bool {
	return id != "" && len(id) <= maxKeyID && !strings.ContainsFunc(id, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}

func (r *Keyring) find(id string) *SigningKey {
	for i := range r.keys {
		if r.keys[i].ID == id {
			return &r.keys[i]
		}
	}
	return nil
}

// LogValue logs the ids of the keys.
func (r *Keyring) LogValue() slog.Value {
	ids := make([]string, len(r.keys))
	for i, k := range r.keys {
		ids[i] = k.ID
	}
	return slog.AnyValue(ids)
}

// Sign returns the token of the claims: characters that need no escaping in a
// URL. The same claims give the same token. Claims that cannot be signed are
// [Faults].
func (r *Keyring) Sign(c Claims) (string, error) {
	if err := c.check(); err != nil {
		return "", err
	}
	key := &r.keys[0]
	payload := c.pack()
	return key.ID + "." + encoding().EncodeToString(append(payload, key.mac(payload)...)), nil
}

// check finds what cannot be signed.
func (c Claims) check() error {
	var ck check
	for _, f := range []struct{ path, value string }{{"shop", c.Shop}, {"survey", c.Survey}} {
		if f.value == "" || len(f.value) > maxClaims {
			ck.failf(f.path, f.value, "is not 1 to %d bytes long", maxClaims)
		}
	}
	if c.Invitation == uuid.Nil {
		ck.fail("invitation", c.Invitation.String(), "is none")
	}
	if c.Purpose != PurposeAnswer && c.Purpose != PurposeObject {
		ck.fail("purpose", string(c.Purpose), "is no purpose")
	}
	if unix := c.Expires.Unix(); c.Expires.IsZero() || unix < 0 {
		ck.fail("expires", c.Expires.UTC().Format(time.RFC3339), "lies before 1970")
	}
	return ck.err()
}

// Verify returns what a token says, if it was signed by a key of the ring, is
// made for the purpose and has not expired by now; else a [*TokenError]. Whether
// the invitation is still there, and was answered, is not the token's to know.
// The signature is compared in constant time, and looked at before anything
// that it covers.
func (r *Keyring) Verify(token string, purpose Purpose, now time.Time) (Claims, error) {
	refuse := func(why TokenReason) (Claims, error) { return Claims{}, &TokenError{why} }
	id, body, found := strings.Cut(token, ".")
	if !found || len(token) > maxToken || !isKeyID(id) || strings.ContainsAny(body, "\r\n") { // these package base64 skips
		return refuse(TokenMalformed)
	}
	raw, err := encoding().DecodeString(body)
	if err != nil || len(raw) <= sha256.Size {
		return refuse(TokenMalformed)
	}
	key := r.find(id)
	if key == nil {
		return refuse(TokenUnknown)
	}
	payload, sum := raw[:len(raw)-sha256.Size], raw[len(raw)-sha256.Size:]
	if !hmac.Equal(sum, key.mac(payload)) {
		return refuse(TokenForged)
	}
	c, ok := unpack(payload)
	switch {
	case !ok:
		return refuse(TokenMalformed)
	case c.Purpose != purpose:
		return refuse(TokenPurpose)
	case !now.Before(c.Expires):
		return refuse(TokenExpired)
	}
	return c, nil
}

// encoding is strict, so that no second text is the same token.
func encoding() *base64.Encoding { return base64.RawURLEncoding.Strict() }

// mac signs a payload under the key's id and the scheme.
func (k SigningKey) mac(payload []byte) []byte {
	h := hmac.New(sha256.New, k.Secret)
	for _, part := range []string{tokenScheme, k.ID} {
		h.Write(append([]byte(part), 0))
	}
	h.Write(payload)
	return h.Sum(nil)
}

// pack lays claims out: purpose, shop and survey each behind a byte with its
// length, then the invitation, then the seconds since 1970, big-endian.
func (c Claims) pack() []byte {
	var p []byte
	for _, s := range []string{string(c.Purpose), c.Shop, c.Survey} {
		p = append(p, byte(len(s))) //nolint:gosec // check keeps it to maxClaims
		p = append(p, s...)
	}
	p = append(p, c.Invitation[:]...)
	return binary.BigEndian.AppendUint64(p, uint64(c.Expires.Unix())) //nolint:gosec // check keeps it from being negative
}

// unpack is the inverse of pack; false where something is missing or left over.
func unpack(p []byte) (Claims, bool) {
	var parts [3]string
	for i := range parts {
		if len(p) == 0 || len(p) < 1+int(p[0]) {
			return Claims{}, false
		}
		n := int(p[0])
		parts[i], p = string(p[1:1+n]), p[1+n:]
	}
	const idSize = len(uuid.UUID{})
	if len(p) != idSize+8 {
		return Claims{}, false
	}
	return Claims{
		Purpose: Purpose(parts[0]), Shop: parts[1], Survey: parts[2],
		Invitation: uuid.UUID(p[:idSize]),
		Expires:    time.Unix(int64(binary.BigEndian.Uint64(p[idSize:])), 0).UTC(), //nolint:gosec // the inverse of pack
	}, true
}
