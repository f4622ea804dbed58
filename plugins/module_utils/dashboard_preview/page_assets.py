# Copyright: taskmanager.aws contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page's style and script. Python, since only Python files of module_utils reach the machine that runs a module."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root {
  --page: #f2f3f3; --card: #fff; --line: #d5dbdb; --text: #16191f; --muted: #545b64; --grid: #eaeded;
  --link: #0073bb; --red: #d13212; --green: #1d8102; --grey: #687078; --code: #f2f3f3; --warn: #fdf3e1;
  --track: #dfe3e3; --amber: #e08900;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1b2a; --card: #16202d; --line: #2f3b4a; --text: #e6eaee; --muted: #9fabb8; --grid: #263242;
    --link: #54a9e0; --red: #ff6a4d; --green: #5bc24c; --grey: #8c99a6; --code: #0f1b2a; --warn: #352c18;
    --track: #334153; --amber: #e08900;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: 12px; background: var(--page); color: var(--text);
  font: 13px/1.45 "Amazon Ember", "Helvetica Neue", Roboto, Arial, "Liberation Sans", sans-serif;
}
header { padding: 4px 4px 8px; }
h1 { margin: 0 0 6px; font-size: 20px; line-height: 1.2; overflow-wrap: anywhere; }
dl { display: flex; flex-wrap: wrap; gap: 2px 24px; margin: 0; color: var(--muted); }
dl div { display: flex; gap: 6px; }
dt { font-weight: 700; }
dd { margin: 0; overflow-wrap: anywhere; }
.variables { display: flex; flex-wrap: wrap; gap: 6px; margin: 8px 0 0; padding: 0; list-style: none; }
.variables li { padding: 1px 8px; border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
.summary {
  margin: 0 4px 8px; padding: 6px 12px 8px; overflow-wrap: anywhere; background: var(--warn);
  border: 1px solid var(--line); border-left: 3px solid var(--amber); border-radius: 3px;
}
.summary h3 { margin: 2px 0; font-size: 13px; }
.summary ul { margin: 0 0 4px; padding-left: 18px; }
.widget:target .card { outline: 2px solid var(--link); }
.grid { display: grid; grid-template-columns: repeat(24, minmax(0, 1fr)); grid-auto-rows: 50px; }
.widget { min-width: 0; min-height: 0; padding: 4px; }
.card {
  display: flex; flex-direction: column; height: 100%; padding: 8px 10px; overflow: hidden;
  background: var(--card); border: 1px solid var(--line); border-radius: 3px;
}
.transparent .card { background: none; border-color: transparent; }
h2 { flex: none; margin: 0 0 4px; font-size: 14px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.inside { flex: 1; display: flex; flex-direction: column; min-height: 0; container-type: size; }
.legend-right .inside { flex-direction: row; }
.chart { flex: 1; min-width: 0; min-height: 0; overflow: hidden; }
.nothing { margin: auto; padding: 0 8px; color: var(--muted); text-align: center; }
.problems {
  flex: none; max-height: 60%; margin: 0 0 4px; padding: 4px 8px 4px 22px; overflow: auto; overflow-wrap: anywhere;
  background: var(--warn); border-left: 3px solid var(--amber); font-size: 12px;
}
.legend {
  flex: none; display: flex; flex-wrap: wrap; gap: 0 14px; max-height: 36px; margin: 2px 0 0; padding: 0;
  overflow: auto; list-style: none; font-size: 12px; line-height: 18px;
}
@container (max-height: 170px) { .legend { max-height: 18px; } }
@container (min-height: 230px) { .legend { max-height: 54px; } }
.legend-right .legend { flex-flow: column nowrap; max-width: 35%; max-height: none; margin: 0 0 0 8px; }
.legend b { margin-left: 6px; }
.legend i, .label i { display: inline-block; width: 10px; height: 10px; margin-right: 5px; border-radius: 2px; }
.numbers {
  flex: 1; display: grid; grid-template-columns: repeat(var(--columns), minmax(0, 1fr));
  grid-auto-rows: minmax(27px, 1fr); gap: 2px 12px; min-height: 0; overflow: auto;
}
.number {
  display: flex; flex-direction: column; justify-content: center; min-width: 0; min-height: 0; container-type: size;
}
.reading {
  display: flex; flex: none; align-items: baseline; gap: 0.2em; line-height: 1.15;
  font-size: clamp(10px, min(var(--share, 48cqh), 100cqw / (var(--characters) * 0.6)), 52px);
}
.lined .reading { --share: 34cqh; }
.value { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.unit { flex: none; color: var(--muted); font-size: max(0.5em, 8px); }
.label { flex: none; color: var(--muted); font-size: 12px; line-height: 1.25; }
.label, .legend li { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.sparkline { display: block; flex: 0 0 clamp(30px, 35cqh, 110px); width: 100%; margin-top: 4px; }
.sparkline polyline { fill: none; stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.sparkline polygon { opacity: 0.15; }
@container (max-height: 90px) { .sparkline { display: none; } }
@container (max-height: 36px) { .label { font-size: 10px; line-height: 1.1; } }
.gauges { grid-auto-rows: minmax(58px, 1fr); gap: 6px 12px; }
.gauge { --arc: min(100cqw, 192cqh - 32px); text-align: center; }
.dial { position: relative; flex: 0 1 calc(var(--arc) * 0.52); min-height: 0; }
.dial svg { display: block; width: 100%; height: 100%; }
.dial path { fill: none; }
.track, .filled { stroke-width: 13; }
.track { stroke: var(--track); }
.level { stroke-width: 3; }
.dial .reading {
  position: absolute; right: 0; bottom: 0; left: 0; justify-content: center; max-width: calc(var(--arc) * 0.7);
  margin: auto; font-size: clamp(10px, min(var(--arc) * 0.21, var(--arc) * 0.66 / (var(--characters) * 0.6)), 48px);
}
.ends {
  display: flex; flex: none; justify-content: space-between; width: var(--arc); margin: 1px auto 0; color: var(--muted);
  font-size: 10px; line-height: 1.2;
}
@container (max-height: 110px) { .ends { display: none; } }
@container (min-height: 110px) { .gauge > * { --arc: min(100cqw, 192cqh - 60px, 420px); } }
.scroll { flex: 1; container-type: inline-size; min-height: 0; overflow: auto; }
table { border-collapse: collapse; min-width: 100%; font-size: 12px; }
th, td { padding: 3px 10px 3px 4px; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { background: var(--card); color: var(--muted); white-space: nowrap; }
thead { position: sticky; top: 0; z-index: 2; }
.day { border-left: 1px solid var(--line); }
.metric-table td { white-space: nowrap; font-variant-numeric: tabular-nums; }
.metric-table td:first-child, .metric-table th:first-child {
  position: sticky; left: 0; z-index: 1; max-width: 40cqw; overflow: hidden; background: var(--card);
  text-overflow: ellipsis;
}
.log td {
  min-width: 76px; font-family: Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 11px;
  overflow-wrap: anywhere;
}
.alarms {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 6px;
  margin: 0; padding: 0; overflow: auto; list-style: none;
}
.tile { padding: 4px 8px; border: 1px solid var(--line); border-left: 4px solid var(--grey); overflow-wrap: anywhere; }
.tile b { display: block; color: var(--grey); font-size: 11px; }
.tile.ALARM { border-left-color: var(--red); }
.tile.ALARM b { color: var(--red); }
.tile.OK { border-left-color: var(--green); }
.tile.OK b { color: var(--green); }
.markdown { flex: 1; min-height: 0; overflow: auto; overflow-wrap: anywhere; }
.markdown > :first-child { margin-top: 0; }
.markdown h1 { font-size: 20px; }
.markdown h2 { font-size: 17px; white-space: normal; }
.markdown h3 { font-size: 14px; }
.markdown code, .markdown pre { background: var(--code); font-family: Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.markdown code { padding: 1px 3px; font-size: 12px; } .markdown pre { padding: 6px; overflow: auto; }
.markdown blockquote { margin: 0; padding-left: 10px; border-left: 3px solid var(--line); color: var(--muted); }
.markdown table { min-width: 0; }
.image { color: var(--muted); font-style: italic; }
a { color: var(--link); }
a.button {
  display: inline-block; padding: 2px 14px; border: 1px solid var(--link); border-radius: 3px;
  font-weight: 700; text-decoration: none;
}
a.button.primary { background: #ec7211; border-color: #ec7211; color: #fff; }
.js-plotly-plot .plotly text { font-family: inherit !important; }
.xtick text, .ytick text, .y2tick text, .g-xtitle text, .g-ytitle text, .g-y2title text,
.shape-label text { fill: var(--muted) !important; }
.shape-label text { stroke: var(--card); stroke-width: 3px; paint-order: stroke; }
.gridlayer path, .zerolinelayer path { stroke: var(--grid) !important; }
.pielayer path.surface { stroke: var(--card) !important; }
.barlayer text.bartext-outside { fill: var(--text) !important; }
.hoverlayer .legend .bg { fill: var(--card) !important; stroke: var(--line) !important; }
.hoverlayer .legend text { fill: var(--text) !important; }
"""

SCRIPT: Final = """
"use strict";
const figures = JSON.parse(document.getElementById("figures").textContent);
for (const [widget, figure] of Object.entries(figures)) {
  const chart = document.querySelector(`#${widget} .chart`);
  Plotly.newPlot(chart, figure.data, figure.layout, {displayModeBar: false, responsive: true});
}
"""
