// Package route says who takes a ticket, and why not the others.
//
// # Model
//
// A [Roster] is who works: skills with levels, languages, teams, authority and
// capacity, and how each stands now: present or not, how much work in hand,
// idle since when. A [Request] is what a ticket needs. [Route] is pure:
//
//  1. A hard filter: present, of the team, with all skills and languages, with
//     the authority, with room for the ticket's weight, and not excluded.
//  2. Among those, who had the ticket last ([Sticky]).
//  3. Else whom the [Mode] prefers: the least load in proportion to capacity,
//     then longest idle; or longest idle; then the id.
//
// Nobody eligible means queued, which is a decision with reasons: [Verdict] says
// of every agent what stands in the way. [Policy].Relax drops or lowers needs as
// a ticket waits; [Decision].Next says when that changes next. [Dispatch] routes
// a whole queue in the order of [Compare]: priority, deadline, age.
//
// # Teams
//
// [Policy].MaxHops bounds how often a ticket goes from team to team: then it
// belongs to Policy.Final. [Policy.Hop] says who has it after one more,
// [Policy.Home] where it returns to.
//
// # Planner
//
// A [Planner] rides in the tickets' own commits: it routes, holds each unit of an
// agent's capacity as a unique key of the store, and routes anew on absence and at
// the end of a shift.
//
// # Errors
//
// What cannot be used is reported at once and in full, as [Faults]; all are
// [ErrInvalid].
//
// # Concurrency and storage
//
// Rosters and policies are values, not to be changed while they are in use. A
// Planner is safe for concurrent use; what it keeps stands with the ticket.
//
// # What it does not do
//
// It knows no calendar of people: who is present, escalation/shift says.
package route
