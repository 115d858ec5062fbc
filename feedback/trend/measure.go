package trend

import (
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/internal/stat"
)

// MeasureKind is what a measure changes.
type MeasureKind string

// The kinds of measure.
const (
	MeasureProduct  MeasureKind = "product"
	MeasureProcess  MeasureKind = "process"
	MeasureTraining MeasureKind = "training"
)

// MeasureState is where a measure is in its life.
type MeasureState string

// The states of a measure.
const (
	MeasureRunning  MeasureState = "running"
	MeasureJudged   MeasureState = "judged"
	MeasureReopened MeasureState = "reopened" // it worked, and the alarm has returned
)

// Measure is what a shop does about a finding, with what it hopes for. Its JSON
// is what feedback.Desk.Keep stores.
type Measure struct {
	Kind       MeasureKind      `json:"kind"`
	Finding    string           `json:"finding"`
	Hypothesis string           `json:"hypothesis"`
	Owner      string           `json:"owner"`
	Survey     string           `json:"survey"`
	Question   string           `json:"question"`
	Segment    feedback.Segment `json:"segment,omitzero"`
	// Comparison is a segment that is left alone: what happens there too is not
	// the measure's doing. Zero: none.
	Comparison feedback.Segment `json:"comparison,omitzero"`
	// Before is the period to compare with, Start when the measure begins, and
	// Settled when its effect is full: days in between count for nothing. Due is
	// when it is judged. Periods are half-open.
	Before  feedback.Day `json:"before"`
	Start   feedback.Day `json:"start"`
	Settled feedback.Day `json:"settled"`
	Due     feedback.Day `json:"due"`
	// Baseline is the share of good answers when it began, and Effect by how much
	// it is hoped to rise, as 0.05; negative: to fall.
	Baseline float64      `json:"baseline"`
	Effect   float64      `json:"effect"`
	State    MeasureState `json:"state"`
	Verdict  Verdict      `json:"verdict,omitempty"`
}

// Verdict says whether a measure worked.
type Verdict string

// The verdicts.
const (
	Worked        Verdict = "worked"
	DidNot        Verdict = "did_not"
	NotEnoughData Verdict = "not_enough_data"
)

// maxWords bounds what people write about a measure, in bytes.
const maxWords = 4 << 10

// Check says all that is wrong with a measure, as a [feedback.Faults].
func (m *Measure) Check() error {
	var faults feedback.Faults
	fail := func(path, value, reason string) {
		faults = append(faults, &feedback.Fault{Path: path, Value: value, Reason: reason})
	}
	if !slices.Contains([]MeasureKind{MeasureProduct, MeasureProcess, MeasureTraining}, m.Kind) {
		fail("kind", string(m.Kind), "is none of product, process, training")
	}
	for _, f := range []struct{ path, value string }{
		{"finding", m.Finding}, {"hypothesis", m.Hypothesis}, {"owner", m.Owner}, {"survey", m.Survey}, {"question", m.Question},
	} {
		if f.value == "" || len(f.value) > maxWords {
			fail(f.path, strconv.Itoa(len(f.value))+" bytes", "are not 1 to "+strconv.Itoa(maxWords))
		}
	}
	if m.Before >= m.Start || m.Start > m.Settled || m.Settled >= m.Due {
		fail("start", m.Start.String(), "does not lie after before and up to settled, which is before due")
	}
	if !(m.Baseline >= 0 && m.Baseline <= 1) {
		fail("baseline", strconv.FormatFloat(m.Baseline, 'g', -1, 64), "is not 0 to 1")
	}
	if to := m.Baseline + m.Effect; m.Effect == 0 || !(to >= 0 && to <= 1) {
		fail("effect", strconv.FormatFloat(m.Effect, 'g', -1, 64), "is nothing, or leads out of 0 to 1")
	}
	if len(faults) > 0 {
		return faults
	}
	return nil
}

// Needed returns how many answers it takes before, and as many after, to see the
// hoped effect with a power of 80 % at 95 % confidence; with a comparison, as
// many in each of the four.
func (m *Measure) Needed() (int64, error) {
	n, err := feedback.ShareTest{P1: m.Baseline, P2: m.Baseline + m.Effect, Alpha: 0.05, Power: 0.8}.SampleSize()
	if err == nil && !m.Comparison.IsZero() {
		n *= 2 // the difference of two differences has twice the variance
	}
	return n, err
}

// Evidence are the counts that a measure is judged by: before it began and after
// it settled, in its segment and in the one left alone.
type Evidence struct {
	Before, After                     feedback.Proportion
	ComparisonBefore, ComparisonAfter feedback.Proportion
}

// Judgement is a verdict with the figures behind it. Change is how the share
// moved, less how it moved where nothing was done.
type Judgement struct {
	Verdict  Verdict           `json:"verdict"`
	Change   float64           `json:"change"`
	Interval feedback.Interval `json:"interval"`
	// Test is of the change against none.
	Test   feedback.Test `json:"test"`
	Needed int64         `json:"needed"` // answers in each period
}

// Judge compares. It worked where the interval of the change lies beyond nothing
// in the hoped direction, and did not where there were as many answers as are
// needed and it does not; else there is not enough data. Without answers in one
// of the periods there is no change to speak of.
func (m *Measure) Judge(e Evidence, level feedback.Level) (Judgement, error) {
	if err := m.Check(); err != nil {
		return Judgement{}, err
	}
	needed, err := m.Needed()
	if err != nil {
		return Judgement{}, err
	}
	j := Judgement{Verdict: NotEnoughData, Needed: needed}
	parts := []feedback.Proportion{e.After, e.Before}
	if !m.Comparison.IsZero() {
		parts = append(parts, e.ComparisonAfter, e.ComparisonBefore)
	}
	least := int64(math.MaxInt64)
	var variance float64
	for i, p := range parts {
		s := p.Share(feedback.Wilson, level)
		if !s.OK {
			return j, nil
		}
		least = min(least, p.N)
		sign := 1.0
		if i == 1 || i == 2 {
			sign = -1
		}
		j.Change += sign * s.Value
		// Of a share of 0 or 1 the plain variance would be 0, and sure of itself.
		shrunk := (float64(p.Good) + 1) / (float64(p.N) + 2)
		variance += shrunk * (1 - shrunk) / (float64(p.N) + 2)
	}
	se := math.Sqrt(variance)
	half := stat.NormalQuantile(0.5+level.Confidence()/2) * se
	j.Interval = feedback.Interval{Low: j.Change - half, High: j.Change + half}
	j.Test = feedback.Test{Z: j.Change / se, P: stat.NormalTail(j.Change / se)}
	switch {
	case m.Effect > 0 && j.Interval.Low > 0, m.Effect < 0 && j.Interval.High < 0:
		j.Verdict = Worked
	case least >= needed:
		j.Verdict = DidNot
	}
	return j, nil
}

// Judged returns the measure with its verdict. Where there was not enough data it
// runs on, to be judged again later.
func (m *Measure) Judged(j Judgement) Measure {
	next := *m
	next.Verdict = j.Verdict
	if j.Verdict != NotEnoughData {
		next.State = MeasureJudged
	}
	return next
}

// Alarmed returns the measure after an alarm in its figure was raised: one that
// was thought to have worked is open again.
func (m *Measure) Alarmed(e Event) Measure {
	next := *m
	bad := e.Kind == Raised && (e.Direction == High) == (m.Effect < 0) // it goes where it was not meant to
	if m.State == MeasureJudged && m.Verdict == Worked && bad {
		next.State, next.Verdict = MeasureReopened, ""
	}
	return next
}

// Wake returns when the measure has to be judged, for the entry that keeps it;
// zero once it has been.
func (m *Measure) Wake(zone *time.Location) time.Time {
	if m.State == MeasureJudged {
		return time.Time{}
	}
	due, _ := m.Due.Bounds(zone)
	return due
}
