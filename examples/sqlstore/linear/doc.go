// Package linear looks whether calls at a store that several make at once behave as
// if one came after the other: it records what each saw, and has
// github.com/anishathalye/porcupine look for an order that explains it all. [Tickets],
// [Feedback] and [Goodwill] do so with the three stores; what they have in common,
// records with versions, unique keys and claims, is one model, and so are the balances
// of a ledger and the counts of answers.
//
// Each shop has two records, one key and one account, and no call is about two shops,
// so that an order is looked for shop by shop. As with desks, a key is released by the
// record that holds it. Replies to commits are lost now and then; a check that finds
// nothing is itself checked by stale answers, which it must find.
//
// It is for tests: a host calls it with stores of its own.
package linear
