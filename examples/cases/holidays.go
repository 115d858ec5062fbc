package main

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/holiday"
)

// holidayKind is the dates of the public holidays of the German Länder and
// of the communities that keep a day of their own. A case is a year of one.
func holidayKind() kind {
	return kind{
		name: "holidays",
		is:   func(top members) bool { return top.has("holidays") && !top.has("cases") },
		run:  runHolidays,
	}
}

func runHolidays(file []byte) ([]result, error) {
	var table struct {
		Holidays map[string]map[string][]sla.Date `json:"holidays"`
	}
	if err := json.Unmarshal(file, &table); err != nil {
		return nil, err
	}
	var results []result
	for _, code := range slices.Sorted(maps.Keys(table.Holidays)) {
		years := table.Holidays[code]
		for _, year := range slices.Sorted(maps.Keys(years)) {
			r := result{id: code + " " + year}
			checkHolidays(&r, code, year, years[year])
			results = append(results, r)
		}
	}
	return results, nil
}

func checkHolidays(r *result, code, year string, expected []sla.Date) {
	y, err := strconv.Atoi(year)
	if err != nil {
		r.failf("%q is no year", year)
		return
	}
	land, err := holiday.ParseLand(code)
	if err != nil {
		r.failf("%v", err)
		return
	}
	region, err := holiday.Germany(land)
	if err != nil {
		r.failf("%v", err)
		return
	}
	got := map[sla.Date]string{} // two holidays may fall on one date
	for _, h := range region.Holidays(y) {
		got[h.Date] = h.ID
	}
	for _, d := range expected {
		if _, ok := got[d]; !ok {
			r.failf("%s is missing", d)
		}
		delete(got, d)
	}
	for _, d := range slices.SortedFunc(maps.Keys(got), sla.Date.Compare) {
		r.failf("%s (%s) is too many", d, got[d])
	}
}
