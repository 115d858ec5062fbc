// Package tickettest proves implementations of [ticket.Store], and helps to
// test what is built on package ticket.
//
// # Proving a store
//
// A host that keeps tickets in its own database runs
//
//	func TestStore(t *testing.T) {
//		tickettest.TestStore(t, func(t testing.TB) ticket.Store { return open(t) })
//	}
//
// where open returns a store that is fresh and empty. [TestTx] does the same
// for stores that work within transactions of the host's, and [BenchmarkStore]
// measures. A failure names what the store did, and why that matters to a
// shop. Cases are data ([Cases], [TxCases]) that return errors: this package
// runs them on stores with one planted fault each, and every case has to find
// one, so none is there that cannot fail.
//
// # Letting things go wrong
//
// [FaultStore] passes calls on to a store and lets go wrong what a test plans:
// a call fails before its effect or after it, has its effect late, or is made
// twice; a hook moves the clock or lets a rival cut in. It sleeps nowhere and
// draws nothing.
//
// # Building on a desk
//
// [NewDesk] returns a desk in memory with a [Clock] that the test moves,
// randomness that repeats itself, and an [Outbox] of what went out.
// [Desk.Ticket] makes a ticket in any state, by the commands that lead there.
//
// # What it does not do
//
// It keeps nothing, and it is for tests alone: it imports testing. The
// linearizability of a store is checked in examples/linearizability, with
// tools that this module does not require.
package tickettest
