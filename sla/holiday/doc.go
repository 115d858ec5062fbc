// Package holiday knows the public holidays of Germany and Austria, each with
// the law that makes it one, and puts sources together. Everything here is a
// [sla.HolidaySource].
//
// # Model
//
// A [Region] is a place with its holidays by law: [Germany] for a Land or for
// the communities of a Land that keep a day of their own, [Common] for the
// nine days that all Länder share, [Austria]. A [Rule] is one of its days:
// name, source, first and last year. Days are computed from the rules, never
// looked up, so that any later year comes out right until a parliament says
// otherwise; one-off days (31 October 2017; in Berlin 8 May 2020, 8 May 2025
// and 17 June 2028) are rules of one year. The tables begin with 1991, the
// first whole year of all 16 Länder; earlier years have no holidays here.
// Laws as of November 2026.
//
// A date occurs twice where two holidays fall together (1 May 2008 was Labour
// Day and Ascension). Sundays are not listed, although several acts name them
// all; Easter Sunday and Whit Sunday are where an act makes them holidays of
// their own, in Brandenburg.
//
// 24 and 31 December are public holidays nowhere in Germany. A host that
// closes early says so with [ChristmasEveFrom] and [NewYearsEveFrom].
//
// [With] adds a host's own days, [Join] unites sources, and [NewList] makes
// one of dates alone. For other countries wrap any table: examples/holidays
// does so with a well-known module.
//
// # Errors
//
// What cannot be used is a [*sla.Fault], or [sla.Faults] where several things
// can be wrong at once; both are [sla.ErrInvalid].
//
// # Concurrency
//
// All values are immutable and safe for concurrent use; returned slices
// belong to the caller.
//
// # Storage
//
// None. A Land is stored as its code.
//
// # What it does not do
//
// It does not know school holidays, days of rest of one creed, or the days on
// which only offices close. It decides no question of law: which community
// keeps Corpus Christi or the Assumption, the host must know, and which
// place's holidays count for a deadline, its counsel.
package holiday
