package web

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/ticket"
)

// inboxPage is what the inbox shows.
type inboxPage struct {
	Filter app.Filter
	Items  []app.Item
	More   bool
	Late   int
	Query  string // the filter, for the stream
	States []ticket.State
	Agents []store.Agent
	Teams  []string
	Levels []ticket.Priority
	Ways   []ticket.Channel
	Topics []ticket.Reason
}

// shownTickets is how many an inbox shows at once: who has more filters.
const shownTickets = 100

func inboxFilter(r *http.Request, me string) app.Filter {
	q := r.URL.Query()
	f := app.Filter{
		State: ticket.State(q.Get("state")), Who: q.Get("who"), Team: q.Get("team"), Priority: ticket.Priority(q.Get("priority")),
		Channel: ticket.Channel(q.Get("channel")), Reason: ticket.Reason(q.Get("reason")), Overdue: q.Get("overdue") != "",
	}
	if f.Who == "me" {
		f.Who = me
	}
	return f
}

func query(f app.Filter) string {
	q := url.Values{}
	for k, v := range map[string]string{
		"state": string(f.State), "who": f.Who, "team": f.Team, "priority": string(f.Priority), "channel": string(f.Channel), "reason": string(f.Reason),
	} {
		if v != "" {
			q.Set(k, v)
		}
	}
	if f.Overdue {
		q.Set("overdue", "1")
	}
	return q.Encode()
}

// inbox lists what is open, by when it is due.
func (s *Server) inbox(w http.ResponseWriter, r *http.Request, v *view) error {
	me := app.AgentActor(*v.Agent)
	p := inboxPage{
		Filter: inboxFilter(r, me.ID), States: agentStates(), Agents: s.app.Agents(),
		Levels: []ticket.Priority{ticket.PriorityUrgent, ticket.PriorityHigh, ticket.PriorityNormal, ticket.PriorityLow}, Ways: channels(),
	}
	for _, c := range ticket.EcommerceReasons() {
		p.Topics = append(p.Topics, c.Code)
	}
	p.Query = query(p.Filter)
	var err error
	if p.Items, p.More, err = s.app.Inbox(r.Context(), me, p.Filter, shownTickets); err != nil {
		return err
	}
	for _, i := range p.Items {
		if i.Late {
			p.Late++
		}
	}
	if p.Teams, err = s.app.Teams(r.Context()); err != nil {
		return err
	}
	return s.render(w, v, "agent_inbox", p)
}

func agentStates() []ticket.State {
	return []ticket.State{
		ticket.StateNew, ticket.StateOpen, ticket.StateWaitingCustomer, ticket.StateWaitingThird, ticket.StateSnoozed, ticket.StateBot,
		ticket.StateResolved, ticket.StateClosed, ticket.StateSpam, ticket.StateMerged,
	}
}

func channels() []ticket.Channel {
	return []ticket.Channel{
		ticket.ChannelEmail, ticket.ChannelForm, ticket.ChannelPhone, ticket.ChannelChat, ticket.ChannelMessenger, ticket.ChannelSocial,
		ticket.ChannelSMS, ticket.ChannelReview, ticket.ChannelMarketplace, ticket.ChannelLetter,
	}
}

// A stream ends by itself, and the browser comes again: so it stays below the
// server's timeouts, and a shutdown does not wait for it.
const (
	streamLife  = 20 * time.Second
	streamEvery = 2 * time.Second
)

// stream sends what look returns whenever it has changed.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, look func(context.Context) (string, error)) error {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	out := http.NewResponseController(w)
	ctx, done := context.WithTimeout(r.Context(), cmp.Or(s.cfg.Stream, streamLife))
	defer done()
	tick := time.NewTicker(streamEvery)
	defer tick.Stop()
	for last := ""; ; {
		text, err := look(ctx)
		if err != nil {
			return nil // the stream has begun: the browser asks again, and sees what is wrong
		}
		if text == last {
			text = ": still here"
		} else {
			last = text
			text = "data: " + strings.ReplaceAll(strings.ReplaceAll(text, "\r", ""), "\n", "\ndata: ")
		}
		if _, err := fmt.Fprintf(w, "%s\n\n", text); err != nil {
			return nil // the browser is gone
		}
		if err := out.Flush(); err != nil {
			return nil // as above
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// inboxStream sends the rows of an inbox, made by the same template as the page.
func (s *Server) inboxStream(w http.ResponseWriter, r *http.Request, v *view) error {
	me, f := app.AgentActor(*v.Agent), inboxFilter(r, v.Agent.ID)
	return s.stream(w, r, func(ctx context.Context) (string, error) {
		items, _, err := s.app.Inbox(ctx, me, f, shownTickets)
		if err != nil {
			return "", err
		}
		v.Data = inboxPage{Items: items}
		var b bytes.Buffer
		err = s.pages["agent_inbox"].ExecuteTemplate(&b, "rows", v)
		return b.String(), err
	})
}

// watch keeps an agent at a ticket, and tells who else is there and how far it is.
func (s *Server) watch(w http.ResponseWriter, r *http.Request, v *view) error {
	ref, err := s.ref(r)
	if err != nil {
		return err
	}
	me := app.AgentActor(*v.Agent)
	if _, err := s.app.Tickets.Get(r.Context(), me, ref); err != nil {
		return err
	}
	return s.stream(w, r, func(ctx context.Context) (string, error) {
		others, err := s.others(ctx, v, ref)
		if err != nil {
			return "", err
		}
		t, err := s.app.Tickets.Get(ctx, me, ref)
		return fmt.Sprintf("%d %s", t.Seq, strings.Join(others, ", ")), err
	})
}

// others notes that an agent is at a ticket, and names who else is. People are
// there by the world's clock, however fast the shop's goes.
func (s *Server) others(ctx context.Context, v *view, ref ticket.Ref) ([]string, error) {
	now := time.Now()
	ids, err := s.app.DB.Look(ctx, ref.ID.String(), v.Agent.ID, now, now.Add(-app.Since))
	for i, id := range ids {
		ids[i] = v.Name(id)
	}
	return ids, err
}
