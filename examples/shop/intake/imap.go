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

// IMAP fetches the unread mail of a mailbox into a maildir. A mail is marked as read
// when it is on the disk: a crash in between fetches it again, into the same file.
// Nothing is deleted.
type IMAP struct {
	Addr string // host:port
	// TLS protects the connection from the first byte. Nil: it is not protected,
	// for a server on the same machine.
	TLS            *tls.Config
	User, Password string
	Mailbox        string // default INBOX
	Dir            *maildir.Dir
	// Bytes is the most that is fetched of one mail; the rest stays on the server.
	// Default [DefaultMailBytes].
	Bytes int64
	// Timeout bounds one fetch of all. Default 2 minutes.
	Timeout time.Duration
}

// Fetch fetches what is unread, and returns how many mails it was.
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
		return 0, errors.New("login is refused") // the server's words may quote it
	}
	box := i.Mailbox
	if box == "" {
		box = "INBOX"
	}
	selected, err := c.Select(box, nil).Wait()
	if err != nil {
		return 0, err
	}
	unread, err := c.UIDSearch(&imap.SearchCriteria{NotFlag: []imap.Flag{imap.FlagSeen}}, nil).Wait()
	if err != nil {
		return 0, err
	}
	n := 0
	for _, uid := range unread.AllUIDs() {
		if ctx.Err() != nil {
			break
		}
		if err := i.keep(c, selected.UIDValidity, uid); err != nil {
			return n, err
		}
		n++
	}
	return n, c.Logout().Wait()
}

// keep brings one mail to the disk, then marks it.
func (i IMAP) keep(c *imapclient.Client, validity uint32, uid imap.UID) error {
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
	// A mailbox that is made anew gives the same uids to other mail, under another
	// validity.
	name := fmt.Sprintf("imap-%d-%d.eml", validity, uid)
	for _, section := range found[0].BodySection {
		if _, err := i.Dir.Put(name, section.Bytes); err != nil {
			return err
		}
	}
	return c.Store(set, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagSeen}}, nil).Close()
}
