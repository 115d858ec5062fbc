package desk_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/internal/desk"
)

var (
	errConflict  = errors.New("conflict")
	errDuplicate = errors.New("duplicate")
	errNotFound  = errors.New("not found")
	errBroken    = errors.New("connection reset")
)

// ledger is a store of one counter, whose commits fail as a script says.
type ledger struct {
	script []string // of each commit: ok, conflict, lost (before), done (after), own
	n      int      // commits that had their effect
	landed bool
	tries  int
}

func (l *ledger) op(ctx context.Context) (int, error) {
	return desk.Land(ctx, desk.Op[int]{
		Name: "test", Conflict: errConflict, Duplicate: errDuplicate, NotFound: errNotFound,
		New:  func(error) int { l.tries++; return l.tries },
		Plan: func(context.Context, int) (bool, error) { return true, nil },
		Commit: func(context.Context, int) error {
			step := "conflict"
			if l.tries <= len(l.script) {
				step = l.script[l.tries-1]
			}
			switch step {
			case "ok":
				l.n++
				return nil
			case "done":
				l.n, l.landed = l.n+1, true
				return errBroken
			case "lost":
				return errBroken
			case "own":
				return errDuplicate
			}
			return errConflict
		},
		Find: func(context.Context, int) error {
			if l.landed {
				return nil
			}
			return errNotFound
		},
		Ours: func(err error) bool { return errors.Is(err, errDuplicate) },
	})
}

func TestLand(t *testing.T) {
	for script, want := range map[string]struct{ effects, tries int }{
		"ok":                        {1, 1},
		"conflict own ok":           {1, 3},
		"lost ok":                   {1, 2},
		"done":                      {1, 1},
		"conflict done":             {1, 2},
		"lost conflict lost own ok": {1, 5},
	} {
		l := &ledger{script: strings.Fields(script)}
		_, err := l.op(t.Context())
		require.NoError(t, err, script)
		assert.Equal(t, want.effects, l.n, script)
		assert.Equal(t, want.tries, l.tries, script)
	}
	l := &ledger{}
	_, err := l.op(t.Context())
	require.ErrorIs(t, err, errConflict)
	assert.Equal(t, desk.Tries, l.tries)
}

// A context that ends in mid-commit does not hide that the commit has landed.
func TestLandAsksBeyondTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	l := &ledger{script: []string{"done"}}
	_, err := l.op(ctx)
	require.NoError(t, err)
	l = &ledger{script: []string{"lost", "ok"}}
	_, err = l.op(ctx)
	require.ErrorIs(t, err, errBroken, "nothing landed, and nobody waits for another try")
	assert.Zero(t, l.n)
}

func TestDigestTellsPartsApart(t *testing.T) {
	assert.NotEqual(t, desk.Digest("ab", "c"), desk.Digest("a", "bc"))
	assert.NotEqual(t, desk.Digest("a"), desk.Digest("a", ""))
	assert.Equal(t, desk.Digest("a", "b"), desk.Digest("a", "b"))
}

func TestNewIDSortsByTime(t *testing.T) {
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	a, err := desk.NewID(now, strings.NewReader(strings.Repeat("\xff", 16)))
	require.NoError(t, err)
	b, err := desk.NewID(now.Add(time.Millisecond), strings.NewReader(strings.Repeat("\x00", 16)))
	require.NoError(t, err)
	assert.Negative(t, bytes.Compare(a[:], b[:]))
	assert.EqualValues(t, 7, a.Version())
	_, err = desk.NewID(now, strings.NewReader("short"))
	require.Error(t, err)
}

func TestHide(t *testing.T) {
	for i, want := range []int{5, 10, 20, 24, 24} {
		assert.Equal(t, time.Duration(want)*time.Hour, desk.Hide(5*time.Hour, 24*time.Hour, i))
	}
	assert.Equal(t, 24*time.Hour, desk.Hide(time.Nanosecond, 24*time.Hour, 1<<30))
}

func TestMicro(t *testing.T) {
	assert.True(t, desk.Micro(time.Time{}).IsZero())
	at := time.Date(2026, 7, 1, 12, 0, 0, 1999, time.FixedZone("", 5400))
	assert.Equal(t, time.Date(2026, 7, 1, 10, 30, 0, 1000, time.UTC), desk.Micro(at))
}
