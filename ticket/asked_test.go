package ticket_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/ticket"
)

// countingStore notes which of its methods were called, in order.
type countingStore struct {
	ticket.Store

	calls []string
}

func (s *countingStore) note(name string) { s.calls = append(s.calls, name) }

func (s *countingStore) Load(ctx context.Context, ref ticket.Ref) (ticket.Record, error) {
	s.note("load")
	return s.Store.Load(ctx, ref)
}

func (s *countingStore) Lookup(ctx context.Context, keys ...ticket.Key) ([]ticket.Held, error) {
	s.note("lookup")
	return s.Store.Lookup(ctx, keys...)
}

func (s *countingStore) History(ctx context.Context, q ticket.HistoryQuery) ([]ticket.StoredEvent, error) {
	s.note("history")
	return s.Store.History(ctx, q)
}

func (s *countingStore) Claim(ctx context.Context, r ticket.ClaimRequest) ([]ticket.Record, error) {
	s.note("claim")
	return s.Store.Claim(ctx, r)
}

func (s *countingStore) Commit(ctx context.Context, c ticket.Commit) error {
	s.note("commit")
	return s.Store.Commit(ctx, c)
}

// Each call is a round trip to a database: where nobody interferes an operation
// asks for everything once.
func TestTheStoreIsAskedOnce(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	s := &countingStore{Store: f.store}
	sent := 0
	desk, err := ticket.NewDesk(s, ticket.Config{
		Rules: f.rules, Now: f.clock.Now, Random: random(1), Policies: policies(t), Policy: "p",
		Delivery: ticket.DeskDelivers(func(context.Context, ticket.Outgoing) error { sent++; return nil }),
	})
	require.NoError(t, err)
	f.desk = desk
	asked := func() []string {
		calls := s.calls
		s.calls = nil
		return calls
	}
	in := mail("m1", "Wo ist mein Paket?")
	in.Orders = []string{"o1"}
	in.InReplyTo = []string{"<a@example.org>", "<b@example.org>", "<a@example.org>"}
	ref := f.receive(t, in).Ticket.Ref()
	require.Equal(t, []string{"lookup", "commit"}, asked(), "a first message")
	in.Key = "m2"
	require.Equal(t, ref, f.receive(t, in).Ticket.Ref())
	require.Equal(t, []string{"lookup", "load", "commit"}, asked(), "a message to its ticket")
	f.do(t, anna, ref, ticket.Reply{Text: "Morgen."})
	require.Equal(t, []string{"load", "commit"}, asked(), "a reply")
	f.tick(t)
	require.Equal(t, []string{"claim", "commit", "history", "commit"}, asked(), "its delivery")
	require.Equal(t, 1, sent)
}
