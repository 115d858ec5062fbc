// Package goodwilltest proves that a host's store keeps the contract of
// goodwill.Store, and helps to test what stands on it.
//
// [TestStore] runs every case on a host's store; each says what goes wrong in a
// shop where the promise is broken. [Cases] returns the same cases as functions
// that return errors: the suite is itself tested on stores with planted faults.
// A [FaultStore] fails by plan, before or after a call has its effect; a [Payer]
// is a payment service that times out, answers late or twice by plan.
//
// The package needs the standard library only. Its functions keep no state; a
// FaultStore is as safe for concurrent use as the store inside.
package goodwilltest
