package trend

import (
	"github.com/kulanz-go/kulanz/feedback"
)

// Change is the time after a change beside the time before. A positive
// difference is more good answers after it.
type Change struct {
	Before feedback.Summary         `json:"before"`
	After  feedback.Summary         `json:"after"`
	Share  feedback.ShareDifference `json:"share"`
	Net    feedback.NetDifference   `json:"net"`
}

// Compare tests what customers answered from a day on against what they
// answered before it. Buckets that begin before the day and end after it, or
// begin less than transition days after it, belong to neither. It is not ok
// where one side has no answers.
func Compare(s Series, from feedback.Day, transition int, level feedback.Level) (Change, bool, error) {
	if transition < 0 {
		return Change{}, false, fault("transition", float64(transition), "is below 0")
	}
	var c Change
	for i := range s.Points {
		side := &c.Before
		switch b := s.Points[i].Bucket; {
		case b.Next <= from:
		case int64(b.From) >= int64(from)+int64(transition):
			side = &c.After
		default:
			continue
		}
		if err := side.Merge(&s.Points[i].Summary); err != nil {
			return Change{}, false, err
		}
	}
	before, err := feedback.NewResult(s.Scale, c.Before)
	if err != nil {
		return Change{}, false, err
	}
	after, err := feedback.NewResult(s.Scale, c.After)
	if err != nil {
		return Change{}, false, err
	}
	var ok1, ok2 bool
	c.Share, ok1 = feedback.CompareShares(after.Good(), before.Good(), level)
	c.Net, ok2 = feedback.CompareNet(after.Net(), before.Net(), level)
	return c, ok1 && ok2, nil
}
