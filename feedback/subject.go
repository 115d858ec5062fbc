package feedback

import (
	"slices"
	"time"
)

// Moment is what has just happened to a customer, and may be asked about.
type Moment string

// The moments. A survey may come right after a conversation, after a purchase
// and its delivery, and early, while the customer is still buying.
const (
	MomentResolved  Moment = "ticket_resolved"
	MomentClosed    Moment = "ticket_closed"
	MomentOrdered   Moment = "ordered"
	MomentDelivered Moment = "delivered"
	MomentReturned  Moment = "returned"
	MomentCart      Moment = "cart"     // something was put into the cart
	MomentCheckout  Moment = "checkout" // the checkout was begun
)

// moments returns all of them.
func moments() []Moment {
	return []Moment{
		MomentResolved, MomentClosed, MomentOrdered, MomentDelivered, MomentReturned, MomentCart, MomentCheckout,
	}
}

// Medium is how a survey reaches the customer.
type Medium string

// The media. A page is shown where the customer is anyway: it is no message,
// and needs no consent to advertising.
const (
	MediumEmail     Medium = "email"
	MediumSMS       Medium = "sms"
	MediumMessenger Medium = "messenger"
	MediumPhone     Medium = "phone"
	MediumPage      Medium = "page"
)

// media returns all of them.
func media() []Medium {
	return []Medium{MediumEmail, MediumSMS, MediumMessenger, MediumPhone, MediumPage}
}

// Subject is one matter of one customer that a survey may ask about, as the
// host knows it at the instant of asking. References are the host's own and
// pseudonymous.
type Subject struct {
	Shop     string
	Customer string // empty: a guest, who can be asked on a page alone
	Ref      string // of the ticket, the order, the delivery or the visit
	// Cycle counts how often a ticket was closed before; a reopened one may be
	// asked about again.
	Cycle  int
	Moment Moment
	At     time.Time // when it happened

	// Facets are what answers will be told apart by, as they are when the survey
	// goes out: channel, reason, agent, courier. A later hand-over moves no
	// answer to another agent.
	Facets map[string]string

	Spam          bool // no customer's matter at all
	Merged        bool // another ticket stands for it
	Duplicate     bool // another subject is the same matter
	Open          bool // the matter goes on: reopened, on its way back, not delivered
	OpenComplaint bool // another matter of the customer is an open complaint
	Dispute       bool // lawyers, courts or chargebacks are at work
	Blocked       bool // the shop has blocked the customer
	Unreachable   bool // no address of the policy's medium, or it bounced
}

// Standing is what the customer has said about being asked in one medium. The
// zero value is nothing: neither consent nor objection.
type Standing struct {
	Consent  *Consent
	Objected time.Time // to surveys or to all advertising, also by word of mouth; zero: never
	Purchase *Purchase // for BasisExistingCustomer alone
}

// Consent is what article 7(1) GDPR wants to be proved.
type Consent struct {
	Given     time.Time
	Confirmed time.Time // when the address was confirmed (double opt-in); zero: it never was
	Text      string    // names the version of the words agreed to, which name surveys
	Withdrawn time.Time // zero: it still holds
}

// proven reports whether all is there that a court asks for.
func (c *Consent) proven() bool { return !c.Given.IsZero() && !c.Confirmed.IsZero() && c.Text != "" }

// Purchase is what section 7(3) UWG asks for where there is no consent: the
// address came from the customer with a sale, the survey serves own similar
// goods, and the customer was told, then and each time, that it may object.
type Purchase struct {
	AddressFromSale bool
	SimilarGoods    bool
	ToldOfObjection bool // clearly, when the address was taken
}

// Asked is one invitation of the past.
type Asked struct {
	Survey  string
	Subject string // Subject.Ref
	Cycle   int
	At      time.Time // when it was sent, or reserved to be
}

// History is what [Invite] asks about one customer of one shop. Its answers do
// not change while a decision is made.
type History interface {
	// Standing returns what the customer said about one medium.
	Standing(m Medium) Standing
	// Asked returns the invitations since an instant, of all surveys, in any
	// order; reserved ones count. The slice is the caller's.
	Asked(since time.Time) []Asked
	// AskedAbout reports whether any survey ever asked about a matter in one of
	// its close cycles.
	AskedAbout(ref string, cycle int) bool
}

// Past is a [History] in memory.
type Past struct {
	Standings   map[Medium]Standing
	Invitations []Asked
}

// Standing implements [History].
func (p Past) Standing(m Medium) Standing { return p.Standings[m] }

// Asked implements [History].
func (p Past) Asked(since time.Time) []Asked {
	var out []Asked
	for _, a := range p.Invitations {
		if !a.At.Before(since) {
			out = append(out, a)
		}
	}
	return out
}

// AskedAbout implements [History].
func (p Past) AskedAbout(ref string, cycle int) bool {
	return slices.ContainsFunc(p.Invitations, func(a Asked) bool { return a.Subject == ref && a.Cycle == cycle })
}
