// Package sla computes with working time: when a shop is open, how much
// working time lies between two instants, and when a deadline falls due; and
// it runs the clocks of service levels on that.
//
// # Calendars
//
// A [Calendar] is a time zone, [Hours] that repeat every week, holidays from
// a [HolidaySource], and [Exception]s for single dates. [ParseHours] reads the
// hours from text in the opening_hours syntax of OpenStreetMap, [NewCalendar]
// checks all of it at once, [ParseCalendar] does so from JSON. [Union] and
// [Intersect] make calendars of calendars, across zones.
//
// One rule decides, the membership rule: an instant is open where the wall
// clock of the zone reads a time inside a window and nothing dated closes it.
// What follows from it:
//
//   - Working time is elapsed time. A day that is open around the clock has 25
//     hours where summer time ends and 23 where it begins; a window from 02:00
//     to 03:00 does not exist on the one day and comes twice on the other.
//   - A window that ends before it starts ends on the next day and belongs to
//     the day of its start. 24:00 is the end of a day. Windows that touch or
//     overlap are one.
//   - A whole holiday closes its date from 00:00 to 24:00, also the tail of the
//     night shift before. A dated opening replaces the windows that start on
//     its date, and a holiday on it. A dated closure takes away from what is
//     left. A week without windows is legal: only dated openings count then.
//   - All spans are half-open: the start is inside, the end is not.
//   - [Calendar.Add] returns the earliest instant by which the time has passed:
//     a closing instant, not the opening after it. Backward it is the latest.
//     So Between(t, Add(t, d)) = d, Add(t, 0) = t, Between(b, a) =
//     -Between(a, b). A deadline is missed where now is after it.
//
// [Options] name the other policies that are found in the field. Durations
// and instants are exact to the nanosecond; windows have whole seconds.
//
// A [Period] is a length of time as contracts state it, from minutes to years
// and from business days to Werktage; [Calendar.AddPeriod] and
// [Calendar.AddDays] count it, and [Date.At] says what a time of day means on
// a date whose clock skips it or shows it twice. [Calendar.ExplainAdd] tells
// how an answer came to be, in German and English.
//
// # Speed
//
// The open spans of up to 16 years lie in a flat index with running totals, so
// that an answer costs some tens of nanoseconds, no allocation and no lock,
// whatever the span. It grows by the years that are asked for, and moves where
// it is missed often. Beyond it exact week arithmetic answers, in some more.
// No input makes a call loop: it passes over at most a few hundred years one
// by one, and over the rest by the era.
//
// # Service levels
//
// A [Policy] says by when a ticket needs which answer: rules that match a
// [Subject], with a target, a clock, warnings and pauses for each [Metric]. A
// [Tracker] applies [Mark]s as they happen and knows the [Status] of every
// metric; [Evaluate] does so for a whole timeline, [AppendStatuses] the same
// without allocating, [Replay] for many under several policies, and [Explain]
// says why.
//
// # Errors
//
// What cannot be used is reported at once and in full, as [Faults] with the
// path of each; all are [ErrInvalid]. A question to which a calendar has no
// answer is a [*CalendarError] that says which: [ErrNoWorkingTime] where it
// does not open any more in the direction asked for, [ErrOutOfRange] where an
// instant lies outside the years 1 to 9999.
//
// # Concurrency
//
// Calendars and policies are immutable and safe for concurrent use; what a
// calendar caches is swapped in whole. A Tracker is a value. The
// package starts no goroutine and keeps no global.
//
// # Storage
//
// None. Calendars and policies are data of the host, in JSON, pinned by id and
// version; the state of a Tracker is a small JSON value.
//
// # What it does not do
//
// It reads no clock: every instant is an argument. It knows no holidays of its
// own, see [github.com/kulanz-go/kulanz/sla/holiday]; and no law, see
// [github.com/kulanz-go/kulanz/sla/statute]. Dates before 1900 and after 2199
// have neither holidays nor exceptions, and the Gregorian calendar and the
// rules of the time zone database are taken to hold forever. Leap seconds do
// not exist here, as in the time package.
package sla
