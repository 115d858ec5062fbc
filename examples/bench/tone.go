package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/jonreiter/govader"

	"github.com/kulanz-go/kulanz/feedback/tone"
)

const vader = "github.com/jonreiter/govader"

// Texts of the usual length, as the issue names them: German reviews of about
// 360 bytes, English remarks of about 64.
const (
	germanReview = "Ich habe vor zwei Wochen eine Waschmaschine bestellt und war zuerst sehr zufrieden: die Lieferung " +
		"kam pünktlich und der Fahrer war ausgesprochen freundlich. Leider ist das Gerät schon nach drei Tagen ausgefallen, " +
		"und beim Kundenservice geht niemand ans Telefon. Auf meine Mails kam bisher keine Antwort. Das ist wirklich " +
		"enttäuschend, ich bestelle hier nicht mehr!"
	englishRemark = "Very poor service, my refund is still pending after three weeks."
)

// The least texts a second that are promised of a quiet core.
const (
	germanRate  = 60_000
	englishRate = 500_000
)

// tones are the comparisons of reading a text.
func tones() []comparison {
	ours, theirs := tone.Default(), govader.NewSentimentIntensityAnalyzer()
	return []comparison{
		{
			"tone of an English remark", vader,
			func() { ours.Analyze(englishRemark) }, func() { theirs.PolarityScores(englishRemark) }, 5,
		},
		{"tone of a German review", vader, func() { ours.Analyze(germanReview) }, func() { theirs.PolarityScores(germanReview) }, 5},
	}
}

// labelled is a text and whether it is good, bad, or neither.
type labelled struct {
	text string
	is   tone.Label
}

// recall counts how many of the good and of the bad texts were found, and how
// many of those that are neither were left open. What is left open of the others
// was not found.
type recall struct{ goodFound, good, badFound, bad, open, neutral int }

func (r *recall) add(is tone.Label, saysGood, saysBad bool) {
	count := func(found bool, hits, all *int) {
		*all++
		if found {
			*hits++
		}
	}
	switch is {
	case tone.Positive:
		count(saysGood, &r.goodFound, &r.good)
	case tone.Negative:
		count(saysBad, &r.badFound, &r.bad)
	case tone.Neutral, tone.Unknown:
		count(!saysGood && !saysBad, &r.open, &r.neutral)
	}
}

func (r *recall) positive() float64 { return float64(r.goodFound) / float64(r.good) }
func (r *recall) negative() float64 { return float64(r.badFound) / float64(r.bad) }
func (r *recall) balanced() float64 { return (r.positive() + r.negative()) / 2 }

// recalls lets both read the texts. Theirs says good and bad from 0.05 on, as its
// authors advise.
func recalls(list []labelled) (recall, recall) {
	ours, theirs := tone.Default(), govader.NewSentimentIntensityAnalyzer()
	var mine, other recall
	for _, x := range list {
		said := ours.Analyze(x.text).Label
		mine.add(x.is, said == tone.Positive, said == tone.Negative)
		score := theirs.PolarityScores(x.text).Compound
		other.add(x.is, score >= 0.05, score <= -0.05)
	}
	return mine, other
}

// recallGoal is the balanced recall that is promised of comments of shops.
const recallGoal = 0.8

// toneReport prints how fast the tone is read and how often it is right: on the
// comments that the library is tested with, the halves apart, and on the remarks
// of a real shop where there are any. It reports whether every goal was met.
func toneReport(w io.Writer, nanos []float64, comments, remarks string) (bool, error) {
	ok := printRates(w, nanos)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\ncomments\tgood\tbad\trecall of good\tof bad\tmean\tgoal\t\ttheirs\tneutral left open\ttheirs\tpeer\t")
	for _, half := range []string{"de_tune", "de_held", "en_tune", "en_held"} {
		list, err := readComments(filepath.Join(comments, "comments_"+half+".tsv"))
		if err != nil {
			return false, err
		}
		mine, other := recalls(list)
		met := mine.balanced() >= recallGoal
		ok = ok && met
		fmt.Fprintf(t, "%s\t%d\t%d\t%.3f\t%.3f\t%.3f\t%.2f\t%s\t%.3f\t%d of %d\t%d\t%s\t\n",
			half, mine.good, mine.bad, mine.positive(), mine.negative(), mine.balanced(), recallGoal, verdict(met), other.balanced(),
			mine.open, mine.neutral, other.open, vader)
	}
	list, err := readRemarks(remarks)
	if errors.Is(err, os.ErrNotExist) {
		fmt.Fprintf(t, "no remarks: %s is not there\t\n", remarks)
		return ok, t.Flush()
	}
	if err != nil {
		return false, err
	}
	mine, other := recalls(list)
	ahead := mine.balanced() > other.balanced()
	fmt.Fprintf(t, "remarks\t%d\t%d\t%.3f\t%.3f\t%.3f\t> theirs\t%s\t%.3f\t\t\t%s\t\n",
		mine.good, mine.bad, mine.positive(), mine.negative(), mine.balanced(), verdict(ahead), other.balanced(), vader)
	return ok && ahead, t.Flush()
}

// printRates prints texts a second, from nanoseconds for the English and the
// German text.
func printRates(w io.Writer, nanos []float64) bool {
	english, german := 1e9/nanos[0], 1e9/nanos[1]
	fmt.Fprintf(w, "\n%.0f German reviews of %d bytes a second (promised of a quiet core: %d, %s)\n",
		german, len(germanReview), germanRate, verdict(german >= germanRate))
	fmt.Fprintf(w, "%.0f English remarks of %d bytes a second (promised of a quiet core: %d, %s)\n",
		english, len(englishRemark), englishRate, verdict(english >= englishRate))
	return german >= germanRate && english >= englishRate
}

func verdict(met bool) string {
	if met {
		return "met"
	}
	return "MISSED"
}

// readComments reads labelled comments but the mixed ones.
func readComments(path string) ([]labelled, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var list []labelled
	for line := range strings.Lines(string(data)) {
		label, text, _ := strings.Cut(strings.TrimSpace(line), "\t")
		switch label {
		case "positive", "negative", "neutral":
			list = append(list, labelled{text, tone.Label(label)})
		case "mixed": // both, so that either answer would do
		default:
			return nil, fmt.Errorf("%s: %q is no label", path, label)
		}
	}
	return list, nil
}
