package ticket

import "slices"

// Point is one thing that a customer complains of. Every point wants its
// answer: while one is open, the ticket is not resolved.
type Point struct {
	ID   string `json:"id"` // "pt" and the sequence number of the event that raised it
	Text string `json:"text"`
}

// AddPoint notes a point of a complaint.
type AddPoint struct{ Text string }

func (AddPoint) event() EventKind             { return EventAddPoint }
func (p AddPoint) check(c *check, lim Limits) { lim.checkName(c, "add_point.text", p.Text, true) }
func (p AddPoint) body(in *Input) Body {
	return PointAdded{Point{ID: concernID("pt", in.Ticket.Seq+1), Text: cleanLine(p.Text)}}
}

// AnswerPoint says how a point was answered. A [Reply] that names points
// answers them as well.
type AnswerPoint struct {
	ID   string
	Text string // how; the customer does not see it
}

func (AnswerPoint) event() EventKind { return EventAnswerPoint }
func (a AnswerPoint) check(c *check, lim Limits) {
	lim.checkName(c, "answer_point.id", a.ID, true)
	lim.checkName(c, "answer_point.text", a.Text, true)
}
func (a AnswerPoint) body(*Input) Body { return PointAnswered{ID: a.ID, Text: cleanLine(a.Text)} }

// PointAdded is the body of add_point.
type PointAdded struct {
	Point Point `json:"point"`
}

// PointAnswered is the body of answer_point.
type PointAnswered struct {
	ID   string `json:"id"`
	Text string `json:"text,omitempty"`
}

func (PointAdded) body()    {}
func (PointAnswered) body() {}

func pointRows() []Row {
	unsolved := slices.DeleteFunc(liveStates(), func(s State) bool { return s == StateResolved })
	return []Row{
		{
			Event: EventAddPoint, From: unsolved, Guards: []string{"has_room"},
			Actors: []ActorKind{ActorCustomer, ActorAgent, ActorBot, ActorSystem},
		},
		{Event: EventAnswerPoint, From: unsolved, Actors: []ActorKind{ActorAgent}, Guards: []string{"point_open"}},
	}
}

// guardPointOpen holds where every point that the command answers is open.
func guardPointOpen(in *Input) []Blocker {
	var ids []string
	switch cmd := in.Command.(type) {
	case AnswerPoint:
		ids = []string{cmd.ID}
	case Reply:
		ids = cmd.Points
	}
	var out []Blocker
	for _, id := range ids {
		if !in.Ticket.hasPoint(id) {
			out = append(out, blocked(CodeNoSuchPoint, "point", id)...)
		}
	}
	return out
}

func guardPointsAnswered(in *Input) []Blocker {
	out := make([]Blocker, 0, len(in.Ticket.Points))
	for _, p := range in.Ticket.Points {
		out = append(out, blocked(CodeOpenPoint, "point", p.ID)...)
	}
	return out
}

func (t Ticket) hasPoint(id string) bool {
	return slices.ContainsFunc(t.Points, func(p Point) bool { return p.ID == id })
}

func (t *fold) addPoint(b PointAdded) {
	t.Points = append(slices.Clip(t.Points), b.Point)
	t.Counters.Points++
}

// answerPoints takes points off that were answered, and counts them.
func (t *fold) answerPoints(ids ...string) {
	if len(ids) == 0 {
		return
	}
	before := len(t.Points)
	t.Points = without(t.Points, func(p Point) bool { return slices.Contains(ids, p.ID) })
	t.Counters.PointsAnswered += before - len(t.Points)
}
