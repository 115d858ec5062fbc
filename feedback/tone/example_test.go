package tone_test

import (
	"fmt"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/tone"
)

func Example() {
	engine := tone.Default()
	for _, text := range []string{
		"Suuuper Service, gerne wieder!",
		"Die Ware ist schön, aber die Lieferverzögerung war eine Frechheit.",
		"Das Gerät funktioniert leider nicht.",
		"Never had a problem, highly recommended.",
		"Na toll.",
		"Wann öffnet der Laden?",
	} {
		r := engine.Analyze(text)
		fmt.Printf("%-8s %+.1f %q", r.Label, r.Polarity, r.Doubt)
		for span := range r.Spans.All() {
			fmt.Printf(" [%s]", text[span.Start:span.End])
		}
		fmt.Println()
	}
	// Output:
	// positive +0.9 "" [Suuuper] [gerne wieder]
	// negative -0.7 "" [schön] [Lieferverzögerung] [eine Frechheit]
	// negative -0.8 "" [funktioniert leider nicht]
	// positive +0.9 "" [Never had a problem] [highly recommended]
	// unknown  +0.0 "irony"
	// unknown  +0.0 "no_evidence"
}

func ExampleRated() {
	read := tone.Default().Analyze("Da kann man wirklich nichts sagen.")
	rated := tone.Rated(read, feedback.ScaleStars5(), 5)
	fmt.Println(rated.Label, rated.Source, rated.Confidence)
	// Output:
	// positive rating 1
}

func ExampleNew() {
	engine, err := tone.New(tone.Config{Words: []tone.Word{
		{Language: tone.German, Text: "Handgepäck", Valence: 2}, // in this shop it is praise
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(engine.Analyze("Handgepäck!").Label)
	// Output:
	// positive
}

func ExampleTopics_Find() {
	topics := tone.DefaultTopics()
	text := "Das Paket kam zu spät, und die Erstattung dauert ewig."
	for _, m := range topics.Find(nil, text) {
		fmt.Printf("%s: %s (%s)\n", m.Topic, text[m.Start:m.End], topics.Title(m.Topic, tone.German))
	}
	// Output:
	// speed: zu spät (Tempo und Wartezeit)
	// delivery: Paket (Lieferung und Paketdienst)
	// refund: Erstattung (Erstattung)
}

func ExampleTopicCounts() {
	topics := tone.DefaultTopics()
	monday, _ := feedback.ParseDay("2026-11-02")
	var counts tone.TopicCounts
	for day := monday; day < monday+14; day++ {
		for i := range 40 {
			complaint := "Die Größe passt nicht."
			if i == 0 || day == monday+13 && i < 9 {
				complaint = "Der Reißverschluss ist kaputt."
			}
			if err := counts.Add(tone.Group{Day: day}, topics.Find(nil, complaint)); err != nil {
				fmt.Println(err)
			}
		}
	}
	spikes, err := counts.Spikes(tone.Watch{
		Baseline: tone.Days{From: monday, Next: monday + 7},
		Days:     tone.Days{From: monday + 7, Next: monday + 14},
		Links:    []tone.Link{{Topic: tone.Defect, Since: monday + 10, Problems: []string{"P-17"}}},
	})
	for _, s := range spikes {
		share := s.Comments.Share(feedback.Wilson, feedback.Level{})
		fmt.Printf("%s on %s: %.0f %% (%.0f to %.0f), at most %.0f %% were to be expected, see %v\n",
			s.Topic, s.Bucket, 100*share.Value, 100*share.Interval.Low, 100*share.Interval.High, 100*s.Limit, s.Problems)
	}
	fmt.Println(err)
	// Output:
	// defect on 2026-11-15: 22 % (12 to 38), at most 10 % were to be expected, see [P-17]
	// <nil>
}

func ExampleCheckReply() {
	draft := "Das war Ihr eigener Fehler. Laut unseren AGB sind wir nicht verpflichtet."
	for _, w := range tone.CheckReply(draft) {
		fmt.Printf("%s: %s\n  %s\n", w.Kind, draft[w.Start:w.End], w.Advice)
	}
	fmt.Println(len(tone.CheckReply("Das war unser Fehler, bitte entschuldigen Sie. Das Geld ist heute angewiesen.")))
	// Output:
	// blame: Ihr eigener Fehler
	//   Schuld nicht beim Kunden suchen: sagen, was geschehen ist und was jetzt geschieht.
	// defence: Laut unseren AGB
	//   Nicht hinter Regeln verstecken: sagen, was möglich ist, und den Grund nennen.
	// 0
}

func ExampleLearner() {
	learner := tone.NewLearner(tone.Default())
	for i := range 2000 {
		text, label := "Die Zwille zwirbelt.", tone.Positive // words of no lexicon
		if i%2 == 0 {
			text, label = "Die Zwille schnurbt.", tone.Negative
		}
		if err := learner.Add(tone.Labelled{ID: fmt.Sprint("review-", i), Text: text, Label: label}); err != nil {
			fmt.Println(err)
		}
	}
	analyzer, verdict := learner.Choose(feedback.Level{})
	r := analyzer.Analyze("Sie zwirbelt!")
	fmt.Println(verdict.TakesOver, verdict.Reason, r.Label, r.Source)
	// Output:
	// true better positive learner
}
