package sla

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"
)

// DistributionError bounds the relative error of a quantile of a large
// [Distribution]: an answer of 100 h is between 99 h and 101 h.
const DistributionError = 0.01

const (
	distributionVersion = 1
	// maxExact values are kept as they are; with more the distribution turns
	// into counts of buckets.
	maxExact = 1024
	// gamma is the ratio between the bounds of a bucket that keeps
	// DistributionError (Masson, Rim, Lee: DDSketch, VLDB 2019).
	gamma = (1 + DistributionError) / (1 - DistributionError)
)

// Distribution counts durations and tells their quantiles: exactly up to 1024
// of them, and within [DistributionError] of the true value beyond. Its size
// is bounded: buckets grow by 2 %, so 2,200 of them reach from a nanosecond to
// 292 years. Negative durations count as 0. The zero value is empty.
//
//nolint:recvcheck // Add counts in place, MarshalJSON must work on a value too
type Distribution struct {
	exact   []time.Duration // all values, while few
	buckets []int64         // bucket i holds (gamma^(i-1), gamma^i] nanoseconds
	zeros   int64           // values of 0, once in buckets
	count   int
}

// Count returns how many durations were added.
func (d *Distribution) Count() int { return d.count }

// Exact reports whether quantiles are exact.
func (d *Distribution) Exact() bool { return d.count <= maxExact }

// Add counts one duration.
func (d *Distribution) Add(v time.Duration) {
	v = max(v, 0)
	d.count++
	switch {
	case d.count <= maxExact:
		d.exact = append(d.exact, v)
		return
	case d.exact != nil:
		d.spill()
	}
	d.bucket(v, 1)
}

// spill turns the values into counts.
func (d *Distribution) spill() {
	for _, v := range d.exact {
		d.bucket(v, 1)
	}
	d.exact = nil
}

func (d *Distribution) bucket(v time.Duration, n int64) {
	if v == 0 {
		d.zeros += n
		return
	}
	i := int(math.Ceil(math.Log(float64(v)) / math.Log(gamma)))
	d.grow(i)
	d.buckets[i] += n
}

func (d *Distribution) grow(i int) {
	if i >= len(d.buckets) {
		d.buckets = append(d.buckets, make([]int64, i+1-len(d.buckets))...)
	}
}

// Merge adds all that o counted. The result does not depend on the order in
// which distributions are merged.
func (d *Distribution) Merge(o *Distribution) {
	d.count += o.count
	if d.count <= maxExact {
		d.exact = append(d.exact, o.exact...)
		return
	}
	d.spill()
	for _, v := range o.exact {
		d.bucket(v, 1)
	}
	d.zeros += o.zeros
	if len(o.buckets) > 0 {
		d.grow(len(o.buckets) - 1)
		for i, n := range o.buckets {
			d.buckets[i] += n
		}
	}
}

// Quantile returns the smallest duration that a share of at least q of all do
// not exceed (nearest rank): Quantile(0.5) is a median. It is not ok where
// nothing was added.
func (d *Distribution) Quantile(q float64) (time.Duration, bool) {
	if d.count == 0 || math.IsNaN(q) {
		return 0, false
	}
	rank := int64(math.Ceil(min(max(q, 0), 1) * float64(d.count)))
	rank = max(rank, 1)
	if d.exact != nil {
		sorted := slices.Sorted(slices.Values(d.exact))
		return sorted[rank-1], true
	}
	rank -= d.zeros
	if rank <= 0 {
		return 0, true
	}
	for i, n := range d.buckets {
		if rank -= n; rank <= 0 {
			// The point of the bucket from which both bounds are equally far,
			// relative to themselves.
			at := 2 * math.Pow(gamma, float64(i)) / (gamma + 1)
			if at >= math.MaxInt64 {
				return math.MaxInt64, true
			}
			return time.Duration(at), true
		}
	}
	return 0, false
}

// distributionState is the JSON of a Distribution.
type distributionState struct {
	V       int              `json:"v"`
	Count   int              `json:"count"`
	P50     time.Duration    `json:"p50,omitempty"` // for readers; not read back
	P90     time.Duration    `json:"p90,omitempty"`
	P95     time.Duration    `json:"p95,omitempty"`
	P99     time.Duration    `json:"p99,omitempty"`
	Exact   []time.Duration  `json:"exact,omitempty"`
	Zeros   int64            `json:"zeros,omitempty"`
	Buckets map[string]int64 `json:"buckets,omitempty"`
}

// MarshalJSON writes what was counted, and some quantiles for readers.
func (d Distribution) MarshalJSON() ([]byte, error) {
	s := distributionState{V: distributionVersion, Count: d.count, Zeros: d.zeros}
	s.Exact = slices.Sorted(slices.Values(d.exact))
	s.P50, _ = d.Quantile(0.5)
	s.P90, _ = d.Quantile(0.9)
	s.P95, _ = d.Quantile(0.95)
	s.P99, _ = d.Quantile(0.99)
	for i, n := range d.buckets {
		if n > 0 {
			if s.Buckets == nil {
				s.Buckets = map[string]int64{}
			}
			s.Buckets[strconv.Itoa(i)] = n
		}
	}
	return json.Marshal(&s)
}

// UnmarshalJSON reads what [Distribution.MarshalJSON] wrote.
func (d *Distribution) UnmarshalJSON(data []byte) error {
	var s distributionState
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("sla: distribution: %w", err)
	}
	if s.V != distributionVersion {
		return &Fault{Path: "v", Value: strconv.Itoa(s.V), Reason: "is not a known schema version"}
	}
	out := Distribution{exact: s.Exact, zeros: s.Zeros}
	total := int64(len(s.Exact)) + s.Zeros
	for key, n := range s.Buckets {
		i, err := strconv.Atoi(key)
		if err != nil || i < 0 || i > maxBucket() || n < 0 {
			return &Fault{Path: "buckets", Value: key, Reason: "is no bucket"}
		}
		out.grow(i)
		out.buckets[i] = n
		total += n
	}
	out.count = s.Count
	if s.Zeros < 0 || total != int64(s.Count) || (len(s.Exact) > 0) == (s.Count > maxExact) && s.Count > 0 {
		return &Fault{Path: "count", Value: strconv.Itoa(s.Count), Reason: "does not agree with what was counted"}
	}
	*d = out
	return nil
}

// maxBucket is the bucket of the longest duration.
func maxBucket() int { return int(math.Ceil(math.Log(math.MaxInt64) / math.Log(gamma))) }
