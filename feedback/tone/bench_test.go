package tone_test

import (
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/kulanz-go/kulanz/feedback/tone"
)

// Tests share what takes long to make under the race detector.
var (
	engineOnce = sync.OnceValue(tone.Default)
	topicsOnce = sync.OnceValue(tone.DefaultTopics)
)

// germanReview has 360 bytes, englishRemark 64: what reviews and remarks of
// contacts have.
const (
	germanReview = "Ich habe vor zwei Wochen eine Waschmaschine bestellt und war zuerst sehr zufrieden: die Lieferung " +
		"kam pünktlich und der Fahrer war ausgesprochen freundlich. Leider ist das Gerät schon nach drei Tagen ausgefallen, " +
		"und beim Kundenservice geht niemand ans Telefon. Auf meine Mails kam bisher keine Antwort. Das ist wirklich " +
		"enttäuschend, ich bestelle hier nicht mehr!"
	englishRemark = "Very poor service, my refund is still pending after three weeks."
)

func BenchmarkAnalyze(b *testing.B) {
	e := engineOnce()
	for name, text := range map[string]string{"german_360": germanReview, "english_64": englishRemark} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				e.Analyze(text)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "texts/s")
		})
	}
}

// Time per byte is the same for a short and for a long text, also where
// somebody wants it to be otherwise.
func BenchmarkLinear(b *testing.B) {
	e, topics := engineOnce(), topicsOnce()
	for _, kib := range []int{1, 16, 256, 1024} {
		for name, unit := range hostile() {
			text := strings.Repeat(unit, kib<<10/len(unit))
			b.Run("tone/"+name+"/"+strconv.Itoa(kib)+"KiB", func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					e.Analyze(text)
				}
			})
			b.Run("topics/"+name+"/"+strconv.Itoa(kib)+"KiB", func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(text)))
				var list [16]tone.TopicMatch
				for b.Loop() {
					topics.Find(list[:0], text)
				}
			})
		}
	}
}

// hostile are texts that are repeated to make an analyzer slow.
func hostile() map[string]string {
	return map[string]string{
		"review":   germanReview + " ",
		"one_word": "a",
		"negation": "nicht ",
		"phrases":  "immer noch nicht kann ich leider ",
		"invalid":  "\xff\xfe\x80",
		"unseen":   "a\u200b\u202e\u00ad",
		"marks":    "\u0308",
		"compound": "lieferverzoegerungsproblem",
		"emoji":    "👍🏽",
	}
}

// Making an engine is for the start of a program.
func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		tone.Default()
	}
}
