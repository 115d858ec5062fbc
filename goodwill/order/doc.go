// Package order is what goodwill decides about: the snapshot of an order, and
// the case that a customer makes of it.
//
// # Model
//
// An [Order] is plain data that the host fills from its own tables: lines with
// what was charged, discounted and invoiced as tax, delivery, payments with
// their disputes, prior refunds, and what happened ([Event]). A [Case] adds the
// customer, what went wrong, what is wished for, and the facts that law and
// policy ask about; a fact nobody knows is [Unknown], never a guess.
//
// [Order.Refund] says what a refund of units or of an amount comes to, gross
// and tax. Every part is the difference of two rounded positions:
//
//	R(paid x after / units) - R(paid x before / units)
//
// for the gross amount and, apart from it, for the tax as it was invoiced. So
// any sequence of refunds, in whatever order and grouping, adds up to what was
// paid and to the invoiced tax, to the last cent. An amount refunded without a
// return (a price reduction) is spread over the units that are still with the
// customer, and comes off what these bring later.
//
// # Errors
//
// [Order.Validate] and the Parse functions return [sla.Faults] with the path
// of each value that cannot be used. A refund that cannot be is a [*Refusal],
// an [ErrRefused], with all reasons. Arithmetic that does not fit is an error
// of package money.
//
// # Concurrency
//
// Values are plain data: safe to read from several goroutines, as long as
// nobody writes.
//
// # Storage
//
// None. Orders, cases and refunds have a JSON form; [ParseOrder] and
// [ParseCase] read it strictly.
//
// # What it does not do
//
// It moves no money and keeps no books: that is goodwill's ledger. It says
// nothing about who owes what: that is goodwill/rights. Names, addresses and
// what a customer wrote have no place here; references are the host's.
package order
