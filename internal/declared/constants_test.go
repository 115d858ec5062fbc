package declared_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/internal/declared"
)

func TestConstantsOfAType(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "x.go")
	require.NoError(t, os.WriteFile(file, []byte(`package x

const (
	A Code       = "a"
	B other.Code = "b"
	C Kind       = "c"
	D Code       = 4
	E            = "e"
)
`), 0o600))
	all, err := declared.Constants(file, "Code")
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b"}, all)
	_, err = declared.Constants(file, "Nothing")
	require.ErrorContains(t, err, "no constants of type Nothing")
	_, err = declared.Constants("nowhere.go", "Code")
	require.ErrorIs(t, err, os.ErrNotExist)
}
