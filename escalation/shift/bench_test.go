package shift_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/escalation/shift"
	"github.com/kulanz-go/kulanz/sla"
)

// large is a schedule with layers of ten-hour windows on every day, and an
// override and an absence on every third.
func large(tb testing.TB, layers int) *shift.Schedule {
	tb.Helper()
	cfg := shift.Config{TZ: "Europe/Berlin"}
	begin := sla.Date{Year: 2026, Month: time.January, Day: 1}
	for i := range layers {
		cfg.Layers = append(cfg.Layers, shift.Layer{
			ID:       fmt.Sprint("l", i),
			Rotation: shift.Rotation{Start: shift.Local{Date: begin}, Unit: shift.Hour, Length: 8, Members: []string{"a", "b", "c"}},
			Windows: []shift.Window{{
				Days: []shift.Weekday{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}, From: sla.Clock(i * 600), To: sla.Clock(i*600 + 10*3600),
			}},
		})
	}
	for day := 0; day < 365; day += 3 {
		from := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC).AddDate(0, 0, day)
		cfg.Overrides = append(cfg.Overrides, shift.Override{From: from, To: from.Add(time.Hour), Member: "d"})
		cfg.Absences = append(cfg.Absences, shift.Absence{From: from, To: from.Add(24 * time.Hour), Member: "a"})
	}
	s, err := shift.New(cfg)
	require.NoError(tb, err)
	return s
}

func BenchmarkCoverage(b *testing.B) {
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, layers := range []int{1, 3, 30} {
		for _, days := range []int{28, 365} {
			s := large(b, layers)
			b.Run(fmt.Sprintf("layers=%d/days=%d", layers, days), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := s.Coverage(from, from.AddDate(0, 0, days)); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkAt(b *testing.B) {
	s, t := large(b, 3), time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		_ = s.At(t)
	}
}
