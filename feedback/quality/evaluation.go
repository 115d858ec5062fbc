package quality

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/feedback/internal/faulty"

	"github.com/kulanz-go/kulanz/feedback"
)

// Finding is one error that was found. It is the same error however often the
// conversation has it.
type Finding struct {
	Criterion string `json:"criterion"`
	// Note is the reviewer's, for the agent; it may quote the customer.
	Note string `json:"note,omitempty"`
}

// Evaluation is one conversation that was looked at. It has no place for how
// long anything took.
type Evaluation struct {
	Shop      string    `json:"shop"`
	Subject   string    `json:"subject"` // the ticket's reference
	Agent     string    `json:"agent,omitempty"`
	Team      string    `json:"team,omitempty"`
	Reviewer  string    `json:"reviewer"`
	Stratum   string    `json:"stratum,omitempty"` // the kind of case, as its reason or channel
	At        time.Time `json:"at"`
	Catalogue string    `json:"catalogue"` // id@version
	Findings  []Finding `json:"findings"`
}

// ParseEvaluation reads an evaluation from JSON, strictly, and checks it: a key
// that is not known, as "handling_time", is refused.
func (k *Catalogue) ParseEvaluation(data []byte) (Evaluation, error) {
	var e Evaluation
	err := faulty.Decode(data, &e)
	if err == nil {
		err = k.Check(&e)
	}
	if err != nil {
		return Evaluation{}, fmt.Errorf("quality: evaluation: %w", err)
	}
	return e, nil
}

// Check says all that is wrong with an evaluation by the catalogue, as
// feedback.Faults. Nobody evaluates their own work.
func (k *Catalogue) Check(e *Evaluation) error {
	var c check
	c.Name("shop", e.Shop, true)
	c.Name("subject", e.Subject, true)
	c.Name("reviewer", e.Reviewer, true)
	c.Name("agent", e.Agent, false)
	c.Name("team", e.Team, false)
	c.Name("stratum", e.Stratum, false)
	if e.Agent == "" && e.Team == "" {
		c.Failf("team", "", "is missing, and so is an agent")
	}
	if e.Reviewer != "" && e.Reviewer == e.Agent {
		c.Failf("reviewer", "", "is the agent: nobody evaluates their own work")
	}
	if e.At.IsZero() {
		c.Failf("at", "", "is missing")
	}
	if e.Catalogue != k.Ref() {
		c.Failf("catalogue", strconv.Itoa(len(e.Catalogue))+" bytes", "are not %q", k.Ref())
	}
	seen := map[string]bool{}
	for i, f := range e.Findings {
		path := fmt.Sprintf("findings[%d]", i)
		if _, known := k.Criterion(f.Criterion); !known {
			c.Failf(path+".criterion", strconv.Itoa(len(f.Criterion))+" bytes", "are no criterion of the catalogue")
		} else if seen[f.Criterion] {
			c.Failf(path+".criterion", f.Criterion, "is there twice: once an evaluation is enough")
		}
		seen[f.Criterion] = true
		if len(f.Note) > faulty.MaxText {
			c.Failf(path+".note", strconv.Itoa(len(f.Note))+" bytes", "are more than %d", faulty.MaxText)
		}
	}
	return c.Err()
}

// Erased returns what stays when the customer of the conversation is erased: the
// findings count on, without a word of the conversation and without its name.
func (e *Evaluation) Erased() Evaluation {
	rest := *e
	rest.Subject = erasedSubject
	rest.Findings = make([]Finding, len(e.Findings))
	for i, f := range e.Findings {
		rest.Findings[i] = Finding{Criterion: f.Criterion}
	}
	return rest
}

const erasedSubject = "erased"

// Entry returns the entry that feedback.Desk.Keep stores: named after the
// customer of the conversation, so that its words go when the customer is erased.
func (e *Evaluation) Entry(customer string) (feedback.Entry, error) {
	entry := feedback.Entry{Kind: feedback.RecordLog, Shop: e.Shop, State: "evaluation", Customer: customer}
	data, err := json.Marshal(e)
	if err != nil {
		return entry, fmt.Errorf("quality: encode evaluation: %w", err)
	}
	entry.Data = data
	if customer == "" {
		return entry, nil
	}
	if entry.Rest, err = json.Marshal(e.Erased()); err != nil {
		return entry, fmt.Errorf("quality: encode evaluation: %w", err)
	}
	return entry, nil
}
