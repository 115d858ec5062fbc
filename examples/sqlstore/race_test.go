//go:build race

package sqlstore_test

// raced tells that the race detector looks at SQLite too, which is Go: it is ten
// times as slow then.
const raced = true
