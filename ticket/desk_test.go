package ticket_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
)

func mail(key, text string) ticket.Inbound {
	return ticket.Inbound{
		Key: key, Customer: ticket.Customer{Ref: "c1", Language: "de"}, Subject: "Paket", Text: text,
		Orders: []string{"o-7"},
	}
}

func TestLifeOfATicket(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{FollowUp: sla.Period{N: 2, Unit: sla.UnitDay}})
	in := f.receive(t, mail("m1", "Wo ist mein Paket?"))
	require.Equal(t, ticket.Opened, in.Outcome)
	ref := in.Ticket.Ref()
	assert.Equal(t, ticket.StateNew, in.Ticket.State)
	assert.Equal(t, f.clock.Now(), in.Ticket.WaitingSince)

	f.clock.Advance(10 * time.Minute)
	got := f.do(t, anna, ref, ticket.Accept{})
	assert.Equal(t, "anna", got.Assignee)
	got = f.do(t, anna, ref, ticket.Reply{Text: "Ich frage beim Paketdienst nach."})
	assert.Equal(t, ticket.StateOpen, got.State)
	assert.True(t, got.WaitingSince.IsZero())
	assert.Equal(t, f.clock.Now(), got.FirstReply)

	got = f.do(t, anna, ref, ticket.MakePromise{Text: "Antwort bis morgen", Due: f.clock.Now().Add(24 * time.Hour)})
	require.Len(t, got.Promises, 1)
	refusal := f.refused(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered})
	assert.True(t, refusal.Has(ticket.CodeOpenPromise))
	assert.Equal(t, map[string]string{"promise": "p4"}, refusal.Blockers[0].Params)

	f.do(t, anna, ref, ticket.KeepPromise{ID: "p4"})
	got = f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Es liegt beim Nachbarn."})
	assert.Equal(t, ticket.StateResolved, got.State)

	f.clock.Advance(49 * time.Hour)
	res := f.tick(t)
	require.Len(t, res.Done, 1)
	assert.Contains(t, kinds(res.Done[0].Events), ticket.EventFollowUp)

	f.clock.Advance(15 * 24 * time.Hour)
	f.tick(t)
	got, err := f.desk.Get(t.Context(), anna, ref)
	require.NoError(t, err)
	assert.Equal(t, ticket.StateClosed, got.State)
	assert.Equal(t, []ticket.EventKind{
		ticket.EventCreate, ticket.EventAccept, ticket.EventReply, ticket.EventPromise,
		ticket.EventKeepPromise, ticket.EventResolve, ticket.EventFollowUp, ticket.EventAutoClose,
	}, kinds(f.history(t, ref)))
	var sent []ticket.EventKind
	for _, o := range f.sent {
		sent = append(sent, o.Event.Kind)
	}
	assert.Equal(t, []ticket.EventKind{ticket.EventReply, ticket.EventResolve, ticket.EventFollowUp}, sent)
}

func TestActors(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := f.receive(t, mail("m1", "Hallo")).Ticket.Ref()

	stranger := ticket.Actor{Kind: ticket.ActorCustomer, ID: "c2", Shop: shop}
	otherShop := ticket.Actor{Kind: ticket.ActorAgent, ID: "anna", Shop: "s2"}
	nobody := ticket.Actor{Kind: ticket.ActorCustomer, Shop: shop}
	for _, who := range []ticket.Actor{stranger, otherShop, nobody, {}} {
		_, err := f.desk.Do(t.Context(), who, ref, ticket.Confirm{})
		require.ErrorIs(t, err, ticket.ErrNotFound, "%+v", who)
		_, err = f.desk.Get(t.Context(), who, ref)
		require.ErrorIs(t, err, ticket.ErrNotFound)
		for _, err := range f.desk.History(t.Context(), who, ref) {
			require.ErrorIs(t, err, ticket.ErrNotFound)
		}
	}
	assert.True(t, f.refused(t, client, ref, ticket.Note{Text: "x"}).Has(ticket.CodeActor))
	assert.True(t, f.refused(t, bot, ref, ticket.Reply{Text: "x"}).Has(ticket.CodeActor))
	assert.True(t, f.refused(t, anna, ref, ticket.Reopen{}).Has(ticket.CodeTransition))

	f.do(t, anna, ref, ticket.Note{Text: "wirkt verärgert"})
	f.do(t, anna, ref, ticket.Reply{Text: "Guten Tag"})
	seen := collect(t, f.desk, client, ref)
	assert.Equal(t, []ticket.EventKind{ticket.EventCreate, ticket.EventReply}, kinds(seen))
	assert.Empty(t, seen[1].Actor.ID, "a customer is not told who in the shop wrote")
}

func TestClosedTicketsAreReopenedByLeadsWithAReason(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := f.receive(t, mail("m1", "Hallo")).Ticket.Ref()
	f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "So geht es."})
	f.do(t, client, ref, ticket.Confirm{})

	both := f.refused(t, anna, ref, ticket.Reopen{})
	assert.True(t, both.Has(ticket.CodeRole))
	assert.True(t, both.Has(ticket.CodeReasonRequired), "all blockers are listed: %v", both)
	assert.True(t, f.refused(t, boss, ref, ticket.Reopen{}).Has(ticket.CodeReasonRequired))
	got := f.do(t, boss, ref, ticket.Reopen{Reason: "Es war doch nicht alles"})
	assert.Equal(t, ticket.StateOpen, got.State)
	assert.Equal(t, 1, got.Counters.Reopens)

	again := f.receive(t, mail("m2", "Danke"))
	assert.Equal(t, ticket.Appended, again.Outcome, "the matter is the reopened ticket's again")
	assert.Equal(t, ref, again.Ticket.Ref())
}

func TestAssignIsACompareAndSwap(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := f.receive(t, mail("m1", "Hallo")).Ticket.Ref()
	f.do(t, boss, ref, ticket.Assign{Assignee: "anna"})
	r := f.refused(t, boss, ref, ticket.Assign{Assignee: "ben"})
	assert.True(t, r.Has(ticket.CodeAssigned))
	got := f.do(t, boss, ref, ticket.Assign{Assignee: "ben", Expect: "anna", Team: "retouren"})
	assert.Equal(t, "ben", got.Assignee)
	assert.Equal(t, 1, got.Counters.Reassignments)
	assert.True(t, f.refused(t, anna, ref, ticket.Accept{}).Has(ticket.CodeAssigned))
	got = f.do(t, boss, ref, ticket.Unassign{})
	assert.Empty(t, got.Assignee)
	assert.Equal(t, "retouren", got.Team)
}

func TestFieldsTagsLinks(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{RequiredFields: []string{"warehouse"}})
	ref := f.receive(t, mail("m1", "Hallo")).Ticket.Ref()
	r := f.refused(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered})
	assert.Equal(t, []ticket.Blocker{
		{Code: ticket.CodeField, Params: map[string]string{"field": "warehouse"}},
		{Code: ticket.CodeNoReply},
	}, r.Blockers)
	high, reason, subject := ticket.PriorityHigh, ticket.Reason("delivery/late"), "Paket\u202e fehlt\n"
	got := f.do(t, anna, ref, ticket.Set{
		Priority: &high, Reason: &reason, Subject: &subject,
		Fields: map[string]string{"warehouse": "2", "gone": "x"}, AddOrders: []string{"o-9"},
	})
	assert.Equal(t, "Paket fehlt", got.Subject)
	assert.Equal(t, []string{"o-7", "o-9"}, got.Orders)
	got = f.do(t, anna, ref, ticket.Set{Fields: map[string]string{"gone": ""}})
	assert.Equal(t, map[string]string{"warehouse": "2"}, got.Fields)
	got = f.do(t, anna, ref, ticket.Tag{Add: []string{"b", "a", "b"}})
	assert.Equal(t, []string{"a", "b"}, got.Tags)
	got = f.do(t, anna, ref, ticket.Tag{Remove: []string{"b"}})
	assert.Equal(t, []string{"a"}, got.Tags)
	other := uuid.MustParse("01890a5d-ac96-774b-bcce-b302099a8057")
	got = f.do(t, anna, ref, ticket.AddLink{Kind: ticket.LinkIncidentOf, To: other})
	assert.Equal(t, []ticket.Link{{Kind: ticket.LinkIncidentOf, To: other}}, got.Links)

	for label, want := range map[string]int{
		"order:o-9": 1, "tag:a": 1, "tag:b": 0, "reason:delivery": 1, "reason:delivery/late": 1,
		"incident_of:" + other.String(): 1, "number:" + got.Number: 1,
	} {
		page, err := f.desk.List(t.Context(), anna, ticket.Query{Label: label, Limit: 10})
		require.NoError(t, err)
		assert.Len(t, page.Tickets, want, label)
	}
}

func TestListPagesAndCustomers(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	for i := range 7 {
		in := mail(fmt.Sprintf("m%d", i), "Hallo")
		in.Orders = []string{fmt.Sprintf("o%d", i)}
		in.Customer.Ref = fmt.Sprintf("c%d", i%2)
		f.receive(t, in)
	}
	var numbers []string
	q := ticket.Query{Limit: 3}
	for {
		page, err := f.desk.List(t.Context(), anna, q)
		require.NoError(t, err)
		for _, tk := range page.Tickets {
			numbers = append(numbers, tk.Number)
		}
		if page.Next == nil {
			break
		}
		q.After = page.Next
	}
	assert.Len(t, numbers, 7)
	own, err := f.desk.List(t.Context(), client, ticket.Query{Limit: 10})
	require.NoError(t, err)
	assert.Len(t, own.Tickets, 3)
	foreign, err := f.desk.List(t.Context(), client, ticket.Query{Customer: "c0", Limit: 10})
	require.NoError(t, err)
	assert.Empty(t, foreign.Tickets)
}

func TestIdempotentCommands(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := f.receive(t, mail("m1", "Hallo")).Ticket.Ref()
	cmd := ticket.Keyed{Key: "k1", Command: ticket.Reply{Text: "Guten Tag"}}
	first, err := f.desk.Do(t.Context(), anna, ref, cmd)
	require.NoError(t, err)
	f.clock.Advance(time.Hour)
	second, err := f.desk.Do(t.Context(), anna, ref, cmd)
	require.NoError(t, err)
	assert.True(t, second.Repeated)
	assert.Equal(t, first.Events, second.Events)
	assert.Len(t, f.history(t, ref), 2)

	_, err = f.desk.Do(t.Context(), anna, ref, ticket.Keyed{Key: "k1", Command: ticket.Reply{Text: "anders"}})
	require.ErrorIs(t, err, ticket.ErrKeyReuse)
	_, err = f.desk.Do(t.Context(), boss, ref, cmd)
	require.NoError(t, err, "keys belong to an actor")
	f.clock.Advance(31 * 24 * time.Hour)
	again, err := f.desk.Do(t.Context(), anna, ref, cmd)
	require.NoError(t, err)
	assert.False(t, again.Repeated, "a key ends after 30 days")

	open := ticket.Open{Key: "k2", Subject: "Anruf", Channel: ticket.ChannelPhone}
	one, err := f.desk.Open(t.Context(), anna, open)
	require.NoError(t, err)
	two, err := f.desk.Open(t.Context(), anna, open)
	require.NoError(t, err)
	assert.Equal(t, one.Ticket.ID, two.Ticket.ID)
	assert.True(t, two.Repeated)
}

func TestCommandsAreChecked(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{Limits: ticket.Limits{Text: 100, Name: 20, List: 3}})
	ref := f.receive(t, mail("m1", "Hallo")).Ticket.Ref()
	long := "0123456789012345678901234567890"
	p := ticket.Priority("asap")
	tests := map[string]ticket.Command{
		"reply.text":            ticket.Reply{},
		"reply.channel":         ticket.Reply{Text: "x", Channel: "pigeon"},
		"note.text":             ticket.Note{Text: fmt.Sprintf("%0101d", 1)},
		"set.priority":          ticket.Set{Priority: &p},
		"set.add_orders":        ticket.Set{AddOrders: []string{"1", "2", "3", "4"}},
		"tag.add[0]":            ticket.Tag{Add: []string{long}},
		"tag":                   ticket.Tag{},
		"snooze.reason":         ticket.Snooze{Until: f.clock.Now().Add(time.Hour)},
		"snooze.until":          ticket.Snooze{Reason: "x"},
		"promise.due":           ticket.MakePromise{Text: "x"},
		"resolve.code":          ticket.Resolve{Code: "done"},
		"wait_third.party":      ticket.WaitThird{},
		"link.to":               ticket.AddLink{Kind: ticket.LinkChildOf},
		"link.kind":             ticket.AddLink{Kind: ticket.LinkMergedInto, To: uuid.New()},
		"reply.attachments":     ticket.Reply{Attachments: make([]ticket.Attachment, 4)},
		"break_promise.reason":  ticket.BreakPromise{ID: "p1"},
		"assign.assignee":       ticket.Assign{},
		"escalate.reason":       ticket.Escalate{},
		"command":               nil,
		"keep_promise.id":       ticket.KeepPromise{ID: "a\x00b"},
		"set.fields":            ticket.Set{Fields: map[string]string{"": "x"}},
		"reply.attachments[0].": ticket.Reply{Attachments: []ticket.Attachment{{}}},
	}
	for path, cmd := range tests {
		_, err := f.desk.Do(t.Context(), anna, ref, cmd)
		require.ErrorIs(t, err, ticket.ErrInvalid, path)
		assert.ErrorContains(t, err, path)
		assert.NotContains(t, err.Error(), long, "errors carry no content")
	}
	_, err := f.desk.Do(t.Context(), anna, ref, ticket.CustomerMessage{})
	require.ErrorIs(t, err, ticket.ErrInvalid, "messages come in by Receive")
	assert.Len(t, f.history(t, ref), 1)
}

func TestOneOfManyWritersWins(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := f.receive(t, mail("m1", "Hallo")).Ticket.Ref()
	const writers = 16
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			_, err := f.desk.Do(context.Background(), anna, ref, ticket.Note{Text: strconv.Itoa(i)})
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	events := f.history(t, ref)
	assert.Len(t, events, writers+1)
	for i, e := range events {
		assert.Equal(t, int64(i+1), e.Seq)
	}
}

func TestConfigFaults(t *testing.T) {
	_, err := ticket.NewDesk(nil, ticket.Config{Lease: -1})
	var faults ticket.Faults
	require.ErrorAs(t, err, &faults)
	assert.Len(t, faults, 5)
	_, err = ticket.NewRules(ticket.RulesConfig{Idle: sla.Period{N: -1, Unit: sla.UnitHour}})
	require.ErrorAs(t, err, &faults)
	assert.Len(t, faults, 2)
}

// failing lets one call of Commit fail, before or after its effect.
type failing struct {
	ticket.Store

	after bool
	n     int
}

func (s *failing) Commit(ctx context.Context, c ticket.Commit) error {
	s.n--
	if s.n != 0 {
		return s.Store.Commit(ctx, c)
	}
	if s.after {
		if err := s.Store.Commit(ctx, c); err != nil {
			return err
		}
	}
	return errDown
}

// A commit whose outcome is unknown is neither lost nor done twice.
func TestUnknownOutcome(t *testing.T) {
	for _, after := range []bool{false, true} {
		store := &failing{Store: new(ticketmem.Store), after: after, n: 2}
		desk, err := ticket.NewDesk(store, ticket.Config{
			Rules: newRules(t, ticket.RulesConfig{}), Now: time.Now, Random: random(2), Delivery: ticket.HostDelivers(),
		})
		require.NoError(t, err)
		in := mail("m1", "Hallo")
		in.Shop, in.Channel = shop, ticket.ChannelEmail
		r, err := desk.Receive(t.Context(), in)
		require.NoError(t, err)
		res, err := desk.Do(t.Context(), anna, r.Ticket.Ref(), ticket.Reply{Text: "Guten Tag"})
		require.NoError(t, err)
		assert.False(t, res.Repeated)
		assert.Equal(t, []ticket.EventKind{ticket.EventReply}, kinds(res.Events))
		assert.Len(t, collect(t, desk, system, r.Ticket.Ref()), 2)
	}
}

func TestFindByNumber(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	want := f.receive(t, mail("m1", "Hallo")).Ticket
	f.receive(t, mail("m2", "Noch jemand"))
	got, err := f.desk.Find(t.Context(), anna, strings.ToLower(want.Number[:3])+" "+want.Number[3:])
	require.NoError(t, err)
	assert.Equal(t, want.ID, got.ID)
	got, err = f.desk.Find(t.Context(), client, want.Number)
	require.NoError(t, err)
	assert.Equal(t, want.ID, got.ID)

	for _, who := range []ticket.Actor{
		{Kind: ticket.ActorCustomer, ID: "c2", Shop: shop}, {Kind: ticket.ActorAgent, ID: "anna", Shop: "s2"}, {},
	} {
		_, err := f.desk.Find(t.Context(), who, want.Number)
		require.ErrorIs(t, err, ticket.ErrNotFound, "%+v", who)
	}
	free, err := ticket.NewNumber(random(3))
	require.NoError(t, err)
	_, err = f.desk.Find(t.Context(), anna, free)
	require.ErrorIs(t, err, ticket.ErrNotFound)
	_, err = f.desk.Find(t.Context(), anna, "no number")
	require.ErrorIs(t, err, ticket.ErrInvalid)
}

func TestNumbers(t *testing.T) {
	n, err := ticket.NewNumber(random(3))
	require.NoError(t, err)
	require.Len(t, n, 7)
	read, err := ticket.ParseNumber(" " + n[:3] + "-" + n[3:])
	require.NoError(t, err)
	assert.Equal(t, n, read)
	const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	for i := range n {
		for _, c := range alphabet {
			if wrong := n[:i] + string(c) + n[i+1:]; wrong != n {
				_, err := ticket.ParseNumber(wrong)
				require.ErrorIs(t, err, ticket.ErrInvalid, "%s for %s", wrong, n)
			}
		}
	}
	for i := range len(n) {
		for j := range i {
			swapped := []byte(n)
			swapped[i], swapped[j] = swapped[j], swapped[i]
			if string(swapped) != n {
				_, err := ticket.ParseNumber(string(swapped))
				require.ErrorIs(t, err, ticket.ErrInvalid, "%s for %s", swapped, n)
			}
		}
	}
	for _, bad := range []string{"", "123456", "12345678", "!!!!!!!"} {
		_, err := ticket.ParseNumber(bad)
		require.ErrorIs(t, err, ticket.ErrInvalid)
	}
}
