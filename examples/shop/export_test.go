package main

import (
	"context"
	"io"
)

// Run is the whole program, for the tests' own processes.
func Run(ctx context.Context, args []string, env func(string) string, out, log io.Writer) error {
	return run(ctx, args, env, out, log)
}
