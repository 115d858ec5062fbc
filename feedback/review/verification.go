package review

import (
	"fmt"
	"slices"
	"strings"
)

// Policy is how a shop handles the reviews that it shows. It makes the wording
// that the law asks for, and says nothing that is not so.
type Policy struct {
	// Accepts are the ways in which reviews come to be verified; those that are
	// not are shown too where Unverified is among them.
	Accepts []Verification `json:"accepts"`
	// SelectionBy is how the shop chooses which reviews it shows; empty: it shows
	// all, good and bad. Package review offers no choice by stars or tone.
	SelectionBy string `json:"selection_by,omitempty"`
	// Incentives tells that reviews are rewarded anywhere. This package refuses
	// drafts that do so.
	Incentives bool `json:"incentives,omitempty"`
}

// Source is where the duties come from. It is data, not legal advice.
type Source struct {
	Text string `json:"text"`
	AsOf string `json:"as_of"`
}

// VerificationSource is the duty to say whether and how it is made sure that
// published reviews come from consumers who used or bought the goods.
func VerificationSource() Source {
	return Source{
		"section 5b(3) UWG, in force since 28 May 2022; article 7(6) of Directive 2005/29/EC as amended by Directive (EU) 2019/2161; " +
			"Commission Notice 2021/C 526/01, section 4.2.4. Annex to section 3(3) UWG, no. 23b and 23c: saying so without reasonable " +
			"steps, and false reviews, are always unfair",
		"2026-11",
	}
}

// Check says all that is wrong with a policy, as feedback.Faults.
func (p *Policy) Check() error {
	var c check
	if len(p.Accepts) == 0 {
		c.Failf("accepts", "", "is missing: say how reviews are verified, or that they are not (none)")
	}
	for i, v := range p.Accepts {
		if !slices.Contains(verifications(), v) {
			c.Failf(fmt.Sprintf("accepts[%d]", i), string(v), "is none of %v", verifications())
		}
		if slices.Contains(p.Accepts[:i], v) {
			c.Failf(fmt.Sprintf("accepts[%d]", i), string(v), "is there twice")
		}
	}
	c.Name("selection_by", p.SelectionBy, false)
	return c.Err()
}

// Notice returns the text that stands where reviews are shown: whether and how
// they are verified, and how they are chosen. It is German for "de" and its
// variants, else English.
func (p *Policy) Notice(lang string) (string, error) {
	if err := p.Check(); err != nil {
		return "", err
	}
	var how []string
	for _, v := range verifications() {
		if v != Unverified && slices.Contains(p.Accepts, v) {
			how = append(how, v.how(lang))
		}
	}
	open := slices.Contains(p.Accepts, Unverified)
	var b strings.Builder
	switch {
	case len(how) == 0:
		b.WriteString(pick(lang,
			"Wir prüfen nicht, ob Bewertungen von Personen stammen, welche die Ware gekauft oder genutzt haben.",
			"We do not check whether reviews come from people who have bought or used the goods."))
	case open:
		b.WriteString(pick(lang,
			"Bewertungen mit dem Vermerk „Verifiziert“ stammen von Personen, welche die Ware gekauft haben. Das stellen wir so sicher: ",
			"Reviews marked as verified come from people who have bought the goods. This is how we make sure: "))
	default:
		b.WriteString(pick(lang,
			"Alle Bewertungen stammen von Personen, welche die Ware gekauft haben. Das stellen wir so sicher: ",
			"All reviews come from people who have bought the goods. This is how we make sure: "))
	}
	if len(how) > 0 {
		b.WriteString(strings.Join(how, "; ") + ".")
		if open {
			b.WriteString(pick(lang, " Bei Bewertungen ohne diesen Vermerk prüfen wir das nicht.", " For reviews without this mark we do not check it."))
		}
	}
	b.WriteString(p.selection(lang))
	if p.Incentives {
		b.WriteString(pick(lang, " Für manche Bewertungen wurde eine Gegenleistung gewährt; sie sind gekennzeichnet.",
			" Some reviews were rewarded; they are marked."))
	}
	return b.String(), nil
}

func (p *Policy) selection(lang string) string {
	if p.SelectionBy == "" {
		return pick(lang,
			" Wir zeigen alle Bewertungen, positive wie negative; entfernt werden nur rechtswidrige und gefälschte, mit Begründung.",
			" We show all reviews, good and bad; only unlawful and false ones are removed, with a statement of reasons.")
	}
	return pick(lang, " Ausgewählt werden die gezeigten Bewertungen so: ", " The reviews shown are chosen like this: ") + p.SelectionBy + "."
}

// how says in words how a review was verified.
func (v Verification) how(lang string) string {
	switch v {
	case ByOrder:
		return pick(lang, "Bewerten kann nur, wer im Kundenkonto eine Bestellung der Ware hat", "only those with an order of the goods in their account can write one")
	case ByInvitation:
		return pick(lang, "Nach einer Bestellung senden wir einen Link, der einmal gilt", "after an order we send a link that works once")
	case ByPlatform:
		return pick(lang, "Die Plattform, von der die Bewertung stammt, hat den Kauf geprüft", "the platform that the review comes from has checked the purchase")
	case ByProofPresented:
		return pick(lang, "Uns wurde ein Kaufbeleg gezeigt", "a proof of purchase was shown to us")
	case Unverified:
	}
	return pick(lang, "nicht geprüft", "not checked")
}

// Mark is what stands beside one review.
func (v Verification) Mark(lang string) string {
	if v == Unverified || !slices.Contains(verifications(), v) {
		return pick(lang, "Nicht verifiziert", "Not verified")
	}
	return pick(lang, "Verifiziert: ", "Verified: ") + v.how(lang)
}
