package tone

import (
	"fmt"
	"math"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/internal/stat"
)

// MinHeldOut is how many good texts, and how many bad ones, must be held out
// before a learner can take over.
const MinHeldOut = 50

// Reason is why a learner takes over or not.
type Reason string

// The reasons.
const (
	TooFewTexts Reason = "too_few_texts" // less than MinHeldOut of either kind, or nothing learnt of one
	NotBetter   Reason = "not_better"    // the interval of the difference reaches down to 0
	Better      Reason = "better"
)

// Verdict is a learner beside its base on the texts held out. Balanced recall is
// the mean of the shares of good and of bad texts that were found. A text that was
// left undecided, as unknown or neutral, counts as half found: who guesses must
// not beat who says that he does not know.
type Verdict struct {
	TakesOver bool    `json:"takes_over"`
	Reason    Reason  `json:"reason"`
	Positive  int64   `json:"positive"` // texts held out
	Negative  int64   `json:"negative"`
	Base      float64 `json:"base"` // balanced recall; 0 where a kind is missing
	Learner   float64 `json:"learner"`
	// Difference is the learner's recall less that of the base, by the adjusted
	// Wald interval for paired shares in each kind (Bonett, Price, Adjusted Wald
	// confidence interval for a difference of binomial proportions based on paired
	// data, Journal of Educational and Behavioral Statistics 37 (2012) 479-488).
	Difference float64           `json:"difference"`
	Interval   feedback.Interval `json:"interval"`
	// BaseBetter and LearnerBetter are how many texts one had more right than the
	// other, and P the exact two-sided p value of the sign test on them, which is
	// McNemar's where nothing is undecided.
	BaseBetter    int64   `json:"base_better"`
	LearnerBetter int64   `json:"learner_better"`
	P             float64 `json:"p"`
}

// String says it in a sentence.
func (v Verdict) String() string {
	if v.Reason == TooFewTexts {
		return fmt.Sprintf("the lexicon stays: %d good and %d bad texts held out, %d of each are needed", v.Positive, v.Negative, MinHeldOut)
	}
	who := "the lexicon stays"
	if v.TakesOver {
		who = "the learner takes over"
	}
	return fmt.Sprintf("%s: balanced recall %.3f against %.3f of the lexicon on %d texts, difference %+.3f (%+.3f to %+.3f)",
		who, v.Learner, v.Base, v.Positive+v.Negative, v.Difference, v.Interval.Low, v.Interval.High)
}

// paired is how two did on the same texts of one kind.
type paired struct {
	n, base, learner, squares float64 // sums of what each found, and of squared differences
	baseBetter, learnerBetter int64
}

func (p *paired) add(base, learner float64) {
	p.n++
	p.base += base
	p.learner += learner
	p.squares += (learner - base) * (learner - base)
	if base > learner {
		p.baseBetter++
	}
	if learner > base {
		p.learnerBetter++
	}
}

// found is how much of a text was found: all, nothing, or half where it was left
// open.
func found(said, is Label) float64 {
	switch said {
	case is:
		return 1
	case Neutral, Unknown:
		return 0.5
	case Positive, Negative:
	}
	return 0
}

// Choose compares the learner with its base and returns what to read texts
// with: the learner where the whole interval of the difference lies above 0, the
// base otherwise. What is returned does not change with the learner.
func (l *Learner) Choose(level feedback.Level) (Analyzer, Verdict) { //nolint:ireturn // one of two, by the verdict
	m := l.freeze()
	var kinds [2]paired
	for _, h := range l.held {
		k, want := &kinds[0], Negative
		if h.good {
			k, want = &kinds[1], Positive
		}
		k.add(found(h.base, want), found(m.label(m.score(h.features), len(h.features)), want))
	}
	v := judge(kinds, level)
	if l.texts[0] == 0 || l.texts[1] == 0 {
		v.Reason = TooFewTexts
	}
	if v.Reason != Better {
		return l.base, v
	}
	v.TakesOver = true
	return m, v
}

func judge(kinds [2]paired, level feedback.Level) Verdict {
	v := Verdict{Reason: NotBetter, Negative: int64(kinds[0].n), Positive: int64(kinds[1].n), P: 1}
	var variance, adjusted float64
	for _, k := range kinds {
		v.BaseBetter += k.baseBetter
		v.LearnerBetter += k.learnerBetter
		if k.n == 0 {
			continue
		}
		v.Base += k.base / k.n / 2
		v.Learner += k.learner / k.n / 2
		// One more text that either alone had right, as Bonett and Price do.
		mean := (k.learner - k.base) / (k.n + 2)
		adjusted += mean / 2
		variance += ((k.squares+2)/(k.n+2) - mean*mean) / (k.n + 2) / 4
	}
	if kinds[0].n == 0 || kinds[1].n == 0 {
		v.Base, v.Learner = 0, 0
	}
	v.Difference = v.Learner - v.Base
	half := stat.NormalQuantile(0.5+level.Confidence()/2) * math.Sqrt(variance)
	v.Interval = feedback.Interval{Low: max(-1, adjusted-half), High: min(1, adjusted+half)}
	if n := v.BaseBetter + v.LearnerBetter; n > 0 {
		v.P = min(1, 2*stat.BinomialCDF(float64(min(v.BaseBetter, v.LearnerBetter)), float64(n), 0.5))
	}
	switch {
	case v.Positive < MinHeldOut || v.Negative < MinHeldOut:
		v.Reason = TooFewTexts
	case v.Interval.Low > 0:
		v.Reason = Better
	}
	return v
}
