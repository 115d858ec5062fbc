package sqlstore_test

import (
	"context"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// told is all that the histories of the shop tell, together.
type told struct {
	texts   map[string]int    // how often a message with these words is there
	replies map[string]bool   // ids of the events whose words went to a customer
	events  map[uuid.UUID]int // how often an id is there
	tickets int
	aside   int // how often a ticket was
	woken   int // and came back
}

func newTold() *told {
	return &told{texts: make(map[string]int), replies: make(map[string]bool), events: make(map[uuid.UUID]int)}
}

// wantAllDone finishes the work and looks whether all of it was done, once, whatever
// became of the workers meanwhile.
func wantAllDone(ctx context.Context, t *testing.T, s *sqlstore.Store, w *worker) {
	t.Helper()
	check(t, w.finish(ctx))
	offered, err := w.offered()
	check(t, err)
	matters := make(map[string]bool)
	for _, i := range offered {
		from, _ := customer(i)
		matters[from] = true
	}
	all := newTold()
	for r := range records(ctx, t, s) {
		all.tickets++
		if state := readHistory(ctx, t, s, r, all); state == ticket.StateSnoozed {
			t.Errorf("%s: still put aside", r.Ref())
		}
	}
	if all.tickets != len(matters) || all.woken != all.aside || all.woken == 0 {
		t.Errorf("%d tickets for %d matters, put aside %d times and woken %d times", all.tickets, len(matters), all.aside, all.woken)
	}
	for id, n := range all.events {
		if n != 1 {
			t.Errorf("event %s is there %d times", id, n)
		}
	}
	for text, n := range all.texts {
		if n != 1 {
			t.Errorf("%q is there %d times", text, n)
		}
	}
	taken, err := w.count("taken")
	check(t, err)
	for text := range taken {
		if all.texts[text] == 0 && !strings.HasPrefix(text, "favour ") && !strings.HasPrefix(text, "answer ") {
			t.Errorf("%q was taken, and is lost", text)
		}
	}
	for _, i := range offered {
		if all.texts[mailText(i)] == 0 || all.texts[replyText(i)] == 0 {
			t.Errorf("mail %d or the reply to it is lost", i)
		}
	}
	t.Logf("%d mails of %d matters, %d events, woken %d times", len(offered), len(matters), len(all.events), all.woken)
	wantDelivered(t, w.journal, all.replies)
	wantPaidOnce(ctx, t, s, w, offered)
	wantAskedOnce(ctx, t, w, offered)
	wantStillWoken(ctx, t, s, w.now(), len(matters))
}

// readHistory reads one ticket's history, which must be whole and lead to the
// state that is stored.
func readHistory(ctx context.Context, t *testing.T, s *sqlstore.Store, r ticket.Record, all *told) ticket.State {
	t.Helper()
	var folded ticket.Ticket
	woken := make(map[int64]bool)
	q := ticket.HistoryQuery{Ref: r.Ref(), Limit: ticket.MaxPage}
	for {
		events, err := s.Tickets().History(ctx, q)
		check(t, err)
		for _, stored := range events {
			if stored.Seq != q.After+1 {
				t.Errorf("%s: event %d follows %d", r.Ref(), stored.Seq, q.After)
			}
			q.After = stored.Seq
			e, err := ticket.DecodeEvent(stored)
			check(t, err)
			folded = ticket.Apply(folded, e)
			all.events[e.ID]++
			if m := e.Message(); m != nil {
				all.texts[m.Text]++
			}
			switch e.Kind {
			case ticket.EventReply:
				all.replies[e.ID.String()] = true
			case ticket.EventSnooze:
				all.aside++
			}
			if b, ok := e.Body.(ticket.Woken); ok {
				if woken[b.Token] {
					t.Errorf("%s: woken twice by one timer", r.Ref())
				}
				woken[b.Token] = true
				all.woken++
			}
		}
		if len(events) < q.Limit {
			break
		}
	}
	if folded.State != r.State {
		t.Errorf("%s: its history leads to %s, and it is stored as %s", r.Ref(), folded.State, r.State)
	}
	return r.State
}

// wantDelivered looks whether every reply went out under the id of its event, and
// nothing else. One may have gone out again after a crash, under the same id.
func wantDelivered(t *testing.T, j journal, replies map[string]bool) {
	t.Helper()
	sent, err := j.count("sent")
	check(t, err)
	again := 0
	for id, n := range sent {
		again += n - 1
		if !replies[id] {
			t.Errorf("%s went out, and is no reply", id)
		}
	}
	for id := range replies {
		if sent[id] == 0 {
			t.Errorf("reply %s never went out", id)
		}
	}
	t.Logf("%d replies went out, %d of them again after a crash", len(replies), again)
}

// wantStillWoken looks whether every open ticket has a time at which a desk sees
// it again.
func wantStillWoken(ctx context.Context, t *testing.T, s *sqlstore.Store, now time.Time, open int) {
	t.Helper()
	seen := 0
	for {
		due, err := s.Tickets().Claim(ctx, ticket.ClaimRequest{Now: now.AddDate(1, 0, 0), Lease: time.Minute, Limit: ticket.MaxPage})
		check(t, err)
		if len(due) == 0 {
			break
		}
		seen += len(due)
	}
	if seen != open {
		t.Errorf("%d of %d open tickets have a time to be woken", seen, open)
	}
}

// records are all tickets, page by page.
func records(ctx context.Context, t *testing.T, s *sqlstore.Store) iter.Seq[ticket.Record] {
	t.Helper()
	return func(yield func(ticket.Record) bool) {
		q := ticket.Query{Shop: tickettest.Shop, Limit: ticket.MaxPage}
		for {
			page, err := s.Tickets().List(ctx, q)
			check(t, err)
			for _, r := range page.Records {
				if !yield(r) {
					return
				}
			}
			if !page.More {
				return
			}
			at := ticket.PositionOf(page.Records[len(page.Records)-1], q.Order)
			q.After = &at
		}
	}
}
