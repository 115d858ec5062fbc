package ticket

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// RulesConfig is how a shop works its tickets, as data. The zero value of
// every field but Calendar has a default.
type RulesConfig struct {
	// Calendar counts the periods below: its zone gives calendar days, its
	// hours business days. Required.
	Calendar *sla.Calendar `json:"-"`
	Workflow *Workflow     `json:"-"` // nil: the built-in one
	// ReopenWindow is how long a resolved ticket opens again when its customer
	// writes; then it closes, and a message opens a follow-up. Default 14 days.
	ReopenWindow sla.Period `json:"reopen_window,omitzero"`
	// FollowUp is how long after a solution the customer is asked whether all
	// is well. Zero: never.
	FollowUp sla.Period `json:"follow_up,omitzero"`
	// Wait is how long to wait for a customer or a third party where the
	// command gives no wake. Default 7 days.
	Wait sla.Period `json:"wait,omitzero"`
	// Reminders are sent so long after a question, ascending, where they fall
	// before the wake. None: no reminders.
	Reminders []sla.Period `json:"reminders,omitempty"`
	// AutoResolve resolves a ticket at its wake where the customer was
	// reminded and did not answer; otherwise, and by default, it wakes.
	AutoResolve bool `json:"auto_resolve,omitempty"`
	// Idle is how long a live ticket may lie untouched before the system
	// takes note; each further look comes twice as late, up to 8 times.
	// Default 1 day.
	Idle sla.Period `json:"idle,omitzero"`
	// Special changes these periods for tickets of some reasons or channels.
	Special []SpecialConfig `json:"special,omitempty"`
	// CallbackWindow is how long after its start a callback may come where the
	// customer names no end. Default 4 working hours.
	CallbackWindow sla.Period `json:"callback_window,omitzero"`
	// CallRetry is when to call again who was not reached. Default 2 working
	// hours.
	CallRetry sla.Period `json:"call_retry,omitzero"`
	// CallAttempts is how often a callback is tried. Default 3.
	CallAttempts int `json:"call_attempts,omitempty"`
	// Acknowledge is how long after its first message a barrage is
	// acknowledged, once, unless it was answered by then. Zero: never.
	Acknowledge sla.Period `json:"acknowledge,omitzero"`
	// AckChannels are those on which messages are acknowledged. Default
	// e-mail, form and marketplace.
	AckChannels []Channel `json:"ack_channels,omitempty"`
	AckBudget   AckBudget `json:"ack_budget,omitzero"`
	// AnswerBy is within what time customers are told to have their answer.
	// Zero: they are told no time.
	AnswerBy sla.Period `json:"answer_by,omitzero"`
	// BotReasons are the reasons that a bot may take; a first level covers
	// its second. None: no bot.
	BotReasons []Reason `json:"bot_reasons,omitempty"`
	// BotDeadline is how long a bot may keep a ticket before people get it.
	// Default 1 hour.
	BotDeadline sla.Period `json:"bot_deadline,omitzero"`
	// BotConfidence is how sure a bot must be to answer, 0 to 1. Default 0.
	BotConfidence float64 `json:"bot_confidence,omitempty"`
	// BotTurns is how often a bot may answer on one ticket. Default 5.
	BotTurns int `json:"bot_turns,omitempty"`
	// BotAnswers lets the desk's [AnswerSource] answer what a bot has.
	BotAnswers bool `json:"bot_answers,omitempty"`
	// BotResolves lets a bot resolve.
	BotResolves bool `json:"bot_resolves,omitempty"`
	// Retention is how long a ticket that has ended is kept before
	// [Desk.Retention] says that it may be erased. Default 3 years: claims
	// begin to lapse with the year in which they arise (BGB 195, 199(1)), so
	// the default counts from the end of the year.
	Retention sla.Period `json:"retention,omitzero"`
	// RetentionFromYearEnd counts Retention from the end of the calendar year,
	// in the calendar's zone, in which the ticket ended.
	RetentionFromYearEnd bool `json:"retention_from_year_end,omitempty"`
	// Protected are the reasons that no block keeps away; a first level covers
	// its second. Default [ProtectedReasons].
	Protected []Reason `json:"protected,omitempty"`
	// RequiredFields must be set before a ticket is resolved.
	RequiredFields []string `json:"required_fields,omitempty"`
	// Reasons are those that tickets may have, as [EcommerceReasons]. None:
	// every reason is taken as it comes.
	Reasons []ReasonConfig `json:"reasons,omitempty"`
	// Templates are what replies are made from, and Playbooks the standard
	// procedures, in all versions that tickets still run.
	Templates []TemplateConfig `json:"templates,omitempty"`
	Playbooks []PlaybookConfig `json:"playbooks,omitempty"`
	Limits    Limits           `json:"limits,omitzero"`
}

// Rules are a [RulesConfig] that was checked. They are immutable and safe for
// concurrent use.
type Rules struct {
	cfg      RulesConfig
	workflow *Workflow
	limits   Limits
	reasons  *Taxonomy // nil: every reason
	forms    map[string]*form
	books    books
}

// NewRules checks the rules. The error is [Faults] with every fault.
func NewRules(cfg RulesConfig) (*Rules, error) {
	var c check
	if cfg.Calendar == nil {
		c.fail("calendar", "nil", "is missing")
	}
	def := func(p *sla.Period, n int, u sla.Unit) {
		if *p == (sla.Period{}) {
			*p = sla.Period{N: n, Unit: u}
		}
	}
	def(&cfg.ReopenWindow, 14, sla.UnitDay)
	def(&cfg.Wait, 7, sla.UnitDay)
	def(&cfg.Idle, 1, sla.UnitDay)
	def(&cfg.BotDeadline, 1, sla.UnitHour)
	cfg.RetentionFromYearEnd = cfg.RetentionFromYearEnd || cfg.Retention == (sla.Period{})
	def(&cfg.Retention, 3, sla.UnitYear)
	def(&cfg.CallbackWindow, 4, sla.UnitWorkHour)
	def(&cfg.CallRetry, 2, sla.UnitWorkHour)
	def(&cfg.AckBudget.Window, 1, sla.UnitDay)
	cfg.CallAttempts, cfg.BotTurns = cmp.Or(cfg.CallAttempts, 3), cmp.Or(cfg.BotTurns, 5)
	cfg.AckBudget.PerAddress, cfg.AckBudget.PerShop = cmp.Or(cfg.AckBudget.PerAddress, 1), cmp.Or(cfg.AckBudget.PerShop, 200)
	cfg.Reminders, cfg.BotReasons = slices.Clone(cfg.Reminders), slices.Clone(cfg.BotReasons)
	cfg.RequiredFields = slices.Clone(cfg.RequiredFields)
	if cfg.Protected == nil {
		cfg.Protected = ProtectedReasons()
	}
	checkPeriods(&c, cfg)
	r := &Rules{cfg: cfg, workflow: cfg.Workflow, limits: cfg.Limits.withDefaults()}
	if r.workflow == nil {
		w, err := NewWorkflow(WorkflowConfig{})
		if err != nil {
			return nil, err
		}
		r.workflow = w
	}
	r.compile(&c)
	if err := c.err(); err != nil {
		return nil, err
	}
	return r, nil
}

// compile checks and keeps what the rules carry beside periods.
func (r *Rules) compile(c *check) {
	if len(r.cfg.Reasons) > 0 {
		r.reasons = newTaxonomy(c, r.cfg.Reasons)
	}
	for i, b := range r.cfg.BotReasons {
		r.checkReason(c, fmt.Sprintf("bot_reasons[%d]", i), b)
	}
	checkBots(c, &r.cfg)
	if r.cfg.CallAttempts < 0 {
		c.fail("call_attempts", strconv.Itoa(r.cfg.CallAttempts), "is below 0")
	}
	r.checkAcknowledge(c)
	r.checkSpecial(c)
	r.forms = compileTemplates(c, r.cfg.Templates, r.limits)
	r.checkTemplateReasons(c)
	r.compilePlaybooks(c, r.cfg.Playbooks)
}

func checkPeriods(c *check, cfg RulesConfig) {
	checkPeriod(c, "reopen_window", cfg.ReopenWindow)
	checkPeriod(c, "wait", cfg.Wait)
	checkPeriod(c, "idle", cfg.Idle)
	checkPeriod(c, "bot_deadline", cfg.BotDeadline)
	checkPeriod(c, "retention", cfg.Retention)
	checkPeriod(c, "callback_window", cfg.CallbackWindow)
	checkPeriod(c, "call_retry", cfg.CallRetry)
	checkPeriod(c, "ack_budget.window", cfg.AckBudget.Window)
	checkOptional(c, "follow_up", cfg.FollowUp)
	checkOptional(c, "acknowledge", cfg.Acknowledge)
	checkOptional(c, "answer_by", cfg.AnswerBy)
	for i, p := range cfg.Reminders {
		checkPeriod(c, fmt.Sprintf("reminders[%d]", i), p)
	}
}

// Workflow returns the transition table.
func (r *Rules) Workflow() *Workflow { return r.workflow }

// after returns the instant a period later. Where the calendar has no answer
// (nothing is open any more) it is a day later: a look too early is no harm,
// a ticket that is never looked at is.
func (r *Rules) after(t time.Time, p sla.Period) time.Time {
	at, err := r.cfg.Calendar.AddPeriod(t, p)
	if err != nil || !at.After(t) {
		at = t.Add(24 * time.Hour)
	}
	return ceil(at)
}

func (r *Rules) botDeadline(now time.Time) time.Time { return r.after(now, r.cfg.BotDeadline) }
