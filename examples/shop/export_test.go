package main

import (
	"context"
	"io"
	"net"
)

// Run is the whole program, for the tests' own processes.
func Run(ctx context.Context, args []string, env func(string) string, out, log io.Writer) error {
	return run(ctx, args, env, out, log)
}

// BaseOf is how links begin.
func BaseOf(addr string, at net.Addr) string { return baseOf(addr, at) }
