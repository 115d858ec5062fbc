package demo

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/holiday"
	"github.com/kulanz-go/kulanz/ticket"
)

//go:embed topics.json
var topicsFile []byte

//go:embed phrases.json
var phrasesFile []byte

// topic is a reason to write, and what is said about it.
type topic struct {
	Reason     ticket.Reason     `json:"reason"`
	Touchpoint ticket.Touchpoint `json:"touchpoint"`
	Order      bool              `json:"order"` // it is about an order
	Late       bool              `json:"late"`  // that is overdue, where there is one
	Bot        bool              `json:"bot"`   // simple enough for a bot
	Outcome    ticket.Resolution `json:"outcome"`
	Party      string            `json:"party"`  // who else may have to be asked
	Points     []string          `json:"points"` // of a complaint
	DE         lines             `json:"de"`
	EN         lines             `json:"en"`
}

type lines struct {
	Subject []string `json:"subject"`
	Ask     []string `json:"ask"`
	Answer  []string `json:"answer"`
	Solve   []string `json:"solve"`
}

type bilingual struct {
	DE []string `json:"de"`
	EN []string `json:"en"`
}

func (b bilingual) in(language string) []string {
	if language == "en" {
		return b.EN
	}
	return b.DE
}

type phrases struct {
	Again       bilingual           `json:"again"`
	Barrage     []string            `json:"barrage"`
	Question    bilingual           `json:"question"`
	Response    bilingual           `json:"response"`
	Update      bilingual           `json:"update"`
	Promise     bilingual           `json:"promise"`
	Note        []string            `json:"note"`
	Reopen      bilingual           `json:"reopen"`
	Sorry       bilingual           `json:"sorry"`
	Comment     map[string][]string `json:"comment"`
	Review      map[string][]string `json:"review"`
	ReviewReply map[string][]string `json:"reviewReply"`
	Spam        []string            `json:"spam"`
}

// generator draws a world. Its streams of chance are apart, so that a change in
// one part leaves the others as they were.
type generator struct {
	seed     uint64
	random   *rand.Rand // of the part that is being made
	now      time.Time
	from     time.Time
	calendar *sla.Calendar
	topics   []topic
	weights  weights // of topics
	say      phrases
	world    *World
	used     map[int]bool // orders that somebody wrote about
	matters  int
}

// Generate makes a shop up whose script covers so many days before now: always
// the same for the same arguments. Days are those of the shop's zone; the last
// one is today, up to now. A world that begins on the same day and ends later is
// the same up to then: see [World.Before].
func Generate(seed uint64, now time.Time, days int) (*World, error) {
	if days < 1 || days > 3650 {
		return nil, fmt.Errorf("demo: %d days: not 1 to 3650", days)
	}
	g := &generator{seed: seed, now: now.UTC().Truncate(time.Second), used: make(map[int]bool)}
	var err error
	if g.calendar, err = Calendar(); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(topicsFile, &g.topics); err != nil {
		return nil, fmt.Errorf("demo: topics: %w", err)
	}
	if err := json.Unmarshal(phrasesFile, &g.say); err != nil {
		return nil, fmt.Errorf("demo: phrases: %w", err)
	}
	g.weigh()
	zone := g.calendar.Zone()
	g.from = sla.DateOf(g.now, zone).AddDays(1-days).At(0, zone)
	g.world = &World{From: g.from, Until: g.now, Agents: agents(), FAQ: faq(), Templates: templates(), byRef: make(map[string]int)}
	for stream, part := range []func(){g.people, g.goods, g.sales, g.contacts, g.reviews, g.returns} {
		g.chanceOf(stream, 0)
		part()
	}
	g.script()
	return g.world.Before(g.now), nil
}

// Calendar returns the shop's opening hours, as calendar "shop" in version 1.
func Calendar() (*sla.Calendar, error) {
	hours, err := sla.ParseHours(Hours)
	if err != nil {
		return nil, fmt.Errorf("demo: hours: %w", err)
	}
	land, err := holiday.Germany(Land)
	if err != nil {
		return nil, fmt.Errorf("demo: holidays: %w", err)
	}
	c, err := sla.NewCalendar(sla.CalendarConfig{ID: "shop", Version: 1, Zone: Zone, Hours: hours, Holidays: land})
	if err != nil {
		return nil, fmt.Errorf("demo: calendar: %w", err)
	}
	return c, nil
}

// weigh gives every topic its share of contacts.
func (g *generator) weigh() {
	measured := make(map[ticket.Reason]float64)
	for _, r := range ticket.EcommerceReasons() {
		measured[r.Code] = r.Share
	}
	for _, t := range g.topics {
		g.weights = append(g.weights, reasonWeight(t.Reason, measured[t.Reason]))
	}
}

// script brings everything into order. Of one instant, what began earlier in the
// world comes first.
func (g *generator) script() {
	slices.SortStableFunc(g.world.Script, func(a, b Action) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Matter, b.Matter))
	})
}

// instants draws when so many come on a day, in order. Whole days are drawn, also
// the last one, so that what comes later does not change what came before.
func (g *generator) instants(d sla.Date, mean float64) []time.Time {
	all := make([]time.Time, g.poisson(mean))
	for i := range all {
		all[i] = d.At(sla.Clock(g.draw(hours())*3600+g.random.IntN(3600)), g.calendar.Zone()) //nolint:gosec // G115: below a day
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}

// chanceOf starts the stream of one thing, so that what is drawn for it depends on
// nothing else.
func (g *generator) chanceOf(stream, n int) {
	g.random = rand.New(rand.NewPCG(g.seed, uint64(stream)<<32|uint64(n))) //nolint:gosec // G404, G115: the same every time is the point
}

func (g *generator) chance(share float64) bool { return g.random.Float64() < share }

// draw returns an index by weight.
func (g *generator) draw(w weights) int {
	total := 0.0
	for _, x := range w {
		total += x
	}
	at := g.random.Float64() * total
	for i, x := range w {
		if at -= x; at < 0 {
			return i
		}
	}
	return len(w) - 1
}

func (g *generator) pick(from []string) string { return from[g.random.IntN(len(from))] }

// poisson draws how many come where mean are expected (Knuth's way; mean is
// small).
func (g *generator) poisson(mean float64) int {
	n, left := 0, math.Exp(-mean)
	for p := g.random.Float64(); p > left; p *= g.random.Float64() {
		n++
	}
	return n
}

// later is so many minutes of the wall clock after an instant.
func later(t time.Time, minutes float64) time.Time {
	return t.Add(time.Duration(minutes * float64(time.Minute))).Truncate(time.Second)
}

// working is so many minutes of opening hours after an instant.
func (g *generator) working(t time.Time, minutes float64) time.Time {
	at, err := g.calendar.Add(t, time.Duration(minutes*float64(time.Minute)))
	if err != nil {
		return later(t, minutes) // the calendar is open every week
	}
	return at.Truncate(time.Second)
}

// fill puts what a text is about into it.
func fill(text string, about map[string]string) string {
	pairs := make([]string, 0, 2*len(about))
	for k, v := range about {
		pairs = append(pairs, "{"+k+"}", v)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
