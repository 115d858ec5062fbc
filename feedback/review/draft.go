package review

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kulanz-go/kulanz/feedback/tone"
)

// Promises are how many promises the shop made for the order of a review, and
// how many of them it kept, as the host knows it: a fact that a reply may state.
type Promises struct {
	Made int `json:"made"`
	Kept int `json:"kept"`
}

// Facts are what a draft may state. Where one is missing, a slot in braces
// stands for it; a person fills it, and [DraftCheck] finds those that are left.
type Facts struct {
	// Remedy is what the shop does about it, as the rest of a sentence: "we
	// refund the price today".
	Remedy string
	// Contact is where the customer reaches a person, as an address or a number.
	Contact string
	// Promises of the order; nil: nothing is said of them.
	Promises *Promises
	// Signature ends the reply. Default: none.
	Signature string
}

// The slots of drafts.
const (
	SlotRemedy  = "{remedy}"
	SlotContact = "{contact}"
)

// maxDraftTopics is how many points a draft takes up: all of them, in a reply
// that is still read.
const maxDraftTopics = 3

// Draft returns the skeleton of a reply, in German for "de" and its variants,
// else in English. For a critical review it admits each point, apologises, and
// states the remedy; praise is thanked for. It is a beginning for a person, who
// checks that what it admits is so. It names nobody, and offers nothing for a
// review.
func Draft(lang string, a Assessment, f Facts) string {
	parts := []string{pick(lang, "Guten Tag,", "Hello,")}
	if a.Criticality == Praise {
		parts = append(parts, pick(lang,
			"vielen Dank für Ihre Worte. Es freut uns, dass Sie zufrieden sind, und wir geben das Lob an die Kolleginnen und Kollegen weiter.",
			"thank you for your words. We are glad that you are content, and pass the praise on to our colleagues."))
	} else {
		parts = append(parts, pick(lang,
			"danke, dass Sie uns das so offen sagen.", "thank you for telling us so frankly."))
		points := slices.Compact(slices.Clone(a.Topics[:min(len(a.Topics), maxDraftTopics)]))
		if len(points) == 0 {
			points = []tone.Topic{""}
		}
		for _, topic := range points {
			parts = append(parts, admission(topic, lang))
		}
		parts = append(parts,
			pick(lang, "Wir bitten um Entschuldigung. Das tun wir jetzt: ", "We apologise. This is what we do now: ")+orSlot(f.Remedy, SlotRemedy)+".")
	}
	if s := f.Promises.text(lang); s != "" {
		parts = append(parts, s)
	}
	if a.Criticality != Praise {
		parts = append(parts, pick(lang, "Wenn damit nicht alles gut ist, erreichen Sie uns hier: ", "If that does not settle it, you reach us here: ")+
			orSlot(f.Contact, SlotContact))
	}
	if f.Signature != "" {
		parts = append(parts, f.Signature)
	}
	return strings.Join(parts, "\n\n")
}

func orSlot(text, slot string) string {
	if text = strings.TrimRight(strings.TrimSpace(text), "."); text != "" {
		return text
	}
	return slot
}

// text states how promises were kept; nothing where there were none, or the
// figures cannot be true. What was not kept is admitted.
func (p *Promises) text(lang string) string {
	switch {
	case p == nil || p.Made < 1 || p.Kept < 0 || p.Kept > p.Made:
		return ""
	case p.Kept == p.Made && p.Made == 1:
		return pick(lang, "Was wir Ihnen zu dieser Bestellung zugesagt haben, haben wir eingehalten.", "We kept what we promised you about this order.")
	case p.Kept == p.Made:
		return fmt.Sprintf(pick(lang, "Alle %d Zusagen zu dieser Bestellung haben wir eingehalten.", "We kept all %d promises about this order."), p.Made)
	case p.Made == 1:
		return pick(lang, "Was wir Ihnen zu dieser Bestellung zugesagt haben, haben wir nicht eingehalten. Das war unser Fehler.",
			"We did not keep what we promised you about this order. That was our mistake.")
	}
	return fmt.Sprintf(pick(lang, "Von %d Zusagen zu dieser Bestellung haben wir %d eingehalten. Dass es nicht alle waren, war unser Fehler.",
		"Of %d promises about this order we kept %d. That it was not all of them was our mistake."), p.Made, p.Kept)
}

// admission admits one point. A topic of the host's own has the general text.
func admission(topic tone.Topic, lang string) string {
	texts := admissions()
	t, known := texts[topic]
	if !known {
		t = texts[""]
	}
	return pick(lang, t[0], t[1])
}

// admissions are by topic, in German and English; "" is for all others.
func admissions() map[tone.Topic][2]string {
	all := goodsAdmissions()
	maps.Copy(all, serviceAdmissions())
	return all
}

func goodsAdmissions() map[tone.Topic][2]string {
	return map[tone.Topic][2]string{
		"": {
			"Was Sie beschreiben, hätte nicht passieren dürfen. Es tut uns leid.",
			"What you describe should not have happened. We are sorry.",
		},
		tone.Cost: {
			"Die Kosten waren für Sie nicht klar genug. Das hätten wir vor dem Kauf besser zeigen müssen, und es tut uns leid.",
			"The cost was not clear enough to you. We should have shown it better before you bought, and we are sorry.",
		},
		tone.Options: {
			"Sie haben bei uns nicht gefunden, was Sie gebraucht hätten. Das tut uns leid.",
			"You did not find with us what you needed. We are sorry.",
		},
		tone.Speed: {
			"Sie haben länger gewartet, als wir zugesagt hatten. Das war unser Fehler, und es tut uns leid.",
			"You waited longer than we had promised. That was our mistake, and we are sorry.",
		},
		tone.Quality: {
			"Die Ware war nicht so gut, wie Sie es von uns erwarten dürfen. Das tut uns leid.",
			"The goods were not as good as you may expect of us. We are sorry.",
		},
		tone.Defect: {
			"Sie haben defekte Ware bekommen. Das war unser Fehler, und es tut uns leid.",
			"You were sent defective goods. That was our mistake, and we are sorry.",
		},
		tone.WrongItem: {
			"Wir haben Ihnen den falschen Artikel geschickt. Das war unser Fehler, und es tut uns leid.",
			"We sent you the wrong item. That was our mistake, and we are sorry.",
		},
		tone.MissingItem: {
			"In Ihrem Paket hat etwas gefehlt. Das war unser Fehler, und es tut uns leid.",
			"Something was missing from your parcel. That was our mistake, and we are sorry.",
		},
	}
}

func serviceAdmissions() map[tone.Topic][2]string {
	return map[tone.Topic][2]string{
		tone.Payment: {
			"Bei der Zahlung ist etwas schiefgegangen. Das hätte nicht passieren dürfen, und es tut uns leid.",
			"Something went wrong with the payment. That should not have happened, and we are sorry.",
		},
		tone.Delivery: {
			"Die Zustellung ist nicht so gelaufen, wie sie sollte. Für den Zusteller stehen wir ein, und es tut uns leid.",
			"The delivery did not go as it should. We answer for the courier, and we are sorry.",
		},
		tone.Staff: {
			"So hätten wir nicht mit Ihnen umgehen dürfen. Das tut uns leid.",
			"We should not have treated you like that. We are sorry.",
		},
		tone.Return: {
			"Die Rückgabe war für Sie umständlicher, als sie sein darf. Das tut uns leid.",
			"Sending it back was more trouble for you than it may be. We are sorry.",
		},
		tone.Refund: {
			"Sie haben zu lange auf Ihr Geld gewartet. Das war unser Fehler, und es tut uns leid.",
			"You waited too long for your money. That was our mistake, and we are sorry.",
		},
		tone.Website: {
			"Unsere Website hat nicht funktioniert, wie sie sollte. Das tut uns leid.",
			"Our website did not work as it should. We are sorry.",
		},
		tone.Privacy: {
			"Mit Ihren Daten hätten wir sorgfältiger umgehen müssen. Das tut uns leid; unser Datenschutz geht dem nach.",
			"We should have been more careful with your data. We are sorry; our data protection officer looks into it.",
		},
	}
}
