package shift_test

import (
	"testing"
	"time"

	"github.com/kulanz-go/kulanz/escalation/shift"
)

// Whatever is read as a schedule covers three days around a change of the clock
// without holes, and says at each bound what it says there by itself.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"tz":"Europe/Berlin","layers":[{"id":"a","rotation":{"start_local":"2026-01-31T02:30","unit":"month","length":1,"members":["x","y"]},"windows":[{"days":["SA","SU"],"from":"18:00","to":"02:30"}]}],"overrides":[{"from":"2026-10-25T00:00:00Z","to":"2026-10-25T03:00:00Z","member":"z"}],"absences":[{"member":"x","from":"2026-10-24T00:00:00Z","to":"2026-10-26T00:00:00+02:00"}]}`))
	f.Add([]byte(`{"tz":"America/Chicago","layers":[{"id":"a","rotation":{"start_local":"1900-01-01T00:00","unit":"hour","length":1,"members":["x"]}},{"id":"b","rotation":{"start_local":"2199-12-31T23:59:59","unit":"week","length":1000,"members":["y"]}}]}`))
	f.Add([]byte(`{"tz":"UTC","layers":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := shift.Parse(data)
		if err != nil {
			return
		}
		from := time.Date(2026, 10, 24, 0, 0, 0, 0, time.UTC)
		to := from.AddDate(0, 0, 3)
		coverage, err := s.Coverage(from, to)
		if err != nil {
			t.Fatal(err)
		}
		at := from
		for _, g := range coverage.Segments {
			if !g.From.Equal(at) || !g.From.Before(g.To) {
				t.Fatalf("%v does not begin at %v", g, at)
			}
			if d := s.At(g.From); d != (shift.Duty{Member: g.Member, By: g.By}) {
				t.Fatalf("%v is %v", g, d)
			}
			at = g.To
		}
		if !at.Equal(to) {
			t.Fatalf("ends at %v", at)
		}
		_, _ = coverage.Loads(shift.Rules{}), s.NextChange(from)
	})
}
