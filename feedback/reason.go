package feedback

// Code names what speaks against asking a customer, for machines.
type Code string

// The codes of what never ends for a matter.
const (
	CodeMoment       Code = "moment"
	CodeGuest        Code = "guest"
	CodeSpam         Code = "spam"
	CodeMerged       Code = "merged"
	CodeDuplicate    Code = "duplicate"
	CodeDispute      Code = "dispute"
	CodeBlocked      Code = "blocked"
	CodeUnreachable  Code = "unreachable"
	CodeAlreadyAsked Code = "already_asked"
	CodeObjection    Code = "objection"
	CodeWithdrawn    Code = "consent_withdrawn"
	CodeNoConsent    Code = "no_consent"
	CodeUnproven     Code = "consent_unproven"
	CodeConsentAge   Code = "consent_too_old"
	CodeNotCustomer  Code = "no_existing_customer"
	CodeNotSampled   Code = "not_sampled"
	CodeTooLate      Code = "too_late"
)

// The codes of what ends by itself.
const (
	CodeDelay         Code = "delay"
	CodeStillOpen     Code = "still_open"
	CodeOpenComplaint Code = "open_complaint"
	CodeCoolDown      Code = "cool_down"
	CodeCap           Code = "cap"
	CodeQuietHours    Code = "quiet_hours"
)

// codeText is a code in words.
type codeText struct {
	code   Code
	de, en string
}

func codeTexts() []codeText {
	return []codeText{
		{CodeMoment, "Zu diesem Anlass fragt die Regel nicht.", "The policy does not ask at this moment."},
		{CodeGuest, "Es ist kein Kunde bekannt, dessen Wünsche gelten.", "No customer is known whose wishes could be kept."},
		{CodeSpam, "Es ist Spam.", "It is spam."},
		{CodeMerged, "Der Vorgang ging in einem anderen auf.", "The matter was merged into another."},
		{CodeDuplicate, "Der Vorgang ist doppelt.", "The matter is a duplicate."},
		{CodeDispute, "Es wird gestritten.", "There is a dispute."},
		{CodeBlocked, "Der Kunde ist gesperrt.", "The customer is blocked."},
		{CodeUnreachable, "Der Kunde ist auf diesem Weg nicht zu erreichen.", "The customer cannot be reached this way."},
		{CodeAlreadyAsked, "Dazu wurde schon gefragt.", "This was asked about before."},
		{CodeObjection, "Der Kunde hat widersprochen.", "The customer objected."},
		{CodeWithdrawn, "Die Einwilligung wurde widerrufen.", "Consent was withdrawn."},
		{CodeNoConsent, "Es fehlt die Einwilligung.", "There is no consent."},
		{CodeUnproven, "Die Einwilligung lässt sich nicht nachweisen.", "Consent cannot be proved."},
		{CodeConsentAge, "Die Einwilligung ist älter, als die Regel erlaubt.", "Consent is older than the policy allows."},
		{
			CodeNotCustomer, "Die Voraussetzungen für Bestandskunden (§ 7 Abs. 3 UWG) fehlen.",
			"The conditions for existing customers (section 7(3) UWG) are not met.",
		},
		{CodeNotSampled, "Der Vorgang ist nicht in der Stichprobe.", "The matter is not in the sample."},
		{CodeTooLate, "Der Anlass liegt zu lange zurück.", "The moment is too long ago."},
		{CodeDelay, "Die Wartezeit nach dem Anlass läuft noch.", "The wait after the moment is not over."},
		{CodeStillOpen, "Der Vorgang ist noch offen.", "The matter is still open."},
		{CodeOpenComplaint, "Eine andere Beschwerde des Kunden ist offen.", "Another complaint of the customer is open."},
		{CodeCoolDown, "Der Kunde wurde vor kurzem gefragt.", "The customer was asked not long ago."},
		{CodeCap, "Der Kunde wurde in 30 Tagen oft genug gefragt.", "The customer was asked often enough within 30 days."},
		{CodeQuietHours, "Um diese Zeit wird nicht gestört.", "It is not the time to disturb."},
	}
}

// Codes returns every code, those that never end first.
func Codes() []Code {
	all := codeTexts()
	out := make([]Code, len(all))
	for i, t := range all {
		out[i] = t.code
	}
	return out
}

// Text says it in a sentence for agents, in German for "de" and its variants
// ("de-AT"), else in English.
func (c Code) Text(lang string) string {
	for _, t := range codeTexts() {
		switch {
		case t.code != c:
		case lang == "de" || len(lang) > 2 && lang[:3] == "de-":
			return t.de
		default:
			return t.en
		}
	}
	return string(c)
}
