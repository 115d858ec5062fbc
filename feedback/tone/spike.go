package tone

import (
	"slices"
	"strconv"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/trend"
	"github.com/kulanz-go/kulanz/internal/stat"
)

// Watch is how spikes are looked for.
type Watch struct {
	Segment feedback.Segment
	Unit    feedback.Unit // of a point; empty: day
	// Baseline are the days that were as they should be, and Days those that are
	// looked at.
	Baseline Days
	Days     Days
	Sigma    float64 // the limits of the chart; 0: 3
	// Links are the problem tickets and measures that are known.
	Links []Link
}

// Link says what is being done about a topic: the ids of problem tickets
// (ticket links of kind problem) and of measures (package trend), as the host
// has them.
type Link struct {
	Topic    Topic            `json:"topic"`
	Segment  feedback.Segment `json:"segment,omitzero"` // zero: in all segments
	Since    feedback.Day     `json:"since"`
	Problems []string         `json:"problems,omitempty"`
	Measures []string         `json:"measures,omitempty"`
}

// Spike is a point in which a topic was found more often than the chart lets pass.
type Spike struct {
	Topic    Topic               `json:"topic"`
	Segment  feedback.Segment    `json:"segment,omitzero"`
	Bucket   feedback.Bucket     `json:"bucket"`
	Comments feedback.Proportion `json:"comments"`
	Baseline trend.Baseline      `json:"baseline"`
	// Limit is the share that the chart lets pass, and Chance how likely so many or
	// more would be although nothing has changed.
	Limit  float64 `json:"limit"`
	Chance float64 `json:"chance"`
	// Problems and Measures are those linked to the topic by the time of the point.
	// With none, nobody is on it.
	Problems []string `json:"problems,omitempty"`
	Measures []string `json:"measures,omitempty"`
}

// Spikes returns the points at which topics lie above their limits on a p-chart
// (trend.PChart), by topic, then by time. Because the limits of a p-chart are
// too narrow for few comments, a point must be as unlikely under the exact
// binomial distribution as its sigma says. A topic that the baseline does not have
// is taken to be in half a comment of it. A baseline without comments, or a unit or
// sigma that cannot be used, is an error.
func (c *TopicCounts) Spikes(w Watch) ([]Spike, error) {
	if w.Unit == "" {
		w.Unit = feedback.UnitDay
	}
	if w.Sigma == 0 {
		w.Sigma = 3
	}
	var spikes []Spike
	topics := c.Topics(w.Days, w.Segment)
	slices.Sort(topics)
	for _, topic := range topics {
		buckets, points, err := c.Series(topic, w.Unit, w.Days, w.Segment)
		if err != nil {
			return nil, err
		}
		base := c.Of(topic, w.Baseline, w.Segment)
		if base.N == 0 {
			return nil, &Fault{Path: "watch.baseline", Value: w.Baseline.From.String(), Reason: "has no comments"}
		}
		if base.Good == 0 {
			base = feedback.Proportion{Good: 1, N: 2 * base.N}
		}
		chart := trend.PChart{Baseline: trend.Baseline{Answers: base}, Sigma: w.Sigma}
		seen, err := chart.Run(points)
		if err != nil {
			return nil, err
		}
		rare := 1 - stat.NormalCDF(w.Sigma)
		for i, p := range seen {
			if p.Signal != trend.High {
				continue
			}
			chance := 1 - stat.BinomialCDF(float64(points[i].Good-1), float64(points[i].N), chart.Baseline.Share())
			if chance > rare {
				continue
			}
			s := Spike{
				Topic: topic, Segment: w.Segment, Bucket: buckets[i], Comments: points[i],
				Baseline: chart.Baseline, Limit: p.UCL, Chance: chance,
			}
			s.link(w.Links)
			spikes = append(spikes, s)
		}
	}
	return spikes, nil
}

// link notes what is known of the topic.
func (s *Spike) link(links []Link) {
	for _, l := range links {
		if l.Topic == s.Topic && (l.Segment.IsZero() || l.Segment == s.Segment) && l.Since < s.Bucket.Next {
			s.Problems = append(s.Problems, l.Problems...)
			s.Measures = append(s.Measures, l.Measures...)
		}
	}
}

// Series returns the counts of a topic as points without gaps, for any chart of
// package trend. A bucket that lies in the days in part counts those days alone.
// More than trend.MaxPoints are an error.
func (c *TopicCounts) Series(
	topic Topic, unit feedback.Unit, days Days, segment feedback.Segment,
) ([]feedback.Bucket, []feedback.Proportion, error) {
	var buckets []feedback.Bucket
	var points []feedback.Proportion
	index := map[feedback.Bucket]int{}
	for day := days.From; day < days.Next; {
		b, err := unit.Of(day)
		if err != nil {
			return nil, nil, err
		}
		if len(buckets) == trend.MaxPoints {
			return nil, nil, &Fault{Path: "days", Value: strconv.Itoa(trend.MaxPoints), Reason: "points are the most of a series"}
		}
		index[b] = len(buckets)
		buckets, points = append(buckets, b), append(points, feedback.Proportion{})
		day = b.Next
	}
	for g, t := range c.groups {
		if g.Segment != segment || !days.Has(g.Day) {
			continue
		}
		b, err := unit.Of(g.Day)
		if err != nil {
			return nil, nil, err
		}
		p := &points[index[b]]
		p.Good, p.N = p.Good+t.Topics[topic], p.N+t.Comments
	}
	return buckets, points, nil
}

// News is a topic that had not been there before.
type News struct {
	Topic    Topic               `json:"topic"`
	First    feedback.Day        `json:"first"`    // the first day with it
	Comments feedback.Proportion `json:"comments"` // since the day that was asked for
}

// NewSince returns the topics that were found in a segment from a day on, in at
// least so many comments, and never before it, the first to come first. It is not
// ok where nothing was counted before the day: then all would be new.
func (c *TopicCounts) NewSince(day feedback.Day, segment feedback.Segment, least int64) ([]News, bool) {
	first := map[Topic]feedback.Day{}
	last, ok := day, false
	for g, t := range c.groups {
		if g.Segment != segment {
			continue
		}
		ok = ok || g.Day < day
		last = max(last, g.Day)
		for topic := range t.Topics {
			if known, seen := first[topic]; !seen || g.Day < known {
				first[topic] = g.Day
			}
		}
	}
	if !ok {
		return nil, false
	}
	var news []News
	for topic, from := range first {
		p := c.Of(topic, Days{day, last + 1}, segment)
		if from >= day && p.Good >= least {
			news = append(news, News{topic, from, p})
		}
	}
	slices.SortFunc(news, compareNews)
	return news, true
}

func compareNews(a, b News) int {
	if a.First != b.First {
		return int(a.First) - int(b.First)
	}
	if a.Topic < b.Topic {
		return -1
	}
	return 1
}
