package layout_test

import (
	"os"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRepositoryKeepsThePlan(t *testing.T) {
	breaches, err := check(os.DirFS("../.."))
	require.NoError(t, err)
	for _, breach := range breaches {
		t.Error(breach)
	}
}

func TestPlanHasNoCycleAndNoLooseEnd(t *testing.T) {
	plan := rooms()
	for pkg, lower := range plan {
		for _, next := range lower {
			assert.Contains(t, plan, next, "below %s", pkg)
			assert.NotContains(t, below(next), pkg, "%s and %s", pkg, next)
			assert.False(t, isSuite(next), "%s stands on %s", pkg, next)
		}
	}
}

// TestCheckCatches plants one breach at a time in a small clean house.
func TestCheckCatches(t *testing.T) {
	clean, err := check(plant("", ""))
	require.NoError(t, err)
	require.Empty(t, clean, "the house must be clean before anything is planted")

	const imports = "package %\nimport _ "
	for name, tc := range map[string]struct {
		path, text string // an empty text removes the file
		want       []string
	}{
		"stray file":           {"main.go.orig", "x", []string{"main.go.orig: not in the plan of the top level"}},
		"stray folder":         {"pkg/util/a.txt", "x", []string{"pkg: not in the plan of the top level"}},
		"root test":            {"root_test.go", "package kulanz_test", []string{"root_test.go: not in the plan of the top level"}},
		"missing README":       {"README.md", "", []string{"README.md: missing from the top level"}},
		"missing policy":       {".github/SECURITY.md", "", []string{".github: missing from the top level"}},
		"room without a row":   {"sla/moon/doc.go", "// Package moon is far.\npackage moon", []string{"sla/moon: has no row in internal/layout: say there what lies below it"}},
		"no doc.go":            {"feedback/doc.go", "", []string{"feedback: has no doc.go that begins: Package feedback"}},
		"doc.go without words": {"feedback/doc.go", "package feedback", []string{"feedback: has no doc.go that begins: Package feedback"}},
		"doc.go of another":    {"feedback/doc.go", "// Package ticket is it.\npackage feedback", []string{"feedback: has no doc.go that begins: Package feedback"}},
		"silent example":       {"examples/x/main.go", "package main", []string{"examples/x: has no package comment"}},

		"testing":          {"sla/a.go", imports + `"testing"`, []string{"sla/a.go:2:8: sla imports testing"}},
		"testing/fstest":   {"sla/a.go", imports + `"testing/fstest"`, []string{"sla/a.go:2:8: sla imports testing/fstest"}},
		"testify":          {"sla/a.go", imports + `"github.com/stretchr/testify/assert"`, []string{"sla/a.go:2:8: sla imports github.com/stretchr/testify/assert"}},
		"rapid":            {"sla/a.go", imports + `"pgregory.net/rapid"`, []string{"sla/a.go:2:8: sla imports pgregory.net/rapid"}},
		"database/sql":     {"ticket/ticketmem/a.go", imports + `"database/sql/driver"`, []string{"ticket/ticketmem/a.go:2:8: ticket/ticketmem imports database/sql/driver"}},
		"net/http":         {"goodwill/a.go", imports + `"net/http"`, []string{"goodwill/a.go:2:8: goodwill imports net/http"}},
		"net/http below":   {"internal/stat/a.go", imports + `"net/http/httptest"`, []string{"internal/stat/a.go:2:8: internal/stat imports net/http/httptest"}},
		"log":              {"doc.go", "// Package kulanz is it.\npackage kulanz\nimport _ \"log\"", []string{"doc.go:3:8: . imports log"}},
		"log/slog":         {"sla/a.go", imports + `"log/slog"`, nil},
		"old rand":         {"sla/a.go", imports + `"math/rand"`, []string{"sla/a.go:2:8: sla imports math/rand"}},
		"net/mail":         {"ticket/a.go", imports + `"net/mail"`, nil},
		"stranger":         {"sla/a.go", imports + `"github.com/rickar/cal/v2"`, []string{"sla/a.go:2:8: sla imports github.com/rickar/cal/v2"}},
		"lookalike":        {"sla/a.go", imports + `"github.com/google/uuidx"`, []string{"sla/a.go:2:8: sla imports github.com/google/uuidx"}},
		"gonum in stat":    {"internal/stat/a.go", imports + `"gonum.org/v1/gonum/stat/distuv"`, nil},
		"gonum elsewhere":  {"feedback/a.go", imports + `"gonum.org/v1/gonum/stat/distuv"`, []string{"feedback/a.go:2:8: feedback imports gonum.org/v1/gonum/stat/distuv"}},
		"suite":            {"ticket/tickettest/a.go", imports + `"testing"`, nil},
		"suite with http":  {"ticket/tickettest/a.go", imports + `"net/http"`, nil},
		"suite testify":    {"ticket/tickettest/a.go", imports + `"github.com/stretchr/testify/require"`, []string{"ticket/tickettest/a.go:2:8: ticket/tickettest imports github.com/stretchr/testify/require; only the standard library and ours"}},
		"suite uuid":       {"ticket/tickettest/a.go", imports + `"github.com/google/uuid"`, []string{"ticket/tickettest/a.go:2:8: ticket/tickettest imports github.com/google/uuid; only the standard library and ours"}},
		"testify in tests": {"sla/a_test.go", "package sla_test\nimport _ " + `"github.com/stretchr/testify/assert"`, nil},

		"down":                   {"ticket/a.go", imports + `"github.com/kulanz-go/kulanz/sla"`, nil},
		"down through a room":    {"escalation/a.go", imports + `"github.com/kulanz-go/kulanz/sla"`, nil},
		"up":                     {"sla/a.go", imports + `"github.com/kulanz-go/kulanz/ticket"`, []string{"sla/a.go:2:8: sla imports ticket, which is not below it"}},
		"sideways":               {"goodwill/a.go", imports + `"github.com/kulanz-go/kulanz/feedback"`, []string{"goodwill/a.go:2:8: goodwill imports feedback, which is not below it"}},
		"feedback on sla":        {"feedback/a.go", imports + `"github.com/kulanz-go/kulanz/sla"`, []string{"feedback/a.go:2:8: feedback imports sla, which is not below it"}},
		"core on its mem":        {"ticket/a.go", imports + `"github.com/kulanz-go/kulanz/ticket/ticketmem"`, []string{"ticket/a.go:2:8: ticket imports ticket/ticketmem, which is not below it"}},
		"core on a suite":        {"escalation/a.go", imports + `"github.com/kulanz-go/kulanz/ticket/tickettest"`, []string{"escalation/a.go:2:8: escalation imports ticket/tickettest, which is not below it"}},
		"internal on a room":     {"internal/stat/a.go", imports + `"github.com/kulanz-go/kulanz/sla"`, []string{"internal/stat/a.go:2:8: internal/stat imports sla, which is not below it"}},
		"room on internal":       {"feedback/a.go", imports + `"github.com/kulanz-go/kulanz/internal/stat"`, nil},
		"test on its suite":      {"ticket/a_test.go", "package ticket_test\nimport _ " + `"github.com/kulanz-go/kulanz/ticket/tickettest"`, nil},
		"test on a lower mem":    {"escalation/a_test.go", "package escalation_test\nimport _ " + `"github.com/kulanz-go/kulanz/ticket/ticketmem"`, nil},
		"test up":                {"sla/a_test.go", "package sla_test\nimport _ " + `"github.com/kulanz-go/kulanz/ticket"`, []string{"sla/a_test.go:2:8: sla imports ticket, which is not below it"}},
		"library on examples":    {"sla/a.go", imports + `"github.com/kulanz-go/kulanz/examples/shop"`, []string{"sla/a.go:2:8: sla imports examples/shop, which is not below it"}},
		"examples on internal":   {"examples/main.go", imports + `"github.com/kulanz-go/kulanz/internal/stat"`, []string{"examples/main.go:2:8: examples imports github.com/kulanz-go/kulanz/internal/stat, which no host can"}},
		"examples on all others": {"examples/main.go", imports + `"database/sql"`, nil},

		"goroutine":         {"sla/a.go", "package sla\nfunc f() { func() { go f() }() }", []string{"sla/a.go:2:21: starts a goroutine"}},
		"goroutine in test": {"sla/a_test.go", "package sla_test\nfunc f() { go f() }", nil},
		"goroutine, suite":  {"ticket/tickettest/a.go", "package tickettest\nfunc f() { go f() }", nil},

		"old Go":           {"go.mod", "module x\ngo 1.24\n", []string{"go.mod: go 1.24, want go 1.25.0"}},
		"stray dependency": {"go.mod", "go 1.25.0\nrequire (\n\tgithub.com/google/uuid v1.6.0\n\tmodernc.org/sqlite v1.40.0\n\tgopkg.in/yaml.v3 v3.0.1 // indirect\n)\n", []string{"go.mod: requires modernc.org/sqlite"}},
		"one-line require": {"go.mod", "go 1.25.0\nrequire github.com/lib/pq v1.0.0\n", []string{"go.mod: requires github.com/lib/pq"}},
		"replace":          {"go.mod", "go 1.25.0\nreplace github.com/google/uuid => ../uuid\n", []string{"go.mod: has a replace directive"}},
		"tool":             {"go.mod", "go 1.25.0\ntool github.com/google/uuid\n", []string{"go.mod: has a tool directive"}},
		"forgotten module": {"examples/sqlstore/go.mod", "module x\n", []string{"go.work: does not use examples/sqlstore"}},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(tc.text, "%", path.Base(path.Dir(tc.path)), 1)
			got, err := check(plant(tc.path, text))
			require.NoError(t, err)
			assert.Equal(t, tc.want, got)
		})
	}
}

// plant builds a small house without a breach, then sets one file in it, or
// takes it away where text is empty.
func plant(name, text string) fstest.MapFS {
	house := fstest.MapFS{}
	for name, text := range map[string]string{
		"doc.go": "// Package kulanz is it.\npackage kulanz", "README.md": "", "CHANGELOG.md": "", "CONTRIBUTING.md": "", "LICENSE": "",
		"go.mod":  "module " + module + "\n\ngo " + goVersion + "\n\nrequire (\n\tgithub.com/stretchr/testify v1.0.0\n\tx.org/y v1.0.0 // indirect\n)\n",
		"go.sum":  "",
		"go.work": "go 1.25.0\n\nuse (\n\t.\n\t./examples\n)\n",
		".ci/run": "", ".ci/tools/go.mod": "module tools", ".github/SECURITY.md": "", ".golangci.yml": "",
		".gitignore": "# output\n/bin/\n*.prof\n", "bin/kulanz": "", "cpu.prof": "", ".idea/x": "",
		"examples/go.mod": "module " + module + "/examples", "examples/doc.go": "// Package examples shows.\npackage examples",
		"sla/testdata/bad.go": "not Go at all",
	} {
		house[name] = &fstest.MapFile{Data: []byte(text)}
	}
	for _, pkg := range []string{"sla", "ticket", "ticket/ticketmem", "ticket/tickettest", "escalation", "feedback", "goodwill", "internal/stat"} {
		base := path.Base(pkg)
		house[pkg+"/doc.go"] = &fstest.MapFile{Data: []byte("// Package " + base + " is it.\npackage " + base)}
		house[pkg+"/more.go"] = &fstest.MapFile{Data: []byte("package " + base)}
	}
	house[name] = &fstest.MapFile{Data: []byte(text)}
	if text == "" {
		delete(house, name)
	}
	return house
}
