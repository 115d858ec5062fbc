// Package pay plays the shop's payment service. It pays nobody, but keeps its
// books in tables of its own and behaves as badly as a real one: it answers, says
// no, says nothing at all, answers late or twice, as it was told to.
//
// [Service] is a [goodwill.Payer]. What it is asked to do with a key it does once,
// whatever becomes of the shop's process: its books are written before it answers,
// in a transaction that has nothing to do with the shop's. What it tells of its own
// accord reaches the shop through [Config] Notify, as a webhook would.
package pay
