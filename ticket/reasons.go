package ticket

import (
	"slices"

	"github.com/kulanz-go/kulanz/sla"
)

// EcommerceReasons returns the built-in taxonomy of an online shop. The slice
// is the caller's to extend.
//
// Shares are measured: of 100 of the 17,182 contacts in the public "Shopzilla"
// data set of e-commerce support, so many came for the reason. Reasons without
// a share are not in that data; a shop under German law needs them: the right
// of withdrawal, the warranty, the law itself, and data protection, with the
// causes of complaint that shops tell apart.
func EcommerceReasons() []ReasonConfig {
	return slices.Concat(returnReasons(), orderReasons(), accountReasons(), rightsReasons(), complaintReasons())
}

func reason(code Reason, share float64, de, en string) ReasonConfig {
	return ReasonConfig{Code: code, Text: sla.Text{DE: de, EN: en}, Share: share}
}

func grievance(g Grievance, r ReasonConfig) ReasonConfig {
	r.Grievance = g
	return r
}

func returnReasons() []ReasonConfig {
	return []ReasonConfig{
		reason("return", 51, "Rückgabe", "return"),
		grievance(GrievanceCourier, reason("return/pickup", 26, "Abholung", "pick-up")),
		reason("return/request", 10, "Rückgabewunsch", "return request"),
		reason("return/fraud", 5, "Missbrauch oder Betrug", "abuse or fraud"),
		grievance(GrievanceDelivery, reason("return/missing_item", 3, "Artikel fehlt", "missing item")),
		grievance(GrievanceDelivery, reason("return/wrong_item", 3, "falscher Artikel", "wrong item")),
		grievance(GrievanceDefect, reason("return/warranty_repair", 2, "Reparatur auf Gewährleistung", "repair under warranty")),
		reason("return/exchange", 1, "Umtausch", "exchange"),
		grievance(GrievanceDefect, reason("return/damaged", 1, "beschädigt angekommen", "arrived damaged")),
		grievance(GrievancePayment, reason("refund", 5, "Erstattung", "refund")),
	}
}

func orderReasons() []ReasonConfig {
	return []ReasonConfig{
		grievance(GrievanceDelivery, reason("order", 27, "Bestellung und Lieferung", "order and delivery")),
		grievance(GrievanceSpeed, reason("order/delayed", 9, "Lieferung verspätet", "delivery delayed")),
		reason("order/status", 8, "Stand der Bestellung", "order status"),
		grievance(GrievanceService, reason("order/installation", 5, "Aufbau und Anschluss", "installation")),
		grievance(GrievancePayment, reason("order/invoice", 2, "Rechnung", "invoice")),
		grievance(GrievanceOptions, reason("order/cancelled_by_seller", 1, "vom Verkäufer storniert", "cancelled by the seller")),
		reason("order/modification", 1, "Änderung der Bestellung", "change of the order"),
		reason("cancellation", 3, "Stornierung", "cancellation"),
		grievance(GrievanceCourier, reason("courier", 0, "Zusteller", "courier")),
		reason("courier/lost", 0, "Sendung verloren", "parcel lost"),
		reason("courier/left", 0, "falsch abgestellt oder abgegeben", "left or handed over in the wrong place"),
		reason("courier/conduct", 0, "Verhalten des Zustellers", "conduct of the courier"),
	}
}

func accountReasons() []ReasonConfig {
	return []ReasonConfig{
		reason("product", 4, "Produktfrage", "product question"),
		reason("account", 3, "Kundenkonto", "account"),
		grievance(GrievancePayment, reason("payment", 3, "Zahlung", "payment")),
		reason("payment/failed", 0, "Zahlung fehlgeschlagen", "payment failed"),
		reason("payment/charged_twice", 0, "doppelt abgebucht", "charged twice"),
		grievance(GrievanceService, reason("staff", 3, "Beschwerde über Mitarbeiter", "complaint about staff")),
		grievance(GrievancePrice, reason("offers", 1, "Angebote und Gutscheine", "offers and vouchers")),
	}
}

func rightsReasons() []ReasonConfig {
	return []ReasonConfig{
		reason("withdrawal", 0, "Widerruf", "withdrawal"),
		reason("withdrawal/declared", 0, "Widerruf erklärt", "withdrawal declared"),
		grievance(GrievanceSpeed, reason("withdrawal/refund_open", 0, "Rückzahlung steht aus", "repayment outstanding")),
		grievance(GrievanceDefect, reason("warranty", 0, "Gewährleistung", "warranty")),
		reason("warranty/repair", 0, "Nachbesserung", "repair"),
		reason("warranty/replacement", 0, "Ersatzlieferung", "replacement"),
		reason("warranty/guarantee", 0, "Garantie des Herstellers", "guarantee of the maker"),
		reason("privacy", 0, "Datenschutz", "data protection"),
		reason("privacy/access", 0, "Auskunft über Daten", "access to data"),
		reason("privacy/erasure", 0, "Löschung von Daten", "erasure of data"),
		reason("legal", 0, "Rechtliches", "legal matter"),
		reason("legal/threat", 0, "Anwalt oder Klage angekündigt", "lawyer or lawsuit announced"),
	}
}

func complaintReasons() []ReasonConfig {
	return []ReasonConfig{
		grievance(GrievancePrice, reason("price", 0, "Preis und Kosten", "price and cost")),
		reason("price/shipping", 0, "Versandkosten", "shipping cost"),
		reason("price/changed", 0, "Preis geändert", "price changed"),
		grievance(GrievanceOptions, reason("options", 0, "Auswahl und Verfügbarkeit", "options and availability")),
		reason("options/out_of_stock", 0, "nicht lieferbar", "out of stock"),
		grievance(GrievanceSpeed, reason("speed", 0, "Geschwindigkeit", "speed")),
		reason("speed/no_answer", 0, "keine oder späte Antwort", "no answer, or a late one"),
		grievance(GrievanceQuality, reason("quality", 0, "Qualität", "quality")),
		reason("quality/not_as_described", 0, "anders als beschrieben", "not as described"),
		grievance(GrievanceDefect, reason("defect", 0, "Defekt", "defect")),
		reason("defect/safety", 0, "Gefahr oder Verletzung", "danger or injury"),
	}
}
