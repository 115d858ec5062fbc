package layout_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const maxReadmeLines = 200

// The README's example is the body of ticket's Example, to the letter.
func TestReadmeShowsTheTestedExample(t *testing.T) {
	src, err := os.ReadFile("../../ticket/example_test.go")
	require.NoError(t, err)
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "example_test.go", src, parser.ParseComments)
	require.NoError(t, err)
	var body string
	for _, decl := range file.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Name.Name == "Example" {
			body = string(src[set.Position(fn.Body.Lbrace).Offset+1 : set.Position(fn.Body.Rbrace).Offset])
		}
	}
	require.NotEmpty(t, body)
	var shown []string
	for line := range strings.SplitSeq(strings.Trim(body, "\n"), "\n") {
		shown = append(shown, strings.TrimPrefix(line, "\t"))
	}
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	assert.Contains(t, string(readme), "```go\n"+strings.Join(shown, "\n")+"\n```")
	assert.Less(t, strings.Count(string(readme), "\n"), maxReadmeLines)
}
