// Package goodwillmem keeps grants and their ledger in memory: for tests, for
// trying things out, and as the smallest store that passes package goodwilltest.
//
// A [Store] is ready as its zero value and safe for concurrent use. It returns
// the errors of the contract of goodwill.Store. What it holds is gone with the
// process: it is no cache and has no file. A claim costs what is due; a list
// looks at every record of its shop.
package goodwillmem
