package holiday

import (
	"slices"

	"github.com/kulanz-go/kulanz/sla"
)

// Germany returns the public holidays of a Land, or of the communities of one
// that keep a day of their own. A code that is none is an [sla.ErrInvalid].
func Germany(code Land, opts ...Option) (*Region, error) {
	place, ok := findLand(code)
	if !ok {
		return nil, unknownLand(string(code))
	}
	r := &Region{id: string(code), name: place.name}
	for _, p := range germanLaw() {
		rule := p.rule(place.act)
		if p.keptIn(code) {
			r.rules = append(r.rules, rule)
		}
		if p.local && slices.ContainsFunc(p.lands, func(l Land) bool { return l.parent() == code.parent() }) {
			r.local = append(r.local, rule)
		}
	}
	return r.with(opts)
}

// Common returns the holidays that all 16 Länder have: the nine that recur, 31
// October 2017, and the Buß- und Bettag until 1994.
func Common() *Region {
	r := &Region{id: "DE", name: sla.Text{DE: "Deutschland (bundesweite Feiertage)", EN: "Germany (nationwide holidays)"}}
	once := provision{day: reformation(), first: 2017, last: 2017, source: reformation2017}
	for _, p := range append(germanLaw(), once) {
		if p.lands == nil {
			r.rules = append(r.rules, p.rule("Feiertagsgesetze der 16 Länder"))
		}
	}
	return r
}

const reformation2017 = "Gesetze und Verordnungen der Länder zum 31. Oktober 2017 (500 Jahre Reformation)"

// provision says where a day is kept and in which years. Its source is the
// Land's own act unless it names another.
type provision struct {
	day         day
	lands       []Land // nil: all
	local       bool   // lands are communities, not whole Länder
	first, last int
	source      string
}

func (p provision) rule(act string) Rule {
	source := p.source
	if source == "" {
		source = act
	}
	return Rule{
		ID: p.day.id, Name: p.day.name, Source: source, First: max(p.first, firstYear), Last: p.last, when: p.day.when,
	}
}

func (p provision) keptIn(code Land) bool {
	return p.lands == nil || slices.Contains(p.lands, code) || slices.Contains(p.lands, code.parent())
}

// germanLaw is the holiday law of the Länder since 1991.
//
// Sources: the 16 acts as cited in lands, as of November 2026; § 58 Abs. 2 SGB XI
// for the end of the Buß- und Bettag outside Saxony.
func germanLaw() []provision {
	return []provision{
		{day: newYear()},
		{day: epiphany(), lands: []Land{BW, BY, ST}},
		{day: womensDay(), lands: []Land{BE}, first: 2019, source: "§ 1 Abs. 1 Nr. 2 FeiertG BE (GVBl. 2019 S. 22)"},
		{day: womensDay(), lands: []Land{MV}, first: 2023},
		{day: goodFriday()},
		{day: easterSunday(), lands: []Land{BB}},
		{day: easterMonday()},
		{day: labourDay()},
		{day: liberation(), lands: []Land{BE}, first: 2020, last: 2020, source: "§ 1 Abs. 1 FeiertG BE (GVBl. 2019 S. 22)"},
		{day: liberation(), lands: []Land{BE}, first: 2025, last: 2025},
		{day: ascension()},
		{day: whitSunday(), lands: []Land{BB}},
		{day: whitMonday()},
		{day: uprising(), lands: []Land{BE}, first: 2028, last: 2028},
		{day: corpusChristi(), lands: []Land{BW, BY, HE, NW, RP, SL}},
		{day: corpusChristi(), lands: []Land{SNBautzen}, local: true, source: "§ 1 SächsSFG, Fronleichnamsverordnung"},
		{
			day: corpusChristi(), lands: []Land{THEichsfeld, THUnstrutHainich, THWartburg}, local: true,
			source: "§ 2 Abs. 2, § 10 Abs. 1 ThürFGtG",
		},
		{day: peaceFestival(), lands: []Land{Augsburg}, local: true, source: "Art. 1 Abs. 2 BayFTG"},
		{day: assumption(), lands: []Land{SL}},
		{day: assumption(), lands: []Land{BYCatholic, Augsburg}, local: true, source: "Art. 1 Abs. 1 Nr. 2 BayFTG"},
		{day: childrensDay(), lands: []Land{TH}, first: 2019},
		{day: germanUnity(), source: "Art. 2 Abs. 2 Einigungsvertrag"},
		{day: reformation(), lands: []Land{BB, MV, SN, ST, TH}},
		{day: reformation(), lands: []Land{BW, BY, BE, HB, HH, HE, NI, NW, RP, SL, SH}, first: 2017, last: 2017, source: reformation2017},
		{day: reformation(), lands: []Land{HB, HH, NI, SH}, first: 2018},
		{day: allSaints(), lands: []Land{BW, BY, NW, RP, SL}},
		{day: repentance(), last: 1994},
		{day: repentance(), lands: []Land{SN}, first: 1995},
		{day: christmas()},
		{day: secondChristmas()},
	}
}
