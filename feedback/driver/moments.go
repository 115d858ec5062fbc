package driver

import (
	"fmt"
	"iter"
	"math"
	"strconv"

	"github.com/kulanz-go/kulanz/feedback"
)

// MaxDrivers is the most drivers of one outcome.
const MaxDrivers = 50

// Moments are the means and the sums of products of answers. They merge, in any
// order up to rounding, so that parts can be read side by side (Chan, Golub,
// LeVeque, Updating formulae and a pairwise algorithm for computing sample
// variances, 1979).
type Moments struct {
	names    []string // the outcome first
	n        int64
	left     int64
	mean     []float64
	products []float64 // about the means, row by row
}

// NewMoments returns empty moments of an outcome and its drivers, by the ids of
// the questions.
func NewMoments(outcome string, drivers ...string) (*Moments, error) {
	var faults feedback.Faults
	if n := len(drivers); n == 0 || n > MaxDrivers {
		faults = append(faults, &feedback.Fault{Path: "drivers", Value: strconv.Itoa(n), Reason: fmt.Sprintf("are not 1 to %d", MaxDrivers)})
	}
	names := append([]string{outcome}, drivers...)
	seen := map[string]bool{}
	for i, name := range names {
		path := "outcome"
		if i > 0 {
			path = fmt.Sprintf("drivers[%d]", i-1)
		}
		if name == "" || seen[name] {
			faults = append(faults, &feedback.Fault{Path: path, Value: name, Reason: "is missing, or there twice"})
		}
		seen[name] = true
	}
	if faults != nil {
		return nil, faults
	}
	k := len(names)
	return &Moments{names: names, mean: make([]float64, k), products: make([]float64, k*k)}, nil
}

// N returns how many were taken in, and how many were left out because they did
// not answer everything.
func (m *Moments) N() (int64, int64) { return m.n, m.left }

// maxValue keeps products from overflowing.
const maxValue = 1e15

// Add takes in one customer's values, the outcome first.
func (m *Moments) Add(values ...float64) error {
	if len(values) != len(m.names) {
		return &feedback.Fault{Path: "values", Value: strconv.Itoa(len(values)), Reason: fmt.Sprintf("are not %d", len(m.names))}
	}
	for i, v := range values {
		if !(math.Abs(v) <= maxValue) {
			return &feedback.Fault{Path: m.names[i], Value: strconv.FormatFloat(v, 'g', -1, 64), Reason: "is no number, or too large"}
		}
	}
	k := len(values)
	m.n++
	off := make([]float64, k)
	for i, v := range values {
		off[i] = v - m.mean[i]
		m.mean[i] += off[i] / float64(m.n)
	}
	for i := range k {
		for j := range k {
			m.products[i*k+j] += off[i] * (values[j] - m.mean[j])
		}
	}
	return nil
}

// AddResponses takes in those of some responses that answer all of the
// questions, and counts the others.
func (m *Moments) AddResponses(responses iter.Seq2[*feedback.Response, error]) error {
	values := make([]float64, len(m.names))
	for r, err := range responses {
		if err != nil {
			return err
		}
		if !m.read(r, values) {
			m.left++
			continue
		}
		if err := m.Add(values...); err != nil {
			return err
		}
	}
	return nil
}

func (m *Moments) read(r *feedback.Response, values []float64) bool {
	found := 0
	for _, a := range r.Answers {
		for i, name := range m.names {
			if a.Question == name && !a.Skipped {
				values[i] = float64(a.Score)
				found++
			}
		}
	}
	return found == len(values)
}

// Merge adds what others took in of the same outcome and drivers.
func (m *Moments) Merge(o *Moments) error {
	if fmt.Sprintf("%q", m.names) != fmt.Sprintf("%q", o.names) {
		return &feedback.Fault{Path: "drivers", Value: strconv.Itoa(len(o.names) - 1), Reason: "are of another outcome, others, or in another order"}
	}
	m.left += o.left
	if o.n == 0 {
		return nil
	}
	k := len(m.names)
	n, more := float64(m.n), float64(o.n)
	share := n * more / (n + more)
	off := make([]float64, k)
	for i := range k {
		off[i] = o.mean[i] - m.mean[i]
	}
	for i := range k {
		for j := range k {
			m.products[i*k+j] += o.products[i*k+j] + off[i]*off[j]*share
		}
		m.mean[i] += off[i] * more / (n + more)
	}
	m.n += o.n
	return nil
}
