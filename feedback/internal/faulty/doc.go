// Package faulty collects what is wrong with values of the rooms of feedback, as
// their common [feedback.Faults].
package faulty
