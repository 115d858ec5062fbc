package web

import (
	"strconv"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/escalation"
	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/feedback/tone"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// pair is a text in German and English.
type pair [2]string

// said returns a text of a table, or the code where there is none: a new code is
// shown rather than hidden.
func said[K ~string](v *view, table map[K]pair, code K) string {
	if p, ok := table[code]; ok {
		return v.T(p[0], p[1])
	}
	return string(code)
}

// Name is that of an agent.
func (v *view) Name(id string) string {
	for _, a := range v.server.app.Agents() {
		if a.ID == id {
			return a.Name
		}
	}
	return id
}

// Role names a role.
func (v *view) Role(role string) string {
	return said(v, map[string]pair{
		string(demo.RoleAgent): {"Team", "agent"}, string(demo.RoleLead): {"Teamleitung", "team lead"}, string(demo.RoleManager): {"Geschäftsleitung", "manager"},
	}, role)
}

// State names a state of a ticket.
func (v *view) State(s ticket.State) string {
	return said(v, map[ticket.State]pair{
		ticket.StateNew: {"neu", "new"}, ticket.StateBot: {"beim Assistenten", "with the assistant"}, ticket.StateOpen: {"in Bearbeitung", "in progress"},
		ticket.StateWaitingCustomer: {"wartet auf Kundschaft", "waits for the customer"}, ticket.StateWaitingThird: {"wartet auf Dritte", "waits for somebody else"},
		ticket.StateSnoozed: {"zurückgestellt", "put aside"}, ticket.StateResolved: {"gelöst", "solved"}, ticket.StateClosed: {"abgeschlossen", "closed"},
		ticket.StateSpam: {"Spam", "spam"}, ticket.StateMerged: {"zusammengeführt", "merged"}, ticket.StateErased: {"gelöscht", "erased"},
	}, s)
}

// Priority names how much a ticket presses.
func (v *view) Priority(p ticket.Priority) string {
	return said(v, map[ticket.Priority]pair{
		ticket.PriorityLow: {"niedrig", "low"}, ticket.PriorityNormal: {"normal", "normal"}, ticket.PriorityHigh: {"hoch", "high"}, ticket.PriorityUrgent: {"dringend", "urgent"},
	}, p)
}

// Channel names a way of writing.
func (v *view) Channel(c ticket.Channel) string {
	return said(v, map[ticket.Channel]pair{
		ticket.ChannelEmail: {"E-Mail", "e-mail"}, ticket.ChannelPhone: {"Telefon", "phone"}, ticket.ChannelForm: {"Formular", "form"}, ticket.ChannelChat: {"Chat", "chat"},
		ticket.ChannelMessenger: {"Messenger", "messenger"}, ticket.ChannelSocial: {"soziales Netz", "social network"}, ticket.ChannelReview: {"Bewertung", "review"},
		ticket.ChannelMarketplace: {"Marktplatz", "marketplace"}, ticket.ChannelLetter: {"Brief", "letter"}, ticket.ChannelSMS: {"SMS", "SMS"},
	}, c)
}

// Both chooses from a text of the library's.
func (v *view) Both(t sla.Text) string { return v.T(t.DE, t.EN) }

// Asked names what a path of a case is about.
func (v *view) Asked(path string) string { return v.Both(order.PathText(path)) }

// Ahead tells what escalation has done and will do.
func (v *view) Ahead(x escalation.Explanation) string {
	return v.Both(x.Text(v.server.app.Calendar.Zone()))
}

// Metric names a deadline.
func (v *view) Metric(m sla.Metric) string { return v.Both(m.Text()) }

// Standing names how a deadline stands.
func (v *view) Standing(s sla.State) string { return v.Both(s.Text()) }

// Used is how many percent of a deadline are used up, at most 100.
func (v *view) Used(s sla.Status) int64 {
	if s.Target <= 0 {
		return 100
	}
	return int64(max(0, min(100, 100*s.Elapsed/s.Target)))
}

// Tone names the tone of a text.
func (v *view) Tone(l tone.Label) string {
	return said(v, map[tone.Label]pair{
		tone.Positive: {"freundlich", "positive"}, tone.Negative: {"verärgert", "negative"}, tone.Neutral: {"sachlich", "neutral"},
		tone.Unknown: {"unklar", "unclear"},
	}, l)
}

// Segment names how much a customer buys.
func (v *view) Segment(s demo.Segment) string {
	return said(v, map[demo.Segment]pair{
		demo.SegmentNew: {"neu", "new"}, demo.SegmentRegular: {"kauft öfter", "buys now and then"}, demo.SegmentLoyal: {"treu", "loyal"},
	}, s)
}

// Resolution names how a matter ended.
func (v *view) Resolution(r ticket.Resolution) string { return said(v, resolutions(), r) }

func resolutions() map[ticket.Resolution]pair {
	return map[ticket.Resolution]pair{
		ticket.ResolvedAnswered: {"beantwortet", "answered"}, ticket.ResolvedReplaced: {"ersetzt", "replaced"}, ticket.ResolvedRefunded: {"erstattet", "refunded"},
		ticket.ResolvedGoodwill: {"Kulanz", "goodwill"}, ticket.ResolvedMisunder: {"Missverständnis", "misunderstanding"}, ticket.ResolvedAgreement: {"geeinigt", "settled by agreement"},
		ticket.ResolvedRuleUpheld: {"Regel erklärt und beibehalten", "rule explained and upheld"}, ticket.ResolvedNotOurFault: {"nicht unser Fehler", "not our fault"},
		ticket.ResolvedDuplicate: {"doppelt", "duplicate"}, ticket.ResolvedWithdrawn: {"zurückgezogen", "withdrawn"}, ticket.ResolvedNoReply: {"keine Antwort", "no reply"},
	}
}

func happenings() map[ticket.EventKind]pair {
	return map[ticket.EventKind]pair{
		ticket.EventCreate: {"eröffnet", "opened"}, ticket.EventBotTake: {"an den Assistenten gegeben", "given to the assistant"}, ticket.EventHandOff: {"an einen Menschen übergeben", "handed to a person"},
		ticket.EventAccept: {"übernommen", "accepted"}, ticket.EventAskCustomer: {"Rückfrage an die Kundschaft", "asked the customer"}, ticket.EventWaitThird: {"wartet auf Dritte", "waits for somebody else"},
		ticket.EventSnooze: {"zurückgestellt", "put aside"}, ticket.EventWake: {"die Wartezeit ist um", "the wait is over"}, ticket.EventThirdPartyUpdate: {"Nachricht von Dritten", "news from somebody else"},
		ticket.EventCustomerMessage: {"Nachricht der Kundschaft", "message of the customer"}, ticket.EventAutoReply: {"automatische Antwort", "automatic reply"}, ticket.EventBounce: {"unzustellbar", "bounced"},
		ticket.EventReply: {"Antwort", "reply"}, ticket.EventBotReply: {"Antwort des Assistenten", "reply of the assistant"}, ticket.EventNote: {"Notiz", "note"}, ticket.EventReminder: {"Erinnerung", "reminder"},
		ticket.EventFollowUp: {"Nachfrage", "follow-up"}, ticket.EventTag: {"Schlagworte geändert", "tags changed"}, ticket.EventLink: {"verknüpft", "linked"}, ticket.EventPromise: {"Zusage gemacht", "promise made"},
		ticket.EventKeepPromise: {"Zusage gehalten", "promise kept"}, ticket.EventBreakPromise: {"Zusage nicht gehalten", "promise broken"}, ticket.EventEscalate: {"eskaliert", "escalated"},
		ticket.EventAssign: {"zugewiesen", "assigned"}, ticket.EventUnassign: {"abgegeben", "unassigned"}, ticket.EventSet: {"Angaben geändert", "details changed"}, ticket.EventResolve: {"gelöst", "resolved"},
		ticket.EventBotResolve: {"vom Assistenten gelöst", "resolved by the assistant"}, ticket.EventAutoResolve: {"mangels Antwort gelöst", "resolved for want of an answer"}, ticket.EventConfirm: {"Lösung bestätigt", "solution confirmed"},
		ticket.EventAutoClose: {"abgeschlossen", "closed"}, ticket.EventReopen: {"wieder geöffnet", "reopened"}, ticket.EventMerge: {"mit einem anderen zusammengeführt", "merged into another"},
		ticket.EventUnmerge: {"Zusammenführung aufgehoben", "merge undone"}, ticket.EventAbsorb: {"hat ein anderes aufgenommen", "took another in"}, ticket.EventRelease: {"hat das andere abgegeben", "let the other go"},
		ticket.EventMarkSpam: {"als Spam markiert", "marked as spam"}, ticket.EventNotSpam: {"doch kein Spam", "no spam after all"}, ticket.EventErase: {"gelöscht", "erased"}, ticket.EventRecord: {"vermerkt", "recorded"},
		ticket.EventRequestCallback: {"Rückruf gewünscht", "callback asked for"}, ticket.EventCallbackDue: {"Rückruf ist fällig", "callback is due"}, ticket.EventCall: {"Anruf", "call"},
		ticket.EventCancelCallback: {"Rückruf abgesagt", "callback cancelled"}, ticket.EventAddPoint: {"Beschwerdepunkt", "point of complaint"}, ticket.EventAnswerPoint: {"Beschwerdepunkt beantwortet", "point answered"},
		ticket.EventStartPlaybook: {"Ablauf begonnen", "playbook started"}, ticket.EventAdvancePlaybook: {"Schritt erledigt", "step done"}, ticket.EventSkipStep: {"Schritt ausgelassen", "step skipped"},
		ticket.EventStopPlaybook: {"Ablauf abgebrochen", "playbook stopped"}, ticket.EventAcknowledge: {"Eingang bestätigt", "receipt acknowledged"}, ticket.EventAck: {"Eskalation gesehen", "escalation acknowledged"},
		ticket.EventUnack: {"Eskalation wieder offen", "escalation open again"}, ticket.EventDocumentAbuse: {"Missbrauch festgehalten", "abuse documented"}, ticket.EventOfferPhone: {"Gespräch angeboten", "call offered"},
		ticket.EventAcceptPhone: {"Gespräch angenommen", "call accepted"}, ticket.EventDeclinePhone: {"Gespräch abgelehnt", "call declined"}, ticket.EventRecordDispute: {"Streitschritt vermerkt", "step of a dispute noted"}, ticket.EventApprove: {"genehmigt", "approved"},
	}
}

// entry is one line of the timeline.
type entry struct {
	At     time.Time
	Who    string
	What   string
	Detail string
	Text   string // what was written
	Kind   string // how it looks: shop, note, or neither
	Files  []ticket.Attachment
	Quiet  bool // of the machine's own
}

// entry tells an event in words.
func (v *view) entry(e ticket.Event) entry {
	x := entry{At: e.At, Who: v.who(e.Actor), What: said(v, happenings(), e.Kind), Detail: v.detail(e), Quiet: e.Kind == ticket.EventRecord}
	if m := e.Message(); m != nil {
		x.Text, x.Files = m.Text, m.Attachments
	}
	switch {
	case x.Text == "" || e.Actor.Kind == ticket.ActorCustomer:
	case e.Public():
		x.Kind = "shop"
	default:
		x.Kind = "note"
	}
	if e.From != "" && e.To != e.From {
		x.Detail = strings.TrimSpace(x.Detail + " (" + v.State(e.From) + " → " + v.State(e.To) + ")")
	}
	return x
}

func (v *view) who(by ticket.By) string {
	switch by.Kind {
	case ticket.ActorAgent:
		return v.Name(by.ID)
	case ticket.ActorCustomer:
		return v.T("Kundin oder Kunde", "customer")
	case ticket.ActorBot:
		return v.T("Assistent", "assistant")
	case ticket.ActorSystem:
		return v.T("System", "system")
	default:
		return string(by.Kind)
	}
}

// detail is what an event says beyond its kind and its message.
func (v *view) detail(e ticket.Event) string {
	switch b := e.Body.(type) {
	case ticket.Assigned:
		return v.join(v.Name(b.Assignee), b.Team)
	case ticket.Waited:
		return v.join(b.Party, b.Reason, v.until(b.Wake))
	case ticket.Promised:
		return v.join(b.Promise.Text, v.until(b.Promise.Due))
	case ticket.PromiseEnded:
		return b.Reason
	case ticket.Escalated:
		return v.join(b.Reason, b.Team)
	case ticket.Solved:
		return v.Resolution(b.Code)
	case ticket.Reopened:
		return b.Reason
	case ticket.Merged:
		return b.Reason
	case ticket.Tagged:
		return v.join(prefixed("+", b.Add), prefixed("−", b.Remove))
	case ticket.Changed:
		return v.changed(b)
	default:
		return v.concern(e)
	}
}

// concern is detail for calls, points and playbooks.
func (v *view) concern(e ticket.Event) string {
	switch b := e.Body.(type) {
	case ticket.CallbackRequested:
		return v.join(b.Callback.About, v.Time(b.Callback.From), v.until(b.Callback.To))
	case ticket.Called:
		return v.join(b.Outcome.Text(v.Lang), b.Note)
	case ticket.CallbackCancelled:
		return b.Reason
	case ticket.PointAdded:
		return b.Point.Text
	case ticket.PointAnswered:
		return b.Text
	case ticket.PlaybookStarted:
		return b.ID
	case ticket.StepDone:
		return v.join(b.Step, b.Reason)
	case ticket.PlaybookStopped:
		return b.Reason
	case ticket.HandedOff:
		return b.Summary
	case ticket.Recorded:
		return v.recorded(b)
	default:
		return ""
	}
}

func (v *view) recorded(b ticket.Recorded) string {
	switch {
	case b.Alert != nil:
		return v.join(v.T("Frist", "deadline"), v.Metric(b.Alert.Metric))
	case b.Step != nil:
		return v.join(v.T("Eskalationsstufe", "escalation step"), b.Step.Key, b.Step.Status)
	default:
		return string(b.What)
	}
}

func (v *view) changed(b ticket.Changed) string {
	var parts []string
	if b.Priority != nil {
		parts = append(parts, v.Priority(*b.Priority))
	}
	if b.Reason != nil {
		parts = append(parts, v.Reason(*b.Reason))
	}
	if b.Subject != nil {
		parts = append(parts, *b.Subject)
	}
	parts = append(parts, b.Orders...)
	if n := len(b.Fields); n > 0 {
		parts = append(parts, strconv.Itoa(n)+" "+v.T("Felder", "fields"))
	}
	return v.join(parts...)
}

func (v *view) until(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return v.T("bis ", "until ") + v.Time(t)
}

func (v *view) join(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, ", ")
}

func prefixed(sign string, all []string) string {
	if len(all) == 0 {
		return ""
	}
	return sign + strings.Join(all, " "+sign)
}
