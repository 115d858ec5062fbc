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
// the mean of the shares of good and of bad texts that were found.
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
	// OnlyBase and OnlyLearner are how many texts one alone had right, and P the
	// exact two-sided p value of McNemar's test on them.
	OnlyBase    int64   `json:"only_base"`
	OnlyLearner int64   `json:"only_learner"`
	P           float64 `json:"p"`
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

// paired counts how two did on the same texts of one kind.
type paired struct{ n, both, onlyBase, onlyLearner float64 }

// Choose compares the learner with its base and returns what to read texts
// with: the learner where the whole interval of the difference lies above 0, the
// base otherwise. What is returned does not change with the learner.
func (l *Learner) Choose(level feedback.Level) (Analyzer, Verdict) { //nolint:ireturn // one of two, by the verdict
	m := l.freeze()
	var kinds [2]paired
	for _, h := range l.held {
		k := &kinds[column(h.good)]
		want := Negative
		if h.good {
			want = Positive
		}
		base, mine := h.base == want, m.label(m.score(h.features), len(h.features)) == want
		k.n++
		switch {
		case base && mine:
			k.both++
		case base:
			k.onlyBase++
		case mine:
			k.onlyLearner++
		}
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

func column(good bool) int {
	if good {
		return 1
	}
	return 0
}

func judge(kinds [2]paired, level feedback.Level) Verdict {
	v := Verdict{Reason: NotBetter, Negative: int64(kinds[0].n), Positive: int64(kinds[1].n), P: 1}
	var variance, adjusted float64
	for _, k := range kinds {
		v.OnlyBase += int64(k.onlyBase)
		v.OnlyLearner += int64(k.onlyLearner)
		if k.n == 0 {
			continue
		}
		v.Base += (k.both + k.onlyBase) / k.n / 2
		v.Learner += (k.both + k.onlyLearner) / k.n / 2
		p12, p21 := (k.onlyLearner+1)/(k.n+2), (k.onlyBase+1)/(k.n+2)
		adjusted += (p12 - p21) / 2
		variance += (p12 + p21 - (p12-p21)*(p12-p21)) / (k.n + 2) / 4
	}
	if kinds[0].n == 0 || kinds[1].n == 0 {
		v.Base, v.Learner = 0, 0
	}
	v.Difference = v.Learner - v.Base
	half := stat.NormalQuantile(0.5+level.Confidence()/2) * math.Sqrt(variance)
	v.Interval = feedback.Interval{Low: max(-1, adjusted-half), High: min(1, adjusted+half)}
	if n := v.OnlyBase + v.OnlyLearner; n > 0 {
		v.P = min(1, 2*stat.BinomialCDF(float64(min(v.OnlyBase, v.OnlyLearner)), float64(n), 0.5))
	}
	switch {
	case v.Positive < MinHeldOut || v.Negative < MinHeldOut:
		v.Reason = TooFewTexts
	case v.Interval.Low > 0:
		v.Reason = Better
	}
	return v
}
