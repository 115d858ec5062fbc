package ticket_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// given is a command that a ticket is brought to, and who gives it.
type given struct {
	who  ticket.Actor
	wait time.Duration
	cmd  func(ticket.Ticket) ticket.Command
}

func by(who ticket.Actor, cmd ticket.Command) given {
	return given{who: who, cmd: func(ticket.Ticket) ticket.Command { return cmd }}
}

// actorCase is a command, how a new ticket is brought to where it fits, and the
// kinds of actor that may give it: sections 3 and 8 of the design.
type actorCase struct {
	before []given
	cmd    func(ticket.Ticket) ticket.Command
	may    []ticket.ActorKind
}

func plain(may []ticket.ActorKind, cmd ticket.Command, before ...given) actorCase {
	return actorCase{before, func(ticket.Ticket) ticket.Command { return cmd }, may}
}

func actorCases() map[ticket.EventKind]actorCase {
	agent := []ticket.ActorKind{ticket.ActorAgent}
	staff := []ticket.ActorKind{ticket.ActorAgent, ticket.ActorSystem}
	own := []ticket.ActorKind{ticket.ActorSystem}
	robot := []ticket.ActorKind{ticket.ActorBot}
	caller := []ticket.ActorKind{ticket.ActorCustomer, ticket.ActorAgent}
	all := []ticket.ActorKind{ticket.ActorCustomer, ticket.ActorAgent, ticket.ActorBot, ticket.ActorSystem}
	later := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	asked := by(anna, ticket.AskCustomer{Text: "Welche Farbe?", Wake: later.AddDate(0, 0, 9)})
	token := func(t ticket.Ticket) int64 { return t.Timer.Token }
	solved := by(anna, ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "So."})
	book, taken := by(anna, ticket.StartPlaybook{ID: "return"}), by(bot, ticket.BotTake{})
	promised := by(anna, ticket.MakePromise{Text: "Geld", Due: later})
	point, called := by(anna, ticket.AddPoint{Text: "kaputt"}), by(client, ticket.RequestCallback{})
	offered := by(anna, ticket.OfferPhone{})
	passed := func(d time.Duration) given { return given{wait: d} }
	return map[ticket.EventKind]actorCase{
		ticket.EventAccept:           plain(staff, ticket.Accept{}),
		ticket.EventReply:            plain(agent, ticket.Reply{Text: "Hier."}),
		ticket.EventNote:             plain(staff, ticket.Note{Text: "ruhig"}),
		ticket.EventAskCustomer:      plain(agent, ticket.AskCustomer{Text: "Welche?", Wake: later}),
		ticket.EventWaitThird:        plain(agent, ticket.WaitThird{Party: "DHL", Wake: later}),
		ticket.EventThirdPartyUpdate: plain(staff, ticket.ThirdPartyUpdate{Text: "da"}, by(anna, ticket.WaitThird{Party: "DHL", Wake: later})),
		ticket.EventSnooze:           plain(agent, ticket.Snooze{Until: later, Reason: "Messe"}),
		ticket.EventAssign:           plain(staff, ticket.Assign{Assignee: "ben"}),
		ticket.EventUnassign:         plain(staff, ticket.Unassign{}, by(boss, ticket.Assign{Assignee: "ben"})),
		ticket.EventSet:              plain(staff, ticket.Set{Fields: map[string]string{"a": "b"}}),
		ticket.EventTag:              plain(staff, ticket.Tag{Add: []string{"vip"}}),
		ticket.EventLink:             plain(staff, ticket.AddLink{Kind: ticket.LinkChildOf, To: uuid.UUID{1}}),
		ticket.EventPromise:          plain(staff, ticket.MakePromise{Text: "Geld", Due: later}),
		ticket.EventEscalate:         plain(staff, ticket.Escalate{Reason: "droht"}),
		ticket.EventResolve:          plain(agent, ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "So."}),
		ticket.EventConfirm:          plain([]ticket.ActorKind{ticket.ActorCustomer}, ticket.Confirm{}, solved),
		ticket.EventReopen:           plain(agent, ticket.Reopen{}, solved),
		ticket.EventAutoClose:        plain(own, ticket.AutoClose{}, solved, passed(15*24*time.Hour)),
		ticket.EventFollowUp:         plain(own, ticket.FollowUp{Text: "Alles gut?"}, solved, passed(49*time.Hour)),
		ticket.EventReminder:         plain(own, ticket.Remind{Text: "Noch da?"}, asked, passed(25*time.Hour)),
		ticket.EventMarkSpam:         plain(staff, ticket.MarkSpam{}),
		ticket.EventNotSpam:          plain(staff, ticket.NotSpam{}, by(anna, ticket.MarkSpam{})),
		ticket.EventBotTake:          plain([]ticket.ActorKind{ticket.ActorBot, ticket.ActorSystem}, ticket.BotTake{}),
		ticket.EventBotReply:         plain(robot, ticket.BotReply{Text: "Morgen.", Confidence: 1}, taken),
		ticket.EventBotResolve:       plain(robot, ticket.BotResolve{Code: ticket.ResolvedAnswered, Text: "Morgen."}, taken),
		ticket.EventHandOff: plain([]ticket.ActorKind{ticket.ActorCustomer, ticket.ActorBot, ticket.ActorSystem},
			ticket.HandOff{}, taken),
		ticket.EventRecord:          plain(own, ticket.Observe{What: ticket.WhatIdle}),
		ticket.EventRequestCallback: plain(all, ticket.RequestCallback{About: "Rechnung"}),
		ticket.EventCall:            plain(agent, ticket.RecordCall{Outcome: ticket.CallReached}, called),
		ticket.EventCallbackDue: {[]given{called}, func(t ticket.Ticket) ticket.Command {
			return ticket.CallDue{ID: t.Callbacks[0].ID}
		}, own},
		ticket.EventCancelCallback: {[]given{called}, func(t ticket.Ticket) ticket.Command {
			return ticket.CancelCallback{ID: t.Callbacks[0].ID}
		}, all},
		ticket.EventKeepPromise: {[]given{promised}, func(t ticket.Ticket) ticket.Command {
			return ticket.KeepPromise{ID: t.Promises[0].ID}
		}, staff},
		ticket.EventBreakPromise: {[]given{promised}, func(t ticket.Ticket) ticket.Command {
			return ticket.BreakPromise{ID: t.Promises[0].ID, Reason: "ausverkauft"}
		}, staff},
		ticket.EventAddPoint: plain(all, ticket.AddPoint{Text: "zu spät"}),
		ticket.EventAnswerPoint: {[]given{point}, func(t ticket.Ticket) ticket.Command {
			return ticket.AnswerPoint{ID: t.Points[0].ID, Text: "Es tut uns leid."}
		}, agent},
		ticket.EventWake: {[]given{asked, passed(8 * 24 * time.Hour), passed(10 * 24 * time.Hour)}, func(t ticket.Ticket) ticket.Command {
			return ticket.Wake{Token: token(t)}
		}, own},
		ticket.EventAutoResolve: {
			[]given{asked, passed(25 * time.Hour), by(system, ticket.Remind{Text: "Noch da?"}), passed(18 * 24 * time.Hour)},
			func(t ticket.Ticket) ticket.Command { return ticket.AutoResolve{Token: token(t)} }, own,
		},
		ticket.EventStartPlaybook: plain(staff, ticket.StartPlaybook{ID: "return"}),
		ticket.EventAdvancePlaybook: plain(staff, ticket.AdvancePlaybook{Step: "answer"}, book,
			by(anna, ticket.Reply{Text: "Gern."})),
		ticket.EventSkipStep: plain(staff, ticket.SkipStep{Step: "label", Reason: "hat eines"}, book,
			by(anna, ticket.Reply{Text: "Gern."}), by(anna, ticket.AdvancePlaybook{Step: "answer"})),
		ticket.EventStopPlaybook:  plain(staff, ticket.StopPlaybook{Reason: "anders"}, book),
		ticket.EventDocumentAbuse: plain(agent, ticket.DocumentAbuse{Kind: ticket.AbuseInsult, Evidence: "m1"}),
		ticket.EventOfferPhone:    plain(staff, ticket.OfferPhone{}),
		ticket.EventAcceptPhone:   plain(caller, ticket.AcceptPhone{}, offered),
		ticket.EventDeclinePhone:  plain(caller, ticket.DeclinePhone{}, offered),
		ticket.EventRecordDispute: plain(staff, ticket.RecordDispute{Step: ticket.StepGoodwillOffered}),
		ticket.EventApprove:       plain(agent, ticket.Approve{Reason: "letztes Mittel"}),
		ticket.EventAcknowledge:   plain(own, ticket.Acknowledge{}, passed(6*time.Minute)),
		ticket.EventAck:           plain(agent, ticket.Ack{}),
		ticket.EventUnack:         plain(staff, ticket.Unack{}, by(anna, ticket.Ack{})),
	}
}

// notOfDo are the events that no command of [Desk.Do] brings about: they come
// from Open, Receive, Merge, Unmerge and Erase.
func notOfDo() []ticket.EventKind {
	return []ticket.EventKind{
		ticket.EventCreate, ticket.EventCustomerMessage, ticket.EventAutoReply, ticket.EventBounce, ticket.EventMerge,
		ticket.EventUnmerge, ticket.EventAbsorb, ticket.EventRelease, ticket.EventErase,
	}
}

// ready is a desk with everything switched on, and a ticket of c1.
func ready(t *testing.T) (*fixture, ticket.Ref) {
	t.Helper()
	f := newFixture(t, ticket.RulesConfig{
		BotReasons: []ticket.Reason{"delivery"}, BotResolves: true, AutoResolve: true, Acknowledge: minutes(5),
		FollowUp: days(2), Reminders: []sla.Period{days(1)}, Templates: []ticket.TemplateConfig{orderTemplate()},
		Playbooks: []ticket.PlaybookConfig{returnBook(1)},
	})
	in := verified("m1", "Wo ist mein Paket?")
	in.Reason, in.Channel = "delivery", ticket.ChannelEmail
	return f, f.receive(t, in).Ticket.Ref()
}

func (f *fixture) bring(t *testing.T, ref ticket.Ref, steps []given) {
	t.Helper()
	for _, g := range steps {
		f.clock.Advance(g.wait)
		if g.cmd == nil {
			continue
		}
		now, err := f.desk.Get(t.Context(), system, ref)
		require.NoError(t, err)
		f.do(t, g.who, ref, g.cmd(now))
	}
}

// Every command in the hands of every actor: who may, does; everybody else of
// the shop is told that it is not for them, and nothing happens; to strangers
// there is no such ticket.
func TestEveryCommandByEveryActor(t *testing.T) {
	cases := actorCases()
	for _, e := range builtin(t).Events() {
		_, has := cases[e]
		assert.NotEqual(t, has, slices.Contains(notOfDo(), e), "%s has no case", e)
	}
	actors := []ticket.Actor{client, boss, bot, system}
	strangers := []ticket.Actor{
		{Kind: ticket.ActorCustomer, ID: "c2", Shop: shop},
		{Kind: ticket.ActorCustomer, Shop: shop},
		{Kind: ticket.ActorAgent, ID: "anna", Shop: "s2", Roles: []ticket.Role{ticket.RoleLead}},
		{Kind: ticket.ActorSystem, Shop: "s2"},
		{},
	}
	for event, c := range cases {
		for _, who := range actors {
			t.Run(fmt.Sprintf("%s by %s", event, who.Kind), func(t *testing.T) {
				f, ref := ready(t)
				f.bring(t, ref, c.before)
				before, err := f.desk.Get(t.Context(), system, ref)
				require.NoError(t, err)
				cmd := c.cmd(before)
				for _, stranger := range strangers {
					_, err := f.desk.Do(t.Context(), stranger, ref, cmd)
					require.ErrorIs(t, err, ticket.ErrNotFound, "%+v", stranger)
				}
				if slices.Contains(c.may, who.Kind) {
					res, err := f.desk.Do(t.Context(), who, ref, cmd)
					require.NoError(t, err)
					assert.Equal(t, who.Shop, res.Ticket.Shop)
					after := f.history(t, ref)
					assert.Equal(t, event, after[before.Seq].Kind)
					assert.Equal(t, who.By(), after[before.Seq].Actor)
					return
				}
				refusal := f.refused(t, who, ref, cmd)
				assert.Equal(t, []ticket.Blocker{{
					Code: ticket.CodeActor, Params: map[string]string{"actor": string(who.Kind)},
				}}, refusal.Blockers, "no more than that")
				after, err := f.desk.Get(t.Context(), system, ref)
				require.NoError(t, err)
				assert.Equal(t, before, after)
			})
		}
	}
}

// What is no single command asks who acts just the same.
func TestOperationsByEveryActor(t *testing.T) {
	stranger := ticket.Actor{Kind: ticket.ActorCustomer, ID: "c2", Shop: shop}
	f, ref := ready(t)
	in := mail("m2", "Noch etwas anderes")
	in.Orders = []string{"o-8"}
	other := f.receive(t, in).Ticket.Ref()
	require.NotEqual(t, ref, other)
	operations := map[string]func(ticket.Actor) error{
		"merge": func(a ticket.Actor) error {
			_, err := f.desk.Merge(t.Context(), a, other, ref, ticket.Merge{})
			return err
		},
		"unmerge": func(a ticket.Actor) error {
			_, err := f.desk.Unmerge(t.Context(), a, other)
			return err
		},
		"split": func(a ticket.Actor) error {
			_, err := f.desk.Split(t.Context(), a, ref, ticket.Split{Messages: []int64{1}})
			return err
		},
		"retention": func(a ticket.Actor) error {
			_, _, err := f.desk.Retention(t.Context(), a, nil)
			return err
		},
		"erase": func(a ticket.Actor) error {
			res, err := f.desk.Erase(t.Context(), a, "c1")
			if err == nil && len(res.Erased) == 0 {
				return ticket.ErrNotFound
			}
			return err
		},
		"customer": func(a ticket.Actor) error {
			_, err := f.desk.Customer(t.Context(), a, ref)
			return err
		},
		"plan input": func(a ticket.Actor) error {
			_, err := f.desk.PlanInput(t.Context(), a, ref, "none")
			return err
		},
		"block": func(a ticket.Actor) error {
			_, err := f.desk.Block(t.Context(), a, boss, ticket.BlockRequest{
				Customer: "c1", Kind: ticket.BlockAll, Reason: ticket.BlockFlood, Evidence: "m1",
			})
			return err
		},
	}
	for name, op := range operations {
		for _, who := range []ticket.Actor{client, stranger, bot, {Kind: ticket.ActorAgent, ID: "anna", Shop: "s2"}} {
			if who.Kind == ticket.ActorAgent && (name == "retention" || name == "block") {
				continue // its own shop's, which is empty
			}
			err := op(who)
			require.Error(t, err, "%s by %+v", name, who)
			assert.True(t, errors.Is(err, ticket.ErrRefused) || errors.Is(err, ticket.ErrNotFound), "%s by %+v: %v", name, who, err)
		}
	}
	assert.Len(t, f.history(t, ref), 1, "nothing happened")
	assert.Len(t, f.history(t, other), 1)
}

// What is not for Do is not for Do in any wrapping, and a command that guards
// would not know is no command.
func TestCommandsThatAreNotForDo(t *testing.T) {
	f, ref := ready(t)
	message := ticket.CustomerMessage{Message: ticket.Message{Text: "x", Ack: true}}
	plain := []ticket.Command{nil, ticket.Open{Subject: "x"}, message, ticket.Automatic{Kind: ticket.AutoReplied}, ticket.Merge{}}
	wrapped := []ticket.Command{
		ticket.Keyed{},
		ticket.Keyed{Key: "k"},
		ticket.Keyed{Key: "k", Command: ticket.Keyed{Key: "l", Command: ticket.Accept{}}},
		&ticket.Keyed{Key: "k", Command: ticket.Accept{}}, &ticket.Merge{}, &ticket.Assign{Assignee: "ben", Expect: "eve"},
		&ticket.Reply{Template: ticket.Filled{ID: "order.late"}}, (*ticket.Reply)(nil), &message,
	}
	for _, cmd := range plain {
		wrapped = append(wrapped, ticket.Keyed{Command: cmd}, ticket.Keyed{Key: "k", Command: cmd})
	}
	for _, cmd := range append(plain, wrapped...) {
		for _, who := range []ticket.Actor{client, anna, system} {
			_, err := f.desk.Do(t.Context(), who, ref, cmd)
			require.ErrorIs(t, err, ticket.ErrInvalid, "%T %+v", cmd, cmd)
		}
	}
	assert.Len(t, f.history(t, ref), 1)
	f.with(t, func(c *ticket.Config) {
		c.Planners = []ticket.Planner{planner{"odd", func(in ticket.PlanInput) (ticket.PlanOutput, error) {
			if in.Events[0].Kind == ticket.EventNote {
				return ticket.PlanOutput{Commands: wrapped}, nil
			}
			return ticket.PlanOutput{}, nil
		}}}
	})
	f.do(t, anna, ref, ticket.Note{Text: "x"})
	for _, what := range recorded(f.history(t, ref)) {
		assert.Equal(t, ticket.WhatPlannerRefused, what)
	}
}

// A customer opens a ticket for itself, and does not say how the shop is to work
// on it; links that only the desk makes are nobody's to give.
func TestWhatCustomersMayOpen(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	base := ticket.Open{Customer: ticket.Customer{Ref: "c1", Language: "de"}, Text: "Wo?", Channel: ticket.ChannelForm, Orders: []string{"o-7"}}
	link := []ticket.Link{{Kind: ticket.LinkIncidentOf, To: uuid.UUID{1}}}
	for name, change := range map[string]func(*ticket.Open){
		"for another": func(o *ticket.Open) { o.Customer.Ref = "c2" }, "for nobody": func(o *ticket.Open) { o.Customer.Ref = "" },
		"priority": func(o *ticket.Open) { o.Priority = ticket.PriorityUrgent }, "tags": func(o *ticket.Open) { o.Tags = []string{"vip"} },
		"fields": func(o *ticket.Open) { o.Fields = map[string]string{"a": "b"} }, "links": func(o *ticket.Open) { o.Links = link },
		"segment": func(o *ticket.Open) { o.Customer.Segment = "gold" }, "finding": func(o *ticket.Open) { o.Finding = "x" },
		"spam": func(o *ticket.Open) { o.Start = ticket.StateSpam },
	} {
		o := base
		change(&o)
		_, err := f.desk.Open(t.Context(), client, o)
		require.ErrorIs(t, err, ticket.ErrRefused, name)
	}
	_, err := f.desk.Open(t.Context(), ticket.Actor{Kind: ticket.ActorCustomer, Shop: shop}, ticket.Open{Text: "x", Channel: ticket.ChannelForm})
	require.ErrorIs(t, err, ticket.ErrRefused, "nobody in particular")
	res, err := f.desk.Open(t.Context(), client, base)
	require.NoError(t, err)
	assert.Equal(t, "c1", res.Ticket.Customer.Ref)

	base.Links = []ticket.Link{{Kind: ticket.LinkMergedInto, To: uuid.UUID{1}}, {Kind: "moon"}}
	_, err = f.desk.Open(t.Context(), anna, base)
	assert.Equal(t, map[string]string{
		"open.links[0].kind": "merged_into", "open.links[1].kind": "moon", "open.links[1].to": "",
	}, faultsOf(t, err))
	base.Links = link
	res, err = f.desk.Open(t.Context(), anna, base)
	require.NoError(t, err)
	assert.Equal(t, link, res.Ticket.Links)
}
