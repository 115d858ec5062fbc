package sla

import (
	"slices"
	"strconv"
	"time"
)

// Explanation says why a cycle stands as it does: a trace of its life whose
// parts add up exactly to its status.
type Explanation struct {
	Status Status `json:"status"`
	// Turns are what happened to the cycle, in order.
	Turns []Turn `json:"turns"`
	// Stretches are the time from its start until now or its end, without
	// gaps. The lengths of those that count add up to Status.Elapsed, the
	// others to Status.Paused.
	Stretches []Stretch `json:"stretches"`
	// Ahead is the stretch from now to the due date of a cycle that runs in
	// time; its length is Status.Remaining. Nil for any other.
	Ahead *Stretch `json:"ahead,omitempty"`
}

// Turn is one thing that happened to a cycle.
type Turn struct {
	Kind  TurnKind  `json:"kind"`
	Seq   int64     `json:"seq"` // of the mark
	At    time.Time `json:"at"`
	State string    `json:"state,omitempty"` // of the ticket, or what it waits for
	// Rule, Target, Elapsed and Due are as they stand after the turn; Due is
	// zero while the clock stands.
	Rule    string        `json:"rule"`
	Target  time.Duration `json:"target"`
	Elapsed time.Duration `json:"elapsed"`
	Due     time.Time     `json:"due,omitzero"`
	Paused  bool          `json:"paused,omitempty"` // the clock stands after the turn
	// Tried are the rules tried for the facts of the ticket, in order, of
	// which the last one matched. Set at the start and at each retarget.
	Tried []RuleTrial `json:"tried,omitempty"`
}

// TurnKind says what happened to a cycle.
type TurnKind string

// The kinds of turns.
const (
	TurnStart    TurnKind = "start"
	TurnPause    TurnKind = "pause"
	TurnResume   TurnKind = "resume"
	TurnRetarget TurnKind = "retarget" // another rule matches
	TurnCalendar TurnKind = "calendar" // a new version of the calendar
	TurnReopen   TurnKind = "reopen"   // the ticket was reopened, and the cycle runs on
	TurnRestore  TurnKind = "restore"  // the ticket was restored, and the cycle runs on
	TurnEnd      TurnKind = "end"      // met, breached or cancelled
)

// RuleTrial is one rule tried on a ticket.
type RuleTrial struct {
	Rule    string   `json:"rule"`
	Matched bool     `json:"matched"`
	Field   string   `json:"field,omitempty"` // the first field that did not match
	Want    []string `json:"want,omitempty"`  // what the rule asks of it
	Got     []string `json:"got,omitempty"`   // what the ticket has
}

// Stretch is a part of a cycle's life.
type Stretch struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Counts bool      `json:"counts"`           // toward the target
	Reason string    `json:"reason,omitempty"` // why it does not: the state, what is waited for, or "closed"
	Clock  string    `json:"clock"`            // [WallClock] or the calendar as id@version
	// Length is the time on the clock.
	Length time.Duration `json:"length"`
	// Spans are the open times that make it up, at most 1000; Rest is the
	// length of those beyond.
	Spans []Span        `json:"spans,omitempty"`
	Rest  time.Duration `json:"rest,omitempty"`
}

// maxSpans bounds the spans of one stretch: two years of two windows a day.
const maxSpans = 1000

// Explain folds the timeline as [Evaluate] does and explains one cycle of one
// metric as of now. A cycle that is not there is an [ErrInvalid].
func Explain(p *Policy, timeline []Mark, now time.Time, metric Metric, cycle int) (*Explanation, error) {
	i, ok := indexOfMetric(metric)
	if !ok {
		return nil, &Fault{Path: "metric", Value: string(metric), Reason: "is no metric"}
	}
	t := tracer{metric: i, cycle: cycle, now: instantOf(now)}
	t.fold.trace = &t
	t.fold.start(p)
	t.fold.keeps = true
	for i := range timeline {
		if at := instantOf(timeline[i].At); !at.After(t.now) {
			t.fold.apply(&timeline[i], at)
		}
	}
	t.now = latest(t.now, t.fold.head.at)
	for i := range t.fold.cycles() {
		if c := t.fold.cycle(i); c.metric == t.metric && c.cycle == cycle && c.phase == open_ {
			t.close(t.now.UTC())
		}
	}
	for _, s := range t.fold.held(t.now) {
		if s.Metric == metric && s.Cycle == cycle {
			t.explain(s)
		}
	}
	if t.out.Status.Metric == "" {
		return nil, &Fault{Path: "cycle", Value: strconv.Itoa(cycle), Reason: "is no cycle of " + string(metric) + " by then"}
	}
	t.out.Status.Faults = t.fold.faults
	return &t.out, nil
}

// tracer follows one cycle through a fold. A nil tracer follows nothing.
type tracer struct {
	fold   fold
	metric metricIndex
	cycle  int
	now    instant
	out    Explanation
	tried  []RuleTrial
	open   Stretch   // that began with the last turn
	cal    *Calendar // it is measured on
	paused bool      // at the end, where it ended
}

// matched notes which rules were tried.
func (t *tracer) matched(f *fold, s *Subject, rule int) {
	if t == nil {
		return
	}
	t.tried = nil
	for i := range f.p.rules {
		r := &f.p.rules[i]
		trial := RuleTrial{Rule: r.id, Matched: i == rule, Field: r.match.mismatch(s)}
		trial.Want, trial.Got = r.match.want(trial.Field), s.got(trial.Field)
		t.tried = append(t.tried, trial)
		if i == rule {
			return
		}
	}
}

// turn notes what happened to c.
func (t *tracer) turn(f *fold, c *clock, kind TurnKind) {
	if t != nil && c.metric == t.metric && c.cycle == t.cycle {
		t.note(f, c, kind)
	}
}

// note writes a turn of the cycle down.
func (t *tracer) note(f *fold, c *clock, kind TurnKind) {
	s := Turn{
		Kind: kind, Seq: f.mark.Seq, At: f.at.UTC(), State: f.head.state, Rule: f.ruleID(c.rule),
		Target: c.budget, Elapsed: c.elapsedAt(f.at),
	}
	if f.head.held {
		s.State = f.head.hold
	}
	if kind == TurnStart {
		s.At = c.start.UTC() // a clock may start late, from before
	}
	if s.Paused = c.phase == open_ && c.stands; !s.Paused || !c.breach.IsZero() {
		s.Due = c.due.UTC()
	}
	if kind == TurnStart || kind == TurnRetarget {
		s.Tried = slices.Clone(t.tried)
	}
	t.out.Turns = append(t.out.Turns, s)
	t.stretch(c, s)
}

// stretch ends the open stretch at a turn and begins the next.
func (t *tracer) stretch(c *clock, s Turn) {
	switch {
	case s.Kind == TurnStart:
	case t.open.Reason == reasonClosed && s.Kind == TurnRestore, t.open.Reason == reasonClosed && c.target.reopen == ReopenContinue:
		// As if it had never ended.
		t.open.Counts, t.open.Reason = !t.paused, ""
		if t.paused {
			t.open.Reason = t.out.Stretches[len(t.out.Stretches)-1].Reason
		}
		t.close(s.At)
	default:
		t.close(s.At)
	}
	t.cal = c.cal
	t.open = Stretch{From: s.At, Counts: c.running()}
	switch {
	case c.phase != open_:
		t.open.Reason, t.paused = reasonClosed, c.stands
	case !t.open.Counts:
		t.open.Reason = s.State
	}
}

const reasonClosed = "closed"

// close measures the open stretch and keeps it.
func (t *tracer) close(at time.Time) {
	if t.open.From.Equal(at) && len(t.out.Stretches) > 0 {
		return
	}
	s := t.open
	s.To = at
	t.out.Stretches = append(t.out.Stretches, t.measured(s))
}

// measured fills in the clock, the length and the spans of a stretch.
func (t *tracer) measured(s Stretch) Stretch {
	from := origin{cal: t.cal, from: instantOf(s.From)}
	s.Clock, s.Length = WallClock, from.until(instantOf(s.To))
	if t.cal == nil {
		return s
	}
	s.Clock, s.Rest = ref(t.cal.ID(), t.cal.Version()), s.Length
	for span := range t.cal.Spans(s.From, s.To) {
		if len(s.Spans) == maxSpans {
			return s
		}
		s.Spans = append(s.Spans, span)
		s.Rest -= span.Duration()
	}
	return s
}

// explain completes the explanation of the cycle.
func (t *tracer) explain(s Status) {
	t.out.Status = s
	if s.State == Running && !s.Due.IsZero() {
		ahead := t.measured(Stretch{From: t.now.UTC(), To: s.Due, Counts: true})
		t.out.Ahead = &ahead
	}
}

// want returns what the match asks of a field.
func (m *Match) want(field string) []string {
	if field == "first_contact" {
		return []string{strconv.FormatBool(*m.FirstContact)}
	}
	if i := slices.Index(matchFields(), field); i >= 0 {
		return m.fields()[i]
	}
	return nil
}

// matchFields names the lists of a match.
func matchFields() []string {
	return []string{"shop", "priority", "channel", "reason", "segment", "language", "tag"}
}

// got returns what the subject has in a field.
func (s *Subject) got(field string) []string {
	switch field {
	case "":
		return nil
	case "reason":
		return []string{s.Reason, s.ReasonParent}
	case "tag":
		return s.Tags
	case "first_contact":
		return []string{strconv.FormatBool(s.FirstContact)}
	}
	i := slices.Index(matchFields(), field)
	return []string{[...]string{s.Shop, s.Priority, s.Channel, "", s.Segment, s.Language}[i]}
}
