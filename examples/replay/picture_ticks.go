package main

import (
	"fmt"
	"time"

	"gonum.org/v1/plot"
)

// percentTicks marks shares in steps of 20 %.
type percentTicks struct{}

// Ticks implements [plot.Ticker].
func (percentTicks) Ticks(_, _ float64) []plot.Tick {
	var ticks []plot.Tick
	for i := 0; i <= 100; i += 20 {
		ticks = append(ticks, plot.Tick{Value: float64(i) / 100, Label: fmt.Sprintf("%d %%", i)})
	}
	return ticks
}

// timeTicks marks lengths of time that people know.
type timeTicks struct{}

// Ticks implements [plot.Ticker].
func (timeTicks) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	for _, t := range []struct {
		at    time.Duration
		label string
	}{
		{time.Minute, "1 min"},
		{10 * time.Minute, "10 min"},
		{time.Hour, "1 h"},
		{10 * time.Hour, "10 h"},
		{100 * time.Hour, "100 h"},
		{1000 * time.Hour, "1,000 h"},
		{10_000 * time.Hour, "10,000 h"},
		{longest, "100,000 h"},
	} {
		if h := t.at.Hours(); h >= low*0.999 && h <= high {
			ticks = append(ticks, plot.Tick{Value: h, Label: t.label})
		}
	}
	return ticks
}
