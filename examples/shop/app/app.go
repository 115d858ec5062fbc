package app

import (
	"cmp"
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/kulanz-go/kulanz/escalation"
	"github.com/kulanz-go/kulanz/escalation/route"
	"github.com/kulanz-go/kulanz/escalation/shift"
	"github.com/kulanz-go/kulanz/escalation/signal"
	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/maildir"
	"github.com/kulanz-go/kulanz/examples/shop/reviews"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/review"
	"github.com/kulanz-go/kulanz/feedback/tone"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// Shop is the reference of the one shop that this program is for.
const Shop = demo.Shop

// Config says what an App is made of. Fields without a default are required.
type Config struct {
	DB  *store.DB
	Now func() time.Time
	Log *slog.Logger
	// Payer gives money back.
	Payer goodwill.Payer
	// PayTimeout is how long a page waits for it. Default 10 seconds: less than the
	// server waits for the page, so that who pressed sees that the outcome is not
	// known.
	PayTimeout time.Duration
	// Tone reads the tone of reviews. Default: the engine of package tone, which
	// takes a moment to make.
	Tone tone.Analyzer
	// Base is where the shop is found: the beginning of every link in a mail.
	Base string
	// Mail is where incoming mail lies as it came, to be forgotten with its ticket.
	// Nil: nowhere.
	Mail *maildir.Dir
	// Observe is told of every operation of the ticket desk. Default: nobody.
	Observe func(ticket.Op)
}

// App is the shop. It is safe for concurrent use.
type App struct {
	DB       *store.DB
	Tickets  *ticket.Desk
	Surveys  *feedback.Desk
	Goodwill *goodwill.Desk

	Calendar  *sla.Calendar
	Rules     *ticket.Rules
	Taxonomy  *ticket.Taxonomy
	Escalates *escalation.Planner
	Survey    *feedback.Survey
	Routes    *route.Planner
	Assessor  *review.Assessor
	Reviews   *review.Log
	Tones     tone.Analyzer
	Topics    *tone.Topics
	Drafts    *tone.ReplyChecker
	Shifts    *shift.Schedule

	Templates []ticket.TemplateConfig
	FAQ       []demo.Entry

	now     func() time.Time
	log     *slog.Logger
	base    string
	secret  []byte // signs links
	mail    *maildir.Dir
	replies *reviews.Deliverer
	waiting recent[int]
	teams   recent[[]string]
	figures recent[Figures]
	people  atomic.Pointer[[]store.Agent]

	rulebook      atomic.Pointer[Rulebook]
	escalationEnv escalation.Environment
}

//go:embed policies/*.json
var policies embed.FS

// keys are the secrets of the shop, drawn at its first start.
type keys struct{ Links, Surveys, Sample, Ledger []byte }

func draw() []byte {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails, see its documentation
	return b
}

// secrets returns those of the shop, whoever drew them first.
func secrets(ctx context.Context, db *store.DB) (keys, error) {
	k := keys{Links: draw(), Surveys: draw(), Sample: draw(), Ledger: draw()}
	return k, db.SetFirst(ctx, "keys", &k)
}

// New puts the shop together over its database.
func New(ctx context.Context, cfg Config) (*App, error) {
	a := &App{DB: cfg.DB, now: cfg.Now, log: cfg.Log, base: cfg.Base, mail: cfg.Mail}
	k, err := secrets(ctx, cfg.DB)
	if err != nil {
		return nil, err
	}
	a.secret = k.Links
	for _, part := range []func() error{
		a.loadWords(ctx), a.house(ctx), a.ticketDesk(cfg), a.surveyDesk(cfg.DB.Desk.Feedback(), wishes{cfg.DB}, k), a.goodwillDesk(cfg, k), a.reviewDesk(cfg.Tone),
	} {
		if err := part(); err != nil {
			return nil, fmt.Errorf("shop: %w", err)
		}
	}
	return a, a.LoadAgents(ctx)
}

// Now is the shop's time, which may go faster than the world's.
func (a *App) Now() time.Time { return a.now() }

// loadWords reads what agents and bots say from the database, where the seed put
// it; an empty shop has the words of the demo.
func (a *App) loadWords(ctx context.Context) func() error {
	return func() error {
		w := words{}
		err := a.DB.Setting(ctx, "words", &w)
		if errors.Is(err, store.ErrNotFound) {
			var world *demo.World
			if world, err = demo.Generate(seedNumber, a.now(), 1); err == nil {
				w = words{world.Templates, world.FAQ}
			}
		}
		a.Templates, a.FAQ = w.Templates, w.FAQ
		return err
	}
}

// words are what the shop says.
type words struct {
	Templates []ticket.TemplateConfig
	FAQ       []demo.Entry
}

// house is what all desks need: hours, reasons, rules, deadlines.
func (a *App) house(ctx context.Context) func() error {
	return func() error { return a.rules(ctx) }
}

func (a *App) rules(ctx context.Context) error {
	var err error
	if a.Calendar, err = demo.Calendar(); err != nil {
		return err
	}
	if a.Taxonomy, err = ticket.NewTaxonomy(ticket.EcommerceReasons()); err != nil {
		return err
	}
	day := func(n int) sla.Period { return sla.Period{N: n, Unit: sla.UnitDay} }
	if a.Rules, err = ticket.NewRules(ticket.RulesConfig{
		Calendar: a.Calendar, Reasons: ticket.EcommerceReasons(), Templates: a.Templates, Playbooks: playbooks(),
		FollowUp: day(2), Reminders: []sla.Period{day(2)}, AutoResolve: true,
		Acknowledge: sla.Period{N: 5, Unit: sla.UnitMinute}, AnswerBy: sla.Period{N: 1, Unit: sla.UnitWorkHour},
		Special:    []ticket.SpecialConfig{{Channels: []ticket.Channel{ticket.ChannelReview}, NoReminders: true, NoFollowUp: true}},
		BotReasons: a.botReasons(), BotAnswers: true, BotConfidence: 0.6,
	}); err != nil {
		return err
	}
	roster, err := policies.ReadFile("policies/shifts.json")
	if err != nil {
		return err
	}
	if a.Shifts, err = shift.Parse(roster); err != nil {
		return err
	}
	schema, err := escalation.NewSchema(escalation.BuiltinFields()...)
	if err != nil {
		return err
	}
	a.escalationEnv = escalation.Environment{Schema: schema, Calendars: []*sla.Calendar{a.Calendar}}
	return a.refresh(ctx)
}

// botReasons are those that the FAQ has an answer to.
func (a *App) botReasons() []ticket.Reason {
	seen := make(map[ticket.Reason]bool)
	var out []ticket.Reason
	for _, e := range a.FAQ {
		if e.Reason != "" && !seen[e.Reason] {
			seen[e.Reason] = true
			out = append(out, e.Reason)
		}
	}
	return out
}

func (a *App) ticketDesk(cfg Config) func() error {
	return func() error {
		var err error
		if a.Escalates, err = a.escalator(a.liveLadders); err != nil {
			return err
		}
		if a.Routes, err = route.NewPlanner(route.PlannerConfig{
			Policy: routing(), Rules: a.Rules, Need: a.need,
			Roster: func(_ string, now time.Time) route.Roster { return a.Roster(now) },
		}); err != nil {
			return err
		}
		a.Tickets, err = ticket.NewDesk(a.DB.Desk.Tickets(), ticket.Config{
			Rules: a.Rules, Now: a.now, Delivery: ticket.HostDelivers(), LivePolicies: a.liveDeadlines, Policy: policyID(Deadlines),
			Planners: []ticket.Planner{a.Escalates, a.Routes}, Answers: faq{a}, Customers: crm{a.DB}, Observe: cfg.Observe,
			Publish: []ticket.EventKind{ticket.EventResolve, ticket.EventAutoResolve, ticket.EventBotResolve},
		})
		return err
	}
}

// escalator makes a planner of policies.
func (a *App) escalator(live func(string) *escalation.PolicySet) (*escalation.Planner, error) {
	signals, err := signal.New(signal.Terms()...)
	if err != nil {
		return nil, err
	}
	return escalation.NewPlanner(escalation.PlannerConfig{
		LivePolicies: live, Rules: a.Rules, Holders: a.holders, Signals: signals.Signals,
	})
}

// holders are who has a role, or the ticket.
func (a *App) holders(t ticket.Ticket, target escalation.Target, _ time.Time) []string {
	var out []string
	for _, p := range a.Agents() {
		switch {
		case target.Kind == escalation.TargetRole && string(p.Role) == target.ID,
			target.Kind == escalation.TargetAssignee && p.ID == t.Assignee:
			out = append(out, p.ID)
		}
	}
	return out
}

// Agents are all agents, as they were last loaded.
func (a *App) Agents() []store.Agent {
	if p := a.people.Load(); p != nil {
		return *p
	}
	return nil
}

// LoadAgents reads the agents anew.
func (a *App) LoadAgents(ctx context.Context) error {
	all, err := a.DB.Agents(ctx)
	if err == nil {
		a.people.Store(&all)
	}
	return err
}

func (a *App) surveyDesk(over feedback.Store, asked feedback.Customers, k keys) func() error {
	return func() error {
		survey, err := feedback.NewSurvey(feedback.SurveyConfig{ID: SurveyID, Questions: []feedback.Question{
			{ID: CSAT, About: feedback.AspectService, Scale: feedback.ScaleCSAT5().Config()},
			{ID: NPS, About: feedback.AspectPurchase, Scale: feedback.ScaleNPS().Config()},
		}})
		if err != nil {
			return err
		}
		a.Survey = survey
		var all []*feedback.Policy
		for _, p := range []feedback.PolicyConfig{
			{ID: PolicyPage, Survey: SurveyID, Medium: feedback.MediumPage, Moments: []feedback.Moment{feedback.MomentResolved}},
			{ID: PolicyMail, Survey: SurveyID, Medium: feedback.MediumEmail, Moments: []feedback.Moment{feedback.MomentResolved}},
		} {
			policy, err := feedback.NewPolicy(p)
			if err != nil {
				return err
			}
			all = append(all, policy)
		}
		ring, err := feedback.NewKeyring(feedback.SigningKey{ID: "k1", Secret: k.Surveys})
		if err != nil {
			return err
		}
		a.Surveys, err = feedback.NewDesk(over, feedback.Config{
			Now: a.now, Zone: a.Calendar.Zone(), Surveys: []*feedback.Survey{survey}, Policies: all, Keys: ring,
			Customers: asked, Delivery: feedback.HostDelivers(), Secret: k.Sample, Refresh: a.current,
		})
		return err
	}
}

// The survey, its questions and its policies.
const (
	SurveyID   = "service"
	CSAT       = "csat"
	NPS        = "nps"
	PolicyPage = "page"
	PolicyMail = "mail"
)

// GoodwillPolicy is the id of the policy for goodwill.
const GoodwillPolicy = "house"

// payTimeout is the default of Config.PayTimeout.
const payTimeout = 10 * time.Second

func (a *App) goodwillDesk(cfg Config, k keys) func() error {
	return func() error {
		var err error
		a.Goodwill, err = goodwill.NewDesk(a.DB.Desk.Goodwill(), goodwill.Config{
			Now: a.now, LivePolicies: a.liveGrants, Orders: a.order, Payer: cfg.Payer,
			Leads: []string{string(demo.RoleLead), string(demo.RoleManager)}, Secret: k.Ledger, PayTimeout: cmp.Or(cfg.PayTimeout, payTimeout),
		})
		return err
	}
}
