// Package feedback asks customers lawfully, and keeps what they answer in a way
// that can be counted, merged and taken back.
//
// # Asking
//
// [Invite] decides whether a customer is asked about a matter: now, later or
// never, with every reason as a [Code]. It is pure. What it knows comes from a
// [Policy], which is data, the [Subject] as the host knows it, and the
// customer's [History]. [Preview] says who would be asked in a week, and why the
// others not.
//
// A question for satisfaction is advertising in German law (BGH, 10 July 2018,
// VI ZR 225/17), so the default is consent that can be proved. The defaults
// are as of 2026-11, each with its source, and are not legal advice.
//
// # Counting
//
// A [Survey] is an ordered list of questions, each on a [Scale] that says what
// its scores mean; nothing is guessed from the answers. A [Response] is checked
// where it comes in: fractions and scores off the scale are refused, and a
// skipped question is no score. What is kept are exact counts, a [Summary] for
// each [Key]: question, civil day in the shop's zone, segment. Summaries merge
// in any order, so days make weeks, months and quarters ([Unit.Of]); a
// correction or an erasure takes away what was added ([Survey.Changes]).
//
// # Scores
//
// [NewResult] makes figures of a summary: top box and mean, net score, effort,
// stars, each an [Estimate] with its interval and how many answers it is made of;
// without answers it is not OK, never 0. Shares have Wilson's interval by default,
// net scores Rocks' adjusted Wald. [CompareShares] and [CompareNet] compare two
// groups, [Adjust] corrects for many; sample sizes, bounds for those who
// did not answer, and weighting by known shares are there too. The sources of all
// formulas are named where they stand.
//
// # Links
//
// A [Keyring] makes and checks the tokens in a survey's links. A token says
// which invitation of which shop and survey it is for, and for how long, under
// HMAC-SHA-256; it names no person. Looking at a link must record nothing,
// because mail scanners follow links: GET shows, POST records.
//
// # The desk
//
// [Desk] is the shell: it loads, decides, commits, and tries again on conflict.
// [Desk.Ask] reserves an invitation, once a matter and close cycle; two at once
// cannot go past a cap, because each moves the customer's record on. [Desk.Tick]
// decides again on what waits, sends, reminds once and lets expire. [Desk.Show]
// and [Desk.Record] are the two ends of a link. A response and the counts that it
// moves are one commit, and so are its revision and its erasure.
//
// # Storage
//
// A host implements [Store], six methods over three tables, and proves it with
// package feedbacktest; feedbackmem keeps everything in memory. Delivery is at
// least once under one id, each attempt committed before it is made ([Delivery]).
//
// # Errors and concurrency
//
// A value from outside that cannot be used is a [Fault], and all of them are
// [Faults]; a token that is refused is a [TokenError]. ErrConflict, ErrNotFound
// and ErrDuplicate are those of the store. All values but a [Summary] that is
// written are safe for concurrent use. Only the desk has a clock and randomness,
// both from its [Config]; everything else takes them as arguments.
//
// # What it does not do
//
// It writes no message, renders no page, and knows no customer but by the host's
// pseudonymous reference.
package feedback
