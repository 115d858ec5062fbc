package mail

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"
	"time"

	netmail "net/mail"

	"github.com/emersion/go-message"

	"github.com/kulanz-go/kulanz/ticket"
)

// Parsed is what [Parse] read in a mail.
type Parsed struct {
	// Inbound goes to [ticket.Desk.Receive]. The host may still set what it
	// alone knows: Spam, Reason, Priority.
	Inbound ticket.Inbound
	Sender  Sender
	To, Cc  []Address
	Date    time.Time // as the mail claims; zero: it does not
	// Full is the text with all that it quotes; Inbound.Text is without.
	Full  string
	Files []File // as in Inbound.Attachments, with what mail knows of them
	// Reply is the signed address that the mail was sent to, also where it
	// does not count (see [Options.Owner]); nil: none.
	Reply *Reply
	// Report is what a delivery report says; nil: the mail is none.
	Report *Report
	// Signs tell why the mail is taken as automatic.
	Signs []Sign
	// Silent tells to send no automatic answer, such as an acknowledgement:
	// the mail is automatic, or asks for none.
	Silent bool
	Notes  []Code
}

// Has reports whether a note was made.
func (p *Parsed) Has(c Code) bool { return slices.Contains(p.Notes, c) }

// Reply is a signed reply address that a mail was sent to.
type Reply struct {
	Ticket ticket.Ref
	Key    uint8 // the id of the key that signed it
	// Owner tells that who writes owns the ticket: Inbound.Ticket is set.
	Owner bool
}

// Parse reads one mail. Nothing in a mail makes it fail, and none is refused:
// what is broken is read as well as it goes, and what is too much is cut. It
// keeps the text in memory; attachments go straight to [Options.Save].
//
// Errors are [ticket.Faults] of the options, those of the reader, of the
// context, and of the functions in the options. The host then reads the mail
// again later.
func Parse(ctx context.Context, r io.Reader, o Options) (Parsed, error) {
	if err := o.check(); err != nil {
		return Parsed{}, err
	}
	o.Limits = o.Limits.withDefaults()
	src := &source{ctx: ctx, r: r, left: o.Limits.Bytes}
	p := &parser{ctx: ctx, o: &o, words: newWords(), source: src}
	scrubbed := bufio.NewReader(scrubMail(src, o.Limits.Header, p.notes.add))
	p.header = readHeader(scrubbed)
	var body io.Reader = scrubbed
	id := messageID(p.header)
	if id == "" {
		p.digest = p.newDigest()
		body = io.TeeReader(body, p.digest)
	}
	if err := p.walk(p.header, body, 0); err != nil {
		return Parsed{}, err
	}
	discard(body)
	if src.err != nil {
		return Parsed{}, fmt.Errorf("mail: read: %w", src.err)
	}
	if src.cut {
		p.notes.add(NoteBytes)
	}
	return p.finish(id)
}

// source reads a mail up to its limit, and remembers what went wrong: the
// parsers above it take any error for an end.
type source struct {
	ctx  context.Context //nolint:containedctx // io.Reader has no room for it; it lives for one call of Parse
	r    io.Reader
	left int64
	cut  bool
	err  error
}

func (s *source) Read(p []byte) (int, error) {
	if s.err == nil {
		s.err = s.ctx.Err()
	}
	if s.err != nil {
		return 0, s.err
	}
	if s.left <= 0 {
		var more [1]byte
		n, _ := io.ReadFull(s.r, more[:])
		s.cut = s.cut || n > 0
		return 0, io.EOF
	}
	n, err := s.r.Read(p[:min(int64(len(p)), s.left)])
	s.left -= int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// parser is one mail while it is read.
type parser struct {
	ctx      context.Context //nolint:containedctx // lives for one call of Parse
	o        *Options
	words    words
	source   *source
	header   message.Header
	digest   hash.Hash // of a mail without an id; else nil
	notes    notes
	parts    int
	full     bool // the limit of parts was reached
	pieces   []piece
	read     int // bytes of text taken in
	files    []File
	kind     string // media type of the mail
	original string // id of the mail that a report is on
	report   *Report
}

// newDigest begins the key of a mail that has no id: what its author set, and
// the body. Fields that servers add on the way would make the same mail
// another one.
func (p *parser) newDigest() hash.Hash {
	h := sha256.New()
	for _, name := range []string{"Date", "From", "To", "Subject"} {
		fmt.Fprintf(h, "%q\n", p.header.Values(name))
	}
	return h
}

// finish makes of all that was read what the desk takes in.
func (p *parser) finish(id string) (Parsed, error) {
	out := Parsed{
		To: p.words.addresses(p.header, "To"), Cc: p.words.addresses(p.header, "Cc"),
		Files: p.files, Report: p.report, Date: date(p.header),
	}
	in := ticket.Inbound{
		Shop: p.o.Shop, Key: id, Channel: p.o.Channel, Raw: p.o.Raw,
		Subject: line(p.words.decode(field(p.header, "Subject"))), InReplyTo: thread(p.header),
	}
	if in.Key == "" {
		in.Key = "sha256:" + hex.EncodeToString(p.digest.Sum(nil))
	}
	if in.Channel == "" {
		in.Channel = ticket.ChannelEmail
	}
	for i := range p.files {
		in.Attachments = append(in.Attachments, p.files[i].Attachment)
	}
	out.Full = p.text()
	verdict := p.judge(in.Subject, out.Full)
	in.Auto, out.Signs, out.Silent = verdict.auto, verdict.signs, verdict.silent
	out.Report = verdict.report
	if p.original != "" && !slices.Contains(in.InReplyTo, p.original) {
		in.InReplyTo = append(in.InReplyTo, p.original)
	}
	in.Text = out.Full
	if in.Auto == "" {
		if text, trimmed := trimQuoted(out.Full, isForward(in.Subject)); trimmed {
			in.Text = text
			p.notes.add(NoteQuote)
		}
	}
	if p.o.Orders != nil {
		in.Orders = p.o.Orders(in.Subject, in.Text)
	}
	out.Inbound = in
	if err := p.identify(&out); err != nil {
		return Parsed{}, err
	}
	out.Notes = p.notes.list
	return out, nil
}

func date(h message.Header) time.Time {
	t, err := netmail.ParseDate(strings.TrimSpace(field(h, "Date")))
	if err != nil {
		return time.Time{}
	}
	return t
}

// identify finds out who writes, and whether that one owns the ticket whose
// signed address the mail was sent to.
func (p *parser) identify(out *Parsed) error {
	s := p.sender(out.Report)
	out.Sender = s
	if s.Ambiguous {
		p.notes.add(NoteAuthor)
	} else if p.o.Customer != nil {
		c, err := p.o.Customer(p.ctx, s)
		if err != nil {
			return fmt.Errorf("mail: find the customer: %w", err)
		}
		out.Inbound.Customer = c
	}
	if p.o.Addresses == nil {
		return nil
	}
	for _, addr := range p.recipients(out) {
		ref, key, err := p.o.Addresses.Verify(p.o.Shop, addr)
		if err != nil {
			if errors.Is(err, ErrSignature) {
				p.notes.add(NoteForged)
			}
			continue
		}
		reply := &Reply{Ticket: ref, Key: key}
		if p.o.Owner != nil && !s.Ambiguous {
			if reply.Owner, err = p.o.Owner(p.ctx, ref, s, out.Inbound.Customer); err != nil {
				return fmt.Errorf("mail: find the owner of %s: %w", ref, err)
			}
		}
		if reply.Owner {
			out.Reply, out.Inbound.Ticket = reply, &reply.Ticket
			return nil
		}
		p.notes.add(NoteStranger)
		if out.Reply == nil {
			out.Reply = reply
		}
	}
	return nil
}

// sender tells who writes.
func (p *parser) sender(report *Report) Sender {
	s := Sender{header: p.header, ReturnPath: p.returnPath()}
	from := p.words.addresses(p.header, "From")
	s.Ambiguous = len(from) != 1 || len(p.header.Values("From")) != 1
	if len(from) > 0 {
		s.Address, s.Name = from[0].Address, from[0].Name
	}
	if to := p.words.addresses(p.header, "Reply-To"); len(to) > 0 {
		s.ReplyTo = to[0].Address
	}
	if report != nil {
		s.Address, s.Name, s.ReplyTo = report.Recipient, "", ""
		s.Reported, s.Ambiguous = true, report.Recipient == ""
	}
	return s
}

// returnPath is the path of the envelope, where it is known and not null.
func (p *parser) returnPath() string {
	if p.o.Envelope != nil {
		return foldDomain(line(p.o.Envelope.From))
	}
	addr, _, _ := strings.Cut(strings.TrimLeft(field(p.header, "Return-Path"), " <"), ">")
	return foldDomain(line(addr))
}

// hasNullPath reports whether the envelope says not to answer.
func (p *parser) hasNullPath() bool {
	if p.o.Envelope != nil {
		return p.o.Envelope.From == "" || p.o.Envelope.From == "<>"
	}
	return strings.ReplaceAll(field(p.header, "Return-Path"), " ", "") == "<>"
}

// recipients are the addresses that the mail was sent to, the surest first.
func (p *parser) recipients(out *Parsed) []string {
	var list []string
	if p.o.Envelope != nil {
		list = append(list, p.o.Envelope.To...)
	}
	for _, name := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"} {
		for _, a := range p.words.addresses(p.header, name) {
			list = append(list, a.Address)
		}
	}
	for _, a := range slices.Concat(out.To, out.Cc) {
		list = append(list, a.Address)
	}
	seen := make(map[string]bool, len(list))
	return slices.DeleteFunc(list, func(addr string) bool {
		addr = strings.ToLower(addr)
		again := seen[addr]
		seen[addr] = true
		return again
	})
}
