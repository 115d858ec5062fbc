// Package shift says who is on duty: now, next week, and when nobody is.
//
// # Model
//
// A [Config] is data: layers, overrides and absences in one zone. A [Layer] is a
// [Rotation], whose member takes turns by the hour, day, week or month from a
// start on the wall clock, and the [Window]s of the week in which the layer is on
// duty (none: always). [New] compiles it into a [Schedule]. Nothing is counted up:
// shift k belongs to member k mod count, however far away it lies.
//
// At an instant, the last override that holds wins, unless its member is absent;
// then the last layer in the list that is on duty. An absent member of a rotation
// is replaced by the next present one in its order; where none is, the layer below
// answers, and where none does, there is a gap.
//
// # Zone and bounds
//
// All bounds are on the wall clock: one that the clock shows twice is the first of
// the two, one that it skips the first instant after. Intervals are half-open. A
// window whose end is not after its start ends on the next day. A month's day is
// clamped to the month's end, always counted from the start. Shifts of no length
// are left out. The segments of [Schedule.Coverage] cover what was asked for
// without holes and overlaps.
//
// # Errors
//
// What cannot be used is reported at once and in full, as [Faults] with the path of
// each; all are [ErrInvalid].
//
// # Concurrency and storage
//
// A Schedule is immutable and safe for concurrent use. Nothing is stored.
//
// # What it does not do
//
// It plans nobody: it says what a plan means. Rewards for nights and weekends are
// the host's; [Coverage.Loads] counts their hours.
package shift
