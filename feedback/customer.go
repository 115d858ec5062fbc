package feedback

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/internal/desk"
)

// maxAsked is how many invitations of one customer are remembered for the
// cool-down and the cap; more than the highest useful cap.
const maxAsked = 100

// customer is what the desk knows of one: what it was asked of late, and
// whether it objected. Every invitation that is reserved moves this record's
// version on, so that two at once cannot both go past a cap.
type customer struct {
	ref      Ref
	name     string
	version  int64
	created  time.Time
	Objected time.Time `json:"objected,omitzero"`
	Past     []Asked   `json:"asked,omitempty"`
}

// customerData is a customer as it is stored.
type customerData struct {
	V int `json:"v"`
	customer
}

// customerRef names the record of a customer. The id is a hash (a UUID of
// version 8, RFC 9562, section 5.8), so it is found without being searched for,
// and tells nothing.
func customerRef(shop, name string) Ref {
	sum := desk.Digest("kulanz/feedback/customer/1", shop, name)
	id := uuid.UUID(sum[:16])
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return Ref{shop, id}
}

func decodeCustomer(r Record) (*customer, error) {
	var d customerData
	err := json.Unmarshal(r.Data, &d)
	if err == nil && (r.Kind != RecordCustomer || d.V != 1) {
		err = fmt.Errorf("kind %q of version %d", r.Kind, d.V)
	}
	if err != nil {
		return nil, fmt.Errorf("feedback: %s: %w: %w", r.Ref(), ErrCorrupt, err)
	}
	c := d.customer
	c.ref, c.name, c.version, c.created = r.Ref(), r.Customer, r.Version, r.Created
	return &c, nil
}

// write encodes the next version.
func (c *customer) write(now time.Time) (Write, error) {
	data, err := json.Marshal(customerData{1, *c})
	if err != nil {
		return Write{}, errors.Join(fmt.Errorf("feedback: encode %s", c.ref), err)
	}
	if c.created.IsZero() {
		c.created = now
	}
	return Write{Expect: c.version, Next: Record{
		Kind: RecordCustomer, Shop: c.ref.Shop, ID: c.ref.ID, Version: c.version + 1, State: "known", Customer: c.name,
		Created: c.created, Updated: now, Data: data,
	}}, nil
}

// asked notes one more invitation and forgets the oldest beyond maxAsked.
func (c *customer) asked(a Asked) {
	c.Past = append(slices.Clone(c.Past), a)
	if n := len(c.Past); n > maxAsked {
		c.Past = c.Past[n-maxAsked:]
	}
}

// known is the [History] of a customer: what the host says of consent, and what
// the desk has kept.
type known struct {
	standing Standing
	*customer
}

// Standing implements [History]. An objection that the desk was told counts,
// whatever the host knows.
func (k known) Standing(Medium) Standing {
	s := k.standing
	if s.Objected.IsZero() && k.customer != nil {
		s.Objected = k.Objected
	}
	return s
}

// Asked implements [History].
func (k known) Asked(since time.Time) []Asked {
	if k.customer == nil {
		return nil
	}
	return Past{Invitations: k.Past}.Asked(since)
}

// AskedAbout implements [History]. That a matter was asked about the desk knows
// by its unique key, before it decides.
func (known) AskedAbout(string, int) bool { return false }
