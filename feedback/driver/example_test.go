package driver_test

import (
	"fmt"

	"github.com/kulanz-go/kulanz/feedback/driver"
)

// Customers who waited long are less content. But those who waited are those whose
// goods were bad; among customers with goods alike, who waited for a thorough
// answer is the more content. The two readings disagree, and the report says so.
func ExampleMoments_Analyse() {
	m, err := driver.NewMoments("satisfaction", "wait", "goods")
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range 400 {
		goods := float64(i % 5)
		wait := 5 - goods + float64(i%3)
		if err := m.Add(1+goods+float64(i%7)/7+0.3*wait, wait, goods); err != nil {
			fmt.Println(err)
			return
		}
	}
	r := m.Analyse(driver.Options{})
	for _, d := range r.Drivers {
		fmt.Printf("%-5s  alone %+.2f (%+.2f to %+.2f)  beside others %+.2f (%+.2f to %+.2f)\n", d.Name,
			d.Correlation.Value, d.Correlation.Interval.Low, d.Correlation.Interval.High,
			d.Weight.Value, d.Weight.Interval.Low, d.Weight.Interval.High)
	}
	for _, w := range r.Warnings {
		fmt.Println(w.Driver+":", w.Code.Text("en"))
	}
	// Output:
	// wait   alone -0.69 (-0.74 to -0.64)  beside others +0.47 (+0.41 to +0.52)
	// goods  alone +0.93 (+0.92 to +0.95)  beside others +1.34 (+1.28 to +1.39)
	// wait: Correlation and regression disagree in sign.
}
