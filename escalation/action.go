package escalation

import (
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// ActionKind is what a step does, or asks a person to do.
type ActionKind string

// The actions. The first group is done, by a command in the ticket's own
// commit; the second is proposed to the targets; the third is only ever a
// request for a person's decision, and its carrying out is that person's.
const (
	ActNotify      ActionKind = "notify"       // tell the targets
	ActAssign      ActionKind = "assign"       // to Team or the first agent among the targets, where nobody has it
	ActReassign    ActionKind = "reassign"     // the same, whoever has it
	ActSetPriority ActionKind = "set_priority" // Priority; never lowers it
	ActTag         ActionKind = "tag"          // Tags
	ActHandOver    ActionKind = "hand_over"    // from the bot to people

	ActOfferCallback   ActionKind = "offer_callback"
	ActWaitNotice      ActionKind = "wait_notice"
	ActRequestGoodwill ActionKind = "request_goodwill"
	ActApologise       ActionKind = "apologise"
	ActAnswerPoints    ActionKind = "answer_all_points"
	ActOfferPhone      ActionKind = "offer_phone"
	ActPhoneCall       ActionKind = "phone_call"
	ActOfferGoodwill   ActionKind = "offer_goodwill"

	ActFormalNotice ActionKind = "formal_notice"
	ActLegalStep    ActionKind = "legal_step"
	ActBlockAccount ActionKind = "block_account"
)

// Text names the action in words. One that is not known is its own name.
func (k ActionKind) Text() sla.Text {
	t, ok := map[ActionKind]sla.Text{
		ActNotify:          {DE: "Bescheid geben", EN: "tell"},
		ActAssign:          {DE: "zuweisen", EN: "assign"},
		ActReassign:        {DE: "neu zuweisen", EN: "reassign"},
		ActSetPriority:     {DE: "Priorität anheben", EN: "raise the priority"},
		ActTag:             {DE: "markieren", EN: "tag"},
		ActHandOver:        {DE: "vom Bot an Menschen übergeben", EN: "hand over from the bot to people"},
		ActOfferCallback:   {DE: "Rückruf anbieten", EN: "offer a callback"},
		ActWaitNotice:      {DE: "über die Wartezeit informieren", EN: "say how long the wait is"},
		ActRequestGoodwill: {DE: "Kulanz beantragen", EN: "request goodwill"},
		ActApologise:       {DE: "um Entschuldigung bitten", EN: "apologise"},
		ActAnswerPoints:    {DE: "alle Punkte beantworten", EN: "answer all points"},
		ActOfferPhone:      {DE: "ein Telefonat anbieten", EN: "offer a phone call"},
		ActPhoneCall:       {DE: "anrufen", EN: "call"},
		ActOfferGoodwill:   {DE: "Kulanz anbieten", EN: "offer goodwill"},
		ActFormalNotice:    {DE: "über eine förmliche Abmahnung entscheiden", EN: "decide on a formal notice"},
		ActLegalStep:       {DE: "über einen rechtlichen Schritt entscheiden", EN: "decide on a legal step"},
		ActBlockAccount:    {DE: "über eine Sperre des Kontos entscheiden", EN: "decide on a block of the account"},
	}[k]
	if !ok {
		return sla.Text{DE: string(k), EN: string(k)}
	}
	return t
}

// actionKinds lists the closed set, in the order above.
func actionKinds() []ActionKind {
	return []ActionKind{
		ActNotify, ActAssign, ActReassign, ActSetPriority, ActTag, ActHandOver,
		ActOfferCallback, ActWaitNotice, ActRequestGoodwill, ActApologise, ActAnswerPoints, ActOfferPhone,
		ActPhoneCall, ActOfferGoodwill, ActFormalNotice, ActLegalStep, ActBlockAccount,
	}
}

// RequestOnly reports whether the action is a last resort, which is a
// person's to decide: the library only ever asks for it.
func (k ActionKind) RequestOnly() bool {
	return k == ActFormalNotice || k == ActLegalStep || k == ActBlockAccount
}

// commands reports whether the action changes the ticket by itself.
func (k ActionKind) commands() bool {
	return k == ActAssign || k == ActReassign || k == ActSetPriority || k == ActTag || k == ActHandOver
}

// Action is one thing that a step does.
type Action struct {
	Kind     ActionKind      `json:"kind"`
	Team     string          `json:"team,omitempty"`     // of assign and reassign
	Priority ticket.Priority `json:"priority,omitempty"` // of set_priority
	Tags     []string        `json:"tags,omitempty"`     // of tag
	// Text names the words for a notice or a proposal, by the host's
	// reference; words for a customer are never written by a policy.
	Text string `json:"text,omitempty"`
}
