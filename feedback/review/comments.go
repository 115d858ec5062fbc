package review

import (
	"context"
	"iter"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/tone"
)

// Comment is what a customer said in words, in a review or in answer to a survey.
type Comment struct {
	At   time.Time
	Text string
	// Facets are those of the answer; of a review its source, and its stars where
	// it has any.
	Facets map[string]string
}

// The facets of a review's comment.
const (
	FacetSource = "source"
	FacetStars  = "stars"
)

// Comments returns all comments that a desk holds of a shop, those of reviews
// first, of each the last edition. Nothing of an erased person is among them, so
// neither is it in what is made of them.
func (l *Log) Comments(ctx context.Context, shop string) iter.Seq2[Comment, error] {
	return func(yield func(Comment, error) bool) {
		last := map[string]*Review{}
		err := l.each(ctx, shop, stateReview, func(e feedback.Entry) error {
			var d received
			if err := decodeEntry(e, &d, &d.V); err != nil {
				return err
			}
			if r := last[d.Thread]; d.Review != nil && (r == nil || !d.Review.At.Before(r.At)) {
				last[d.Thread] = d.Review
			}
			return nil
		})
		if err != nil {
			yield(Comment{}, err)
			return
		}
		for _, thread := range sortedKeys(last) {
			if r := last[thread]; r.Text != "" && !yield(r.comment(), nil) {
				return
			}
		}
		for i, err := range l.desk.Invitations(ctx, feedback.Query{Shop: shop}) {
			if err != nil {
				yield(Comment{}, err)
				return
			}
			if r := i.Response; r != nil && r.Comment != "" && !yield(Comment{r.At, r.Comment, r.Facets}, nil) {
				return
			}
		}
	}
}

func (r *Review) comment() Comment {
	facets := map[string]string{FacetSource: r.Source}
	if r.Stars != nil {
		facets[FacetStars] = strconv.Itoa(*r.Stars)
	}
	return Comment{r.At, r.Text, facets}
}

// Topics counts what a shop's comments are about, by civil day in a zone, for all
// and for each value of the facets named. It holds counts and no words, and is
// made anew of what there is: tone.TopicCounts has the shares, and what spikes.
func (l *Log) Topics(
	ctx context.Context, shop string, topics *tone.Topics, zone *time.Location, facets ...string,
) (*tone.TopicCounts, error) {
	counts := new(tone.TopicCounts)
	var found []tone.TopicMatch
	for c, err := range l.Comments(ctx, shop) {
		if err != nil {
			return nil, err
		}
		found = topics.Find(found[:0], c.Text)
		groups := []feedback.Segment{{}}
		for _, facet := range facets {
			if v := c.Facets[facet]; v != "" {
				groups = append(groups, feedback.Segment{Facet: facet, Value: v})
			}
		}
		for _, g := range groups {
			if err := counts.Add(tone.Group{Day: feedback.DayOf(c.At, zone), Segment: g}, found); err != nil {
				return nil, err
			}
		}
	}
	return counts, nil
}
