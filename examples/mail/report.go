package mail

import (
	"bufio"
	"io"
	"strings"

	"github.com/emersion/go-message"
)

// Report is what a delivery report says of one mail (RFC 3464). Everything in
// it is a claim of whoever sent it.
type Report struct {
	// Action is failed, delayed, delivered, relayed or expanded; empty where an
	// older server sent the report.
	Action    string `json:"action,omitempty"`
	Status    string `json:"status,omitempty"`     // as in RFC 3463: "5.1.1"; empty: not said
	Recipient string `json:"recipient,omitempty"`  // whom it was for
	Diagnosis string `json:"diagnosis,omitempty"`  // the server's own words
	MessageID string `json:"message_id,omitempty"` // of the mail that is reported on; empty: not said
}

// Permanent reports whether trying again is of no use.
func (r Report) Permanent() bool { return r.Action == "failed" || strings.HasPrefix(r.Status, "5.") }

// maxReport bounds what is read of a report's machine-readable parts.
const maxReport = 64 << 10

// reportPart takes in a machine-readable part of a report.
func (p *parser) reportPart(kind string, body io.Reader) bool {
	switch kind {
	case "message/delivery-status", "message/global-delivery-status":
		if p.report == nil {
			p.report = &Report{}
		}
		p.deliveryStatus(io.LimitReader(body, maxReport))
	case "message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers":
		h := readHeader(bufio.NewReader(scrubMail(io.LimitReader(body, maxReport), maxReport, func(Code) {})))
		if p.original == "" {
			p.original = messageID(h)
		}
	case "message/disposition-notification", "message/global-disposition-notification":
		h := readHeader(bufio.NewReader(scrubMail(io.LimitReader(body, maxReport), maxReport, func(Code) {})))
		if ids := messageIDs(field(h, "Original-Message-Id")); len(ids) > 0 && p.original == "" {
			p.original = ids[0]
		}
	case "message/feedback-report":
	default:
		return false
	}
	return true
}

// deliveryStatus reads the groups of fields: one for the mail, one for each
// recipient. The first recipient that failed is the one that counts.
func (p *parser) deliveryStatus(body io.Reader) {
	br := bufio.NewReader(body)
	for range maxAddresses {
		h := readHeader(bufio.NewReader(scrubMail(&group{r: br}, maxReport, p.notes.add)))
		if h.Len() == 0 {
			if _, err := br.Peek(1); err != nil {
				return
			}
			continue
		}
		next := p.recipient(h)
		if next.Recipient != "" && (p.report.Recipient == "" || (next.Permanent() && !p.report.Permanent())) {
			*p.report = next
		}
	}
}

// group reads up to an empty line.
type group struct {
	r    *bufio.Reader
	rest []byte
	done bool
}

func (g *group) Read(p []byte) (int, error) {
	if len(g.rest) == 0 {
		if g.done {
			return 0, io.EOF
		}
		frag, err := g.r.ReadSlice('\n')
		g.rest = frag
		g.done = len(strings.TrimRight(string(frag), "\r\n")) == 0 || (err != nil && len(frag) == 0)
	}
	n := copy(p, g.rest)
	g.rest = g.rest[n:]
	return n, nil
}

func (p *parser) recipient(h message.Header) Report {
	r := Report{
		Action: strings.ToLower(line(field(h, "Action"))), Status: line(field(h, "Status")),
		Diagnosis: p.typed(field(h, "Diagnostic-Code")),
	}
	r.Status, _, _ = strings.Cut(r.Status, " ")
	for _, name := range []string{"Original-Recipient", "Final-Recipient"} {
		addr := strings.Trim(p.typed(field(h, name)), "<>")
		if isAddress(addr) {
			r.Recipient = foldDomain(addr)
			break
		}
	}
	return r
}

// typed returns a value without its type: "rfc822; a@b" is "a@b".
func (p *parser) typed(v string) string {
	if _, rest, ok := strings.Cut(v, ";"); ok {
		v = rest
	}
	return line(p.words.decode(v))
}

// completeReport fills a report from what older servers say: a field of Exim,
// and the header of the mail copied into the text.
func (p *parser) completeReport(text string) *Report {
	r := Report{}
	if p.report != nil {
		r = *p.report
	}
	if r.Recipient == "" {
		for _, a := range p.words.addresses(p.header, "X-Failed-Recipients") {
			r.Recipient = a.Address
			break
		}
	}
	if p.original == "" {
		p.original = copiedID(text)
	}
	r.MessageID = p.original
	return &r
}

// copiedID finds the id of a mail whose header was copied into a text.
func copiedID(text string) string {
	for l := range strings.Lines(text) {
		name, v, ok := strings.Cut(l, ":")
		if !ok || !strings.EqualFold(strings.Trim(name, "> \t"), "message-id") {
			continue
		}
		if ids := messageIDs(v); len(ids) > 0 {
			return ids[0]
		}
	}
	return ""
}
