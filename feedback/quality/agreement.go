package quality

import (
	"fmt"
	"math"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/internal/stat"
)

// Pair is one conversation that two reviewers looked at, each without knowing of
// the other: how a shop finds out whether its catalogue means the same to all.
type Pair struct{ A, B *Evaluation }

// Agreement is how far two reviewers agree on one question: whether a
// conversation passes, or whether it has an error.
type Agreement struct {
	// Criterion is the error; empty: whether it passes.
	Criterion string `json:"criterion,omitempty"`
	N         int64  `json:"n"`
	// Agreed is the share of conversations on which they say the same, with
	// Wilson's interval. Of a rare error that is high by chance alone.
	Agreed feedback.Estimate `json:"agreed"`
	// Kappa is what they agree beyond chance: 1 is always, 0 no more than chance
	// (Cohen, A coefficient of agreement for nominal scales, Educational and
	// Psychological Measurement 20 (1960) 37-46), with the large-sample interval of
	// Fleiss, Cohen, Everitt, Psychological Bulletin 72 (1969) 323-327. It is not
	// OK where both always say the same one thing.
	Kappa feedback.Estimate `json:"kappa"`
}

// AgreementOf compares pairs: first on whether conversations pass, then on each
// error that either found, in the order of the catalogue. Evaluations of a pair
// have to be of one conversation and by two reviewers.
func (k *Catalogue) AgreementOf(pairs []Pair, level feedback.Level) ([]Agreement, error) {
	var c check
	for i, p := range pairs {
		path := fmt.Sprintf("pairs[%d]", i)
		if p.A == nil || p.B == nil {
			c.Failf(path, "", "is not of two")
			continue
		}
		for _, e := range []*Evaluation{p.A, p.B} {
			if err := k.Check(e); err != nil {
				c.Failf(path, "", "has an evaluation that is none: %v", err)
			}
		}
		if p.A.Shop != p.B.Shop || p.A.Subject != p.B.Subject || p.A.Reviewer == p.B.Reviewer {
			c.Failf(path, "", "is not of one conversation and two reviewers")
		}
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	list := []Agreement{agree("", pairs, level, func(e *Evaluation) bool { return k.Passes(e.Findings) })}
	for _, one := range k.cfg.Criteria {
		has := func(e *Evaluation) bool { return e.has(one.ID) }
		for _, p := range pairs {
			if has(p.A) || has(p.B) {
				list = append(list, agree(one.ID, pairs, level, has))
				break
			}
		}
	}
	return list, nil
}

func (e *Evaluation) has(criterion string) bool {
	for _, f := range e.Findings {
		if f.Criterion == criterion {
			return true
		}
	}
	return false
}

// agree counts the table of two by two and works kappa out.
func agree(criterion string, pairs []Pair, level feedback.Level, says func(e *Evaluation) bool) Agreement {
	var cells [2][2]float64 // by what A says, and what B does
	row := func(yes bool) int {
		if yes {
			return 1
		}
		return 0
	}
	for _, p := range pairs {
		cells[row(says(p.A))][row(says(p.B))]++
	}
	n := float64(len(pairs))
	a := Agreement{Criterion: criterion, N: int64(len(pairs))}
	a.Agreed = feedback.Proportion{Good: int64(cells[0][0] + cells[1][1]), N: a.N}.Share(feedback.Wilson, level)
	var ofA, ofB [2]float64 // margins
	for i := range 2 {
		for j := range 2 {
			cells[i][j] /= max(n, 1)
			ofA[i] += cells[i][j]
			ofB[j] += cells[i][j]
		}
	}
	observed := cells[0][0] + cells[1][1]
	chance := ofA[0]*ofB[0] + ofA[1]*ofB[1]
	if n == 0 || 1-chance < 1e-12 {
		return a
	}
	kappa := (observed - chance) / (1 - chance)
	variance := 0.0
	for i := range 2 {
		diagonal := 1 - (ofA[i]+ofB[i])*(1-kappa)
		variance += cells[i][i] * diagonal * diagonal
		off := ofB[1-i] + ofA[i]
		variance += (1 - kappa) * (1 - kappa) * cells[1-i][i] * off * off
	}
	rest := kappa - chance*(1-kappa)
	variance = max(0, variance-rest*rest) / (n * (1 - chance) * (1 - chance))
	half := stat.NormalQuantile(0.5+level.Confidence()/2) * math.Sqrt(variance)
	a.Kappa = feedback.Estimate{OK: true, Value: kappa, N: a.N, Interval: feedback.Interval{Low: max(-1, kappa-half), High: min(1, kappa+half)}}
	return a
}
