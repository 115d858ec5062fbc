package ticketmem

import (
	"github.com/kulanz-go/kulanz/internal/desk"
	"github.com/kulanz-go/kulanz/ticket"
)

func normalRecord(r ticket.Record) ticket.Record {
	r = cloneRecord(r)
	r.Due, r.Created, r.Updated, r.Wake = desk.Micro(r.Due), desk.Micro(r.Created), desk.Micro(r.Updated), desk.Micro(r.Wake)
	return r
}

func normalEvent(e ticket.StoredEvent) ticket.StoredEvent {
	e = cloneEvent(e)
	e.At = desk.Micro(e.At)
	return e
}

func normalHeld(h ticket.Held) ticket.Held {
	h.Key.Expires = desk.Micro(h.Key.Expires)
	return h
}
