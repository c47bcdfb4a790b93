// What charts are made of: curves, points, bars, histograms and heat maps, for `chart`.
//
//   const curve = chart({ label: "log π by step", height: 200, click: ({ x }) => jump(x) });
//   box.append(curve.node);
//   curve.draw([line("chain 1", steps, values)], { x: "step", y: "log π, nats" });
//
// A colour is written as in CSS, or as the name of one of the page's tokens ("--ink"), which
// follows light and dark.
// @ts-check
import { plain } from "./chart.js";
import { svg } from "./dom.js";
import { COLOURS, faded } from "./palette.js";

export { chart } from "./chart.js";
export { faded } from "./palette.js";

/** @typedef {import("./chart.js").Trace} Trace */

const SYMBOLS = ["circle", "square", "triangle-up", "diamond", "cross"];
const DASHES = ["solid", "8px,4px", "2px,3px", "9px,3px,2px,3px", "1px,5px"];
const VIRIDIS = "Viridis";
/** Signed values, centred on 0. */
const SIGNED = [
  [0, "#2b6cb0"],
  [0.5, "#f3f1eb"],
  [1, "#c05621"],
];

/** @param {number} k category @returns {string} its colour, the same all over the page */
export const hue = (k) => COLOURS[k % COLOURS.length];

/**
 * What is said of a point under the pointer; where `hover` is false, it passes through.
 * @param {string | false} [hover]
 */
function told(hover) {
  if (hover === false) return { hoverinfo: "skip" };
  return hover ? { hovertemplate: `${hover}<extra></extra>` } : {};
}

/**
 * A curve through points; a y of null breaks it.
 * @param {string} name
 * @param {ArrayLike<any>} x
 * @param {ArrayLike<any>} y
 * @param {{k?: number, colour?: string, dash?: number, width?: number, fill?: boolean,
 *   step?: boolean, faint?: boolean, hover?: string | false, ids?: any[], silent?: boolean}} [options]
 * @returns {Trace}
 */
export function line(name, x, y, options = {}) {
  const { k = 0, dash = k, width = 2, fill, step, faint, hover, ids, silent } = options;
  const color = options.colour ?? hue(k);
  return {
    type: "scatter",
    mode: "lines",
    ...{ name, x, y, opacity: faint ? 0.55 : 1, customdata: ids, showlegend: !silent },
    line: { color, width, dash: DASHES[dash % DASHES.length], shape: step ? "hv" : "linear" },
    ...(fill ? { fill: "tozeroy", fillcolor: faded(color) } : {}),
    ...told(hover),
  };
}

/**
 * Points; categories differ by colour and symbol.
 * @param {string} name
 * @param {ArrayLike<any>} x
 * @param {ArrayLike<any>} y
 * @param {{k?: number, colour?: string | string[], open?: boolean, size?: number | number[],
 *   text?: string[], hover?: string | false, ids?: any[], joined?: boolean, silent?: boolean,
 *   outline?: string, places?: string[], said?: string[]}} [options] `places`: where beside its
 *   point each text stands ("middle right"); `said`: what is told of each under the pointer
 * @returns {Trace}
 */
export function points(name, x, y, options = {}) {
  const { k = 0, open, size = 9, text, ids, joined, silent, places, said } = options;
  const { outline = "--card", hover = said && "%{hovertext}" } = options;
  const modes = [joined ? "lines" : "", "markers", places ? "text" : ""].filter(Boolean);
  const color = options.colour ?? hue(k);
  const symbol = SYMBOLS[k % SYMBOLS.length] + (open ? "-open" : "");
  return {
    type: "scatter",
    mode: modes.join("+"),
    ...{ name, x, y, text, hovertext: said, customdata: ids, showlegend: !silent },
    marker: { color, symbol, size, line: { width: open ? 2 : 1, color: open ? color : outline } },
    ...(places ? { textposition: places, textfont: { color: "--ink", size: 13 } } : {}),
    ...(joined ? { line: { color, width: 1 } } : {}),
    ...told(hover),
  };
}

/**
 * Bars over names; `across` lays them down, the first on top.
 * @param {string} name
 * @param {any[]} labels
 * @param {ArrayLike<number>} values
 * @param {{k?: number, colour?: string | string[], across?: boolean, hover?: string | false, ids?: any[],
 *   errors?: number[], text?: string[], open?: boolean}} [options]
 * @returns {Trace}
 */
export function bars(name, labels, values, options = {}) {
  const { k = 0, across, hover, ids, errors, text, open } = options;
  const color = options.colour ?? hue(k);
  const [x, y] = across ? [values, labels] : [labels, values];
  const error = errors && { type: "data", array: errors, color: "--ink-2", thickness: 1 };
  return {
    type: "bar",
    orientation: across ? "h" : "v",
    ...{ name, x, y, text, customdata: ids, textposition: "auto" },
    marker: { color: open ? "--card" : color, line: { color, width: open ? 1 : 0 } },
    ...(error ? { [across ? "error_x" : "error_y"]: error } : {}),
    ...told(hover),
  };
}

/**
 * How often values fall into each of `bins` equal parts of their range.
 * @param {string} name
 * @param {ArrayLike<number>} values
 * @param {{k?: number, bins?: number}} [options]
 * @returns {Trace}
 */
export function histogram(name, values, { k = 0, bins = 30 } = {}) {
  return {
    type: "histogram",
    name,
    x: values,
    nbinsx: bins,
    opacity: 0.8,
    marker: { color: hue(k) },
  };
}

/**
 * A table of numbers as colours, its first row on top; `signed` centres the colours on 0.
 * @param {number[][]} z
 * @param {{x?: any[], y?: any[], signed?: boolean, text?: string[][], hover?: string,
 *   bar?: string | false}} [options]
 * @returns {Trace}
 */
export function heat(z, { x, y, signed, text, hover, bar = "" } = {}) {
  return {
    type: "heatmap",
    ...{ z, x, y, text, texttemplate: text ? "%{text}" : undefined, xgap: 1, ygap: 1 },
    colorscale: signed ? SIGNED : VIRIDIS,
    ...(signed ? { zmid: 0 } : {}),
    showscale: bar !== false,
    colorbar: { title: { text: bar || "" }, thickness: 12, outlinewidth: 0 },
    ...told(hover),
  };
}

/**
 * A line across the chart at a value of y, or up it at a value of x.
 * @param {{x?: number, y?: number}} at
 * @param {{colour?: string, dash?: number, width?: number, name?: string,
 *   side?: {xanchor?: "left" | "right", yanchor?: "top" | "bottom"}}} [options] `name` is written
 *   at its start, right of it or above it unless `side` says otherwise
 */
export function rule({ x, y }, { colour = "--ink-2", dash = 2, width = 1, name, side } = {}) {
  const upright = { x0: x, x1: x, y0: 0, y1: 1, yref: "paper" };
  const level = { y0: y, y1: y, x0: 0, x1: 1, xref: "paper" };
  const style = { color: colour, width, dash: DASHES[dash % DASHES.length] };
  const place = { textposition: "start", textangle: 0, xanchor: "left", yanchor: "bottom" };
  const label = name ? { label: { text: plain(name), padding: 4, ...place, ...side } } : {};
  return { type: "line", ...(x === undefined ? level : upright), line: style, ...label };
}

/**
 * A series on the row above the chart, see `strip`; its y is 0 where it is there.
 * @param {Trace} trace
 * @returns {Trace}
 */
export const above = (trace) => ({ ...trace, yaxis: "y2", showlegend: false });

/**
 * A piece of a line, for a legend of one's own.
 * @param {{colour: string, dash: number, width: number}} look as of `line`
 */
export function swatch({ colour, dash, width }) {
  const stroke = colour.startsWith("--") ? `var(${colour})` : colour;
  const pattern = DASHES[dash % DASHES.length];
  const style = `stroke: ${stroke}; stroke-width: ${width}; stroke-dasharray: ${pattern}`;
  const drawn = svg("path", { d: "M0 4H24", style });
  return svg("svg", { class: "lp-swatch", viewBox: "0 0 24 8", "aria-hidden": "true" }, drawn);
}

/**
 * A stretch of x in the background.
 * @param {number} from
 * @param {number} to
 * @param {string} [colour]
 * @param {string} [name] in the legend
 */
export function band(from, to, colour = "--wash", name) {
  const shown = name ? { name: plain(name), showlegend: true } : {};
  const place = { x0: from, x1: to, y0: 0, y1: 1, yref: "paper", layer: "below" };
  return { type: "rect", ...place, line: { width: 0 }, fillcolor: colour, ...shown };
}

/**
 * A word at a place of the chart.
 * @param {string} text
 * @param {any} x
 * @param {any} y
 * @param {{anchor?: "left" | "center" | "right", paper?: boolean}} [options] `paper`: x and y are
 *   shares of the chart
 */
export function note(text, x, y, { anchor = "left", paper } = {}) {
  const frame = paper ? { xref: "paper", yref: "paper" } : {};
  return { text: plain(text), x, y, ...frame, showarrow: false, xanchor: anchor };
}
