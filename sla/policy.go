package sla

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kulanz-go/kulanz/internal/strictjson"
)

// PolicyConfig is a policy as data: plain values, JSON in and out. [NewPolicy]
// makes it usable.
type PolicyConfig struct {
	// ID and Version name the policy; the same id and version always mean the
	// same content. The ID must not contain '@' or '|'; the Version counts up
	// from 0.
	ID      string `json:"id"`
	Version int    `json:"version"`
	// Zone is the IANA zone of civil periods on the wall clock, and of months
	// and weekdays in reports; default UTC.
	Zone string `json:"zone,omitempty"`
	// Priorities are those that tickets can have; [Lint] reports the ones that
	// no rule is for. Optional.
	Priorities []string `json:"priorities,omitempty"`
	// Retarget says what a running cycle does when another rule comes to
	// match; default [RetargetSwap].
	Retarget RetargetRule `json:"retarget,omitempty"`
	// CalendarChange says what a running ticket does when a calendar gets a
	// new version; default [CalendarPinned].
	CalendarChange CalendarRule `json:"calendar_change,omitempty"`
	// ClosingTie says when a target falls due that is used up exactly at
	// closing time; default: as the calendar says ([Options]).
	ClosingTie TieRule `json:"closing_tie,omitempty"`
	// Rules are tried in order; the first that matches gives all targets.
	Rules []Rule `json:"rules"`
}

// Rule gives the targets of the tickets it matches.
type Rule struct {
	ID      string   `json:"id"`
	Match   Match    `json:"match,omitzero"`
	Targets []Target `json:"targets"`
}

// Target is how long one metric may take, on which clock, and what stops,
// pauses and reopens it.
type Target struct {
	Metric Metric `json:"metric"`
	// Period is how long it may take. On a calendar's clock minutes and hours
	// are open time; on the wall clock they are elapsed time. A Promise
	// needs none where promises carry their own date.
	Period Period `json:"period,omitzero"`
	// Clock is [WallClock] or the id of a calendar, as "desk" for its newest
	// version or "desk@3" for one version.
	Clock string `json:"clock"`
	// Warn lists warning marks in percent of the target, ascending, 1 to 99.
	Warn []int `json:"warn,omitempty"`
	// Pause lists the states and waiting kinds during which the clock stands,
	// and possibly [PauseAnswered]. Empty: it never pauses.
	Pause []string `json:"pause,omitempty"`
	// Stop says which marks stop the clock as met, if in time. Defaults:
	// MarkAgentReply for metrics that ask for an answer, MarkResolved and
	// MarkClosed for the others. A promise is stopped by its own marks only.
	Stop MarkKind `json:"stop,omitempty"`
	// Reopen says what reopening does to a stopped clock of CustomerWait,
	// AgentWork, FirstResolution and TotalResolution. Defaults: ReopenIgnore
	// for FirstResolution, ReopenContinue for TotalResolution, else
	// ReopenExclude.
	Reopen ReopenRule `json:"reopen,omitempty"`
}

// WallClock is the clock on which all time counts, day and night.
const WallClock = "wall"

// PauseAnswered in a pause set names no state of the ticket but the time from
// an answer to the customer's next message.
const PauseAnswered = "answered"

// ReopenRule says what reopening does to a clock that resolution stopped.
type ReopenRule string

// The reopen rules.
const (
	ReopenContinue ReopenRule = "continue"       // as if never stopped: the time in between counts
	ReopenExclude  ReopenRule = "exclude_closed" // runs on; the time in between does not count
	ReopenNewCycle ReopenRule = "new_cycle"      // the old cycle stands; another starts with a full target
	ReopenIgnore   ReopenRule = "ignore"         // the stop stands
)

// RetargetRule says what a change of the matching rule does to running cycles.
// A metric that the new rule adds starts at the change; one that it lacks is
// cancelled.
type RetargetRule string

// The retarget rules.
const (
	// RetargetSwap keeps start, elapsed time and pauses and judges the cycle
	// by the new target. If that is used up already, the cycle stands
	// breached since the change.
	RetargetSwap RetargetRule = "swap"
	// RetargetRestart cancels the cycle and starts another at the change.
	RetargetRestart RetargetRule = "restart"
	// RetargetIgnore lets the cycle end under the target it started with.
	RetargetIgnore RetargetRule = "ignore"
)

// CalendarRule says what a new version of a calendar does to running tickets.
type CalendarRule string

// The calendar rules.
const (
	// CalendarPinned keeps the versions that were current when the ticket
	// opened, for all its cycles, until an explicit re-base.
	CalendarPinned CalendarRule = "pinned"
	// CalendarFollow keeps what has elapsed and measures on with the newest
	// version from the next mark on.
	CalendarFollow CalendarRule = "follow"
)

// TieRule says when a target falls due that is used up exactly at closing.
type TieRule string

// The tie rules.
const (
	TieClosing TieRule = "closing" // at closing time, the earliest such instant
	TieOpening TieRule = "opening" // at the next opening: work at its first instant is still in time
)

// ParsePolicy reads a policy from JSON, strictly: keys that are not known, given
// twice or written in another case are faults. All faults are returned at
// once, as [Faults]. [NewPolicy] judges the content.
func ParsePolicy(data []byte) (PolicyConfig, error) {
	var cfg PolicyConfig
	if err := strictjson.Unmarshal(data, &cfg); err != nil {
		return PolicyConfig{}, fmt.Errorf("sla: policy: %w", jsonFaults(err))
	}
	return cfg, nil
}

// Ref returns "id@version".
func (c *PolicyConfig) Ref() string { return ref(c.ID, c.Version) }

func ref(id string, version int) string { return id + "@" + strconv.Itoa(version) }

// refID returns the id in "id@version".
func refID(ref string) string {
	id, _, _ := strings.Cut(ref, "@")
	return id
}

// clone returns a config that shares nothing with c.
func (c *PolicyConfig) clone() PolicyConfig {
	out := *c
	out.Priorities = slices.Clone(c.Priorities)
	out.Rules = slices.Clone(c.Rules)
	for i := range out.Rules {
		r := &out.Rules[i]
		r.Match = r.Match.clone()
		r.Targets = slices.Clone(r.Targets)
		for j := range r.Targets {
			t := &r.Targets[j]
			t.Warn, t.Pause = slices.Clone(t.Warn), slices.Clone(t.Pause)
		}
	}
	return out
}
