package main

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// document is what a record's data holds, for who decodes and encodes it by hand.
type document struct {
	Version int                        `json:"v"`
	Ticket  ticket.Ticket              `json:"ticket"`
	Matters []string                   `json:"matters,omitempty"`
	Freed   []string                   `json:"freed,omitempty"`
	Slots   []string                   `json:"slots,omitempty"`
	Pending []delivery                 `json:"pending,omitempty"`
	Clocks  sla.Tracker                `json:"clocks,omitzero"`
	Due     time.Time                  `json:"due,omitzero"`
	Alarm   time.Time                  `json:"alarm,omitzero"`
	Memos   map[string]json.RawMessage `json:"memos,omitempty"`
}

type delivery struct {
	Event     uuid.UUID        `json:"event"`
	Kind      ticket.EventKind `json:"kind"`
	Seq       int64            `json:"seq"`
	Attempt   int              `json:"attempt,omitempty"`
	NotBefore time.Time        `json:"not_before"`
}

// changed is what a change comes to before it is encoded.
type changed struct {
	document document
	events   []ticket.Event
}

// decode makes the changes of steps ready for who encodes them again, before
// anybody's time is taken.
func decode(all [][]step) error {
	for _, steps := range all {
		for _, s := range steps {
			for i := range s.calls {
				var err error
				if s.calls[i].changed, err = decodeChanges(s.calls[i].commit.Changes); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func decodeChanges(changes []ticket.Change) ([]changed, error) {
	all := make([]changed, len(changes))
	for i, ch := range changes {
		err := json.Unmarshal(ch.Next.Data, &all[i].document)
		for _, se := range ch.Events {
			e, failed := ticket.DecodeEvent(se)
			all[i].events, err = append(all[i].events, e), errors.Join(err, failed)
		}
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// encode returns the change with what it holds encoded anew.
func (c changed) encode(ch ticket.Change) (ticket.Change, error) {
	var err error
	if ch.Next.Data, err = json.Marshal(c.document); err != nil {
		return ch, err
	}
	ch.Events = make([]ticket.StoredEvent, len(c.events))
	for i, e := range c.events {
		if ch.Events[i], err = ticket.EncodeEvent(e); err != nil {
			return ch, err
		}
	}
	return ch, nil
}
