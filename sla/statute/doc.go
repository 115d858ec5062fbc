// Package statute counts the legal periods of an online shop: withdrawal,
// refund, warranty, limitation, data protection, retention. It is not legal
// advice: the rules are data with source, dates in force and certainty, as of
// November 2026, for the shop's own counsel to check and to override.
//
// # Model
//
// A [Statute] says which [Event] starts a period, how long it is, and whether
// its end moves to the next working day. [Builtin] holds 33 of them; [Parse]
// reads a host's own from JSON, and [Set.With] puts these over the built-in
// ones. [Statute.Deadline] takes what happened ([Events]: civil dates or
// instants), the public holidays of the place and its zone, and returns the
// last day on which the act is still in time, with every step of the count.
//
// Counting is by civil date, never by opening hours (BGB 187, 188, 193;
// Regulation (EEC, Euratom) 1182/71):
//
//   - an instant counts as the civil date that the zone's clocks show;
//   - the day of the event is not counted;
//   - months and years end on the day of the same number, and in a shorter
//     month on its last day; periods are applied from left to right;
//   - only the end moves, over Saturdays, Sundays and public holidays, and only
//     where the statute says so; the start never does;
//   - the last day runs until 24:00: half-open, the next midnight is too late.
//
// A public holiday is one that a law makes: a [sla.Holiday] with a Source that
// closes its whole date. Early closing on 24 December and a works outing move
// no deadline. A source that also tells what only some communities keep
// ([LocalSource]) makes a deadline that touches such a day [Disputed].
//
// [Deadline] is always computed. A statute that was not in force, or is not
// verified, says so in the result; what to make of that is the caller's choice.
// In force is judged on the date of the contract where it is known, else on
// the date of the trigger.
//
// # Errors
//
// [*MissingError] (an [ErrMissingEvent]) names the events without which there
// is no deadline. Everything else that cannot be used is [sla.Faults] with the
// path of each value, an [sla.ErrInvalid]. An end after the year 9999 is an
// [sla.ErrOutOfRange]; a year without a working day an [sla.ErrNoWorkingTime].
//
// # Concurrency
//
// All values are immutable; a [Set] is safe for concurrent use.
//
// # Storage
//
// None. Statutes, events and deadlines have a JSON form.
//
// # What it does not do
//
// It decides no case: whether an event happened in law, which place's holidays
// count, whether a right is excluded. It does not suspend periods (BGB 203 to
// 213), and it does not give a short period its two working days (Regulation
// 1182/71, article 3 (5)), since none of the built-in ones is shorter than two
// weeks.
package statute
