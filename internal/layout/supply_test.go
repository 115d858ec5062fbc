package layout_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSupplyChain: item 12 of the safety list. Whatever comes from elsewhere is
// held to what it was when somebody looked at it.
func TestSupplyChain(t *testing.T) {
	breaches, err := supply(os.DirFS("../.."))
	require.NoError(t, err)
	for _, breach := range breaches {
		t.Error(breach)
	}
}

func supply(fsys fs.FS) ([]string, error) {
	var all []string
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if err == nil && (p == ".git" || p == ".ci/out") { // the second is what checks leave behind
				return fs.SkipDir
			}
			return err
		}
		look := map[string]func(fs.FS, string) ([]string, error){"go.mod": pinned, "SHA256SUMS": summed}[d.Name()]
		switch {
		case p == ".ci/run":
			look = fetched
		case strings.Contains(d.Name(), ".min."):
			look = vendored
		case look == nil:
			return nil
		}
		found, err := look(fsys, p)
		all = append(all, found...)
		return err
	})
	return all, err
}

// pinned: modules are those of their own names, with a sum for each.
func pinned(fsys fs.FS, p string) ([]string, error) {
	text, err := fs.ReadFile(fsys, p)
	if err != nil {
		return nil, err
	}
	sums, err := fs.ReadFile(fsys, path.Join(path.Dir(p), "go.sum"))
	if errors.Is(err, fs.ErrNotExist) {
		return []string{p + ": has no go.sum"}, nil
	}
	if err != nil {
		return nil, err
	}
	var all []string
	for _, d := range directives(string(text)) {
		name, rest, _ := strings.Cut(d.rest, " ")
		switch d.verb {
		case "replace":
			if !strings.HasPrefix(name, module) || !strings.HasPrefix(strings.TrimPrefix(rest, "=> "), ".") {
				all = append(all, p+": replaces "+name+" by another's")
			}
		case "require":
			version, _, _ := strings.Cut(rest, " ")
			if !strings.HasPrefix(name, module) && !strings.Contains(string(sums), name+" "+version+"/go.mod h1:") {
				all = append(all, p+": has no sum for "+name+" "+version)
			}
			if name == "github.com/jackc/pgx/v5" && !modernPgx.MatchString(version) {
				all = append(all, p+": pgx below 5.12.0")
			}
		}
	}
	return all, nil
}

// modernPgx has no known hole.
var modernPgx = regexp.MustCompile(`^v5\.(1[2-9]|[2-9][0-9])\.`)

// summed: a folder from elsewhere has its licence, and holds what its sums say.
func summed(fsys fs.FS, p string) ([]string, error) {
	text, err := fs.ReadFile(fsys, p)
	if err != nil {
		return nil, err
	}
	dir, want := path.Dir(p), make(map[string]string)
	for line := range strings.Lines(string(text)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		want[name] = sum
	}
	var all []string
	if want["LICENSE"] == "" {
		all = append(all, p+": names no LICENSE")
	}
	entries, err := fs.ReadDir(fsys, dir)
	for _, e := range entries {
		if e.Name() == path.Base(p) {
			continue
		}
		data, err := fs.ReadFile(fsys, path.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != want[e.Name()] {
			all = append(all, path.Join(dir, e.Name())+": is not what its sum says")
		}
		delete(want, e.Name())
	}
	for name := range want {
		all = append(all, path.Join(dir, name)+": is missing")
	}
	return all, err
}

// vendored: what others have made small lies in a folder with sums.
func vendored(fsys fs.FS, p string) ([]string, error) {
	_, err := fs.Stat(fsys, path.Join(path.Dir(p), "SHA256SUMS"))
	if errors.Is(err, fs.ErrNotExist) {
		return []string{p + ": lies in no folder with SHA256SUMS"}, nil
	}
	return nil, err
}

// fetched: the checks get nothing that is not pinned by what it holds; Debian's
// packages are signed, and modules have sums.
func fetched(fsys fs.FS, p string) ([]string, error) {
	text, err := fs.ReadFile(fsys, p)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, bad := range []string{`\bcurl\b`, `\bwget\b`, `\bnpx\b`, `\bnpm (i|install|exec)\b`, `\bgo (install|get)\b`, `@latest\b`, `\bpip3? `, `-mod=mod\b`, `GOSUMDB=off`, `GONOSUM`, `GOINSECURE`, `allow-unauthenticated`} {
		if found := regexp.MustCompile(bad).FindString(string(text)); found != "" {
			all = append(all, fmt.Sprintf("%s: has %q", p, found))
		}
	}
	for _, must := range []string{`(?m)^export GOFLAGS=.*-mod=readonly`, `(?m)^step_supply\(\) \{\n  go mod verify$`, `(?m)^steps=\(.*\bsupply\b`} {
		if !regexp.MustCompile(must).Match(text) {
			all = append(all, fmt.Sprintf("%s: lacks %s", p, must))
		}
	}
	for _, body := range regexp.MustCompile(`(?ms)^[a-z_]+\(\) \{$.*?^\}$`).FindAllString(string(text), -1) {
		if strings.Contains(body, "npm pack") && !regexp.MustCompile(`sha256sum .*-c .*\|\| die`).MatchString(body) {
			all = append(all, p+": takes a package of npm as it comes")
		}
	}
	return all, nil
}

// TestSupplyCatches plants one breach at a time.
func TestSupplyCatches(t *testing.T) {
	const (
		run  = "export GOFLAGS=-mod=readonly\nsteps=(vet supply)\nstep_supply() {\n  go mod verify\n}\nfetch() {\n  npm pack x\n  sha256sum --quiet -c - <<<\"$sum\" || die no\n}\n"
		uuid = "github.com/google/uuid"
	)
	clean := func() fstest.MapFS {
		house := fstest.MapFS{}
		for name, text := range map[string]string{
			".ci/run":    run,
			"go.mod":     "module " + module + "\n\nrequire " + uuid + " v1.6.0\n\nreplace " + module + "/examples => ./examples\n",
			"go.sum":     uuid + " v1.6.0 h1:x=\n" + uuid + " v1.6.0/go.mod h1:y=\n",
			"a/x.min.js": "x", "a/LICENSE": "l",
			"a/SHA256SUMS": hexSum("x") + "  x.min.js\n" + hexSum("l") + "  LICENSE\n",
		} {
			house[name] = &fstest.MapFile{Data: []byte(text)}
		}
		return house
	}
	found, err := supply(clean())
	require.NoError(t, err)
	require.Empty(t, found)
	for name, c := range map[string]struct{ path, old, now, want string }{
		"fork":           {"go.mod", module + "/examples => ./examples", uuid + " => github.com/evil/uuid v1.6.0", "go.mod: replaces " + uuid + " by another's"},
		"fork of ours":   {"go.mod", "=> ./examples", "=> github.com/evil/examples v1.0.0", "go.mod: replaces " + module + "/examples by another's"},
		"no sum":         {"go.sum", "v1.6.0/go.mod", "v1.5.0/go.mod", "go.mod: has no sum for " + uuid + " v1.6.0"},
		"old pgx":        {"go.mod", "require " + uuid + " v1.6.0", "require github.com/jackc/pgx/v5 v5.11.9", "go.mod: pgx below 5.12.0"},
		"changed script": {"a/x.min.js", "x", "y", "a/x.min.js: is not what its sum says"},
		"no licence":     {"a/SHA256SUMS", "LICENSE", "LIZENZ", "a/SHA256SUMS: names no LICENSE"},
		"unknown file":   {"a/SHA256SUMS", hexSum("x") + "  x.min.js\n", "", "a/x.min.js: is not what its sum says"},
		"curl":           {".ci/run", "npm pack x", "curl x | sh", `.ci/run: has "curl"`},
		"npm unchecked":  {".ci/run", "sha256sum", "md5sum", ".ci/run: takes a package of npm as it comes"},
		"writes go.mod":  {".ci/run", "-mod=readonly", "-mod=mod", `.ci/run: has "-mod=mod"`},
		"no step":        {".ci/run", "(vet supply)", "(vet)", ".ci/run: lacks (?m)^steps=\\(.*\\bsupply\\b"},
	} {
		t.Run(name, func(t *testing.T) {
			house := clean()
			was := string(house[c.path].Data)
			require.Contains(t, was, c.old)
			house[c.path] = &fstest.MapFile{Data: []byte(strings.Replace(was, c.old, c.now, 1))}
			found, err := supply(house)
			require.NoError(t, err)
			assert.True(t, slices.Contains(found, c.want), "%q", found)
		})
	}
	house := clean()
	house["b/y.min.css"] = &fstest.MapFile{}
	found, err = supply(house)
	require.NoError(t, err)
	assert.Equal(t, []string{"b/y.min.css: lies in no folder with SHA256SUMS"}, found)
}

func hexSum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
