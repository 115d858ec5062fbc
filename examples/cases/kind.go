package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// kind is one schema of table. Each has a file of its own.
type kind struct {
	name string
	// is says whether a file's top level is of this schema.
	is func(top members) bool
	// run runs all cases of a file. An error means that the table itself
	// cannot be read; a case that the library refuses is a result.
	run func(file []byte) ([]result, error)
}

// result is what became of one case.
type result struct {
	id     string
	faults []string // none: passed
}

// failf adds a fault.
func (r *result) failf(format string, args ...any) {
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
}

// want adds a fault where a value is not the one expected.
func want[T comparable](r *result, what string, got, expected T) {
	if got != expected {
		r.failf("%s: got %v, want %v", what, got, expected)
	}
}

// kinds returns all schemas that are known.
func kinds() []kind {
	return []kind{calendarKind(), holidayKind(), statuteKind(), mixedKind()}
}

func kindNames() string {
	all := kinds()
	names := make([]string, len(all))
	for i, k := range all {
		names[i] = k.name
	}
	return strings.Join(names, ", ")
}

// members are the values of a JSON object, unread.
type members map[string]json.RawMessage

// has reports whether all of the names are there.
func (m members) has(names ...string) bool {
	for _, name := range names {
		if _, ok := m[name]; !ok {
			return false
		}
	}
	return true
}

// first returns the members of the first object in the list of that name;
// none where there is no such list.
func (m members) first(name string) members {
	var list []json.RawMessage
	if json.Unmarshal(m[name], &list) != nil || len(list) == 0 {
		return nil
	}
	var object members
	if json.Unmarshal(list[0], &object) != nil {
		return nil
	}
	return object
}

// recognise finds the one schema that a file is of.
func recognise(file []byte) (kind, error) {
	var top members
	if err := json.Unmarshal(file, &top); err != nil {
		return kind{}, fmt.Errorf("is no JSON object: %w", err)
	}
	var found []kind
	for _, k := range kinds() {
		if k.is(top) {
			found = append(found, k)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return kind{}, errors.New("is of no known schema; known are " + kindNames())
	default:
		return kind{}, fmt.Errorf("could be of kind %s or %s", found[0].name, found[1].name)
	}
}
