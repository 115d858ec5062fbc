// Package review is the review desk: what customers say in public is read,
// answered every time, and never hidden because it is bad.
//
// # Model
//
// A [Review] comes from a platform, checked by [Parse]. An [Assessor] says how
// much it asks for an answer ([Criticality]), from its stars, and from its text
// where it has none. It then becomes a ticket of channel review: an inbound
// message with [Review.Key], [Review.Thread] and [Criticality.Priority], so that
// deadline, answered-once and history are the ticket's. Praise is answered too:
// every review has a time by which ([Targets.Due]).
//
// [Draft] makes the skeleton of a reply, which admits, apologises and states the
// remedy; [DraftCheck] holds a finished one to what must not be in it: an
// incentive for giving, changing or removing a review, personal data in public,
// blame. A [Platform] publishes it, once.
//
// [Policy.Notice] words the duty to say whether and how reviews are verified.
// A [Case] is a claim that a review must not be shown, with receipt, decision and
// statement of reasons as the Digital Services Act asks; [Shown] leaves out what
// such a decision hides, and nothing else: no stars, no words, no tone. Customers
// are asked for reviews by feedback.Invite and [Request], which know neither: all
// alike.
//
// A [Tally] counts reviews by source; [Reputation] is what it says, with
// intervals. A [Log] keeps all of it in the records of a feedback.Desk, out of
// which feedback.Desk.Erase takes a person's words.
//
// # Errors and concurrency
//
// A value that cannot be used is a feedback.Fault, all of them feedback.Faults;
// why a platform took no reply is a [*PlatformError]. Everything but Log is pure
// and safe for concurrent use, a Tally that is written apart. Law is data with
// source and date, and no legal advice.
//
// # What it does not do
//
// It sends nothing and reads no platform: adapters do. It does not rate or sort
// reviews, and has no text that asks anybody to change one.
package review
