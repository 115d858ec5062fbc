package sla

import (
	"math/bits"
	"slices"
	"strings"
	"time"
)

// Mark is one thing that happened to a ticket, as far as its clocks care. The
// marks of a ticket, ordered by Seq, are its timeline.
type Mark struct {
	// Seq orders the marks of one ticket and grows with each; gaps are fine.
	// It, not At, decides what came first, since stamps tie.
	Seq int64 `json:"seq"`
	// At is when it happened.
	At time.Time `json:"at"`
	// Kind is what happened; one mark may be several things.
	Kind MarkKind `json:"kind"`
	// State is the ticket's state from this mark on, or, with MarkPause, what
	// is waited for. Pause sets of a policy name these. Empty: unchanged.
	State string `json:"state,omitempty"`
	// Subject holds all facts that rules match on, from this mark on. It
	// belongs to MarkOpened and MarkSubject; nil elsewhere.
	Subject *Subject `json:"subject,omitempty"`
	// Promise identifies the promise of a MarkPromise... mark.
	Promise string `json:"promise,omitempty"`
	// Due is the instant that MarkPromiseMade promises; zero: the policy's
	// target decides.
	Due time.Time `json:"due,omitzero"`
}

// MarkKind is a set of things that one mark is: kinds combine with |, as in
// MarkResolved|MarkAgentReply for a resolving answer. To each metric a mark
// acts as a stop first, then as a pause, then as a start.
type MarkKind uint32

// The kinds of marks.
const (
	// MarkOpened opens the ticket, once. With MarkAgentReply the shop wrote
	// first, and nobody waits for a first response.
	MarkOpened MarkKind = 1 << iota
	// MarkCustomerMessage is a message of the customer, on any channel.
	MarkCustomerMessage
	// MarkAgentReply is a public message of a person in the shop.
	MarkAgentReply
	// MarkBotReply is an answer of a bot; it counts only where a stop rule
	// names it.
	MarkBotReply
	// MarkAutoReply is an automatic notice or a bounce; it never counts.
	MarkAutoReply
	// MarkNote is an internal note; it never counts.
	MarkNote
	// MarkState changes the state, given in Mark.State. Any mark may carry a
	// state; this is for a change that is nothing else.
	MarkState
	// MarkPause begins waiting for what Mark.State names, until MarkResume.
	// Another MarkPause in between changes what is waited for.
	MarkPause
	// MarkResume ends what MarkPause began.
	MarkResume
	// MarkSubject changes facts that rules match on: priority, channel, tags.
	MarkSubject
	// MarkAssigned gives the ticket to an agent or a team.
	MarkAssigned
	// MarkPromiseMade makes a promise to the customer.
	MarkPromiseMade
	// MarkPromiseKept keeps it.
	MarkPromiseKept
	// MarkPromiseBroken gives it up.
	MarkPromiseBroken
	// MarkResolved resolves the ticket.
	MarkResolved
	// MarkReopened takes a resolved or closed ticket up again.
	MarkReopened
	// MarkClosed ends the ticket; clocks that it does not stop are cancelled.
	MarkClosed
	// MarkMerged cancels all clocks: another ticket takes over.
	MarkMerged
	// MarkSpam cancels all clocks: there was no request.
	MarkSpam
	// MarkCancelled cancels all clocks for any other reason, as on erasure.
	MarkCancelled
	// MarkRestored undoes MarkMerged, MarkSpam or MarkCancelled: the clocks
	// run on as if it had not happened, for the customer waited all along.
	MarkRestored

	markEnd // one past the last kind
)

const (
	knownKinds   = markEnd - 1
	voidKinds    = MarkMerged | MarkSpam | MarkCancelled
	promiseKinds = MarkPromiseMade | MarkPromiseKept | MarkPromiseBroken
)

// kindNames names the kinds in the order of their bits.
func kindNames() []string {
	return []string{
		"opened", "customer_message", "agent_reply", "bot_reply", "auto_reply", "note", "state", "pause", "resume",
		"subject", "assigned", "promise_made", "promise_kept", "promise_broken", "resolved", "reopened", "closed",
		"merged", "spam", "cancelled", "restored",
	}
}

// Has reports whether k is any of the given kinds.
func (k MarkKind) Has(kinds MarkKind) bool { return k&kinds != 0 }

// String names the kinds in k, joined by "+", as in "agent_reply+resolved".
func (k MarkKind) String() string {
	names := make([]string, 0, bits.OnesCount32(uint32(k)))
	for i, name := range kindNames() {
		if k&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	if k&^knownKinds != 0 {
		names = append(names, "unknown")
	}
	return strings.Join(names, "+")
}

// ParseMarkKind reads what [MarkKind.String] writes.
func ParseMarkKind(s string) (MarkKind, error) {
	var k MarkKind
	for name := range strings.SplitSeq(s, "+") {
		i := slices.Index(kindNames(), name)
		if i < 0 {
			return 0, &Fault{Path: "kind", Value: s, Reason: "names an unknown kind of mark"}
		}
		k |= 1 << i
	}
	return k, nil
}

// MarshalText writes k as [MarkKind.String] does; kinds unknown to this
// version are an [ErrInvalid].
func (k MarkKind) MarshalText() ([]byte, error) {
	if k&^knownKinds != 0 {
		return nil, &Fault{Path: "kind", Value: k.String(), Reason: "has kinds unknown to this version"}
	}
	return []byte(k.String()), nil
}

// UnmarshalText reads what [ParseMarkKind] reads; empty is no kind.
func (k *MarkKind) UnmarshalText(text []byte) error {
	*k = 0
	if len(text) == 0 {
		return nil
	}
	v, err := ParseMarkKind(string(text))
	if err != nil {
		return err
	}
	*k = v
	return nil
}
