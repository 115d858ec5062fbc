package mail

import (
	"bufio"
	"io"
	"mime"
	netmail "net/mail"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/textproto"
)

// Bounds of header fields.
const (
	maxField      = 16 << 10 // bytes of one value that are looked at
	maxAddresses  = 100
	maxReferences = 50
	maxMessageID  = 900 // bytes; a line of a mail has 998
)

// readHeader reads a block of fields that was scrubbed; an error cannot be
// told from an early end then.
func readHeader(r *bufio.Reader) message.Header {
	h, _ := textproto.ReadHeader(r)
	return message.Header{Header: h}
}

// field returns the first value of a header field, of bounded length.
func field(h message.Header, name string) string {
	v := h.Get(name)
	return v[:min(len(v), maxField)]
}

// line makes a text from outside fit for a header or a list: invalid UTF-8,
// controls and bidirectional formatting go, breaks become blanks.
func line(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		default:
			return r
		}
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.TrimSpace(s)
}

// contentType reads a Content-Type or Content-Disposition. What the standard
// parser refuses is read as well as it goes: a type and its parameters cut at
// semicolons.
func (w words) contentType(value string) (string, map[string]string) {
	value = value[:min(len(value), maxField)]
	kind, params, err := mime.ParseMediaType(value)
	if err != nil || params == nil {
		kind, params = looseType(value)
	}
	if _, ok := params["filename"]; !ok && strings.Contains(value, "*=") {
		_, loose := looseType(value) // a charset that the parser does not know
		for _, name := range []string{"filename", "name"} {
			if v, ok := loose[name+"*"]; ok && params[name] == "" {
				params[name] = extended(v)
			}
		}
	}
	for k, v := range params {
		params[k] = w.decode(v)
	}
	return strings.ToLower(kind), params
}

func looseType(value string) (string, map[string]string) {
	kind, rest, _ := strings.Cut(value, ";")
	params := make(map[string]string)
	for p := range strings.SplitSeq(rest, ";") {
		name, v, ok := strings.Cut(p, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if _, again := params[name]; ok && !again && name != "" {
			params[name] = strings.Trim(strings.TrimSpace(v), `"`)
		}
	}
	return strings.TrimSpace(kind), params
}

// extended decodes a value as in RFC 2231: charset'language'percent-encoded.
func extended(v string) string {
	label, rest, _ := strings.Cut(v, "'")
	_, text, ok := strings.Cut(rest, "'")
	raw, err := url.PathUnescape(text)
	if !ok || err != nil {
		return v
	}
	out, _ := decodeText(label, []byte(raw))
	return out
}

// addresses reads the addresses of all fields with a name. Of a field that
// breaks the rules it takes what looks like an address.
func (w words) addresses(h message.Header, name string) []Address {
	var out []Address
	parser := netmail.AddressParser{WordDecoder: w.dec}
	for _, v := range h.Values(name) {
		v = v[:min(len(v), maxField)]
		list, err := parser.ParseList(v)
		if err != nil {
			list = looseAddresses(v)
		}
		for _, a := range list[:min(len(list), maxAddresses-len(out))] {
			out = append(out, Address{Name: line(w.decode(a.Name)), Address: foldDomain(line(a.Address))})
		}
		if len(out) == maxAddresses {
			break
		}
	}
	return out
}

func looseAddresses(v string) []*Address {
	var out []*Address
	for chunk := range strings.FieldsFuncSeq(v, func(r rune) bool { return r == ',' || r == ';' }) {
		if open := strings.LastIndexByte(chunk, '<'); open >= 0 {
			name := strings.Trim(strings.TrimSpace(chunk[:open]), `"'`)
			addr, _, _ := strings.Cut(chunk[open+1:], ">")
			if isAddress(strings.TrimSpace(addr)) {
				out = append(out, &Address{Name: name, Address: strings.TrimSpace(addr)})
			}
			continue
		}
		for word := range strings.FieldsSeq(chunk) {
			if word = strings.Trim(word, `"'()[]`); isAddress(word) {
				out = append(out, &Address{Address: word})
			}
		}
	}
	return out
}

// isAddress reports whether a text can be a mailbox at all.
func isAddress(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at > 0 && at < len(s)-1 && len(s) <= 254 && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r == '<' || r == '>' || unicode.IsControl(r) || unicode.IsSpace(r)
	})
}

// messageIDs returns what stands in angle brackets, in order. Broken ids are
// ids too: they only have to be the same again.
func messageIDs(v string) []string {
	var ids []string
	v = v[max(0, len(v)-maxField):] // the latest stand last
	for {
		_, rest, ok := strings.Cut(v, "<")
		end := strings.IndexAny(rest, "<>")
		if !ok || end < 0 {
			return ids
		}
		if id := line(strings.Join(strings.Fields(rest[:end]), "")); id != "" && len(id) <= maxMessageID {
			ids = append(ids, id)
		}
		v = rest[end:]
	}
}

// messageID returns the id of a mail, or an empty string where it has none
// that can be used.
func messageID(h message.Header) string {
	v := strings.TrimSpace(field(h, "Message-Id"))
	if ids := messageIDs(v); len(ids) > 0 {
		return ids[0]
	}
	if v = line(v); isAddress(v) {
		return v // without brackets
	}
	return ""
}

// thread returns the ids of earlier messages, the latest last.
func thread(h message.Header) []string {
	ids := messageIDs(h.Get("References"))
	ids = append(ids, messageIDs(h.Get("In-Reply-To"))...)
	slices.Reverse(ids)
	seen := make(map[string]bool)
	ids = slices.DeleteFunc(ids, func(id string) bool {
		again := seen[id]
		seen[id] = true
		return again
	})
	ids = ids[:min(len(ids), maxReferences)]
	slices.Reverse(ids)
	return ids
}

// discard reads what is left.
func discard(r io.Reader) {
	io.Copy(io.Discard, r) //nolint:errcheck,gosec // the source remembers its error
}
