// Package mail takes customers' mail in and sends the desk's answers out. It
// is a part of the example host: it shows how package ticket is joined to a
// channel, and may be used as it is.
//
// [Parse] reads a mail into a [ticket.Inbound] for [ticket.Desk.Receive], and
// [Compose] writes the mail that brings a [ticket.Outgoing] to the customer.
// Neither opens a connection: SMTP, IMAP and the files are the host's.
//
// # What finds the ticket
//
// The ids in In-Reply-To and References are passed on as they stand. They can
// be forged, so the desk counts them together with the customer only. A signed
// reply address ([Addresses]) names the ticket by itself. Everybody in copy
// knows it, so it counts only where [Options.Owner] says that the ticket
// belongs to who writes. Whether the From of a mail can be believed is decided
// before, by the host's mail server and DMARC.
//
// # What machines write
//
// Absence notes, delivery reports, list mail and the shop's own mail are told
// from what people write ([Sign]), so that no two machines answer each other
// and no absence note reopens a ticket. Delivery reports are joined to the
// ticket by the id of the mail that did not arrive, and by its recipient.
//
// # What hostile mail can do
//
// It can be read as nonsense. It cannot make [Parse] fail or panic, use more
// memory than a small multiple of Limits.Text and Limits.Header, or more time
// than a small multiple of its length. HTML is turned into text and never
// rendered, nothing is loaded, and a file's name is safe to be used as one.
// What was cut, guessed or repaired is noted, and the whole of it stands with
// the host under [Options.Raw].
//
// MIME is read and written by github.com/emersion/go-message; charsets are
// those of golang.org/x/text, HTML is taken apart by golang.org/x/net/html.
package mail
