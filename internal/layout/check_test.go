package layout_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// check reads the repository in fsys and returns every breach of the plan.
func check(fsys fs.FS) ([]string, error) {
	h, err := read(fsys)
	if err != nil {
		return nil, err
	}
	h.checkTop()
	h.checkModules()
	for _, dir := range slices.Sorted(maps.Keys(h.packages)) {
		if h.moduleOf(dir) == "." {
			h.checkPackage(dir)
		} else {
			h.checkHost(dir)
		}
	}
	return h.breaches, nil
}

// house is a repository that has been read.
type house struct {
	fset     *token.FileSet
	top      []string
	ignored  []string               // patterns of .gitignore
	gomod    map[string][]directive // by folder
	gowork   []directive
	packages map[string][]*source // by folder
	breaches []string
}

// source is one Go file.
type source struct {
	path   string
	syntax *ast.File
}

func (s *source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

func (h *house) report(where, format string, args ...any) {
	h.breaches = append(h.breaches, where+": "+fmt.Sprintf(format, args...))
}

func read(fsys fs.FS) (*house, error) {
	h := &house{fset: token.NewFileSet(), gomod: map[string][]directive{}, packages: map[string][]*source{}}
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path.Dir(p) == "." && p != "." {
			h.top = append(h.top, p)
		}
		if d.IsDir() {
			if p != "." && (strings.ContainsAny(d.Name()[:1], "._") || d.Name() == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		return h.readFile(fsys, p)
	})
	return h, err
}

func (h *house) readFile(fsys fs.FS, p string) error {
	name := path.Base(p)
	if name != "go.mod" && p != "go.work" && p != ".gitignore" && path.Ext(p) != ".go" {
		return nil
	}
	text, err := fs.ReadFile(fsys, p)
	if err != nil {
		return err
	}
	switch {
	case name == "go.mod":
		h.gomod[path.Dir(p)] = directives(string(text))
	case p == "go.work":
		h.gowork = directives(string(text))
	case p == ".gitignore":
		h.ignored = strings.Fields(string(text))
	default:
		syntax, err := parser.ParseFile(h.fset, p, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		h.packages[path.Dir(p)] = append(h.packages[path.Dir(p)], &source{path: p, syntax: syntax})
	}
	return nil
}

// directive is one line of a go.mod or go.work file, taken out of its block.
type directive struct{ verb, rest string }

func directives(text string) []directive {
	var all []directive
	block := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "//"):
		case line == ")":
			block = ""
		case strings.HasSuffix(line, "("):
			block = strings.TrimSpace(strings.TrimSuffix(line, "("))
		case block != "":
			all = append(all, directive{block, line})
		default:
			verb, rest, _ := strings.Cut(line, " ")
			all = append(all, directive{verb, strings.TrimSpace(rest)})
		}
	}
	return all
}

// checkTop holds the top folder against the plan. What .gitignore names is
// build output and left alone.
func (h *house) checkTop() {
	plan := topLevel()
	for _, name := range h.top {
		output := slices.ContainsFunc(h.ignored, func(pattern string) bool {
			ok, err := path.Match(strings.Trim(pattern, "/"), name)
			return ok && err == nil
		})
		if _, planned := plan[name]; !planned && !output && name[0] != '.' {
			h.report(name, "not in the plan of the top level")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(plan)) {
		if plan[name] && !slices.Contains(h.top, name) {
			h.report(name, "missing from the top level")
		}
	}
}

// checkModules holds the root go.mod to its short list, and go.work to all
// modules there are, so that "go test work" leaves none out.
func (h *house) checkModules() {
	for _, d := range h.gomod["."] {
		switch d.verb {
		case "module":
		case "go":
			if d.rest != goVersion {
				h.report("go.mod", "go %s, want go %s", d.rest, goVersion)
			}
		case "require":
			if mod := strings.Fields(d.rest)[0]; !strings.Contains(d.rest, "// indirect") && requirements()[mod] == "" {
				h.report("go.mod", "requires %s", mod)
			}
		default:
			h.report("go.mod", "has a %s directive", d.verb)
		}
	}
	var used []string
	for _, d := range h.gowork {
		if d.verb == "use" {
			used = append(used, path.Clean(d.rest))
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(h.gomod)) {
		if !slices.Contains(used, dir) {
			h.report("go.work", "does not use %s", dir)
		}
	}
}

// moduleOf returns the folder of the module that dir belongs to.
func (h *house) moduleOf(dir string) string {
	for dir != "." && h.gomod[dir] == nil {
		dir = path.Dir(dir)
	}
	return dir
}

// checkPackage looks at one package of the library.
func (h *house) checkPackage(pkg string) {
	if rooms()[pkg] == nil && tree(pkg) != "internal" {
		h.report(pkg, "has no row in internal/layout: say there what lies below it")
	}
	if want := "Package " + packageName(pkg); !h.hasDoc(pkg, want) {
		h.report(pkg, "has no doc.go that begins: %s", want)
	}
	for _, f := range h.packages[pkg] {
		h.checkImports(pkg, f)
		if !f.isTest() && !isSuite(pkg) {
			h.checkGoroutines(f)
		}
	}
}

func (h *house) hasDoc(pkg, want string) bool {
	return slices.ContainsFunc(h.packages[pkg], func(f *source) bool {
		return path.Base(f.path) == "doc.go" && strings.HasPrefix(f.syntax.Doc.Text(), want+" ")
	})
}

func packageName(pkg string) string {
	if pkg == "." {
		return path.Base(module)
	}
	return path.Base(pkg)
}

func (h *house) checkImports(pkg string, f *source) {
	for spec, imported := range imports(f) {
		where := h.fset.Position(spec.Pos()).String()
		target, ours := strings.CutPrefix(imported, module+"/")
		std := !strings.Contains(strings.Split(imported, "/")[0], ".")
		switch {
		case ours || imported == module:
			if !mayImport(pkg, target, f.isTest()) {
				h.report(where, "%s imports %s, which is not below it", pkg, target)
			}
		case f.isTest():
		case isSuite(pkg):
			if !std {
				h.report(where, "%s imports %s; only the standard library and ours", pkg, imported)
			}
		case std && banned(imported), !std && !mayLink(pkg, imported):
			h.report(where, "%s imports %s", pkg, imported)
		}
	}
}

// mayLink reports whether a package that users link may import from another
// module.
func mayLink(pkg, imported string) bool {
	for mod, by := range requirements() {
		if within(imported, mod) {
			return by == "*" || by == pkg
		}
	}
	return false
}

func (h *house) checkGoroutines(f *source) {
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		if stmt, ok := n.(*ast.GoStmt); ok {
			h.report(h.fset.Position(stmt.Pos()).String(), "starts a goroutine")
		}
		return true
	})
}

// checkHost looks at one package of a module that uses the library. Its
// import path lies below ours, so the compiler would let it use internal.
func (h *house) checkHost(pkg string) {
	files := h.packages[pkg]
	if !slices.ContainsFunc(files, func(f *source) bool { return f.syntax.Doc.Text() != "" }) {
		h.report(pkg, "has no package comment")
	}
	for _, f := range files {
		for spec, imported := range imports(f) {
			if within(imported, module+"/internal") {
				h.report(h.fset.Position(spec.Pos()).String(), "%s imports %s, which no host can", pkg, imported)
			}
		}
	}
}

// imports yields the imports of a file with their paths.
func imports(f *source) func(func(*ast.ImportSpec, string) bool) {
	return func(yield func(*ast.ImportSpec, string) bool) {
		for _, spec := range f.syntax.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil || !yield(spec, imported) { // the parser has refused what does not unquote
				return
			}
		}
	}
}
