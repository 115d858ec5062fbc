// Package rights says what the law gives the buyer of an order, before any
// goodwill: German law for online shops, as data, for the shop's own counsel
// to check. It is not legal advice.
//
// # Model
//
// [New] compiles a [Law]: the legal periods of package statute, the table of
// what section 312g (2) BGB excludes, the public holidays of the place, and
// [Choices] where courts and scholars do not agree. [Law.Entitlements] takes a
// case and the time and returns, line by line, each right with its [Status]:
//
//   - due: the buyer can have it now;
//   - not due: something that it needs has not happened;
//   - expired: its time is over;
//   - excluded: the law does not give it here;
//   - unknown: it rests on facts that nobody has recorded, and these are named.
//
// An [Entitlement] lists all reasons, not the first, each with a [Code] and a
// text in German and English; the periods that run, counted by package
// statute with every step; what is to be paid back, by package order; the
// means, who bears the cost of return, what may be withheld until when; its
// sources, and how certain the law is. What stands against a right for certain
// outweighs what is not known, so that a fact found later never turns such an
// answer around. Facts for which one side bears the burden of proof count
// against that side until they are recorded.
//
// What is covered: withdrawal from distance and off-premises contracts
// (sections 312g, 355 to 357a BGB), defects of goods (434 to 445, 474 to 479
// BGB, 377 HGB), late and missing delivery (286, 323, 475 BGB), digital
// products (327 to 327u BGB) and guarantees (443, 479 BGB). A statute that
// nobody has verified is ignored unless [Config.Unverified] is set.
//
// # Errors
//
// [New] and [Law.Entitlements] return [sla.Faults] for what cannot be used.
// Arithmetic that does not fit is an error of package money.
//
// # Concurrency
//
// A Law is immutable and safe for concurrent use.
//
// # Storage
//
// None. Everything has a JSON form.
//
// # What it does not do
//
// It does not find facts, does not compute damages beyond what was shown, and
// leaves contracts for services, apart from their withdrawal, to a lawyer. It
// knows German law: an order of another country is answered with unknown.
package rights
