package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// report is all that was measured.
type report struct {
	Machine machine    `json:"machine"`
	Loaded  loaded     `json:"loaded"`
	Runs    []workload `json:"runs"`
	Pages   []page     `json:"pages"`
	Claims  []claimed  `json:"claims"`
}

// missed reports whether the desk was slower than a ratio to the same by hand.
func (r report) missed(goal float64) bool {
	return slices.ContainsFunc(r.Runs, func(run workload) bool { return run.side(sideDesk).Ratio < goal })
}

func (r report) print(w io.Writer, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	m := r.Machine
	fmt.Fprintf(w, "%s, %s; %d CPUs; %s\n", m.Database, m.Settings, m.CPUs, m.Started)
	fmt.Fprintf(w, "load average %s before, %s after; %s in the end\n", m.LoadAverage, m.LoadAverageAfter, m.Size)
	fmt.Fprintf(w, "%d open tickets in %d shops: %d rows in %.1f s\n\n", r.Loaded.Tickets, shopCount, r.Loaded.Rows, r.Loaded.Seconds)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "workers\tby\tsteps/s\tratio\tto writes\twrites/s\trows/step\tdue/s\t")
	for _, k := range kinds() {
		fmt.Fprintf(t, "%s p50\tp99\t", k)
	}
	fmt.Fprintln(t)
	for _, run := range r.Runs {
		for _, s := range run.Sides {
			fmt.Fprintf(t, "%d\t%s\t%.0f\t%.2f\t%.2f\t%.0f\t%.1f\t%s\t",
				run.Workers, s.Name, s.PerSecond, s.Ratio, s.WritesRatio, s.Writes, s.Rows, some(s.DuePerSecond))
			for _, l := range s.Latencies {
				fmt.Fprintf(t, "%.1f ms\t%.1f ms\t", l.P50, l.P99)
			}
			fmt.Fprintln(t)
		}
	}
	fmt.Fprintln(t, "\nlist by\tpage\tbehind\tp50\tp99\t")
	for _, p := range r.Pages {
		fmt.Fprintf(t, "%s\t%s\t%d\t%.2f ms\t%.2f ms\t\n", p.Order, p.Place, p.Skips, p.P50, p.P99)
	}
	fmt.Fprintln(t, "\nworkers\tbacklog\tclaims/s\tp50\tp99\t\t")
	for _, c := range r.Claims {
		fmt.Fprintf(t, "%d\t%d\t%.0f\t%.2f ms\t%.2f ms\t%s\t\n", c.Workers, c.Backlog, c.PerSecond, c.P50, c.P99,
			map[bool]string{true: "beside an open transaction"}[c.Beside])
	}
	if err := t.Flush(); err != nil {
		return err
	}
	plans := make(map[string]bool)
	for _, p := range r.Pages {
		if p.Plan != "" && !plans[p.Plan] {
			plans[p.Plan] = true
			fmt.Fprintf(w, "plan of %s, %s: %s\n", p.Order, p.Place, p.Plan)
		}
	}
	return nil
}

func some(f float64) string {
	if f == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f", f)
}
