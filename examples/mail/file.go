package mail

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message"

	"github.com/kulanz-go/kulanz/ticket"
)

// maxFileName is the longest name that a file keeps, in bytes.
const maxFileName = 120

// File is an attachment of a mail.
type File struct {
	ticket.Attachment        // Name is safe as a file's name; Type is a stranger's claim
	ContentID         string `json:"content_id,omitempty"` // by which HTML refers to it
	Inline            bool   `json:"inline,omitempty"`     // meant to be seen in the text: a picture, a logo
	Cut               bool   `json:"cut,omitempty"`        // longer than Limits.File
}

// addFile has a part saved.
func (p *parser) addFile(h message.Header, kind, name, disposition string, body io.Reader) error {
	if len(p.files) >= p.o.Limits.Files {
		p.notes.add(NoteFiles)
		return nil
	}
	if strings.HasPrefix(kind, "message/") && name == "" {
		name, body = p.forwarded(body)
	}
	f := File{ContentID: strings.Trim(line(field(h, "Content-Id")), "<> ")}
	f.Type = mediaType(kind)
	f.Inline = disposition == "inline" || (disposition == "" && f.ContentID != "")
	f.Name = fileName(p.words.decode(name), len(p.files)+1, f.Type)
	content := &counter{r: body, left: p.o.Limits.File}
	if p.o.Save == nil {
		p.notes.add(NoteUnsaved)
	} else {
		ref, err := p.o.Save(p.ctx, f, content)
		if err != nil {
			return fmt.Errorf("mail: save an attachment: %w", err)
		}
		f.Ref = ref
	}
	discard(content)
	if f.Size, f.Cut = content.n, content.cut; f.Cut {
		p.notes.add(NoteFile)
	}
	p.noteRead(content.err)
	p.files = append(p.files, f)
	return nil
}

// forwarded names a mail within the mail by its subject.
func (p *parser) forwarded(body io.Reader) (string, io.Reader) {
	br := bufio.NewReader(body)
	head, _ := br.Peek(br.Size())
	h := readHeader(bufio.NewReader(scrubMail(bytes.NewReader(head), len(head), func(Code) {})))
	if subject := p.words.decode(field(h, "Subject")); subject != "" {
		return strings.NewReplacer("/", "-", `\`, "-").Replace(subject) + ".eml", br
	}
	return "", br
}

// counter counts what is read, up to a limit. A transfer encoding that breaks
// off is an end: what came before it is kept.
type counter struct {
	r    io.Reader
	left int64
	n    int64
	cut  bool
	err  error
}

func (c *counter) Read(b []byte) (int, error) {
	if c.left <= 0 {
		var more [1]byte
		n, _ := io.ReadFull(c.r, more[:])
		c.cut = c.cut || n > 0
		return 0, io.EOF
	}
	n, err := c.r.Read(b[:min(int64(len(b)), c.left)])
	c.left -= int64(n)
	c.n += int64(n)
	if err != nil {
		if err != io.EOF {
			c.err = err
		}
		err = io.EOF
	}
	return n, err
}

// mediaType returns a media type, or that of unknown bytes where it is none.
func mediaType(kind string) string {
	top, sub, ok := strings.Cut(kind, "/")
	if !ok || !isToken(top) || !isToken(sub) || len(kind) > maxFileName {
		return "application/octet-stream"
	}
	return kind
}

func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`()<>@,;:\"/[]?=`, r)
	})
}

// fileName makes a name safe for any file system: no path, no controls, no
// direction marks, nothing that Windows keeps for itself, and not too long.
func fileName(name string, n int, kind string) string {
	name = line(name)
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>:"|?*`, r) {
			return '_'
		}
		return r
	}, name)
	name = strings.Trim(name, ". \u00a0")
	if name == "" {
		return fmt.Sprintf("attachment-%d%s", n, extension(kind))
	}
	if isReserved(name) {
		name = "_" + name
	}
	if len(name) <= maxFileName {
		return name
	}
	ext := path.Ext(name)
	if len(ext) > maxFileName/4 {
		ext = ""
	}
	base := name[:maxFileName-len(ext)]
	for !utf8.ValidString(base) {
		base = base[:len(base)-1]
	}
	return strings.TrimRight(base, ". ") + ext
}

// isReserved knows the names of devices on Windows.
func isReserved(name string) bool {
	base, _, _ := strings.Cut(strings.ToUpper(name), ".")
	switch base = strings.TrimRight(base, " "); base {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	return len(base) == 4 && (strings.HasPrefix(base, "COM") || strings.HasPrefix(base, "LPT")) &&
		base[3] >= '0' && base[3] <= '9'
}

// extension is what a file without a name gets.
func extension(kind string) string {
	switch kind {
	case "image/jpeg":
		return ".jpg"
	case "image/png":
		return ".png"
	case "image/gif":
		return ".gif"
	case "application/pdf":
		return ".pdf"
	case "text/plain":
		return ".txt"
	case "text/html":
		return ".html"
	case "text/calendar":
		return ".ics"
	case "text/vcard", "text/x-vcard":
		return ".vcf"
	case "message/rfc822":
		return ".eml"
	default:
		return ".bin"
	}
}
