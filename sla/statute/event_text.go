package statute

import "github.com/kulanz-go/kulanz/sla"

// Text names the event in German and English; a host's own goes by its code.
func (e Event) Text() sla.Text {
	for _, n := range [...]struct {
		event Event
		name  sla.Text
	}{
		{ClaimArose, sla.Text{DE: "Anspruch entstanden und bekannt", EN: "claim arose and known"}},
		{ContractConcluded, sla.Text{DE: "Vertragsschluss", EN: "contract concluded"}},
		{CuredItemReturned, sla.Text{DE: "nachgebesserte oder ersetzte Ware übergeben", EN: "cured goods handed back"}},
		{Debited, sla.Text{DE: "Konto belastet", EN: "account debited"}},
		{DefectShown, sla.Text{DE: "Mangel gezeigt", EN: "defect shown"}},
		{Delivered, sla.Text{DE: "Ware abgeliefert", EN: "goods delivered"}},
		{Discrimination, sla.Text{DE: "Benachteiligung", EN: "discrimination"}},
		{DispatchProved, sla.Text{DE: "Absendung nachgewiesen", EN: "dispatch proved"}},
		{DocumentCreated, sla.Text{DE: "Unterlage entstanden", EN: "document created"}},
		{DueDate, sla.Text{DE: "Fälligkeit", EN: "claim due"}},
		{GoodsReceived, sla.Text{DE: "Ware erhalten", EN: "goods received"}},
		{GoodsReturned, sla.Text{DE: "Ware zurückerhalten", EN: "goods returned"}},
		{InstructionGiven, sla.Text{DE: "über den Widerruf belehrt", EN: "instruction given"}},
		{InvoiceReceived, sla.Text{DE: "Rechnung erhalten", EN: "invoice received"}},
		{OffenderKnown, sla.Text{DE: "Tat und Täter bekannt", EN: "act and offender known"}},
		{PickupOffered, sla.Text{DE: "Abholung angeboten", EN: "pickup offered"}},
		{Provided, sla.Text{DE: "digitales Produkt bereitgestellt", EN: "digital product provided"}},
		{ReductionOrTermination, sla.Text{DE: "Minderung oder Beendigung erklärt", EN: "reduction or termination received"}},
		{RequestReceived, sla.Text{DE: "Ersuchen eingegangen", EN: "request received"}},
		{RiskPassed, sla.Text{DE: "Gefahr übergegangen", EN: "risk passed"}},
		{Terminated, sla.Text{DE: "Vertrag beendet", EN: "contract terminated"}},
		{VoucherIssued, sla.Text{DE: "Gutschein ausgestellt", EN: "voucher issued"}},
		{WithdrawalDispatched, sla.Text{DE: "Widerruf abgesandt", EN: "withdrawal dispatched"}},
		{WithdrawalReceived, sla.Text{DE: "Widerruf zugegangen", EN: "withdrawal received"}},
	} {
		if n.event == e {
			return n.name
		}
	}
	return sla.Text{DE: string(e), EN: string(e)}
}
