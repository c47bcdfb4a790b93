// Plots: a chart for each, with series of five kinds.
//
// A series is {kind, k, name, x, y}: "line", "area", "dots", "open" (rings), "band" (a stretch of
// x). A y of "inf" is drawn on a row of its own above the axis; what is above the axis is cut.

import { above, band, chart, faded, hue, line, points, rule } from "../../page/charts.js";
import { el } from "../../page/dom.js";
import { here, id, restore, shownOrHidden } from "./theory.js";

/**
 * @typedef {import("./types.js").Drawn} Drawn
 * @typedef {import("./types.js").Framed} Framed
 * @typedef {import("./types.js").Plot} Plot
 * @typedef {import("./types.js").Series} Series
 * @typedef {import("./types.js").Ui} Ui
 */

const TALL = 300; // pixels

/** @param {{k: number}} series */
const colourOf = ({ k }) => (k === 7 ? "--ink" : k === 6 ? "--ink-2" : hue(k));

/** @param {(number | string)[]} values */
const numbers = (values) => values.map((v) => (typeof v === "number" ? v : null));

/** @param {Ui} ui */
export function drawPlots(ui) {
  while (ui.charts.length < ui.figure.plots.length) ui.charts.push(framed(ui));
  ui.plots.replaceChildren(...ui.figure.plots.map((_, i) => ui.charts[i].frame));
  ui.figure.plots.forEach((plot, i) => drawOne(ui, ui.charts[i], plot));
}

/** @param {Ui} ui */
function framed(ui) {
  const made = chart({
    label: "",
    height: TALL,
    margin: { t: 4 },
    id: id(ui, `plot-${ui.charts.length}`),
  });
  const title = el("figcaption");
  return { ...made, title, frame: el("figure", { class: "theory-plot" }, title, made.node) };
}

/** @param {Ui} ui @param {Framed} framed @param {Plot} plot */
function drawOne(ui, { title, frame, draw }, plot) {
  title.textContent = plot.title;
  frame.classList.toggle("theory-wide", !!plot.wide);
  const bands = plot.series.filter(({ kind }) => kind === "band");
  const layout = {
    ...{ x: plot.x, y: plot.y, formulas: true, scene: `${ui.panel.name} ${plot.title}` },
    strip: plot.y.inf ? "∞" : undefined,
    shapes: [
      ...bands.map(({ x: [from, to], k, name }) =>
        band(from, to, faded(colourOf({ k }), 0.12), name),
      ),
      ...(plot.rule == null ? [] : [rule({ x: plot.rule }, { colour: "--ink" })]),
    ],
  };
  const names = plot.series.map(({ name }) => name).join(", ");
  draw(
    plot.series.filter(({ kind }) => kind !== "band").flatMap(traces),
    layout,
    `${plot.title}: ${names}. The numbers are in the table below.`,
  );
}

/**
 * A series, and what of it lies at infinity.
 * @param {Series} series
 */
function traces(series) {
  const all = series.y.includes("inf")
    ? [above(drawn({ ...series, y: series.y.map((v) => (v === "inf" ? 0 : null)) }, "∞"))]
    : [];
  return [drawn({ ...series, y: numbers(series.y) }, "%{y:.4~g}"), ...all];
}

/** @param {Drawn} series @param {string} shown */
function drawn({ kind, k, name, x, y, ...more }, shown) {
  const colour = colourOf({ k });
  const look = {
    k,
    colour,
    hover: `%{fullData.name}<br>%{x:.4~g}: ${shown}`,
    silent: more.silent,
  };
  if (kind === "open") return points(name, x, y, { ...look, k: 0, open: true, size: 11 });
  if (kind === "dots" && more.small)
    return points(name, x, y, { ...look, size: 5, outline: colour });
  if (kind === "dots") return points(name, x, y, { ...look, size: 10 });
  const width = more.wide ? 6 : 2;
  return line(name, x, y, {
    ...{ ...look, dash: more.dash ?? 0, width, faint: more.wide, fill: kind === "area" },
  });
}

/** @param {Ui} ui */
export function setUp(ui) {
  ui.charts = [];
  restore(ui);
  if (here(ui)) shownOrHidden(ui);
}
