package holiday

import (
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// Austria returns the 13 public holidays of Austria: § 7 Abs. 2 ARG.
//
// Good Friday is not among them. Until 2018 § 7 Abs. 3 ARG gave it to members
// of four churches only; since BGBl. I Nr. 22/2019 (after CJEU C-193/17) it is
// nobody's holiday, and § 7a ARG lets each employee choose one "personal
// holiday" a year. Procedural deadlines (§ 126 ZPO, § 33 AVG) are shifted over
// Good Friday and 24 December all the same; add these with [With] where such
// deadlines are counted. The patron saints' days of the Länder close offices
// and schools, not shops, and are left out as well.
func Austria(opts ...Option) (*Region, error) {
	r := &Region{id: "AT", name: sla.Text{DE: "Österreich", EN: "Austria"}}
	for _, d := range austrianDays() {
		r.rules = append(r.rules, Rule{ID: d.id, Name: d.name, Source: "§ 7 Abs. 2 ARG", First: firstYear, when: d.when})
	}
	return r.with(opts)
}

func austrianDays() []day {
	return []day{
		newYear(),
		epiphany(),
		easterMonday(),
		labourDay().called("Staatsfeiertag", "National Holiday (Labour Day)"),
		ascension(),
		whitMonday(),
		corpusChristi(),
		assumption(),
		{"austria-national-day", sla.Text{DE: "Nationalfeiertag", EN: "Austrian National Day"}, on(time.October, 26)},
		allSaints(),
		{"immaculate-conception", sla.Text{DE: "Mariä Empfängnis", EN: "Immaculate Conception"}, on(time.December, 8)},
		christmas().called("Christtag", "Christmas Day"),
		secondChristmas().called("Stefanitag", "St Stephen's Day"),
	}
}

// called is the day under the name it has elsewhere.
func (d day) called(de, en string) day {
	d.name = sla.Text{DE: de, EN: en}
	return d
}
