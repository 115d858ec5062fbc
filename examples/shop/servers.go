package main

import (
	"cmp"
	"crypto/tls"
	"flag"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/intake"
	"github.com/kulanz-go/kulanz/examples/shop/jobs"
	"github.com/kulanz-go/kulanz/examples/shop/maildir"
	"github.com/kulanz-go/kulanz/examples/shop/outbox"
)

// mailServer is where mail goes out, or where it is fetched.
type mailServer struct {
	addr     string // host:port; empty: none
	security outbox.Security
	user     string
	password string
}

// mailFlags adds the flags of a server, called smtp or imap.
func mailFlags(f *flag.FlagSet, s *mailServer, name, what string, or func(name, otherwise string) string) {
	upper := "SHOP_" + strings.ToUpper(name)
	f.StringVar(&s.addr, name, or(upper, ""), "host:port of the server "+what+" ("+upper+")")
	f.StringVar(&s.user, name+"-user", or(upper+"_USER", ""),
		"name there ("+upper+"_USER); the password is "+upper+"_PASSWORD, or in the file that "+upper+"_PASSWORD_FILE names")
	f.Func(name+"-security", "tls, starttls or plain ("+upper+"_SECURITY); plain is for this machine alone", func(v string) error {
		s.security = outbox.Security(v)
		return nil
	})
	s.security = outbox.Security(or(upper+"_SECURITY", ""))
}

// check completes what was said of a server. Where nothing was, it is protected in
// the first of the ways; one on this machine as local says.
func (s *mailServer) check(name string, local outbox.Security, ways ...outbox.Security) error {
	if s.addr == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(s.addr)
	if err != nil {
		return fmt.Errorf("%w: -%s: host:port", errUsage, name)
	}
	if s.security == "" && loopback(host) {
		s.security = local
	}
	s.security = cmp.Or(s.security, ways[0])
	if slices.Contains(ways, s.security) || s.security == outbox.Plain && loopback(host) {
		return nil
	}
	return fmt.Errorf("%w: -%s-security: one of %v, or plain to this machine", errUsage, name, ways)
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// secret is what the environment says, or a file that it names: not a flag, which
// others see.
func secret(env func(string) string, name string) (string, error) {
	if v := env(name); v != "" {
		return v, nil
	}
	file := env(name + "_FILE")
	if file == "" {
		return "", nil
	}
	text, err := os.ReadFile(file)
	return strings.TrimRight(string(text), "\r\n"), err
}

// secrets reads all of them.
func (o *options) secrets(env func(string) string) error {
	for name, to := range map[string]*string{
		"SHOP_INTAKE_TOKEN": &o.token, "SHOP_WEBHOOK_SECRET": &o.secret,
		"SHOP_SMTP_PASSWORD": &o.smtp.password, "SHOP_IMAP_PASSWORD": &o.imap.password,
	} {
		var err error
		if *to, err = secret(env, name); err != nil {
			return err
		}
	}
	return nil
}

// mailer brings mail out: through a server, or into a folder.
func mailer(o options) (outbox.Mailer, error) { //nolint:ireturn // one of two
	if s := o.smtp; s.addr != "" {
		return outbox.SMTP{Addr: s.addr, Security: s.security, User: s.user, Password: s.password}, nil
	}
	dir, err := maildir.Open(o.mail)
	if err != nil {
		return nil, err
	}
	return outbox.Folder{Dir: dir}, nil
}

// imapMost is how seldom a mailbox is looked into after failures.
const imapMost = 15 * time.Minute

// fetching is the job that fetches mail, where a mailbox is named. One process does
// it at a time.
func fetching(shop *app.App, inbox *maildir.Dir, o options) []jobs.Task {
	s := o.imap
	if s.addr == "" {
		return nil
	}
	box := intake.IMAP{
		Addr: s.addr, User: s.user, Password: s.password, Mailbox: o.mailbox, Dir: inbox, Now: time.Now,
		Mark: shop.Marks(s.user + "@" + s.addr + "/" + o.mailbox),
	}
	if s.security == outbox.TLS {
		host, _, _ := net.SplitHostPort(s.addr) // checked with the options
		box.TLS = &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	}
	poll := &intake.Poll{Fetch: box.Fetch, Now: time.Now, Every: o.fetch, Most: imapMost}
	return []jobs.Task{{Name: "imap", Every: o.fetch, Do: poll.Do}}
}
