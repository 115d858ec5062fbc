package maildir_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/maildir"
)

func open(tb testing.TB) *maildir.Dir {
	tb.Helper()
	d, err := maildir.Open(filepath.Join(tb.TempDir(), "box"))
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, d.Close()) })
	return d
}

func read(tb testing.TB, r io.ReadCloser, err error) string {
	tb.Helper()
	require.NoError(tb, err)
	b, err := io.ReadAll(r)
	require.NoError(tb, err)
	require.NoError(tb, r.Close())
	return string(b)
}

// The same mail is one file, before and after it was dealt with, however many put
// it there at once.
func TestTheSameMailIsOneFile(t *testing.T) {
	d := open(t)
	name := maildir.Name("<1@shop.example>")
	var fresh atomic.Int64
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			is, err := d.Put(name, []byte("Guten Tag"))
			assert.NoError(t, err)
			if is {
				fresh.Add(1)
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, fresh.Load())
	names, err := d.New()
	require.NoError(t, err)
	assert.Equal(t, []string{name}, names)
	r, err := d.Open(name)
	assert.Equal(t, "Guten Tag", read(t, r, err))

	require.NoError(t, d.Done(name))
	require.NoError(t, d.Done(name), "another process was faster")
	names, err = d.New()
	require.NoError(t, err)
	assert.Empty(t, names)
	is, err := d.Put(name, []byte("again"))
	require.NoError(t, err)
	assert.False(t, is)
	r, err = d.Raw(name)
	assert.Equal(t, "Guten Tag", read(t, r, err), "it is kept")
	left, err := os.ReadDir(filepath.Join(d.Path(), "tmp"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

// Names from outside lead nowhere, and neither do links.
func TestNothingOutsideIsTouched(t *testing.T) {
	d := open(t)
	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(secret, []byte("secret"), 0o600))
	for _, name := range []string{"", ".", "..", "../x", "a/b", `a\b`, ".hidden", "x:2,S", "a\x00b", strings.Repeat("x", 300)} {
		_, err := d.Put(name, []byte("x"))
		require.Error(t, err, "%q", name)
		_, err = d.Raw(name)
		require.Error(t, err, "%q", name)
	}
	require.NoError(t, os.Symlink(secret, filepath.Join(d.Path(), "new", "link.eml")))
	require.NoError(t, os.Mkdir(filepath.Join(d.Path(), "new", "folder"), 0o700))
	names, err := d.New()
	require.NoError(t, err)
	assert.Empty(t, names)
	_, err = d.Open("link.eml")
	require.Error(t, err)
}

func TestForget(t *testing.T) {
	d, err := maildir.Open(filepath.Join(t.TempDir(), "m"))
	require.NoError(t, err)
	for _, name := range []string{"new.eml", "done.eml", "other.eml"} {
		_, err := d.Put(name, []byte("x"))
		require.NoError(t, err)
	}
	require.NoError(t, d.Done("done.eml"))
	for _, name := range []string{"new.eml", "done.eml", "done.eml", "never.eml", "", "../../etc/passwd", "cur"} {
		require.NoError(t, d.Forget(name), name)
	}
	for name, there := range map[string]bool{"new.eml": false, "done.eml": false, "other.eml": true} {
		has, err := d.Has(name)
		require.NoError(t, err)
		assert.Equal(t, there, has, name)
	}
	require.NoError(t, d.Close())
	require.Error(t, d.Forget("other.eml"), "a folder that is away is not forgotten")
}
