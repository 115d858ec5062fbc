// Package demo makes a small German shop up: customers, orders, agents and
// ninety days of what they wrote to each other, the same for the same seed.
//
// [Generate] is pure and returns a [World], whose Script lists in order who did
// what at which instant. A [Player] does it all over again through the desks of a
// host, on a [Clock] that it sets. [Shelf] lets that happen in memory and then
// puts the outcome into a database in a few hundred commits.
//
// How much, when, why and how fast is taken from public data: see the figures,
// each with its source. Names, words and goods are invented.
package demo
