// Package queue says how long a customer will wait, honestly, and how many
// agents it takes.
//
// # Waiting
//
// [Estimator] learns how long handling takes, slowly, and [Estimator.Wait] gives
// the wait behind so many others as quantiles of a gamma distribution: exact where
// handling times are exponential, close where they are not. [NewNotice] makes of
// it what may be told: a range from the median to the eightieth of a hundred,
// rounded up, counted in opening hours, in German and English.
//
// # Places
//
// A [Line] orders those who wait. Who asks to be called back keeps the place:
// the callback is due when its turn comes.
//
// # Staffing
//
// [ErlangC] is a queue in which everybody waits, [ErlangA] one in which some give
// up; [AgentsFor] is the least number of agents that meets a target. Both are
// stable for tens of thousands of agents.
//
// # Errors, concurrency, storage
//
// A value that cannot be used is a [Fault]; load that no queue can hold is an
// [ErrUnstable]. Everything is a plain value, safe for concurrent reading. Nothing
// is stored: the state of an Estimator is JSON that the host keeps, and now and
// calendars are arguments.
//
// # What it does not do
//
// It calls nobody and watches no queue: how many wait, and how many agents are at
// work, the host knows.
package queue
