package mail

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// Bounds of what a broken header block is given.
const (
	maxFieldName = 76
	maxFields    = 1000 // of one header block
	maxBoundary  = 200  // RFC 2046 allows 70
	maxBlanks    = 8    // empty lines before the first field of a mail
	peekLine     = 256
)

// scrubber passes a MIME stream on to a parser that gives up at the first
// fault, with the faults taken out: lines in header blocks that are no fields,
// header blocks without end or without measure, line ends that change on the
// way, and whatever stands before the first boundary.
type scrubber struct {
	src   *bufio.Reader
	delim []byte // "--boundary"; nil: the stream is one header block and a body
	limit int    // bytes of one header block
	note  func(Code)

	state    scrubState
	out      []byte // to be read
	done     int    // of out that was read
	err      error
	starts   bool // the next fragment begins a line
	held     string
	style    string // line end of the first delimiter
	left     int    // bytes that the header block may still take
	fields   int
	blanks   int
	dropping bool
	open     bool // the last header line passed on has no end yet

	preamble    []byte
	preambleMax int
	parts       int
}

type scrubState uint8

const (
	inPreamble scrubState = iota
	inHeader
	inBody
	inEpilogue
)

// scrubMail reads a header block and the body after it.
func scrubMail(r io.Reader, limit int, note func(Code)) *scrubber {
	return &scrubber{
		src: bufio.NewReader(r), limit: limit, note: note,
		state: inHeader, starts: true, left: limit,
	}
}

// scrubParts reads the parts of a multipart. Without a usable boundary it
// looks for one.
func scrubParts(r io.Reader, boundary string, limit, preamble int, note func(Code)) *scrubber {
	s := &scrubber{src: bufio.NewReader(r), limit: limit, note: note, starts: true, preambleMax: preamble}
	if boundary == "" || len(boundary) > maxBoundary {
		boundary = s.guessBoundary()
		note(NoteStructure)
	}
	s.delim = []byte("--" + boundary)
	return s
}

// boundary is the one that the stream has, never empty.
func (s *scrubber) boundary() string { return string(s.delim[2:]) }

// guessBoundary takes the first line that looks like a delimiter and has a
// header field after it.
func (s *scrubber) guessBoundary() string {
	head, _ := s.src.Peek(s.src.Size())
	for len(head) > 0 {
		line, rest, _ := bytes.Cut(head, []byte("\n"))
		name, ok := bytes.CutPrefix(bytes.TrimRight(line, " \t\r"), []byte("--"))
		if ok && len(name) > 0 && len(name) <= maxBoundary && isField(rest) {
			return string(name)
		}
		head = rest
	}
	return "none" // all of it is preamble then
}

// Read implements [io.Reader].
func (s *scrubber) Read(p []byte) (int, error) {
	for s.done == len(s.out) {
		if s.err != nil {
			return 0, s.err
		}
		if s.delim == nil && s.state == inBody {
			return s.src.Read(p)
		}
		s.out, s.done = s.out[:0], 0
		s.next()
	}
	n := copy(p, s.out[s.done:])
	s.done += n
	return n, nil
}

// next takes in one line, or as much of it as the buffer holds.
func (s *scrubber) next() {
	frag, err := s.src.ReadSlice('\n')
	starts := s.starts
	if len(frag) > 0 {
		s.starts = frag[len(frag)-1] == '\n'
		s.take(frag, starts)
	}
	if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
		if s.state == inBody {
			s.emit(s.held)
			s.held = ""
		}
		s.err = err
	}
}

func (s *scrubber) take(frag []byte, starts bool) {
	if starts && s.delim != nil && s.state != inEpilogue && s.delimiter(frag) {
		return
	}
	switch s.state {
	case inPreamble:
		if free := s.preambleMax - len(s.preamble); free > 0 {
			s.preamble = append(s.preamble, frag[:min(free, len(frag))]...)
		}
	case inHeader:
		s.header(frag, starts)
	case inBody:
		s.body(frag)
	case inEpilogue:
	}
}

// delimiter takes in a line that begins or ends a part.
func (s *scrubber) delimiter(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, s.delim)
	if !ok {
		return false
	}
	rest = bytes.TrimRight(rest, " \t\r\n")
	last := string(rest) == "--"
	if !last && len(rest) > 0 {
		return false
	}
	if s.style == "" {
		s.style = "\n"
		if bytes.HasSuffix(line, []byte("\r\n")) {
			s.style = "\r\n"
		}
	}
	switch s.state {
	case inHeader: // a part of header fields only
		s.closeLine()
		s.emit(s.style)
		s.emit(s.style)
	case inBody:
		s.emit(s.style) // whatever ended the line before
	case inPreamble, inEpilogue:
	}
	s.held = ""
	s.out = append(s.out, s.delim...)
	if last {
		s.emit("--" + s.style)
		s.state = inEpilogue
		return true
	}
	s.emit(s.style)
	s.parts++
	s.state, s.left, s.fields, s.dropping, s.open = inHeader, s.limit, 0, false, false
	return true
}

// body holds the end of each line back until it is clear whether it belongs
// to a delimiter.
func (s *scrubber) body(frag []byte) {
	s.emit(s.held)
	s.held = ""
	switch {
	case bytes.HasSuffix(frag, []byte("\r\n")):
		s.held = "\r\n"
	case bytes.HasSuffix(frag, []byte("\n")):
		s.held = "\n"
	}
	s.out = append(s.out, frag[:len(frag)-len(s.held)]...)
}

func (s *scrubber) header(frag []byte, starts bool) {
	if !starts {
		s.keep(frag)
		return
	}
	line := bytes.TrimRight(frag, "\r\n")
	s.closeLine()
	switch {
	case len(line) == 0:
		s.blank()
		return
	case s.left == 0:
		s.note(NoteHeader)
		return
	case s.fields > 0 && (line[0] == ' ' || line[0] == '\t'):
	case isField(line):
		s.fields++
		s.dropping = false
		if s.fields > maxFields {
			s.left = 0
		}
	case s.fields == 0 && s.delim == nil && isEnvelopeLine(line):
		s.dropping = true
	default:
		s.stray(bytes.Clone(frag)) // looking ahead overwrites it
		return
	}
	s.keep(frag)
}

// blank takes in an empty line: it ends the header block, but some stand
// before the first field of a mail.
func (s *scrubber) blank() {
	if s.delim == nil && s.fields == 0 && s.blanks < maxBlanks {
		s.blanks++
		return
	}
	s.endHeader()
}

// stray takes in a line of a header block that is no field: it is dropped
// where another field follows, else the empty line before the body is missing.
func (s *scrubber) stray(line []byte) {
	s.note(NoteStructure)
	if s.fields > 0 && s.fieldFollows() {
		s.dropping = !bytes.HasSuffix(line, []byte("\n"))
		return
	}
	s.endHeader()
	s.body(line)
	if s.delim == nil { // what follows is read as it comes
		s.emit(s.held)
		s.held = ""
	}
}

func (s *scrubber) endHeader() {
	s.emit("\r\n")
	s.state = inBody
}

// keep passes a piece of a header line on while there is room.
func (s *scrubber) keep(frag []byte) {
	if s.dropping {
		return
	}
	if len(frag) > s.left {
		s.dropping, s.left = true, 0
		s.note(NoteHeader)
		s.closeLine()
		return
	}
	s.left -= len(frag)
	s.out = append(s.out, frag...)
	s.open = frag[len(frag)-1] != '\n'
}

// closeLine ends a line that was cut.
func (s *scrubber) closeLine() {
	if s.open {
		s.emit("\r\n")
		s.open = false
	}
}

func (s *scrubber) emit(text string) { s.out = append(s.out, text...) }

// fieldFollows reports whether the next line is a header field.
func (s *scrubber) fieldFollows() bool {
	head, _ := s.src.Peek(min(peekLine, s.src.Size()))
	return isField(head)
}

// isField reports whether a text begins with a header field's name (RFC 5322,
// section 3.6.8) and its colon. Blanks before the colon are obsolete, not
// wrong.
func isField(line []byte) bool {
	name, _, ok := bytes.Cut(line[:min(len(line), maxFieldName+2)], []byte(":"))
	name = bytes.TrimRight(name, " \t")
	return ok && len(name) > 0 && !bytes.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' })
}

// isEnvelopeLine reports whether a line is the one that mbox files put before
// each mail.
func isEnvelopeLine(line []byte) bool {
	return bytes.HasPrefix(bytes.TrimPrefix(line, []byte(">")), []byte("From "))
}
