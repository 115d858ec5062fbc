package ticket_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// enqueued is a store that keeps the effects of its commits, as a host's queue
// does.
type enqueued struct {
	ticketmem.Store

	effects []ticket.Effect
}

func (q *enqueued) Commit(ctx context.Context, c ticket.Commit) error {
	err := q.Store.Commit(ctx, c)
	if err == nil {
		q.effects = append(q.effects, c.Effects...)
	}
	return err
}

func (q *enqueued) Erase(ctx context.Context, e ticket.EraseRequest) error {
	err := q.Store.Erase(ctx, e)
	if err == nil {
		q.effects = append(q.effects, e.Commit.Effects...)
	}
	return err
}

// A host's worker has ids alone and asks the desk what they mean: the words, the
// ticket as it stands now, and the id under which the message goes out.
func TestTheHostAsksWhatToSend(t *testing.T) {
	ctx, q := t.Context(), new(enqueued)
	d := tickettest.NewDesk(t, tickettest.DeskConfig{Store: q, Config: ticket.Config{Delivery: ticket.HostDelivers()}})
	in, err := d.Receive(ctx, ticket.Inbound{
		Shop: tickettest.Shop, Key: "m1", Text: "Wo ist mein Paket?", Customer: ticket.Customer{Ref: "c1"},
		Attachments: []ticket.Attachment{{Ref: "upload/1"}},
	})
	require.NoError(t, err)
	ref := in.Ticket.Ref()
	_, err = d.Do(ctx, tickettest.Agent("anna"), ref, ticket.Reply{Text: "Es kommt morgen."})
	require.NoError(t, err)
	_, err = d.Do(ctx, tickettest.Agent("anna"), ref, ticket.Note{Text: "Fährt seit gestern."})
	require.NoError(t, err)

	require.Len(t, q.effects, 1, "neither what came in nor a note leaves the house")
	reply := q.effects[0]
	out, err := d.Outgoing(ctx, reply)
	require.NoError(t, err)
	assert.Equal(t, "Es kommt morgen.", out.Event.Message().Text)
	assert.Equal(t, reply.Event, out.Event.ID)
	assert.Equal(t, ticket.MessageID(ref, reply.Seq), out.MessageID)
	assert.Equal(t, int64(3), out.Ticket.Seq, "as it stands now")
	assert.Zero(t, out.Attempt)

	for what, e := range map[string]ticket.Effect{
		"no such event":    {Ref: ref, Event: reply.Event, Seq: 99},
		"no such ticket":   {Ref: ticket.Ref{Shop: tickettest.Shop, ID: uuid.UUID{1}}, Event: reply.Event, Seq: reply.Seq},
		"another event's":  {Ref: ref, Event: uuid.UUID{1}, Seq: reply.Seq},
		"of another shop ": {Ref: ticket.Ref{Shop: "other", ID: ref.ID}, Event: reply.Event, Seq: reply.Seq},
	} {
		_, err := d.Outgoing(ctx, e)
		require.ErrorIs(t, err, ticket.ErrNotFound, what)
	}

	_, err = d.Erase(ctx, ticket.Actor{Kind: ticket.ActorSystem, Shop: tickettest.Shop}, "c1")
	require.NoError(t, err)
	_, err = d.Outgoing(ctx, reply)
	require.ErrorIs(t, err, ticket.ErrNotFound, "what was erased is not sent any more")
	require.Len(t, q.effects, 2)
	out, err = d.Outgoing(ctx, q.effects[1])
	require.NoError(t, err)
	assert.Equal(t, ticket.Erased{Files: []string{"upload/1"}}, out.Event.Body, "the files still have to go")
}
