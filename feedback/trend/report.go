package trend

import (
	"cmp"
	"iter"
	"maps"
	"slices"

	"github.com/kulanz-go/kulanz/feedback"
)

// ReportConfig says what a report shows.
type ReportConfig struct {
	Unit feedback.Unit // of the buckets over time
	// Without are facets that are left out; a shop that does not look at single
	// agents names "agent".
	Without []string
	// MinGroup is the least number of answers that a group or a bucket is shown
	// with. Default feedback.MinGroup.
	MinGroup int64
	Level    feedback.Level
}

// Report is what a survey says: for each question all answers, how they spread,
// how they went over time, and by segment. It is a value that encodes as JSON;
// pictures and tables are made of it.
type Report struct {
	Survey    string           `json:"survey"`
	Questions []QuestionReport `json:"questions"` // in the order of the survey
	// Others are questions with stored answers that the survey does not have any
	// more.
	Others []string `json:"others,omitempty"`
}

// QuestionReport is the answers to one question. What would let a person be
// recognised is hidden, here as elsewhere: feedback.Suppress.
type QuestionReport struct {
	ID     string                `json:"id"`
	About  feedback.Aspect       `json:"about"`
	Scale  feedback.Scale        `json:"scale"`
	All    *Figures              `json:"all"` // nil: fewer than may be shown
	Over   []BucketFigures       `json:"over"`
	Facets map[string]FacetTable `json:"facets"`
}

// Figures are those of one group of answers.
type Figures struct {
	N       int64 `json:"n"`
	Skipped int64 `json:"skipped"`
	// Counts are how often each score was given, from the lowest on.
	Counts []int64           `json:"counts"`
	TopBox feedback.Estimate `json:"top_box"` // from 0 to 1, with Wilson's interval
	Mean   feedback.Estimate `json:"mean"`
	// Net is in points, with the adjusted Wald interval: NPS on its scale.
	Net feedback.Estimate `json:"net"`
}

// BucketFigures are those of one bucket; nil: nobody answered in it, or it is
// hidden.
type BucketFigures struct {
	Bucket  feedback.Bucket `json:"bucket"`
	Label   string          `json:"label"`
	Hidden  bool            `json:"hidden,omitempty"`
	Figures *Figures        `json:"figures"`
}

// FacetTable are the segments of one facet that may be shown, the largest first.
type FacetTable struct {
	Segments []SegmentFigures `json:"segments"`
	Hidden   []string         `json:"hidden,omitempty"`
}

// SegmentFigures are those of one segment. P says how often its share of good
// answers would differ so much from all others' by chance, with Holm's
// correction for the segments of the table; nil: there are no others.
type SegmentFigures struct {
	Value   string   `json:"value"`
	Figures Figures  `json:"figures"`
	P       *float64 `json:"p"`
}

// NewReport makes a report of stored summaries, of any questions, days and
// segments, as feedback.Desk.Rows returns them. Errors are those of the rows, and
// a feedback.Fault where they do not fit the survey.
func NewReport(survey *feedback.Survey, rows iter.Seq2[feedback.Row, error], cfg ReportConfig) (Report, error) {
	cfg.MinGroup = cmp.Or(cfg.MinGroup, feedback.MinGroup)
	byQuestion := map[string]*gathered{}
	for row, err := range rows {
		if err != nil {
			return Report{}, err
		}
		g := byQuestion[row.Key.Question]
		if g == nil {
			g = &gathered{segments: map[string]map[string]feedback.Summary{}}
			byQuestion[row.Key.Question] = g
		}
		if err := g.add(row); err != nil {
			return Report{}, err
		}
	}
	r := Report{Survey: survey.ID()}
	for _, q := range survey.Config().Questions {
		scale, _ := survey.Scale(q.ID)
		g := byQuestion[q.ID]
		delete(byQuestion, q.ID)
		if g == nil {
			g = &gathered{}
		}
		one, err := g.report(scale, &cfg)
		if err != nil {
			return Report{}, err
		}
		one.ID, one.About = q.ID, q.About
		r.Questions = append(r.Questions, one)
	}
	r.Others = slices.Sorted(maps.Keys(byQuestion))
	return r, nil
}

// gathered are the rows of one question.
type gathered struct {
	total    feedback.Summary
	days     []feedback.Row
	segments map[string]map[string]feedback.Summary
}

func (g *gathered) add(row feedback.Row) error {
	at := row.Key.Segment
	if at.IsZero() {
		g.days = append(g.days, row)
		return g.total.Merge(&row.Summary)
	}
	if g.segments[at.Facet] == nil {
		g.segments[at.Facet] = map[string]feedback.Summary{}
	}
	s := g.segments[at.Facet][at.Value]
	err := s.Merge(&row.Summary)
	g.segments[at.Facet][at.Value] = s
	return err
}

func (g *gathered) report(scale feedback.Scale, cfg *ReportConfig) (QuestionReport, error) {
	q := QuestionReport{Scale: scale, Facets: map[string]FacetTable{}}
	var err error
	if g.total.N() >= cfg.MinGroup {
		if q.All, err = newFigures(scale, g.total, cfg.Level); err != nil {
			return QuestionReport{}, err
		}
	}
	if q.Over, err = g.over(scale, cfg); err != nil {
		return QuestionReport{}, err
	}
	for facet, groups := range g.segments {
		if slices.Contains(cfg.Without, facet) {
			continue
		}
		if q.Facets[facet], err = newFacetTable(scale, facet, groups, cfg); err != nil {
			return QuestionReport{}, err
		}
	}
	return q, nil
}

// over makes the buckets. They are groups of a table whose total is shown, so
// the same rule hides them.
func (g *gathered) over(scale feedback.Scale, cfg *ReportConfig) ([]BucketFigures, error) {
	series, err := NewSeries(scale, func(yield func(feedback.Row, error) bool) {
		for _, row := range g.days {
			if !yield(row, nil) {
				return
			}
		}
	}, cfg.Unit)
	if err != nil {
		return nil, err
	}
	sizes := map[string]int64{}
	for i := range series.Points {
		sizes[series.Points[i].Bucket.String()] = series.Points[i].Summary.N()
	}
	may, err := feedback.Suppress(sizes, cfg.MinGroup, true)
	if err != nil {
		return nil, err
	}
	list := make([]BucketFigures, len(series.Points))
	for i, p := range series.Points {
		b := BucketFigures{Bucket: p.Bucket, Label: p.Bucket.String()}
		b.Hidden = slices.Contains(may.Hidden, b.Label)
		if !b.Hidden && p.Summary.N() > 0 {
			if b.Figures, err = newFigures(scale, p.Summary, cfg.Level); err != nil {
				return nil, err
			}
		}
		list[i] = b
	}
	return list, nil
}

// newFacetTable compares each segment that may be shown with all others.
func newFacetTable(scale feedback.Scale, facet string, groups map[string]feedback.Summary, cfg *ReportConfig) (FacetTable, error) {
	table, err := feedback.NewSegmentTable(scale, facet, groups, cfg.MinGroup)
	if err != nil {
		return FacetTable{}, err
	}
	t := FacetTable{Hidden: table.Hidden}
	ps := make([]float64, 0, len(table.Rows))
	for _, row := range table.Rows {
		f, err := newFigures(scale, row.Result.Summary(), cfg.Level)
		if err != nil {
			return FacetTable{}, err
		}
		t.Segments = append(t.Segments, SegmentFigures{Value: row.Segment.Value, Figures: *f})
		good, all := row.Result.Good(), table.Total.Good() // where a row is shown so is the total
		rest := feedback.Proportion{Good: all.Good - good.Good, N: all.N - good.N}
		if d, ok := feedback.CompareShares(good, rest, cfg.Level); ok {
			ps = append(ps, d.NMinus1.P)
		}
	}
	if len(ps) > 0 && len(ps) == len(t.Segments) {
		adjusted, err := feedback.Adjust(ps)
		if err != nil {
			return FacetTable{}, err
		}
		for i := range t.Segments {
			t.Segments[i].P = &adjusted.Holm[i]
		}
	}
	slices.SortFunc(t.Segments, func(a, b SegmentFigures) int {
		return cmp.Or(cmp.Compare(b.Figures.N, a.Figures.N), cmp.Compare(a.Value, b.Value))
	})
	return t, nil
}

func newFigures(scale feedback.Scale, s feedback.Summary, level feedback.Level) (*Figures, error) {
	r, err := feedback.NewResult(scale, s)
	if err != nil {
		return nil, err
	}
	f := Figures{N: s.N(), Skipped: s.Skipped(), TopBox: r.TopBox(feedback.Wilson, level), Mean: r.Mean(level)}
	f.Net = r.NetScore(feedback.AdjustedWald, level)
	for score := scale.Config().Min; score <= scale.Config().Max; score++ {
		f.Counts = append(f.Counts, s.Count(score))
	}
	return &f, nil
}
