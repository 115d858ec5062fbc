package mail_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/mail"
	"github.com/kulanz-go/kulanz/ticket"
)

var errDown = errors.New("line is down")

const plain = "From: a@b.example\r\nMessage-ID: <1@b.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"

func parse(tb testing.TB, raw string, lim mail.Limits) mail.Parsed {
	tb.Helper()
	opts := options(drawer{})
	opts.Limits = lim
	p, err := mail.Parse(tb.Context(), strings.NewReader(raw), opts)
	require.NoError(tb, err)
	return p
}

func TestLimitsCut(t *testing.T) {
	parts := func(n int, part string) string {
		return "From: a@b.example\r\nMessage-ID: <1@b.example>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
			"--b\r\n\r\nText\r\n" + strings.Repeat("--b\r\n"+part+"\r\n", n) + "--b--\r\n"
	}
	file := "Content-Disposition: attachment; filename=f.txt\r\n\r\n0123456789"
	for name, tc := range map[string]struct {
		raw  string
		lim  mail.Limits
		note mail.Code
		want func(*assert.Assertions, mail.Parsed)
	}{
		"bytes": {plain + strings.Repeat("ä", 500), mail.Limits{Bytes: int64(len(plain)) + 101}, mail.NoteBytes, func(is *assert.Assertions, p mail.Parsed) {
			is.Equal(strings.Repeat("ä", 50), p.Inbound.Text, "a character is not cut in two")
		}},
		"text": {plain + strings.Repeat("ä", 500), mail.Limits{Text: 101}, mail.NoteText, func(is *assert.Assertions, p mail.Parsed) {
			is.Equal(strings.Repeat("ä", 50), p.Inbound.Text)
		}},
		"text of many parts": {parts(50, "\r\n"+strings.Repeat("x", 90)), mail.Limits{Text: 1000}, mail.NoteText, func(is *assert.Assertions, p mail.Parsed) {
			is.Len(p.Inbound.Text, 1000)
		}},
		"header": {"X-Long: " + strings.Repeat("x", 5000) + "\r\n" + plain + "Text", mail.Limits{Header: 1000}, mail.NoteHeader, func(is *assert.Assertions, p mail.Parsed) {
			is.Equal("Text", p.Inbound.Text)
		}},
		"empty HTML in many parts": {parts(60, "Content-Type: text/html\r\n\r\n<i></i>"), mail.Limits{Text: 10}, mail.NoteText, func(is *assert.Assertions, p mail.Parsed) {
			is.Equal("Text", p.Inbound.Text)
		}},
		"fields": {strings.Repeat("X:\r\n", 2000) + plain + "Text", mail.Limits{}, mail.NoteHeader, func(is *assert.Assertions, p mail.Parsed) {
			is.Empty(p.Sender.Address)
			is.Equal("Text", p.Inbound.Text)
		}},
		"header of a part": {parts(1, strings.Repeat("X: y\r\n", 1000)+"\r\nzwei"), mail.Limits{Header: 1000}, mail.NoteHeader, func(is *assert.Assertions, p mail.Parsed) {
			is.Equal("Text\n\nzwei", p.Inbound.Text)
		}},
		"parts": {parts(50, "\r\nx"), mail.Limits{Parts: 3}, mail.NoteParts, func(is *assert.Assertions, p mail.Parsed) {
			is.Equal("Text\n\nx", p.Inbound.Text)
		}},
		"files": {parts(5, file), mail.Limits{Files: 2}, mail.NoteFiles, func(is *assert.Assertions, p mail.Parsed) {
			is.Len(p.Inbound.Attachments, 2)
			is.Equal("Text", p.Inbound.Text)
		}},
		"file": {parts(1, file), mail.Limits{File: 4}, mail.NoteFile, func(is *assert.Assertions, p mail.Parsed) {
			is.Len(p.Files, 1)
			is.True(p.Files[0].Cut)
			is.Equal(int64(4), p.Files[0].Size)
		}},
		"file of just the size": {parts(1, file), mail.Limits{File: 10}, "", func(is *assert.Assertions, p mail.Parsed) {
			is.False(p.Files[0].Cut)
		}},
		"depth": {"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\noben\r\n--a\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nunten\r\n--c--\r\n--a--", mail.Limits{Depth: 1}, mail.NoteDepth, func(is *assert.Assertions, p mail.Parsed) {
			is.Equal("oben", p.Inbound.Text)
		}},
		"html": {strings.Replace(plain, "plain", "html", 1) + strings.Repeat("<p>ä</p>", 5000), mail.Limits{Text: 100}, mail.NoteText, func(is *assert.Assertions, p mail.Parsed) {
			is.LessOrEqual(len(p.Inbound.Text), 100)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			p := parse(t, tc.raw, tc.lim)
			if tc.note == "" {
				assert.Empty(t, p.Notes)
			} else {
				assert.True(t, p.Has(tc.note), "%v", p.Notes)
			}
			tc.want(assert.New(t), p)
		})
	}
}

func TestAddressesAreBounded(t *testing.T) {
	p := parse(t, "To: "+strings.Repeat("a@b.example, ", 150)+"c@d.example\r\nTo: e@f.example\r\n"+plain+"Text", mail.Limits{})
	assert.Len(t, p.To, 100)
}

func TestOptionsNameEveryFault(t *testing.T) {
	_, err := mail.Parse(t.Context(), strings.NewReader(""), mail.Options{Limits: mail.Limits{Bytes: -1, Depth: -2}})
	var faults ticket.Faults
	require.ErrorAs(t, err, &faults)
	assert.Len(t, faults, 3)
	require.ErrorIs(t, err, ticket.ErrInvalid)
}

// TestErrorsAreTheHosts: what fails around a mail is passed on, so that the
// mail is read again; nothing is taken for its end.
func TestErrorsAreTheHosts(t *testing.T) {
	raw := plain + "Text"
	_, err := mail.Parse(t.Context(), io.MultiReader(strings.NewReader(raw), iotest.ErrReader(errDown)), mail.Options{Shop: shop})
	require.ErrorIs(t, err, errDown)
	_, err = mail.Parse(t.Context(), iotest.TimeoutReader(strings.NewReader(raw)), mail.Options{Shop: shop})
	require.ErrorIs(t, err, iotest.ErrTimeout)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = mail.Parse(ctx, strings.NewReader(raw), mail.Options{Shop: shop})
	require.ErrorIs(t, err, context.Canceled)

	opts := mail.Options{Shop: shop, Customer: func(context.Context, mail.Sender) (ticket.Customer, error) { return ticket.Customer{}, errDown }}
	_, err = mail.Parse(t.Context(), strings.NewReader(raw), opts)
	require.ErrorIs(t, err, errDown)

	opts = mail.Options{Shop: shop, Save: func(context.Context, mail.File, io.Reader) (string, error) { return "", errDown }}
	_, err = mail.Parse(t.Context(), strings.NewReader(strings.Replace(raw, "text/plain", "image/png", 1)), opts)
	require.ErrorIs(t, err, errDown)
}

// TestReadersThatGiveLittle: how a mail arrives makes no difference.
func TestReadersThatGiveLittle(t *testing.T) {
	raw := "From: a@b.example\r\nMessage-ID: <1@b.example>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\nvorher\r\n" +
		"--b\r\nContent-Type: text/plain\r\n\r\n" + strings.Repeat("Zeile\r\n", 2000) +
		"--b\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", 20000))) + "\r\n--b--\r\nnachher"
	whole := parse(t, raw, mail.Limits{})
	require.Len(t, whole.Files, 1)
	assert.Equal(t, int64(20000), whole.Files[0].Size)
	for _, r := range []io.Reader{
		iotest.OneByteReader(strings.NewReader(raw)), iotest.HalfReader(strings.NewReader(raw)), iotest.DataErrReader(strings.NewReader(raw)),
	} {
		p, err := mail.Parse(t.Context(), r, options(drawer{}))
		require.NoError(t, err)
		assert.Equal(t, whole.Inbound, p.Inbound)
		assert.Equal(t, whole.Notes, p.Notes)
	}
}

// TestKeyWithoutMessageID: the same mail has the same key by whatever servers
// it came, and another has another.
func TestKeyWithoutMessageID(t *testing.T) {
	base := "Date: Mon, 23 Nov 2026 10:15:00 +0100\r\nFrom: a@b.example\r\nSubject: Hut\r\n\r\nText\r\n"
	key := parse(t, base, mail.Limits{}).Inbound.Key
	assert.Equal(t, key, parse(t, "Received: from x\r\nX-Spam: no\r\n"+base, mail.Limits{}).Inbound.Key)
	for _, other := range []string{
		strings.Replace(base, "Text", "text", 1), strings.Replace(base, "10:15", "10:16", 1), strings.Replace(base, "a@b", "c@b", 1),
		strings.Replace(base, "Hut", "Hüte", 1), base + "\r\n",
	} {
		assert.NotEqual(t, key, parse(t, other, mail.Limits{}).Inbound.Key)
	}
	long := parse(t, "Message-ID: <"+strings.Repeat("x", 5000)+"@y>\r\n"+base, mail.Limits{})
	assert.Equal(t, key, long.Inbound.Key, "an id that no mail can refer to is none")
}

func TestEnvelopeOutranksTheHeader(t *testing.T) {
	raw := "Return-Path: <x@y.example>\r\nDelivered-To: nobody@laden.example\r\n" + plain + "Text"
	addresses := newAddresses(t)
	opts := mail.Options{
		Shop: shop, Addresses: addresses, Envelope: &mail.Envelope{From: "Bounce@Y.example", To: []string{addresses.Sign(someRef())}},
		Owner: func(context.Context, ticket.Ref, mail.Sender, ticket.Customer) (bool, error) { return true, nil },
	}
	p, err := mail.Parse(t.Context(), strings.NewReader(raw), opts)
	require.NoError(t, err)
	assert.Equal(t, "Bounce@y.example", p.Sender.ReturnPath)
	require.NotNil(t, p.Inbound.Ticket)
	assert.Equal(t, someRef(), *p.Inbound.Ticket)
	assert.Empty(t, p.Inbound.Auto)

	opts.Envelope = &mail.Envelope{}
	p, err = mail.Parse(t.Context(), strings.NewReader(raw), opts)
	require.NoError(t, err)
	assert.Equal(t, ticket.AutoReplied, p.Inbound.Auto, "the null path")
}

func TestHostFunctionsSeeWhatTheyNeed(t *testing.T) {
	raw := "Authentication-Results: mx.laden.example; dmarc=pass\r\nReply-To: wirklich@b.example\r\n" + plain + "Bestellung B-1 fehlt."
	opts := mail.Options{
		Shop: shop, Channel: ticket.ChannelForm,
		Orders: func(subject, text string) []string { return strings.Fields(text)[1:2] },
		Customer: func(_ context.Context, s mail.Sender) (ticket.Customer, error) {
			assert.Equal(t, "a@b.example", s.Address)
			assert.Equal(t, "wirklich@b.example", s.ReplyTo)
			assert.Equal(t, []string{"mx.laden.example; dmarc=pass"}, s.Header("Authentication-Results"))
			return ticket.Customer{Ref: "c9"}, nil
		},
	}
	p, err := mail.Parse(t.Context(), strings.NewReader(raw), opts)
	require.NoError(t, err)
	assert.Equal(t, []string{"B-1"}, p.Inbound.Orders)
	assert.Equal(t, "c9", p.Inbound.Customer.Ref)
	assert.Equal(t, ticket.ChannelForm, p.Inbound.Channel)
}

func TestFilesWithoutSaveAreListed(t *testing.T) {
	raw := "From: a@b.example\r\nContent-Type: application/pdf; name=r.pdf\r\n\r\n12345"
	p, err := mail.Parse(t.Context(), strings.NewReader(raw), mail.Options{Shop: shop})
	require.NoError(t, err)
	assert.Equal(t, []ticket.Attachment{{Name: "r.pdf", Type: "application/pdf", Size: 5}}, p.Inbound.Attachments)
	assert.True(t, p.Has(mail.NoteUnsaved))
}

// TestHostileMailCostsLittle reads mails that are built to be dear: allocation
// stays in proportion to their length, which a quadratic cost would not.
func TestHostileMailCostsLittle(t *testing.T) {
	for name, raw := range bombs(1 << 19) {
		t.Run(name, func(t *testing.T) {
			small := allocated(t, bombs(1 << 16)[name])
			large := allocated(t, raw)
			t.Logf("%d KiB, %d KiB", small>>10, large>>10)
			assert.Less(t, large, 12*small+1<<20, "8 times the length")
		})
	}
}

// allocated is how many bytes reading a mail allocates.
func allocated(tb testing.TB, raw string) int64 {
	tb.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	parse(tb, raw, mail.Limits{})
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc - before.TotalAlloc)
}

// bombs are hostile mails of about a length.
func bombs(size int) map[string]string {
	rep := func(s string) string { return strings.Repeat(s, size/len(s)) }
	html := strings.Replace(plain, "plain", "html", 1)
	nested := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=\"%d\"\r\n\r\n--%d\r\n", i, i)
		}
		return b.String()
	}
	return map[string]string{
		"fields":       rep("a:\r\n") + "\r\n",
		"folded":       "Subject: x\r\n" + rep(" y\r\n") + "\r\n",
		"comments":     "From: " + rep("(") + "\r\nMessage-ID: " + rep("(") + "\r\n\r\n",
		"words":        "Subject: " + rep("=?utf-8?q?x?= ") + "\r\n\r\n",
		"addresses":    "To: " + rep("a@b, ") + "\r\n\r\n",
		"references":   "References: " + rep("<a@b> ") + "\r\n\r\n",
		"open ids":     "References: " + rep("<") + "\r\n\r\n",
		"parameters":   "Content-Type: text/plain; " + rep("a*0=b; ") + "\r\n\r\nx",
		"nested":       "From: a@b\r\n" + nested(size/60),
		"parts":        "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + rep("--b\r\n\r\nx\r\n"),
		"part fields":  "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + rep("a:\r\n") + "\r\nx\r\n--b--",
		"preamble":     "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + rep("x"),
		"dashes":       "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + rep("\r\n--"),
		"blockquotes":  html + rep("<blockquote>x"),
		"unclosed":     html + rep("<"),
		"attributes":   html + "<p " + rep("a=b ") + ">",
		"hidden":       html + rep("<div hidden>x"),
		"entities":     html + rep("&amp"),
		"links":        html + rep("<a href=http://x>y"),
		"breaks":       html + rep("<br>") + "x",
		"quotes":       plain + rep("> x\r\ny\r\n"),
		"attributions": plain + rep("Am 1.1. um 10:10 schrieb\r\n"),
		"from lines":   plain + rep("Von: x\r\n"),
		"signatures":   plain + rep("-- \r\n"),
		"one line":     plain + rep("x"),
		"soft breaks":  strings.Replace(plain, "\r\n\r\n", "\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", 1) + rep("="),
		"no base64":    strings.Replace(plain, "\r\n\r\n", "\r\nContent-Transfer-Encoding: base64\r\n\r\n", 1) + rep("!"),
		"flowed":       strings.Replace(plain, "utf-8", "utf-8; format=flowed", 1) + rep(">>>> x \r\n"),
		"status":       "Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n" + rep("Action: failed\r\n\r\n"),
	}
}
