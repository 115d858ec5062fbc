package ticket

import "strings"

// inGerman reports whether a language tag asks for German; everything else
// gets English.
func inGerman(lang string) bool {
	primary, _, _ := strings.Cut(strings.ToLower(lang), "-")
	return primary == "de"
}

func pick(lang, de, en string) string {
	if inGerman(lang) {
		return de
	}
	return en
}

// ReminderText is the default text that reminds a customer of an open
// question. lang is a BCP 47 tag: German for "de", else English.
func ReminderText(lang string) string {
	return pick(lang,
		"Wir haben noch eine Frage an Sie und warten auf Ihre Antwort, damit wir weiterhelfen können.",
		"We still have a question for you and are waiting for your answer, so that we can go on helping you.")
}

// FollowUpText is the default text that asks after a solution whether all is
// well.
func FollowUpText(lang string) string {
	return pick(lang,
		"Ist alles zu Ihrer Zufriedenheit gelöst? Wenn nicht, antworten Sie einfach auf diese Nachricht.",
		"Is everything solved to your satisfaction? If not, simply answer this message.")
}

// Text says to people why something is refused. lang is a BCP 47 tag: German
// for "de", else English. A code of a host's own guard is returned as it is.
func (b Blocker) Text(lang string) string {
	texts, ok := blockerTexts()[b.Code]
	if !ok {
		texts, ok = concernTexts()[b.Code]
	}
	if !ok {
		return string(b.Code)
	}
	text := pick(lang, texts[0], texts[1])
	for k, v := range b.Params {
		text = strings.ReplaceAll(text, "{"+k+"}", v)
	}
	return text
}

func blockerTexts() map[Code][2]string {
	return map[Code][2]string{
		CodeTransition:     {"Das ist in diesem Zustand nicht möglich.", "This is not possible in this state."},
		CodeActor:          {"Dafür sind Sie nicht berechtigt.", "You are not allowed to do this."},
		CodeRole:           {"Dafür wird die Rolle {role} gebraucht.", "This takes the role {role}."},
		CodeOpenPromise:    {"Das Versprechen {promise} ist noch offen.", "The promise {promise} is still open."},
		CodeNoReply:        {"Der Kunde hat noch keine Antwort bekommen.", "The customer has had no answer yet."},
		CodeAssigned:       {"Das Ticket hat jetzt {assignee}.", "The ticket is now with {assignee}."},
		CodeWakePast:       {"Der Zeitpunkt {wake} liegt nicht in der Zukunft.", "The instant {wake} does not lie ahead."},
		CodeNotDue:         {"Dafür ist es nicht an der Zeit.", "It is not the time for this."},
		CodeNoSuchPromise:  {"Es gibt kein offenes Versprechen {promise}.", "There is no open promise {promise}."},
		CodeReasonRequired: {"Bitte nennen Sie den Grund.", "Please say why."},
		CodeBotReason:      {"Bots dürfen diesen Anlass nicht bearbeiten.", "Bots may not handle this reason."},
		CodeDisabled:       {"Das ist nicht eingeschaltet.", "This is not switched on."},
		CodeOtherCustomer:  {"Die Tickets gehören verschiedenen Kunden.", "The tickets belong to different customers."},
		CodeSameTicket:     {"Ein Ticket kann nicht in sich selbst aufgehen.", "A ticket cannot be merged into itself."},
		CodeSecondPerson:   {"Dafür braucht es eine zweite Person.", "This takes a second person."},
		CodeBlocked:        {"Der Kunde ist gesperrt.", "The customer is blocked."},
		CodeBlockList:      {"Die Sperrliste ist mit {max} Einträgen voll.", "The block list is full with {max} entries."},
		CodeField:          {"Das Feld {field} muss zuerst ausgefüllt werden.", "The field {field} must be filled in first."},
		CodeUnread:         {"Der Kunde hat inzwischen wieder geschrieben.", "The customer has written again since."},
	}
}

func concernTexts() map[Code][2]string {
	return map[Code][2]string{
		CodeOpenCallback:    {"Der Rückruf {callback} steht noch aus.", "The callback {callback} is still to be made."},
		CodeNoSuchCallback:  {"Es gibt keinen offenen Rückruf {callback}.", "There is no open callback {callback}."},
		CodeOpenPoint:       {"Der Punkt {point} der Beschwerde ist nicht beantwortet.", "The point {point} of the complaint has no answer."},
		CodeNoSuchPoint:     {"Es gibt keinen offenen Punkt {point}.", "There is no open point {point}."},
		CodeOpenPlaybook:    {"Im Ablauf {playbook} steht noch der Schritt {step} aus.", "The playbook {playbook} still has the step {step} to do."},
		CodePlaybookRunning: {"Der Ablauf {playbook} läuft schon.", "The playbook {playbook} runs already."},
		CodeNoPlaybook:      {"Es läuft kein Ablauf.", "No playbook runs."},
		CodeOtherStep:       {"An der Reihe ist der Schritt {step}.", "The step to do is {step}."},
		CodeStepRequired:    {"Der Schritt {step} kann nicht übersprungen werden.", "The step {step} cannot be skipped."},
		CodeSlotUnfilled:    {"In der Vorlage {template} ist {slot} nicht ausgefüllt.", "In the template {template}, {slot} is not filled in."},
		CodeLimit:           {"Mehr als {limit} sind nicht möglich ({what}).", "More than {limit} are not possible ({what})."},
		CodePhoneNotOffered: {"Ein Telefonat wurde noch nicht angeboten.", "The phone has not been offered yet."},
		CodePersonDecides:   {"Das muss ein Mensch entscheiden.", "A person has to decide this."},
		CodeBotDoubt:        {"Der Bot ist sich nicht sicher genug.", "The bot is not sure enough."},
		CodeBotTurns:        {"Der Bot hat schon {limit}-mal geantwortet.", "The bot has answered {limit} times already."},
	}
}

// PhoneOfferText is the default text that offers to talk on the phone where
// writing is stuck.
func PhoneOfferText(lang string) string {
	return pick(lang,
		"Am Telefon klärt sich das vielleicht leichter. Dürfen wir Sie anrufen, und wann passt es Ihnen?",
		"This may be easier to settle on the phone. May we call you, and when would suit you?")
}
