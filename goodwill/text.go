package goodwill

import (
	_ "embed"
	"encoding/json"
	"log/slog"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/sla"
)

// Code says what a [Reason] is.
type Code string

// The codes.
const (
	CodeDisputeOpen Code = "dispute_open"
	CodeDisputeLost Code = "dispute_lost"
	CodeNotFree     Code = "not_free"
	CodeDebitOpen   Code = "debit_open"
	CodeBlocked     Code = "blocked"
	CodeManyGrants  Code = "many_grants"
	CodeMuchGranted Code = "much_granted"
	CodeChargebacks Code = "chargebacks"
	CodeManyReturns Code = "many_returns"
	CodeSuspicion   Code = "suspicion"
	CodeForeign     Code = "foreign"
	CodeFactsFirst  Code = "facts_first"
	CodeNoRule      Code = "no_rule"
	CodeDeclined    Code = "declined"
	CodeNothingLeft Code = "nothing_left"
	CodeLadderEnds  Code = "ladder_ends"
	CodeNotWorth    Code = "not_worth"
	CodeBeyondTable Code = "beyond_table"
	CodeBudget      Code = "budget"
	CodeSoftBudget  Code = "soft_budget"
	CodeVelocity    Code = "velocity"
	CodeAuthority   Code = "authority"
	CodeFourEyes    Code = "four_eyes"
	CodeNobodyMay   Code = "nobody_may"

	// Of the desk.
	CodeWrongState  Code = "wrong_state"  // parameter: the state
	CodeSamePerson  Code = "same_person"  // who proposed does not approve
	CodeNoAuthority Code = "no_authority" // of the actor
	CodeLead        Code = "lead"         // only a lead may
	CodeExpired     Code = "expired"
	CodeRefundLeft  Code = "refund_left" // less is left of the lines
	CodeCap         Code = "cap"         // parameter: the account
	CodeReturned    Code = "returned"    // paid, and come back
	CodeByHand      Code = "by_hand"     // a lead said what became of it
	CodePayerSays   Code = "payer_says"  // the payer says otherwise; parameter: what
	CodeContradicts Code = "contradicts" // another outcome is booked
	CodeOpenGrant   Code = "open_grant"  // parameter: the grant
)

//go:embed texts.json
var wording []byte

// words are all texts by code and name. They are read on every call, which is
// for people, not for deciding.
func words() map[string]sla.Text {
	var all map[string]sla.Text
	if err := json.Unmarshal(wording, &all); err != nil {
		panic(err) // the table is part of the program and tested with it
	}
	return all
}

// Text says the reason in German and English, for agents.
func (r Reason) Text() sla.Text {
	t := words()[string(r.Code)]
	if r.Param != "" {
		t.DE, t.EN = t.DE+" ("+r.Param+")", t.EN+" ("+r.Param+")"
	}
	return t
}

// Text tells the step in German and English, for agents: what was looked at,
// how much against which limit, and what followed.
func (s Step) Text() sla.Text {
	w := words()
	t := s.subject(w)
	if s.Amount.Given() {
		t.DE, t.EN = t.DE+": "+money.German.Format(s.Amount), t.EN+": "+money.English.Format(s.Amount)
	}
	if s.Limit.Given() {
		t.DE, t.EN = t.DE+" von höchstens "+money.German.Format(s.Limit), t.EN+" of at most "+money.English.Format(s.Limit)
	}
	if s.Effect != "" {
		why := w[string(s.Effect)]
		t.DE, t.EN = t.DE+". "+why.DE, t.EN+". "+why.EN
	}
	return t
}

// subject is what a step looked at: what is always looked at by its name, what
// stands in a policy by its kind, its id there and what of it.
func (s Step) subject(w map[string]sla.Text) sla.Text {
	if t, ok := w["step."+s.Rule]; ok {
		return t
	}
	kind, id, _ := strings.Cut(s.Rule, ".")
	t, ok := w["step."+kind]
	if !ok {
		return sla.Text{DE: s.Rule, EN: s.Rule}
	}
	var end sla.Text
	if i := strings.LastIndexByte(id, '.'); i >= 0 {
		if end, ok = w["step.end."+id[i+1:]]; ok {
			id = id[:i]
			end.DE, end.EN = ", "+end.DE, ", "+end.EN
		}
	}
	return sla.Text{DE: t.DE + " „" + id + "“" + end.DE, EN: t.EN + " “" + id + "”" + end.EN}
}

// Text says the outcome in German and English, for agents.
func (o Outcome) Text() sla.Text { return named("outcome.", string(o)) }

// Text names the remedy in German and English.
func (r Remedy) Text() sla.Text { return named("", string(r)) }

// Text names the window in German and English, as behind a budget.
func (w Window) Text() sla.Text { return named("window.", string(w)) }

// named returns the name of a code, or the code where it has none.
func named(kind, code string) sla.Text {
	if t, ok := words()[kind+code]; ok {
		return t
	}
	return sla.Text{DE: code, EN: code}
}

// Text tells the customer what the decision is: a right as a right, a favour as
// a favour. It names no reason that lies in the person.
func (d *Decision) Text() sla.Text {
	w := words()
	var de, en []string
	add := func(t sla.Text) { de, en = append(de, t.DE), append(en, t.EN) }
	for _, a := range d.Owed {
		add(sentence(w, "say.right", string(a.Right), a))
	}
	for _, a := range d.Favour {
		if a.Apology != "" {
			add(w["say."+string(a.Apology)])
		}
		if d.Outcome != OutcomeGrant || a.Remedy == Apology {
			continue
		}
		intro := "say.favour"
		if len(d.Owed) == 0 {
			intro = "say.favour.only"
		}
		add(sentence(w, intro, string(a.Remedy), a))
		until, day := w["say.until"], d.OfferUntil.At(0, time.UTC)
		add(sla.Text{DE: until.DE + day.Format("02.01.2006") + ".", EN: until.EN + day.Format("2 January 2006") + "."})
	}
	switch d.Outcome {
	case OutcomeApproval:
		add(w["say.approval"])
	case OutcomeInfo:
		add(w["say.info"])
	case OutcomeRefer:
		add(w["say.refer"])
	case OutcomeRefuse:
		add(w["say.none"])
		for _, t := range d.Terms {
			add(t.Text)
		}
	case OutcomeGrant:
	}
	return sla.Text{DE: strings.Join(de, " "), EN: strings.Join(en, " ")}
}

// Text says the state in German and English, for agents.
func (s State) Text() sla.Text { return words()["state."+string(s)] }

// Text tells the customer how a grant stands: what it is, a right as a right and
// a favour as a favour, and how far it is. It names no reason.
func (g *Grant) Text() sla.Text {
	w := words()
	var de, en []string
	add := func(t sla.Text) { de, en = append(de, t.DE), append(en, t.EN) }
	end := map[State]string{
		StateProposed: "say.approval", StateRejected: "say.none", StateExpired: "say.expired", StateSettled: "say.paid",
		StateFailed: "say.unpaid", StateReversed: "say.unpaid",
	}[g.State]
	if end == "" && (g.State != StateApproved || g.Auto) {
		end = "say.paying"
	}
	favour := "say.favour.only" // it stands, or stood, on offer
	switch end {
	case "say.paying", "say.unpaid":
		favour = "say.favour.due"
	case "say.paid":
		favour = "say.favour.given"
	}
	for _, a := range g.Awards {
		switch {
		case g.State == StateProposed || g.State == StateRejected:
		case g.ByRight:
			add(sentence(w, "say.right", string(a.Right), a))
		case a.Remedy == Apology:
			add(w["say."+string(a.Apology)])
		default:
			add(sentence(w, favour, string(a.Remedy), a))
		}
	}
	if end != "" {
		add(w[end])
	}
	return sla.Text{DE: strings.Join(de, " "), EN: strings.Join(en, " ")}
}

// LogValue logs the grant's name alone.
func (g *Grant) LogValue() slog.Value { return slog.StringValue(g.Ref().String()) }

// sentence names an award after an introduction.
func sentence(w map[string]sla.Text, intro, name string, a Award) sla.Text {
	t, what := w[intro], w[name]
	t.DE, t.EN = t.DE+what.DE, t.EN+what.EN
	if a.Amount.Sign() > 0 && a.Remedy != Replacement && a.Remedy != Repair {
		t.DE, t.EN = t.DE+", "+money.German.Format(a.Amount), t.EN+", "+money.English.Format(a.Amount)
	}
	if a.Withheld {
		t.DE, t.EN = t.DE+w["say.withheld"].DE, t.EN+w["say.withheld"].EN
	}
	t.DE, t.EN = t.DE+".", t.EN+"."
	return t
}
