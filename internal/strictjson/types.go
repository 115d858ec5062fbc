package strictjson

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
)

// keys are the fields of a struct by the key that JSON gives them.
type keys map[string]reflect.Type

// fields returns the keys of a struct type, as encoding/json finds them:
// exported fields by tag or name, embedded structs as if their fields were
// the outer's own, the outer first.
func (w *walker) fields(t reflect.Type) keys {
	if known, ok := w.keys[t]; ok {
		return known
	}
	found := keys{}
	w.keys[t] = found
	var embedded []reflect.Type
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" && f.Tag.Get("json") == "-":
		case f.Anonymous && name == "" && deref(f.Type).Kind() == reflect.Struct:
			embedded = append(embedded, deref(f.Type))
		case !f.IsExported():
		case name == "":
			found[f.Name] = f.Type
		default:
			found[name] = f.Type
		}
	}
	for _, e := range embedded {
		for name, ft := range w.fields(e) {
			if _, ok := found[name]; !ok {
				found[name] = ft
			}
		}
	}
	return found
}

func deref(t reflect.Type) reflect.Type {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// decoder says who decodes a type.
type decoder int

const (
	byKind decoder = iota // encoding/json, by the kind of the type
	byJSON                // its UnmarshalJSON
	byText                // its UnmarshalText
)

func ownDecoder(t reflect.Type) decoder {
	switch {
	case t == nil || t.Kind() == reflect.Interface:
		return byKind
	case reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()):
		return byJSON
	case reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return byText
	default:
		return byKind
	}
}

// kindName says in words what JSON a type is written as.
func kindName(t reflect.Type) string {
	switch k := t.Kind(); {
	case k == reflect.Struct || k == reflect.Map:
		return "an object"
	case k == reflect.Slice || k == reflect.Array:
		return "an array"
	case k == reflect.String:
		return "a string"
	case k == reflect.Bool:
		return "true or false"
	case k >= reflect.Int && k <= reflect.Int64:
		return "a whole number"
	case k >= reflect.Uint && k <= reflect.Uint64:
		return "a whole number from 0"
	default:
		return "a number"
	}
}
