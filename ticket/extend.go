package ticket

import (
	"errors"
	"slices"
	"strings"

	"github.com/kulanz-go/kulanz/internal/strictjson"
	"github.com/kulanz-go/kulanz/sla"
)

// ParseWorkflow reads a [WorkflowConfig] from JSON, strictly: keys that are not
// known, given twice or written in another case are faults. Rows name the
// host's guards, which are code. The error is [Faults], as of [NewWorkflow].
func ParseWorkflow(data []byte, guards map[string]Guard) (*Workflow, error) {
	var cfg WorkflowConfig
	if err := decodeStrictly(data, &cfg); err != nil {
		return nil, err
	}
	cfg.Guards = guards
	return NewWorkflow(cfg)
}

// ParseRules reads a [RulesConfig] from JSON, as strictly as [ParseWorkflow].
// A nil workflow is the built-in one. The error is [Faults], as of [NewRules].
func ParseRules(data []byte, calendar *sla.Calendar, workflow *Workflow) (*Rules, error) {
	var cfg RulesConfig
	if err := decodeStrictly(data, &cfg); err != nil {
		return nil, err
	}
	cfg.Calendar, cfg.Workflow = calendar, workflow
	return NewRules(cfg)
}

func decodeStrictly(data []byte, v any) error {
	err := strictjson.Unmarshal(data, v)
	var all strictjson.Errors
	if !errors.As(err, &all) {
		return err
	}
	var c check
	for _, e := range all {
		c.fail(e.Path, e.Value, e.Detail)
	}
	return c.err()
}

// extended returns the table with the host's states beside the built-in ones
// that they take after, and the host's rows after the others.
func (cfg WorkflowConfig) extended() []Row {
	rows := named(cfg.Rows)
	for _, s := range cfg.States {
		if !s.Inherit || s.Name == StateNone || s.Name == s.Kind {
			continue
		}
		var back []Row
		for i := range rows {
			r := &rows[i]
			if slices.Contains(r.From, s.Kind) && !slices.Contains(r.From, s.Name) {
				r.From = append(r.From, s.Name)
			}
			if r.To == s.Kind && slices.Contains(r.Guards, guardWas+string(s.Kind)) {
				back = append(back, r.backTo(s))
			}
		}
		rows = append(rows, back...)
	}
	return append(rows, named(cfg.Add)...)
}

// backTo is a row that undoes a merge or a spam mark, for a host's state.
func (r Row) backTo(s StateConfig) Row {
	guards := slices.Clone(r.Guards)
	guards[slices.Index(guards, guardWas+string(s.Kind))] = guardWas + string(s.Name)
	return Row{
		ID: strings.TrimSuffix(r.ID, "."+string(s.Kind)) + "." + string(s.Name), Event: r.Event,
		From: slices.Clone(r.From), To: s.Name, Actors: slices.Clone(r.Actors), Role: r.Role, Guards: guards,
	}
}
