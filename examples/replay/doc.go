// Replay reads the event log of a help desk and runs every case through the
// life of a ticket and through policies of deadlines and of escalation:
//
//	go run ./examples/replay [flags] [FILE.csv[.gz]]
//
// It prints what happened: the steps between states, every step that the
// rules refused and why, reopenings, waiting times, and how many deadlines
// were met. Without a file it runs on a small log that it generates.
//
// The columns of three public logs are known, and mapping tables say what
// their activities mean to a ticket; see the folder mappings. Another log
// needs a table of its own (-mapping), no code. Every row becomes commands to
// a real desk (package ticket) whose clock follows the log, and the events
// that come of them are the timeline that policies (package sla) judge.
//
// With two policies it prints both side by side, with the difference: what
// would have been met, had the rules been others.
//
// With -csat it reads a log of satisfaction scores instead, and prints the share
// of satisfied customers with its interval, by channel, reason and response
// time, and the days that stand out.
//
// With -returns it reads the order lines of a shop instead, and refunds each
// credit note by the rules of package goodwill/order: what purchases cover, and
// what is above them.
//
// With -orders it reads the same lines for how loyal customers are: how many buy
// again and how soon, churn and retention by quarter, who is likely still there,
// and what is returned.
//
// Bad rows are counted by kind and listed with their lines. They never count
// as met.
package main
