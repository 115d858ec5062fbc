package quality_test

import (
	"fmt"
	"slices"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/quality"
)

// Two conversations of each agent are drawn. Nobody can pick, and who has the key
// can draw again.
func ExamplePlan_Draw() {
	plan := quality.Plan{Shop: "lampen", Round: "2026-W48", Each: 2}
	drawn, err := plan.Draw([]byte("a key of the shop's"), slices.Values([]quality.Candidate{
		{ID: "T1", Group: "ann"},
		{ID: "T2", Group: "ann"},
		{ID: "T3", Group: "ann"},
		{ID: "T4", Group: "bob"},
		{ID: "T5", Group: "bob"},
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range drawn {
		fmt.Printf("%s: %s, one of %d\n", d.Group, d.ID, d.Of)
	}
	// Output:
	// ann: T1, one of 3
	// ann: T3, one of 3
	// bob: T4, one of 2
	// bob: T5, one of 2
}

// Ann has 47 of 50, Bob 45 of 50: a list would put her first. Chance alone parts
// them as far, so they share their ranks; Cem's figures it does not explain.
func ExampleNewTable() {
	unit := func(name string, good, n int64) quality.Unit {
		return quality.Unit{Name: name, Strata: map[string]feedback.Proportion{"": {Good: good, N: n}}}
	}
	table, err := quality.NewTable([]quality.Unit{
		unit("ann", 47, 50), unit("bob", 45, 50), unit("cem", 29, 50), unit("new", 3, 3),
	}, quality.TableConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range table.Rows {
		fmt.Printf("%s: %.0f %%, to be thought %.0f %%, rank %d to %d\n",
			r.Name, 100*r.Crude.Value, 100*r.Shrunk.Value, r.Rank.From, r.Rank.To)
	}
	fmt.Println("too few to say:", table.TooFew)
	// Output:
	// ann: 94 %, to be thought 93 %, rank 1 to 2
	// bob: 90 %, to be thought 89 %, rank 1 to 2
	// cem: 58 %, to be thought 59 %, rank 3 to 3
	// too few to say: [new]
}
