package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	netmail "net/mail"
	"strings"
	"time"

	"github.com/emersion/go-message"
	gomail "github.com/emersion/go-message/mail"

	"github.com/kulanz-go/kulanz/ticket"
)

// ErrNothingToSend is returned by [Compose] for an event that has no words for
// the customer. It comes with [ticket.ErrPermanent].
var ErrNothingToSend = errors.New("mail: nothing to send")

// Bounds of what is composed.
const (
	maxThread  = 20 // ids in References
	maxSubject = 250
)

// Letter is what a mail needs beyond the effect that it delivers.
type Letter struct {
	From Address // the shop's. Required
	To   Address // the customer's. Required
	// Now is the Date of the mail. Required: repeats of one effect should have
	// the same, such as Outgoing.Event.At, so that they are the same mail.
	Now time.Time
	// Addresses sign the Reply-To. Nil: answers go to From. A host does well to
	// use the signed address as MAIL FROM too, so that reports find the ticket.
	Addresses *Addresses
	// References are the ids of the messages so far, the latest last, as
	// [Thread] finds them. What is no message id is left out.
	References []string
	Subject    string // empty: that of the ticket, answered
	// Open reads an attachment. Required where the event has any.
	Open func(context.Context, ticket.Attachment) (io.ReadCloser, error)
}

// Thread collects the ids of the messages that came before an event, in the
// order that [Letter.References] wants: those of a ticket's history, as
// [ticket.Desk.History] yields it. It keeps the first and the latest.
func Thread(ref ticket.Ref, history iter.Seq2[ticket.Event, error], before int64) ([]string, error) {
	var ids []string
	for e, err := range history {
		if err != nil {
			return nil, fmt.Errorf("mail: thread of %s: %w", ref, err)
		}
		if e.Seq >= before {
			break
		}
		m := e.Message()
		if m == nil || !e.Public() {
			continue
		}
		id := m.External
		if isOutbound(e) {
			id = ticket.MessageID(ref, e.Seq)
		}
		if !isMessageID(id) || isAutomatic(e.Kind) {
			continue
		}
		if ids = append(ids, id); len(ids) > maxThread {
			ids = append(ids[:1], ids[2:]...)
		}
	}
	return ids, nil
}

// Compose writes the mail (RFC 5322) that brings an effect to the customer.
// The same input gives the same bytes, with one Message-ID however often it is
// sent. No text that it is given can add a header field.
//
// Errors are [ticket.Faults] of the letter and [ErrNothingToSend], both with
// [ticket.ErrPermanent], and what Letter.Open returns: a deliverer may return
// them as they are.
func Compose(ctx context.Context, o ticket.Outgoing, l Letter) ([]byte, error) {
	m := o.Event.Message()
	if m == nil || !isOutbound(o.Event) {
		return nil, fmt.Errorf("%w: %s: %w", ErrNothingToSend, o.Event.Kind, ticket.ErrPermanent)
	}
	if err := l.check(o, len(m.Attachments) > 0); err != nil {
		return nil, errors.Join(err, ticket.ErrPermanent)
	}
	var buf bytes.Buffer
	w, err := message.CreateWriter(&buf, l.header(o, len(m.Attachments) > 0))
	if err != nil {
		return nil, fmt.Errorf("mail: compose: %w", err)
	}
	if len(m.Attachments) > 0 {
		err = l.writeParts(ctx, w, m)
	} else {
		err = writeText(w, m.Text)
	}
	if err := errors.Join(err, w.Close()); err != nil {
		return nil, fmt.Errorf("mail: compose: %w", err)
	}
	return buf.Bytes(), nil
}

// isOutbound reports whether an event carries words from the shop to the
// customer.
func isOutbound(e ticket.Event) bool {
	switch e.Kind {
	case ticket.EventCreate, ticket.EventCustomerMessage, ticket.EventAutoReply, ticket.EventBounce:
		return false
	default:
		return e.Public()
	}
}

func isAutomatic(k ticket.EventKind) bool {
	return k == ticket.EventAutoReply || k == ticket.EventBounce
}

func (l *Letter) check(o ticket.Outgoing, files bool) error {
	var faults ticket.Faults
	fail := func(path, value, reason string) {
		faults = append(faults, &ticket.Fault{Path: "letter." + path, Value: value, Reason: reason})
	}
	for _, a := range []struct {
		path string
		addr string
	}{{"from", l.From.Address}, {"to", l.To.Address}} {
		// What it was is the customer's, so an error does not say it.
		if parsed, err := netmail.ParseAddress(a.addr); err != nil || parsed.Address != a.addr || !isAddress(a.addr) {
			fail(a.path, fmt.Sprintf("%d bytes", len(a.addr)), "is no mail address")
		}
	}
	if l.Now.IsZero() {
		fail("now", "", "is missing")
	}
	if !isMessageID(o.MessageID) {
		fail("message_id", o.MessageID, "cannot stand in a mail: the shop's name has to be like a domain")
	}
	if files && l.Open == nil {
		fail("open", "nil", "is missing, and there are attachments")
	}
	if len(faults) == 0 {
		return nil
	}
	return faults
}

func (l *Letter) header(o ticket.Outgoing, files bool) message.Header {
	var h gomail.Header // fields are put in front: the last one here comes first
	if files {
		// A boundary that holds "=_" occurs in no quoted-printable or base64
		// text (RFC 2045, section 6.7).
		h.SetContentType("multipart/mixed", map[string]string{"boundary": "=_" + o.Event.ID.String()})
	} else {
		textHeader(&h.Header)
	}
	h.Set("MIME-Version", "1.0")
	if auto := autoSubmitted(o.Event); auto != "" {
		h.Set("X-Auto-Response-Suppress", "All")
		h.Set("Auto-Submitted", auto)
	}
	if refs := references(l.References); len(refs) > 0 {
		h.Set("References", "<"+strings.Join(refs, "> <")+">")
		h.Set("In-Reply-To", "<"+refs[len(refs)-1]+">")
	}
	h.SetMessageID(o.MessageID)
	h.SetSubject(l.subject(o.Ticket))
	if l.Addresses != nil {
		setAddress(&h, "Reply-To", Address{Name: l.From.Name, Address: l.Addresses.Sign(o.Ticket.Ref())})
	}
	setAddress(&h, "To", l.To)
	setAddress(&h, "From", l.From)
	h.SetDate(l.Now)
	return h.Header
}

// setAddress sets a field to one address. net/mail writes a backslash in a name
// that it cannot read again.
func setAddress(h *gomail.Header, field string, a Address) {
	a.Name = strings.ReplaceAll(line(a.Name), `\`, "/")
	h.SetAddressList(field, []*Address{&a})
}

// autoSubmitted is the word of RFC 3834 for what a machine wrote: by itself,
// or as an answer.
func autoSubmitted(e ticket.Event) string {
	switch {
	case e.Kind == ticket.EventReminder, e.Kind == ticket.EventFollowUp:
		return "auto-generated"
	case e.Actor.Kind == ticket.ActorBot:
		return "auto-replied"
	case e.Actor.Kind == ticket.ActorSystem:
		return "auto-generated"
	default:
		return ""
	}
}

func (l *Letter) subject(t ticket.Ticket) string {
	s := line(l.Subject)
	if s == "" {
		if s = line(t.Subject); s != "" && !isAnswer(s) {
			s = "Re: " + s
		}
	}
	if s == "" {
		s = "Your request " + t.Number
		if strings.HasPrefix(strings.ToLower(t.Customer.Language), "de") {
			s = "Ihre Anfrage " + t.Number
		}
	}
	if len(s) > maxSubject {
		s = string(cutRune([]byte(s[:maxSubject])))
	}
	return s
}

func isAnswer(subject string) bool {
	s := strings.ToLower(subject)
	return strings.HasPrefix(s, "re:") || strings.HasPrefix(s, "aw:")
}

// references are the ids that can stand in a header, the first and the latest.
func references(ids []string) []string {
	var out []string
	for _, id := range ids {
		if id = strings.Trim(id, "<> "); isMessageID(id) {
			out = append(out, id)
		}
	}
	if len(out) > maxThread {
		out = append(out[:1:1], out[len(out)-maxThread+1:]...)
	}
	return out
}

// isMessageID reports whether a text can stand in angle brackets as an id.
func isMessageID(id string) bool {
	at := strings.IndexByte(id, '@')
	return at > 0 && at < len(id)-1 && len(id) <= maxMessageID && !strings.ContainsFunc(id, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`<>(),;:\"`, r)
	})
}

func textHeader(h *message.Header) {
	h.Set("Content-Transfer-Encoding", "quoted-printable")
	h.SetContentType(typePlain, map[string]string{"charset": charsetUTF8})
}

func writeText(w io.Writer, text string) error {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
	_, err := io.WriteString(w, tidy(text)+"\n")
	return err
}

func (l *Letter) writeParts(ctx context.Context, w *message.Writer, m *ticket.Message) error {
	var h message.Header
	textHeader(&h)
	part, err := w.CreatePart(h)
	if err != nil {
		return err
	}
	if err := errors.Join(writeText(part, m.Text), part.Close()); err != nil {
		return err
	}
	for i, a := range m.Attachments {
		if err := l.writeFile(ctx, w, a, i+1); err != nil {
			return fmt.Errorf("attachment %q: %w", a.Ref, err)
		}
	}
	return nil
}

func (l *Letter) writeFile(ctx context.Context, w *message.Writer, a ticket.Attachment, n int) error {
	var h message.Header
	kind := mediaType(strings.ToLower(a.Type))
	h.Set("Content-Transfer-Encoding", "base64")
	h.SetContentDisposition("attachment", map[string]string{"filename": fileName(a.Name, n, kind)})
	h.SetContentType(kind, nil)
	body, err := l.Open(ctx, a)
	if err != nil {
		return err
	}
	defer body.Close() //nolint:errcheck // it was only read
	part, err := w.CreatePart(h)
	if err != nil {
		return err
	}
	if _, err := io.Copy(part, body); err != nil {
		return err
	}
	return part.Close()
}
