package demo_test

import (
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/statute"
	"github.com/kulanz-go/kulanz/ticket"
)

// half is a world that is long enough to count in.
var half = sync.OnceValues(func() (*demo.World, error) { return demo.Generate(seed, now(), 200) })

func long(tb testing.TB) *demo.World {
	tb.Helper()
	w, err := half()
	require.NoError(tb, err)
	return w
}

// share checks that of n draws k came out as a share wants it: within four
// standard errors, and a little for rounding.
func share(tb testing.TB, what string, k, n int, want float64) {
	tb.Helper()
	require.Positive(tb, n, what)
	got := float64(k) / float64(n)
	assert.InDelta(tb, want, got, 4*math.Sqrt(want*(1-want)/float64(n))+0.003, "%s: %d of %d", what, k, n)
}

func TestTheSameSeedMakesTheSameWorld(t *testing.T) {
	a, b := world(t, 20), world(t, 20)
	assert.Equal(t, a, b)
	other, err := demo.Generate(seed+1, now(), 20)
	require.NoError(t, err)
	assert.NotEqual(t, a.Script, other.Script)
	for _, days := range []int{0, -1, 4000} {
		_, err := demo.Generate(seed, now(), days)
		require.Error(t, err)
	}
}

// A world that reaches further is the same up to then, so that a shop can go on
// with what it was seeded with.
func TestTheFutureDoesNotChangeThePast(t *testing.T) {
	short := world(t, 20)
	long, err := demo.Generate(seed, now().AddDate(0, 0, 7), 27)
	require.NoError(t, err)
	require.Greater(t, len(long.Script), len(short.Script))
	assert.Equal(t, short, long.Before(now()))
}

// Nothing happens before the first day or from now on, nothing out of order, and
// no text has a gap left in it.
func TestTheScriptIsInOrderAndFilledIn(t *testing.T) {
	w := world(t, 90)
	zone, err := time.LoadLocation(demo.Zone)
	require.NoError(t, err)
	assert.Equal(t, "2026-08-29 00:00", w.From.In(zone).Format("2006-01-02 15:04"))
	last := w.From
	keys := make(map[string]bool)
	for i, a := range w.Script {
		require.False(t, a.At.Before(last), "action %d", i)
		require.True(t, a.At.Before(w.Until))
		last = a.At
		if a.Receive == nil {
			continue
		}
		require.False(t, keys[a.Receive.Key], "%s twice", a.Receive.Key)
		keys[a.Receive.Key] = true
		require.NotContains(t, a.Receive.Text+a.Receive.Subject, "{")
		require.NotEmpty(t, a.Receive.Text)
	}
	for i := range w.Orders {
		require.NoError(t, w.Orders[i].Validate(), w.Orders[i].ID)
		_, known := w.Customer(w.Orders[i].Customer)
		require.True(t, known)
	}
	matters := first(w)
	assert.InDelta(t, 1600, len(matters), 150, "a small shop")
	if _, known := w.Customer("nobody"); known {
		t.Error("nobody is a customer")
	}
}

// first returns the message that each matter began with.
func first(w *demo.World) map[int]demo.Action {
	all := make(map[int]demo.Action)
	for _, a := range w.Script {
		if _, ok := all[a.Matter]; !ok && a.Receive != nil {
			all[a.Matter] = a
		}
	}
	return all
}

// contacts are the first messages but for reviews and what nobody wants.
func contacts(w *demo.World) []demo.Action {
	var all []demo.Action
	for _, a := range first(w) {
		if a.Stars == 0 && !a.Receive.Spam {
			all = append(all, a)
		}
	}
	return all
}

// The figures are written out here again: they are those of the README of the
// public data, and what was counted in it by weekday and hour.
func TestContactsComeAsInTheData(t *testing.T) {
	w := long(t)
	zone, err := time.LoadLocation(demo.Zone)
	require.NoError(t, err)
	all := contacts(w)
	byDay, byHour, n := make(map[time.Weekday]int), make(map[int]int), len(all)
	for _, a := range all {
		at := a.At.In(zone)
		byDay[at.Weekday()]++
		byHour[at.Hour()]++
	}
	for day, want := range map[time.Weekday]float64{
		time.Monday: .136, time.Tuesday: .160, time.Wednesday: .149, time.Thursday: .156, time.Friday: .159, time.Saturday: .120, time.Sunday: .120,
	} {
		share(t, day.String(), byDay[day], n, want)
	}
	share(t, "at night", byHour[0]+byHour[1]+byHour[2]+byHour[3]+byHour[4]+byHour[5], n, .030)
	share(t, "at noon", byHour[12], n, .073)
	share(t, "at five", byHour[17], n, .076)

	reasons := reasonsOf(w)
	total := 0.0
	for _, r := range ticket.EcommerceReasons() {
		total += leaf(r)
	}
	total += 4 + 1.5 + 0.5 // withdrawals, couriers and data protection, which the data has not
	m := 0
	for _, k := range reasons {
		m += k
	}
	for _, r := range ticket.EcommerceReasons() {
		if leaf(r) > 0 {
			share(t, string(r.Code), reasons[r.Code], m, leaf(r)/total)
		}
	}
	share(t, "withdrawal", reasons["withdrawal/declared"], m, 4/total)
}

// leaf is the share of a reason that has none below it.
func leaf(r ticket.ReasonConfig) float64 {
	if r.Code == "return" || r.Code == "order" {
		return 0
	}
	return r.Share
}

// reasonsOf counts why customers wrote: what they chose, or what an agent read.
// Matters that nobody has answered yet are left out.
func reasonsOf(w *demo.World) map[ticket.Reason]int {
	of := make(map[int]ticket.Reason)
	answered := make(map[int]bool)
	begun := first(w)
	for _, a := range w.Script {
		if begun[a.Matter].Stars > 0 {
			continue
		}
		if a.Receive != nil && a.Receive.Reason != "" {
			of[a.Matter] = a.Receive.Reason
		}
		if set, ok := a.Do.(ticket.Set); ok && set.Reason != nil {
			of[a.Matter] = *set.Reason
		}
		if _, ok := a.Do.(ticket.Reply); ok {
			answered[a.Matter] = true
		}
	}
	counts := make(map[ticket.Reason]int)
	for m, r := range of {
		if answered[m] {
			counts[r]++
		}
	}
	return counts
}

// waits are those for the first answer, by matter.
func waits(w *demo.World) map[int]time.Time {
	all := make(map[int]time.Time)
	for _, a := range w.Script {
		if _, ok := a.Do.(ticket.Reply); !ok {
			continue
		}
		if _, ok := all[a.Matter]; !ok {
			all[a.Matter] = a.At
		}
	}
	return all
}

func TestAnswersComeAsInTheData(t *testing.T) {
	w := long(t)
	cal, err := demo.Calendar()
	require.NoError(t, err)
	begun, answered := first(w), waits(w)
	var all []float64
	mails, inTime := 0, 0
	for m, at := range answered {
		a := begun[m]
		if a.Stars > 0 {
			continue
		}
		wait := cal.Between(a.At, at).Minutes()
		all = append(all, wait)
		if a.Receive.Channel == ticket.ChannelEmail {
			mails++
			if wait <= 60 {
				inTime++
			}
		}
	}
	slices.Sort(all)
	assert.InDelta(t, 6, all[len(all)/2], 3, "median in business minutes")
	assert.InDelta(t, 400, all[len(all)*9/10], 200, "p90")
	assert.Greater(t, float64(inTime)/float64(mails), 0.6, "mails are promised an answer within one business hour")
	assert.Less(t, float64(inTime)/float64(mails), 0.8, "which is not always kept: there is something to see")

	resolved := make(map[int]int)
	for _, a := range w.Script {
		if _, ok := a.Do.(ticket.Resolve); ok && begun[a.Matter].Stars == 0 {
			resolved[a.Matter]++
		}
	}
	twice := 0
	for _, n := range resolved {
		if n > 1 {
			twice++
		}
	}
	share(t, "reopened", twice, len(resolved), .034)
}

func TestScoresDependOnTheWaitAsInTheData(t *testing.T) {
	w := long(t)
	begun, answered := first(w), waits(w)
	top, n := make(map[float64]int), make(map[float64]int)
	for _, a := range w.Script {
		if a.Ask == nil || a.Ask.After < 0 {
			continue
		}
		wait := answered[a.Matter].Sub(begun[a.Matter].At)
		want := .570
		for _, b := range []struct {
			below time.Duration
			share float64
		}{{5 * time.Minute, .897}, {15 * time.Minute, .837}, {time.Hour, .754}, {4 * time.Hour, .747}, {24 * time.Hour, .731}} {
			if wait < b.below {
				want = b.share
				break
			}
		}
		n[want]++
		if a.Ask.Score >= 4 {
			top[want]++
		}
		require.True(t, a.Ask.Score >= 1 && a.Ask.Score <= 5 && a.Ask.Promoter >= 0 && a.Ask.Promoter <= 10)
	}
	for want := range n {
		share(t, "satisfied", top[want], n[want], want)
	}
	assert.Len(t, n, 6)
}

func TestStarsAreJShaped(t *testing.T) {
	w := long(t)
	byID := make(map[string]*demo.Order, len(w.Orders))
	late := 0
	for i := range w.Orders {
		o := &w.Orders[i]
		byID[o.ID] = o
		if !o.Delivered.IsZero() && o.Late(w.Until) {
			late++
		}
		if o.Delivered.IsZero() {
			continue
		}
		limit := sla.DateOf(o.Placed, mustZone(t)).AddDays(4).At(0, mustZone(t))
		require.Equal(t, o.Promised, limit.UTC(), "by the end of the third day")
	}
	share(t, "late", late, len(w.Orders), .038)
	counts, n, sum := make(map[int]int), 0, 0
	for _, a := range w.Script {
		if a.Stars > 0 {
			counts[a.Stars]++
			n++
			sum += a.Stars
			assert.Equal(t, a.Stars, strings.Count(a.Receive.Subject, "★"))
		}
	}
	for s, want := range map[int]float64{1: .036, 2: .067, 3: .122, 4: .216, 5: .559} {
		share(t, "stars", counts[s], n, want)
	}
}

func mustZone(tb testing.TB) *time.Location {
	tb.Helper()
	zone, err := time.LoadLocation(demo.Zone)
	require.NoError(tb, err)
	return zone
}

// One customer writes eleven messages in little more than an hour of the first day,
// before anybody answers.
func TestTheBarrage(t *testing.T) {
	w := world(t, 90)
	answered := waits(w)[0]
	n := 0
	for _, a := range w.Script {
		if a.Receive != nil && a.Receive.Customer.Ref == w.Barrage && a.At.Before(w.From.Add(24*time.Hour)) {
			assert.Zero(t, a.Matter, "one matter")
			if a.At.Before(answered) {
				n++
			}
		}
	}
	assert.GreaterOrEqual(t, n, 10)
}

// An order is shown as it was known then: one that has yet to arrive has not.
func TestOrdersAreKnownAsOfAnInstant(t *testing.T) {
	w := world(t, 20)
	for i := range w.Orders {
		o := &w.Orders[i]
		if o.Delivered.IsZero() {
			continue
		}
		before, after := o.Before(o.Delivered), o.Before(o.Delivered.Add(time.Second))
		assert.Len(t, before.Events, 2)
		assert.Zero(t, before.Delivered)
		assert.Equal(t, o.Delivered, after.Delivered)
		assert.Len(t, after.Events, 5)
		assert.Empty(t, after.Refunds)
		assert.Equal(t, *o, o.Before(w.Until), "known as of the end of the world")
	}
}

// Goods come back and payments are taken back as often as elsewhere; no more is
// refunded or lost than was paid, and none of it is known before it happened.
func TestReturnsAndDisputes(t *testing.T) {
	w := world(t, 90)
	returned, delivered, disputed := 0, 0, 0
	states := make(map[order.DisputeState]int)
	for i := range w.Orders {
		o := &w.Orders[i]
		require.NoError(t, o.Validate())
		funds, err := o.Funds()
		require.NoError(t, err)
		paid, err := o.Paid()
		require.NoError(t, err)
		require.LessOrEqual(t, funds.Refunded.Minor()+funds.Lost.Minor()+funds.Disputed.Minor(), paid.Minor())
		for _, r := range o.Refunds {
			require.Empty(t, o.Before(r.At).Refunds)
			require.True(t, o.Happened(r.Parts[0].Line, statute.GoodsReturned), "the goods come first")
		}
		for _, d := range o.Payments[0].Disputes {
			disputed++
			states[d.State]++
			require.Empty(t, o.Before(d.Opened).Payments[0].Disputes)
		}
		if o.Delivered.IsZero() || o.Delivered.After(w.Until.AddDate(0, 0, -45)) {
			continue
		}
		if delivered++; slices.ContainsFunc(o.Events, func(e order.Event) bool { return e.Kind == statute.GoodsReturned }) {
			returned++
		}
	}
	assert.InDelta(t, 0.148*0.85, float64(returned)/float64(delivered), 0.03, "of %d; some are still out", delivered)
	assert.Positive(t, states[order.DisputeLost])
	assert.Positive(t, states[order.DisputeWon])
	assert.InDelta(t, 0.004, float64(disputed)/float64(len(w.Orders)), 0.003)
}
