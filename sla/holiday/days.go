package holiday

import (
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// day is a feast, wherever it is kept.
type day struct {
	id   string
	name sla.Text
	when when
}

func newYear() day {
	return day{"new-year", sla.Text{DE: "Neujahr", EN: "New Year's Day"}, on(time.January, 1)}
}

func epiphany() day {
	return day{"epiphany", sla.Text{DE: "Heilige Drei Könige", EN: "Epiphany"}, on(time.January, 6)}
}

func womensDay() day {
	return day{"womens-day", sla.Text{DE: "Internationaler Frauentag", EN: "International Women's Day"}, on(time.March, 8)}
}

func goodFriday() day {
	return day{"good-friday", sla.Text{DE: "Karfreitag", EN: "Good Friday"}, afterEaster(-2)}
}

func easterSunday() day {
	return day{"easter-sunday", sla.Text{DE: "Ostersonntag", EN: "Easter Sunday"}, afterEaster(0)}
}

func easterMonday() day {
	return day{"easter-monday", sla.Text{DE: "Ostermontag", EN: "Easter Monday"}, afterEaster(1)}
}

func labourDay() day {
	return day{"labour-day", sla.Text{DE: "Tag der Arbeit", EN: "Labour Day"}, on(time.May, 1)}
}

func liberation() day {
	return day{"liberation-day", sla.Text{DE: "Tag der Befreiung", EN: "Liberation Day"}, on(time.May, 8)}
}

func ascension() day {
	return day{"ascension", sla.Text{DE: "Christi Himmelfahrt", EN: "Ascension Day"}, afterEaster(39)}
}

func whitSunday() day {
	return day{"whit-sunday", sla.Text{DE: "Pfingstsonntag", EN: "Whit Sunday"}, afterEaster(49)}
}

func whitMonday() day {
	return day{"whit-monday", sla.Text{DE: "Pfingstmontag", EN: "Whit Monday"}, afterEaster(50)}
}

func uprising() day {
	return day{"uprising-1953", sla.Text{
		DE: "75. Jahrestag des Volksaufstands vom 17. Juni 1953", EN: "75th anniversary of the uprising of 17 June 1953",
	}, on(time.June, 17)}
}

func corpusChristi() day {
	return day{"corpus-christi", sla.Text{DE: "Fronleichnam", EN: "Corpus Christi"}, afterEaster(60)}
}

func peaceFestival() day {
	return day{"peace-festival", sla.Text{DE: "Augsburger Hohes Friedensfest", EN: "Augsburg Peace Festival"}, on(time.August, 8)}
}

func assumption() day {
	return day{"assumption", sla.Text{DE: "Mariä Himmelfahrt", EN: "Assumption Day"}, on(time.August, 15)}
}

func childrensDay() day {
	return day{"childrens-day", sla.Text{DE: "Weltkindertag", EN: "World Children's Day"}, on(time.September, 20)}
}

func germanUnity() day {
	return day{"german-unity", sla.Text{DE: "Tag der Deutschen Einheit", EN: "Day of German Unity"}, on(time.October, 3)}
}

func reformation() day {
	return day{"reformation-day", sla.Text{DE: "Reformationstag", EN: "Reformation Day"}, on(time.October, 31)}
}

func allSaints() day {
	return day{"all-saints", sla.Text{DE: "Allerheiligen", EN: "All Saints' Day"}, on(time.November, 1)}
}

func repentance() day {
	return day{"repentance-day", sla.Text{DE: "Buß- und Bettag", EN: "Day of Repentance and Prayer"}, wednesdayBefore23November}
}

func christmas() day {
	return day{"christmas-day", sla.Text{DE: "Erster Weihnachtstag", EN: "Christmas Day"}, on(time.December, 25)}
}

func secondChristmas() day {
	return day{"second-christmas-day", sla.Text{DE: "Zweiter Weihnachtstag", EN: "Second Day of Christmas"}, on(time.December, 26)}
}
