package ticket_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/ticket"
)

func request() ticket.BlockRequest {
	return ticket.BlockRequest{
		Customer: "c1", Kind: ticket.BlockNewContact, Reason: ticket.BlockThreat, Evidence: "ticket K7M2Q9X",
	}
}

func TestBlockTakesTwoPersonsAndAReason(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	_, err := f.desk.Block(t.Context(), boss, boss, request())
	var refusal *ticket.Refusal
	require.ErrorAs(t, err, &refusal)
	assert.True(t, refusal.Has(ticket.CodeSecondPerson))
	_, err = f.desk.Block(t.Context(), client, anna, request())
	require.ErrorAs(t, err, &refusal)
	assert.True(t, refusal.Has(ticket.CodeActor) && refusal.Has(ticket.CodeRole), "%v", refusal)
	_, err = f.desk.Block(t.Context(), anna, boss, ticket.BlockRequest{Review: f.clock.Now().AddDate(2, 0, 0), Reason: "bad_review"})
	var faults ticket.Faults
	require.ErrorAs(t, err, &faults)
	assert.Len(t, faults, 5)

	b, err := f.desk.Block(t.Context(), anna, boss, request())
	require.NoError(t, err)
	assert.Equal(t, f.clock.Now().AddDate(1, 0, 0), b.Review, "12 months by default")
	_, err = f.desk.Block(t.Context(), anna, boss, request())
	require.ErrorAs(t, err, &refusal)
	assert.True(t, refusal.Has(ticket.CodeBlocked))
}

func TestWhatABlockKeepsAway(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	known := f.about(t, "o-1")
	b, err := f.desk.Block(t.Context(), anna, boss, request())
	require.NoError(t, err)
	in := mail("m-new", "Ihr …")
	in.Orders = nil
	r := f.receive(t, in)
	assert.Equal(t, ticket.Blocked, r.Outcome)
	assert.Equal(t, ticket.StateSpam, r.Ticket.State)
	assert.Equal(t, []string{"blocked"}, r.Ticket.Tags, "kept for the review")

	about := mail("m-order", "Wo ist es?")
	about.Orders = []string{"o-1"}
	r = f.receive(t, about)
	assert.Equal(t, ticket.Appended, r.Outcome, "about an order one may still write")
	assert.Equal(t, known, r.Ticket.Ref())
	for _, reason := range []ticket.Reason{"withdrawal", "warranty/repair", "privacy"} {
		in := mail("m-"+string(reason), "Ich widerrufe")
		in.Orders, in.Reason = nil, reason
		assert.Equal(t, ticket.Opened, f.receive(t, in).Outcome, "the law lets %s through", reason)
	}

	_, err = f.desk.Unblock(t.Context(), anna, b.Ref())
	require.NoError(t, err)
	in.Key = "m-again"
	assert.Equal(t, ticket.Opened, f.receive(t, in).Outcome)
	_, err = f.desk.Unblock(t.Context(), anna, b.Ref())
	require.ErrorIs(t, err, ticket.ErrRefused)

	all := request()
	all.Kind = ticket.BlockAll
	_, err = f.desk.Block(t.Context(), anna, boss, all)
	require.NoError(t, err)
	about.Key = "m-order-2"
	assert.Equal(t, ticket.Blocked, f.receive(t, about).Outcome)
	_, stands, err := f.desk.IsBlocked(t.Context(), "s2", "c1", false)
	require.NoError(t, err)
	assert.False(t, stands, "another shop's list is its own")
}

func TestBlocksEndAtTheirReview(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	b, err := f.desk.Block(t.Context(), anna, boss, request())
	require.NoError(t, err)
	f.clock.Advance(300 * 24 * time.Hour)
	_, err = f.desk.AppealBlock(t.Context(), anna, b.Ref(), "Es war mein Bruder")
	require.NoError(t, err)
	b, err = f.desk.RenewBlock(t.Context(), anna, boss, b.Ref(), f.clock.Now().AddDate(0, 6, 0))
	require.NoError(t, err)
	assert.Equal(t, "Es war mein Bruder", b.Appeal)
	f.clock.Advance(100 * 24 * time.Hour)
	f.tick(t)
	list, err := f.desk.Blocks(t.Context(), anna)
	require.NoError(t, err)
	assert.Len(t, list, 1, "it was renewed")
	f.clock.Advance(100 * 24 * time.Hour)
	_, stands, err := f.desk.IsBlocked(t.Context(), shop, "c1", false)
	require.NoError(t, err)
	assert.False(t, stands, "it ends at its review, also before a tick says so")
	f.tick(t)
	list, err = f.desk.Blocks(t.Context(), anna)
	require.NoError(t, err)
	assert.Empty(t, list)
	page, err := f.store.History(t.Context(), ticket.HistoryQuery{Ref: b.Ref(), Limit: 10})
	require.NoError(t, err)
	var kinds []ticket.EventKind
	for _, e := range page {
		kinds = append(kinds, e.Kind)
	}
	assert.Equal(t, []ticket.EventKind{
		ticket.EventBlock, ticket.EventAppealBlock, ticket.EventRenewBlock, ticket.EventExpireBlock,
	}, kinds)
	_, err = f.desk.Block(t.Context(), anna, boss, request())
	require.NoError(t, err, "and may be made anew")
}

// A shop has 5,000 entries at the most, each in a place of its own; one that ends
// frees its place.
func TestTheBlockListHasAnEnd(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	first, err := f.desk.Block(t.Context(), anna, boss, request())
	require.NoError(t, err)
	rec, err := f.store.Load(t.Context(), first.Ref())
	require.NoError(t, err)
	require.Contains(t, string(rec.Data), `"slot":0`)
	model := string(rec.Data)
	for i := 1; i < ticket.MaxBlocks; i++ {
		rec.ID, rec.Customer, rec.Version = uuid.UUID{1, byte(i >> 8), byte(i)}, fmt.Sprint("x", i), 1
		rec.Data = []byte(strings.NewReplacer(
			`"slot":0`, fmt.Sprintf(`"slot":%d`, i), `"c1"`, fmt.Sprintf(`"x%d"`, i), first.ID.String(), rec.ID.String(),
		).Replace(model))
		require.NoError(t, f.store.Commit(t.Context(), ticket.Commit{
			At: f.clock.Now(), Changes: []ticket.Change{{Next: rec, Events: []ticket.StoredEvent{{Seq: 1, ID: rec.ID, Kind: ticket.EventBlock}}}},
		}))
	}
	req := request()
	req.Customer = "c-one-too-many"
	_, err = f.desk.Block(t.Context(), anna, boss, req)
	var refusal *ticket.Refusal
	require.ErrorAs(t, err, &refusal)
	assert.Equal(t, []ticket.Blocker{{Code: ticket.CodeBlockList, Params: map[string]string{"max": "5000"}}}, refusal.Blockers)
	_, err = f.desk.Unblock(t.Context(), anna, first.Ref())
	require.NoError(t, err)
	_, err = f.desk.Block(t.Context(), anna, boss, req)
	require.NoError(t, err)
}

// A block is renewed by two persons, until a review within 12 months.
func TestRenewalsAreBlocksToo(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	b, err := f.desk.Block(t.Context(), anna, boss, request())
	require.NoError(t, err)
	review := f.clock.Now().AddDate(0, 6, 0)
	for _, who := range [][2]ticket.Actor{{boss, boss}, {anna, anna}, {client, boss}, {bot, boss}} {
		_, err = f.desk.RenewBlock(t.Context(), who[0], who[1], b.Ref(), review)
		require.ErrorIs(t, err, ticket.ErrRefused, "%v", who)
	}
	_, err = f.desk.RenewBlock(t.Context(), anna, boss, b.Ref(), f.clock.Now().AddDate(1, 0, 1))
	require.ErrorIs(t, err, ticket.ErrInvalid)
	_, err = f.desk.RenewBlock(t.Context(), anna, boss, ticket.Ref{Shop: shop, ID: uuid.UUID{9}}, review)
	require.ErrorIs(t, err, ticket.ErrNotFound)
	for _, who := range []ticket.Actor{client, bot} {
		_, err = f.desk.Unblock(t.Context(), who, b.Ref())
		require.ErrorIs(t, err, ticket.ErrRefused)
		_, err = f.desk.Blocks(t.Context(), who)
		require.ErrorIs(t, err, ticket.ErrRefused)
	}
}

func TestBlocksAreNoTickets(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	b, err := f.desk.Block(t.Context(), anna, boss, request())
	require.NoError(t, err)
	_, err = f.desk.Get(t.Context(), anna, b.Ref())
	require.ErrorIs(t, err, ticket.ErrNotFound)
	_, err = f.desk.Unblock(t.Context(), anna, f.about(t, "o-1"))
	require.ErrorIs(t, err, ticket.ErrNotFound)
	_, err = f.desk.Blocks(t.Context(), client)
	require.ErrorIs(t, err, ticket.ErrRefused)
	page, err := f.desk.List(t.Context(), anna, ticket.Query{Customer: "c1", Limit: 10})
	require.NoError(t, err)
	assert.Len(t, page.Tickets, 1)
}

func TestEraseAndExportReachBlocks(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	req := request()
	req.Customer, req.Evidence = secret, "seen by "+secret
	b, err := f.desk.Block(t.Context(), anna, boss, req)
	require.NoError(t, err)
	_, err = f.desk.AppealBlock(t.Context(), anna, b.Ref(), secret)
	require.NoError(t, err)
	out, err := f.desk.Export(t.Context(), boss, secret)
	require.NoError(t, err)
	assert.Len(t, out.Blocks, 1)
	res, err := f.desk.Erase(t.Context(), boss, secret)
	require.NoError(t, err)
	require.Len(t, res.Kept, 1)
	assert.Equal(t, ticket.CodeBlocked, res.Kept[0].Blockers[0].Code)
	_, err = f.desk.Unblock(t.Context(), anna, b.Ref())
	require.NoError(t, err)
	_, err = f.desk.Erase(t.Context(), anna, secret)
	require.ErrorIs(t, err, ticket.ErrRefused)
	res, err = f.desk.Erase(t.Context(), boss, secret)
	require.NoError(t, err)
	assert.Equal(t, []ticket.Ref{b.Ref()}, res.Erased)
	assert.NotContains(t, everything(t, f, b.Ref()), secret)
}
