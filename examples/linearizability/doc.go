// Package linearizability holds no code, only a test: several use the stores in memory
// at once, and package sqlstore/linear looks for an order of their calls, one after
// the other, that explains it all. A host does the same with its own stores.
package linearizability
