package mail

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/textproto"
)

// Media types that are treated in their own way.
const (
	typePlain  = "text/plain"
	typeHTML   = "text/html"
	typeReport = "multipart/report"
)

// piece is one text of a mail.
type piece struct {
	html bool
	text string
}

// walk reads one part with all that is in it. Errors are the host's only.
func (p *parser) walk(h message.Header, body io.Reader, depth int) error {
	if p.parts++; p.parts > p.o.Limits.Parts {
		p.full = true
		p.notes.add(NoteParts)
		return nil
	}
	kind, params := typePlain, map[string]string{}
	if v := h.Get("Content-Type"); strings.TrimSpace(v) != "" {
		kind, params = p.words.contentType(v)
	}
	if depth == 0 {
		p.kind = kind
	}
	if strings.HasPrefix(kind, "multipart/") {
		if depth >= p.o.Limits.Depth {
			p.notes.add(NoteDepth)
			return nil
		}
		return p.multipart(kind, params, body, depth)
	}
	return p.leaf(h, kind, params, p.transfer(h, body))
}

// multipart reads the parts of a multipart; of alternatives it keeps one text.
func (p *parser) multipart(kind string, params map[string]string, body io.Reader, depth int) error {
	scrub := scrubParts(body, params["boundary"], p.o.Limits.Header, p.o.Limits.Text, p.notes.add)
	mr := textproto.NewMultipartReader(scrub, scrub.boundary())
	start := len(p.pieces)
	var best []piece
	for !p.full {
		part, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			p.notes.add(NoteStructure)
			break
		}
		from := len(p.pieces)
		if err := p.walk(message.Header{Header: part.Header}, part, depth+1); err != nil {
			return err
		}
		if kind == "multipart/alternative" {
			best = better(best, p.pieces[from:])
		}
	}
	if kind == "multipart/alternative" {
		p.pieces = append(p.pieces[:start], best...)
	}
	if scrub.parts == 0 { // no part at all: what is there is text
		p.addText(false, "", bytes.NewReader(scrub.preamble))
	}
	return nil
}

// better chooses between two alternatives: the first that has words in plain
// text, else the first that has any.
func better(a, b []piece) []piece {
	rank := func(list []piece) int {
		r := 0
		for _, c := range list {
			if strings.TrimSpace(c.text) == "" {
				continue
			}
			if !c.html {
				return 2
			}
			r = 1
		}
		return r
	}
	if rank(b) > rank(a) {
		return append([]piece(nil), b...)
	}
	return a
}

// leaf reads a part that holds no others.
func (p *parser) leaf(h message.Header, kind string, params map[string]string, body io.Reader) error {
	disposition, more := "", map[string]string{}
	if v := h.Get("Content-Disposition"); v != "" {
		disposition, more = p.words.contentType(v)
	}
	if p.kind == typeReport && p.reportPart(kind, body) {
		return nil
	}
	name := more["filename"]
	if name == "" {
		name = params["name"]
	}
	isText := kind == typePlain || kind == typeHTML || !strings.Contains(kind, "/")
	if isText && disposition != "attachment" && name == "" {
		p.addText(kind == typeHTML, params["charset"], p.flowed(kind, params, body))
		return nil
	}
	return p.addFile(h, kind, name, disposition, body)
}

// flowed undoes format=flowed (RFC 3676).
func (p *parser) flowed(kind string, params map[string]string, body io.Reader) io.Reader {
	if kind != typePlain || !strings.EqualFold(params["format"], "flowed") {
		return body
	}
	raw, err := io.ReadAll(io.LimitReader(body, int64(p.o.Limits.Text)+1))
	p.noteRead(err)
	return strings.NewReader(unflow(string(raw), strings.EqualFold(params["delsp"], "yes")))
}

// htmlFactor is how much longer than its text HTML may be.
const htmlFactor = 8

// addText takes in a text, up to the limits.
func (p *parser) addText(html bool, charset string, body io.Reader) {
	limit := p.o.Limits.Text
	if html {
		limit *= htmlFactor
	}
	limit = min(limit, 2*htmlFactor*p.o.Limits.Text-p.read)
	raw, err := io.ReadAll(io.LimitReader(body, int64(limit)+1))
	p.noteRead(err)
	cut := p.source.cut
	if len(raw) > limit {
		raw, cut = raw[:limit], true
		p.notes.add(NoteText)
	}
	p.read += len(raw)
	if whole := cutRune(raw); cut && utf8.Valid(whole) {
		raw = whole
	}
	text, code := decodeText(charset, raw)
	p.notes.add(code)
	p.pieces = append(p.pieces, piece{html, text})
}

// noteRead says what a body that breaks off is to be called.
func (p *parser) noteRead(err error) {
	switch {
	case err == nil:
	case errors.Is(err, io.ErrUnexpectedEOF):
		p.notes.add(NoteStructure)
	default:
		p.notes.add(NoteEncoding)
	}
}

// cutRune drops a character that a limit cut in two.
func cutRune(raw []byte) []byte {
	for i := len(raw) - 1; i >= 0 && i >= len(raw)-utf8.UTFMax; i-- {
		if utf8.RuneStart(raw[i]) {
			if !utf8.FullRune(raw[i:]) {
				return raw[:i]
			}
			break
		}
	}
	return raw
}

// text puts the texts of a mail together.
func (p *parser) text() string {
	limit := p.o.Limits.Text
	var b strings.Builder
	for _, c := range p.pieces {
		text := c.text
		if c.html {
			text = htmlText(text, limit)
			p.notes.add(NoteHTML)
		}
		if text = tidy(text); text == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("\n\n")
		}
		b.WriteString(text)
		if b.Len() > limit {
			break
		}
	}
	text := b.String()
	if len(text) > limit {
		p.notes.add(NoteText)
		text = string(cutRune([]byte(text[:limit])))
	}
	return text
}

// transfer undoes the transfer encoding of a part. The library does it; what
// it would stumble over is taken out before.
func (p *parser) transfer(h message.Header, body io.Reader) io.Reader {
	var plain message.Header
	enc, _, _ := strings.Cut(field(h, "Content-Transfer-Encoding"), ";")
	enc = strings.ToLower(strings.Trim(strings.TrimSpace(enc), `"'`))
	switch enc {
	case "base64":
		body = &alphabet{r: body}
	case "quoted-printable":
		body = &softener{r: bufio.NewReaderSize(body, softLine)}
	case "", "7bit", "8bit", "binary":
		return body
	}
	plain.Set("Content-Type", "application/octet-stream") // no charset yet: labels are often wrong
	plain.Set("Content-Transfer-Encoding", enc)
	e, err := message.New(plain, body)
	if err != nil {
		p.notes.add(NoteEncoding)
	}
	return e.Body
}

// alphabet drops what is no base64, which a reader must ignore (RFC 2045,
// section 6.8).
type alphabet struct{ r io.Reader }

func (a *alphabet) Read(b []byte) (int, error) {
	for {
		n, err := a.r.Read(b)
		kept := b[:0]
		for _, c := range b[:n] {
			switch {
			case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '+', c == '/', c == '=':
				kept = append(kept, c)
			}
		}
		if len(kept) > 0 || err != nil || len(b) == 0 {
			return len(kept), err
		}
	}
}

// softLine is the length at which lines that are too long get a soft break.
const softLine = 512

// softener makes quoted-printable digestible: it breaks lines that are too
// long, and drops controls.
type softener struct {
	r    *bufio.Reader
	out  []byte
	done int
	err  error
}

func (s *softener) Read(b []byte) (int, error) {
	for s.done == len(s.out) {
		if s.err != nil {
			return 0, s.err
		}
		frag, err := s.r.ReadSlice('\n')
		s.out, s.done = s.out[:0], 0
		for _, c := range frag {
			if c >= ' ' && c != 0x7f || c == '\t' || c == '\r' || c == '\n' {
				s.out = append(s.out, c)
			}
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			s.breakLine()
		case err != nil:
			s.err = err
		}
	}
	n := copy(b, s.out[s.done:])
	s.done += n
	return n, nil
}

// breakLine ends a piece of a line softly, but not within an escape.
func (s *softener) breakLine() {
	escape := bytes.LastIndexByte(s.out, '=')
	if escape < 0 || escape < len(s.out)-2 {
		s.out = append(s.out, "=\n"...)
		return
	}
	for range 3 - (len(s.out) - escape) { // the rest of the escape
		c, err := s.r.ReadByte()
		if err != nil {
			s.err = err
			return
		}
		s.out = append(s.out, c)
		if c == '\n' {
			return
		}
	}
	s.out = append(s.out, "=\n"...)
}
