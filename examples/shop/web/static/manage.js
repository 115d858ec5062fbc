// Draws the charts of the dashboard from /desk/manage/charts. Without it, the
// tables below say the same.
"use strict";
(async () => {
  const places = document.querySelectorAll("[data-chart]");
  if (!places.length || !window.uPlot) return;
  const response = await fetch("/desk/manage/charts", { headers: { Accept: "application/json" } });
  if (!response.ok) return;
  const charts = await response.json();
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const ink = dark ? "#a5aeaa" : "#5a625e", line = dark ? "#7fc3ae" : "#2b6455";
  const grid = dark ? "#3a403d" : "#d9d8d0", band = dark ? "rgba(127,195,174,.18)" : "rgba(43,100,85,.14)";
  for (const chart of charts) {
    const place = document.querySelector(`[data-chart="${chart.id}"]`);
    if (!place || !chart.x) continue;
    const value = (_, v) => (v == null ? "–" : v.toFixed(0) + (chart.unit ? " " + chart.unit : ""));
    const series = [{ value: (_, v) => (v == null ? "" : new Date(v * 1000).toLocaleDateString()) },
      { label: chart.label, stroke: line, width: 2, points: { size: 6 }, value }];
    const data = [chart.x, chart.y];
    const options = {
      width: place.clientWidth || 320, height: 220, series,
      axes: [{ stroke: ink, grid: { stroke: grid } }, { stroke: ink, grid: { stroke: grid }, values: (_, all) => all.map((v) => v + (chart.unit ? " " + chart.unit : "")) }],
      scales: { x: { time: true } },
    };
    if (chart.low) {
      series.push({ label: "95 % –", stroke: "transparent", points: { show: false }, value }, { label: "95 % +", stroke: "transparent", points: { show: false }, value });
      data.push(chart.low, chart.high);
      options.bands = [{ series: [3, 2], fill: band }];
    }
    const plot = new uPlot(options, data, place);
    new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: 220 })).observe(place);
  }
})();
