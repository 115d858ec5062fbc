package feedback_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/feedback"
)

func signingKey(id string) feedback.SigningKey {
	return feedback.SigningKey{ID: id, Secret: bytes.Repeat([]byte(id[:1]), feedback.MinSecret)}
}

func keyring(tb testing.TB, signing string, older ...string) *feedback.Keyring {
	tb.Helper()
	keys := make([]feedback.SigningKey, len(older))
	for i, id := range older {
		keys[i] = signingKey(id)
	}
	r, err := feedback.NewKeyring(signingKey(signing), keys...)
	require.NoError(tb, err)
	return r
}

func someClaims() feedback.Claims {
	return feedback.Claims{
		Shop: "demo", Survey: "after-ticket", Invitation: uuid.MustParse("0193a5e0-7c00-7000-8000-000000000017"),
		Purpose: feedback.PurposeAnswer, Expires: noon().AddDate(0, 0, 30),
	}
}

func noon() time.Time { return time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC) }

func sign(tb testing.TB, r *feedback.Keyring, c feedback.Claims) string {
	tb.Helper()
	token, err := r.Sign(c)
	require.NoError(tb, err)
	return token
}

// refused asserts why a token is refused.
func refused(tb testing.TB, why feedback.TokenReason, err error) {
	tb.Helper()
	require.ErrorIs(tb, err, feedback.ErrToken)
	var refusal *feedback.TokenError
	require.ErrorAs(tb, err, &refusal)
	assert.Equal(tb, why, refusal.Reason)
}

func TestTokenComesBack(t *testing.T) {
	r := keyring(t, "k1")
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringN(1, 40, 255)
		c := feedback.Claims{
			Shop: name.Draw(t, "shop"), Survey: name.Draw(t, "survey"),
			Invitation: uuid.UUID(rapid.SliceOfN(rapid.ByteRange(1, 255), 16, 16).Draw(t, "id")),
			Purpose:    rapid.SampledFrom([]feedback.Purpose{feedback.PurposeAnswer, feedback.PurposeObject}).Draw(t, "purpose"),
			Expires:    time.Unix(rapid.Int64Range(1, 253402300799).Draw(t, "expires"), 0).UTC(),
		}
		token, err := r.Sign(c)
		require.NoError(t, err)
		got, err := r.Verify(token, c.Purpose, c.Expires.Add(-time.Nanosecond))
		require.NoError(t, err)
		require.Equal(t, c, got)
		_, err = r.Verify(token, c.Purpose, c.Expires)
		require.ErrorIs(t, err, feedback.ErrToken)
		require.NotContains(t, token, "%")
	})
}

// Whatever is changed of a token, one character or many, it is refused.
func TestTokenTampering(t *testing.T) {
	r := keyring(t, "k1")
	token := sign(t, r, someClaims())
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.= %\x00"
	for i := range token {
		for _, c := range alphabet {
			changed := token[:i] + string(c) + token[i+1:]
			if changed == token {
				continue
			}
			_, err := r.Verify(changed, feedback.PurposeAnswer, noon())
			require.ErrorIs(t, err, feedback.ErrToken, changed)
		}
		_, err := r.Verify(token[:i], feedback.PurposeAnswer, noon())
		require.ErrorIs(t, err, feedback.ErrToken)
	}
	for _, more := range []string{"A", "=", ".", " ", "\n", token} {
		_, err := r.Verify(token+more, feedback.PurposeAnswer, noon())
		require.ErrorIs(t, err, feedback.ErrToken)
	}
}

// Each claim is covered: the bytes of another's under this signature are forged.
func TestTokenOfAnotherSurvey(t *testing.T) {
	r := keyring(t, "k1")
	decode := func(token string) []byte {
		raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(token, "k1."))
		require.NoError(t, err)
		return raw
	}
	mine := decode(sign(t, r, someClaims()))
	for name, change := range map[string]func(c *feedback.Claims){
		"survey":     func(c *feedback.Claims) { c.Survey = "after-order" },
		"shop":       func(c *feedback.Claims) { c.Shop = "other" },
		"invitation": func(c *feedback.Claims) { c.Invitation[15]++ },
		"purpose":    func(c *feedback.Claims) { c.Purpose = feedback.PurposeObject },
		"expires":    func(c *feedback.Claims) { c.Expires = c.Expires.AddDate(10, 0, 0) },
	} {
		c := someClaims()
		change(&c)
		other := decode(sign(t, r, c))
		spliced := append(bytes.Clone(other[:len(other)-32]), mine[len(mine)-32:]...)
		_, err := r.Verify("k1."+base64.RawURLEncoding.EncodeToString(spliced), c.Purpose, noon())
		refused(t, feedback.TokenForged, err)
		assert.NotEqual(t, mine, other, name)
	}
}

func TestTokenIsForOneUse(t *testing.T) {
	r := keyring(t, "k1")
	token := sign(t, r, someClaims())
	_, err := r.Verify(token, feedback.PurposeObject, noon())
	refused(t, feedback.TokenPurpose, err)
	_, err = r.Verify(token, feedback.PurposeAnswer, someClaims().Expires)
	refused(t, feedback.TokenExpired, err)
	for _, rubbish := range []string{"", ".", "k1.", "k1", "k1.AAAA", strings.Repeat("A", 5000), "k1." + strings.Repeat("A", 5000), "ü.AAAA"} {
		_, err = r.Verify(rubbish, feedback.PurposeAnswer, noon())
		refused(t, feedback.TokenMalformed, err)
	}
}

func TestKeyRotation(t *testing.T) {
	old := sign(t, keyring(t, "k1"), someClaims())
	rotated := keyring(t, "n2", "k1")
	_, err := rotated.Verify(old, feedback.PurposeAnswer, noon())
	require.NoError(t, err, "an older key still verifies")
	fresh := sign(t, rotated, someClaims())
	assert.True(t, strings.HasPrefix(fresh, "n2."), "the first key signs")
	_, err = keyring(t, "n2").Verify(old, feedback.PurposeAnswer, noon())
	refused(t, feedback.TokenUnknown, err)

	// Another secret under the id of an old key.
	impostor, err := feedback.NewKeyring(feedback.SigningKey{ID: "k1", Secret: bytes.Repeat([]byte("x"), 32)})
	require.NoError(t, err)
	_, err = impostor.Verify(old, feedback.PurposeAnswer, noon())
	refused(t, feedback.TokenForged, err)
	// The right secret under another id.
	renamed, err := feedback.NewKeyring(feedback.SigningKey{ID: "k9", Secret: signingKey("k1").Secret})
	require.NoError(t, err)
	_, err = renamed.Verify("k9"+strings.TrimPrefix(old, "k1"), feedback.PurposeAnswer, noon())
	refused(t, feedback.TokenForged, err)
}

func TestKeyringFaults(t *testing.T) {
	_, err := feedback.NewKeyring(feedback.SigningKey{ID: "a b", Secret: []byte("topsecret")}, signingKey("x"), signingKey("x"))
	require.ErrorIs(t, err, feedback.ErrInvalid)
	var faults feedback.Faults
	require.ErrorAs(t, err, &faults)
	paths := make([]string, len(faults))
	for i, f := range faults {
		paths[i] = f.Path
	}
	assert.Equal(t, []string{"keys[0].id", "keys[0].secret", "keys[2].id"}, paths)
	assert.NotContains(t, err.Error(), "topsecret")

	bad := feedback.Claims{Shop: strings.Repeat("x", 256), Purpose: "admin"}
	_, err = keyring(t, "k1").Sign(bad)
	require.ErrorAs(t, err, &faults)
	assert.Len(t, faults, 5)
}

func TestSecretsAreNotPrinted(t *testing.T) {
	var log bytes.Buffer
	k := feedback.SigningKey{ID: "k1", Secret: []byte("topsecrettopsecrettopsecrettopsecret")}
	r, err := feedback.NewKeyring(k)
	require.NoError(t, err)
	slog.New(slog.NewTextHandler(&log, nil)).Info("keys", "key", k, "ring", r)
	_, err = fmt.Fprintf(&log, "%v %+v %#v %s", k, k, k, k)
	require.NoError(t, err)
	assert.NotContains(t, log.String(), "topsecret")
	assert.Contains(t, log.String(), "k1")
}

func FuzzToken(f *testing.F) {
	r := keyring(f, "k1")
	token := sign(f, r, someClaims())
	f.Add(token)
	f.Add("k1." + base64.RawURLEncoding.EncodeToString(make([]byte, 90)))
	f.Fuzz(func(t *testing.T, text string) {
		c, err := r.Verify(text, feedback.PurposeAnswer, noon())
		if err != nil {
			require.ErrorIs(t, err, feedback.ErrToken)
			return
		}
		again, err := r.Sign(c)
		require.NoError(t, err)
		require.Equal(t, text, again, "two texts are one token")
	})
}
