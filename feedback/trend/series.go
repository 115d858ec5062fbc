package trend

import (
	"iter"
	"slices"
	"strconv"

	"github.com/kulanz-go/kulanz/feedback"
)

// MaxPoints is the longest series: more than ten years of days.
const MaxPoints = 4000

// Point is one bucket of a series: all answers in it. A bucket between others in
// which nobody answered is there, and empty.
type Point struct {
	Bucket  feedback.Bucket  `json:"bucket"`
	Summary feedback.Summary `json:"summary"`
}

// Series are the points of one question in one segment, by time, without gaps.
type Series struct {
	Scale  feedback.Scale `json:"scale"`
	Points []Point        `json:"points"`
}

// NewSeries merges rows of one question and one segment, in any order, to a
// series of buckets. An error of the rows, as a store returns it, is returned;
// rows of different questions or segments are a feedback.Fault, and so are more
// than [MaxPoints] buckets.
func NewSeries(scale feedback.Scale, rows iter.Seq2[feedback.Row, error], unit feedback.Unit) (Series, error) {
	s := Series{Scale: scale}
	buckets := map[feedback.Bucket]*feedback.Summary{}
	var of *feedback.Key
	for row, err := range rows {
		if err != nil {
			return Series{}, err
		}
		key := row.Key
		if key.Day = 0; of == nil {
			of = &key
		}
		if key != *of {
			return Series{}, &feedback.Fault{Path: "rows", Value: row.Key.Question, Reason: "are of more than one question or segment"}
		}
		b, err := unit.Of(row.Key.Day)
		if err != nil {
			return Series{}, err
		}
		if buckets[b] == nil {
			buckets[b] = new(feedback.Summary)
		}
		if err := buckets[b].Merge(&row.Summary); err != nil {
			return Series{}, err
		}
		if _, err := feedback.NewResult(scale, *buckets[b]); err != nil {
			return Series{}, err
		}
	}
	if len(buckets) == 0 {
		return s, nil
	}
	points, err := fill(buckets)
	if err != nil {
		return Series{}, err
	}
	s.Points = points
	return s, nil
}

// fill puts the buckets in a row, with empty ones where some are missing.
func fill(buckets map[feedback.Bucket]*feedback.Summary) ([]Point, error) {
	var points []Point
	var first, last feedback.Bucket
	for b := range buckets {
		if first.Unit == "" || b.From < first.From {
			first = b
		}
		if b.From >= last.From || last.Unit == "" {
			last = b
		}
	}
	for b := first; b.From <= last.From; {
		if len(points) == MaxPoints {
			return nil, &feedback.Fault{Path: "rows", Value: strconv.Itoa(MaxPoints), Reason: "points are the most of a series"}
		}
		p := Point{Bucket: b}
		if counted := buckets[b]; counted != nil {
			p.Summary = *counted
		}
		points = append(points, p)
		next, err := b.Unit.Of(b.Next)
		if err != nil {
			return nil, err
		}
		b = next
	}
	return points, nil
}

// Result reads a point's answers.
func (s Series) Result(i int) (feedback.Result, error) {
	return feedback.NewResult(s.Scale, s.Points[i].Summary)
}

// Shares returns how many answers of each point are good.
func (s Series) Shares() ([]feedback.Proportion, error) {
	shares := make([]feedback.Proportion, len(s.Points))
	for i := range s.Points {
		r, err := s.Result(i)
		if err != nil {
			return nil, err
		}
		shares[i] = r.Good()
	}
	return shares, nil
}

// Buckets returns the buckets of the points.
func (s Series) Buckets() []feedback.Bucket {
	return slices.Collect(func(yield func(feedback.Bucket) bool) {
		for _, p := range s.Points {
			if !yield(p.Bucket) {
				return
			}
		}
	})
}
