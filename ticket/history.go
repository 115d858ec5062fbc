package ticket

import (
	"context"
	"iter"
)

// History yields the events of a ticket in order, from the store page by
// page, each as the actor may see it: see [Rules.EventFor].
func (d *Desk) History(ctx context.Context, actor Actor, ref Ref) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		if _, err := d.load(ctx, actor, ref); err != nil {
			yield(Event{}, err)
			return
		}
		for e, err := range d.events(ctx, ref) {
			if err == nil {
				shown, ok := d.rules.EventFor(actor, e)
				if !ok {
					continue
				}
				e = shown
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

func (d *Desk) events(ctx context.Context, ref Ref) iter.Seq2[Event, error] {
	return d.eventsAfter(ctx, ref, 0)
}

func (d *Desk) eventsAfter(ctx context.Context, ref Ref, after int64) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for after := after; ; {
			page, err := d.store.History(ctx, HistoryQuery{Ref: ref, After: after, Limit: MaxPage})
			if err != nil {
				yield(Event{}, err)
				return
			}
			for _, se := range page {
				e, err := DecodeEvent(se)
				if !yield(e, err) || err != nil {
					return
				}
				after = se.Seq
			}
			if len(page) < MaxPage {
				return
			}
		}
	}
}
