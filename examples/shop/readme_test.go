package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// folders are where the packages lie that the safety list names.
func folders() map[string]string {
	root := filepath.Join("..", "..")
	return map[string]string{
		"shop": ".", "web": "web", "outbox": "outbox", "sheet": "sheet", "maildir": "maildir", "shop/intake": "intake", "shop/app": "app",
		"mail": filepath.Join("..", "mail"), "sqlstore": filepath.Join("..", "sqlstore"),
		"ticket": filepath.Join(root, "ticket"), "feedback": filepath.Join(root, "feedback"), "goodwill": filepath.Join(root, "goodwill"),
		"strictjson": filepath.Join(root, "internal", "strictjson"), "layout": filepath.Join(root, "internal", "layout"),
	}
}

// Every test that the safety list of the README names is one, and each of its twelve
// items has some.
func TestSafetyListHolds(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, list, ok := strings.Cut(string(text), "## How it is kept safe")
	require.True(t, ok)
	list, _, _ = strings.Cut(list, "\n## ")
	known := make(map[string]map[string]bool)
	for name, folder := range folders() {
		known[name] = tests(t, folder)
	}
	items, named := 0, 0
	for line := range strings.Lines(list) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 || strings.Contains(cells[3], "---") || strings.Contains(cells[3], " tests ") {
			continue
		}
		if strings.TrimSpace(cells[1]) != "" {
			items++
		}
		for part := range strings.SplitSeq(cells[3], ";") {
			where := regexp.MustCompile("`([a-z/]+)`: (.+)").FindStringSubmatch(strings.TrimSpace(part))
			require.NotNil(t, where, part)
			require.Contains(t, known, where[1])
			for test := range strings.SplitSeq(where[2], ",") {
				named++
				assert.True(t, known[where[1]][strings.TrimSpace(test)], "%s has no %s", where[1], test)
			}
		}
	}
	assert.Equal(t, 12, items)
	assert.Greater(t, named, 40)
}

// tests are those of a folder, by name.
func tests(t *testing.T, folder string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	require.NoError(t, err)
	require.NotEmpty(t, files, folder)
	all := make(map[string]bool)
	for _, f := range files {
		syntax, err := parser.ParseFile(token.NewFileSet(), f, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, d := range syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && len(fn.Type.Params.List) == 1 {
				all[fn.Name.Name] = true
			}
		}
	}
	return all
}
