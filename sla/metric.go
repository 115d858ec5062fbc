package sla

import "slices"

// Metric is what a clock of a policy measures on one ticket. Names and
// meanings are those of the help-desk field.
type Metric string

// The metrics. "Answer" means a mark that the target's stop rule names, by
// default a public reply of an agent.
const (
	// FirstResponse runs from the opening by a customer to the first answer.
	// A ticket that an agent opens with a message has none.
	FirstResponse Metric = "first_response"
	// NextResponse runs from the first customer message after an answer to
	// the next answer; further messages do not move it. Each answer ends a
	// cycle.
	NextResponse Metric = "next_response"
	// PeriodicUpdate runs from one answer to the next while the ticket is not
	// resolved; every answer ends a cycle and starts another.
	PeriodicUpdate Metric = "periodic_update"
	// CustomerWait runs while the customer waits for the shop: from the
	// opening to the resolution, less what the pause set names, usually
	// [PauseAnswered] and waiting for the customer.
	CustomerWait Metric = "customer_wait"
	// AgentWork runs while the ball lies with the shop's own people: from the
	// opening to the resolution, less every waiting state in the pause set.
	AgentWork Metric = "agent_work"
	// FirstResolution runs from the opening to the first resolution.
	FirstResolution Metric = "first_resolution"
	// TotalResolution runs from the opening to the last resolution.
	TotalResolution Metric = "total_resolution"
	// Promise runs from a promise to its keeping; each promise is a cycle, and
	// several may be open at a time.
	Promise Metric = "promise"
)

// Metrics returns all metrics in the order in which statuses are listed.
func Metrics() []Metric {
	return []Metric{
		FirstResponse, NextResponse, PeriodicUpdate, CustomerWait,
		AgentWork, FirstResolution, TotalResolution, Promise,
	}
}

// metricIndex is the place of a metric in [Metrics].
type metricIndex uint8

const (
	firstResponse metricIndex = iota
	nextResponse
	periodicUpdate
	customerWait
	agentWork
	firstResolution
	totalResolution
	promise
	metricCount
)

func (i metricIndex) metric() Metric {
	return [...]Metric{
		FirstResponse, NextResponse, PeriodicUpdate, CustomerWait,
		AgentWork, FirstResolution, TotalResolution, Promise,
	}[i]
}

// isResponse says whether the metric asks for an answer, so that a ticket
// which ends without one cancels it.
func (i metricIndex) isResponse() bool { return i <= periodicUpdate }

// isResolution says whether the metric runs from the opening and knows
// reopening.
func (i metricIndex) isResolution() bool { return i >= customerWait && i <= totalResolution }

func indexOfMetric(m Metric) (metricIndex, bool) {
	i := slices.Index(Metrics(), m)
	if i < 0 {
		return 0, false
	}
	return metricIndex(i), true //nolint:gosec // G115: an index into eight metrics
}
