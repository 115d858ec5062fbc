package mail

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	netmail "net/mail"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/ticket"
)

// The errors of [Addresses.Verify]; test for them with [errors.Is].
var (
	// ErrUnsigned: an address like any other, with nothing to verify.
	ErrUnsigned = errors.New("mail: not a signed address")
	// ErrSignature: an address that looks signed and does not verify: changed,
	// of another shop, or of a key that is not known any more.
	ErrSignature = errors.New("mail: signature is not valid")
)

// Sizes of a signed address. Its local part is the mailbox, the separator and
// the token; SMTP allows 64 bytes (RFC 5321, section 4.5.3.1.1).
const (
	maxLocal  = 64
	macSize   = 15 // bytes: nobody guesses 120 bits by sending mail
	tokenSize = 1 + len(uuid.UUID{}) + macSize
	minSecret = 32
	purpose   = "kulanz/mail/reply/1"
)

// Key signs reply addresses. Its id stands in them, so that it can be changed:
// a new key comes first, the old one stays in the list as long as answers to
// its addresses are to be found.
type Key struct {
	ID     uint8
	Secret []byte // at least 32 random bytes
}

// AddressConfig is how a shop's reply addresses are made.
type AddressConfig struct {
	// Mailbox is the address that answers reach, such as service@shop.example;
	// signed ones are service+token@shop.example, so the server must deliver
	// subaddresses (RFC 5233) there. At most 11 bytes may stand before the @.
	Mailbox   string
	Separator byte  // between mailbox and token; 0: '+'
	Keys      []Key // the first one signs, all of them verify
}

// Addresses make and verify reply addresses that name a ticket. It is
// immutable and safe for concurrent use.
//
// A token is case-insensitive: 52 characters of base 32 for the key's id, the
// ticket's id, and 120 bits of an HMAC-SHA-256 over the shop and both.
type Addresses struct {
	local, domain string
	separator     string
	signer        Key
	secrets       map[uint8][]byte
}

// NewAddresses checks the configuration. The error is [ticket.Faults] with
// every fault.
func NewAddresses(cfg AddressConfig) (*Addresses, error) {
	var faults ticket.Faults
	fail := func(path, value, reason string) {
		faults = append(faults, &ticket.Fault{Path: "addresses." + path, Value: value, Reason: reason})
	}
	a := &Addresses{separator: "+", secrets: make(map[uint8][]byte, len(cfg.Keys))}
	if cfg.Separator != 0 {
		a.separator = string(rune(cfg.Separator))
	}
	if !strings.ContainsAny(a.separator, "+-=_.") {
		fail("separator", a.separator, "is none of + - = _ .")
	}
	addr, err := netmail.ParseAddress(cfg.Mailbox)
	if err != nil || addr.Address != cfg.Mailbox || !isAddress(cfg.Mailbox) || !isASCII([]byte(cfg.Mailbox)) {
		fail("mailbox", cfg.Mailbox, "is no plain ASCII address")
	} else {
		at := strings.LastIndexByte(cfg.Mailbox, '@')
		a.local, a.domain = cfg.Mailbox[:at], strings.ToLower(cfg.Mailbox[at+1:])
		if room := maxLocal - lowerBase32().EncodedLen(tokenSize) - 1; len(a.local) > room {
			fail("mailbox", cfg.Mailbox, "has more than "+strconv.Itoa(room)+" bytes before the @")
		}
	}
	if len(cfg.Keys) == 0 {
		fail("keys", "", "are missing")
	}
	for i, k := range cfg.Keys {
		at := fmt.Sprintf("keys[%d]", i)
		if _, again := a.secrets[k.ID]; again {
			fail(at+".id", strconv.Itoa(int(k.ID)), "is there twice")
		}
		if len(k.Secret) < minSecret {
			fail(at+".secret", strconv.Itoa(len(k.Secret))+" bytes", "is shorter than "+strconv.Itoa(minSecret))
		}
		a.secrets[k.ID] = append([]byte(nil), k.Secret...)
	}
	if len(faults) > 0 {
		return nil, faults
	}
	a.signer = Key{cfg.Keys[0].ID, a.secrets[cfg.Keys[0].ID]}
	return a, nil
}

// lowerBase32 is base 32 in lower case: mailers and servers change the case.
func lowerBase32() *base32.Encoding {
	return base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
}

// Sign returns the reply address of a ticket. It is always the same under the
// same key.
func (a *Addresses) Sign(ref ticket.Ref) string {
	raw := make([]byte, 0, tokenSize)
	raw = append(raw, a.signer.ID)
	raw = append(raw, ref.ID[:]...)
	raw = append(raw, mac(a.signer, ref)...)
	return a.local + a.separator + lowerBase32().EncodeToString(raw) + "@" + a.domain
}

// Verify returns the ticket of a shop that an address names, and the id of
// the key that signed it. The error is an [ErrUnsigned] or an [ErrSignature].
// It does not say that whoever knows the address may write to the ticket.
func (a *Addresses) Verify(shop, addr string) (ticket.Ref, uint8, error) {
	at := strings.LastIndexByte(addr, '@')
	if at < 0 || at > maxLocal || !strings.EqualFold(addr[at+1:], a.domain) {
		return ticket.Ref{}, 0, ErrUnsigned
	}
	prefix := a.local + a.separator
	if at < len(prefix) || !strings.EqualFold(addr[:len(prefix)], prefix) {
		return ticket.Ref{}, 0, ErrUnsigned
	}
	token := strings.ToLower(addr[len(prefix):at])
	raw, err := lowerBase32().DecodeString(token)
	if err != nil || len(raw) != tokenSize {
		return ticket.Ref{}, 0, ErrUnsigned // some other subaddress
	}
	id, err := uuid.FromBytes(raw[1 : tokenSize-macSize])
	if err != nil {
		return ticket.Ref{}, 0, ErrUnsigned
	}
	ref, key := ticket.Ref{Shop: shop, ID: id}, Key{ID: raw[0]}
	secret, known := a.secrets[key.ID]
	key.Secret = secret
	valid := hmac.Equal(mac(key, ref), raw[tokenSize-macSize:])
	if !known || !valid || lowerBase32().EncodeToString(raw) != token { // bits that nothing checks
		return ticket.Ref{}, 0, fmt.Errorf("%w: key %d", ErrSignature, key.ID)
	}
	return ref, key.ID, nil
}

// mac signs what a token says, and what it is for.
func mac(k Key, ref ticket.Ref) []byte {
	h := hmac.New(sha256.New, k.Secret)
	for _, part := range []string{purpose, ref.Shop, string(k.ID), string(ref.ID[:])} {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(part)))
		h.Write(n[:])
		io.WriteString(h, part) //nolint:errcheck,gosec // a hash never fails
	}
	return h.Sum(nil)[:macSize]
}
