// Package signal finds in what a customer writes the few things that a person
// must look at now: a legal threat, fraud, defamation, danger or injury,
// the press, a cancellation, and the explicit wish for a person or for a call.
//
// # Model
//
// A [Term] is data: consecutive words, each whole or as a beginning, with a gap
// where the term allows one, and the contexts in which it does not count.
// [New] compiles terms into a [Detector]. Text and terms are folded (NFC, lower
// case, ä to ae, ö to oe, ü to ue, ß to ss) and compared token by token, never
// as substrings: "Klagenfurt" holds no "klage". A [Match] says which term was
// found and where it stands. Terms that declare themselves negatable do not
// count after "kein", "nicht", "ohne", "no", "not" and the like in the same
// clause. [Detector.Explain] also lists what was found and does not count, and
// why. [Terms] are the built-in German and English terms.
//
// A signal says that a person should look. It proves nothing and decides
// nothing: what follows from it is a policy's, and a block, a notice or a legal
// step is a person's.
//
// # Errors
//
// What cannot be used is reported at once and in full, as [Faults] with the path
// of each; all are [ErrInvalid]. Any text is welcome, also one that is not UTF-8.
//
// # Concurrency
//
// A Detector is immutable and safe for concurrent use. Work and memory are
// linear in the length of the text.
//
// # Storage
//
// None. Matches hold offsets and ids, no text of the customer.
//
// # What it does not do
//
// It understands no sentences and no other language, sees no irony, and takes no
// spelling mistakes into account. Sentiment is feedback/tone.
package signal
