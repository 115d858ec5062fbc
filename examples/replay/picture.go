package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/color"
	"slices"
	"strings"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/kulanz-go/kulanz/sla"
)

// Sizes of the picture: each metric is a row of two panels.
const (
	panelWidth  = 16 * vg.Centimeter
	panelHeight = 10 * vg.Centimeter
	panelGap    = 6 * vg.Millimeter
)

// drawReport draws the report as SVG: for each metric the share met by month
// with its interval, and how long it took with the target as a line. Policies
// are told apart by colour, shape and dashes alike.
func drawReport(r *Report, policies []*sla.Policy) ([]byte, error) {
	var rows [][]*plot.Plot
	var alt []string
	for _, metric := range sla.Metrics() {
		reports := r.metric(metric)
		if !slices.ContainsFunc(reports, func(m *sla.MetricReport) bool { return m != nil }) {
			continue
		}
		c := chart{metric: metric, reports: reports, policies: policies}
		months, err := c.months()
		if err != nil {
			return nil, err
		}
		times, err := c.times()
		if err != nil {
			return nil, err
		}
		rows = append(rows, []*plot.Plot{months, times})
		alt = append(alt, c.inWords()...)
	}
	if len(rows) == 0 {
		return nil, errors.New("no policy measures anything: there is nothing to draw")
	}
	canvas := vgsvg.New(2*panelWidth, vg.Length(len(rows))*panelHeight)
	tiles := draw.Tiles{
		Cols: 2, Rows: len(rows), PadX: panelGap, PadY: panelGap,
		PadTop: panelGap, PadBottom: panelGap, PadLeft: panelGap, PadRight: panelGap,
	}
	for i, cells := range plot.Align(rows, tiles, draw.New(canvas)) {
		for j, cell := range cells {
			rows[i][j].Draw(cell)
		}
	}
	var out bytes.Buffer
	if _, err := canvas.WriteTo(&out); err != nil {
		return nil, err
	}
	title := fmt.Sprintf("Deadlines met in %d cases%s", r.SLA.Histories, r.Log.span())
	return accessible(out.Bytes(), title, strings.Join(alt, " "))
}

// accessible gives a picture a title and a text in its stead, and fonts that
// every machine has.
func accessible(svg []byte, title, text string) ([]byte, error) {
	start := bytes.Index(svg, []byte("<svg "))
	end := bytes.IndexByte(svg[max(start, 0):], '>')
	if start < 0 || end < 0 {
		return nil, errors.New("the drawing is no SVG")
	}
	end += start
	var out bytes.Buffer
	out.Write(svg[:start])
	out.WriteString(`<svg role="img" aria-labelledby="title text" ` + string(svg[start+len("<svg "):end+1]))
	for _, part := range []struct{ name, id, text string }{{"title", "title", title}, {"desc", "text", text}} {
		fmt.Fprintf(&out, "\n<%s id=%q>", part.name, part.id)
		if err := xml.EscapeText(&out, []byte(part.text)); err != nil {
			return nil, err
		}
		fmt.Fprintf(&out, "</%s>", part.name)
	}
	fmt.Fprintf(&out, "\n<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>")
	out.Write(bytes.ReplaceAll(svg[end+1:], []byte("Liberation Sans"), []byte("Liberation Sans, Arial, Helvetica, sans-serif")))
	return out.Bytes(), nil
}

// chart draws one metric.
type chart struct {
	metric   sla.Metric
	reports  []*sla.MetricReport // by policy; nil: not measured
	policies []*sla.Policy
}

// look is how a policy's marks look: colours that colour-blind people tell
// apart (Okabe and Ito), and shapes and dashes for who sees none.
type look struct {
	colour color.RGBA
	shape  draw.GlyphDrawer
	dashes []vg.Length
}

func lookOf(i int) look {
	looks := []look{
		{color.RGBA{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}, draw.CircleGlyph{}, nil},
		{color.RGBA{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff}, draw.TriangleGlyph{}, []vg.Length{vg.Points(6), vg.Points(3)}},
		{color.RGBA{R: 0x00, G: 0x9e, B: 0x73, A: 0xff}, draw.BoxGlyph{}, []vg.Length{vg.Points(2), vg.Points(2)}},
		{color.RGBA{R: 0xcc, G: 0x79, B: 0xa7, A: 0xff}, draw.PyramidGlyph{}, []vg.Length{vg.Points(8), vg.Points(2), vg.Points(2), vg.Points(2)}},
	}
	return looks[i%len(looks)]
}

// newPlot returns an empty panel.
func newPlot(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	sans := func(f *font.Font, size vg.Length) { f.Variant, f.Size = "Sans", size }
	sans(&p.Title.TextStyle.Font, vg.Points(13))
	sans(&p.X.Label.TextStyle.Font, vg.Points(11))
	sans(&p.Y.Label.TextStyle.Font, vg.Points(11))
	sans(&p.X.Tick.Label.Font, vg.Points(10))
	sans(&p.Y.Tick.Label.Font, vg.Points(10))
	sans(&p.Legend.TextStyle.Font, vg.Points(10))
	p.Title.Padding, p.Legend.Padding = vg.Points(4), vg.Points(2)
	p.Y.Min = 0
	p.Y.Tick.Marker = percentTicks{}
	grid := plotter.NewGrid()
	grid.Vertical.Width = 0
	p.Add(grid)
	return p
}

// topLegend puts the legend above the shares, where nothing is drawn.
func topLegend(p *plot.Plot, entries int) {
	p.Legend.Left, p.Legend.Top = true, true
	p.Y.Max = 1.04 + 0.09*float64(entries)
}

// shares are shares with their intervals, for error bars.
type shares struct {
	plotter.XYs
	plotter.YErrors
}

// months draws the share met by the month in which the clock started.
func (c *chart) months() (*plot.Plot, error) {
	months := c.allMonths()
	p := newPlot(string(c.metric)+": met by month, with 95 % interval", "", "met")
	for i, m := range c.reports {
		if m == nil {
			continue
		}
		var points shares
		for at, month := range months {
			counts := m.ByMonth.Rows[month]
			if counts == nil {
				continue
			}
			s := counts.MetShare()
			if !s.OK {
				continue
			}
			// Policies stand side by side within a month.
			x := float64(at) + 0.5*(float64(i)+0.5)/float64(len(c.reports)) - 0.25
			points.XYs = append(points.XYs, plotter.XY{X: x, Y: s.Value})
			points.YErrors = append(points.YErrors, struct{ Low, High float64 }{s.Value - s.Low, s.High - s.Value})
		}
		if len(points.XYs) == 0 {
			continue
		}
		bars, err := plotter.NewYErrorBars(points)
		if err != nil {
			return nil, err
		}
		dots, err := plotter.NewScatter(points.XYs)
		if err != nil {
			return nil, err
		}
		l := lookOf(i)
		bars.Color = l.colour
		dots.GlyphStyle = draw.GlyphStyle{Color: l.colour, Shape: l.shape, Radius: vg.Points(3)}
		p.Add(bars, dots)
		p.Legend.Add(c.policies[i].Ref(), dots)
	}
	p.X.Min, p.X.Max = -0.5, float64(max(len(months), 1))-0.5
	p.X.Tick.Marker = monthTicks(months)
	topLegend(p, len(c.policies))
	return p, nil
}

// allMonths returns the months in which any clock of the metric started, and
// those between them.
func (c *chart) allMonths() []string {
	var months []string
	for _, m := range c.reports {
		if m != nil {
			months = append(months, m.ByMonth.Keys()...)
		}
	}
	if len(months) == 0 {
		return nil
	}
	first, errFirst := time.Parse("2006-01", slices.Min(months))
	last, errLast := time.Parse("2006-01", slices.Max(months))
	if errFirst != nil || errLast != nil {
		return nil
	}
	months = nil
	for t := first; !t.After(last); t = t.AddDate(0, 1, 0) {
		months = append(months, t.Format("2006-01"))
	}
	return months
}

// monthTicks names at most eight months.
func monthTicks(months []string) plot.ConstantTicks {
	step := (len(months) + 7) / 8
	var ticks plot.ConstantTicks
	for i := 0; i < len(months); i += max(step, 1) {
		ticks = append(ticks, plot.Tick{Value: float64(i), Label: months[i]})
	}
	return ticks
}

// Bounds of the time axis.
const (
	shortest = time.Minute
	longest  = 100_000 * time.Hour
)

// times draws the share that took at most so long, on a logarithmic scale,
// and where the targets lie.
func (c *chart) times() (*plot.Plot, error) {
	p := newPlot(string(c.metric)+": time on its clock, and the target", "took at most", "share")
	p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, timeTicks{}
	p.X.Min, p.X.Max = shortest.Hours(), shortest.Hours()*10
	for i, m := range c.reports {
		if m == nil {
			continue
		}
		l := lookOf(i)
		if m.Elapsed.Count() > 0 {
			line, err := plotter.NewLine(cumulative(&m.Elapsed))
			if err != nil {
				return nil, err
			}
			line.Color, line.Dashes, line.Width = l.colour, l.dashes, vg.Points(1.8)
			line.StepStyle = plotter.PostStep
			p.Add(line)
			p.Legend.Add(c.policies[i].Ref(), line)
			p.X.Max = max(p.X.Max, line.XYs[len(line.XYs)-1].X)
		}
	}
	targets := c.targets()
	for i, t := range targets {
		at := clamp(t.length).Hours()
		line, err := plotter.NewLine(plotter.XYs{{X: at, Y: 0}, {X: at, Y: 1}})
		if err != nil {
			return nil, err
		}
		line.Color, line.Dashes, line.Width = color.Gray{Y: 0x40}, targetDashes(i), vg.Points(1.4)
		p.Add(line)
		p.Legend.Add(fmt.Sprintf("target %s (%s)", elapsed(t.length, false), strings.Join(t.rules, ", ")), line)
		p.X.Max = max(p.X.Max, at)
	}
	p.X.Max *= 1.3
	topLegend(p, len(c.policies)+len(targets))
	return p, nil
}

// cumulative returns the quantiles of a distribution as points.
func cumulative(d *sla.Distribution) plotter.XYs {
	const steps = 200
	points := make(plotter.XYs, 0, steps+1)
	for i := range steps + 1 {
		q := float64(i) / steps
		v, _ := d.Quantile(q)
		points = append(points, plotter.XY{X: clamp(v).Hours(), Y: q})
	}
	return points
}

func clamp(d time.Duration) time.Duration { return min(max(d, shortest), longest) }

// target is a line of the picture.
type target struct {
	length time.Duration
	rules  []string // that have it
}

// maxTargets bounds the lines of one panel.
const maxTargets = 6

// targetDashes tells the lines of targets apart, all of them grey.
func targetDashes(i int) []vg.Length {
	dashes := [maxTargets][]float64{{1, 2}, {5, 2}, {5, 2, 1, 2}, {10, 3}, {10, 3, 1, 3}, {1, 5}}
	out := make([]vg.Length, len(dashes[i%maxTargets]))
	for k, points := range dashes[i%maxTargets] {
		out[k] = vg.Points(points)
	}
	return out
}

// targets returns the targets of the metric that are hours and minutes, each
// length once. A target in days lies at another length for every ticket and
// has no line.
func (c *chart) targets() []target {
	units := map[sla.Unit]time.Duration{
		sla.UnitMinute: time.Minute, sla.UnitWorkMinute: time.Minute, sla.UnitHour: time.Hour, sla.UnitWorkHour: time.Hour,
	}
	var out []target
	for _, p := range c.policies {
		for _, r := range p.Config().Rules {
			for _, t := range r.Targets {
				if unit, ok := units[t.Period.Unit]; ok && t.Metric == c.metric {
					out = addTarget(out, time.Duration(t.Period.N)*unit, r.ID)
				}
			}
		}
	}
	return out
}

func addTarget(list []target, length time.Duration, rule string) []target {
	i := slices.IndexFunc(list, func(t target) bool { return t.length == length })
	switch {
	case i < 0 && len(list) < maxTargets:
		return append(list, target{length, []string{rule}})
	case i >= 0 && !slices.Contains(list[i].rules, rule):
		list[i].rules = append(list[i].rules, rule)
	}
	return list
}

// inWords says what the two panels show, for who cannot see them.
func (c *chart) inWords() []string {
	var out []string
	for i, m := range c.reports {
		if m == nil {
			continue
		}
		var months []string
		for _, month := range c.allMonths() {
			if counts := m.ByMonth.Rows[month]; counts != nil && counts.MetShare().OK {
				months = append(months, month+" "+percent(counts.MetShare().Value))
			}
		}
		out = append(out, fmt.Sprintf("%s under %s: met %s; median %s, 90th percentile %s on its clock; by month: %s.",
			c.metric, c.policies[i].Ref(), share(m.Counts.MetShare()), quantile(&m.Elapsed, 0.5, false),
			quantile(&m.Elapsed, 0.9, false), strings.Join(months, ", ")))
	}
	return out
}
