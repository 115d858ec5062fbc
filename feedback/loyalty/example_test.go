package loyalty_test

import (
	"fmt"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/loyalty"
)

// 200 customers came within the month; they hide no loss.
func ExampleChurnOf() {
	churn, err := loyalty.ChurnOf(1000, 50, feedback.Level{})
	if err != nil {
		fmt.Println(err)
		return
	}
	month, year := churn.Rate, churn.Over(12)
	fmt.Printf("%.1f %% a month (%.1f to %.1f)\n", 100*month.Value, 100*month.Interval.Low, 100*month.Interval.High)
	fmt.Printf("%.0f %% a year (%.0f to %.0f)\n", 100*year.Value, 100*year.Interval.Low, 100*year.Interval.High)
	// Output:
	// 5.0 % a month (3.8 to 6.5)
	// 46 % a year (37 to 56)
}

// The customer of Fader, Hardie and Lee who bought twice more within 39 weeks.
func ExampleBGNBD() {
	cdnow := loyalty.BGNBD{R: 0.243, Alpha: 4.414, A: 0.793, B: 2.426}
	customer := loyalty.Purchases{Frequency: 2, Recency: 30.43, Age: 38.86}
	alive, err := cdnow.Alive(customer)
	if err != nil {
		fmt.Println(err)
		return
	}
	expected, err := cdnow.Expected(customer, 39)
	fmt.Printf("%.2f likely still a customer, %.3f purchases in 39 weeks (%v)\n", alive, expected, err)
	// Output: 0.73 likely still a customer, 1.226 purchases in 39 weeks (<nil>)
}
