package main

import (
	"encoding/csv"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// sampleCases is how many cases the generated log has.
const sampleCases = 300

// What public logs of support desks show, as shares of all cases.
const (
	shareAgain      = 0.18  // write again before they are answered: self-transitions are 4.5 % of all events
	shareBefore     = 0.037 // are stamped as answered before they were asked
	shareReopened   = 0.034 // have work after the first resolution
	shareConfirmed  = 0.016 // are closed before the window is over
	shareAsked      = 0.15  // wait for the customer once
	shareCarrier    = 0.10  // wait for the carrier once
	medianFirst     = 6.0   // minutes to the first answer
	p90First        = 400.0
	windowDays      = 15 // local calendar days from the resolution to the closing
	deviateOf90     = 1.2816
	medianSolution  = 10.0 // hours from the first answer to the solution
	spreadSolution  = 1.4
	longestResponse = 14 * 24 * 60 // minutes
)

// sampleReasons are the reasons that 17,182 contacts with a shop had, as far
// as they are measured.
func sampleReasons() []ticket.ReasonConfig {
	all := ticket.EcommerceReasons()
	return slices.DeleteFunc(slices.Clone(all), func(r ticket.ReasonConfig) bool {
		return r.Share == 0 || slices.ContainsFunc(all, func(o ticket.ReasonConfig) bool {
			return o.Code != r.Code && o.Code.Parent() == r.Code && o.Share > 0
		})
	})
}

// sampleLog generates the log of a shop's desk as CSV. It is the same every
// time.
func sampleLog(cases int) string {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		zone = time.UTC // no time zone data on this machine; readers will say so
	}
	g := &sampler{random: rand.New(rand.NewPCG(2026, 11)), zone: zone} //nolint:gosec // to be the same every time is the point
	opened := make([]time.Time, cases)
	for i := range opened {
		opened[i] = g.opening()
	}
	slices.SortFunc(opened, time.Time.Compare)
	var out strings.Builder
	g.out = csv.NewWriter(&out)
	g.write("ticket", "event", "at", "by", "customer", "channel", "reason")
	for i, at := range opened {
		g.sampleCase(i+1, at)
	}
	g.out.Flush()
	return out.String()
}

// sampler draws cases.
type sampler struct {
	random *rand.Rand
	zone   *time.Location
	out    *csv.Writer

	ticket, agent, customer, channel, reason string
}

func (g *sampler) write(fields ...string) {
	_ = g.out.Write(fields) // into memory
}

func (g *sampler) row(event, by string, at time.Time) {
	g.write(g.ticket, event, at.UTC().Truncate(time.Second).Format(time.RFC3339), by, g.customer, g.channel, g.reason)
}

func (g *sampler) chance(share float64) bool { return g.random.Float64() < share }

// minutes draws a time around a median, spread evenly on a logarithmic scale.
func (g *sampler) minutes(median, spread float64) time.Duration {
	m := min(median*math.Exp(spread*g.random.NormFloat64()), longestResponse)
	return time.Duration(m * float64(time.Minute))
}

// opening draws when a customer writes: in half a year with a change of the
// clock, more by day than by night.
func (g *sampler) opening() time.Time {
	day := sla.Date{Year: 2026, Month: time.January, Day: 2}.AddDays(g.random.IntN(180))
	hour := 13.5 + 4*g.random.NormFloat64()
	clock := sla.Clock(min(max(hour, 0), 23.9) * 3600)
	return day.At(clock, g.zone)
}

func (g *sampler) drawReason() string {
	reasons := sampleReasons()
	total := 0.0
	for _, r := range reasons {
		total += r.Share
	}
	at := g.random.Float64() * total
	for _, r := range reasons {
		if at -= r.Share; at < 0 {
			return string(r.Code)
		}
	}
	return string(reasons[0].Code)
}

// sampleCase writes one case.
func (g *sampler) sampleCase(n int, at time.Time) {
	g.ticket, g.agent = strconv.Itoa(1000+n), "A"+strconv.Itoa(1+g.random.IntN(9))
	g.customer = "C" + strconv.Itoa(1+g.random.IntN(500))
	g.channel = []string{"phone", "email", "chat", "email", "form"}[g.random.IntN(5)]
	g.reason = g.drawReason()
	g.row("opened", "", at)
	if g.chance(shareAgain) {
		at = at.Add(g.minutes(3, 1))
		g.row("customer wrote", "", at)
	}
	at = g.answer(at)
	if g.chance(shareAsked) {
		g.row("asked", g.agent, at.Add(time.Minute))
		at = at.Add(g.minutes(20*60, 1))
		g.row("customer wrote", "", at)
	}
	if g.chance(shareCarrier) {
		g.row("waiting for carrier", g.agent, at.Add(time.Minute))
		at = at.Add(g.minutes(30*60, 0.8))
		g.row("carrier replied", g.agent, at)
	}
	at = at.Add(g.minutes(medianSolution*60, spreadSolution))
	g.row("resolved", g.agent, at)
	if g.chance(shareReopened) {
		at = at.Add(g.minutes(2*24*60, 0.5))
		g.row("customer wrote", "", at)
		at = at.Add(g.minutes(medianSolution*60, spreadSolution))
		g.row("resolved", g.agent, at)
	}
	g.close(at)
}

// answer writes the first answer. Some logs keep only its date, so that it
// seems to come before the question.
func (g *sampler) answer(at time.Time) time.Time {
	answered := at.Add(g.minutes(medianFirst, math.Log(p90First/medianFirst)/deviateOf90))
	if g.chance(shareBefore) {
		g.row("answered", g.agent, sla.DateOf(at, g.zone).At(0, g.zone))
		return at
	}
	g.row("answered", g.agent, answered)
	return answered
}

// close writes the closing: by the timer, a few seconds after so many local
// days, or earlier by the customer.
func (g *sampler) close(resolved time.Time) {
	if g.chance(shareConfirmed) {
		g.row("closed", "", resolved.Add(g.minutes(24*60, 1)))
		return
	}
	local := resolved.In(g.zone)
	hour, minute, second := local.Clock()
	clock := sla.Clock(hour*3600 + minute*60 + second) //nolint:gosec // G115: at most 86,399
	due := sla.DateOf(resolved, g.zone).AddDays(windowDays).At(clock, g.zone)
	g.row("closed", "", due.Add(time.Duration(5+g.random.IntN(20))*time.Second))
}
