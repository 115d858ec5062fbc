package feedback

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Segment is a group of answers: those with one value of one facet. The zero
// value is all answers.
type Segment struct {
	Facet string `json:"facet,omitempty"`
	Value string `json:"value,omitempty"`
}

// IsZero reports whether the segment is that of all answers.
func (g Segment) IsZero() bool { return g == Segment{} }

// String returns "facet=value", and "" for all answers.
func (g Segment) String() string {
	if g.IsZero() {
		return ""
	}
	return g.Facet + "=" + g.Value
}

// Key is what a stored [Summary] stands under: one question of one survey of one
// shop, on one civil day of the shop's zone, in one segment.
type Key struct {
	Shop     string  `json:"shop"`
	Survey   string  `json:"survey"`
	Question string  `json:"question"`
	Day      Day     `json:"day"`
	Segment  Segment `json:"segment,omitzero"`
}

// Compare orders keys by shop, survey, question, segment and day, so that a
// series lies together.
func (k Key) Compare(o Key) int {
	return cmp.Or(
		cmp.Compare(k.Shop, o.Shop), cmp.Compare(k.Survey, o.Survey), cmp.Compare(k.Question, o.Question),
		cmp.Compare(k.Segment.Facet, o.Segment.Facet), cmp.Compare(k.Segment.Value, o.Segment.Value),
		cmp.Compare(k.Day, o.Day),
	)
}

// Row is a summary under its key.
type Row struct {
	Key     Key     `json:"key"`
	Summary Summary `json:"summary"`
}

// Change is what a response does to one stored summary: Sub is taken away, then
// Add is merged.
type Change struct {
	Key Key     `json:"key"`
	Sub Summary `json:"sub,omitzero"`
	Add Summary `json:"add,omitzero"`
}

// Apply makes the change to what is stored under its key. If it fails nothing
// has changed.
func (c *Change) Apply(stored *Summary) error {
	s := *stored
	if err := s.Sub(&c.Sub); err != nil {
		return err
	}
	if err := s.Merge(&c.Add); err != nil {
		return err
	}
	*stored = s
	return nil
}

// Changes returns what becomes of the stored summaries where a response takes
// the place of an older one: a first response has no older one, and where one
// is erased there is no newer. They are in the order of [Key.Compare], none for
// a key that stays as it is. Each answer counts for all, and once for every
// facet. Errors are those of [Survey.Check].
func (s *Survey) Changes(older, newer *Response, zone *time.Location) ([]Change, error) {
	changes := make(map[Key]Change)
	for _, part := range []struct {
		r   *Response
		set func(c *Change) *Summary
	}{
		{older, func(c *Change) *Summary { return &c.Sub }},
		{newer, func(c *Change) *Summary { return &c.Add }},
	} {
		if part.r == nil {
			continue
		}
		rows, err := s.Rows(part.r, zone)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			c := changes[row.Key]
			c.Key = row.Key
			*part.set(&c) = row.Summary
			changes[row.Key] = c
		}
	}
	maps.DeleteFunc(changes, func(_ Key, c Change) bool { return c.Sub == c.Add })
	return slices.SortedFunc(maps.Values(changes), func(a, b Change) int { return a.Key.Compare(b.Key) }), nil
}

// Rows returns what one response alone counts for, by key: each question of the
// survey, for all answers and for each facet.
func (s *Survey) Rows(r *Response, zone *time.Location) ([]Row, error) {
	if err := s.Check(r); err != nil {
		return nil, err
	}
	segments := []Segment{{}}
	for _, facet := range slices.Sorted(maps.Keys(r.Facets)) {
		segments = append(segments, Segment{facet, r.Facets[facet]})
	}
	day := DayOf(r.At, zone)
	rows := make([]Row, 0, len(s.cfg.Questions)*len(segments))
	for _, q := range s.cfg.Questions {
		one, err := s.one(r, q.ID)
		if err != nil {
			return nil, err
		}
		for _, g := range segments {
			rows = append(rows, Row{Key{r.Shop, r.Survey, q.ID, day, g}, one})
		}
	}
	return rows, nil
}

// one is the summary of a response's answer to one question.
func (s *Survey) one(r *Response, question string) (Summary, error) {
	var one Summary
	var err error
	i := slices.IndexFunc(r.Answers, func(a Answer) bool { return a.Question == question })
	if i < 0 || r.Answers[i].Skipped {
		err = one.Skip(s.scales[question])
	} else {
		err = one.Add(s.scales[question], r.Answers[i].Score)
	}
	return one, err
}
