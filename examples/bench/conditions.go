package main

import (
	"errors"

	"github.com/expr-lang/expr"

	"github.com/kulanz-go/kulanz/escalation"
)

// The peer with facts in a map, as a desk that lets hosts declare fields has
// them, and with facts in a struct, which is the fastest that it offers.
const (
	exprMap    = "expr-lang/expr, facts in a map"
	exprStruct = "expr-lang/expr, facts in a struct"
)

const ourCondition = `{"all": [
	{"field": "contacts_7d", "op": "ge", "value": 3},
	{"field": "status", "op": "in", "value": ["open", "pending"]},
	{"field": "signals", "op": "has", "value": "legal_threat"},
	{"not": {"field": "vip", "op": "eq", "value": true}},
	{"field": "sentiment", "op": "lt", "value": -0.2}]}`

const theirCondition = `contacts_7d >= 3 && status in ["open", "pending"] && "legal_threat" in signals && !(vip == true) && sentiment < -0.2`

// exprFacts are the facts for the peer.
type exprFacts struct {
	Contacts  int      `expr:"contacts_7d"`
	Status    string   `expr:"status"`
	Signals   []string `expr:"signals"`
	VIP       bool     `expr:"vip"`
	Sentiment float64  `expr:"sentiment"`
}

// conditions are the comparisons of conditions.
func conditions() ([]comparison, error) {
	ours, err := ourMatch()
	if err != nil {
		return nil, err
	}
	facts := exprFacts{4, "pending", []string{"angry", "legal_threat"}, false, -0.6}
	asMap, err := theirMatch(map[string]any{
		"contacts_7d": facts.Contacts, "status": facts.Status, "signals": facts.Signals, "vip": facts.VIP, "sentiment": facts.Sentiment,
	})
	if err != nil {
		return nil, err
	}
	asStruct, err := theirMatch(facts)
	if err != nil {
		return nil, err
	}
	const question = "condition of 5 parts"
	return []comparison{
		{question, exprMap, ours, asMap, 8},
		{question, exprStruct, ours, asStruct, 8},
	}, nil
}

func ourMatch() (func(), error) {
	schema, err := escalation.NewSchema(
		escalation.Field{Name: "contacts_7d", Type: escalation.TypeInteger},
		escalation.Field{Name: "status", Type: escalation.TypeText},
		escalation.Field{Name: "signals", Type: escalation.TypeList},
		escalation.Field{Name: "vip", Type: escalation.TypeFlag},
		escalation.Field{Name: "sentiment", Type: escalation.TypeNumber},
	)
	if err != nil {
		return nil, err
	}
	cond, err := escalation.ParseCond([]byte(ourCondition))
	if err != nil {
		return nil, err
	}
	c, err := schema.Compile(cond)
	if err != nil {
		return nil, err
	}
	facts, err := schema.Bind(map[string]any{
		"contacts_7d": 4, "status": "pending", "signals": []string{"angry", "legal_threat"}, "vip": false, "sentiment": -0.6,
	})
	if err != nil {
		return nil, err
	}
	if !c.Match(facts) {
		return nil, errors.New("our condition does not match")
	}
	return func() { c.Match(facts) }, nil
}

// theirMatch compiles the condition for facts of that shape. A run that goes
// wrong or does not match ends the program: it would measure something else.
func theirMatch(facts any) (func(), error) {
	program, err := expr.Compile(theirCondition, expr.Env(facts), expr.AsBool())
	if err != nil {
		return nil, err
	}
	if got, err := expr.Run(program, facts); err != nil || got != true {
		return nil, errors.Join(errors.New("their condition does not match"), err)
	}
	return func() { _, _ = expr.Run(program, facts) }, nil
}
