// Package ticketmem keeps tickets in memory: a [ticket.Store] for tests,
// demonstrations and processes that may forget.
//
// # Model
//
// [Store] keeps records, histories and keys in maps behind one lock, and
// wakes in heaps, so that a claim costs what is due and not what is stored. A
// list looks at every record of its shop. The zero value is ready.
//
// # Errors, concurrency, storage
//
// Errors are those of the contract and nothing else. It is safe for
// concurrent use within one process, is linearizable, and keeps nothing
// beyond it. It offers no transaction of the host's.
package ticketmem
