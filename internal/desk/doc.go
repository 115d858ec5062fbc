// Package desk holds what the desks of several packages do alike: how a commit
// is tried until it lands, how ids and unique keys are made, and how long a
// claim hides a record.
//
// The contracts of their stores are their own and stand in their packages;
// nothing here knows a store. It keeps no state, draws no randomness and reads
// no clock of its own.
package desk
