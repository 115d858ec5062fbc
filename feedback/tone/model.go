package tone

import "math"

// model is a learner that no longer learns.
type model struct {
	base    Analyzer
	weights [features]float32 // how much a feature speaks for good, in logs
}

// freeze makes weights of counts, smoothed by Laplace. Good and bad weigh the
// same, however many texts of each there were: the rarer must not go unseen.
func (l *Learner) freeze() *model {
	m := &model{base: l.base}
	var all [2]float64
	for _, c := range l.counts {
		all[0] += float64(c[0])
		all[1] += float64(c[1])
	}
	size := float64(len(l.counts) + 1)
	for i, c := range l.counts {
		good := (float64(c[1]) + 1) / (all[1] + size)
		bad := (float64(c[0]) + 1) / (all[0] + size)
		m.weights[i] = float32(math.Log(good / bad))
	}
	return m
}

func (m *model) score(list []uint16) float64 {
	var sum float64
	for _, i := range list {
		sum += float64(m.weights[i])
	}
	return sum
}

// label is what a score says of a text with so many features.
func (m *model) label(score float64, n int) Label {
	switch p := polarityOf(score, n); {
	case p > DefaultThreshold:
		return Positive
	case p < -DefaultThreshold:
		return Negative
	case score == 0:
		return Unknown
	}
	return Neutral
}

// polarityOf brings a score into -1 to 1. Words come together, so a sum of n of
// them is worth that of sqrt(n).
func polarityOf(score float64, n int) float64 {
	return math.Tanh(score / math.Sqrt(float64(max(n, 1))))
}

// Analyze implements [Analyzer]. Language and evidence are those of the base, and
// so is its doubt where praise may be irony.
func (m *model) Analyze(text string) Result {
	r := m.base.Analyze(text)
	if r.Doubt == Irony {
		return r
	}
	var seen featureSet
	sum, n := float64(m.weights[saysFeature(r.Label)]), 1
	eachFeature(text, &seen, func(i uint16) {
		sum += float64(m.weights[i])
		n++
	})
	r.Source, r.Doubt = FromLearner, ""
	r.Polarity, r.Label = polarityOf(sum, n), m.label(sum, n)
	r.Confidence = confidence(r.Polarity)
	if r.Label == Unknown {
		r.Doubt, r.Polarity, r.Confidence = NoEvidence, 0, 0
	}
	return r
}
