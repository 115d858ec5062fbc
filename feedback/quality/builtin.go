package quality

import "slices"

// DefaultCatalogue returns the catalogue that comes with the package, for the
// written and spoken support of a German shop. It is a beginning: a shop adds
// what its own mistakes are.
func DefaultCatalogue() CatalogueConfig {
	return CatalogueConfig{ID: "support", Version: 1, Criteria: slices.Concat(criticalErrors(), majorErrors(), minorErrors())}
}

func criticalErrors() []Criterion {
	return []Criterion{
		{
			"privacy", Critical, "Personenbezogene Daten an Unbefugte gegeben",
			"Personal data given to somebody who may not have it", "privacy",
		},
		{
			"identity", Critical, "Identität vor Auskunft oder Änderung nicht geprüft",
			"Identity not checked before telling or changing something", "privacy",
		},
		{
			"right_denied", Critical, "Gesetzlichen Anspruch verneint oder verschwiegen",
			"A statutory right denied or kept quiet", "consumer_rights",
		},
		{
			"right_as_goodwill", Critical, "Gesetzlichen Anspruch als Kulanz bezeichnet",
			"A statutory right called goodwill", "consumer_rights",
		},
		{
			"beyond_authority", Critical, "Leistung über die eigene Befugnis hinaus zugesagt",
			"Something granted beyond one's authority", "authority",
		},
	}
}

func majorErrors() []Criterion {
	return []Criterion{
		{
			"wrong_fact", Major, "Falsche Auskunft zu Ware, Bestellung oder Lieferung",
			"Wrong about the goods, the order or the delivery", "product_knowledge",
		},
		{
			"point_open", Major, "Ein Punkt der Anfrage blieb unbeantwortet",
			"A point of the request was left unanswered", "answering",
		},
		{
			"not_understood", Major, "Am Anliegen vorbei geantwortet",
			"The answer misses the matter", "answering",
		},
		{
			"no_solution", Major, "Weder Lösung noch nächster Schritt genannt",
			"Neither a solution nor a next step", "answering",
		},
		{
			"promise_lost", Major, "Zusage gemacht, aber nicht eingetragen",
			"A promise made but not recorded", "follow_up",
		},
		{
			"blame", Major, "Dem Kunden oder Dritten die Schuld gegeben",
			"The customer or others blamed", "tone",
		},
		{
			"rude", Major, "Unhöflich, belehrend oder spöttisch",
			"Rude, lecturing or mocking", "tone",
		},
		{
			"no_apology", Major, "Eigenen Fehler nicht eingeräumt oder nicht bedauert",
			"An own mistake not admitted, or no apology", "tone",
		},
	}
}

func minorErrors() []Criterion {
	return []Criterion{
		{
			"asked_again", Minor, "Nach schon Bekanntem noch einmal gefragt",
			"Asked for what was known already", "follow_up",
		},
		{
			"wrong_reason", Minor, "Falscher Grund oder falsche Priorität eingetragen",
			"A wrong reason or priority recorded", "recording",
		},
		{
			"no_note", Minor, "Übergabe ohne Zusammenfassung",
			"Handed over without a summary", "recording",
		},
		{
			"language", Minor, "Schwer verständlich oder voller Fehler",
			"Hard to understand or full of mistakes", "writing",
		},
		{
			"template", Minor, "Textbaustein passt nicht oder hat leere Stellen",
			"The template does not fit or has blanks", "writing",
		},
		{
			"no_name", Minor, "Kunde nicht mit Namen angesprochen",
			"The customer not addressed by name", "tone",
		},
	}
}
