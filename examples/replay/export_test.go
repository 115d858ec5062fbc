package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"sync"

	"github.com/kulanz-go/kulanz/sla"
)

// Run is the program: its exit code, and what it printed.
func Run(args ...string) (int, string, string) {
	var out, errs bytes.Buffer
	code := run(context.Background(), args, &out, &errs, false)
	return code, out.String(), errs.String()
}

// RunOn is the program on a terminal or not.
func RunOn(ctx context.Context, terminal bool, out, errs io.Writer, args ...string) int {
	return run(ctx, args, out, errs, terminal)
}

// ReplayCSV replays a log under a policy file, by so many workers, and
// returns the report as JSON has it.
func ReplayCSV(ctx context.Context, log []byte, policy string, workers int) (*Log, []byte, error) {
	mappings, err := knownMappings()
	if err != nil {
		return nil, nil, err
	}
	l, err := readLog(bytes.NewReader(log), mappings)
	if err != nil {
		return nil, nil, err
	}
	if policy == "" {
		policy = l.Mapping.Policy
	}
	p, _, err := loadPolicy(policy, hours{})
	if err != nil {
		return l, nil, err
	}
	r, err := replayLog(ctx, l, []*sla.Policy{p}, nil, workers, func() {})
	if err != nil {
		return l, nil, err
	}
	data, err := json.Marshal(r)
	return l, data, err
}

// What the tests reach into.
var (
	knownMappings = sync.OnceValues(builtinMappings)

	ParseMapping = parseMapping
	ParsePolicy  = func(data []byte) error {
		_, _, err := parsePolicy(data, hours{})
		return err
	}
	SampleLog       = sampleLog
	ShippedPolicies = shippedPolicies
)
