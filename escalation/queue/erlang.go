package queue

import (
	"math"
	"time"
)

// MaxAgents is the most agents of a queue.
const MaxAgents = 100_000

// ErlangC is a queue in which everybody waits for as long as it takes: calls
// come at random, handling times are exponential, and the first to come is the
// first to be served (A. K. Erlang, Solution of some problems in the theory of
// probabilities of significance in automatic telephone exchanges, 1917). Times
// are in units of the mean handling time.
type ErlangC struct {
	Agents  int
	Erlangs float64 // calls per mean handling time: the work that comes in

	blocked, waits float64
}

// NewErlangC returns a queue's figures. Where the agents cannot do the work the
// error is [ErrUnstable].
func NewErlangC(agents int, erlangs float64) (ErlangC, error) {
	if err := checkLoad(agents, erlangs); err != nil {
		return ErlangC{}, err
	}
	if erlangs >= float64(agents) {
		return ErlangC{}, ErrUnstable
	}
	q := ErlangC{Agents: agents, Erlangs: erlangs, blocked: erlangB(agents, erlangs)}
	q.waits = q.blocked / (1 - erlangs/float64(agents)*(1-q.blocked))
	return q, nil
}

func checkLoad(agents int, erlangs float64) error {
	switch {
	case agents < 1 || agents > MaxAgents:
		return faultOf("agents", float64(agents), "is not 1 to 100000")
	case !(erlangs > 0) || math.IsInf(erlangs, 0):
		return faultOf("erlangs", erlangs, "is not above 0")
	}
	return nil
}

// erlangB is the share of calls that find all agents busy where nobody waits,
// by the recursion over the number of agents, which only adds and divides
// positive numbers and so is stable.
func erlangB(agents int, erlangs float64) float64 {
	b := 1.0
	for k := 1; k <= agents; k++ {
		b = erlangs * b / (float64(k) + erlangs*b)
	}
	return b
}

// Blocked is the share that would be lost if nobody could wait (Erlang B).
func (q ErlangC) Blocked() float64 { return q.blocked }

// Waits is the share that has to wait.
func (q ErlangC) Waits() float64 { return q.waits }

// MeanWait is the mean wait of all, those who are served at once included: the
// average speed of answer.
func (q ErlangC) MeanWait() float64 { return q.waits / q.free() }

// Length is how many wait on average.
func (q ErlangC) Length() float64 { return q.waits * q.Erlangs / q.free() }

// Occupancy is the share of their time that agents are busy.
func (q ErlangC) Occupancy() float64 { return q.Erlangs / float64(q.Agents) }

// Within is the service level: the share that waits no longer than a time.
func (q ErlangC) Within(wait float64) float64 { return 1 - q.waits*math.Exp(-q.free()*wait) }

// free is how many agents are idle on average.
func (q ErlangC) free() float64 { return float64(q.Agents) - q.Erlangs }

// maxTerms bounds the sum of an [ErlangA].
const maxTerms = 10_000_000

// ErlangA is a queue in which customers give up: as [ErlangC], but everybody's
// patience is exponential (C. Palm, 1957; Garnett, Mandelbaum and Reiman,
// Designing a call center with impatient customers, 2002). It is never
// unstable. Times are in units of the mean handling time.
type ErlangA struct {
	Agents     int
	Erlangs    float64
	Impatience float64 // mean handling time over mean patience

	waits, abandons float64
}

// NewErlangA returns a queue's figures.
func NewErlangA(agents int, erlangs, impatience float64) (ErlangA, error) {
	if err := checkLoad(agents, erlangs); err != nil {
		return ErlangA{}, err
	}
	if !(impatience > 0) || math.IsInf(impatience, 0) {
		return ErlangA{}, faultOf("impatience", impatience, "is not above 0: where nobody gives up, take ErlangC")
	}
	n := float64(agents)
	// Everything relative to the state in which all agents are busy and nobody
	// waits: its own weight and that of those below is 1/B.
	all, queueing, weighted, term, one := 1/erlangB(agents, erlangs), 1.0, 0.0, 1.0, 1.0
	for j := 1.0; ; j++ {
		if j > maxTerms {
			return ErlangA{}, faultOf("impatience", impatience, "is so little that the sum has too many terms: take ErlangC")
		}
		ratio := erlangs / (n + j*impatience)
		term *= ratio
		queueing += term
		weighted += j * term
		if term > 1e250 { // only ratios of these count
			const scale = 1e-250
			all, queueing, weighted, term, one = all*scale, queueing*scale, weighted*scale, term*scale, one*scale
		}
		if ratio < 1 && j*term < 1e-17*(1-ratio)*weighted {
			break
		}
	}
	total := all + queueing - one // the state itself is in both sums, and counts once
	q := ErlangA{Agents: agents, Erlangs: erlangs, Impatience: impatience}
	q.waits = queueing / total
	q.abandons = impatience * weighted / total / erlangs
	return q, nil
}

// Waits is the share that finds all agents busy.
func (q ErlangA) Waits() float64 { return q.waits }

// Abandons is the share that gives up.
func (q ErlangA) Abandons() float64 { return q.abandons }

// MeanWait is the mean wait of all, those who give up included.
func (q ErlangA) MeanWait() float64 { return q.abandons / q.Impatience }

// Length is how many wait on average.
func (q ErlangA) Length() float64 { return q.MeanWait() * q.Erlangs }

// Occupancy is the share of their time that agents are busy.
func (q ErlangA) Occupancy() float64 { return q.Erlangs * (1 - q.abandons) / float64(q.Agents) }

// Target is what a queue has to keep. Fields that are zero ask for nothing.
type Target struct {
	// Share of all customers are answered within Within; 0.8 within 20 s is
	// common on the phone. Patience must be zero for it.
	Share  float64
	Within time.Duration
	// MeanWait is the longest mean wait.
	MeanWait time.Duration
	// Abandon is the largest share that may give up; it needs a Patience.
	Abandon float64
	// Occupancy is the highest share of their time that agents may be busy.
	Occupancy float64
}

// Traffic is the work that comes in.
type Traffic struct {
	PerHour  float64       // contacts
	Handling time.Duration // mean, wrap-up included
	Patience time.Duration // mean; zero: nobody gives up
}

// erlangs is the work per mean handling time.
func (t Traffic) erlangs() float64 { return t.PerHour * t.Handling.Hours() }

// AgentsFor returns the least number of agents with which a target is kept.
// Where even [MaxAgents] are too few the error is [ErrUnstable].
func AgentsFor(t Traffic, target Target) (int, error) {
	if err := target.check(t); err != nil {
		return 0, err
	}
	low, high := 1, 1
	for !t.keeps(high, target) {
		if high == MaxAgents {
			return 0, ErrUnstable
		}
		low, high = high+1, min(2*high, MaxAgents)
	}
	for low < high { // all that is asked for gets better with every agent
		if mid := (low + high) / 2; t.keeps(mid, target) {
			high = mid
		} else {
			low = mid + 1
		}
	}
	return high, nil
}

func (g Target) check(t Traffic) error {
	switch {
	case !(t.PerHour > 0) || t.PerHour > 1e9:
		return faultOf("per_hour", t.PerHour, "is not above 0 and up to 1e9")
	case t.Handling <= 0:
		return faultOf("handling", t.Handling.Seconds(), "is not above 0")
	case t.Patience < 0:
		return faultOf("patience", t.Patience.Seconds(), "is below 0")
	case g == Target{}:
		return faultOf("target", 0, "asks for nothing")
	}
	return g.checkShares(t)
}

// checkShares looks at what is asked for, beside the traffic.
func (g Target) checkShares(t Traffic) error {
	switch {
	case !(g.Share >= 0 && g.Share < 1):
		return faultOf("share", g.Share, "is not 0 up to, not including, 1")
	case g.Share > 0 && t.Patience > 0:
		return faultOf("share", g.Share, "is for queues in which nobody gives up")
	case g.Within < 0 || g.MeanWait < 0:
		return faultOf("within", min(g.Within, g.MeanWait).Seconds(), "is below 0")
	case !(g.Abandon >= 0 && g.Abandon < 1) || g.Abandon > 0 && t.Patience == 0:
		return faultOf("abandon", g.Abandon, "is not 0 up to, not including, 1, or lacks a patience")
	case !(g.Occupancy >= 0 && g.Occupancy <= 1):
		return faultOf("occupancy", g.Occupancy, "is not 0 to 1")
	}
	return nil
}

// keeps reports whether so many agents keep the target.
func (t Traffic) keeps(agents int, g Target) bool {
	mean := g.MeanWait.Seconds() / t.Handling.Seconds()
	if t.Patience > 0 {
		q, err := NewErlangA(agents, t.erlangs(), t.Handling.Seconds()/t.Patience.Seconds())
		return err == nil && (g.MeanWait == 0 || q.MeanWait() <= mean) && (g.Abandon == 0 || q.Abandons() <= g.Abandon) &&
			(g.Occupancy == 0 || q.Occupancy() <= g.Occupancy)
	}
	q, err := NewErlangC(agents, t.erlangs())
	return err == nil && (g.MeanWait == 0 || q.MeanWait() <= mean) &&
		(g.Share == 0 || q.Within(g.Within.Seconds()/t.Handling.Seconds()) >= g.Share) &&
		(g.Occupancy == 0 || q.Occupancy() <= g.Occupancy)
}
