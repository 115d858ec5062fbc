// Command shop is the whole desk of a small made-up German shop in a browser: see
// README.md beside it.
//
//	shop                 serve, on SQLite or with DATABASE_URL on PostgreSQL
//	shop backup FILE     copy the SQLite database into a new file
//	shop password NAME   give an agent a new one-time password
//	shop healthcheck     ask a running shop whether it is well
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // a bare container has no time zones
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "shop:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("usage: shop [flags] [backup FILE | password NAME | healthcheck]")

func run(ctx context.Context, args []string, env func(string) string, out, log io.Writer) error {
	o, err := parse(args, env, log)
	if err != nil {
		return err
	}
	switch o.command {
	case "":
		return serve(ctx, o, out, log)
	case "healthcheck":
		return healthcheck(ctx, o)
	case "backup":
		return backup(ctx, o, out)
	case "password":
		return password(ctx, o, out, log)
	}
	return errUsage
}
