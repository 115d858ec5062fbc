//go:build !race

package sqlstore_test

// raced tells that the race detector looks at SQLite too.
const raced = false
