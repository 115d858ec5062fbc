package web

import "net/http"

// demand is one of the thirty-two things that shops ask of a support desk, and
// where it can be seen.
type demand struct {
	N      int
	DE, EN string
	Links  []string
}

func (s *Server) about(w http.ResponseWriter, _ *http.Request, v *view) error {
	return s.render(w, v, "customer_about", demands())
}

// demands are all of them, each with the pages that show it.
func demands() []demand {
	all := []demand{
		{DE: "Jede Anfrage wird festgehalten und verfolgt; niemand wird übersehen.", EN: "Every request is kept and followed up; nobody is overlooked.", Links: []string{"/desk", "/my"}},
		{DE: "Kundendaten sind zur Hand: Bestellungen, Wert, Verlauf, Sprache, Kanal.", EN: "Customer data at hand: orders, value, history, language, channel.", Links: []string{"/desk"}},
		{DE: "Alle Kanäle in einem System.", EN: "All channels in one system.", Links: []string{"/contact", "/desk", "/desk/manage"}},
		{DE: "Schnelle Antwort, ehrliche Wartezeit, Rückruf mit behaltenem Platz.", EN: "Fast reaction, honest waiting times, callbacks that keep the place.", Links: []string{"/", "/contact", "/my"}},
		{DE: "Bots nur für Einfaches, sonst schnell ein Mensch.", EN: "Bots for simple things only, else quickly a person.", Links: []string{"/contact"}},
		{DE: "Verteilung nach Können, Auslastung und Anwesenheit.", EN: "Distribution by skill, load and presence.", Links: []string{"/desk", "/desk/manage"}},
		{DE: "Zusagen werden gehalten.", EN: "Promises are kept.", Links: []string{"/my", "/desk"}},
		{DE: "Standardabläufe; aus Fehlern wird gelernt.", EN: "Standard procedures; errors are learned from.", Links: []string{"/desk", "/desk/manage"}},
		{DE: "Häufige Fragen und bekannte Antworten zuerst.", EN: "FAQ and known answers first.", Links: []string{"/", "/contact"}},
		{DE: "Beschwerden: zuhören, jeden Punkt beantworten, sich entschuldigen.", EN: "Complaints: listen, answer every point, apologise.", Links: []string{"/desk"}},
		{DE: "Ursachen von Beschwerden werden auseinandergehalten.", EN: "Causes of complaint are told apart.", Links: []string{"/contact", "/desk/manage"}},
		{DE: "Viele Nachrichten, eine Sache: alle bleiben, eine Antwort.", EN: "Many messages, one matter: all are kept, one answer.", Links: []string{"/desk"}},
		{DE: "Wenn Schreiben stockt: das Telefon.", EN: "When writing is stuck, the phone.", Links: []string{"/desk"}},
		{DE: "Kulanz wird nüchtern abgewogen.", EN: "Goodwill is weighed soberly.", Links: []string{"/desk", "/desk/manage"}},
		{DE: "Mitarbeitende dürfen entscheiden, in Grenzen.", EN: "Agents may decide, within limits.", Links: []string{"/desk"}},
		{DE: "Treuerabatt für Stammkunden, auch ohne Beschwerde.", EN: "Loyalty discounts for regulars, also without a complaint.", Links: []string{"/desk"}},
		{DE: "Rückgabe, Zahlung, Lieferung sind klar; Widerruf und Gewährleistung.", EN: "Return, payment and delivery are clear; withdrawal and warranty.", Links: []string{"/terms", "/withdrawal", "/desk"}},
		{DE: "Datenschutz: Auskunft, Löschung, Fristen.", EN: "Data protection: export, erasure, periods.", Links: []string{"/privacy", "/contact?reason=privacy/access"}},
		{DE: "Rechtliche Schritte nur als letztes Mittel.", EN: "Legal steps only as the last resort.", Links: []string{"/desk"}},
		{DE: "Sperren nur als letztes Mittel, unter Bedingungen.", EN: "Blocking only as the last resort, under conditions.", Links: []string{"/desk/manage"}},
		{DE: "Umfragen gleich nach dem Gespräch, kurz, selten und erlaubt.", EN: "Surveys right after the conversation: short, rare and lawful.", Links: []string{"/my"}},
		{DE: "CSAT und NPS, regelmäßig ausgewertet.", EN: "CSAT and NPS, regularly analysed.", Links: []string{"/desk/manage"}},
		{DE: "Mittelbare Zeichen: Wiederkauf und Abwanderung.", EN: "Indirect indicators: repurchase and churn.", Links: []string{"/desk/manage"}},
		{DE: "Segmente.", EN: "Segments.", Links: []string{"/desk/manage"}},
		{DE: "Ton der Kommentare; Häufigkeit der Beschwerden.", EN: "Tone of comments; frequency of complaints.", Links: []string{"/desk/manage"}},
		{DE: "Ergebnisse führen zu Maßnahmen, und jemand prüft sie.", EN: "Results lead to measures, and somebody checks them.", Links: []string{"/desk/manage"}},
		{DE: "Jede kritische Bewertung wird beantwortet.", EN: "Every critical review is answered.", Links: []string{"/review", "/desk"}},
		{DE: "Die Qualität der Arbeit wird bewertet.", EN: "The quality of the work is rated.", Links: []string{"/desk/manage"}},
		{DE: "Von sich aus melden, bevor jemand fragt.", EN: "Proactive service, before anybody asks.", Links: []string{"/desk"}},
		{DE: "Treue wird über die Zeit beobachtet.", EN: "Loyalty is watched over time.", Links: []string{"/desk/manage"}},
		{DE: "Zahlen für gerechte Prämien.", EN: "Figures for fair rewards.", Links: []string{"/desk/manage"}},
		{DE: "Zusammenarbeit: Übergaben, Notizen, keine zwei an einer Antwort.", EN: "Teamwork: hand-offs, notes, no two agents on one answer.", Links: []string{"/desk"}},
	}
	for i := range all {
		all[i].N = i + 1
	}
	return all
}
