package declared

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
)

// Constants returns the values of all constants that a file declares with a
// type of the name and a literal text, in their order. None is an error: what is
// walked over nothing proves nothing.
func Constants(file, typeName string) ([]string, error) {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		return nil, fmt.Errorf("declared: %w", err)
	}
	var all []string
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || nameOf(spec.Type) != typeName {
			return true
		}
		for _, v := range spec.Values {
			if lit, ok := v.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				text, _ := strconv.Unquote(lit.Value) // the parser has read it
				all = append(all, text)
			}
		}
		return true
	})
	if len(all) == 0 {
		return nil, fmt.Errorf("declared: no constants of type %s in %s", typeName, file)
	}
	return all, nil
}

// nameOf is the name of a type without that of its package.
func nameOf(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return x.Sel.Name
	default:
		return ""
	}
}
