package intake

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
)

// maxDepth is how deep an event may be nested.
const maxDepth = 8

// strict looks for what a decoder would take for something else: a key that stands
// twice or in another case, and more than one value.
func strict(raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	var w walk
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) && len(w.open) == 0 {
			return nil
		}
		if err != nil {
			return errors.New("body is no JSON: at byte " + strconv.FormatInt(d.InputOffset(), 10))
		}
		if fault := w.step(t); fault != "" {
			return errors.New(fault + ": at byte " + strconv.FormatInt(d.InputOffset(), 10))
		}
		if len(w.open) == 0 && d.More() {
			return errors.New("body holds more than one event")
		}
	}
}

// walk is where a walk over tokens has come to.
type walk struct {
	open []map[string]bool // the keys of each object that is open so far; nil for an array
	key  bool              // a key comes next
}

// step goes on by one token, and says what is wrong with it.
func (w *walk) step(t json.Token) string {
	if text, ok := t.(string); ok && w.key {
		keys := w.open[len(w.open)-1]
		if strings.ToLower(text) != text || keys[text] {
			return "a key stands twice, or in another case"
		}
		keys[text], w.key = true, false
		return ""
	}
	switch t {
	case json.Delim('{'):
		w.open = append(w.open, make(map[string]bool))
	case json.Delim('['):
		w.open = append(w.open, nil)
	case json.Delim('}'), json.Delim(']'):
		w.open = w.open[:len(w.open)-1]
	}
	if len(w.open) > maxDepth {
		return "body is nested too deeply"
	}
	w.key = len(w.open) > 0 && w.open[len(w.open)-1] != nil
	return ""
}
