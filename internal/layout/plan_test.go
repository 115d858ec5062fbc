package layout_test

import (
	"slices"
	"strings"
)

const module = "github.com/kulanz-go/kulanz"

// topLevel lists the entries of the repository's top folder; true means that
// the entry must be there. Further dotfiles are nobody's business.
func topLevel() map[string]bool {
	return map[string]bool{
		"sla": true, "ticket": true, "escalation": true, "feedback": true, "goodwill": true,
		"examples": true, "internal": true,
		"doc.go": true, "go.mod": true, "go.sum": true, "go.work": true, "go.work.sum": false,
		"README.md": true, "CHANGELOG.md": true, "CONTRIBUTING.md": true, "LICENSE": true, "NOTICE": false,
		".ci": true, ".github": true, ".gitignore": true, ".golangci.yml": true,
	}
}

// rooms lists every package but those of internal, with the packages right
// below it; it may import these and whatever lies below them. Packages of
// internal lie below all others.
func rooms() map[string][]string {
	return map[string][]string{
		".": {},

		"sla":         {},
		"sla/holiday": {"sla"},
		"sla/statute": {"sla/holiday"},

		"ticket":            {"sla"},
		"ticket/ticketmem":  {"ticket"},
		"ticket/tickettest": {"ticket/ticketmem"},

		"escalation/shift":  {"ticket"},
		"escalation/route":  {"escalation/shift"},
		"escalation/queue":  {"ticket"},
		"escalation/signal": {},
		"escalation":        {"escalation/route", "escalation/queue", "escalation/signal"},

		"feedback":                   {},
		"feedback/trend":             {"feedback"},
		"feedback/tone":              {"feedback/trend"}, // spikes of topics are points of its charts
		"feedback/internal/faulty":   {"feedback"},       // what two rooms collect alike, and no user sees
		"feedback/review":            {"feedback/tone", "feedback/internal/faulty"},
		"feedback/driver":            {"feedback"},
		"feedback/review/reviewtest": {"feedback/review"},
		"feedback/loyalty":           {"feedback"},
		"feedback/quality":           {"feedback/internal/faulty"},
		"feedback/feedbackmem":       {"feedback"},
		"feedback/feedbacktest":      {"feedback/feedbackmem"},

		"goodwill/money":        {},
		"goodwill/order":        {"goodwill/money", "sla/statute"},
		"goodwill/rights":       {"goodwill/order"},
		"goodwill":              {"goodwill/rights"},
		"goodwill/goodwillmem":  {"goodwill"},
		"goodwill/goodwilltest": {"goodwill/goodwillmem"},
	}
}

// requirements lists the modules that the root go.mod may require, each with
// the only package that may import it, "*" for any package and "_test" for
// test files alone.
func requirements() map[string]string {
	return map[string]string{
		"github.com/looplab/fsm":        "*",
		"github.com/google/uuid":        "*",
		"github.com/shopspring/decimal": "*",
		"golang.org/x/text":             "*",
		"gonum.org/v1/gonum":            "internal/stat",
		"github.com/stretchr/testify":   "_test",
		"pgregory.net/rapid":            "_test",
	}
}

// goVersion is the oldest Go that the library supports.
const goVersion = "1.25.0"

// banned reports whether no package that users link may import path from the
// standard library. log/slog is allowed, for LogValuer.
func banned(path string) bool {
	return path == "log" || path == "log/syslog" || path == "math/rand" ||
		slices.ContainsFunc([]string{"testing", "database/sql", "net/http"}, func(root string) bool {
			return within(path, root)
		})
}

// within reports whether path is root or lies in its folder.
func within(path, root string) bool {
	rest, ok := strings.CutPrefix(path, root)
	return ok && (rest == "" || rest[0] == '/')
}

// isSuite reports whether a package exists for the tests of others.
func isSuite(pkg string) bool { return strings.HasSuffix(pkg, "test") }

// tree names the top-level folder of a package.
func tree(pkg string) string {
	top, _, _ := strings.Cut(pkg, "/")
	return top
}

// below lists the packages that pkg may import, internal ones apart.
func below(pkg string) []string {
	var all []string
	for _, next := range rooms()[pkg] {
		all = append(append(all, next), below(next)...)
	}
	return all
}

// mayImport reports whether a file of pkg may import our package target. A
// test file may use all of its own tree and all of the trees below, their
// in-memory stores and suites included.
func mayImport(pkg, target string, test bool) bool {
	switch {
	case tree(target) == "internal":
		return true
	case tree(pkg) == "internal":
		return false
	case test:
		return slices.Contains(treesBelow(tree(pkg)), tree(target))
	}
	return slices.Contains(below(pkg), target)
}

// treesBelow lists a tree and those that any of its packages stands on.
func treesBelow(top string) []string {
	trees := []string{top}
	for pkg := range rooms() {
		if tree(pkg) != top {
			continue
		}
		for _, lower := range below(pkg) {
			trees = append(trees, tree(lower))
		}
	}
	return trees
}
