package feedback

import (
	"fmt"
	"math"
	"strconv"
)

// Reach says what is known of all who were asked, if those who did not answer
// may think anything (Manski, Nonparametric bounds on treatment effects,
// American Economic Review 80 (1990) 319-323). No sample size narrows it: only
// more of the invited who answer do.
type Reach struct {
	Rate     float64  `json:"rate"`     // who answered, of those invited
	Interval Interval `json:"interval"` // of the share of good answers of all invited
}

// ReachOf returns the bounds for so many invited. It is not ok where nobody was,
// and a [Fault] where more answered than were invited.
func ReachOf(answers Proportion, invited int64) (Reach, bool, error) {
	var c check
	answers.check(&c, "answers")
	if invited < answers.N {
		c.fail("invited", strconv.FormatInt(invited, 10), "is less than those who answered")
	}
	if err := c.err(); err != nil || invited == 0 {
		return Reach{}, false, err
	}
	all := float64(invited)
	return Reach{
		Rate:     float64(answers.N) / all,
		Interval: Interval{float64(answers.Good) / all, float64(answers.Good+(invited-answers.N)) / all},
	}, true, nil
}

// Stratum is a group of customers: its answers, and its known share of all
// customers, from 0 to 1.
type Stratum struct {
	Answers Proportion `json:"answers"`
	Share   float64    `json:"share"`
}

// PostStratified is a share weighted by who the customers are, and not by who
// answered.
type PostStratified struct {
	Raw      Estimate `json:"raw"`      // as answered
	Weighted Estimate `json:"weighted"` // not OK where a group has no answers
	SE       float64  `json:"se"`       // of the weighted one
}

// PostStratify weights the share of good answers of each group by the group's
// share of all customers; those must add up to 1. The interval is Wald's, cut to
// 0 and 1.
func PostStratify(strata []Stratum, level Level) (PostStratified, error) {
	if err := checkStrata(strata); err != nil {
		return PostStratified{}, err
	}
	var all Proportion
	var weighted, variance float64
	complete := true
	for _, s := range strata {
		all.Good, all.N = all.Good+s.Answers.Good, all.N+s.Answers.N
		if s.Answers.N == 0 {
			complete = complete && s.Share == 0
			continue
		}
		p := s.Answers.share()
		weighted += s.Share * p
		variance += s.Share * s.Share * p * (1 - p) / float64(s.Answers.N)
	}
	out := PostStratified{Raw: all.Share(Wilson, level)}
	if complete && all.N > 0 {
		out.SE = math.Sqrt(variance)
		out.Weighted = Estimate{true, weighted, around(weighted, level.z()*out.SE).Clamp(0, 1), all.N}
	}
	return out, nil
}

func checkStrata(strata []Stratum) error {
	var c check
	var sum float64
	var n int64
	for i, s := range strata {
		path := fmt.Sprintf("strata[%d]", i)
		s.Answers.check(&c, path+".answers")
		if !(s.Share >= 0 && s.Share <= 1) {
			c.fail(path+".share", strconv.FormatFloat(s.Share, 'g', -1, 64), "is not from 0 to 1")
		}
		if s.Answers.N > math.MaxInt64-max(n, 0) {
			c.fail(path+".answers.n", strconv.FormatInt(s.Answers.N, 10), "is too much together with the others")
			break
		}
		sum, n = sum+s.Share, n+s.Answers.N
	}
	if !(math.Abs(sum-1) <= 1e-6) {
		c.fail("strata", strconv.FormatFloat(sum, 'g', -1, 64), "is what the shares add up to, and not 1")
	}
	return c.err()
}
