package trend_test

import (
	"fmt"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/trend"
)

// A share that was 90 % falls to 84 % and stays there. No week alone is
// striking; the sum of them is.
func ExampleCUSUM() {
	base, _, err := trend.Freeze([]feedback.Proportion{{Good: 180, N: 200}, {Good: 270, N: 300}})
	if err != nil {
		fmt.Println(err)
		return
	}
	weeks := []feedback.Proportion{
		{Good: 91, N: 100}, {Good: 89, N: 100}, {Good: 84, N: 100}, {Good: 85, N: 100}, {Good: 83, N: 100}, {}, {Good: 84, N: 100},
	}
	list, err := base.Observations(weeks)
	if err != nil {
		fmt.Println(err)
		return
	}
	chart := trend.CUSUM{Target: base.Share(), K: 0.5, H: 4, Standardized: true}
	points, err := chart.Run(list)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, p := range points {
		if p.Signal != "" {
			fmt.Printf("week %d: %s, since after week %d\n", i+1, p.Signal, p.Since+1)
		}
	}
	length, err := chart.RunLength(1)
	fmt.Printf("a false alarm every %.0f weeks on average (%v)\n", length, err)
	// Output:
	// week 5: low, since after week 2
	// week 7: low, since after week 2
	// a false alarm every 168 weeks on average (<nil>)
}
