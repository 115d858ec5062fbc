package sqlstore_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// office is a shop's desks over one database.
type office struct {
	store    *sqlstore.Store
	tickets  *tickettest.Desk
	feedback *feedback.Desk
	sent     []feedback.Outgoing
}

func newOffice(t *testing.T, s *sqlstore.Store) *office {
	t.Helper()
	o := &office{store: s, tickets: tickettest.NewDesk(t, tickettest.DeskConfig{Store: s.Tickets()})}
	var err error
	o.feedback, err = newSurveys(s.Feedback(), o.tickets.Clock.Now, func(_ context.Context, out feedback.Outgoing) error {
		o.sent = append(o.sent, out)
		return nil
	})
	check(t, err)
	return o
}

// firstMail is what a customer writes first.
func firstMail(word string) ticket.Inbound {
	in := tickettest.Mail("mail-"+word, word, word)
	in.Subject, in.Text, in.Conversation = word, "Mein "+word, word
	// references to files are the host's, which is told to remove them, and tell nothing
	in.Raw, in.Attachments = "blob-1", []ticket.Attachment{{Ref: "blob-2", Name: word}}
	return in
}

// live lets a customer write, be written to, and say how it was, with a word in
// all that the customer or others say.
func (o *office) live(t *testing.T, word string) {
	t.Helper()
	ctx, now := t.Context(), o.tickets.Clock.Now()
	r, err := o.tickets.Receive(ctx, firstMail(word))
	check(t, err)
	ref := r.Ticket.Ref()
	var res ticket.Result
	for _, cmd := range []ticket.Command{
		ticket.MakePromise{Text: word, Due: now.Add(time.Hour)},
		ticket.BreakPromise{Reason: word},
		ticket.Set{Subject: &word, Fields: map[string]string{"name": word}, AddOrders: []string{word + "-2"}},
		ticket.Tag{Add: []string{word}},
		ticket.Note{Text: word},
		ticket.WaitThird{Party: word, Wake: now.Add(time.Hour)},
		ticket.ThirdPartyUpdate{Text: word},
		ticket.Reply{Text: "Anna: " + word},
		ticket.Resolve{Code: ticket.ResolvedAnswered, Text: word},
	} {
		if broken, ok := cmd.(ticket.BreakPromise); ok {
			broken.ID = res.Ticket.Promises[0].ID
			cmd = broken
		}
		res, err = o.tickets.Do(ctx, tickettest.Agent("anna"), ref, ticket.Keyed{Key: fmt.Sprintf("%s %T", word, cmd), Command: cmd})
		check(t, err)
	}
	o.tick(t)
	before := len(o.sent)
	_, err = o.feedback.Ask(ctx, "after-ticket", feedback.Subject{
		Shop: tickettest.Shop, Customer: word, Ref: word, Moment: feedback.MomentResolved, At: now, Facets: map[string]string{"channel": "mail"},
	})
	check(t, err)
	o.tick(t)
	if len(o.sent) != before+1 {
		t.Fatalf("%d invitations went out, want one", len(o.sent)-before)
	}
	token := o.sent[before].Answer
	_, err = o.feedback.Record(ctx, token, []feedback.Answer{{Question: "satisfied", Score: 1}}, "Sehr "+word)
	check(t, err)
}

func (o *office) tick(t *testing.T) {
	t.Helper()
	tickets, err := o.tickets.Tick(t.Context(), ticket.TickOptions{})
	check(t, err)
	answers, err := o.feedback.Tick(t.Context(), feedback.TickOptions{})
	check(t, err)
	if len(tickets.Faults)+len(answers.Faults) > 0 {
		t.Fatal(tickets.Faults, answers.Faults)
	}
}

func (o *office) erase(t *testing.T, customer string) {
	t.Helper()
	_, err := o.tickets.Erase(t.Context(), tickettest.Lead("boss"), customer)
	check(t, err)
	_, err = o.feedback.Erase(t.Context(), tickettest.Shop, customer)
	check(t, err)
	o.tick(t) // the host is told which files have to go
}

// found tells in which columns of which tables a word stands, in any of the ways
// in which a database may hold it.
func found(t *testing.T, s *sqlstore.Store, word string) []string {
	t.Helper()
	columns, rows := 0, 0
	hits := make(map[string]bool)
	for _, table := range tablesOf(t, s) {
		res, err := s.DB().QueryContext(t.Context(), "SELECT * FROM "+table)
		check(t, err)
		names, err := res.Columns()
		check(t, err)
		columns += len(names)
		for res.Next() {
			rows++
			values := make([]any, len(names))
			into := make([]any, len(names))
			for i := range values {
				into[i] = &values[i]
			}
			check(t, res.Scan(into...))
			for i, v := range values {
				if holds(v, word) {
					hits[table+"."+names[i]] = true
				}
			}
		}
		check(t, res.Err())
		check(t, res.Close())
	}
	if columns < 80 || rows == 0 {
		t.Fatalf("%d columns and %d rows looked at", columns, rows)
	}
	return slices.Sorted(maps.Keys(hits))
}

// holds reports whether a value holds a word, as it is or encoded.
func holds(v any, word string) bool {
	var text string
	switch v := v.(type) {
	case []byte:
		text = string(v)
	case string:
		text = v
	default:
		text = fmt.Sprint(v)
	}
	inJSON, _ := json.Marshal(word) //nolint:errchkjson // a string
	for _, form := range []string{
		word, strings.Trim(string(inJSON), `"`), hex.EncodeToString([]byte(word)), base64.StdEncoding.EncodeToString([]byte(word))[:8],
		base64.RawURLEncoding.EncodeToString([]byte(word))[:8],
	} {
		if strings.Contains(strings.ToLower(text), strings.ToLower(form)) {
			return true
		}
	}
	return false
}

// tablesOf returns all tables of the database's schema, whoever made them.
func tablesOf(t *testing.T, s *sqlstore.Store) []string {
	t.Helper()
	query := "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
	if _, err := s.DB().ExecContext(t.Context(), "SELECT 1 FROM sqlite_master"); err == nil {
		query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
	}
	res, err := s.DB().QueryContext(t.Context(), query)
	check(t, err)
	var all []string
	for res.Next() {
		var name string
		check(t, res.Scan(&name))
		all = append(all, name)
	}
	check(t, res.Err())
	check(t, res.Close())
	return all
}

// What a customer has a right to see is exported, and what is erased stands in no
// column of any table.
func TestErasedWordsAreInNoColumn(t *testing.T) {
	t.Parallel()
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, open(t).Store)
			const gone, stays = "Zwetschgenröster", "Kaiserschmarrn"
			o.live(t, gone)
			o.live(t, stays)
			before := found(t, o.store, gone)
			for _, want := range []string{
				"kulanz_ticket.customer", "kulanz_ticket.labels", "kulanz_ticket.data", "kulanz_ticket_label.label",
				"kulanz_ticket_event.data", "kulanz_feedback.customer", "kulanz_feedback.data",
			} {
				if !slices.Contains(before, want) {
					t.Errorf("the word is not in %s, so that its erasure proves nothing: %v", want, before)
				}
			}
			o.exported(t, gone, stays)
			o.erase(t, gone)
			if left := found(t, o.store, gone); len(left) > 0 {
				t.Errorf("the erased customer's word is still in %v", left)
			}
			if kept := found(t, o.store, stays); !slices.Equal(kept, before) {
				t.Errorf("the other customer's word is in %v, and was to be in %v", kept, before)
			}
		})
	}
}

// exported looks for all that a customer has said in its export, and for nothing
// of another's.
func (o *office) exported(t *testing.T, customer, other string) {
	t.Helper()
	tickets, err := o.tickets.Export(t.Context(), tickettest.Lead("boss"), customer)
	check(t, err)
	answers, err := o.feedback.Export(t.Context(), tickettest.Shop, customer, "de")
	check(t, err)
	text, err := json.Marshal([]any{tickets, answers})
	check(t, err)
	for _, want := range []string{"Mein " + customer, "Sehr " + customer, "blob-2", customer + "-2", "Anna: " + customer} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is not in the export", want)
		}
	}
	if strings.Contains(string(text), other) {
		t.Error("another customer's word is in the export")
	}
}
