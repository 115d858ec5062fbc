package stat_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/kulanz-go/kulanz/internal/stat"
)

// The values are those of printed tables: Abramowitz and Stegun, Handbook of
// Mathematical Functions, tables 26.1, 26.8 and 26.10.
func TestDistributionsAgainstTables(t *testing.T) {
	for _, c := range []struct {
		name          string
		got, want, to float64
	}{
		{"t 0.975, 1", stat.TQuantile(0.975, 1), 12.706, 5e-4},
		{"t 0.975, 10", stat.TQuantile(0.975, 10), 2.228, 5e-4},
		{"t 0.995, 120", stat.TQuantile(0.995, 120), 2.617, 5e-4},
		{"t 0.975, 10^12", stat.TQuantile(0.975, 1e12), 1.959963984542, 1e-12},
		{"chi-square 3.841, 1", stat.ChiSquareTail(3.841459, 1), 0.05, 1e-7},
		{"chi-square 18.307, 10", stat.ChiSquareTail(18.307038, 10), 0.05, 1e-7},
		{"normal 1.96", stat.NormalTail(-1.959963984540054), 0.05, 1e-12},
		{"normal 1", stat.NormalCDF(1), 0.8413447460685429, 1e-15},
	} {
		assert.InDelta(t, c.want, c.got, c.to, c.name)
	}
}

// Where the forms for large values take over they agree with the others.
func TestLargeFormsMeetTheOthers(t *testing.T) {
	for _, p := range []float64{0.001, 0.025, 0.4, 0.975, 0.9999} {
		assert.InDelta(t, stat.TQuantile(p, 99_999), stat.TQuantile(p, 100_001), 1e-8, "t %v", p)
		assert.InDelta(t, stat.BetaQuantile(p, 9e8, 0.999e8), stat.BetaQuantile(p, 9.01e8, 1.0001e8), 2e-6, "beta %v", p)
	}
	// The first value of a beta distribution is known: 1-(1-p)^(1/b) where a is 1.
	assert.InDelta(t, 0.0012650894979498, stat.BetaQuantile(0.025, 1, 20), 1e-12)
}
