package main

import (
	"encoding/json"
	"fmt"

	"github.com/kulanz-go/kulanz/escalation"
)

// condition tells whether facts fulfil a condition.
func condition(c mixedCase) (any, error) {
	in, err := read[struct {
		Condition json.RawMessage             `json:"condition"`
		Facts     map[string]escalation.Value `json:"facts"`
	}](c)
	if err != nil {
		return nil, err
	}
	cond, err := escalation.ParseCond(in.Condition)
	if err != nil {
		return nil, err
	}
	schema, err := schemaOf(cond, in.Facts)
	if err != nil {
		return nil, err
	}
	compiled, err := schema.Compile(cond)
	if err != nil {
		return nil, err
	}
	facts := schema.NewFacts()
	for name, v := range in.Facts {
		if err := facts.Set(name, v); err != nil {
			return nil, err
		}
	}
	trace := compiled.Trace(facts)
	if match := compiled.Match(facts); match != trace.Holds {
		return nil, fmt.Errorf("match says %v and its trace %v", match, trace.Holds)
	}
	return map[string]bool{"match": trace.Holds}, nil
}

// schemaOf declares the fields of a case: tables declare none, so each has the
// type of its fact, and where that is missing of what it is compared with.
func schemaOf(cond escalation.Cond, facts map[string]escalation.Value) (*escalation.Schema, error) {
	types := map[string]escalation.FieldType{}
	declare := func(name string, t escalation.FieldType) {
		if old := types[name]; old == "" || old == escalation.TypeInteger && t == escalation.TypeNumber {
			types[name] = t
		}
	}
	for name, v := range facts {
		if !v.IsNone() {
			declare(name, v.Type())
		}
	}
	declareLeaves(cond, declare)
	var fields []escalation.Field
	for name, t := range types {
		fields = append(fields, escalation.Field{Name: name, Type: t})
	}
	for name := range facts {
		if types[name] == "" {
			fields = append(fields, escalation.Field{Name: name, Type: escalation.TypeText})
		}
	}
	return escalation.NewSchema(fields...)
}

func declareLeaves(d escalation.Cond, declare func(string, escalation.FieldType)) {
	for _, part := range d.All {
		declareLeaves(part, declare)
	}
	for _, part := range d.Any {
		declareLeaves(part, declare)
	}
	switch {
	case d.Not != nil:
		declareLeaves(*d.Not, declare)
	case d.Field == "":
	case d.Op == escalation.OpHas || d.Op == escalation.OpHasAny || d.Op == escalation.OpHasAll:
		declare(d.Field, escalation.TypeList)
	case d.Op == escalation.OpExists:
		declare(d.Field, escalation.TypeText)
	case d.Op == escalation.OpIn || d.Op == escalation.OpNotIn:
		for _, e := range d.Value.Elements() {
			declare(d.Field, e.Type())
		}
	default:
		declare(d.Field, d.Value.Type())
	}
}
