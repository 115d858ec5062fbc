// Package intake takes messages in and brings them to the desk: mail from a
// watched maildir, which an IMAP mailbox or a drop endpoint may fill, and a webhook
// for chats, messengers and marketplaces.
//
// Nothing is acknowledged to where it came from before it is safe: a dropped or
// fetched mail when it is on the disk, a maildir's mail when the desk has committed
// it, a webhook's message likewise. A crash in between brings it in again, and the
// desk knows it by its key. What cannot be read is counted, opened as a ticket that
// says so, and kept as it came.
package intake

import (
	"context"

	"github.com/kulanz-go/kulanz/ticket"
)

// Receiver takes a message in; a [ticket.Desk] is one. The message is safe when it
// returns without an error, and the same message twice is one.
type Receiver interface {
	Receive(ctx context.Context, in ticket.Inbound) (ticket.Receipt, error)
}
