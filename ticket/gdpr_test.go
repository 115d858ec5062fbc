package ticket_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/ticket"
)

// secret is a word that only the customer's data contain.
const secret = "Geheimnis"

// personal opens a ticket with the secret in every field that can hold it.
func personal(t *testing.T, f *fixture) ticket.Ref {
	t.Helper()
	in := mail("m1", "Mein "+secret)
	in.Subject, in.Orders, in.Raw = secret, []string{secret}, secret+"-raw"
	in.Customer.Ref = secret
	in.Attachments = []ticket.Attachment{{Ref: secret + "-file", Name: secret}}
	ref := f.receive(t, in).Ticket.Ref()
	subject := secret
	f.do(t, anna, ref, ticket.Set{Subject: &subject, Fields: map[string]string{"name": secret}, AddOrders: []string{secret}})
	f.do(t, anna, ref, ticket.Tag{Add: []string{secret}})
	f.do(t, anna, ref, ticket.Note{Text: secret})
	f.do(t, anna, ref, ticket.MakePromise{Text: secret, Due: f.clock.Now().Add(time.Hour)})
	f.do(t, anna, ref, ticket.BreakPromise{ID: "p5", Reason: secret})
	f.do(t, anna, ref, ticket.Escalate{Reason: secret})
	f.do(t, anna, ref, ticket.WaitThird{Party: secret, Wake: f.clock.Now().Add(time.Hour)})
	f.do(t, anna, ref, ticket.ThirdPartyUpdate{Text: secret})
	f.do(t, anna, ref, ticket.Snooze{Until: f.clock.Now().Add(time.Hour), Reason: secret})
	f.do(t, anna, ref, ticket.AskCustomer{Text: secret})
	f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered, Text: secret})
	f.do(t, anna, ref, ticket.Reopen{Reason: secret})
	f.do(t, anna, ref, ticket.Reply{Text: secret, Attachments: []ticket.Attachment{{Ref: "blob-2"}}})
	f.do(t, anna, ref, ticket.MakePromise{Text: secret, Due: f.clock.Now().Add(time.Hour)})
	return ref
}

// everything is all that the store holds of a record, as text.
func everything(t *testing.T, f *fixture, ref ticket.Ref) string {
	t.Helper()
	rec, err := f.store.Load(t.Context(), ref)
	require.NoError(t, err)
	page, err := f.store.History(t.Context(), ticket.HistoryQuery{Ref: ref, Limit: ticket.MaxPage})
	require.NoError(t, err)
	var b strings.Builder
	fmt.Fprintf(&b, "%q %q %q %q %s", rec.Customer, rec.Assignee, rec.Team, rec.Labels, rec.Data)
	for _, se := range page {
		b.Write(se.Data)
	}
	return b.String()
}

func TestEraseReachesEverything(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := personal(t, f)
	f.tick(t)
	require.Contains(t, everything(t, f, ref), secret)
	before, err := f.desk.Get(t.Context(), anna, ref)
	require.NoError(t, err)
	kindsBefore := kinds(f.history(t, ref))

	_, err = f.desk.Erase(t.Context(), anna, secret)
	require.ErrorIs(t, err, ticket.ErrRefused, "it takes a lead")
	res, err := f.desk.Erase(t.Context(), boss, secret)
	require.NoError(t, err)
	assert.Equal(t, []ticket.Ref{ref}, res.Erased)

	after, err := f.desk.Get(t.Context(), anna, ref)
	require.NoError(t, err)
	assert.Equal(t, ticket.StateErased, after.State)
	assert.Equal(t, before.Number, after.Number)
	assert.Equal(t, before.Created, after.Created)
	assert.Equal(t, before.Counters.Replies, after.Counters.Replies, "what is counted stays counted")
	events := f.history(t, ref)
	assert.Equal(t, append(kindsBefore, ticket.EventErase), kinds(events))
	var replayed ticket.Ticket
	for _, e := range events {
		replayed = ticket.Apply(replayed, e)
	}
	assert.Equal(t, after, replayed, "the tombstone is the sum of the redacted history")

	f.tick(t)
	last := f.sent[len(f.sent)-1]
	require.Equal(t, ticket.EventErase, last.Event.Kind)
	assert.Equal(t, ticket.Erased{Files: []string{secret + "-file", secret + "-raw", "blob-2"}}, last.Event.Body)
	rest := strings.NewReplacer(secret+"-file", "", secret+"-raw", "").Replace(everything(t, f, ref))
	assert.NotContains(t, rest, secret, "but for the host's references to files that are to go")

	res, err = f.desk.Erase(t.Context(), boss, secret)
	require.NoError(t, err, "it is repeatable")
	assert.Empty(t, res.Erased)
	in := mail("m9", "Hallo noch einmal")
	in.Ticket = &ref
	assert.Equal(t, ticket.FollowedUp, f.receive(t, in).Outcome)
}

func TestEraseKeepsWhatMustBeKept(t *testing.T) {
	hold := []ticket.Blocker{{Code: "open_claim"}}
	f := newFixture(t, ticket.RulesConfig{}).with(t, func(c *ticket.Config) {
		c.Retain = func(ticket.Ticket, time.Time) []ticket.Blocker { return hold }
	})
	ref := f.about(t, "o-1")
	res, err := f.desk.Erase(t.Context(), boss, "c1")
	require.NoError(t, err)
	assert.Equal(t, []ticket.Retained{{Ref: ref, Blockers: hold}}, res.Kept)
	assert.Contains(t, everything(t, f, ref), "Wo?")
	hold = nil
	res, err = f.desk.Erase(t.Context(), boss, "c1", "c2")
	require.NoError(t, err)
	assert.Len(t, res.Erased, 1)
}

func TestExportHasEverything(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := personal(t, f)
	owner := ticket.Actor{Kind: ticket.ActorCustomer, ID: secret, Shop: shop}
	for _, who := range []ticket.Actor{owner, boss, system} {
		out, err := f.desk.Export(t.Context(), who, secret)
		require.NoError(t, err)
		require.Len(t, out.Tickets, 1)
		assert.Equal(t, ref, out.Tickets[0].Ticket.Ref())
		assert.Len(t, out.Tickets[0].History, len(f.history(t, ref)))
		_, err = json.Marshal(out)
		require.NoError(t, err)
	}
	for _, who := range []ticket.Actor{anna, client, bot} {
		_, err := f.desk.Export(t.Context(), who, secret)
		require.ErrorIs(t, err, ticket.ErrRefused)
	}
	for _, p := range ticket.PersonalFields() {
		assert.NotEmpty(t, p.Purpose.DE, p.Field)
		assert.NotEmpty(t, p.Purpose.EN, p.Field)
	}
}

func TestRetention(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := f.about(t, "o-1")
	f.about(t, "o-2")
	f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Da."})
	f.do(t, client, ref, ticket.Confirm{})
	items, next, err := f.desk.Retention(t.Context(), boss, nil)
	require.NoError(t, err)
	assert.Nil(t, next)
	require.Len(t, items, 1)
	assert.Equal(t, ref, items[0].Ref)
	year := time.Date(2029, 12, 31, 23, 0, 0, 0, time.UTC) // midnight in Berlin
	assert.Equal(t, year, items[0].From, "the end of the third year after the one that it ended in")

	f.with(t, func(c *ticket.Config) { c.Rules = newRules(t, ticket.RulesConfig{Retention: days(30)}) })
	items, _, err = f.desk.Retention(t.Context(), anna, nil)
	require.NoError(t, err)
	assert.Equal(t, f.clock.Now().AddDate(0, 0, 30), items[0].From)
}

// Every field of a ticket is either named with its purpose or known to say
// nothing of a person: a new one takes a decision.
func TestEveryFieldHasAPurposeOrIsNotPersonal(t *testing.T) {
	neutral := []string{
		"id", "shop", "number", "state", "since", "prior", "priority", "channel", "reason", "touchpoint", "team", "playbook",
		"links", "resolution", "counters", "waiting_since", "barrage", "first_reply", "created", "updated", "seq", "-",
	}
	named := make(map[string]bool)
	for _, p := range ticket.PersonalFields() {
		named[p.Field] = true
	}
	fields := reflect.TypeFor[ticket.Ticket]()
	for i := range fields.NumField() {
		name, _, _ := strings.Cut(fields.Field(i).Tag.Get("json"), ",")
		assert.NotEqual(t, named["ticket."+name], slices.Contains(neutral, name), "ticket.%s", name)
	}
}

// What agents, bots and planners write about a person goes too: every command
// that takes words leaves none of them behind.
func TestEraseReachesEveryCommandsWords(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{
		BotReasons: []ticket.Reason{"order"}, Templates: []ticket.TemplateConfig{orderTemplate()},
		Playbooks: []ticket.PlaybookConfig{returnBook(1)},
	})
	w, err := ticket.ParseWorkflow([]byte(labWorkflow), labGuards())
	require.NoError(t, err)
	f.with(t, func(c *ticket.Config) {
		c.Rules = newRules(t, ticket.RulesConfig{
			Workflow: w, BotReasons: []ticket.Reason{"order"}, Templates: []ticket.TemplateConfig{orderTemplate()},
			Playbooks: []ticket.PlaybookConfig{returnBook(1)},
		})
		c.Planners = []ticket.Planner{planner{"nosy", func(in ticket.PlanInput) (ticket.PlanOutput, error) {
			return ticket.PlanOutput{Memo: []byte(secret)}, nil
		}}}
	})
	in := mail("m1", secret)
	in.Reason, in.ToBot, in.Customer.Ref = "order", true, secret
	ref := f.receive(t, in).Ticket.Ref()
	detail, err := json.Marshal(secret)
	require.NoError(t, err)
	owner := ticket.Actor{Kind: ticket.ActorCustomer, ID: secret, Shop: shop}
	due := f.clock.Now().Add(time.Hour)
	slots := map[string]string{"customer_name": secret, "parcel": secret, "note": secret}
	for _, step := range []struct {
		who ticket.Actor
		cmd ticket.Command
	}{
		{bot, ticket.BotReply{Text: secret, Confidence: 1, Links: []string{secret}}},
		{bot, ticket.HandOff{Summary: secret}},
		{owner, ticket.RequestCallback{From: due, About: secret}},
		{owner, ticket.AddPoint{Text: secret}},
		{anna, ticket.Reply{Template: ticket.Filled{ID: "order.late", Slots: slots}}},
		{anna, ticket.RecordCall{Outcome: ticket.CallReached, Note: secret}},
		{anna, ticket.DocumentAbuse{Kind: ticket.AbuseThreat, Evidence: secret, Text: secret}},
		{anna, ticket.OfferPhone{Text: secret}},
		{owner, ticket.DeclinePhone{}},
		{anna, ticket.RecordDispute{Step: ticket.StepFormalNotice, Ref: secret}},
		{boss, ticket.Approve{Reason: secret}},
		{anna, ticket.StartPlaybook{ID: "return"}},
		{anna, ticket.AdvancePlaybook{Step: "answer"}},
		{anna, ticket.SkipStep{Step: "label", Reason: secret}},
		{anna, ticket.StopPlaybook{Reason: secret}},
		{anna, ticket.Set{Fields: map[string]string{"sample": secret}, Customer: &ticket.Customer{Ref: secret, Segment: secret}}},
		{anna, ticket.Trigger{Event: "send_to_lab", Text: secret, Fields: map[string]string{secret: secret}}},
		{anna, ticket.Trigger{Event: "lab_done", Text: secret}},
		{system, ticket.Observe{What: ticket.WhatPlannedStep, Step: &ticket.PlannedStep{Key: "k", Detail: detail}}},
		{anna, ticket.MarkSpam{Reason: secret}},
		{anna, ticket.NotSpam{}},
	} {
		_, err := f.desk.Do(t.Context(), step.who, ref, step.cmd)
		require.NoError(t, err, "%T", step.cmd)
	}
	_, err = f.desk.Block(t.Context(), anna, boss, ticket.BlockRequest{
		Customer: secret, Kind: ticket.BlockAll, Reason: ticket.BlockThreat, Evidence: "m1",
	})
	require.NoError(t, err)
	require.Contains(t, everything(t, f, ref), secret)
	_, err = f.desk.Erase(t.Context(), boss, secret)
	require.NoError(t, err)
	assert.NotContains(t, everything(t, f, ref), secret)
	f.receive(t, ticket.Inbound{Key: "m2", Ticket: &ref, Auto: ticket.AutoReplied, Text: secret, Subject: secret, Raw: secret})
	assert.NotContains(t, everything(t, f, ref), secret, "nor does anything come back")
}
