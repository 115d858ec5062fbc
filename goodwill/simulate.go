package goodwill

import (
	"errors"
	"iter"
	"reflect"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/sla"
)

// ErrStatutoryChanged is returned by [Simulation.Check] where what the law
// gives differs between two policies: then they were compiled over different
// laws.
var ErrStatutoryChanged = errors.New("goodwill: statutory results changed")

// Totals is what a policy made of all cases.
type Totals struct {
	Outcomes  map[Outcome]int `json:"outcomes"`
	Approvals map[Code]int    `json:"approvals,omitempty"` // why somebody else had to agree; a case can count under several
	Grants    int             `json:"grants"`              // favours, approved or to be approved
	Owed      money.Amount    `json:"owed"`                // by law
	Given     money.Amount    `json:"given"`               // as favours
	Cost      money.Amount    `json:"cost"`                // of these, as expected
}

// Flip is a case that two policies answer differently.
type Flip struct {
	Case     string       `json:"case"` // [order.Case.Ref], or the order where that is empty
	Old      Outcome      `json:"old"`
	New      Outcome      `json:"new"`
	OldGiven money.Amount `json:"old_given,omitzero"`
	NewGiven money.Amount `json:"new_given,omitzero"`
}

// Simulation is what a change of policy would have done.
type Simulation struct {
	Cases     int      `json:"cases"`
	Old       Totals   `json:"old"`
	New       Totals   `json:"new"`
	Flips     []Flip   `json:"flips,omitempty"` // in order of the cases
	Statutory []string `json:"statutory,omitempty"`
}

// Check returns an [ErrStatutoryChanged] if the law gave anything else in any
// case; these stand in Statutory.
func (s *Simulation) Check() error {
	if len(s.Statutory) > 0 {
		return ErrStatutoryChanged
	}
	return nil
}

// Simulate asks two policies of one currency about past cases, each at its own
// instant, with the input as it was then. Nothing is written. It stops at the
// first case that cannot be decided, with that error.
func Simulate(before, after *Decider, cases iter.Seq2[*Input, time.Time]) (Simulation, error) {
	if before.policy.Currency != after.policy.Currency {
		c := after.policy.Currency.String()
		return Simulation{}, sla.Faults{{Path: "currency", Value: c, Reason: "is not that of the policy before, " + before.policy.Currency.String()}}
	}
	s := Simulation{Old: newTotals(before), New: newTotals(after)}
	for in, now := range cases {
		was, err := before.Decide(in, now)
		if err != nil {
			return s, err
		}
		is, err := after.Decide(in, now)
		if err != nil {
			return s, err
		}
		s.Cases++
		if err := errors.Join(s.Old.add(&was), s.New.add(&is)); err != nil {
			return s, err
		}
		name := in.Case.Ref
		if name == "" {
			name = in.Case.Order.ID
		}
		if !reflect.DeepEqual(was.Owed, is.Owed) || !reflect.DeepEqual(was.Rights, is.Rights) {
			s.Statutory = append(s.Statutory, name)
		}
		f := Flip{name, was.Outcome, is.Outcome, given(&was), given(&is)}
		if f.Old != f.New || f.OldGiven != f.NewGiven {
			s.Flips = append(s.Flips, f)
		}
	}
	return s, nil
}

func newTotals(d *Decider) Totals {
	none := money.New(0, d.policy.Currency)
	return Totals{Outcomes: map[Outcome]int{}, Approvals: map[Code]int{}, Owed: none, Given: none, Cost: none}
}

// given is what a decision gives as a favour.
func given(d *Decision) money.Amount {
	if len(d.Favour) == 0 {
		return money.Amount{}
	}
	return d.Favour[0].Amount
}

// add counts a decision.
func (t *Totals) add(d *Decision) error {
	t.Outcomes[d.Outcome]++
	if d.Outcome == OutcomeApproval {
		for _, r := range d.Reasons {
			if slices.Contains([]Code{CodeAuthority, CodeFourEyes, CodeSoftBudget, CodeVelocity, CodeSuspicion, CodeBeyondTable}, r.Code) {
				t.Approvals[r.Code]++
			}
		}
	}
	var err error
	for _, a := range d.Owed {
		if a.Amount.Given() && err == nil {
			t.Owed, err = t.Owed.Add(a.Amount)
		}
	}
	if len(d.Favour) == 0 || err != nil {
		return err
	}
	t.Grants++
	if t.Given, err = t.Given.Add(d.Favour[0].Amount); err != nil {
		return err
	}
	t.Cost, err = t.Cost.Add(d.Favour[0].Cost)
	return err
}
