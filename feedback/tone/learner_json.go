package tone

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// learnerVersion is the version of a learner's state.
const learnerVersion = 1

// learnerState is the JSON of a Learner: lists of numbers, to be short.
type learnerState struct {
	V     int         `json:"v"`
	Texts [2]uint32   `json:"texts"`
	Words [][3]uint32 `json:"words"` // feature, bad, good
	Held  []heldState `json:"held"`
}

type heldState struct {
	Key      string   `json:"key"` // hexadecimal: beyond what floats hold
	Good     bool     `json:"good"`
	Base     Label    `json:"base"`
	Features []uint16 `json:"features"`
}

// MarshalJSON writes the state under a version. It holds hashes and counts, no
// words and no ids, and stays below 5 MiB however much was learnt.
func (l *Learner) MarshalJSON() ([]byte, error) {
	state := learnerState{V: learnerVersion, Texts: l.texts, Words: [][3]uint32{}, Held: []heldState{}}
	for _, i := range slices.Sorted(maps.Keys(l.counts)) {
		state.Words = append(state.Words, [3]uint32{uint32(i), l.counts[i][0], l.counts[i][1]})
	}
	for _, h := range l.held {
		state.Held = append(state.Held, heldState{strconv.FormatUint(h.key, 16), h.good, h.base, h.features})
	}
	return json.Marshal(state)
}

// LoadLearner reads a state that was stored, with the base that goes on. A state
// of another version, or one that nobody can have stored, is [Faults].
func LoadLearner(base Analyzer, data []byte) (*Learner, error) {
	var state learnerState
	if err := decode(data, &state, "learner"); err != nil {
		return nil, err
	}
	l := NewLearner(base)
	var c check
	if state.V != learnerVersion {
		c.fail("learner.v", strconv.Itoa(state.V), "is no version that is known")
		return nil, c.err()
	}
	l.texts = state.Texts
	for i, w := range state.Words {
		l.loadWord(&c, "learner.words["+strconv.Itoa(i)+"]", w)
	}
	if len(state.Held) > maxHeld {
		c.fail("learner.held", strconv.Itoa(len(state.Held)), "are more than 2000")
		return nil, c.err()
	}
	for i, h := range state.Held {
		l.loadHeld(&c, "learner.held["+strconv.Itoa(i)+"]", h)
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	return l, nil
}

func (l *Learner) loadWord(c *check, path string, w [3]uint32) {
	if w[0] >= features {
		c.fail(path+"[0]", strconv.FormatUint(uint64(w[0]), 10), "is no feature")
		return
	}
	i := uint16(w[0]) //nolint:gosec // below features
	if _, twice := l.counts[i]; twice || w[1] > l.texts[0] || w[2] > l.texts[1] || w[1] == 0 && w[2] == 0 {
		c.fail(path, strconv.Itoa(int(i)), "is given twice, without a count, or with more than there are texts")
		return
	}
	l.counts[i] = [2]uint32{w[1], w[2]}
}

func (l *Learner) loadHeld(c *check, path string, h heldState) {
	key, err := strconv.ParseUint(h.Key, 16, 64)
	if err != nil || key%holdOut != 0 || len(l.held) > 0 && l.held[len(l.held)-1].key >= key {
		c.fail(path+".key", h.Key, "is no key of a text held out, or not in order")
	}
	if !slices.Contains([]Label{Positive, Negative, Neutral, Unknown}, h.Base) {
		c.fail(path+".base", string(h.Base), "is no label")
	}
	ordered := slices.IsSortedFunc(h.Features, func(a, b uint16) int { return cmp.Or(cmp.Compare(a, b), -1) })
	if len(h.Features) == 0 || len(h.Features) > maxFeatures || !ordered || h.Features[len(h.Features)-1] >= features {
		c.fail(path+".features", strconv.Itoa(len(h.Features)), "are not 1 to 256 features in order")
	}
	l.held = append(l.held, heldOut{key, h.Good, h.Base, h.Features})
}
