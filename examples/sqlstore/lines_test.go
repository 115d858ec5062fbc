package sqlstore_test

import (
	"fmt"
	"go/scanner"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Lines of Go, comments and blank ones left out, and how many of them the README
// says there are. What it says may be off by a tenth, so that not every change
// has to be told there.
func TestLinesOfGo(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	check(t, err)
	files, err := filepath.Glob("*.go")
	check(t, err)
	sums := make(map[string]int)
	stores := map[string][]string{
		"tickets":  {"tickets.go", "tickets_due.go"},
		"feedback": {"feedback.go"},
		"goodwill": {"goodwill.go", "ledger.go"},
	}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		part := "shared"
		for name, of := range stores {
			if slices.Contains(of, f) {
				part = name
			}
		}
		sums[part] += linesOf(t, f)
	}
	for part, n := range sums {
		t.Logf("%s: %d lines", part, n)
		said := -1
		for line := range strings.Lines(string(readme)) {
			if cells := strings.Split(line, "|"); len(cells) > 2 && strings.TrimSpace(cells[1]) == part {
				said, err = strconv.Atoi(strings.TrimSpace(cells[2]))
				check(t, err)
			}
		}
		if said < n*9/10 || said > n*11/10 {
			t.Errorf("README.md says that %s has %d lines; it has %d", part, said, n)
		}
	}
	if sums["tickets"] > 400 {
		t.Errorf("the store of tickets has %d lines for two databases; the aim is 200 for each", sums["tickets"])
	}
}

// linesOf counts the lines of a file that have a token.
func linesOf(t *testing.T, name string) int {
	t.Helper()
	text, err := os.ReadFile(name)
	check(t, err)
	fset := token.NewFileSet()
	file := fset.AddFile(name, -1, len(text))
	var s scanner.Scanner
	s.Init(file, text, func(pos token.Position, msg string) { t.Error(fmt.Sprint(pos), msg) }, 0)
	seen := make(map[int]bool)
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return len(seen)
		}
		if tok == token.SEMICOLON && lit == "\n" {
			continue // put in by the scanner
		}
		for i := range strings.Count(lit, "\n") + 1 { // of a text over several lines all count
			seen[file.Line(pos)+i] = true
		}
	}
}
