package statute

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/kulanz-go/kulanz/sla"
)

// faults collects everything that is wrong with a value, below the path where
// it is reading.
type faults struct {
	at   string
	list sla.Faults
}

// path is where a name below the current path stands.
func (fs *faults) path(name string) string {
	if fs.at == "" || name == "" || strings.HasPrefix(name, "[") {
		return fs.at + name
	}
	return fs.at + "." + name
}

func (fs *faults) add(name, value, reason string) {
	fs.list = append(fs.list, &sla.Fault{Path: fs.path(name), Value: value, Reason: reason})
}

// in runs read with the path one step down.
func (fs *faults) in(name string, read func()) {
	at := fs.at
	fs.at = fs.path(name)
	read()
	fs.at = at
}

// record reads an object that has no keys but those of fields. A field is a
// pointer to decode into, or a function that reads the value. Null leaves a
// field as it is. It reports whether data is an object at all.
func (fs *faults) record(data []byte, fields map[string]any) bool {
	members, ok := fs.object(data)
	for _, m := range members {
		fs.in(m.key, func() {
			target, known := fields[m.key]
			switch read, ok := target.(func([]byte)); {
			case !known:
				fs.add("", clip(m.value), "is no field that is known here; names are in lower case")
			case ok:
				read(m.value)
			default:
				fs.read(m.value, target)
			}
		})
	}
	return ok
}

// read decodes a value.
func (fs *faults) read(data []byte, target any) {
	err := json.Unmarshal(data, target)
	var (
		fault *sla.Fault
		list  sla.Faults
		kind  *json.UnmarshalTypeError
	)
	switch {
	case err == nil:
	case errors.As(err, &kind):
		fs.add("", clip(data), "is a JSON "+kind.Value+", which does not fit here")
	case errors.As(err, &list):
		for _, f := range list {
			fs.add(f.Path, f.Value, f.Reason)
		}
	case errors.As(err, &fault):
		fs.add("", fault.Value, fault.Reason)
	default:
		fs.add("", clip(data), "cannot be read: "+strings.TrimPrefix(err.Error(), "json: "))
	}
}

type member struct {
	key   string
	value json.RawMessage
}

// object reads the members of a JSON object in their order, each key once.
func (fs *faults) object(data []byte) ([]member, bool) {
	dec := json.NewDecoder(bytes.NewReader(data))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		fs.add("", clip(data), "is no JSON object")
		return nil, false
	}
	var members []member
	seen := map[string]bool{}
	for dec.More() {
		var m member
		key, err := dec.Token()
		if err == nil {
			m.key, _ = key.(string) // the decoder lets no other key pass
			err = dec.Decode(&m.value)
		}
		if err != nil {
			fs.add(m.key, clip(data), "is no JSON: "+err.Error())
			return nil, false
		}
		if seen[m.key] {
			fs.add(m.key, clip(m.value), "is given twice")
			continue
		}
		seen[m.key] = true
		members = append(members, m)
	}
	if _, err := dec.Token(); err != nil {
		fs.add("", clip(data), "is no JSON: "+err.Error())
		return nil, false
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		fs.add("", clip(data), "goes on after its end")
	}
	return members, true
}

// clip shortens a value for an error.
func clip(data []byte) string {
	const most = 80
	if len(data) > most {
		return strings.ToValidUTF8(string(data[:most]), "") + "..."
	}
	return string(data)
}
