package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/examples/shop/outbox"
)

// options are what flags and the environment say; a flag outranks the environment.
type options struct {
	addr     string
	database string
	base     string
	mail     string // a folder
	smtp     mailServer
	inbox    string // a folder
	imap     mailServer
	mailbox  string
	fetch    time.Duration
	token    string // of the drop endpoint
	secret   string // of the webhook
	trace    string // a file
	otlp     string // a URL
	otlpEnv  bool   // OpenTelemetry's own variables say where
	demo     bool
	days     int
	speed    float64
	rate     float64
	secure   bool
	proxies  []netip.Prefix
	verbose  bool
	command  string
	arg      string
}

func parse(args []string, env func(string) string, log io.Writer) (options, error) {
	or := func(name, otherwise string) string {
		if v := env(name); v != "" {
			return v
		}
		return otherwise
	}
	var o options
	f := flag.NewFlagSet("shop", flag.ContinueOnError)
	f.SetOutput(log)
	f.StringVar(&o.addr, "addr", or("SHOP_ADDR", "localhost:8080"), "where to listen (SHOP_ADDR)")
	f.StringVar(&o.database, "db", or("DATABASE_URL", "shop.db"), "SQLite file, or postgres:// URL (DATABASE_URL)")
	f.StringVar(&o.base, "base", or("SHOP_BASE", ""), "how links in mails begin (SHOP_BASE); default http:// with the name and port where it listens")
	f.StringVar(&o.mail, "mail", or("SHOP_MAIL", "shop.mail"), "folder for outgoing mail, a maildir (SHOP_MAIL)")
	mailFlags(f, &o.smtp, "smtp", "that sends mail, instead of the folder", or)
	f.StringVar(&o.inbox, "inbox", or("SHOP_INBOX", "shop.inbox"), "folder for incoming mail, a maildir that is watched (SHOP_INBOX)")
	mailFlags(f, &o.imap, "imap", "from which mail is fetched into that folder", or)
	f.StringVar(&o.mailbox, "imap-mailbox", or("SHOP_IMAP_MAILBOX", "INBOX"), "the mailbox there (SHOP_IMAP_MAILBOX)")
	f.DurationVar(&o.fetch, "imap-every", 15*time.Second, "how often mail is fetched, from 1s to 1h")
	f.StringVar(&o.trace, "trace", or("SHOP_TRACE", ""), "file for OpenTelemetry spans, one JSON object each (SHOP_TRACE)")
	f.StringVar(&o.otlp, "otlp", "", "URL of an OpenTelemetry collector for spans, as http://localhost:4318; default as OTEL_EXPORTER_OTLP_ENDPOINT and its kin say")
	o.otlpEnv = env("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != ""
	f.BoolVar(&o.demo, "demo", or("SHOP_DEMO", "true") != "false", "make a shop up, and offer its customers to be (SHOP_DEMO)")
	f.IntVar(&o.days, "days", 90, "days of the past that are made up")
	f.Float64Var(&o.speed, "speed", 1, "how many times faster the shop's clock goes, up to 10080")
	f.Float64Var(&o.rate, "rate", 1, "times the usual number of requests that one address may send; 0: any number")
	f.BoolVar(&o.secure, "secure", or("SHOP_SECURE", "") == "true", "browsers come by HTTPS (SHOP_SECURE)")
	proxies := f.String("proxy", or("SHOP_PROXY", ""), "networks of the proxies before the shop, as 10.0.0.0/8,::1/128, whose X-Forwarded-For is believed (SHOP_PROXY)")
	f.BoolVar(&o.verbose, "v", false, "log every request")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	var err error
	if o.proxies, err = networks(*proxies); err != nil {
		return o, err
	}
	o.command, o.arg = f.Arg(0), f.Arg(1)
	needs, ok := map[string]int{"": 0, "healthcheck": 0, "backup": 1, "password": 1}[o.command]
	if !ok || f.NArg() > 0 && f.NArg() != 1+needs {
		return o, errUsage
	}
	err = o.complete(env)
	return o, err
}

// complete reads what flags do not say, and checks what they say.
func (o *options) complete(env func(string) string) error {
	if o.days < 1 || o.days > 366 {
		return fmt.Errorf("%w: -days from 1 to 366", errUsage)
	}
	if o.fetch < time.Second || o.fetch > time.Hour {
		return fmt.Errorf("%w: -imap-every from 1s to 1h", errUsage)
	}
	return errors.Join(
		o.secrets(env),
		o.smtp.check("smtp", outbox.Plain, outbox.StartTLS, outbox.TLS),
		o.imap.check("imap", outbox.TLS, outbox.TLS),
	)
}

// networks reads a list of them.
func networks(list string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for text := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("%w: -proxy: %q is no network", errUsage, text)
		}
		all = append(all, p)
	}
	return all, nil
}
