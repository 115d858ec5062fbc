package intake

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/kulanz-go/kulanz/examples/shop/maildir"
)

// IMAP fetches the mail of a mailbox into a maildir, each once: how far it has come
// is kept by UID, so it takes what a person has opened before it too. A crash in
// between fetches a mail again, into the same file. Nothing is deleted.
//
// The first time it takes what is unread. Where the server says that it has numbered
// the mailbox anew, it takes what is unread or came lately, under new names, and the
// desk knows what it has by each mail's own id.
type IMAP struct {
	Addr string // host:port
	// TLS protects the connection from the first byte. Nil: it is not protected,
	// for a server on the same machine.
	TLS            *tls.Config
	User, Password string
	Mailbox        string // default INBOX
	// Dir is where mail goes. Required; on a disk that stays.
	Dir *maildir.Dir
	// Mark remembers how far it has come. Required.
	Mark Marks
	// Now is the clock of the world. Required.
	Now func() time.Time
	// Bytes is the most that is fetched of one mail; the rest stays on the server.
	// Default [DefaultMailBytes].
	Bytes int64
	// Timeout bounds one fetch of all. Default 2 minutes.
	Timeout time.Duration
}

// Mark is how far a mailbox was fetched.
type Mark struct {
	Validity uint32    `json:"validity"` // of the numbers, as the server says
	Last     uint32    `json:"last"`     // the highest that is safe
	At       time.Time `json:"at"`       // when that was
}

// Marks keep a mark where a crash does not reach it. A mailbox that has none has the
// zero mark.
type Marks interface {
	Mark(ctx context.Context) (Mark, error)
	SetMark(ctx context.Context, m Mark) error
}

// lately is how far back mail is taken again that was numbered anew.
const lately = 7 * 24 * time.Hour

// Fetch fetches what is new, and returns how many mails it was.
func (i IMAP) Fetch(ctx context.Context) (int, error) {
	if i.Timeout <= 0 {
		i.Timeout = 2 * time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, i.Timeout)
	defer cancel()
	conn, err := i.dial(ctx)
	if err != nil {
		return 0, fmt.Errorf("intake: connect to the IMAP server: %w", err)
	}
	// The client knows no context: closing the connection ends it.
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	c := imapclient.New(conn, nil)
	defer c.Close() //nolint:errcheck // nothing is left to be said
	n, err := i.fetch(ctx, c)
	if err != nil {
		return n, fmt.Errorf("intake: IMAP: %w", errors.Join(err, ctx.Err()))
	}
	return n, nil
}

func (i IMAP) dial(ctx context.Context) (net.Conn, error) {
	if i.TLS != nil {
		return (&tls.Dialer{Config: i.TLS}).DialContext(ctx, "tcp", i.Addr)
	}
	return new(net.Dialer).DialContext(ctx, "tcp", i.Addr)
}

func (i IMAP) fetch(ctx context.Context, c *imapclient.Client) (int, error) {
	if err := c.Login(i.User, i.Password).Wait(); err != nil {
		if _, ok := errors.AsType[*imap.Error](err); ok {
			return 0, errors.New("login is refused") // the server's words may quote it
		}
		return 0, err
	}
	box := i.Mailbox
	if box == "" {
		box = "INBOX"
	}
	selected, err := c.Select(box, nil).Wait()
	if err != nil {
		return 0, err
	}
	mark, err := i.Mark.Mark(ctx)
	if err != nil {
		return 0, err
	}
	n, err := i.take(ctx, c, selected, mark)
	if err != nil {
		return n, err
	}
	return n, c.Logout().Wait()
}

// take brings all new mail to the disk, and moves the mark behind it: mail by mail
// where all before it is safe, else at the end.
func (i IMAP) take(ctx context.Context, c *imapclient.Client, box *imap.SelectData, mark Mark) (int, error) {
	known := mark.Validity == box.UIDValidity
	found, err := c.UIDSearch(i.wanted(known, mark), nil).Wait()
	if err != nil {
		return 0, err
	}
	next := Mark{Validity: box.UIDValidity, Last: mark.Last}
	if !known {
		next.Last = uint32(max(box.UIDNext, 1)) - 1
	}
	n := 0
	for _, uid := range found.AllUIDs() {
		if known && uint32(uid) <= mark.Last {
			continue // "n:*" has the last one, whatever its number
		}
		if err := errors.Join(ctx.Err(), i.keep(c, box.UIDValidity, uid)); err != nil {
			return n, err
		}
		n++
		next.Last = max(next.Last, uint32(uid))
		if known {
			if err := i.moved(ctx, next); err != nil {
				return n, err
			}
		}
	}
	if !known {
		return n, i.moved(ctx, next)
	}
	return n, nil
}

func (i IMAP) moved(ctx context.Context, m Mark) error {
	m.At = i.Now()
	return i.Mark.SetMark(ctx, m)
}

func (i IMAP) wanted(known bool, mark Mark) *imap.SearchCriteria {
	unread := imap.SearchCriteria{NotFlag: []imap.Flag{imap.FlagSeen}}
	switch {
	case known:
		all := imap.UIDSet{imap.UIDRange{Start: imap.UID(mark.Last) + 1, Stop: 0}} // up to the last
		return &imap.SearchCriteria{UID: []imap.UIDSet{all}}
	case mark.At.IsZero():
		return &unread
	default:
		return &imap.SearchCriteria{Or: [][2]imap.SearchCriteria{{unread, {Since: mark.At.Add(-lately)}}}}
	}
}

// keep brings one mail to the disk, and marks it as read, for people.
func (i IMAP) keep(c *imapclient.Client, validity uint32, uid imap.UID) error {
	// A mailbox that is made anew gives the same uids to other mail, under another
	// validity.
	name := fmt.Sprintf("imap-%d-%d.eml", validity, uid)
	if there, err := i.Dir.Has(name); there || err != nil {
		return err
	}
	limit := i.Bytes
	if limit <= 0 {
		limit = DefaultMailBytes
	}
	whole := &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Size: limit}}
	set := imap.UIDSetNum(uid)
	found, err := c.Fetch(set, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{whole}}).Collect()
	if err != nil || len(found) == 0 {
		return err // it was moved meanwhile
	}
	for _, section := range found[0].BodySection {
		if _, err := i.Dir.Put(name, section.Bytes); err != nil {
			return err
		}
	}
	seen := &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagSeen}}
	_ = c.Store(set, seen, nil).Close() // a mailbox may be for reading alone; the mark counts
	return nil
}
