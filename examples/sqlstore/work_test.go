package sqlstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// The work that faults interrupt: mails of a few customers, each of which is
// answered once; and of others who write once and whose ticket is put aside for a
// while. Whoever brings mail brings it until it is taken, as mail servers do.
const (
	customers = 40 // with one open matter each, so that mails meet in a ticket
	every     = 10 * time.Millisecond
	// Time runs faster, so that what a dead worker held comes back within the
	// test: a lease of half a minute in half a second.
	haste = 60
)

// journal is what outlives a worker: files that lines are added to, each by one
// write.
type journal string

func (j journal) note(name, line string) error {
	f, err := os.OpenFile(filepath.Join(string(j), name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(line + "\n")
	return errors.Join(err, f.Close())
}

// count tells how often each line was noted.
func (j journal) count(name string) (map[string]int, error) {
	data, err := os.ReadFile(filepath.Join(string(j), name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	lines := make(map[string]int)
	for line := range bytes.Lines(data) {
		lines[strings.TrimSuffix(string(line), "\n")]++
	}
	return lines, nil
}

// stores are the three that a worker works on.
type stores struct {
	tickets ticket.Store
	grants  goodwill.Store
	surveys feedback.Store
}

func storesOf(s *sqlstore.Store) stores { return stores{s.Tickets(), s.Goodwill(), s.Feedback()} }

// worker does the shop's work on one database.
type worker struct {
	journal

	desk    *ticket.Desk
	grants  *goodwill.Desk
	surveys *feedback.Desk
	rnd     *rand.Rand
	start   time.Time    // when time began to run faster
	offset  atomic.Int64 // that the clock is ahead beyond that
}

func (w *worker) now() time.Time {
	return w.start.Add(haste*time.Since(w.start) + time.Duration(w.offset.Load()))
}

func newWorker(s stores, j journal, start time.Time, seed uint64) (*worker, error) {
	w := &worker{journal: j, start: start, rnd: rand.New(rand.NewPCG(seed, 1))}
	hours, err := sla.ParseHours("Mo-Su 00:00-24:00")
	if err != nil {
		return nil, err
	}
	calendar, err := sla.NewCalendar(sla.CalendarConfig{ID: "always", Version: 1, Zone: "Europe/Berlin", Hours: hours})
	if err != nil {
		return nil, err
	}
	rules, err := ticket.NewRules(ticket.RulesConfig{Calendar: calendar})
	if err != nil {
		return nil, err
	}
	w.desk, err = ticket.NewDesk(s.tickets, ticket.Config{
		Rules: rules, Now: w.now, Delivery: ticket.DeskDelivers(func(_ context.Context, o ticket.Outgoing) error {
			return w.note("sent", o.Event.ID.String())
		}),
	})
	if err != nil {
		return nil, err
	}
	if w.grants, err = newGrants(s.grants, w); err != nil {
		return nil, err
	}
	w.surveys, err = newSurveys(s.surveys, w.now, w.send)
	return w, err
}

func mailText(i int) string  { return fmt.Sprintf("mail %d", i) }
func replyText(i int) string { return fmt.Sprintf("reply %d", i) }

// customer returns who wrote the i-th mail, and whether that is all they write.
func customer(i int) (string, bool) {
	if i%10 == 0 {
		return fmt.Sprint("single-", i), true
	}
	return fmt.Sprint("customer-", i%customers), false
}

// handle takes a mail in and answers it: all of it, once, however often it is
// called. It notes what it was told is done.
func (w *worker) handle(ctx context.Context, i int) error {
	from, single := customer(i)
	r, err := w.desk.Receive(ctx, ticket.Inbound{
		Shop: tickettest.Shop, Key: mailText(i), Channel: ticket.ChannelEmail, Text: mailText(i),
		Customer: ticket.Customer{Ref: from}, Orders: []string{"order-of-" + from},
	})
	if err != nil {
		return fmt.Errorf("%s: %w", mailText(i), err)
	}
	if err := w.note("taken", mailText(i)); err != nil {
		return err
	}
	agent, ref := tickettest.Agent("anna"), r.Ticket.Ref()
	if single {
		aside := 2 * time.Minute << (i % 4) // some wake while workers work, some at the end
		wait := ticket.Snooze{Until: w.start.Add(haste*time.Duration(i)*every + aside), Reason: "parcel"}
		_, err := w.desk.Do(ctx, agent, ref, ticket.Keyed{Key: fmt.Sprint("snooze ", i), Command: wait})
		if err != nil && !errors.Is(err, ticket.ErrRefused) { // refused where the time has come meanwhile
			return fmt.Errorf("snooze %d: %w", i, err)
		}
	}
	answer := ticket.Keyed{Key: replyText(i), Command: ticket.Reply{Text: replyText(i)}}
	if _, err := w.desk.Do(ctx, agent, ref, answer); err != nil {
		return fmt.Errorf("%s: %w", replyText(i), err)
	}
	if err := w.note("taken", replyText(i)); err != nil {
		return err
	}
	// A note has no key of its caller's: once it is told that it is there, it is
	// there once; else it may be there, but not twice.
	remark := fmt.Sprintf("note %d %x", i, w.rnd.Uint64())
	if _, err := w.desk.Do(ctx, agent, ref, ticket.Note{Text: remark}); err != nil {
		return fmt.Errorf("note %d: %w", i, err)
	}
	err = w.note("taken", remark)
	switch {
	case err == nil && favoured(i):
		return w.favour(ctx, i)
	case err == nil && surveyed(i):
		return w.survey(ctx, i)
	default:
		return err
	}
}

// tick does what is due.
func (w *worker) tick(ctx context.Context) (int, error) {
	res, err := w.desk.Tick(ctx, ticket.TickOptions{Limit: 10})
	for _, f := range res.Faults {
		err = errors.Join(err, fmt.Errorf("tick of %s: %w", f.Ref, f.Err))
	}
	paid, more := w.grants.Tick(ctx, goodwill.TickOptions{Limit: 10})
	for _, f := range paid.Faults {
		more = errors.Join(more, fmt.Errorf("tick of grant %s: %w", f.Ref, f.Err))
	}
	asked, last := w.surveys.Tick(ctx, feedback.TickOptions{Limit: 10})
	for _, f := range asked.Faults {
		last = errors.Join(last, fmt.Errorf("tick of invitation %s: %w", f.Ref, f.Err))
	}
	return len(res.Done) + len(paid.Done) + len(asked.Done), errors.Join(err, more, last)
}

// work handles mails as they come, some of them at the same time as others do,
// and what is due in between, until the context ends. It notes what went wrong.
func (w *worker) work(ctx context.Context) error {
	for n := 0; ctx.Err() == nil; n++ {
		i := int(time.Since(w.start)/every) + w.rnd.IntN(10)
		err := w.note("offered", strconv.Itoa(i))
		if err == nil {
			err = w.handle(ctx, i)
		}
		if n%3 == 0 {
			_, more := w.tick(ctx)
			err = errors.Join(err, more)
		}
		if err != nil && ctx.Err() == nil {
			if err := w.note("errors", strings.ReplaceAll(err.Error(), "\n", "; ")); err != nil {
				return err
			}
			time.Sleep(10 * every) // rather than storm a database that is down
		}
	}
	return nil
}

// offered are all mails that were brought.
func (w *worker) offered() ([]int, error) {
	lines, err := w.count("offered")
	all := make([]int, 0, len(lines))
	for line := range lines {
		i, bad := strconv.Atoi(line)
		err = errors.Join(err, bad)
		all = append(all, i)
	}
	return all, err
}

// finish handles what nobody was told is done, and some of the rest once more,
// and moves the clock until nothing is due any more: what anybody left half done
// is done then.
func (w *worker) finish(ctx context.Context) error {
	all, err := w.offered()
	if err != nil {
		return err
	}
	taken, err := w.count("taken")
	if err != nil {
		return err
	}
	for _, i := range all {
		done := taken[replyText(i)] > 0 && (taken[favourText(i)] > 0 || !favoured(i)) && (taken[answerText(i)] > 0 || !surveyed(i))
		if done && i%5 > 0 {
			continue
		}
		if err := w.handle(ctx, i); err != nil {
			return err
		}
	}
	for range 48 {
		for {
			n, err := w.tick(ctx)
			if err != nil {
				return err
			}
			if n == 0 {
				break
			}
		}
		w.offset.Add(int64(time.Hour))
	}
	return w.answerAll(ctx, all)
}
