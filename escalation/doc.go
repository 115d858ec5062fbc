// Package escalation says who must look at a ticket now, and what happens
// next.
//
// # Conditions
//
// A [Cond] is a condition as data: all, any, not, and leaves that compare one
// fact with a value by a closed set of operators. A [Schema] declares the
// fields and their types; [Schema.Compile] checks a condition against it and
// makes it a [Condition], which answers in some tens of nanoseconds without
// allocation. A fact that is missing makes a leaf false, whatever it asks;
// only exists asks for that. [Condition.Trace], [Condition.Why] and
// [Condition.WhyNot] say how an answer came to be.
//
// # Policies
//
// A [PolicyConfig] is an escalation policy as data: steps that come due as a
// clock goes, or so long after a mark of a deadline, in cycles that repeat.
// [NewPolicy] and [ParsePolicy] check and compile it. The clock starts when a
// ticket opens or reopens (an episode), and stands while somebody has
// acknowledged or snoozed it. [Policy.Apply] tells a [State] what happened,
// [Policy.Evaluate] looks at it: what has come due, what becomes of it, when to
// look again, and why the rest has not fired. Both are pure. A step fires at
// most once under its key,
//
//	ticket|policy@version|e<episode>|c<cycle>|<step>
//
// with episodes and cycles counted from 0. Offsets are from the start of the
// cycle, never from the step before, so nothing drifts; quiet hours put a step
// off while the clock runs; an acknowledgement that times out lets the clock
// go on, and fires nothing by itself. Who looks late, after a downtime or at
// the end of quiet hours, fires the last level that is due and records those
// before it as superseded, or fires all of them, as the policy says. A step
// that nobody is there for is recorded as empty, and what follows moves
// forward by the distance to the next step. [Policy.Preview] lists what will
// fire if nobody acts.
//
// Windows are half-open. On a business clock, an offset of 0 waits for the
// first open instant, and one that is reached at closing time is due then.
// Quiet hours are on the wall clock of the policy's zone: a bound that the
// clock shows twice is the first of the two, one that it skips the first
// instant after.
//
// # In the ticket's commit
//
// [NewPlanner] makes a [ticket.Planner] of policies: every step is decided in
// the commit that made it due, stands in the ticket's history under its key,
// and its notices are effects of that commit. A running ticket keeps the
// version of its policy; PlannerConfig.Moves take it to another, and
// [Planner.DryRun] says first what that would change. Where a pinned version is gone, the ticket goes on
// under the newest by the ids of the steps, and its history says so. Budgets
// per address hold over all tickets of a shop, by unique keys. A [Roster] says
// who holds the targets: schedules, roles, teams, and who is there.
//
// # Explanations
//
// [Planner.Explain] says of one ticket what fired, what will fire and when if
// nobody acts, and what has not and why, in German and English.
//
// # Lint
//
// [Lint] says what is allowed in a policy but probably not meant: conditions
// that never or always hold, policies and levels that nobody ever gets to,
// hours of the next 28 days in which nobody is there, last resorts without a
// guard, bots without a hand-over, and more.
//
// # The ladder
//
// [NewLadder] makes the ladder for difficult customers: a full answer, the
// phone, goodwill, a formal notice, and as last resorts a legal step or a
// block. [Ladder.Allowed] lists the rungs that are open, [Ladder.Explain] says
// why or why not, [Ladder.Policy] makes a policy of it. A formal notice, a
// legal step and a block are only ever requested: a person decides. The
// thresholds are examples, not law, and nothing here is legal advice.
//
// # Errors
//
// What cannot be used is reported at once and in full, as [Faults] with the
// path of each; all are [ErrInvalid].
//
// # Concurrency
//
// Schemas, conditions, policies, ladders and planners are immutable and safe for concurrent use. [Facts]
// are for one goroutine at a time while they are set. The package starts no
// goroutine, reads no clock and keeps no global.
//
// # Storage
//
// None. What a [Planner] keeps is a JSON value of at most 4 KB that the ticket
// carries as its memo.
//
// # What it does not do
//
// It has no expression language: a condition is data that can be checked,
// explained and edited by a program.
package escalation
