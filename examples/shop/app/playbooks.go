package app

import (
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// playbooks are the shop's standard procedures.
func playbooks() []ticket.PlaybookConfig {
	step := func(id, de, en string, required bool) ticket.StepConfig {
		return ticket.StepConfig{ID: id, Text: sla.Text{DE: de, EN: en}, Required: required}
	}
	return []ticket.PlaybookConfig{
		{ID: "late_parcel", Version: 1, Text: sla.Text{DE: "Paket zu spät", EN: "Parcel is late"}, Steps: []ticket.StepConfig{
			step("trace", "Sendung beim Paketdienst verfolgen", "Trace the parcel with the carrier", true),
			step("tell", "Kundin oder Kunden informieren, Termin zusagen", "Tell the customer and promise a date", true),
			step("replace", "Nach 5 Werktagen Ersatz senden oder erstatten", "After 5 working days replace or refund", false),
		}},
		{ID: "defect", Version: 1, Text: sla.Text{DE: "Ware mangelhaft", EN: "Defective goods"}, Steps: []ticket.StepConfig{
			step("photo", "Foto und Beschreibung des Mangels einholen", "Get a photo and a description", false),
			step("choice", "Wahl anbieten: Reparatur oder Ersatz (§ 439 BGB)", "Offer the choice: repair or replacement (section 439 BGB)", true),
			step("measure", "Mangel für die Produktpflege notieren", "Note the defect for product care", false),
		}},
	}
}
