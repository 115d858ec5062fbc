package goodwill

import "strconv"

// Retention is a duty to keep what a grant has paid, as data.
type Retention struct {
	ID     string `json:"id"`
	Years  int    `json:"years"` // from the end of the year in which it was settled
	Source string `json:"source"`
}

// GermanRetention is what German law makes a shop keep of a payment: the entries
// are accounting records, to be kept for eight years from the end of the year in
// which they came about: § 257 (1) no. 4, (4), (5) HGB and § 147 (1) no. 4, (3),
// (4) AO, both as of 1 January 2025.
func GermanRetention() []Retention {
	return []Retention{
		{ID: "accounting", Years: 8, Source: "§ 257 (1) no. 4, (4) HGB; § 147 (1) no. 4, (3) AO"},
	}
}

// maxYears is the longest that anything is kept.
const maxYears = 100

func (c *compiler) retention(all []Retention) {
	seen := map[string]bool{}
	for i, r := range all {
		path := at("retention", i)
		c.unique(path+".id", r.ID, seen)
		if r.Years < 0 || r.Years > maxYears {
			c.add(path+".years", strconv.Itoa(r.Years), "is not from 0 to "+strconv.Itoa(maxYears))
		}
		if r.Source == "" {
			c.add(path+".source", "", "is missing")
		}
	}
}
