package escalation

import (
	"maps"
	"slices"

	"github.com/kulanz-go/kulanz/ticket"
)

// LadderConfig holds the thresholds of the ladder for difficult customers.
// The defaults are an example of a policy. They are not law, and no legal
// advice: what a notice has to say, and how long it has to run, is for the
// host's lawyers to say.
type LadderConfig struct {
	// WrittenRounds is after how many rounds of writing the phone is offered;
	// default 2.
	WrittenRounds int `json:"written_rounds,omitempty"`
	// NoticeDays is how many days lie between the formal notice and the last
	// resorts; default 14.
	NoticeDays int `json:"notice_days,omitempty"`
}

// Ladder is the ladder for difficult customers: from a full answer over the
// phone and goodwill to a formal notice, and to a legal step or a block as
// last resorts. Each rung has a guard; a fact that is missing opens no rung.
// It gates what the library proposes, never goodwill and never what the law
// gives a customer. It is immutable and safe for concurrent use.
type Ladder struct{ rungs []rung }

type rung struct {
	kind  ActionKind
	guard Cond
	open  *Condition
}

// NewLadder makes the ladder, over a schema that has its fields as
// [BuiltinFields] declares them; nil: those. Thresholds below the defaults of
// two rounds and fourteen days can be set, below 1 they are faults.
func NewLadder(cfg LadderConfig, s *Schema) (*Ladder, error) {
	var c check
	for _, t := range []struct {
		path     string
		n        *int
		standard int
	}{{"written_rounds", &cfg.WrittenRounds, 2}, {"notice_days", &cfg.NoticeDays, 14}} {
		if *t.n == 0 {
			*t.n = t.standard
		}
		if *t.n < 1 {
			c.fail(t.path, Integer(int64(*t.n)).String(), "is less than 1")
		}
	}
	if s == nil {
		var err error
		if s, err = NewSchema(BuiltinFields()...); err != nil {
			return nil, err
		}
	}
	l := &Ladder{rungs: ladderRungs(cfg)}
	for i := range l.rungs {
		r := &l.rungs[i]
		r.open = s.compile(&c, string(r.kind), r.guard)
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	return l, nil
}

// ladderRungs are the rungs in their order, each with what it needs. A rung
// that is done is never open again.
func ladderRungs(cfg LadderConfig) []rung {
	done := func(k ActionKind) Cond { return Leaf("ladder_done", OpHas, Text(string(k))) }
	is := func(field string, want bool) Cond { return Leaf(field, OpEq, Flag(want)) }
	least := func(field string, n int) Cond { return Leaf(field, OpGe, Integer(int64(n))) }
	lastResort := []Cond{
		done(ActFormalNotice), least("notice_days", cfg.NoticeDays),
		is("approved_by_manager", true), is("statutory_claim_open", false),
	}
	guards := []struct {
		kind  ActionKind
		needs []Cond
	}{
		{ActAnswerPoints, nil},
		{ActOfferPhone, []Cond{done(ActAnswerPoints), least("written_rounds", cfg.WrittenRounds)}},
		{ActPhoneCall, []Cond{done(ActOfferPhone), is("phone_accepted", true)}},
		{ActOfferGoodwill, []Cond{
			done(ActAnswerPoints), Any(done(ActOfferPhone), done(ActPhoneCall)), is("goodwill_exhausted", false),
		}},
		{ActFormalNotice, []Cond{
			done(ActAnswerPoints), done(ActOfferPhone),
			Any(done(ActOfferGoodwill), is("goodwill_exhausted", true)), is("abuse_documented", true),
		}},
		{ActLegalStep, lastResort},
		{ActBlockAccount, append(slices.Clone(lastResort), is("open_order", false))},
	}
	out := make([]rung, len(guards))
	for i, g := range guards {
		out[i] = rung{kind: g.kind, guard: All(append([]Cond{Not(done(g.kind))}, g.needs...)...)}
	}
	return out
}

// Allowed returns the rungs that are open, in the order of the ladder.
func (l *Ladder) Allowed(f Facts) []ActionKind {
	out := []ActionKind{}
	for _, r := range l.rungs {
		if r.open.Match(f) {
			out = append(out, r.kind)
		}
	}
	return out
}

// RungTrace says whether a rung is open, and why or why not.
type RungTrace struct {
	Rung ActionKind `json:"rung"`
	Open bool       `json:"open"`
	// Request tells that only a person can decide it.
	Request bool        `json:"request,omitempty"`
	Why     []CondTrace `json:"why"` // the leaves that open it, or would have to change
}

// Explain says of each rung whether it is open, and why or why not.
func (l *Ladder) Explain(f Facts) []RungTrace {
	out := make([]RungTrace, len(l.rungs))
	for i, r := range l.rungs {
		t := r.open.Trace(f)
		out[i] = RungTrace{Rung: r.kind, Open: t.Holds, Request: r.kind.RequestOnly(), Why: reasons(t, t.Holds)}
	}
	return out
}

// Policy returns the ladder as a policy for a [Planner] of its own: a step for
// each rung, which waits until the rung is open and is proposed once an
// episode. Proposals go to whoever has the ticket, the last three rungs to the
// lead. when says which tickets are difficult; the zero Cond: those with an
// open complaint point, two written rounds or documented abuse.
func (l *Ladder) Policy(id, version string, when Cond) PolicyConfig {
	if when.IsZero() {
		when = Any(
			Leaf("open_points", OpGe, Integer(1)),
			Leaf("written_rounds", OpGe, Integer(2)),
			Leaf("abuse_documented", OpEq, Flag(true)),
		)
	}
	cfg := PolicyConfig{ID: id, Version: version, Clock: "wall", CatchUp: CatchUpAll, AlwaysRuns: true}
	for _, r := range l.rungs {
		to := Target{Kind: TargetAssignee}
		if r.kind.RequestOnly() {
			to = Target{Kind: TargetRole, ID: string(ticket.RoleLead)}
		}
		cfg.Steps = append(cfg.Steps, Step{
			ID: string(r.kind), When: All(when, r.guard), Guard: r.guard,
			Targets: []Target{to}, Actions: []Action{{Kind: r.kind}}, IfEmpty: EmptyFire,
		})
	}
	return cfg
}

// LadderFields sets the facts that the ladder asks of a ticket. Whether a
// statutory claim or an order is open the host says; unless it does, the last
// resorts stay shut.
func LadderFields(f Facts, l ticket.LadderFacts) error {
	values := ladderValues(l)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if err := f.Set(name, values[name]); err != nil {
			return err
		}
	}
	return nil
}

func ladderValues(l ticket.LadderFacts) map[string]Value {
	done := make([]string, len(l.Done))
	for i, r := range l.Done {
		done[i] = string(r)
	}
	return map[string]Value{
		"ladder_done":         Texts(done...),
		"written_rounds":      Integer(int64(l.WrittenRounds)),
		"open_points":         Integer(int64(l.OpenPoints)),
		"phone_accepted":      Flag(l.PhoneAccepted),
		"goodwill_exhausted":  Flag(l.GoodwillExhausted),
		"abuse_documented":    Flag(l.AbuseDocumented),
		"notice_days":         Integer(int64(l.NoticeDays)),
		"approved_by_manager": Flag(l.ApprovedByManager),
	}
}
