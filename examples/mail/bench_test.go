package mail_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/mail"
	"github.com/kulanz-go/kulanz/ticket"
)

// quick are options whose host costs nothing.
func quick() mail.Options {
	return mail.Options{Shop: shop, Save: func(_ context.Context, _ mail.File, r io.Reader) (string, error) {
		_, err := io.Copy(io.Discard, r)
		return "ref", err
	}}
}

func BenchmarkParse(b *testing.B) {
	for _, name := range []string{"plain_ascii", "reply_gmail_de", "reply_outlook_en_html", "attachments", "bounce_rfc3464"} {
		raw, err := os.ReadFile("testdata/" + name + ".eml")
		require.NoError(b, err)
		b.Run(name, func(b *testing.B) { benchmarkParse(b, raw) })
	}
	photo := "From: a@b.example\r\nMessage-ID: <1@b.example>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nFoto\r\n" +
		"--b\r\nContent-Type: image/jpeg; name=a.jpg\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		lines(base64.StdEncoding.EncodeToString(make([]byte, 10<<20))) + "--b--\r\n"
	b.Run("photo_10_MiB", func(b *testing.B) { benchmarkParse(b, []byte(photo)) })
}

func lines(s string) string {
	var b strings.Builder
	for c := range slices.Chunk([]byte(s), 76) {
		b.Write(c)
		b.WriteString("\r\n")
	}
	return b.String()
}

// BenchmarkParseHostile shows what the dearest mails of a mebibyte cost.
func BenchmarkParseHostile(b *testing.B) {
	mails := bombs(1 << 20)
	for _, name := range slices.Sorted(maps.Keys(mails)) {
		b.Run(strings.ReplaceAll(name, " ", "_"), func(b *testing.B) { benchmarkParse(b, []byte(mails[name])) })
	}
}

func benchmarkParse(b *testing.B, raw []byte) {
	b.Helper()
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := mail.Parse(b.Context(), bytes.NewReader(raw), quick()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	a := newAddresses(b)
	addr := a.Sign(someRef())
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := a.Verify(shop, addr); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompose(b *testing.B) {
	o := outgoing(ticket.EventReply, ticket.ActorAgent, ticket.Message{Text: "Guten Tag,\n\nder Hut ist unterwegs.\n"})
	l := letter(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := mail.Compose(b.Context(), o, l); err != nil {
			b.Fatal(err)
		}
	}
}
