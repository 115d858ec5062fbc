package web

import (
	"strings"

	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/pay"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/trend"
	"github.com/kulanz-go/kulanz/ticket"
)

// Facet names what answers are divided by.
func (v *view) Facet(facet string) string {
	return said(v, map[string]pair{
		"channel": {"Kanal", "Channel"}, "courier": {"Paketdienst", "Courier"}, "reason": {"Grund", "Reason"}, "segment": {"Kundengruppe", "Customer segment"},
	}, facet)
}

// Slice names one of the parts that answers are divided into.
func (v *view) Slice(facet, value string) string {
	switch facet {
	case "channel":
		return v.Channel(ticket.Channel(value))
	case "reason":
		return v.Reason(ticket.Reason(value))
	case "segment":
		return v.Segment(demo.Segment(value))
	case "courier":
		return strings.ToUpper(value[:min(1, len(value))]) + value[min(1, len(value)):]
	default:
		return value
	}
}

// Alarm says what a control chart found.
func (v *view) Alarm(e trend.Event) string {
	what := v.T("Alarm", "Alarm")
	if e.Kind == trend.Ended {
		what = v.T("Alarm beendet", "Alarm over")
	}
	side := v.T("auffällig niedrig", "conspicuously low")
	if e.Direction == trend.High {
		side = v.T("auffällig hoch", "conspicuously high")
	}
	return what + ": " + e.Bucket.String() + ", " + side
}

// MeasureKind names what a measure changes.
func (v *view) MeasureKind(k trend.MeasureKind) string {
	return said(v, map[trend.MeasureKind]pair{
		trend.MeasureProcess: {"Ablauf", "process"}, trend.MeasureProduct: {"Produkt", "product"}, trend.MeasureTraining: {"Schulung", "training"},
	}, k)
}

// Verdict says whether a measure worked.
func (v *view) Verdict(verdict trend.Verdict) string {
	return said(v, map[trend.Verdict]pair{
		trend.Worked: {"hat gewirkt", "worked"}, trend.DidNot: {"hat nicht gewirkt", "did not work"},
		trend.NotEnoughData: {"zu wenige Antworten für ein Urteil", "too few answers for a verdict"},
	}, verdict)
}

// CivilDay writes a day of the survey's.
func (v *view) CivilDay(d feedback.Day) string {
	from, _ := d.Bounds(v.server.app.Calendar.Zone())
	return v.Day(from)
}

// BlockKind names how far a block goes.
func (v *view) BlockKind(k ticket.BlockKind) string {
	return said(v, map[ticket.BlockKind]pair{
		ticket.BlockNewContact: {"keine neuen Anliegen", "no new matters"}, ticket.BlockAll: {"gar nichts", "nothing at all"},
	}, k)
}

// BlockReason names why somebody is blocked.
func (v *view) BlockReason(r ticket.BlockReason) string {
	return said(v, map[ticket.BlockReason]pair{
		ticket.BlockThreat: {"Drohung mit Gewalt", "threat of violence"}, ticket.BlockHarassment: {"Belästigung von Beschäftigten", "harassment of staff"},
		ticket.BlockHate: {"Hassrede", "hate speech"}, ticket.BlockFraud: {"nachgewiesener Betrug", "proven fraud"},
		ticket.BlockFlood: {"Nachrichtenflut ohne Anliegen", "messages without any matter"},
	}, r)
}

// Did says what a line of the audit log is about.
func (v *view) Did(what string) string {
	if second, ok := strings.CutPrefix(what, "renew block with "); ok {
		return v.T("Sperre verlängert, gemeinsam mit ", "block renewed, together with ") + v.Name(second)
	}
	return said(v, map[string]pair{
		"login": {"angemeldet", "signed in"}, "password": {"Passwort gewählt", "chose a password"}, "clock": {"Uhr gestellt", "set the clock"},
		"payments": {"Zahlungsdienst gestellt", "set the payment service"}, "sheet": {"Tabelle heruntergeladen", "downloaded a sheet"},
		"letter undelivered": {"Brief nicht zugestellt", "letter not delivered"},
		"export":             {"Auskunft erstellt", "exported all data"}, "erase": {"gelöscht", "erased"}, "unblock": {"Sperre aufgehoben", "block lifted"},
		"policy deadlines": {"Fristen geändert", "changed deadlines"}, "policy goodwill": {"Kulanz geändert", "changed goodwill"},
		"policy escalation": {"Eskalation geändert", "changed escalation"},
		"delivery retry":    {"Zustellung wiederholt", "delivery repeated"}, "delivery dismiss": {"Zustellung verworfen", "delivery dismissed"},
	}, what)
}

// Concerned says what a line of the audit log is about, where that is no reference.
func (v *view) Concerned(a store.Audit) string {
	switch {
	case a.What == "sheet" && a.About == "tickets":
		return v.T("Anfragen", "tickets")
	case a.What == "payments":
		return v.Conduct(pay.Conduct(a.About))
	case a.What == "clock":
		return a.About + "×"
	default:
		return a.About
	}
}

// Some writes a number with its noun.
func (v *view) Some(n int, oneDE, manyDE, oneEN, manyEN string) string {
	if n == 1 {
		return "1 " + v.T(oneDE, oneEN)
	}
	return v.number(float64(n)) + " " + v.T(manyDE, manyEN)
}
