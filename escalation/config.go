package escalation

import (
	"github.com/kulanz-go/kulanz/sla"
)

// PolicyConfig is an escalation policy as data. Its clock starts when a ticket
// opens or reopens (an episode), runs while the ticket is open, and stands
// while somebody has acknowledged or snoozed it. Its steps come due as the
// clock goes, in cycles that repeat.
type PolicyConfig struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	// Match says for which tickets the policy is; the zero Cond: for all. It
	// is asked when an episode begins; later changes of the ticket switch the
	// policy only with Rematch.
	Match   Cond `json:"match,omitzero"`
	Rematch bool `json:"rematch,omitempty"`
	// TZ is the IANA zone of the quiet hours; required where there are any.
	TZ string `json:"tz,omitempty"`
	// Clock is "wall", or the id of a calendar whose open time counts. On a
	// calendar an offset of 0 waits for the first open instant, and one that
	// is reached at closing time is due then.
	Clock  string `json:"clock"`
	Steps  []Step `json:"steps"`
	Repeat Repeat `json:"repeat,omitzero"`
	// AckTimeout is how long an acknowledgement holds the clock, in elapsed
	// time; zero: until it is taken back. Its end fires nothing by itself: the
	// clock goes on.
	AckTimeout Delay `json:"ack_timeout,omitempty"`
	// AlwaysRuns lets neither an acknowledgement nor a snooze hold the clock:
	// for policies that propose something to whoever works on the ticket.
	AlwaysRuns bool `json:"always_runs,omitempty"`
	// Quiet are the hours in which nothing fires but steps that ignore them.
	// The clock runs on.
	Quiet   *Quiet  `json:"quiet,omitempty"`
	CatchUp CatchUp `json:"catch_up,omitempty"` // default latest
	// ExpireAfter lets a step that is seen later than so long after its due
	// expire; zero: none does.
	ExpireAfter Delay `json:"expire_after,omitempty"`
	// Throttle bounds the notices of one ticket; none: no bound.
	Throttle Throttle `json:"throttle,omitempty"`
	// OnExhausted is what happens when all steps of all cycles have passed.
	OnExhausted *LastResort `json:"on_exhausted,omitempty"`
}

// Ref returns "id@version".
func (c *PolicyConfig) Ref() string { return c.ID + "@" + c.Version }

// Step is one step of a policy. A step without On is a level of the ladder:
// it comes due so long after the start of its cycle. One with On comes due so
// long after each such mark of a deadline.
type Step struct {
	ID    string   `json:"id"`
	After Delay    `json:"after"`
	On    *Trigger `json:"on,omitempty"`
	// When must hold for the step to fire; until it does a step that is due
	// waits, at the longest until it is due again. The zero Cond always holds.
	When Cond `json:"when,omitzero"`
	// Guard must hold when the step fires; otherwise it is recorded as guarded
	// and done with. Steps that ask for formal_notice, legal_step or
	// block_account should have one; the ladder has its own besides.
	Guard Cond `json:"guard,omitzero"`
	// Targets are who is told, or gets the ticket. A step whose targets are
	// all held by nobody is empty.
	Targets     []Target `json:"targets,omitempty"`
	Actions     []Action `json:"actions"`
	IgnoreQuiet bool     `json:"ignore_quiet,omitempty"`
	IfEmpty     IfEmpty  `json:"if_empty,omitempty"` // default advance
}

// Trigger is a mark of a deadline.
type Trigger struct {
	Metric sla.Metric `json:"metric"`
	// Percent is the warning mark; 0 is the breach.
	Percent int `json:"percent,omitempty"`
}

// Repeat says how often the ladder is gone through again.
type Repeat struct {
	Times int   `json:"times,omitempty"` // after the first time
	Gap   Delay `json:"gap,omitempty"`   // from the last step of a cycle to the start of the next
}

// Quiet are hours on the wall clock of the policy's zone, every day. From is
// inside, To is not; a To that is not after From lies on the next day. A time
// that the clock shows twice is the first of the two, one that it skips the
// first instant after.
type Quiet struct {
	From sla.Clock `json:"from"`
	To   sla.Clock `json:"to"`
}

// LastResort is what happens when all steps have passed and nobody took the
// ticket: the last step of the last cycle, After later. Where that step was
// empty it comes at once.
type LastResort struct {
	After   Delay    `json:"after,omitempty"`
	Targets []Target `json:"targets,omitempty"`
	Actions []Action `json:"actions"`
}

// Exhausted is the step id of a [LastResort] in keys and firings.
const Exhausted = "exhausted"

// CatchUp says what becomes of several levels of the ladder that are seen due
// at one look: after a downtime, or at the end of quiet hours.
type CatchUp string

// The ways to catch up.
const (
	CatchUpLatest CatchUp = "latest" // the last fires, those before it are superseded
	CatchUpAll    CatchUp = "all"    // each fires
)

// IfEmpty says what becomes of a step of which nobody holds a target.
type IfEmpty string

// The ways to deal with an empty step.
const (
	// EmptyAdvance records the step as empty, and moves all that follow
	// forward by the distance to the next step, so that this one comes at once.
	EmptyAdvance IfEmpty = "advance"
	// EmptyFire fires all the same: to a mailbox that somebody will read.
	EmptyFire IfEmpty = "fire"
)

// TargetKind says what a target is.
type TargetKind string

// The kinds of target.
const (
	TargetAssignee TargetKind = "assignee" // who has the ticket
	TargetAgent    TargetKind = "agent"
	TargetTeam     TargetKind = "team"
	TargetRole     TargetKind = "role"    // everybody who has it, as in "lead"
	TargetOnCall   TargetKind = "on_call" // whoever a schedule of that id says
	TargetAddress  TargetKind = "address" // a mailbox or channel, by the host's reference
)

func (k TargetKind) valid() bool {
	switch k {
	case TargetAssignee, TargetAgent, TargetTeam, TargetRole, TargetOnCall, TargetAddress:
		return true
	default:
		return false
	}
}

// Target is who is told, or gets the ticket.
type Target struct {
	Kind TargetKind `json:"kind"`
	ID   string     `json:"id,omitempty"` // by the host's reference; empty for the assignee
}

// ParsePolicy reads a policy from JSON, strictly, and makes it as [NewPolicy]
// does. All faults are returned at once, as [Faults].
func ParsePolicy(data []byte, env Environment) (*Policy, error) {
	var cfg PolicyConfig
	if err := decode(data, &cfg); err != nil {
		return nil, err
	}
	return NewPolicy(cfg, env)
}
