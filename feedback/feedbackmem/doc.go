// Package feedbackmem keeps invitations, responses and their summaries in
// memory: for tests, for trying things out, and as the smallest store that
// passes package feedbacktest.
//
// A [Store] is ready as its zero value and safe for concurrent use. It returns
// the errors of the contract of feedback.Store. What it holds is gone with the
// process: it is no cache and has no file. A claim costs what is due; a list
// looks at every record of its shop.
package feedbackmem
