package mail

import (
	"cmp"
	"context"
	"errors"
	"io"
	netmail "net/mail"
	"strconv"
	"strings"

	"github.com/emersion/go-message"

	"github.com/kulanz-go/kulanz/ticket"
)

// Options are what [Parse] needs to know of the shop whose mailbox it reads,
// and what it asks its host. Only Shop is required.
type Options struct {
	Shop    string
	Channel ticket.Channel // empty: e-mail
	// Raw is the host's reference to the mail as it came. [Parse] cuts and
	// trims; what it leaves out stands only there.
	Raw string
	// Envelope is what the host's server knows from SMTP. Nil: the header
	// fields Return-Path and Delivered-To stand for it.
	Envelope *Envelope
	// Addresses check signed reply addresses. Nil: there are none.
	Addresses *Addresses
	// Own are the addresses that the shop itself writes from: mail from them
	// is a loop, and counts as automatic.
	Own []string
	// Lists are the ids (List-Id) of mailing lists through which the shop gets
	// its mail, a group address for one. Mail of other lists counts as
	// automatic.
	Lists []string
	// Customer says who writes. Nil, or an empty Ref: a guest. It is not asked
	// about a mail with more than one author. For a delivery report it is
	// asked about the address that could not be reached.
	Customer func(context.Context, Sender) (ticket.Customer, error)
	// Owner reports whether a ticket whose signed address the mail was sent to
	// belongs to who writes; only then the address counts. [OwnerOf] asks a
	// desk. Nil: no address counts, since people in copy know it too.
	Owner func(context.Context, ticket.Ref, Sender, ticket.Customer) (bool, error)
	// Orders finds order references in the words. Nil: none.
	Orders func(subject, text string) []string
	// Save keeps an attachment and returns the host's reference to it. What
	// the file is called and said to be is a stranger's claim. Nil: files are
	// listed without one, and stand in Raw only.
	Save   func(context.Context, File, io.Reader) (string, error)
	Limits Limits
}

// Envelope is what the host's server knows from SMTP.
type Envelope struct {
	From string   // MAIL FROM; empty: the null path, as of reports
	To   []string // RCPT TO
}

// Limits bound what is taken from one mail; zero fields take their default.
// What exceeds them is cut, and a [Note] says so.
type Limits struct {
	Bytes  int64 // of the mail; default 50 MiB
	Header int   // bytes of one block of header fields; default 128 KiB
	Parts  int   // MIME parts; default 200
	Depth  int   // of multiparts in multiparts; default 10
	Text   int   // bytes of text; default 256 KiB, as in ticket.Limits
	Files  int   // attachments; default 100, as in ticket.Limits
	File   int64 // bytes of one attachment; default 25 MiB
}

func (l Limits) withDefaults() Limits {
	return Limits{
		Bytes: cmp.Or(l.Bytes, 50<<20), Header: cmp.Or(l.Header, 128<<10), Parts: cmp.Or(l.Parts, 200),
		Depth: cmp.Or(l.Depth, 10), Text: cmp.Or(l.Text, 256<<10), Files: cmp.Or(l.Files, 100),
		File: cmp.Or(l.File, 25<<20),
	}
}

func (o *Options) check() error {
	var faults ticket.Faults
	fail := func(path, value, reason string) {
		faults = append(faults, &ticket.Fault{Path: "mail." + path, Value: value, Reason: reason})
	}
	if o.Shop == "" {
		fail("shop", "", "is missing")
	}
	l := o.Limits
	for _, n := range []struct {
		path  string
		value int64
	}{
		{"bytes", l.Bytes},
		{"header", int64(l.Header)},
		{"parts", int64(l.Parts)},
		{"depth", int64(l.Depth)},
		{"text", int64(l.Text)},
		{"files", int64(l.Files)},
		{"file", l.File},
	} {
		if n.value < 0 {
			fail("limits."+n.path, strconv.FormatInt(n.value, 10), "is negative")
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return faults
}

// Sender is who a mail says it is from. Nothing of it is proved; a host that
// checks DMARC finds the result in Header("Authentication-Results"), of which
// only the field of its own server counts (RFC 8601, section 5).
type Sender struct {
	Address    string // domain in lower case; empty: none can be read
	Name       string
	ReplyTo    string // where it asks to be answered; empty: Address
	ReturnPath string // of the envelope; empty: none, or not known
	// Reported tells that the mail is a delivery report, and Address the one
	// that could not be reached.
	Reported bool
	// Ambiguous tells that the mail names more than one author, or none.
	Ambiguous bool

	header message.Header
}

// Header returns the values of a header field of the mail, the topmost first,
// undecoded.
func (s Sender) Header(name string) []string { return s.header.Values(name) }

// OwnerOf is an [Options.Owner] that asks a desk: a ticket belongs to the
// customer that it was opened for. A ticket of a guest belongs to nobody; a
// host that keeps the guest's address compares it with [Sender.Address].
func OwnerOf(desk *ticket.Desk) func(context.Context, ticket.Ref, Sender, ticket.Customer) (bool, error) {
	return func(ctx context.Context, ref ticket.Ref, _ Sender, c ticket.Customer) (bool, error) {
		// A customer gets only tickets of their own, and a guest gets none.
		_, err := desk.Get(ctx, ticket.Actor{Kind: ticket.ActorCustomer, ID: c.Ref, Shop: ref.Shop}, ref)
		if errors.Is(err, ticket.ErrNotFound) {
			return false, nil
		}
		return err == nil, err
	}
}

// Address is a mailbox with the name of who reads it.
type Address = netmail.Address

// foldDomain puts the part of an address after the last @ into lower case.
func foldDomain(addr string) string {
	i := strings.LastIndexByte(addr, '@')
	return addr[:i+1] + strings.ToLower(addr[i+1:])
}
