package mail_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/mail"
	"github.com/kulanz-go/kulanz/ticket"
)

// FuzzParse: whatever comes in is read, within the limits, in the same way
// each time, as something that a desk can store.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.eml")
	require.NoError(f, err)
	for _, name := range files {
		raw, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(raw)
	}
	for _, raw := range bombs(2000) {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		lim := mail.Limits{Bytes: 1 << 16, Header: 1 << 12, Parts: 20, Depth: 4, Text: 1 << 12, Files: 5, File: 1 << 10}
		opts := options(drawer{})
		opts.Limits, opts.Addresses = lim, newAddresses(t)
		opts.Owner = func(context.Context, ticket.Ref, mail.Sender, ticket.Customer) (bool, error) { return true, nil }
		p, err := mail.Parse(t.Context(), bytes.NewReader(raw), opts)
		require.NoError(t, err)
		in := p.Inbound
		require.NotEmpty(t, in.Key)
		require.LessOrEqual(t, len(in.Key), 1000)
		require.LessOrEqual(t, len(p.Full), lim.Text)
		require.LessOrEqual(t, len(in.Text), len(p.Full))
		require.Equal(t, strings.TrimSpace(p.Full) == "", strings.TrimSpace(in.Text) == "", "words are never all trimmed away")
		require.LessOrEqual(t, len(p.Files), lim.Files)
		require.LessOrEqual(t, len(in.InReplyTo), 51)
		for _, s := range []string{in.Text, p.Full} {
			require.True(t, utf8.ValidString(s))
		}
		for _, s := range []string{in.Key, in.Subject, p.Sender.Address, p.Sender.Name, p.Sender.ReplyTo, p.Sender.ReturnPath} {
			requireLine(t, s)
		}
		for _, id := range in.InReplyTo {
			requireLine(t, id)
		}
		for _, file := range p.Files {
			requireLine(t, file.Name)
			requireLine(t, file.Type)
			require.NotEmpty(t, file.Name)
			require.LessOrEqual(t, len(file.Name), 121)
			require.Equal(t, file.Name, filepath.Base(file.Name))
			require.NotContains(t, file.Name, `\`)
			require.LessOrEqual(t, file.Size, lim.File)
		}
		if in.Ticket != nil {
			require.True(t, p.Reply.Owner)
			require.False(t, p.Sender.Ambiguous)
		}
		opts.Save = drawer{}.Save
		again, err := mail.Parse(t.Context(), bytes.NewReader(raw), opts)
		require.NoError(t, err)
		require.Equal(t, p.Inbound, again.Inbound)
		require.Equal(t, p.Notes, again.Notes)
	})
}

// requireLine: a text that is fit for a header, a list and a log.
func requireLine(tb testing.TB, s string) {
	tb.Helper()
	require.True(tb, utf8.ValidString(s), "%q", s)
	require.False(tb, strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	}), "%q", s)
}

// FuzzVerify: no text makes it panic, and what it accepts is what it signs.
func FuzzVerify(f *testing.F) {
	a := newAddresses(f)
	addr := a.Sign(someRef())
	f.Add(addr)
	f.Add(strings.ToUpper(addr))
	f.Add("service+@laden.example")
	f.Fuzz(func(t *testing.T, addr string) {
		ref, _, err := a.Verify(shop, addr)
		if err == nil {
			require.True(t, strings.EqualFold(a.Sign(ref), addr))
			return
		}
		require.True(t, errors.Is(err, mail.ErrUnsigned) || errors.Is(err, mail.ErrSignature))
	})
}

// FuzzTrim: trimming takes lines away and adds none.
func FuzzTrim(f *testing.F) {
	for _, way := range mailers() {
		f.Add(way("Ja, bitte.", "Sollen wir tauschen?"))
	}
	f.Fuzz(func(t *testing.T, text string) {
		p := parse(t, plain+text, mail.Limits{Text: 1 << 14})
		have := make(map[string]int)
		for l := range strings.SplitSeq(p.Full, "\n") {
			have[strings.TrimSpace(l)]++
		}
		for l := range strings.SplitSeq(p.Inbound.Text, "\n") {
			l = strings.TrimSpace(l)
			have[l]--
			require.GreaterOrEqual(t, have[l], 0, "%q", l)
		}
	})
}

// FuzzCompose: what goes out comes back as it was, whatever the words.
func FuzzCompose(f *testing.F) {
	f.Add("Guten Tag,\n\nder Hut kommt für 20 €.\n", "Wo ist der Hut?", "Erika \"die\" Große")
	f.Add("\x00\xff\r\n.\r\nFrom x\r\n--=_\r\n", "a\r\nBcc: b", "\u202e")
	f.Fuzz(func(t *testing.T, text, subject, name string) {
		o := outgoing(ticket.EventReply, ticket.ActorAgent, ticket.Message{Text: text})
		o.Ticket.Subject = subject
		l := letter(t)
		l.To.Name = name
		raw, err := mail.Compose(t.Context(), o, l)
		require.NoError(t, err)
		for line := range bytes.Lines(raw) {
			require.LessOrEqual(t, len(line), 1000)
			require.True(t, bytes.HasSuffix(line, []byte("\r\n")))
		}
		p, err := mail.Parse(t.Context(), bytes.NewReader(raw), mail.Options{Shop: shop, Limits: mail.Limits{Text: 4*len(text) + 100}})
		require.NoError(t, err)
		require.Equal(t, visible(text), visible(p.Full))
		require.Len(t, p.To, 1)
		require.Equal(t, "erika@kundin.example", p.To[0].Address)
		require.Equal(t, []mail.Code(nil), without(p.Notes, mail.NoteQuote))
	})
}

// visible is a text as a reader sees it: white space and what no text has
// make no difference.
func visible(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "\uFEFF", "")), " ")
}

func without(codes []mail.Code, c mail.Code) []mail.Code {
	var out []mail.Code
	for _, have := range codes {
		if have != c {
			out = append(out, have)
		}
	}
	return out
}
