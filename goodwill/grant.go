package goodwill

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/sla"
)

// Grant is one payment that somebody is to get: all that a proposal gives back
// of an order by right, the damages it gives, or its favour. The desk changes
// it; others read.
type Grant struct {
	Shop     string    `json:"shop"`
	ID       uuid.UUID `json:"id"`
	State    State     `json:"state"`
	Proposal uuid.UUID `json:"proposal"` // shared by all grants of one proposal
	Policy   string    `json:"policy"`   // id@version

	Order    string `json:"order"`
	Case     string `json:"case,omitempty"`     // the host's reference
	Customer string `json:"customer,omitempty"` // the host's pseudonymous reference

	ByRight bool         `json:"by_right,omitempty"` // what the law gives; else a favour
	Awards  []Award      `json:"awards"`
	Means   Means        `json:"means"`
	Amount  money.Amount `json:"amount"` // as proposed; once reserved, what is paid

	Reasons    []Reason `json:"reasons,omitempty"`
	Trace      []Step   `json:"trace,omitempty"`
	OfferUntil sla.Date `json:"offer_until,omitzero"`

	Proposer  string   `json:"proposer"`
	Approvers []string `json:"approvers,omitempty"` // roles of which another person has to agree
	Approver  string   `json:"approver,omitempty"`  // who did
	// Auto lets Tick pay as soon as it is approved: always what the law gives.
	Auto bool `json:"auto,omitempty"`

	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
	Wake    time.Time `json:"wake,omitzero"`    // when Tick looks at it next
	Expires time.Time `json:"expires,omitzero"` // a favour that was not reserved by then is not given

	Held     Code         `json:"held,omitempty"`     // why it could not be reserved, the last time
	Key      string       `json:"key,omitempty"`      // that the payer knows it by, from the reservation on
	Shares   []Share      `json:"shares,omitempty"`   // where Means is original
	Parts    []order.Part `json:"parts,omitempty"`    // for a credit note
	Booked   []Booking    `json:"booked,omitempty"`   // what its entries move
	Attempts int          `json:"attempts,omitempty"` // calls of the payer
	Answered Receipt      `json:"answered,omitzero"`  // the payer's last word, or a lead's
	Log      []Change     `json:"log,omitempty"`      // all that happened, in order
	Erased   time.Time    `json:"erased,omitzero"`    // when it was made to name nobody
	KeepTo   sla.Date     `json:"keep_to,omitzero"`   // last day on which the rest has to be kept
	KeptBy   string       `json:"kept_by,omitempty"`  // id of the [Retention]

	version int64
	waits   int // looks at it without a change, since the last
	entered int // entries so far
	granted granted
}

// granted is under what, and by whom, a favour was granted.
type granted struct {
	Under  allowance    `json:"under,omitzero"`  // of who granted it in the end
	Agreed bool         `json:"agreed,omitzero"` // by another person
	Paid   money.Amount `json:"paid,omitzero"`   // for the order
	Buyer  money.Amount `json:"buyer,omitzero"`  // what the host knew of grants to the customer
}

// Booking is what a grant moves from one account to another.
type Booking struct {
	Debit  string       `json:"debit"`
	Credit string       `json:"credit"`
	Amount money.Amount `json:"amount"`
	Cap    money.Amount `json:"cap,omitzero"`
}

// Change is one line of a grant's log.
type Change struct {
	At    time.Time `json:"at"`
	Event Event     `json:"event"`
	By    string    `json:"by,omitempty"` // empty: the system
	To    State     `json:"to"`
	Why   Code      `json:"why,omitempty"`
	Ref   string    `json:"ref,omitempty"` // of a payment, or of what proves it
}

// Ref returns the grant's name.
func (g *Grant) Ref() Ref { return Ref{g.Shop, g.ID} }

// Payout returns what the payer is asked for.
func (g *Grant) Payout() Payout {
	p := Payout{
		Key: g.Key, Grant: g.Ref(), Attempt: g.Attempts, Means: g.Means, Amount: g.Amount, Order: g.Order, Customer: g.Customer,
		Shares: slices.Clone(g.Shares), Parts: slices.Clone(g.Parts),
	}
	if len(g.Awards) > 0 {
		p.Remedy, p.Right = g.Awards[0].Remedy, g.Awards[0].Right
	}
	return p
}

// last returns the last change of a kind.
func (g *Grant) last(e Event) (Change, bool) {
	for _, c := range slices.Backward(g.Log) {
		if c.Event == e {
			return c, true
		}
	}
	return Change{}, false
}

func (g *Grant) clone() *Grant {
	c := *g
	c.Awards, c.Reasons, c.Trace, c.Log = slices.Clone(g.Awards), slices.Clone(g.Reasons), slices.Clone(g.Trace), slices.Clone(g.Log)
	c.Shares, c.Parts, c.Booked, c.Approvers = slices.Clone(g.Shares), slices.Clone(g.Parts), slices.Clone(g.Booked), slices.Clone(g.Approvers)
	return &c
}

// grantData is a grant as it is stored.
type grantData struct {
	V       int     `json:"v"`
	Waits   int     `json:"waits,omitempty"`
	Entered int     `json:"entered,omitempty"`
	Granted granted `json:"granted,omitzero"`
	Grant
}

func encode(v any) ([]byte, error) { return json.Marshal(v) }

// decode reads what a record of a kind holds, of the version that encode writes.
func decode(r Record, kind RecordKind, into any, version *int) error {
	err := json.Unmarshal(r.Data, into)
	if err == nil && (r.Kind != kind || *version != 1) {
		err = fmt.Errorf("kind %q of version %d", r.Kind, *version)
	}
	if err != nil {
		return fmt.Errorf("goodwill: %s: %w: %w", r.Ref(), ErrCorrupt, err)
	}
	return nil
}

func (g *Grant) record() (Record, error) {
	data, err := encode(grantData{1, g.waits, g.entered, g.granted, *g})
	if err != nil {
		return Record{}, fmt.Errorf("goodwill: encode %s: %w", g.Ref(), err)
	}
	return Record{
		Kind: RecordGrant, Shop: g.Shop, ID: g.ID, Version: g.version + 1, State: string(g.State), Customer: g.Customer,
		Created: g.Created, Updated: g.Updated, Wake: g.Wake, Labels: g.labels(), Data: data,
	}, nil
}

func (g *Grant) labels() []string {
	labels := []string{"proposal:" + g.Proposal.String()}
	if g.Order != "" {
		labels = append(labels, "order:"+g.Order)
	}
	if g.Case != "" {
		labels = append(labels, "case:"+g.Case)
	}
	slices.Sort(labels)
	return labels
}

func decodeGrant(r Record) (*Grant, error) {
	var d grantData
	if err := decode(r, RecordGrant, &d, &d.V); err != nil {
		return nil, err
	}
	g := d.Grant
	g.version, g.waits, g.entered, g.granted, g.Wake = r.Version, d.Waits, d.Entered, d.Granted, r.Wake
	return &g, nil
}

// book is what a desk has refunded of one order. Every reservation moves its
// version on, so that two at once never reckon from one balance.
type book struct {
	ref      Ref
	version  int64
	created  time.Time
	customer string
	Order    string         `json:"order"`
	Refunds  []order.Refund `json:"refunds,omitempty"` // by grant; failed and reversed ones as failed, so that the host's copy does not count either
}

// bookData is a book as it is stored.
type bookData struct {
	V int `json:"v"`
	book
}

func decodeBook(r Record) (*book, error) {
	var d bookData
	if err := decode(r, RecordOrder, &d, &d.V); err != nil {
		return nil, err
	}
	b := d.book
	b.ref, b.version, b.created, b.customer = r.Ref(), r.Version, r.Created, r.Customer
	return &b, nil
}

func (b *book) write(now time.Time) (Write, error) {
	data, err := encode(bookData{1, *b})
	if err != nil {
		return Write{}, fmt.Errorf("goodwill: encode %s: %w", b.ref, err)
	}
	if b.created.IsZero() {
		b.created = now
	}
	labels := []string(nil)
	if b.Order != "" {
		labels = []string{"order:" + b.Order}
	}
	return Write{b.version, Record{
		Kind: RecordOrder, Shop: b.ref.Shop, ID: b.ref.ID, Version: b.version + 1, State: "", Customer: b.customer,
		Created: b.created, Updated: now, Labels: labels, Data: data,
	}}, nil
}

// put notes how a grant's refund stands.
func (b *book) put(g *Grant, state order.RefundState, now time.Time) {
	id := g.ID.String()
	b.Refunds = slices.DeleteFunc(b.Refunds, func(r order.Refund) bool { return r.ID == id })
	r := order.Refund{ID: id, At: now, State: state, Parts: g.Parts}
	if len(g.Shares) == 1 {
		r.Payment = g.Shares[0].Payment
	}
	b.Refunds = append(b.Refunds, r)
}

// onto returns an order with the refunds of the book in place of those that the
// host has by the same ids.
func (b *book) onto(o order.Order) order.Order {
	o.Refunds = append(b.outside(o.Refunds), b.Refunds...)
	return o
}

// outside are the refunds that were not made by the desk.
func (b *book) outside(all []order.Refund) []order.Refund {
	return slices.DeleteFunc(slices.Clone(all), func(r order.Refund) bool {
		return r.ID != "" && slices.ContainsFunc(b.Refunds, func(own order.Refund) bool { return own.ID == r.ID })
	})
}

// shareKey is the key of a share: of the n-th of several.
func shareKey(key string, n, of int) string {
	if of == 1 {
		return key
	}
	return key + "/" + strconv.Itoa(n+1)
}
