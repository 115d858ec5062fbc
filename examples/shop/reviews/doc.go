// Package reviews joins the review desk (package feedback/review) to the ticket
// desk: a review becomes a ticket, and the reply of an agent goes to the platform
// where the review stands.
//
// [Inbound] is the adapter in, ten lines. [Deliverer] is the one out: it is called
// with every message that leaves the house, and takes those of channel review. A
// reply is sent under the message's own id, so a crash between sending and noting
// it answers nobody twice; and it is noted in the review log, which makes the
// reputation.
//
// Rules for review tickets: nobody is reminded or followed up in public
// (ticket.SpecialConfig with NoReminders and NoFollowUp), and a policy of package
// sla gives each priority its deadline; praise has a low one, and an answer too.
package reviews
