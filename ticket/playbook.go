package ticket

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kulanz-go/kulanz/sla"
)

// PlaybookConfig is a standard procedure as data: steps in their order.
type PlaybookConfig struct {
	// ID is small letters, digits and underscores. Several versions of one id
	// may stand side by side: a ticket keeps the one it was started with.
	ID      string       `json:"id"`
	Version int          `json:"version,omitempty"`
	Text    sla.Text     `json:"text"`
	Reasons []Reason     `json:"reasons,omitempty"` // it is offered for; none: for all
	Steps   []StepConfig `json:"steps"`
	// Blocks keeps a ticket from being resolved before the last step.
	Blocks bool `json:"blocks,omitempty"`
}

// StepConfig is one step of a playbook.
type StepConfig struct {
	ID   string   `json:"id"`
	Text sla.Text `json:"text"`
	// Guards of the workflow must hold before the step counts as done; "!name"
	// holds where the guard does not.
	Guards []string `json:"guards,omitempty"`
	// Template is what to write at this step, where there is something to.
	Template string `json:"template,omitempty"`
	// Required tells that the step cannot be skipped.
	Required bool `json:"required,omitempty"`
}

// Progress is how far a ticket's playbook has come. The zero value is none.
type Progress struct {
	ID      string `json:"id"`
	Version int    `json:"version,omitempty"`
	Step    string `json:"step,omitempty"` // to be done now; empty: all are
	Done    int    `json:"done,omitempty"`
	Skipped int    `json:"skipped,omitempty"`
	Token   int64  `json:"token"` // the sequence number of the event that started it
}

// running reports whether a step is to be done.
func (p Progress) running() bool { return p.Step != "" }

// books are playbooks that were checked.
type books struct {
	all    []PlaybookConfig
	index  map[string]int // by id@version
	newest map[string]int // by id
}

func bookName(id string, version int) string { return id + "@" + strconv.Itoa(version) }

func (r *Rules) compilePlaybooks(c *check, cfgs []PlaybookConfig) {
	r.books = books{clonePlaybooks(cfgs), make(map[string]int), make(map[string]int)}
	for i, p := range r.books.all {
		path := fmt.Sprintf("playbooks[%d]", i)
		if !isCode(p.ID) {
			c.fail(path+".id", p.ID, "is no id of a playbook")
		}
		if first, ok := r.books.index[bookName(p.ID, p.Version)]; ok {
			c.failf(path+".version", strconv.Itoa(p.Version), "is the version of playbooks[%d] too", first)
		}
		r.books.index[bookName(p.ID, p.Version)] = i
		if n, ok := r.books.newest[p.ID]; !ok || r.books.all[n].Version < p.Version {
			r.books.newest[p.ID] = i
		}
		checkText(c, path+".text", p.Text)
		for j, reason := range p.Reasons {
			r.checkReason(c, fmt.Sprintf("%s.reasons[%d]", path, j), reason)
		}
		if len(p.Steps) == 0 {
			c.fail(path+".steps", "", "is missing")
		}
		r.checkSteps(c, path, p.Steps)
	}
}

func clonePlaybooks(in []PlaybookConfig) []PlaybookConfig {
	out := slices.Clone(in)
	for i := range out {
		p := &out[i]
		p.Reasons, p.Steps = slices.Clone(p.Reasons), slices.Clone(p.Steps)
		for j := range p.Steps {
			p.Steps[j].Guards = slices.Clone(p.Steps[j].Guards)
		}
	}
	return out
}

func (r *Rules) checkSteps(c *check, path string, steps []StepConfig) {
	seen := make(map[string]bool, len(steps))
	for i, s := range steps {
		at := fmt.Sprintf("%s.steps[%d]", path, i)
		if !isCode(s.ID) || seen[s.ID] {
			c.fail(at+".id", s.ID, "is no id of a step, or stands twice")
		}
		seen[s.ID] = true
		checkText(c, at+".text", s.Text)
		for j, g := range s.Guards {
			if _, ok := r.workflow.guards[strings.TrimPrefix(g, "!")]; !ok {
				c.fail(fmt.Sprintf("%s.guards[%d]", at, j), g, "is no guard of the workflow")
			}
		}
		if _, ok := r.forms[s.Template]; !ok && s.Template != "" {
			c.fail(at+".template", s.Template, "is no template")
		}
	}
}

// Playbooks returns the newest version of every playbook that is offered for a
// reason, in the order of the rules.
func (r *Rules) Playbooks(reason Reason) []PlaybookConfig {
	var out []PlaybookConfig
	for i, p := range r.books.all {
		if r.books.newest[p.ID] == i && (len(p.Reasons) == 0 || reason.within(p.Reasons)) {
			out = append(out, p)
		}
	}
	return clonePlaybooks(out)
}

// Playbook returns one version of a playbook, or where the rules do not have
// it any more the newest one.
func (r *Rules) Playbook(id string, version int) (PlaybookConfig, bool) {
	p, ok := r.playbook(id, version)
	if !ok {
		return PlaybookConfig{}, false
	}
	return clonePlaybooks([]PlaybookConfig{p})[0], true
}

func (r *Rules) playbook(id string, version int) (PlaybookConfig, bool) {
	if i, ok := r.books.index[bookName(id, version)]; ok {
		return r.books.all[i], true
	}
	return r.newestPlaybook(id)
}

func (r *Rules) newestPlaybook(id string) (PlaybookConfig, bool) {
	i, ok := r.books.newest[id]
	if !ok {
		return PlaybookConfig{}, false
	}
	return r.books.all[i], true
}

// step returns the step that a ticket is at, and the one after it.
func (r *Rules) step(p Progress) (StepConfig, string) {
	book, _ := r.playbook(p.ID, p.Version)
	i := slices.IndexFunc(book.Steps, func(s StepConfig) bool { return s.ID == p.Step })
	switch {
	case i < 0:
		return StepConfig{}, ""
	case i+1 < len(book.Steps):
		return book.Steps[i], book.Steps[i+1].ID
	default:
		return book.Steps[i], ""
	}
}

// StartPlaybook begins the newest version of a playbook.
type StartPlaybook struct{ ID string }

func (StartPlaybook) event() EventKind     { return EventStartPlaybook }
func (StartPlaybook) check(*check, Limits) {}
func (s StartPlaybook) checkRules(c *check, in *Input) {
	if _, ok := in.Rules.newestPlaybook(s.ID); !ok {
		c.fail("start_playbook.id", cut(s.ID, in.Rules.limits.Name), "is no playbook")
	}
}

func (s StartPlaybook) body(in *Input) Body {
	p, _ := in.Rules.newestPlaybook(s.ID)
	return PlaybookStarted{ID: p.ID, Version: p.Version, Step: p.Steps[0].ID}
}

// AdvancePlaybook says that a step is done. Step is the one that the caller
// believes is due: where another is, it is refused, so that no step is done
// twice.
type AdvancePlaybook struct{ Step string }

func (AdvancePlaybook) event() EventKind { return EventAdvancePlaybook }
func (a AdvancePlaybook) check(c *check, lim Limits) {
	lim.checkName(c, "advance_playbook.step", a.Step, true)
}

func (a AdvancePlaybook) body(in *Input) Body {
	_, next := in.Rules.step(in.Ticket.Playbook)
	return StepDone{Step: a.Step, Next: next}
}

// SkipStep leaves a step out, and says why.
type SkipStep struct{ Step, Reason string }

func (SkipStep) event() EventKind { return EventSkipStep }
func (s SkipStep) check(c *check, lim Limits) {
	lim.checkName(c, "skip_step.step", s.Step, true)
	lim.checkName(c, "skip_step.reason", s.Reason, true)
}

func (s SkipStep) body(in *Input) Body {
	_, next := in.Rules.step(in.Ticket.Playbook)
	return StepDone{Step: s.Step, Next: next, Skipped: true, Reason: cleanLine(s.Reason)}
}

// StopPlaybook gives a playbook up, and says why.
type StopPlaybook struct{ Reason string }

func (StopPlaybook) event() EventKind { return EventStopPlaybook }
func (s StopPlaybook) check(c *check, lim Limits) {
	lim.checkName(c, "stop_playbook.reason", s.Reason, true)
}
func (s StopPlaybook) body(*Input) Body { return PlaybookStopped{cleanLine(s.Reason)} }

// PlaybookStarted is the body of start_playbook.
type PlaybookStarted struct {
	ID      string `json:"id"`
	Version int    `json:"version,omitempty"`
	Step    string `json:"step"`
}

// StepDone is the body of advance_playbook and skip_step.
type StepDone struct {
	Step    string `json:"step"`
	Next    string `json:"next,omitempty"` // empty: that was the last
	Skipped bool   `json:"skipped,omitempty"`
	Reason  string `json:"reason,omitempty"`
}

// PlaybookStopped is the body of stop_playbook.
type PlaybookStopped struct {
	Reason string `json:"reason"`
}

func (PlaybookStarted) body() {}
func (StepDone) body()        {}
func (PlaybookStopped) body() {}

func playbookRows() []Row {
	staff := []ActorKind{ActorAgent, ActorSystem}
	return []Row{
		{Event: EventStartPlaybook, From: liveStates(), Actors: staff, Guards: []string{"playbook_free"}},
		{Event: EventAdvancePlaybook, From: liveStates(), Actors: staff, Guards: []string{"step_current", "step_ready"}},
		{Event: EventSkipStep, From: liveStates(), Actors: staff, Guards: []string{"step_current", "step_skippable"}},
		{Event: EventStopPlaybook, From: liveStates(), Actors: staff, Guards: []string{"playbook_runs"}},
	}
}

func guardPlaybookFree(in *Input) []Blocker {
	p := in.Ticket.Playbook
	return unless(!p.running(), CodePlaybookRunning, "playbook", p.ID, "step", p.Step)
}

func guardPlaybookRuns(in *Input) []Blocker {
	return unless(in.Ticket.Playbook.running(), CodeNoPlaybook)
}

func guardStepCurrent(in *Input) []Blocker {
	p := in.Ticket.Playbook
	var step string
	switch cmd := in.Command.(type) {
	case AdvancePlaybook:
		step = cmd.Step
	case SkipStep:
		step = cmd.Step
	}
	if !p.running() {
		return blocked(CodeNoPlaybook)
	}
	return unless(step == p.Step, CodeOtherStep, "playbook", p.ID, "step", p.Step)
}

// guardStepReady holds where the guards of the step itself do. A step that the
// rules do not have any more asks for nothing.
func guardStepReady(in *Input) []Blocker {
	step, _ := in.Rules.step(in.Ticket.Playbook)
	return in.Rules.workflow.stops(step.Guards, in)
}

func guardStepSkippable(in *Input) []Blocker {
	step, _ := in.Rules.step(in.Ticket.Playbook)
	return unless(!step.Required, CodeStepRequired, "step", step.ID)
}

// guardPlaybookDone holds where no playbook that blocks has a step to do.
func guardPlaybookDone(in *Input) []Blocker {
	p := in.Ticket.Playbook
	book, _ := in.Rules.playbook(p.ID, p.Version)
	return unless(!p.running() || !book.Blocks, CodeOpenPlaybook, "playbook", p.ID, "step", p.Step)
}

func (t *fold) startPlaybook(e Event, b PlaybookStarted) {
	t.Playbook = Progress{ID: b.ID, Version: b.Version, Step: b.Step, Token: e.Seq}
}

func (t *fold) stepDone(b StepDone) {
	t.Playbook.Step = b.Next
	if b.Skipped {
		t.Playbook.Skipped++
		return
	}
	t.Playbook.Done++
}
