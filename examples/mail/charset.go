package mail

import (
	"io"
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
)

// Names of charsets that get a treatment of their own.
const (
	charsetUTF8  = "utf-8"
	charsetASCII = "us-ascii"
	charsetUTF7  = "utf-7"
)

// decodeText turns text of a charset into UTF-8. Labels are often wrong, so
// bytes that are UTF-8 beyond doubt are taken as that, and bytes that cannot
// be what the label says are taken as windows-1252, which knows almost every
// byte. UTF-7 stays as it is: no honest mailer has sent it for years, and what
// it hides from filters would come out here. The code is empty where the label
// was right.
func decodeText(label string, raw []byte) (string, Code) {
	label = strings.ToLower(strings.Trim(strings.TrimSpace(label), `"'`))
	switch label {
	case "", charsetUTF8, "utf8", charsetASCII, "ascii", "7bit", "8bit", "unknown-8bit", "binary":
		if utf8.Valid(raw) {
			return strings.TrimPrefix(string(raw), "\uFEFF"), ""
		}
		return windows1252(raw), NoteCharset
	case charsetUTF7, "unicode-1-1-utf-7", "x-unicode-2-0-utf-7":
		return strings.ToValidUTF8(string(raw), "\uFFFD"), NoteCharset
	}
	enc := encodingOf(label)
	if enc == nil || (singleByte(enc) && utf8.Valid(raw)) {
		out, _ := decodeText(charsetUTF8, raw)
		if enc != nil && isASCII(raw) {
			return out, ""
		}
		return out, NoteCharset
	}
	out, err := enc.NewDecoder().Bytes(raw)
	if err != nil {
		return windows1252(raw), NoteCharset
	}
	return strings.TrimPrefix(strings.ToValidUTF8(string(out), "\uFFFD"), "\uFEFF"), ""
}

// encodingOf finds an encoding by any name that mailers give it; nil: none.
// What the WHATWG index calls replacement is no encoding but a refusal.
func encodingOf(label string) encoding.Encoding { //nolint:ireturn // it is how x/text names encodings
	if enc, err := htmlindex.Get(label); err == nil {
		if name, err := htmlindex.Name(enc); err == nil && name != "replacement" {
			return enc
		}
		return nil
	}
	if enc, err := ianaindex.MIME.Encoding(label); err == nil {
		return enc
	}
	return nil
}

// singleByte reports whether every byte is a character of its own: then a text
// that is valid UTF-8 beyond ASCII is UTF-8, since no one writes "Ã¼" on
// purpose.
func singleByte(enc encoding.Encoding) bool {
	_, ok := enc.(*charmap.Charmap)
	return ok
}

func windows1252(raw []byte) string {
	out, err := charmap.Windows1252.NewDecoder().Bytes(raw)
	if err != nil {
		return strings.ToValidUTF8(string(raw), "\uFFFD")
	}
	return strings.ToValidUTF8(string(out), "\uFFFD")
}

func isASCII(raw []byte) bool {
	for _, b := range raw {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// words decodes the encoded words of header fields (RFC 2047), and bytes that
// should have been encoded and were not.
type words struct{ dec *mime.WordDecoder }

func newWords() words {
	return words{&mime.WordDecoder{CharsetReader: func(label string, r io.Reader) (io.Reader, error) {
		raw, err := io.ReadAll(r) // bounded by the header
		if err != nil {
			return nil, err
		}
		text, _ := decodeText(label, raw)
		return strings.NewReader(text), nil
	}}}
}

func (w words) decode(s string) string {
	s, _ = decodeText(charsetUTF8, []byte(s))
	if !strings.Contains(s, "=?") {
		return s
	}
	out, err := w.dec.DecodeHeader(joinWords(s))
	if err != nil {
		return s
	}
	return out
}

// joinWords puts encoded words of one charset and encoding together, since
// some mailers split a character between two words.
func joinWords(s string) string {
	fields := strings.Fields(s)
	out := fields[:0]
	joined := false
	for _, f := range fields {
		prefix, text, ok := splitWord(f)
		if ok && len(out) > 0 {
			last, before, isWord := splitWord(out[len(out)-1])
			whole := !strings.HasSuffix(prefix, "?b?") || (len(before)%4 == 0 && !strings.HasSuffix(before, "="))
			if isWord && last == prefix && whole && len(before) < maxWord {
				out[len(out)-1] = prefix + before + text + "?="
				joined = true
				continue
			}
		}
		out = append(out, f)
	}
	if !joined {
		return s
	}
	return strings.Join(out, " ")
}

// maxWord bounds how long joined words get, and with it the cost of joining.
const maxWord = 4 << 10

// splitWord takes an encoded word apart: "=?charset?encoding?" in lower case,
// and its text.
func splitWord(s string) (string, string, bool) {
	inner, ok := strings.CutPrefix(s, "=?")
	if !ok || !strings.HasSuffix(inner, "?=") {
		return "", "", false
	}
	charset, rest, _ := strings.Cut(strings.TrimSuffix(inner, "?="), "?")
	enc, text, ok := strings.Cut(rest, "?")
	return strings.ToLower("=?" + charset + "?" + enc + "?"), text, ok
}
