package ticket

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// BroadcastResult tells what became of a broadcast so far.
type BroadcastResult struct {
	Reached int        // tickets that have the command by now, from earlier calls too
	Failed  []RefError // those that do not
}

// RefError is why one ticket of many could not be worked on.
type RefError struct {
	Ref Ref
	Err error
}

// Error names the ticket and what went wrong.
func (e RefError) Error() string { return e.Ref.String() + ": " + e.Err.Error() }

// Unwrap returns what went wrong.
func (e RefError) Unwrap() error { return e.Err }

// Broadcast gives a command to every live ticket that is an incident of a
// problem ticket: one commit for each, under a key derived from key, so that a
// broadcast that broke off is resumed by calling it again, and no customer
// hears anything twice. An error of a single ticket does not stop the others.
func (d *Desk) Broadcast(ctx context.Context, actor Actor, problem Ref, key string, cmd Command) (BroadcastResult, error) {
	if key == "" {
		return BroadcastResult{}, &Fault{Path: "broadcast.key", Reason: "is missing: it could not be resumed"}
	}
	if _, err := d.load(ctx, actor, problem); err != nil {
		return BroadcastResult{}, err
	}
	var res BroadcastResult
	known := d.newProfiles()
	q := Query{Label: string(LinkIncidentOf) + ":" + problem.ID.String(), Limit: MaxPage}
	for {
		page, err := d.List(ctx, actor, q)
		if err != nil {
			return res, err
		}
		for i := range page.Tickets {
			t := &page.Tickets[i]
			if d.rules.workflow.Kind(t.State).isFinal() {
				continue
			}
			_, err := d.do(ctx, actor, t.Ref(), Keyed{"broadcast " + key + " " + t.ID.String(), cmd}, known)
			if err != nil {
				res.Failed = append(res.Failed, RefError{t.Ref(), err})
				continue
			}
			res.Reached++
		}
		if page.Next == nil {
			return res, ctx.Err()
		}
		q.After = page.Next
	}
}

// Touch has the planners of all tickets that a query finds asked again at
// once: the world has changed, an agent is ill, an order was shipped, a policy
// is new. It returns how many tickets it woke. Query.Limit is the size of a
// page.
func (d *Desk) Touch(ctx context.Context, q Query) (int, error) {
	system := Actor{Kind: ActorSystem, Shop: q.Shop}
	if q.Limit < 1 {
		q.Limit = MaxPage
	}
	woken := 0
	for {
		page, err := d.List(ctx, system, q)
		if err != nil {
			return woken, err
		}
		for i := range page.Tickets {
			if d.rules.workflow.Kind(page.Tickets[i].State).isFinal() {
				continue
			}
			if err := d.touch(ctx, system, page.Tickets[i].Ref()); err != nil {
				if errors.Is(err, ErrNotFound) {
					continue
				}
				return woken, fmt.Errorf("ticket: touch %s: %w", page.Tickets[i].Ref(), err)
			}
			woken++
		}
		if page.Next == nil {
			return woken, nil
		}
		q.After = page.Next
	}
}

func (d *Desk) touch(ctx context.Context, system Actor, ref Ref) error {
	_, err := d.run(ctx, OpTouch, ref, func(ctx context.Context, u *unit) error {
		env, err := d.load(ctx, system, ref)
		if err != nil {
			return err
		}
		for _, p := range d.planners {
			m := env.Memos[p.Name()]
			if m.Next.IsZero() || m.Next.After(u.commit.At) {
				m.Next = u.commit.At.Truncate(time.Microsecond)
			}
			env.setMemo(p.Name(), m)
		}
		return u.change(ctx, &env, nil)
	})
	return err
}
