package sla

import "time"

// State is how a cycle stands.
type State string

// The states of a cycle.
const (
	Running   State = "running"   // open, not past its due date
	Paused    State = "paused"    // open, the clock stands
	Met       State = "met"       // stopped in time
	Breached  State = "breached"  // past its due date, open or not
	Cancelled State = "cancelled" // ended without a judgement, see Status.Cause
)

// Cause says why a cycle was cancelled.
type Cause string

// The causes.
const (
	CauseResolved       Cause = "resolved"        // resolved without an answer
	CauseClosed         Cause = "closed"          // closed before the clock was stopped
	CauseMerged         Cause = "merged"          // another ticket takes over
	CauseSpam           Cause = "spam"            // there was no request
	CauseCancelled      Cause = "cancelled"       // any other reason, as on erasure
	CauseRetargeted     Cause = "retargeted"      // another rule matches, and the policy restarts
	CauseNoTarget       Cause = "no_target"       // the rule that matches now has no such target
	CauseRuleMissing    Cause = "rule_missing"    // the policy at hand lacks the cycle's rule
	CauseAnsweredBefore Cause = "answered_before" // the answer is stamped before the question
)

// Status is how one cycle of one metric stands at an instant. Durations are
// measured on the clock of the target: open time on a calendar's clock. In
// JSON they are nanoseconds.
type Status struct {
	Metric  Metric `json:"metric"`
	Cycle   int    `json:"cycle"` // from 0
	Promise string `json:"promise,omitempty"`
	Policy  string `json:"policy"` // id@version
	Rule    string `json:"rule"`
	// Clock is [WallClock] or the calendar as id@version.
	Clock string `json:"clock"`
	State State  `json:"state"`
	Cause Cause  `json:"cause,omitempty"` // of a cancelled cycle

	Start time.Time `json:"start"`
	// Ended is when the cycle was stopped or cancelled; zero while open.
	Ended time.Time `json:"ended,omitzero"`
	// Target is what the cycle may take. Remaining is Target less Elapsed,
	// negative past it.
	Target    time.Duration `json:"target"`
	Elapsed   time.Duration `json:"elapsed"`
	Remaining time.Duration `json:"remaining"`
	// Paused is the time on the clock that did not count.
	Paused time.Duration `json:"paused,omitempty"`

	// Due is the last instant in time; later is a breach. It is zero while
	// the clock stands, unless it was missed before, and where the calendar
	// never gets there.
	Due time.Time `json:"due,omitzero"`
	// PausedSince is set while the clock stands, and DueIfResumed is when the
	// cycle would fall due if it resumed now.
	PausedSince  time.Time `json:"paused_since,omitzero"`
	DueIfResumed time.Time `json:"due_if_resumed,omitzero"`
	// BreachedAt is since when the cycle stands breached: its due date, or the
	// change that brought a due date already past.
	BreachedAt time.Time `json:"breached_at,omitzero"`
	// Retargets counts changes of the target during the cycle.
	Retargets int `json:"retargets,omitempty"`
	// Warns are the warning marks of the target. While the clock stands those
	// ahead have no instant.
	Warns []Warn `json:"warns,omitempty"`
	// Faults are what was wrong with the marks of the ticket so far, the same
	// for all its statuses; at most the first 16.
	Faults []MarkFault `json:"faults,omitempty"`
}

// Warn is a warning mark of a cycle.
type Warn struct {
	Percent int       `json:"percent"`
	At      time.Time `json:"at,omitzero"` // when so much of the target is used up; zero where the cycle ended before
}

// Open reports whether the cycle is neither stopped nor cancelled.
func (s *Status) Open() bool { return s.Ended.IsZero() }

// Alert is a warning or a breach that a cycle has reached. Each is given once.
type Alert struct {
	Metric  Metric    `json:"metric"`
	Cycle   int       `json:"cycle"`
	Promise string    `json:"promise,omitempty"`
	Rule    string    `json:"rule"`
	Percent int       `json:"percent"` // the warning mark; [BreachPercent] is a breach
	At      time.Time `json:"at"`      // when it was reached, which may be before it was looked at
}

// BreachPercent is the Percent of an [Alert] that is a breach.
const BreachPercent = 100

// Breach reports whether the alert is a breach, not a warning.
func (a *Alert) Breach() bool { return a.Percent == BreachPercent }

// MarkFault is something wrong with one mark of a ticket. The clocks go on as
// its code says.
type MarkFault struct {
	Code FaultCode `json:"code"`
	Seq  int64     `json:"seq"`
	At   time.Time `json:"at,omitzero"` // zero where the mark's is out of range
	Kind MarkKind  `json:"kind"`        // what is known of it
}

// FaultCode says what is wrong with a mark.
type FaultCode string

// The fault codes.
const (
	FaultSeq             FaultCode = "seq_not_after"       // Seq is not above the last one; the mark is left out
	FaultTime            FaultCode = "time_invalid"        // At is zero or outside the years 1 to 9999; left out
	FaultTimeBack        FaultCode = "time_before_last"    // At is before the last mark; taken at the last mark's instant
	FaultKind            FaultCode = "kind_unknown"        // no kind, or bits unknown here; those are left out
	FaultNotOpened       FaultCode = "not_opened"          // something before the opening; left out
	FaultOpenedTwice     FaultCode = "opened_twice"        // a second opening; that part is left out
	FaultNoSubject       FaultCode = "subject_missing"     // MarkSubject without one; the facts stay
	FaultState           FaultCode = "state_missing"       // MarkState or MarkPause without a state, or one too long
	FaultResume          FaultCode = "resume_not_paused"   // a resume without a pause; left out
	FaultPausedTwice     FaultCode = "paused_twice"        // a pause for what is waited for already; left out
	FaultReopen          FaultCode = "reopen_not_resolved" // a reopening of what is open; left out
	FaultRestore         FaultCode = "restore_not_void"    // restored, but neither merged nor spam nor cancelled; left out
	FaultAnsweredBefore  FaultCode = "answered_before"     // an answer stamped before its question; the cycle is cancelled
	FaultPromise         FaultCode = "promise_invalid"     // no promise id, or one too long; left out
	FaultPromiseUnknown  FaultCode = "promise_unknown"     // kept or broken, but not open; left out
	FaultPromiseTwice    FaultCode = "promise_twice"       // made, but open already; left out
	FaultPromiseNoDate   FaultCode = "promise_no_date"     // neither the mark nor the policy dates it; not measured
	FaultPromisePast     FaultCode = "promise_past"        // promised for a date already past; a breach at once
	FaultPromises        FaultCode = "promises_too_many"   // more open promises than a tracker holds; not measured
	FaultNoDue           FaultCode = "no_due_date"         // the calendar never has so much open time; never a breach
	FaultRuleMissing     FaultCode = "rule_missing"        // the policy at hand lacks a running cycle's rule; cancelled
	FaultCalendarMissing FaultCode = "calendar_missing"    // the policy at hand lacks a pinned calendar; the newest serves
	FaultPolicyMissing   FaultCode = "policy_missing"      // the tracker is pinned to another policy; this one serves
)
