package feedback_test

import (
	"fmt"

	"github.com/kulanz-go/kulanz/feedback"
)

// A week's answers to "would you recommend us". The same score of 6 answers and
// of 600 is not the same news.
func ExampleNewResult() {
	for _, counts := range [][]int64{
		{1, 0, 0, 0, 0, 0, 0, 2, 0, 3, 0},
		{100, 0, 0, 0, 0, 0, 0, 200, 0, 300, 0},
	} {
		summary, err := feedback.NewSummary(feedback.ScaleNPS(), counts, 0)
		if err != nil {
			fmt.Println(err)
			return
		}
		result, err := feedback.NewResult(feedback.ScaleNPS(), summary)
		if err != nil {
			fmt.Println(err)
			return
		}
		nps := result.NetScore(feedback.AdjustedWald, feedback.Level{})
		fmt.Printf("%d answers: NPS %.0f, 95 %% from %.0f to %.0f\n", nps.N, nps.Value, nps.Interval.Low, nps.Interval.High)
	}
	// Output:
	// 6 answers: NPS 33, 95 % from -27 to 71
	// 600 answers: NPS 33, 95 % from 27 to 39
}

// Two days, one of them corrected: what was added can be taken away again.
func ExampleSummary() {
	scale := feedback.ScaleCSAT5()
	monday, tuesday := feedback.Summary{}, feedback.Summary{}
	for _, score := range []int{5, 5, 4, 1} {
		if err := monday.Add(scale, score); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(tuesday.Add(scale, 3), tuesday.Add(scale, 6))
	wrong, right := feedback.Summary{}, feedback.Summary{}
	fmt.Println(wrong.Add(scale, 1), right.Add(scale, 5))
	fmt.Println(monday.Sub(&wrong), monday.Merge(&right), monday.Merge(&tuesday))
	fmt.Println(monday.N(), monday.Count(5), monday.Sub(&wrong))
	// Output:
	// <nil> feedback: score: "6" is no whole number from 1 to 5
	// <nil> <nil>
	// <nil> <nil> <nil>
	// 5 3 feedback: more would be taken away than was counted
}

// Did satisfaction rise? And how many answers would it take to see such a rise?
func ExampleCompareShares() {
	before, after := feedback.Proportion{Good: 820, N: 1000}, feedback.Proportion{Good: 850, N: 1000}
	d, _ := feedback.CompareShares(after, before, feedback.Level{})
	fmt.Printf("%+.1f points (%.1f to %.1f), p %.3f\n", 100*d.Difference, 100*d.Interval.Low, 100*d.Interval.High, d.NMinus1.P)
	n, err := feedback.ShareTest{P1: 0.82, P2: 0.85, Alpha: 0.05, Power: 0.8}.SampleSize()
	fmt.Println(n, "answers each", err)
	// Output:
	// +3.0 points (-0.3 to 6.3), p 0.071
	// 2402 answers each <nil>
}
