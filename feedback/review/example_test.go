package review_test

import (
	"fmt"
	"time"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/review"
)

// A review with one star: when it is to be answered, and the skeleton of a reply.
func ExampleDraft() {
	r, err := review.Parse([]byte(`{"shop":"lampen","source":"google","external_id":"g-17","stars":1,
		"text":"Drei Wochen gewartet, dann war die Lampe kaputt.","language":"de","verified":"order","order":"4711","at":"2026-11-26T08:00:00Z"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	assessor, err := review.NewAssessor(nil, nil, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	a := assessor.Assess(&r)
	fmt.Println(a.Criticality, a.Topics, "until", review.DefaultTargets().Due(a.Criticality, r.At).Format(time.DateTime))
	draft := review.Draft(r.Language, a, review.Facts{Promises: &review.Promises{Made: 1, Kept: 0}})
	fmt.Println(draft)
	check := review.DraftCheck{Lang: "de", Visibility: review.Public, Criticality: a.Criticality}
	for _, w := range check.Check(draft) {
		fmt.Println(w.Code, draft[w.Start:w.End], w.Advice)
	}
	// Output:
	// critical [speed defect] until 2026-11-27 08:00:00
	// Guten Tag,
	//
	// danke, dass Sie uns das so offen sagen.
	//
	// Sie haben länger gewartet, als wir zugesagt hatten. Das war unser Fehler, und es tut uns leid.
	//
	// Sie haben defekte Ware bekommen. Das war unser Fehler, und es tut uns leid.
	//
	// Wir bitten um Entschuldigung. Das tun wir jetzt: {remedy}.
	//
	// Was wir Ihnen zu dieser Bestellung zugesagt haben, haben wir nicht eingehalten. Das war unser Fehler.
	//
	// Wenn damit nicht alles gut ist, erreichen Sie uns hier: {contact}
	// slot {remedy} Hier fehlt noch etwas.
	// slot {contact} Hier fehlt noch etwas.
}

// Nothing may be offered for a review.
func ExampleDraftCheck() {
	check := review.DraftCheck{Lang: "en", Visibility: review.Public}
	for _, w := range check.Check("We are sorry. If you change your review, we send a voucher.") {
		fmt.Println(w.Code, w.Blocks, w.Advice)
	}
	// Output: incentive true Nothing may be offered for a review.
}

// How a shop stands at one source, with how sure that is.
func ExampleTally() {
	var tally review.Tally
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	for i, stars := range []int{5, 5, 1, 4, 5, 1, 5, 2} {
		s := review.Seen{Source: "google", Stars: review.Stars(stars), Criticality: review.Praise, At: now.AddDate(0, 0, -10)}
		if stars <= 2 {
			s.Criticality = review.Critical
		}
		if i < 7 {
			s.Answered = s.At.Add(time.Duration(3+i) * time.Hour)
		}
		if err := tally.Add(s, review.DefaultTargets(), now); err != nil {
			fmt.Println(err)
			return
		}
	}
	list, err := tally.Reputations(feedback.Level{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range list {
		fmt.Printf("%s: %.1f stars (%.1f to %.1f) of %d; %.0f %% answered, half of them within %.0f hours\n",
			r.Source, r.Stars.Value, r.Stars.Interval.Low, r.Stars.Interval.High, r.N, 100*r.Answered.Value, r.Hours.Value)
	}
	// Output: google: 3.5 stars (2.0 to 5.0) of 8; 88 % answered, half of them within 6 hours
}
