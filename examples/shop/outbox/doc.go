// Package outbox brings what leaves the desk to people: mail to an SMTP server or
// into a folder, text messages to a gateway.
//
// [Outbox.Deliver] takes the effects of tickets, [Outbox.Invite] those of surveys.
// Both give a message the id of its effect, the same however often it is tried: a
// [Folder] and a [FakeGateway] then keep it once, and who gets a mail twice gets it
// under one Message-ID. What a machine wrote says so (RFC 3834), and nothing that a
// customer wrote can add a header field: the mail is composed by package
// examples/mail.
//
// Errors hold no addresses and no words of anybody: a queue may keep them. One that
// no second try would help wraps [ticket.ErrPermanent].
package outbox
