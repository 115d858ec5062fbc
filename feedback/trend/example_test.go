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

// A report of one question: all answers, and channels beside each other. Phone
// has too few answers to be shown, and email is hidden with it, or phone would be
// the total less the others.
func ExampleNewReport() {
	survey, err := feedback.NewSurvey(feedback.SurveyConfig{ID: "after-ticket", Questions: []feedback.Question{
		{ID: "csat", About: feedback.AspectService, Scale: feedback.ScaleCSAT5().Config()},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	rows := func(yield func(feedback.Row, error) bool) { // as Desk.Rows returns them
		for _, r := range []struct {
			channel string
			counts  []int64
		}{{"", []int64{20, 3, 7, 60, 160}}, {"chat", []int64{4, 1, 3, 40, 130}}, {"email", []int64{15, 2, 4, 19, 29}}, {"phone", []int64{1, 0, 0, 1, 1}}} {
			summary, err := feedback.NewSummary(feedback.ScaleCSAT5(), r.counts, 0)
			key := feedback.Key{Shop: "demo", Survey: "after-ticket", Question: "csat", Day: 20_000}
			if r.channel != "" {
				key.Segment = feedback.Segment{Facet: "channel", Value: r.channel}
			}
			if !yield(feedback.Row{Key: key, Summary: summary}, err) {
				return
			}
		}
	}
	report, err := trend.NewReport(survey, rows, trend.ReportConfig{Unit: feedback.UnitMonth})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, q := range report.Questions {
		top := q.All.TopBox
		fmt.Printf("%s: %.0f %% satisfied (%.0f to %.0f) of %d\n", q.ID, 100*top.Value, 100*top.Interval.Low, 100*top.Interval.High, top.N)
		channels := q.Facets["channel"]
		for _, s := range channels.Segments {
			fmt.Printf("%s: %.0f %% of %d, p %.4f\n", s.Value, 100*s.Figures.TopBox.Value, s.Figures.N, *s.P)
		}
		fmt.Println("hidden:", channels.Hidden)
	}
	// Output:
	// csat: 88 % satisfied (83 to 91) of 250
	// chat: 96 % of 178, p 0.0000
	// hidden: [email phone]
}
