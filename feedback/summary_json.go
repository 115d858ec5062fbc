package feedback

import (
	"encoding/json"
	"strconv"

	"github.com/kulanz-go/kulanz/internal/strictjson"
)

// summaryVersion is the version of a summary's JSON.
const summaryVersion = 1

// exactFloat is up to where a reader that takes all numbers for floats still
// counts right.
const exactFloat = 1 << 53

// summaryState is the JSON of a Summary.
type summaryState struct {
	V       int     `json:"v"`
	Min     int     `json:"min,omitempty"`
	Counts  []count `json:"counts,omitempty"`
	Skipped count   `json:"skipped,omitempty"`
}

// count is a number in JSON, and a string of digits beyond 2^53.
type count int64

// MarshalJSON writes digits, quoted beyond 2^53.
func (n count) MarshalJSON() ([]byte, error) {
	text := strconv.FormatInt(int64(n), 10)
	if n > exactFloat {
		text = `"` + text + `"`
	}
	return []byte(text), nil
}

// UnmarshalJSON reads both.
func (n *count) UnmarshalJSON(data []byte) error {
	text := string(data)
	if len(text) > 1 && text[0] == '"' && text[len(text)-1] == '"' {
		text = text[1 : len(text)-1]
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil || v < 0 || strconv.FormatInt(v, 10) != text {
		return &Fault{Path: "count", Value: cut(text), Reason: "is no whole number from 0 to 2^63-1"}
	}
	*n = count(v)
	return nil
}

// MarshalJSON writes the counts exactly, under a version:
//
//	{"v":1,"min":1,"counts":[0,2,5,20,70],"skipped":3}
//
// counts[i] are the answers with the score min+i. A count beyond 2^53 is a
// string, so that readers that know floats alone do not change it.
func (s Summary) MarshalJSON() ([]byte, error) {
	state := summaryState{V: summaryVersion, Min: int(s.low), Skipped: count(s.skipped)}
	for _, n := range s.counts[:s.points] {
		state.Counts = append(state.Counts, count(n))
	}
	return json.Marshal(state)
}

// UnmarshalJSON reads what [Summary.MarshalJSON] writes. Negative counts and
// fractions are refused, and so is a version that is not known.
func (s *Summary) UnmarshalJSON(data []byte) error {
	var state summaryState
	if err := strictjson.Unmarshal(data, &state); err != nil {
		return jsonFaults(err)
	}
	var c check
	if state.V != summaryVersion {
		c.failf("v", strconv.Itoa(state.V), "is not version %d", summaryVersion)
	}
	if state.Min < 0 || len(state.Counts)+state.Min > MaxPoints || len(state.Counts) == 1 {
		c.failf("counts", strconv.Itoa(len(state.Counts)), "are not the counts of two or more scores from 0 to 10")
	}
	if len(c.faults) > 0 {
		return c.err()
	}
	v := Summary{skipped: int64(state.Skipped), low: int8(state.Min), points: int8(len(state.Counts))} //nolint:gosec // both are 0 to 11
	for i, n := range state.Counts {
		v.counts[i] = int64(n)
	}
	v.sum(&c)
	if v.total > 0 && v.points == 0 {
		c.fail("counts", "", "are missing")
	}
	if v.total == 0 {
		v = Summary{}
	}
	if err := c.err(); err != nil {
		return err
	}
	*s = v
	return nil
}
