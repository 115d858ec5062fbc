package statute_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla/holiday"
	"github.com/kulanz-go/kulanz/sla/statute"
)

func BenchmarkDeadline(b *testing.B) {
	s, nw, zone := rule(b, "de.withdrawal.goods"), land(b, holiday.NW), berlin(b)
	what := events(b, `{"goods_received":"2026-12-11"}`)
	b.ReportAllocs()
	for b.Loop() {
		_, err := s.Deadline(what, nw, zone)
		require.NoError(b, err)
	}
}

func BenchmarkBuiltin(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		statute.Builtin()
	}
}
