package mail_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime/multipart"
	"mime/quotedprintable"
	"net/textproto"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/examples/mail"
)

// TestSoundMailIsReadExactly: what the standard library writes as a multipart
// comes out byte for byte, whatever the files hold and however lines end.
func TestSoundMailIsReadExactly(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		require.NoError(rt, w.SetBoundary(rapid.StringMatching(`[A-Za-z0-9'()+_,./:=?-]{1,70}`).Draw(rt, "boundary")))
		want := drawer{}
		part := func(h textproto.MIMEHeader, raw []byte) {
			p, err := w.CreatePart(h)
			require.NoError(rt, err)
			_, err = p.Write(raw)
			require.NoError(rt, err)
		}
		text := strings.Join(rapid.SliceOfN(rapid.StringMatching(`[a-zäöüß€]([ a-zäöüß€=.>]{0,90}[a-z.])?`), 1, 20).Draw(rt, "text"), "\n")
		var qp bytes.Buffer
		qw := quotedprintable.NewWriter(&qp)
		fmt.Fprint(qw, text)
		require.NoError(rt, qw.Close())
		part(textproto.MIMEHeader{
			"Content-Type": {"text/plain; charset=utf-8"}, "Content-Transfer-Encoding": {"quoted-printable"},
		}, qp.Bytes())
		for i := range rapid.IntRange(0, 4).Draw(rt, "files") {
			name := fmt.Sprintf("f%d.bin", i)
			raw := rapid.SliceOfN(rapid.Byte(), 0, 5000).Draw(rt, "file")
			want[name] = string(raw)
			part(textproto.MIMEHeader{
				"Content-Disposition": {"attachment; filename=" + name}, "Content-Transfer-Encoding": {"base64"},
			}, []byte(lines(base64.StdEncoding.EncodeToString(raw))))
		}
		require.NoError(rt, w.Close())
		raw := "From: a@b.example\r\nMessage-ID: <1@b.example>\r\nContent-Type: multipart/mixed; boundary=\"" + w.Boundary() + "\"\r\n\r\n" + body.String()
		if rapid.Bool().Draw(rt, "bare line feeds") {
			raw = strings.ReplaceAll(raw, "\r\n", "\n")
		}
		got := drawer{}
		p, err := mail.Parse(t.Context(), strings.NewReader(raw), options(got))
		require.NoError(rt, err)
		assert.Equal(rt, want, got)
		assert.Equal(rt, strings.TrimRight(text, " \n"), p.Full)
		assert.Empty(rt, without(p.Notes, mail.NoteQuote))
	})
}

func TestCharsets(t *testing.T) {
	const german = "Größe: Äpfel, Öl, süß, ÜBER"
	for name, tc := range map[string]struct {
		enc  encoding.Encoding
		text string
	}{
		"iso-8859-1":   {charmap.ISO8859_1, german},
		"ISO_8859-15":  {charmap.ISO8859_15, german + " 5 €"},
		"windows-1252": {charmap.Windows1252, german + " „5 €“ …"},
		"cp1252":       {charmap.Windows1252, german},
		"latin1":       {charmap.ISO8859_1, german},
		"iso-8859-2":   {charmap.ISO8859_2, "Žluťoučký kůň"},
		"windows-1250": {charmap.Windows1250, "Žluťoučký kůň"},
		"koi8-r":       {charmap.KOI8R, "Здравствуйте"},
		"macintosh":    {charmap.Macintosh, german},
		"ibm437":       {charmap.CodePage437, "Äpfel"},
		"utf-16":       {unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), german},
		"utf-16be":     {unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), german},
		"iso-2022-jp":  {japanese.ISO2022JP, "注文の件"},
		"shift_jis":    {japanese.ShiftJIS, "注文の件"},
	} {
		raw, err := tc.enc.NewEncoder().String(tc.text)
		require.NoError(t, err)
		word := "=?" + name + "?B?" + base64.StdEncoding.EncodeToString([]byte(raw)) + "?="
		p := parse(t, "From: a@b.example\r\nSubject: "+word+"\r\nContent-Type: text/plain; charset=\""+name+
			"\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"+base64.StdEncoding.EncodeToString([]byte(raw)), mail.Limits{})
		assert.Equal(t, tc.text, p.Inbound.Text, name)
		assert.Equal(t, tc.text, p.Inbound.Subject, name)
		assert.Empty(t, p.Notes, name)
	}
}

func TestHTMLBecomesText(t *testing.T) {
	for _, tc := range []struct{ html, want string }{
		{"a<br>b", "a\nb"},
		{"<div>a<br></div><div>b</div>", "a\nb"},
		{"<div>a</div><div><br></div><div>b</div>", "a\n\nb"},
		{"<p>a</p><p>b</p>", "a\n\nb"},
		{"a \n\t b&nbsp;c", "a b\u00a0c"},
		{"<b>a</b><i>b</i> <u>c</u>", "ab c"},
		{"<ul><li>a<li>b</ul>", "- a\n- b"},
		{"<pre>a\n  b\n\nc</pre>", "a\n  b\n\nc"},
		{"<blockquote>a<blockquote>b<p>c</blockquote></blockquote>d", "> a\n> > b\n> >\n> > c\nd"},
		{"</blockquote></blockquote><blockquote>a</blockquote>b", "> a\nb"},
		{"<script>a</script><style>b</style><title>c</title>d", "d"},
		{"<script>if (a</b) x</script>d", "d"},
		{"a<div hidden>b<div>c</div></div>d", "ad"},
		{"a<span style='DISPLAY : none'>b</span>d", "ad"},
		{"<div style=display:none>nur das", "nur das"},
		{"<a href='https://x.example/a'>hier</a>", "hier <https://x.example/a>"},
		{"<a href='https://x.example/'>https://x.example</a>", "https://x.example"},
		{"<a href='https://x.example/'>x.example</a>", "x.example"},
		{"<a href='javascript:alert(1)'>hier</a>", "hier"},
		{"<a href='https://x.example/'><img src=a></a>", ""},
		{"<a href=\"https://x.example/\nBcc: a\">hier</a>", "hier <https://x.example/ Bcc: a>"},
		{"<img alt=Riss src=http://x.example/p.gif>", "[Riss]"},
		{"&lt;script&gt;&#x202e;&auml;", "<script>\u202eä"},
		{"<!-- a --><!doctype html>b", "b"},
		{"a<hr>b", "a\n________________________________\nb"},
		{"<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc"},
		{"<o:p>a</o:p><unbekannt hidden>b</unbekannt>c", "ac"},
	} {
		p := parse(t, "From: a@b.example\r\nSubject: WG: x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"+tc.html, mail.Limits{})
		assert.Equal(t, tc.want, p.Full, tc.html)
	}
}

// TestTrim holds what is trimmed, and above all what is not.
func TestTrim(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"nothing":               {"Hallo\n\nWo?", "Hallo\n\nWo?"},
		"dashes in a text":      {"Erstens\n--\n" + strings.Repeat("Zeile\n", 20) + "Ende", "Erstens\n--\n" + strings.Repeat("Zeile\n", 20) + "Ende"},
		"signature":             {"Hallo\n-- \nErika\nWeg 1", "Hallo"},
		"signature without end": {"Hallo\n--\nErika", "Hallo"},
		"a colon":               {"Am Montag um 10:00 schrieb ich Ihnen:\nkeine Antwort.", "Am Montag um 10:00 schrieb ich Ihnen:\nkeine Antwort."},
		"told":                  {"Hallo,\n\nam 1.11. bestellt.\nAm 3. November schrieb Ihr Kollege:\nDas Paket kommt morgen.\n\nWas nun?", "Hallo,\n\nam 1.11. bestellt.\nAm 3. November schrieb Ihr Kollege:\nDas Paket kommt morgen.\n\nWas nun?"},
		"unquoted original":     {"Ja.\n\nAm 23.11.26 um 09:10 schrieb Laden <s@l.example>:\nSollen wir?", "Ja."},
		"broken attribution":    {"Ja.\n\nAm 23.11.26 um 09:10 schrieb\nLaden\n<s@l.example>:\n> Sollen wir?", "Ja."},
		"attribution too far":   {"Ja.\n\nAm 23.11.26 sah ich:\n> Sollen wir?", "Ja.\n\nAm 23.11.26 sah ich:"},
		"forward within":        {"Siehe unten.\n\n-------- Weitergeleitete Nachricht --------\nVon: Z <z@z.example>\nDatum: 22.11.26 18:00\nAn: e@k.example\n\nZurück.", "Siehe unten.\n\n-------- Weitergeleitete Nachricht --------\nVon: Z <z@z.example>\nDatum: 22.11.26 18:00\nAn: e@k.example\n\nZurück."},
		"only a quote":          {"> a\n> b", "> a\n> b"},
		"only a signature":      {"-- \nErika", "-- \nErika"},
		"mobile":                {"Ja.\n\nSent from my iPad", "Ja."},
		"mobile in a sentence":  {"Gesendet von meinem Mann, der auch wartet, und zwar schon seit vierzehn Tagen, weil niemand bei Ihnen antwortet.", "Gesendet von meinem Mann, der auch wartet, und zwar schon seit vierzehn Tagen, weil niemand bei Ihnen antwortet."},
		"form with labels":      {"Von: Erika\nAn: Laden\nDatum: 23.11.2026\nBetreff: Widerruf\n\nIch widerrufe.", "Von: Erika\nAn: Laden\nDatum: 23.11.2026\nBetreff: Widerruf\n\nIch widerrufe."},
		"bold labels":           {"Ja.\n\n*Von:* Laden\n*Gesendet:* Montag, 23. November 2026 09:10\n*An:* Erika\n*Betreff:* Hut\n\nAlt.", "Ja."},
		"answers between":       {"> Farbe?\nBlau.\n> Größe?\nM.", "> Farbe?\nBlau.\n> Größe?\nM."},
		"one quote, then words": {"> Größe?\nM.", "M."},
	} {
		p := parse(t, plain+tc.text, mail.Limits{})
		assert.Equal(t, tc.want, p.Inbound.Text, name)
		assert.Equal(t, tc.text, p.Full, name)
		assert.Equal(t, tc.want != tc.text, p.Has(mail.NoteQuote), name)
	}
}
