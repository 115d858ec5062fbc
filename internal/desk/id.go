package desk

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"time"

	"github.com/google/uuid"
)

// NewID draws a UUID of version 7 at an instant (RFC 9562, section 5.7): ids
// sort by time, and neither clock nor randomness is ours.
func NewID(now time.Time, random io.Reader) (uuid.UUID, error) {
	var id uuid.UUID
	if _, err := io.ReadFull(random, id[6:]); err != nil {
		return id, errors.Join(errors.New("draw an id"), err)
	}
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(now.UnixMilli()))
	copy(id[:6], ms[2:])
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id, nil
}

// Digest hashes parts, told apart by their lengths.
func Digest(parts ...string) [sha256.Size]byte {
	h := sha256.New()
	Feed(h, parts...)
	return [sha256.Size]byte(h.Sum(nil))
}

// Feed writes parts to a hash, each behind its length, so that no two lists of
// parts are the same bytes.
func Feed(h io.Writer, parts ...string) {
	var n [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])        //nolint:errcheck,gosec // a hash never fails
		io.WriteString(h, p) //nolint:errcheck,gosec // a hash never fails
	}
}

// Micro brings an instant into the form that stores return: UTC, whole
// microseconds, no monotonic reading; zero stays zero.
func Micro(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Round(0).Truncate(time.Microsecond)
}

// Hide returns how long a claim hides a record that was claimed attempts times
// before it since its last commit: lease x 2^attempts, at most most.
func Hide(lease, most time.Duration, attempts int) time.Duration {
	d := lease
	for range attempts {
		if d >= most/2 {
			return most
		}
		d *= 2
	}
	return min(d, most)
}
