package main

import (
	"bytes"
	"fmt"
	"image/color"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/kulanz-go/kulanz/feedback"
)

// Sizes of the picture.
const (
	scoreWidth, scoreHeight = 13 * vg.Centimeter, 9 * vg.Centimeter
	daysWidth               = 21 * vg.Centimeter
	forestRow               = 7 * vg.Millimeter
	forestEdges             = 28 * vg.Millimeter
)

// draw draws the report as SVG: how the scores spread, the share of satisfied
// by day with its interval, and the groups of each table beside each other.
// Nothing hangs on colour alone.
func (r *CSATReport) draw() ([]byte, error) {
	scores, err := r.scoresPlot()
	if err != nil {
		return nil, err
	}
	days, err := r.daysPlot()
	if err != nil {
		return nil, err
	}
	forest, rows, err := r.forestPlot()
	if err != nil {
		return nil, err
	}
	width, forestHeight := scoreWidth+daysWidth, vg.Length(rows)*forestRow+forestEdges
	canvas := vgsvg.New(width, scoreHeight+forestHeight)
	all := draw.New(canvas)
	pad := func(c draw.Canvas) draw.Canvas { return draw.Crop(c, panelGap, -panelGap, panelGap, -panelGap) }
	scores.Draw(pad(draw.Crop(all, 0, -daysWidth, forestHeight, 0)))
	days.Draw(pad(draw.Crop(all, scoreWidth, 0, forestHeight, 0)))
	forest.Draw(pad(draw.Crop(all, 0, 0, 0, -scoreHeight)))
	var out bytes.Buffer
	if _, err := canvas.WriteTo(&out); err != nil {
		return nil, err
	}
	return accessible(out.Bytes(), fmt.Sprintf("Satisfaction in %d answers", r.Summary.N()), r.inWords())
}

// scoresPlot draws a bar a score, with its count over it.
func (r *CSATReport) scoresPlot() (*plot.Plot, error) {
	p := newPlot("Scores", "score", "answers")
	p.Y.Tick.Marker = plot.DefaultTicks{}
	values := make(plotter.Values, 5)
	labels := plotter.XYLabels{}
	ticks := make(plot.ConstantTicks, 0, len(values))
	for i := range values {
		values[i] = float64(r.Summary.Count(i + 1))
		labels.XYs = append(labels.XYs, plotter.XY{X: float64(i), Y: values[i]})
		labels.Labels = append(labels.Labels, strconv.FormatInt(r.Summary.Count(i+1), 10))
		ticks = append(ticks, plot.Tick{Value: float64(i), Label: strconv.Itoa(i + 1)})
	}
	bars, err := plotter.NewBarChart(values, vg.Centimeter)
	if err != nil {
		return nil, err
	}
	bars.Color, bars.LineStyle.Width = lookOf(0).colour, 0
	text, err := plotter.NewLabels(labels)
	if err != nil {
		return nil, err
	}
	for i := range text.TextStyle {
		text.TextStyle[i].Font.Variant, text.TextStyle[i].XAlign = "Sans", draw.XCenter
	}
	text.Offset.Y = vg.Points(3)
	p.Add(bars, text)
	p.X.Tick.Marker, p.X.Min, p.X.Max = ticks, -0.5, 4.5
	p.Y.Max = 1.08 * slices.Max(values)
	p.Y.Max = max(p.Y.Max, 1)
	return p, nil
}

// daysPlot draws the share of satisfied by day.
func (r *CSATReport) daysPlot() (*plot.Plot, error) {
	p := newPlot("Satisfied (4 or 5) by day, with 95 % interval; the line is the whole log", "", "satisfied")
	var points shares
	var ticks plot.ConstantTicks
	step := max(1, (len(r.Days.Points)+7)/8)
	for i := range r.Days.Points {
		if i%step == 0 {
			ticks = append(ticks, plot.Tick{Value: float64(i), Label: r.Days.Points[i].Bucket.String()})
		}
		day, err := r.Days.Result(i)
		if err != nil {
			return nil, err
		}
		if e := day.TopBox(feedback.Wilson, feedback.Level{}); e.OK {
			points.XYs = append(points.XYs, plotter.XY{X: float64(i), Y: e.Value})
			points.YErrors = append(points.YErrors, struct{ Low, High float64 }{e.Value - e.Interval.Low, e.Interval.High - e.Value})
		}
	}
	p.X.Tick.Marker, p.Y.Max = ticks, 1
	p.X.Min, p.X.Max = -0.5, float64(max(1, len(r.Days.Points)))-0.5
	if len(points.XYs) == 0 {
		return p, nil
	}
	bars, err := plotter.NewYErrorBars(points)
	if err != nil {
		return nil, err
	}
	dots, err := plotter.NewScatter(points.XYs)
	if err != nil {
		return nil, err
	}
	line, err := r.overall(plotter.XY{X: p.X.Min, Y: r.All.TopBox.Value}, plotter.XY{X: p.X.Max, Y: r.All.TopBox.Value})
	if err != nil {
		return nil, err
	}
	bars.Color = lookOf(0).colour
	dots.GlyphStyle = draw.GlyphStyle{Color: lookOf(0).colour, Shape: draw.CircleGlyph{}, Radius: vg.Points(2.5)}
	p.Add(line, bars, dots)
	return p, nil
}

// overall is the dashed line of all answers.
func (r *CSATReport) overall(ends ...plotter.XY) (*plotter.Line, error) {
	line, err := plotter.NewLine(plotter.XYs(ends))
	if err != nil {
		return nil, err
	}
	line.Color, line.Dashes, line.Width = color.Gray{Y: 0x40}, []vg.Length{vg.Points(4), vg.Points(3)}, vg.Points(1.2)
	return line, nil
}

// intervals are shares with their intervals, lying down.
type intervals struct {
	plotter.XYs
	plotter.XErrors
}

// forestPlot draws every group as a line of its own, in the order of the text,
// and returns how many lines there are. A group that is told apart from the
// others has a triangle, any other a circle.
func (r *CSATReport) forestPlot() (*plot.Plot, int, error) {
	p := newPlot("Satisfied by group, with 95 % interval: a triangle differs from the other groups, a circle may not; the line is the whole log", "satisfied", "")
	f := r.forest()
	p.X.Tick.Marker, p.X.Min, p.X.Max = percentTicks{}, 0, 1
	p.Y.Min, p.Y.Max = 0, float64(len(f.ticks))+0.5
	p.Y.Tick.Marker = f.ticks
	// Room for fonts that are wider than the one that was measured.
	p.Y.Width, p.Y.Tick.Length, p.Y.Padding = 0, 0, vg.Points(14)
	if len(f.lines.XYs) == 0 {
		return p, len(f.ticks), nil
	}
	bars, err := plotter.NewXErrorBars(f.lines)
	if err != nil {
		return nil, 0, err
	}
	line, err := r.overall(plotter.XY{X: r.All.TopBox.Value, Y: 0}, plotter.XY{X: r.All.TopBox.Value, Y: p.Y.Max})
	if err != nil {
		return nil, 0, err
	}
	bars.Color = color.Gray{Y: 0x30}
	p.Add(line, bars)
	for i, points := range f.points {
		if len(points) == 0 {
			continue
		}
		dots, err := plotter.NewScatter(points)
		if err != nil {
			return nil, 0, err
		}
		shapes := []draw.GlyphDrawer{draw.CircleGlyph{}, draw.PyramidGlyph{}}
		dots.GlyphStyle = draw.GlyphStyle{Color: lookOf(i).colour, Shape: shapes[i], Radius: vg.Points(3.5)}
		p.Add(dots)
	}
	return p, len(f.ticks), nil
}

// forest is what stands where: points are those that may be like the others,
// and those that are not.
type forest struct {
	ticks  plot.ConstantTicks
	lines  intervals
	points [2]plotter.XYs
}

// forest puts the groups one below the other, each table under its name.
func (r *CSATReport) forest() forest {
	rows := 0
	for _, t := range r.Tables {
		rows += len(t.Groups) + 1
	}
	f := forest{ticks: make(plot.ConstantTicks, 0, rows)}
	row := func(label string) float64 {
		y := float64(rows - len(f.ticks))
		f.ticks = append(f.ticks, plot.Tick{Value: y, Label: label})
		return y
	}
	for _, t := range r.Tables {
		row("BY " + strings.ToUpper(t.By))
		for _, g := range t.Groups {
			e := g.TopBox
			at := plotter.XY{X: e.Value, Y: row(fmt.Sprintf("%s (%d)", g.Name, e.N))}
			f.lines.XYs = append(f.lines.XYs, at)
			f.lines.XErrors = append(f.lines.XErrors, struct{ Low, High float64 }{e.Value - e.Interval.Low, e.Interval.High - e.Value})
			apart := 0
			if g.P != nil && *g.P < told {
				apart = 1
			}
			f.points[apart] = append(f.points[apart], at)
		}
	}
	return f
}

// inWords says what the picture shows, for who cannot see it.
func (r *CSATReport) inWords() string {
	words := []string{fmt.Sprintf("Satisfied (4 or 5) are %s of %d answers.", topBox(r.All.TopBox), r.Summary.N())}
	var scores []string
	for score := 1; score <= 5; score++ {
		scores = append(scores, fmt.Sprintf("%d: %d", score, r.Summary.Count(score)))
	}
	words = append(words, "Scores "+strings.Join(scores, ", ")+".")
	for _, t := range r.Tables {
		var groups []string
		for _, g := range t.Groups {
			groups = append(groups, g.Name+" "+topBox(g.TopBox))
		}
		words = append(words, fmt.Sprintf("By %s: %s.", t.By, strings.Join(groups, ", ")))
	}
	if n := len(r.Days.Points); n > 0 {
		words = append(words, fmt.Sprintf("Days from %s to %s.", r.Days.Points[0].Bucket, r.Days.Points[n-1].Bucket))
	}
	return strings.Join(words, " ")
}
