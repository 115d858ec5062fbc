package queue

import (
	"encoding/json"
	"math"
	"time"

	"github.com/kulanz-go/kulanz/internal/stat"
	"github.com/kulanz-go/kulanz/internal/strictjson"
)

// Wait is how long somebody will wait who joins now, behind so many others.
type Wait struct {
	Mean time.Duration
	// The wait is at most this long in 50, 80 and 90 of a hundred cases.
	P50, P80, P90 time.Duration
}

// Handling is how long agents take for one contact, wrap-up included.
type Handling struct {
	Mean time.Duration
	// CV2 is the squared coefficient of variation: variance over squared mean.
	// 1 is exponential, 0 a clock's.
	CV2 float64
}

// Wait returns the wait behind so many others where all of so many agents are
// busy: the sum of their handling times, spread over the agents, is taken for
// gamma distributed. It is exact for exponential handling times.
func (h Handling) Wait(ahead, agents int) (Wait, error) {
	seconds := func(p float64) (time.Duration, error) {
		s, err := h.Quantile(p, ahead, agents)
		return duration(s), err
	}
	var w Wait
	var err error
	if w.P50, err = seconds(.5); err != nil {
		return Wait{}, err
	}
	w.P80, _ = seconds(.8)
	w.P90, _ = seconds(.9)
	w.Mean = duration(h.Mean.Seconds() * float64(ahead+1) / float64(agents))
	return w, nil
}

// maxWait is where a wait is as good as endless.
const maxWait = 365 * 24 * time.Hour

func duration(seconds float64) time.Duration {
	if seconds >= maxWait.Seconds() {
		return maxWait
	}
	return time.Duration(seconds * float64(time.Second))
}

// Quantile returns, in seconds, how long the wait is at most in a share of p of
// all cases, p above 0 and below 1.
func (h Handling) Quantile(p float64, ahead, agents int) (float64, error) {
	switch {
	case !(p > 0 && p < 1):
		return 0, faultOf("p", p, "is not between 0 and 1")
	case ahead < 0:
		return 0, faultOf("ahead", float64(ahead), "is below 0")
	case agents < 1:
		return 0, faultOf("agents", float64(agents), "is below 1: nobody is at work")
	case h.Mean <= 0:
		return 0, faultOf("handling.mean", h.Mean.Seconds(), "is not above 0")
	case !(h.CV2 >= 0) || math.IsInf(h.CV2, 0):
		return 0, faultOf("handling.cv2", h.CV2, "is below 0")
	}
	turns, turn := float64(ahead)+1, h.Mean.Seconds()/float64(agents)
	if h.CV2 < 1e-9 {
		return turns * turn, nil // no spread at all
	}
	return stat.GammaQuantile(p, turns/h.CV2, turn*h.CV2), nil
}

// memory is how fast an estimator forgets: each contact counts for a fiftieth,
// so that one odd hour does not change what customers are told.
const memory = 0.02

// Estimator learns how long handling takes, as an exponentially weighted mean
// and variance. It is a value; Observe returns the next one. Its JSON is small
// and exact.
type Estimator struct {
	mean, second float64 // seconds, and their square, weighted
	n            int     // contacts seen, for the first of them weigh more
}

// NewEstimator starts from what is usual: a prior that counts as much as ten
// contacts. A CV2 of 0 in it is taken for 1.
func NewEstimator(prior Handling) (Estimator, error) {
	if prior.CV2 == 0 {
		prior.CV2 = 1
	}
	if _, err := prior.Quantile(.5, 0, 1); err != nil {
		return Estimator{}, err
	}
	m := prior.Mean.Seconds()
	return Estimator{mean: m, second: m * m * (1 + prior.CV2), n: 10}, nil
}

// Observe counts one contact that was handled. What took no time or over a day
// is no handling time, and is left out.
func (e Estimator) Observe(took time.Duration) Estimator {
	if took <= 0 || took > 24*time.Hour {
		return e
	}
	e.n = min(e.n+1, int(1/memory))
	w := max(memory, 1/float64(e.n))
	s := took.Seconds()
	e.mean += w * (s - e.mean)
	e.second += w * (s*s - e.second)
	return e
}

// Handling returns what was learned.
func (e Estimator) Handling() Handling {
	if e.mean == 0 {
		return Handling{}
	}
	return Handling{Mean: time.Duration(e.mean * float64(time.Second)), CV2: max(0, e.second/(e.mean*e.mean)-1)}
}

// Wait returns the wait behind so many others where all agents are busy.
func (e Estimator) Wait(ahead, agents int) (Wait, error) { return e.Handling().Wait(ahead, agents) }

// estimatorState is the JSON of an Estimator.
type estimatorState struct {
	V      int     `json:"v"`
	Mean   float64 `json:"mean"`
	Second float64 `json:"second"`
	N      int     `json:"n"`
}

// MarshalJSON writes the estimator.
func (e Estimator) MarshalJSON() ([]byte, error) {
	return json.Marshal(estimatorState{1, e.mean, e.second, e.n})
}

// UnmarshalJSON reads what MarshalJSON wrote; what no estimator writes is a
// [Fault].
func (e *Estimator) UnmarshalJSON(data []byte) error {
	var s estimatorState
	if err := strictjson.Unmarshal(data, &s); err != nil {
		return err
	}
	switch {
	case s.V != 1:
		return faultOf("v", float64(s.V), "is not the schema version 1")
	case !(s.Mean >= 0 && s.Mean <= 86400):
		return faultOf("mean", s.Mean, "is not 0 to 86400 seconds")
	case !(s.Second >= s.Mean*s.Mean*(1-1e-9)) || math.IsInf(s.Second, 0):
		return faultOf("second", s.Second, "is below the square of the mean")
	case s.N < 0 || s.N > int(1/memory):
		return faultOf("n", float64(s.N), "is not 0 to 50")
	}
	*e = Estimator{s.Mean, s.Second, s.N}
	return nil
}
