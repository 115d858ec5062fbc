package mail_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/examples/mail"
	"github.com/kulanz-go/kulanz/ticket"
)

const shop = "laden.example"

func secret(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

func newAddresses(tb testing.TB, keys ...mail.Key) *mail.Addresses {
	tb.Helper()
	if len(keys) == 0 {
		keys = []mail.Key{{ID: 7, Secret: secret(7)}}
	}
	a, err := mail.NewAddresses(mail.AddressConfig{Mailbox: "service@laden.example", Keys: keys})
	require.NoError(tb, err)
	return a
}

func someRef() ticket.Ref {
	return ticket.Ref{Shop: shop, ID: uuid.MustParse("0190a0b0-0000-7000-8000-00000000abcd")}
}

func TestSignedAddressNamesItsTicket(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shop := rapid.String().Draw(t, "shop")
		id := rapid.Custom(func(t *rapid.T) uuid.UUID {
			return uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "bytes"))
		}).Draw(t, "id")
		key := mail.Key{ID: rapid.Byte().Draw(t, "key"), Secret: rapid.SliceOfN(rapid.Byte(), 32, 64).Draw(t, "secret")}
		local := rapid.StringMatching(`[a-z0-9]{1,11}`).Draw(t, "local")
		a, err := mail.NewAddresses(mail.AddressConfig{Mailbox: local + "@laden.example", Keys: []mail.Key{key}})
		require.NoError(t, err)

		ref := ticket.Ref{Shop: shop, ID: id}
		addr := a.Sign(ref)
		at := strings.LastIndexByte(addr, '@')
		assert.LessOrEqual(t, at, 64, "RFC 5321, section 4.5.3.1.1")
		assert.Equal(t, strings.ToLower(addr), addr)
		for _, as := range []string{addr, strings.ToUpper(addr)} {
			got, id, err := a.Verify(shop, as)
			require.NoError(t, err)
			assert.Equal(t, ref, got)
			assert.Equal(t, key.ID, id)
		}
		_, _, err = a.Verify(shop+"x", addr)
		require.ErrorIs(t, err, mail.ErrSignature)
	})
}

// TestEveryChangedCharacterIsFound changes one character of a token at a
// time, into every other one.
func TestEveryChangedCharacterIsFound(t *testing.T) {
	a := newAddresses(t)
	addr := a.Sign(someRef())
	from, to := strings.IndexByte(addr, '+')+1, strings.IndexByte(addr, '@')
	for i := from; i < to; i++ {
		for _, c := range "abcdefghijklmnopqrstuvwxyz234567" {
			if byte(c) == addr[i] {
				continue
			}
			changed := addr[:i] + string(c) + addr[i+1:]
			_, _, err := a.Verify(shop, changed)
			require.ErrorIs(t, err, mail.ErrSignature, changed)
		}
	}
	for _, cut := range []string{addr[:to-1] + addr[to:], addr[:to] + "a" + addr[to:]} {
		_, _, err := a.Verify(shop, cut)
		require.ErrorIs(t, err, mail.ErrUnsigned, cut)
	}
}

func TestKeysRotate(t *testing.T) {
	old := mail.Key{ID: 1, Secret: secret(1)}
	fresh := mail.Key{ID: 2, Secret: secret(2)}
	before := newAddresses(t, old)
	both := newAddresses(t, fresh, old)
	after := newAddresses(t, fresh)
	addr := before.Sign(someRef())

	ref, key, err := both.Verify(shop, addr)
	require.NoError(t, err, "answers to old addresses still come in")
	assert.Equal(t, someRef(), ref)
	assert.Equal(t, uint8(1), key)
	_, key, err = after.Verify(shop, both.Sign(someRef()))
	require.NoError(t, err)
	assert.Equal(t, uint8(2), key, "the first key signs")
	_, _, err = after.Verify(shop, addr)
	require.ErrorIs(t, err, mail.ErrSignature, "a key that was taken out does not count")

	reused := newAddresses(t, mail.Key{ID: 1, Secret: secret(9)})
	_, _, err = reused.Verify(shop, addr)
	require.ErrorIs(t, err, mail.ErrSignature, "another secret under the same id")
}

// TestKnownToken pins the form of a token, which another implementation made:
// addresses that are out in the world must stay valid.
func TestKnownToken(t *testing.T) {
	assert.Equal(t, "service+a4azbifqaaahaaeaaaaaaaaavpg5rzqa2lts3jlribzyhhbxtkdq@laden.example", newAddresses(t).Sign(someRef()))
}

func TestOtherAddressesAreUnsigned(t *testing.T) {
	a := newAddresses(t)
	signed := a.Sign(someRef())
	for _, addr := range []string{
		"", "@", "service", "service@laden.example", "service+@laden.example", "service+rechnung@laden.example",
		strings.Replace(signed, "laden.", "anderer.", 1), strings.Replace(signed, "service", "info", 1),
		strings.Replace(signed, "+", "-", 1), strings.Repeat("a", 100_000) + "@laden.example",
		strings.Replace(signed, "@", "=@", 1),
	} {
		_, _, err := a.Verify(shop, addr)
		require.ErrorIs(t, err, mail.ErrUnsigned, "%.80q", addr)
	}
}

func TestNewAddressesNamesEveryFault(t *testing.T) {
	_, err := mail.NewAddresses(mail.AddressConfig{
		Mailbox: "kundendienst@laden.example", Separator: 'x',
		Keys: []mail.Key{{ID: 1, Secret: secret(1)}, {ID: 1, Secret: []byte("kurz")}},
	})
	var faults ticket.Faults
	require.ErrorAs(t, err, &faults)
	require.ErrorIs(t, err, ticket.ErrInvalid)
	paths := make([]string, len(faults))
	for i, f := range faults {
		paths[i] = f.Path
	}
	assert.Equal(t, []string{
		"addresses.separator", "addresses.mailbox", "addresses.keys[1].id", "addresses.keys[1].secret",
	}, paths)
	assert.NotContains(t, err.Error(), "kurz", "a secret is never shown")

	_, err = mail.NewAddresses(mail.AddressConfig{Mailbox: "Laden <service@laden.example>"})
	require.ErrorAs(t, err, &faults)
	assert.Len(t, faults, 2)
}

func TestNewAddressesKeepsItsOwnSecrets(t *testing.T) {
	s := secret(3)
	a := newAddresses(t, mail.Key{ID: 3, Secret: s})
	addr := a.Sign(someRef())
	clear(s)
	_, _, err := a.Verify(shop, addr)
	require.NoError(t, err)
}
