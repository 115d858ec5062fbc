package ticket_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/ticket"
)

// codes returns the values of all constants of type Code in the package's
// source.
func codes(t *testing.T) []ticket.Code {
	t.Helper()
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	var out []ticket.Code
	for _, entry := range entries {
		if name := entry.Name(); !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), entry.Name(), nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			kind, ok := spec.Type.(*ast.Ident)
			if !ok || kind.Name != "Code" {
				return true
			}
			for _, v := range spec.Values {
				lit, ok := v.(*ast.BasicLit)
				require.True(t, ok)
				value, err := strconv.Unquote(lit.Value)
				require.NoError(t, err)
				out = append(out, ticket.Code(value))
			}
			return true
		})
	}
	return out
}

// Every code is said in German and in English, and its parameters are filled
// in.
func TestEveryCodeHasATextInBothLanguages(t *testing.T) {
	all := codes(t)
	require.Greater(t, len(all), 30)
	for _, code := range all {
		b := ticket.Blocker{Code: code}
		de, en := b.Text("de-AT"), b.Text("en")
		assert.NotEqual(t, string(code), de, "has no German text")
		assert.NotEqual(t, string(code), en, "has no English text")
		assert.NotEqual(t, de, en, code)
		assert.Equal(t, en, b.Text("fr"), "everybody else reads English")
		for _, text := range []string{de, en} {
			for part := range strings.SplitSeq(text, "{") {
				name, _, found := strings.Cut(part, "}")
				if !found {
					continue
				}
				filled := ticket.Blocker{Code: code, Params: map[string]string{name: "X"}}
				assert.Contains(t, filled.Text("de"), "X", "%s: %s", code, name)
				assert.Contains(t, filled.Text("en"), "X", "%s: %s", code, name)
			}
		}
	}
	assert.Equal(t, "no_sample", ticket.Blocker{Code: "no_sample"}.Text("de"), "a host's own code is its own text")
}
