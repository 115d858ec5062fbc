package demo

import (
	"fmt"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/ticket"
)

// customers is how many the shop knows.
const customers = 900

func agents() []Agent {
	return []Agent{
		{ID: "anna", Name: "Anna Brinkmann", Role: RoleLead, Skills: []string{"de", "en", "return", "order", "refund", "staff", "privacy", "withdrawal"}},
		{ID: "bilal", Name: "Bilal Yıldız", Role: RoleAgent, Skills: []string{"de", "en", "return", "order", "courier", "payment"}},
		{ID: "clara", Name: "Clara Hofstätter", Role: RoleAgent, Skills: []string{"de", "return", "product", "account", "withdrawal"}},
		{ID: "dmitri", Name: "Dmitri Lehmann", Role: RoleAgent, Skills: []string{"de", "en", "order", "product", "payment"}},
		{ID: "esra", Name: "Esra Kaplan", Role: RoleManager, Skills: []string{"de", "en"}},
	}
}

func forenames() []string {
	return strings.Fields("Anja Bernd Claudia David Elif Frank Greta Hannes Ines Jonas Katrin Lars Marie Nils Olga Paul Ruth Stefan Tanja " +
		"Uwe Vera Wolfgang Yasemin Ali Birgit Christoph Dana Emil Franziska Georg Heike Ivo Jana Karl Lena Mehmet Nora Oskar Petra Ralf " +
		"Sabine Thomas Ute Volker Wiebke Zoe")
}

func surnames() []string {
	return strings.Fields("Arslan Bauer Becker Berger Böhm Brandt Demir Dietrich Engel Fischer Frank Fuchs Graf Groß Günther Haas Hahn " +
		"Hartmann Heinrich Herrmann Hofmann Huber Jansen Jung Kaiser Keller Kern Köhler König Krämer Kühn Lang Lehmann Lorenz Ludwig " +
		"Maier Martin Möller Nowak Otto Peters Pohl Richter Roth Sauer Schäfer Schreiber Schulte Schuster Seidel Simon Sommer Stein " +
		"Thomas Vogel Voigt Wagner Weber Winkler Wolf Yilmaz Ziegler Zimmermann")
}

func cities() [][2]string {
	return [][2]string{
		{"10115", "Berlin"},
		{"20095", "Hamburg"},
		{"50667", "Köln"},
		{"80331", "München"},
		{"60311", "Frankfurt am Main"},
		{"70173", "Stuttgart"},
		{"44135", "Dortmund"},
		{"04109", "Leipzig"},
		{"28195", "Bremen"},
		{"01067", "Dresden"},
		{"48143", "Münster"},
		{"79098", "Freiburg"},
		{"24103", "Kiel"},
		{"99084", "Erfurt"},
		{"58095", "Hagen"},
	}
}

func streets() []string {
	return []string{"Gartenstraße", "Bahnhofstraße", "Lindenweg", "Schulstraße", "Am Mühlbach", "Rosenweg", "Hauptstraße", "Bergstraße"}
}

// people makes the customers.
func (g *generator) people() {
	for n := range customers {
		name := g.pick(forenames()) + " " + g.pick(surnames())
		city := cities()[g.random.IntN(len(cities()))]
		c := Customer{
			Ref: fmt.Sprintf("c%04d", n+1), Name: name, Language: "de", Channel: ticket.ChannelEmail,
			Email:    fmt.Sprintf("%s%d@post.example", mailbox(name), n+1),
			Phone:    fmt.Sprintf("+49 1511 %07d", g.random.IntN(10_000_000)),
			Street:   fmt.Sprintf("%s %d", g.pick(streets()), 1+g.random.IntN(120)),
			Postcode: city[0], City: city[1],
			Since:   g.from.Add(-time.Duration(g.random.IntN(1500*24)) * time.Hour),
			Segment: []Segment{SegmentNew, SegmentRegular, SegmentLoyal}[g.draw(weights{45, 40, 15})],
		}
		if g.chance(englishShare) {
			c.Language = "en"
		}
		if g.chance(0.25) {
			c.Channel = ticket.ChannelPhone
		}
		if g.chance(consentShare) {
			c.Consent = &feedback.Consent{Given: c.Since, Confirmed: c.Since.Add(20 * time.Minute), Text: "konto-7"}
		}
		g.world.byRef[c.Ref] = n
		g.world.Customers = append(g.world.Customers, c)
	}
}

// mailbox writes a name as the local part of an address.
func mailbox(name string) string {
	return strings.NewReplacer(" ", ".", "ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss").Replace(strings.ToLower(name))
}
