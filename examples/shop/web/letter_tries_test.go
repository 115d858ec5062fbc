package web_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	netmail "net/mail"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/outbox"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/ticket"
)

// closed is a mail server that takes nothing.
type closed struct {
	fault error
	got   []outbox.Mail
}

var errAway = errors.New("server is away")

// Send implements outbox.Mailer.
func (c *closed) Send(_ context.Context, m outbox.Mail) error {
	c.got = append(c.got, m)
	return c.fault
}

// asked has a customer of the demo ask for a link, and returns its address.
func (s *site) asked(b *browser) string {
	s.t.Helper()
	known, err := s.db.Customer(s.t.Context(), "c0001")
	require.NoError(s.t, err)
	b.post("/my/link", "email", known.Email)
	return known.Email
}

// 4. Anybody can have a customer written to, but not as often as it likes.
func TestLettersHaveABudget(t *testing.T) {
	t.Parallel()
	s := open(t)
	known, err := s.db.Customer(t.Context(), "c0001")
	require.NoError(t, err)
	for n := range 30 {
		s.write(s.browser(), known.Email, fmt.Sprint("Noch einmal ", n))
	}
	out := new(post)
	assert.Len(t, s.letters(out, known.Email), 20)
	s.clock.Set(friday.Add(2 * time.Hour))
	s.asked(s.browser())
	assert.Len(t, s.letters(out, known.Email), 21, "an hour later there is room")
}

// A letter is tried under one id and with one content, more and more seldom, and
// given up in the end; a person can see that.
func TestLettersAreTriedMoreAndMoreSeldom(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.asked(s.browser())
	away := &closed{fault: errAway}
	var at []time.Duration
	step := 15 * time.Second
	for wait := time.Duration(0); wait < 7*24*time.Hour; wait += step {
		if wait > 10*time.Minute {
			step = 20 * time.Minute
		}
		s.clock.Set(friday.Add(wait))
		before := len(away.got)
		if err := s.app.SendLetters(t.Context(), away); len(away.got) > before {
			require.ErrorIs(t, err, errAway)
			at = append(at, wait)
		}
	}
	assert.Equal(t, []time.Duration{0, 15 * time.Second, 45 * time.Second, 105 * time.Second}, at[:4])
	assert.Less(t, len(at), 50)
	last := at[len(at)-1]
	assert.Greater(t, last, 5*24*time.Hour)
	assert.Less(t, last, 5*24*time.Hour+5*time.Hour)
	for _, m := range away.got {
		assert.Equal(t, away.got[0], m)
	}
	audit := s.as("esra").get("/desk/manage/audit")
	assert.Contains(t, audit.body, "letter undelivered")

	s.asked(s.browser())
	refused := &closed{fault: fmt.Errorf("550: %w", ticket.ErrPermanent)}
	require.Error(t, s.app.SendLetters(t.Context(), refused))
	s.clock.Set(friday.Add(8 * 24 * time.Hour))
	require.NoError(t, s.app.SendLetters(t.Context(), refused))
	assert.Len(t, refused.got, 1, "what is refused for good is not tried again")
}

// A stop in the middle is no fault of a letter's: it is tried at the next start.
func TestAStoppedLetterIsNotPutOff(t *testing.T) {
	t.Parallel()
	s := open(t)
	address := s.asked(s.browser())
	ctx, stop := context.WithCancel(t.Context())
	require.ErrorIs(t, s.app.SendLetters(ctx, stopping{stop}), context.Canceled)
	assert.Len(t, s.letters(new(post), address), 1)
}

type stopping struct{ stop func() }

// Send implements outbox.Mailer.
func (s stopping) Send(context.Context, outbox.Mail) error {
	s.stop()
	return context.Canceled
}

// 5. Whatever a subject holds, it ends no header of a letter.
func TestLettersEndNoHeader(t *testing.T) {
	t.Parallel()
	s := open(t)
	require.NoError(t, s.db.KeepLetter(t.Context(), friday, store.Letter{
		ID: "l", Customer: "c0001", To: "a@post.example", Subject: "x\r\nBcc: alle@post.example\r\n\r\nSpam\x00", Text: "y",
	}))
	out := new(post)
	require.NoError(t, s.app.SendLetters(t.Context(), out))
	require.Len(t, out.got, 1)
	m, err := netmail.ReadMessage(bytes.NewReader(out.got[0].Raw))
	require.NoError(t, err)
	assert.Empty(t, m.Header.Get("Bcc"))
	assert.Equal(t, "auto-generated", m.Header.Get("Auto-Submitted"), "the header goes on after the subject")
}
