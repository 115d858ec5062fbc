// Package loyalty reads from what customers do how loyal they are: whether they
// buy again, whether they leave, how long they stay, and who is likely still
// there. Surveys ask the few who answer; these figures are of all.
//
// # Model
//
// A [Book] takes in a shop's orders one by one and keeps a few numbers of each
// customer: repurchase, churn by period, retention by cohort, and what the models
// below need; [Split] keeps one for each group of customers.
//
// [RepurchaseOf] and [ChurnOf] are shares with intervals. [Survive] is the curve
// of Kaplan and Meier: how many are still there after a time, also where most
// have not left yet, and [LogRank] tests two of them. [BGNBD] is for customers
// who never say that they leave: from how often and how lately each has bought
// it gives the chance that it will buy again, and how often; [FitBGNBD] estimates
// it from a shop's own customers.
//
// Times are in any unit, as long as it is one.
//
// # Errors, concurrency, storage
//
// A value that cannot be used is a feedback.Fault; a figure of nothing is not
// OK, and null in JSON. Everything is a value, pure, and safe for concurrent
// use but for a Book that is written. Nothing is stored.
//
// # What it does not do
//
// It names no customer, and does not say why one has left.
package loyalty
