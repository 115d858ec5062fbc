// Package linearizability holds no code, only a test: it records what several
// workers see while they use one store at once, and has
// github.com/anishathalye/porcupine look for an order of the calls, one after
// the other, that explains it all. A host copies it for its own store.
package linearizability
