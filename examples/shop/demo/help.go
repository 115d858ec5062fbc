package demo

import (
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// faq are the answers that the shop offers before anybody has to write.
func faq() []Entry { return append(faqOfOrders(), faqOfTrouble()...) }

func faqOfOrders() []Entry {
	return []Entry{
		{
			ID: "delivery-time", Reason: "order/status", Keywords: []string{"wann", "kommt", "lieferzeit", "lieferung", "status", "when", "arrive", "delivery"},
			Question: Words{"Wann kommt meine Bestellung?", "When will my order arrive?"},
			Answer: Words{
				"Wir liefern innerhalb von 3 Tagen nach der Bestellung. Den Stand Ihrer Sendung sehen Sie in Ihrem Kundenkonto unter „Bestellungen“.",
				"We deliver within 3 days of your order. Your account shows where your parcel is, under “Orders”.",
			},
		},
		{
			ID: "return-label", Reason: "return/request", Keywords: []string{"zuruckgeben", "rucksendung", "retoure", "etikett", "zuruckschicken", "return", "label"},
			Question: Words{"Wie schicke ich etwas zurück?", "How do I send something back?"},
			Answer: Words{
				"Melden Sie die Rücksendung in Ihrem Kundenkonto an und drucken Sie das Etikett aus. Sie haben dafür 14 Tage ab Erhalt der Ware; die Rücksendung kostet Sie nichts.",
				"Register the return in your account and print the label. You have 14 days from receipt; returning is free.",
			},
		},
		{
			ID: "withdrawal", Reason: "withdrawal/declared", Keywords: []string{"widerruf", "widerrufen", "widerrufsrecht", "withdraw", "withdrawal"},
			Question: Words{"Wie widerrufe ich meinen Kauf?", "How do I withdraw from my purchase?"},
			Answer: Words{
				"Über den Knopf „Vertrag widerrufen“ am Ende jeder Seite, ohne Angabe von Gründen und binnen 14 Tagen. Sie erhalten sofort eine Bestätigung mit Datum und Uhrzeit.",
				"By the button “Withdraw from contract” at the foot of every page, without giving reasons and within 14 days. You get a receipt with date and time at once.",
			},
		},
		{
			ID: "refund-time", Reason: "refund", Keywords: []string{"erstattung", "geld", "zuruck", "gutschrift", "refund", "money"},
			Question: Words{"Wann bekomme ich mein Geld zurück?", "When do I get my money back?"},
			Answer: Words{
				"Sobald die Ware bei uns eingegangen ist, spätestens 14 Tage nach Ihrem Widerruf, und zwar auf dem Weg, auf dem Sie bezahlt haben.",
				"As soon as the goods are back with us, at the latest 14 days after your withdrawal, the way you paid.",
			},
		},
		{
			ID: "invoice", Reason: "order/invoice", Keywords: []string{"rechnung", "beleg", "invoice"},
			Question: Words{"Wo finde ich meine Rechnung?", "Where do I find my invoice?"},
			Answer: Words{
				"In Ihrem Kundenkonto unter „Bestellungen“, als PDF. Eine andere Anschrift tragen wir gern ein: Schreiben Sie uns.",
				"In your account under “Orders”, as a PDF. We are glad to change the address: write to us.",
			},
		},
		{
			ID: "password", Reason: "account", Keywords: []string{"passwort", "anmelden", "login", "konto", "password", "account"},
			Question: Words{"Ich kann mich nicht anmelden.", "I cannot log in."},
			Answer: Words{
				"Mit „Passwort vergessen“ schicken wir Ihnen einen neuen Link. Er gilt eine Stunde; bitte sehen Sie auch im Spam-Ordner nach.",
				"“Forgotten password” sends you a new link. It is valid for an hour; please look into your spam folder, too.",
			},
		},
	}
}

func faqOfTrouble() []Entry {
	return []Entry{
		{
			ID: "damaged", Reason: "return/damaged", Keywords: []string{"beschadigt", "kaputt", "kratzer", "defekt", "damaged", "broken"},
			Question: Words{"Die Ware ist beschädigt. Was nun?", "The goods are damaged. What now?"},
			Answer: Words{
				"Das tut uns leid. Schreiben Sie uns mit einem Foto; Sie können Reparatur oder Ersatz verlangen, und zwar zwei Jahre lang.",
				"We are sorry. Write to us with a photo; you may ask for repair or replacement, for two years.",
			},
		},
		{
			ID: "shipping-cost", Reason: "price/shipping", Keywords: []string{"versandkosten", "porto", "versand", "shipping", "cost"},
			Question: Words{"Was kostet der Versand?", "What does shipping cost?"},
			Answer:   Words{"4,90 € innerhalb Deutschlands, sperrige Artikel auch. Rücksendungen sind frei.", "4.90 € within Germany, also for bulky goods. Returns are free."},
		},
	}
}

// templates are what agents answer with. The customer's name is personal: who
// sends it has to fill it in, or the customer source does.
func templates() []ticket.TemplateConfig {
	name := ticket.SlotConfig{Name: ticket.SlotCustomerName, Personal: true}
	order := ticket.SlotConfig{Name: "order"}
	return []ticket.TemplateConfig{
		{
			ID: "delay", Version: 1, Reasons: []ticket.Reason{"order/delayed"}, Slots: []ticket.SlotConfig{name, order, {Name: "carrier"}},
			Text: sla.Text{
				DE: "Guten Tag {{.customer_name}},\n\nSie haben recht: Bestellung {{.order}} sollte längst bei Ihnen sein, und das tut uns leid. Wir haben {{.carrier}} beauftragt, das Paket zu suchen, und melden uns bis morgen Mittag bei Ihnen.\n\nIhr Kundendienst",
				EN: "Hello {{.customer_name}},\n\nyou are right: order {{.order}} should have reached you long ago, and we are sorry. We have asked {{.carrier}} to trace the parcel and will come back to you by noon tomorrow.\n\nYour customer service",
			},
		},
		{
			ID: "return.label", Version: 1, Reasons: []ticket.Reason{"return"}, Slots: []ticket.SlotConfig{name, order},
			Text: sla.Text{
				DE: "Guten Tag {{.customer_name}},\n\ngern nehmen wir die Ware aus Bestellung {{.order}} zurück. Das Etikett hängt an; die Rücksendung kostet Sie nichts.\n\nIhr Kundendienst",
				EN: "Hello {{.customer_name}},\n\nwe are glad to take back the goods of order {{.order}}. The label is attached; returning is free.\n\nYour customer service",
			},
		},
		{
			ID: "withdrawal.receipt", Version: 1, Reasons: []ticket.Reason{"withdrawal"}, Slots: []ticket.SlotConfig{name, order},
			Text: sla.Text{
				DE: "Guten Tag {{.customer_name}},\n\nIhr Widerruf zu Bestellung {{.order}} ist eingegangen. Bitte senden Sie die Ware binnen 14 Tagen zurück. Sie erhalten alle Zahlungen zurück, auch die für die Standardlieferung.\n\nIhr Kundendienst",
				EN: "Hello {{.customer_name}},\n\nwe have received your withdrawal from order {{.order}}. Please send the goods back within 14 days. You get all payments back, that for standard delivery included.\n\nYour customer service",
			},
		},
		{
			ID: "damaged.choice", Version: 1, Reasons: []ticket.Reason{"return/damaged", "warranty", "defect"}, Slots: []ticket.SlotConfig{name, {Name: "product"}},
			Text: sla.Text{
				DE: "Guten Tag {{.customer_name}},\n\ndas tut uns sehr leid: {{.product}} sollte nicht so bei Ihnen ankommen. Möchten Sie ein neues Exemplar, oder sollen wir reparieren? Beides kostet Sie nichts.\n\nIhr Kundendienst",
				EN: "Hello {{.customer_name}},\n\nwe are very sorry: {{.product}} should not have reached you like that. Would you like a new one, or a repair? Either is free.\n\nYour customer service",
			},
		},
		{
			ID: "apology", Version: 1, Slots: []ticket.SlotConfig{name, {Name: "what"}},
			Text: sla.Text{
				DE: "Guten Tag {{.customer_name}},\n\n{{.what}} war unser Fehler, und wir bitten Sie um Entschuldigung. Wir bringen das in Ordnung.\n\nIhr Kundendienst",
				EN: "Hello {{.customer_name}},\n\n{{.what}} was our mistake, and we apologise. We put it right.\n\nYour customer service",
			},
		},
	}
}
