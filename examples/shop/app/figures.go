package app

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/escalation/queue"
	"github.com/kulanz-go/kulanz/escalation/shift"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/tone"
	"github.com/kulanz-go/kulanz/feedback/trend"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// Figures are what those who lead look at.
type Figures struct {
	From, To time.Time
	Open     int // tickets that somebody has to work on
	Waiting  int // of them, with a customer who waits
	Overdue  int // of them, past a deadline
	Unowned  int // of them, with nobody

	Met     []WeekShare // first answers in time, by the week in which they were asked for
	Came    []WeekCount // tickets by week
	Survey  trend.Report
	Alarms  map[string][]trend.Event // by question
	Topics  []TopicFigure
	Budgets []goodwill.BudgetStatus
	Staff   Staffing
	Gaps    []shift.Segment // in which nobody is on duty though the desk is open, of the next 28 days
	Loads   []shift.Load    // of the last 28 days, for fair rewards
}

// WeekShare is a share of one week, with how sure it is.
type WeekShare struct {
	Week  feedback.Bucket
	Of    feedback.Proportion
	Share feedback.Estimate
}

// WeekCount is how many came in one week.
type WeekCount struct {
	Week feedback.Bucket
	N    int
}

// TopicFigure is a cause of complaint: its share of the messages that came.
type TopicFigure struct {
	Topic tone.Topic
	Of    feedback.Proportion
	Share feedback.Estimate
}

// Staffing is what came in an hour and how many it takes.
type Staffing struct {
	PerHour float64
	Wait    queue.Wait
	Ahead   int
	Agents  int // who answer
	Needed  int // for four of five answers within five minutes
}

// each are the tickets of a query, page by page.
func (a *App) each(ctx context.Context, actor ticket.Actor, q ticket.Query) iter.Seq2[ticket.Ticket, error] {
	return func(yield func(ticket.Ticket, error) bool) {
		q.Limit = cmp.Or(q.Limit, ticket.MaxPage)
		for {
			page, err := a.Tickets.List(ctx, actor, q)
			if err != nil {
				yield(ticket.Ticket{}, err)
				return
			}
			for _, t := range page.Tickets {
				if !yield(t, nil) {
					return
				}
			}
			if page.Next == nil {
				return
			}
			q.After = page.Next
		}
	}
}

// figureDays is how far back the figures look: thirteen weeks.
const figureDays = 91

// Figures reckons what those who lead look at. They are up to a few seconds old but
// for the budgets: the page and its charts show the same.
func (a *App) Figures(ctx context.Context, actor goodwill.Actor) (Figures, error) {
	f, err := a.figures.get(a.now(), func() (Figures, error) { return a.reckonFigures(ctx) })
	if err != nil {
		return Figures{}, err
	}
	f.Budgets, err = a.Goodwill.Budgets(ctx, actor, GoodwillPolicy)
	return f, err
}

func (a *App) reckonFigures(ctx context.Context) (Figures, error) {
	now := a.now()
	f := Figures{From: now.AddDate(0, 0, -figureDays), To: now}
	for _, part := range []func(context.Context, *Figures) error{
		a.countTickets, a.countAnswers, a.staffing, a.coverage,
	} {
		if err := part(ctx, &f); err != nil {
			return Figures{}, err
		}
	}
	return f, nil
}

// weeks are what is counted by week.
type weeks struct {
	met  map[feedback.Bucket]feedback.Proportion
	came map[feedback.Bucket]int
}

// countTickets walks over all tickets once.
func (a *App) countTickets(ctx context.Context, f *Figures) error {
	by := weeks{make(map[feedback.Bucket]feedback.Proportion), make(map[feedback.Bucket]int)}
	about := topicCount{from: f.To.AddDate(0, 0, -topicDays)}
	for t, err := range a.each(ctx, System(), ticket.Query{}) {
		if err != nil {
			return err
		}
		states := a.Tickets.Deadlines(t, f.To)
		f.countOpen(t, states)
		if t.Created.Before(f.From) || t.State == ticket.StateSpam {
			continue
		}
		day := feedback.DayOf(t.Created, a.Calendar.Zone())
		if err := by.count(day, states); err != nil {
			return err
		}
		if err := a.countTopics(ctx, &about, t, day); err != nil {
			return err
		}
	}
	for _, week := range slices.SortedFunc(maps.Keys(by.came), func(x, y feedback.Bucket) int { return int(x.From - y.From) }) {
		f.Came = append(f.Came, WeekCount{week, by.came[week]})
		f.Met = append(f.Met, WeekShare{week, by.met[week], by.met[week].Share(feedback.Wilson, feedback.Level{})})
	}
	zone := a.Calendar.Zone()
	f.Topics = about.figures(tone.Days{From: feedback.DayOf(about.from, zone), Next: feedback.DayOf(f.To, zone) + 1})
	return nil
}

func (w *weeks) count(day feedback.Day, states []sla.Status) error {
	week, err := feedback.UnitWeek.Of(day)
	if err != nil {
		return err
	}
	w.came[week]++
	p := w.met[week]
	for _, s := range states {
		if s.Metric == sla.FirstResponse && (s.State == sla.Met || s.State == sla.Breached) {
			p.N++
			if s.State == sla.Met {
				p.Good++
			}
		}
	}
	w.met[week] = p
	return nil
}

func (f *Figures) countOpen(t ticket.Ticket, states []sla.Status) {
	if t.State != ticket.StateNew && t.State != ticket.StateOpen {
		return
	}
	f.Open++
	if !t.WaitingSince.IsZero() {
		f.Waiting++
	}
	if t.Assignee == "" {
		f.Unowned++
	}
	if slices.ContainsFunc(states, func(s sla.Status) bool { return s.Open() && s.State == sla.Breached }) {
		f.Overdue++
	}
}

// countAnswers reads what surveys said: shares with intervals, by week and by
// segment, and the weeks in which a control chart raised an alarm.
func (a *App) countAnswers(ctx context.Context, f *Figures) error {
	q := feedback.SummaryQuery{
		Shop: Shop, Survey: SurveyID, Limit: feedback.MaxPage,
		From: feedback.DayOf(f.From, a.Calendar.Zone()), To: feedback.DayOf(f.To, a.Calendar.Zone()) + 1,
	}
	var err error
	if f.Survey, err = trend.NewReport(a.Survey, a.Surveys.Rows(ctx, q), trend.ReportConfig{
		Unit: feedback.UnitWeek, Without: []string{"agent"},
	}); err != nil {
		return err
	}
	f.Alarms = make(map[string][]trend.Event)
	for _, question := range f.Survey.Questions {
		if f.Alarms[question.ID], err = alarms(question); err != nil {
			return err
		}
	}
	return nil
}

// alarms compares each week with those before it that were frozen as the
// baseline: the first half.
func alarms(q trend.QuestionReport) ([]trend.Event, error) {
	buckets, shares := make([]feedback.Bucket, 0, len(q.Over)), make([]feedback.Proportion, 0, len(q.Over))
	for _, o := range q.Over {
		p := feedback.Proportion{}
		if o.Figures != nil {
			p = feedback.Proportion{Good: int64(math.Round(o.Figures.TopBox.Value * float64(o.Figures.N))), N: o.Figures.N}
		}
		buckets, shares = append(buckets, o.Bucket), append(shares, p)
	}
	base, ok, err := trend.Freeze(shares[:(len(shares)+1)/2])
	if err != nil || !ok {
		return nil, err
	}
	points, err := (trend.PChart{Baseline: base, Sigma: 3}).Run(shares)
	if err != nil {
		return nil, err
	}
	return trend.Events(points, buckets)
}

// topicDays is how far back messages are read for what they are about.
const topicDays = 28

// topicCount counts what customers wrote first is about, from an instant on.
type topicCount struct {
	from   time.Time
	counts tone.TopicCounts
	found  []tone.TopicMatch
}

func (a *App) countTopics(ctx context.Context, c *topicCount, t ticket.Ticket, day feedback.Day) error {
	if t.Created.Before(c.from) || t.State == ticket.StateErased {
		return nil
	}
	text, err := a.firstWords(ctx, t)
	if err != nil {
		return err
	}
	c.found = a.Topics.Find(c.found[:0], text)
	return c.counts.Add(tone.Group{Day: day}, c.found)
}

// figures are the topics of some days, the most frequent first.
func (c *topicCount) figures(days tone.Days) []TopicFigure {
	topics := c.counts.Topics(days, feedback.Segment{})
	out := make([]TopicFigure, 0, len(topics))
	for _, topic := range topics {
		out = append(out, TopicFigure{
			topic, c.counts.Of(topic, days, feedback.Segment{}), c.counts.Share(topic, days, feedback.Segment{}, feedback.Level{}),
		})
	}
	slices.SortFunc(out, func(x, y TopicFigure) int { return int(y.Of.Good - x.Of.Good) })
	return out
}

// firstWords is what the customer wrote first.
func (a *App) firstWords(ctx context.Context, t ticket.Ticket) (string, error) {
	for e, err := range a.Tickets.History(ctx, System(), t.Ref()) {
		if err != nil {
			return "", err
		}
		if m := e.Message(); m != nil && e.Actor.Kind == ticket.ActorCustomer {
			return t.Subject + "\n" + m.Text, nil
		}
	}
	return t.Subject, nil
}

// staffing is how many wait, and how many it takes so that four of five are answered
// within five minutes: Erlang C, of what came in the opening hours of the last whole
// week.
func (a *App) staffing(_ context.Context, f *Figures) error {
	s := &f.Staff
	s.Ahead, s.Agents = f.Waiting, a.answering()
	if n := len(f.Came); n > 1 {
		last := f.Came[n-2]
		if open := a.Calendar.Between(last.Week.Bounds(a.Calendar.Zone())); open > 0 {
			s.PerHour = float64(last.N) / open.Hours()
		}
	}
	var err error
	if s.Wait, err = handling().Wait(s.Ahead, s.Agents); err != nil {
		return err
	}
	s.Needed, err = queue.AgentsFor(
		queue.Traffic{PerHour: max(s.PerHour, 0.1), Handling: handling().Mean}, queue.Target{Share: 0.8, Within: 5 * time.Minute},
	)
	return err
}

// coverage looks for hours in which the desk is open and nobody is on duty, and
// adds up who was on duty how much.
func (a *App) coverage(_ context.Context, f *Figures) error {
	ahead, err := a.Shifts.Coverage(f.To, f.To.AddDate(0, 0, 28))
	if err != nil {
		return err
	}
	for _, gap := range ahead.Gaps() {
		if a.Calendar.Between(gap.From, gap.To) > 0 {
			f.Gaps = append(f.Gaps, gap)
		}
	}
	past, err := a.Shifts.Coverage(f.To.AddDate(0, 0, -28), f.To)
	if err != nil {
		return err
	}
	f.Loads = past.Loads(shift.Rules{})
	return nil
}

// TopicTitle names a topic.
func (a *App) TopicTitle(t tone.Topic, language string) string {
	return a.Topics.Title(t, tone.Language(language))
}
