package ticket

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kulanz-go/kulanz/sla"
)

// Reason is why a customer writes, in two levels: "order" or "order/delayed".
type Reason string

// Parent returns the first level, which is the reason itself where it has
// only one.
func (r Reason) Parent() Reason {
	for i := range len(r) {
		if r[i] == '/' {
			return r[:i]
		}
	}
	return r
}

// within reports whether a list of reasons covers this one: it stands there,
// or its first level does.
func (r Reason) within(list []Reason) bool {
	return slices.Contains(list, r) || slices.Contains(list, r.Parent())
}

// Grievance is what a complaint comes down to, whatever it is about: the
// causes that reports and measures tell apart.
type Grievance string

// The grievances.
const (
	GrievancePrice    Grievance = "price"
	GrievanceOptions  Grievance = "options" // variety, sizes, availability
	GrievanceSpeed    Grievance = "speed"
	GrievanceQuality  Grievance = "quality"
	GrievanceDefect   Grievance = "defect"
	GrievancePayment  Grievance = "payment"
	GrievanceDelivery Grievance = "delivery"
	GrievanceCourier  Grievance = "courier"
	GrievanceService  Grievance = "service"
)

// Text names a grievance. lang is a BCP 47 tag: German for "de", else English.
func (g Grievance) Text(lang string) string {
	text, ok := grievanceTexts()[g]
	if !ok {
		return string(g)
	}
	return pick(lang, text.DE, text.EN)
}

func grievanceTexts() map[Grievance]sla.Text {
	return map[Grievance]sla.Text{
		GrievancePrice:    {DE: "Preis und Kosten", EN: "price and cost"},
		GrievanceOptions:  {DE: "Auswahl und Verfügbarkeit", EN: "options and availability"},
		GrievanceSpeed:    {DE: "Geschwindigkeit", EN: "speed"},
		GrievanceQuality:  {DE: "Qualität", EN: "quality"},
		GrievanceDefect:   {DE: "Defekt", EN: "defect"},
		GrievancePayment:  {DE: "Zahlung", EN: "payment"},
		GrievanceDelivery: {DE: "Lieferung", EN: "delivery"},
		GrievanceCourier:  {DE: "Zusteller", EN: "courier"},
		GrievanceService:  {DE: "Kundendienst", EN: "service"},
	}
}

// ReasonConfig is one reason of a taxonomy as data.
type ReasonConfig struct {
	// Code is the reason: small letters, digits and underscores, with the
	// first level before a slash.
	Code Reason   `json:"code"`
	Text sla.Text `json:"text"`
	// Grievance is what a complaint for this reason comes down to; empty: that
	// of the first level, where it has one.
	Grievance Grievance `json:"grievance,omitempty"`
	// Share is how many of 100 contacts came for this reason where it was
	// measured, for staffing and demonstrations; zero: not measured. Nothing
	// in this package decides by it.
	Share float64 `json:"share,omitempty"`
}

// Taxonomy is a list of reasons that was checked. It is immutable and safe for
// concurrent use; the nil Taxonomy knows no reason.
type Taxonomy struct {
	reasons []ReasonConfig
	index   map[Reason]int
}

// NewTaxonomy checks reasons and compiles them. To extend the built-in ones,
// append to [EcommerceReasons]. The error is [Faults] with every fault: codes
// that are malformed, double or without their first level, texts that are
// missing in a language, unknown grievances, and shares out of range.
func NewTaxonomy(reasons []ReasonConfig) (*Taxonomy, error) {
	var c check
	t := newTaxonomy(&c, reasons)
	if err := c.err(); err != nil {
		return nil, err
	}
	return t, nil
}

func newTaxonomy(c *check, reasons []ReasonConfig) *Taxonomy {
	t := &Taxonomy{reasons: slices.Clone(reasons), index: make(map[Reason]int, len(reasons))}
	for i, r := range t.reasons {
		if first, ok := t.index[r.Code]; ok {
			c.failf(fmt.Sprintf("reasons[%d].code", i), string(r.Code), "is the code of reasons[%d] too", first)
			continue
		}
		t.index[r.Code] = i
	}
	total := 0.0
	for i, r := range t.reasons {
		t.checkReason(c, fmt.Sprintf("reasons[%d]", i), r)
		if r.Code == r.Code.Parent() {
			total += r.Share
		}
	}
	if total > 100 {
		c.failf("reasons", fmt.Sprint(total), "are the shares of the first level together: more than 100")
	}
	return t
}

func (t *Taxonomy) checkReason(c *check, path string, r ReasonConfig) {
	switch {
	case !isReasonCode(r.Code):
		c.fail(path+".code", string(r.Code), "is no code of a reason")
	case r.Code != r.Code.Parent() && !t.Has(r.Code.Parent()):
		c.fail(path+".code", string(r.Code), "has a first level that is missing")
	}
	checkText(c, path+".text", r.Text)
	if _, ok := grievanceTexts()[r.Grievance]; !ok && r.Grievance != "" {
		c.fail(path+".grievance", string(r.Grievance), "is no grievance")
	}
	if !(r.Share >= 0 && r.Share <= 100) { // also where it is no number
		c.fail(path+".share", fmt.Sprint(r.Share), "lies outside 0 to 100")
	}
}

func checkText(c *check, path string, t sla.Text) {
	if strings.TrimSpace(t.DE) == "" {
		c.fail(path+".de", t.DE, "is missing")
	}
	if strings.TrimSpace(t.EN) == "" {
		c.fail(path+".en", t.EN, "is missing")
	}
}

// isReasonCode reports whether a code has one or two levels of small letters,
// digits and underscores.
func isReasonCode(r Reason) bool {
	levels := strings.Split(string(r), "/")
	if len(levels) > 2 || len(r) > 100 {
		return false
	}
	for _, l := range levels {
		if !isCode(l) {
			return false
		}
	}
	return true
}

// isCode reports whether a string is one or more small letters, digits and
// underscores.
func isCode(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// Has reports whether a reason is in the taxonomy.
func (t *Taxonomy) Has(r Reason) bool {
	if t == nil {
		return false
	}
	_, ok := t.index[r]
	return ok
}

// Text names a reason; one that is not in the taxonomy is returned as it is.
// lang is a BCP 47 tag: German for "de", else English.
func (t *Taxonomy) Text(r Reason, lang string) string {
	if !t.Has(r) {
		return string(r)
	}
	text := t.reasons[t.index[r]].Text
	return pick(lang, text.DE, text.EN)
}

// Grievance returns what a complaint for this reason comes down to; empty:
// the reason alone does not tell.
func (t *Taxonomy) Grievance(r Reason) Grievance {
	for _, code := range []Reason{r, r.Parent()} {
		if t.Has(code) && t.reasons[t.index[code]].Grievance != "" {
			return t.reasons[t.index[code]].Grievance
		}
	}
	return ""
}

// Reasons returns all reasons in their order.
func (t *Taxonomy) Reasons() []ReasonConfig {
	if t == nil {
		return nil
	}
	return slices.Clone(t.reasons)
}

// knows reports whether a ticket may have this reason. None is always allowed,
// and rules without a taxonomy take every one.
func (r *Rules) knows(reason Reason) bool {
	return reason == "" || r.reasons == nil || r.reasons.Has(reason)
}

// Reasons returns the taxonomy, nil where the rules have none.
func (r *Rules) Reasons() *Taxonomy { return r.reasons }

func (r *Rules) checkReason(c *check, path string, reason Reason) {
	if !r.knows(reason) {
		c.fail(path, string(reason), "is no reason of the taxonomy")
	}
}
