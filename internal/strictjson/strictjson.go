package strictjson

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kulanz-go/kulanz/internal/invalid"
)

// Code says what is wrong with a value.
type Code string

// The codes of an [Error].
const (
	Syntax    Code = "syntax"    // not JSON, or not one value of it
	Encoding  Code = "encoding"  // not UTF-8
	Depth     Code = "depth"     // nested deeper than MaxDepth
	Unknown   Code = "unknown"   // a key that the type has not
	Duplicate Code = "duplicate" // a key that was given before
	Case      Code = "case"      // a key that differs from a known one in case only
	Type      Code = "type"      // a value of another kind or range than the type holds
	Value     Code = "value"     // a value that the type's own decoder refuses
)

// MaxDepth is how deep objects and arrays may be nested.
const MaxDepth = 64

// maxErrors bounds a report: what is that wrong needs no complete list.
const maxErrors = 100

// Error is one thing that is wrong.
type Error struct {
	Path   string // of the value from the root, as in "targets[0].within"; empty for the root
	Code   Code
	Value  string // the key or the value that is wrong, cut short; empty for a whole object
	Offset int64  // in bytes, just after what is wrong
	Detail string // in English, a sentence that starts with the value
	Err    error  // what the type's own decoder said; nil but for Value
}

// Error says path and detail in one line.
func (e *Error) Error() string {
	s := "json: "
	if e.Path != "" {
		s += e.Path + ": "
	}
	if e.Value != "" {
		s += e.Value + " "
	}
	return s + e.Detail
}

// Unwrap returns what the type's own decoder said.
func (e *Error) Unwrap() error { return e.Err }

// Errors are all that is wrong with a document, in its order.
type Errors []*Error

// Error lists the errors, one a line.
func (es Errors) Error() string { return invalid.Lines(es) }

// Unwrap returns the errors for [errors.Is] and [errors.As].
func (es Errors) Unwrap() []error { return invalid.Each(es) }

// Unmarshal decodes data into v, a pointer that is not nil, or returns
// [Errors] and leaves v alone.
func Unmarshal(data []byte, v any) error {
	target := reflect.ValueOf(v)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return &json.InvalidUnmarshalError{Type: reflect.TypeOf(v)}
	}
	if !utf8.Valid(data) {
		return Errors{{Code: Encoding, Detail: "is not valid UTF-8"}}
	}
	w := walker{data: data, dec: json.NewDecoder(bytes.NewReader(data)), keys: map[reflect.Type]keys{}}
	w.dec.UseNumber()
	w.document(target.Type().Elem())
	if len(w.errs) > 0 {
		return w.errs
	}
	if err := json.Unmarshal(data, v); err != nil {
		return Errors{{Code: Type, Detail: err.Error(), Err: err}}
	}
	return nil
}

// walker reads the tokens of a document next to the type that it is for. A
// nil type stands for one whose decoder looks for itself: any value will do.
type walker struct {
	data []byte
	dec  *json.Decoder
	keys map[reflect.Type]keys
	errs Errors
	path []string
	over bool // nothing more can be read
}

func (w *walker) document(t reflect.Type) {
	w.value(t)
	if w.over {
		return
	}
	if _, err := w.dec.Token(); !errors.Is(err, io.EOF) {
		w.fail(Syntax, "", "has more after its end", nil)
	}
}

func (w *walker) fail(code Code, value, detail string, err error) {
	if len(w.errs) < maxErrors {
		w.errs = append(w.errs, &Error{strings.Join(w.path, ""), code, value, w.dec.InputOffset(), detail, err})
	} else {
		w.over = true
	}
}

func (w *walker) token() json.Token {
	tok, err := w.dec.Token()
	if err != nil {
		detail := err.Error()
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			detail = "ends too early"
		}
		w.fail(Syntax, "", detail, nil)
		w.over = true
	}
	return tok
}

func (w *walker) enter(key string) bool {
	w.path = append(w.path, key)
	if len(w.path) > MaxDepth {
		w.fail(Depth, "", "is nested deeper than "+strconv.Itoa(MaxDepth), nil)
		w.over = true
	}
	return !w.over
}

func (w *walker) leave() { w.path = w.path[:len(w.path)-1] }

// value reads one value for the type.
func (w *walker) value(t reflect.Type) {
	t = deref(t)
	start := w.dec.InputOffset()
	own := ownDecoder(t)
	inner := t
	if own != byKind {
		inner = nil
	}
	before := len(w.errs)
	tok := w.token()
	if w.over {
		return
	}
	switch tok {
	case json.Delim('{'):
		w.object(inner)
	case json.Delim('['):
		w.array(inner)
	default:
		if inner != nil && tok != nil {
			w.scalar(inner, tok)
		}
	}
	if own != byKind && tok != nil && !w.over && len(w.errs) == before {
		w.tryOwn(t, own, tok, bytes.TrimLeft(w.data[start:w.dec.InputOffset()], " \t\r\n:,"))
	}
}

// tryOwn asks the type's own decoder what it says of the value.
func (w *walker) tryOwn(t reflect.Type, own decoder, tok json.Token, raw []byte) {
	v := reflect.New(t).Interface()
	var err error
	switch own {
	case byJSON:
		if u, ok := v.(json.Unmarshaler); ok {
			err = u.UnmarshalJSON(raw)
		}
	case byText:
		s, ok := tok.(string)
		if !ok {
			w.fail(Type, short(tok), "is no string", nil)
			return
		}
		if u, ok := v.(encoding.TextUnmarshaler); ok {
			err = u.UnmarshalText([]byte(s))
		}
	case byKind:
	}
	var nested Errors
	switch {
	case err == nil:
	case errors.As(err, &nested):
		prefix := strings.Join(w.path, "")
		for _, e := range nested {
			e.Path = Join(prefix, e.Path)
			w.errs = append(w.errs, e)
		}
	default:
		w.fail(Value, short(tok), "is refused: "+err.Error(), err)
	}
}

// Join puts the path of a value behind that of what holds it.
func Join(outer, inner string) string {
	if outer == "" || inner == "" || inner[0] == '[' {
		return outer + inner
	}
	return outer + "." + inner
}

func (w *walker) object(t reflect.Type) {
	var fields keys
	var elem reflect.Type
	switch {
	case t == nil || t.Kind() == reflect.Interface:
	case t.Kind() == reflect.Struct:
		fields = w.fields(t)
	case t.Kind() == reflect.Map:
		elem = t.Elem()
	default:
		w.fail(Type, "{", "stands where "+kindName(t)+" is expected", nil)
	}
	seen := map[string]bool{}
	for !w.over && w.dec.More() {
		key, _ := w.token().(string)
		if w.over {
			return
		}
		name := plain(key)
		if len(w.path) > 0 {
			name = "." + name
		}
		if !w.enter(name) {
			return
		}
		if seen[key] {
			w.fail(Duplicate, short(key), "is given twice", nil)
		}
		seen[key] = true
		ft := elem
		if fields != nil {
			ft = w.field(fields, key)
		}
		w.value(ft)
		w.leave()
	}
	if !w.over {
		w.token()
	}
}

// field returns the type of the field with the key, and nil if it has none.
func (w *walker) field(fields keys, key string) reflect.Type {
	if t, ok := fields[key]; ok {
		return t
	}
	for known := range fields {
		if strings.EqualFold(known, key) {
			w.fail(Case, short(key), "is written "+strconv.Quote(known), nil)
			return nil
		}
	}
	w.fail(Unknown, short(key), "is not a known key", nil)
	return nil
}

func (w *walker) array(t reflect.Type) {
	var elem reflect.Type
	if t != nil && t.Kind() != reflect.Interface {
		if t.Kind() != reflect.Slice && t.Kind() != reflect.Array {
			w.fail(Type, "[", "stands where "+kindName(t)+" is expected", nil)
		} else {
			elem = t.Elem()
		}
	}
	for i := 0; !w.over && w.dec.More(); i++ {
		if !w.enter("[" + strconv.Itoa(i) + "]") {
			return
		}
		w.value(elem)
		w.leave()
	}
	if !w.over {
		w.token()
	}
}

// scalar checks a string, number or boolean for a type without a decoder of
// its own.
func (w *walker) scalar(t reflect.Type, tok json.Token) {
	ok := t.Kind() == reflect.Interface
	switch v := tok.(type) {
	case string:
		ok = ok || t.Kind() == reflect.String || t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8
	case bool:
		ok = ok || t.Kind() == reflect.Bool
	case json.Number:
		ok = ok || fits(t, v.String()) || t == reflect.TypeFor[json.Number]()
	}
	if !ok {
		w.fail(Type, short(tok), "stands where "+kindName(t)+" is expected", nil)
	}
}

// plain is a key as a path shows it: as it is, but quoted where it could be
// taken for more than a key, and cut where it is long.
func plain(key string) string {
	s := short(key)
	if s == "" || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) || strings.ContainsRune(`.[]":`, r) }) {
		return strconv.Quote(s)
	}
	return s
}

// short cuts what an error quotes.
func short(tok json.Token) string {
	s := fmt.Sprint(tok)
	if len(s) > 40 {
		return strings.ToValidUTF8(s[:40], "") + "…"
	}
	return s
}

// fits reports whether the type can hold the number.
func fits(t reflect.Type, s string) bool {
	var err error
	switch {
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Int64:
		_, err = strconv.ParseInt(s, 10, t.Bits())
	case t.Kind() >= reflect.Uint && t.Kind() <= reflect.Uint64:
		_, err = strconv.ParseUint(s, 10, t.Bits())
	case t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64:
		_, err = strconv.ParseFloat(s, t.Bits())
	default:
		return false
	}
	return err == nil
}
