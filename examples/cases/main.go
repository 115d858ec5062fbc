package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// The exit codes.
const (
	exitPassed     = 0
	exitFailed     = 1
	exitUnreadable = 2
)

// run is the program less its process: it returns the exit code.
func run(files []string, stdout, stderr io.Writer) int {
	out, errs := printer{w: stdout}, printer{w: stderr}
	if len(files) == 0 {
		errs.printf("usage: cases FILE...\nkinds of table: %s\n", kindNames())
		return exitUnreadable
	}
	var total count
	code := exitPassed
	for _, file := range files {
		n, err := runFile(file, &out)
		total.passed += n.passed
		total.failed += n.failed
		switch {
		case err != nil:
			errs.printf("cases: %s: %v\n", file, err)
			code = exitUnreadable
		case n.failed > 0:
			code = max(code, exitFailed)
		}
	}
	out.printf("%d passed, %d failed\n", total.passed, total.failed)
	if out.err != nil {
		errs.printf("cases: %v\n", out.err)
		code = exitUnreadable
	}
	return code
}

// count counts cases.
type count struct{ passed, failed int }

// printer prints, and keeps the first error.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

// runFile runs one table and prints what failed, and a line for the file.
func runFile(file string, out *printer) (count, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return count{}, err
	}
	k, err := recognise(data)
	if err != nil {
		return count{}, err
	}
	results, err := k.run(data)
	if err != nil {
		return count{}, fmt.Errorf("table of kind %s: %w", k.name, err)
	}
	var n count
	for _, r := range results {
		if len(r.faults) == 0 {
			n.passed++
			continue
		}
		n.failed++
		out.printf("FAIL %s %s: %s\n", filepath.Base(file), r.id, strings.Join(r.faults, "; "))
	}
	out.printf("%s (%s): %d of %d cases\n", filepath.Base(file), k.name, n.passed, n.passed+n.failed)
	return n, nil
}
