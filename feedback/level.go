package feedback

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/kulanz-go/kulanz/internal/stat"
)

// Level is how sure an interval is: of how many such intervals, made again and
// again, hold the true value. The zero value is 95 %.
type Level struct{ beyond float64 } // 95 %: 0

const defaultLevel = 0.95

// NewLevel returns a level from 0.5 up to below 1, as 0.99.
func NewLevel(confidence float64) (Level, error) {
	if !(confidence >= 0.5 && confidence <= 1-1e-12) {
		return Level{}, &Fault{
			Path: "confidence", Value: strconv.FormatFloat(confidence, 'g', -1, 64), Reason: "is not from 0.5 up to below 1",
		}
	}
	return Level{confidence - defaultLevel}, nil
}

// Confidence returns the level as a share, as 0.95.
func (l Level) Confidence() float64 { return defaultLevel + l.beyond }

// upper is the share that lies below an interval's upper bound.
func (l Level) upper() float64 { return 0.5 + l.Confidence()/2 }

// z is the normal deviate of the level: 1.96 for 95 %.
func (l Level) z() float64 { return stat.NormalQuantile(l.upper()) }

// Interval is a range of values, both ends included.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// around is the interval of so much on either side.
func around(middle, half float64) Interval { return Interval{middle - half, middle + half} }

// Clamp returns the interval cut to a range, for display.
func (i Interval) Clamp(low, high float64) Interval {
	return Interval{min(max(i.Low, low), high), max(min(i.High, high), low)}
}

// Has reports whether a value lies in the interval.
func (i Interval) Has(v float64) bool { return i.Low <= v && v <= i.High }

// Estimate is a figure made of answers, with how sure it is. Where nothing is
// known it is not OK and has no value: no answers are not 0 %. As JSON it is then
// null.
type Estimate struct {
	OK       bool
	Value    float64
	Interval Interval
	N        int64 // the answers it is made of
}

// estimateState is the JSON of an Estimate.
type estimateState struct {
	Value float64 `json:"value"`
	Interval
	N int64 `json:"n"`
}

// MarshalJSON writes {"value":…,"low":…,"high":…,"n":…}, or null.
func (e Estimate) MarshalJSON() ([]byte, error) {
	if !e.OK {
		return []byte("null"), nil
	}
	return json.Marshal(estimateState{e.Value, e.Interval, e.N})
}

// UnmarshalJSON reads what [Estimate.MarshalJSON] writes.
func (e *Estimate) UnmarshalJSON(data []byte) error {
	var state *estimateState
	if err := json.Unmarshal(data, &state); err != nil {
		return err
	}
	*e = Estimate{}
	if state != nil {
		*e = Estimate{true, state.Value, state.Interval, state.N}
	}
	return nil
}

// scaled returns the estimate in another unit: 100 times a share is per cent.
func (e Estimate) scaled(factor, offset float64) Estimate {
	if e.OK {
		e.Value = factor*e.Value + offset
		e.Interval = Interval{factor*e.Interval.Low + offset, factor*e.Interval.High + offset}
	}
	return e
}

// RoundHalfAway rounds for display: to so many decimals, and halves away from
// zero, so that -0.5 is -1 as 0.5 is 1. Round what is shown, and never what is
// computed with; of a difference round the difference, not its parts.
func RoundHalfAway(v float64, decimals int) float64 {
	unit := math.Pow10(decimals)
	rounded := math.Round(v * unit)
	// A half that binary fractions cannot hold, as 0.145, is meant as one.
	if away := math.Round(v*unit + math.Copysign(1e-9, v)); math.Abs(v*unit) < 1e6 {
		rounded = away
	}
	return rounded / unit
}
