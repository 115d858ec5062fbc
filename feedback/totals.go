package feedback

import (
	"context"
	"fmt"
	"iter"
)

// Rows returns the stored summaries that a query asks for, page by page, in the
// order of [Key.Compare]. The query's Limit is the size of a page; 0: MaxPage.
func (d *Desk) Rows(ctx context.Context, q SummaryQuery) iter.Seq2[Row, error] {
	if q.Limit <= 0 {
		q.Limit = MaxPage
	}
	return func(yield func(Row, error) bool) {
		for {
			rows, err := d.store.Summaries(ctx, q)
			if err != nil {
				yield(Row{}, fmt.Errorf("feedback: summaries: %w", err))
				return
			}
			for _, r := range rows {
				if !yield(r, nil) {
					return
				}
			}
			if len(rows) < q.PageLimit() {
				return
			}
			last := rows[len(rows)-1].Key
			q.After = &last
		}
	}
}

// Total merges the summaries of one question over the days of a query, in one
// segment; nil: of all answers.
func (d *Desk) Total(ctx context.Context, q SummaryQuery) (Summary, error) {
	var total Summary
	if q.Question == "" {
		return total, &Fault{Path: "question", Reason: "is missing: answers to different questions do not add up"}
	}
	if q.Segment == nil {
		q.Segment, q.Facet = &Segment{}, "" // of two facets each answer would count twice
	}
	for row, err := range d.Rows(ctx, q) {
		if err == nil {
			err = total.Merge(&row.Summary)
		}
		if err != nil {
			return Summary{}, err
		}
	}
	return total, nil
}
