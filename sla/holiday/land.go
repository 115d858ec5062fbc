package holiday

import (
	"slices"
	"strings"

	"github.com/kulanz-go/kulanz/sla"
)

// Land is a German Land by its ISO 3166-2 code, or communities of one that
// keep a holiday of their own, with an addition of ours to the code.
type Land string

// The 16 Länder.
const (
	BW Land = "DE-BW" // Baden-Württemberg
	BY Land = "DE-BY" // Bavaria without 15 August; see [BYCatholic]
	BE Land = "DE-BE" // Berlin
	BB Land = "DE-BB" // Brandenburg
	HB Land = "DE-HB" // Bremen
	HH Land = "DE-HH" // Hamburg
	HE Land = "DE-HE" // Hesse
	MV Land = "DE-MV" // Mecklenburg-Western Pomerania
	NI Land = "DE-NI" // Lower Saxony
	NW Land = "DE-NW" // North Rhine-Westphalia
	RP Land = "DE-RP" // Rhineland-Palatinate
	SL Land = "DE-SL" // Saarland
	SN Land = "DE-SN" // Saxony; see [SNBautzen]
	ST Land = "DE-ST" // Saxony-Anhalt
	SH Land = "DE-SH" // Schleswig-Holstein
	TH Land = "DE-TH" // Thuringia; see [THEichsfeld], [THUnstrutHainich] and [THWartburg]
)

// Communities with a holiday of their own.
const (
	Augsburg         Land = "DE-BY-A"     // the city: 8 and 15 August
	BYCatholic       Land = "DE-BY-KATH"  // Bavarian communities with a Catholic majority: 15 August
	BYProtestant     Land = "DE-BY-EVANG" // the other Bavarian communities; as [BY]
	SNBautzen        Land = "DE-SN-BZ"    // the Sorbian communities around Bautzen that keep Corpus Christi
	THEichsfeld      Land = "DE-TH-EIC"   // the district of Eichsfeld: Corpus Christi
	THUnstrutHainich Land = "DE-TH-UH"    // the communities of Unstrut-Hainich that keep Corpus Christi
	THWartburg       Land = "DE-TH-WAK"   // the communities of the Wartburg district that keep Corpus Christi
)

// Lands returns all Länder and communities, in order of their codes.
func Lands() []Land {
	places := lands()
	codes := make([]Land, len(places))
	for i, p := range places {
		codes[i] = p.code
	}
	slices.Sort(codes)
	return codes
}

// ParseLand reads the code of a Land, with or without "DE-" before it:
// "DE-NW" or "NW", "DE-BY-A" or "BY-A".
func ParseLand(code string) (Land, error) {
	land := Land(code)
	if !strings.HasPrefix(code, "DE-") {
		land = "DE-" + land
	}
	if _, ok := findLand(land); !ok {
		return "", unknownLand(code)
	}
	return land, nil
}

// UnmarshalText reads what [ParseLand] reads.
func (l *Land) UnmarshalText(text []byte) error {
	land, err := ParseLand(string(text))
	if err != nil {
		return err
	}
	*l = land
	return nil
}

func unknownLand(code string) error {
	return &sla.Fault{Path: "land", Value: code, Reason: `is no German Land like "DE-NW" nor one of the communities in Lands`}
}

// parent is the Land whose holidays these communities share: itself for a Land.
func (l Land) parent() Land { return l[:len(BW)] }

// land says what a Land is called and where its act lists the holidays.
type land struct {
	code Land
	name sla.Text
	act  string
}

func findLand(code Land) (land, bool) {
	all := lands()
	i := slices.IndexFunc(all, func(l land) bool { return l.code == code })
	if i < 0 {
		return land{}, false
	}
	return all[i], true
}

func lands() []land {
	const bayern, sachsen, thueringen = "Art. 1 Abs. 1 Nr. 1 BayFTG", "§ 1 SächsSFG", "§ 2 Abs. 1 ThürFGtG"
	return []land{
		{BW, sla.Text{DE: "Baden-Württemberg", EN: "Baden-Württemberg"}, "§ 1 FTG BW"},
		{BY, sla.Text{DE: "Bayern", EN: "Bavaria"}, bayern},
		{BE, sla.Text{DE: "Berlin", EN: "Berlin"}, "§ 1 Abs. 1 FeiertG BE"},
		{BB, sla.Text{DE: "Brandenburg", EN: "Brandenburg"}, "§ 2 FTG BB"},
		{HB, sla.Text{DE: "Bremen", EN: "Bremen"}, "§ 2 FeiertG HB"},
		{HH, sla.Text{DE: "Hamburg", EN: "Hamburg"}, "§ 1 FeiertG HH"},
		{HE, sla.Text{DE: "Hessen", EN: "Hesse"}, "§ 1 HFeiertagsG"},
		{MV, sla.Text{DE: "Mecklenburg-Vorpommern", EN: "Mecklenburg-Western Pomerania"}, "§ 2 FTG M-V"},
		{NI, sla.Text{DE: "Niedersachsen", EN: "Lower Saxony"}, "§ 2 NFeiertagsG"},
		{NW, sla.Text{DE: "Nordrhein-Westfalen", EN: "North Rhine-Westphalia"}, "§ 2 FeiertagsG NW"},
		{RP, sla.Text{DE: "Rheinland-Pfalz", EN: "Rhineland-Palatinate"}, "§ 2 LFtG RP"},
		{SL, sla.Text{DE: "Saarland", EN: "Saarland"}, "§ 2 SFG SL"},
		{SN, sla.Text{DE: "Sachsen", EN: "Saxony"}, sachsen},
		{ST, sla.Text{DE: "Sachsen-Anhalt", EN: "Saxony-Anhalt"}, "§ 2 FeiertG LSA"},
		{SH, sla.Text{DE: "Schleswig-Holstein", EN: "Schleswig-Holstein"}, "§ 2 SFTG SH"},
		{TH, sla.Text{DE: "Thüringen", EN: "Thuringia"}, thueringen},

		{Augsburg, sla.Text{DE: "Augsburg", EN: "Augsburg"}, bayern},
		{BYCatholic, sla.Text{DE: "Bayern (überwiegend katholische Gemeinden)", EN: "Bavaria (communities with a Catholic majority)"}, bayern},
		{BYProtestant, sla.Text{DE: "Bayern (übrige Gemeinden)", EN: "Bavaria (other communities)"}, bayern},
		{SNBautzen, sla.Text{DE: "Sachsen (Fronleichnamsgemeinden um Bautzen)", EN: "Saxony (Corpus Christi communities around Bautzen)"}, sachsen},
		{THEichsfeld, sla.Text{DE: "Thüringen (Landkreis Eichsfeld)", EN: "Thuringia (district of Eichsfeld)"}, thueringen},
		{THUnstrutHainich, sla.Text{DE: "Thüringen (Fronleichnamsgemeinden im Unstrut-Hainich-Kreis)", EN: "Thuringia (Corpus Christi communities of Unstrut-Hainich)"}, thueringen},
		{THWartburg, sla.Text{DE: "Thüringen (Fronleichnamsgemeinden im Wartburgkreis)", EN: "Thuringia (Corpus Christi communities of the Wartburg district)"}, thueringen},
	}
}
