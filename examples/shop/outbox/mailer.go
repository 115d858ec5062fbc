package outbox

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/kulanz-go/kulanz/examples/shop/maildir"
	"github.com/kulanz-go/kulanz/ticket"
)

// Mail is one mail on its way.
type Mail struct {
	ID   string // Message-ID, without brackets
	From string // envelope sender
	To   string // envelope recipient
	Raw  []byte // RFC 5322, lines end with CRLF
}

// Mailer brings mail out of the house. It must be safe for concurrent use, and
// return an error that wraps [ticket.ErrPermanent] where trying again is of no use.
type Mailer interface {
	Send(ctx context.Context, m Mail) error
}

// Folder keeps mail in a maildir: for a shop that is tried out, and for tests. A
// mail that is sent twice under one Message-ID is there once.
type Folder struct{ Dir *maildir.Dir }

// Send implements [Mailer].
func (f Folder) Send(ctx context.Context, m Mail) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	_, err := f.Dir.Put(maildir.Name(m.ID), m.Raw)
	return err
}

// Security is how a connection to an SMTP server is protected.
type Security string

// The ways.
const (
	Plain    Security = "plain"    // not at all: for a server on the same machine
	StartTLS Security = "starttls" // RFC 3207; a server that cannot is refused
	TLS      Security = "tls"      // from the first byte: RFC 8314
)

// SMTP sends through a server, one connection for each mail.
type SMTP struct {
	Addr     string // host:port
	Security Security
	User     string // empty: without a login
	Password string
	Hello    string // name of this machine; default "localhost"
	TLS      *tls.Config
	// Timeout bounds one mail. Default 30 seconds, or what is left of the context.
	Timeout time.Duration
}

// Send implements [Mailer].
func (s SMTP) Send(ctx context.Context, m Mail) error {
	if s.Timeout <= 0 {
		s.Timeout = 30 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", s.Addr)
	if err != nil {
		return fmt.Errorf("outbox: connect to the mail server: %w", err)
	}
	// The client knows no context: closing the connection ends it.
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	c, err := s.client(conn)
	if err != nil {
		return failed("greeting", errors.Join(err, conn.Close()))
	}
	defer c.Close() //nolint:errcheck // what counts is what the server said to the mail
	if s.User != "" {
		if err := c.Auth(sasl.NewPlainClient("", s.User, s.Password)); err != nil {
			return temporary("login", err) // of the shop's making, and soon mended
		}
	}
	if err := c.Mail(m.From, nil); err != nil {
		return failed("sender", err)
	}
	if err := c.Rcpt(m.To, nil); err != nil {
		return failed("recipient", err)
	}
	w, err := c.Data()
	if err != nil {
		return failed("data", err)
	}
	if _, err := bytes.NewReader(m.Raw).WriteTo(w); err != nil {
		return failed("data", err)
	}
	if err := w.Close(); err != nil {
		return failed("data", err)
	}
	_ = c.Quit() // it has taken the mail over by now
	return nil
}

func (s SMTP) client(conn net.Conn) (*smtp.Client, error) {
	host, _, err := net.SplitHostPort(s.Addr)
	if err != nil {
		return nil, err
	}
	cfg := s.TLS
	if cfg == nil {
		cfg = &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	}
	var c *smtp.Client
	switch s.Security {
	case TLS:
		c = smtp.NewClient(tls.Client(conn, cfg))
	case StartTLS:
		if c, err = smtp.NewClientStartTLS(conn, cfg); err != nil {
			return nil, err
		}
	case Plain:
		c = smtp.NewClient(conn)
	default:
		return nil, fmt.Errorf("outbox: security %q is none", s.Security)
	}
	if s.Hello == "" {
		s.Hello = "localhost"
	}
	if s.Security == StartTLS {
		return c, nil // has said hello already
	}
	return c, c.Hello(s.Hello)
}

// failed says of what a server answered where it did, and its code: its words
// quote addresses. Codes from 500 on are for good.
func failed(where string, err error) error {
	var said *smtp.SMTPError
	if !errors.As(err, &said) {
		return temporary(where, err)
	}
	e := temporary(where, err)
	if said.Code >= 500 {
		return fmt.Errorf("%w: %w", e, ticket.ErrPermanent)
	}
	return e
}

func temporary(where string, err error) error {
	var said *smtp.SMTPError
	if !errors.As(err, &said) {
		return fmt.Errorf("outbox: mail server, %s: %w", where, err)
	}
	c := said.EnhancedCode
	return fmt.Errorf("outbox: mail server, %s: %d %d.%d.%d", where, said.Code, c[0], c[1], c[2])
}
