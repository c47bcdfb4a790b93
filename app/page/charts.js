// Charts: Plotly in the page's colours. Its script is loaded once, when the first chart is drawn.
//
//   const curve = chart({ label: "log π by step", height: 200, click: ({ x }) => jump(x) });
//   box.append(curve.node);
//   curve.draw([line("chain 1", steps, values)], { x: "step", y: "log π, nats" });
//
// Hover, zoom, pan, and pictures as PNG and SVG come with it. A colour is written as in CSS, or as
// the name of one of the page's tokens ("--ink"), which follows light and dark.
// @ts-check
import { el } from "./dom.js";
import { COLOURS } from "./palette.js";

/**
 * @typedef {Record<string, any>} Trace what Plotly draws as one series
 * @typedef {{low?: number, high?: number, log?: boolean, label?: string, ticks?: any[],
 *   names?: string[], category?: boolean}} Axis
 * @typedef {{x?: Axis | string, y?: Axis | string, shapes?: object[], notes?: object[],
 *   legend?: boolean, square?: boolean, stacked?: boolean, pick?: "x" | "closest"}} Layout
 * @typedef {{x: any, y: any, index: number, series: number, name: string}} Picked
 */

const SYMBOLS = ["circle", "square", "triangle-up", "diamond", "cross"];
const DASHES = ["solid", "8px,4px", "2px,3px", "9px,3px,2px,3px", "1px,5px"];
const MARGIN = { l: 52, r: 12, t: 12, b: 40 };
const VIRIDIS = "Viridis";
/** Signed values, centred on 0. */
const SIGNED = [
  [0, "#2b6cb0"],
  [0.5, "#f3f1eb"],
  [1, "#c05621"],
];

/** @type {Promise<any> | null} */
let library = null;

/** Plotly, from our own server. */
export function plotly() {
  library ??= new Promise((done, failed) => {
    const src = new URL("../plotly.js", import.meta.url).href;
    const load = () => done(/** @type {any} */ (globalThis).Plotly);
    document.head.append(el("script", { src, on: { load, error: failed } }));
  });
  return library;
}

/** @param {number} k category @returns {string} its colour, the same all over the page */
export const hue = (k) => COLOURS[k % COLOURS.length];

/**
 * A curve through points; a y of null breaks it.
 * @param {string} name
 * @param {ArrayLike<any>} x
 * @param {ArrayLike<any>} y
 * @param {{k?: number, colour?: string, dash?: number, width?: number, fill?: boolean,
 *   step?: boolean, faint?: boolean, hover?: string, ids?: any[], silent?: boolean}} [options]
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
    ...(hover ? { hovertemplate: `${hover}<extra></extra>` } : {}),
  };
}

/**
 * Points; categories differ by colour and symbol.
 * @param {string} name
 * @param {ArrayLike<any>} x
 * @param {ArrayLike<any>} y
 * @param {{k?: number, colour?: string | string[], open?: boolean, size?: number | number[],
 *   text?: string[], hover?: string, ids?: any[], joined?: boolean, silent?: boolean}} [options]
 * @returns {Trace}
 */
export function points(name, x, y, options = {}) {
  const { k = 0, open, size = 9, text, hover, ids, joined, silent } = options;
  const color = options.colour ?? hue(k);
  const symbol = SYMBOLS[k % SYMBOLS.length] + (open ? "-open" : "");
  return {
    type: "scatter",
    mode: joined ? "lines+markers" : "markers",
    ...{ name, x, y, text, customdata: ids, showlegend: !silent },
    marker: { color, symbol, size, line: { width: open ? 2 : 1, color: open ? color : "--card" } },
    ...(joined ? { line: { color, width: 1 } } : {}),
    ...(hover ? { hovertemplate: `${hover}<extra></extra>` } : {}),
  };
}

/**
 * Bars over names; `across` lays them down, the first on top.
 * @param {string} name
 * @param {any[]} labels
 * @param {ArrayLike<number>} values
 * @param {{k?: number, colour?: string | string[], across?: boolean, hover?: string, ids?: any[],
 *   errors?: number[], text?: string[]}} [options]
 * @returns {Trace}
 */
export function bars(name, labels, values, options = {}) {
  const { k = 0, across, hover, ids, errors, text } = options;
  const [x, y] = across ? [values, labels] : [labels, values];
  const error = errors && { type: "data", array: errors, color: "--ink-2", thickness: 1 };
  return {
    type: "bar",
    orientation: across ? "h" : "v",
    ...{ name, x, y, text, customdata: ids, textposition: "auto" },
    marker: { color: options.colour ?? hue(k) },
    ...(error ? { [across ? "error_x" : "error_y"]: error } : {}),
    ...(hover ? { hovertemplate: `${hover}<extra></extra>` } : {}),
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
    ...(hover ? { hovertemplate: `${hover}<extra></extra>` } : {}),
  };
}

/**
 * A line across the chart at a value of y, or up it at a value of x.
 * @param {{x?: number, y?: number}} at
 * @param {{colour?: string, dash?: number, width?: number}} [options]
 */
export function rule({ x, y }, { colour = "--ink-2", dash = 2, width = 1 } = {}) {
  const upright = { x0: x, x1: x, y0: 0, y1: 1, yref: "paper" };
  const level = { y0: y, y1: y, x0: 0, x1: 1, xref: "paper" };
  const style = { color: colour, width, dash: DASHES[dash % DASHES.length] };
  return { type: "line", ...(x === undefined ? level : upright), line: style };
}

/**
 * A stretch of x in the background.
 * @param {number} from
 * @param {number} to
 * @param {string} [colour]
 */
export function band(from, to, colour = "--wash") {
  const place = { x0: from, x1: to, y0: 0, y1: 1, yref: "paper", layer: "below" };
  return { type: "rect", ...place, line: { width: 0 }, fillcolor: colour };
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

/**
 * @param {{label: string, height?: number, id?: string, margin?: Partial<typeof MARGIN>,
 *   click?: (picked: Picked) => void, select?: (picked: Picked[]) => void,
 *   hover?: (picked: Picked | null) => void}} options `label` says what the chart shows to those
 *   who cannot see it: the numbers belong into a table beside it
 */
export function chart({ label, height = 240, id, margin, click, select, hover }) {
  const node = el("div", { class: "lp-chart", id, role: "img", "aria-label": label });
  node.style.height = `${height}px`;
  /** @type {{traces: Trace[], layout: Layout} | null} */
  let spec = null;
  /** @type {number | null} */
  let marked = null;
  let drawing = Promise.resolve();
  let made = false;

  async function paint() {
    if (!spec || !node.clientWidth) return; // once it is seen
    const Plotly = await plotly();
    const look = themed(
      node,
      figure(spec, { height, margin, marked, selecting: Boolean(select) }),
    );
    await Plotly.react(node, look.data, look.layout, config(Boolean(select)));
    if (!made) listen();
    made = true;
    node.dataset.drawn = String(Number(node.dataset.drawn ?? 0) + 1); // how tests know
  }

  function listen() {
    const on = /** @type {any} */ (node).on.bind(node);
    if (click) on("plotly_click", (/** @type {any} */ { points }) => click(picked(points[0])));
    if (select)
      on(
        "plotly_selected",
        (/** @type {any} */ given) => given && select(given.points.map(picked)),
      );
    if (hover) {
      on("plotly_hover", (/** @type {any} */ { points }) => hover(picked(points[0])));
      on("plotly_unhover", () => hover(null));
    }
  }

  const redraw = () => {
    drawing = drawing.then(paint, paint);
    return drawing;
  };
  new ResizeObserver(redraw).observe(node);
  looks.add(redraw);
  return {
    node,
    /**
     * Draws, or changes what is drawn; what a person zoomed to stays.
     * @param {Trace[]} traces
     * @param {Layout} [layout]
     * @param {string} [said] instead of the label
     */
    draw(traces, layout = {}, said) {
      spec = { traces, layout };
      if (said) node.setAttribute("aria-label", said);
      return redraw();
    },
    /**
     * An upright line at x, or none.
     * @param {number | null} x
     */
    async mark(x) {
      marked = x;
      if (!made || !spec) return;
      const { layout } = themed(node, figure(spec, { height, margin, marked }));
      (await plotly()).relayout(node, { shapes: layout.shapes });
    },
  };
}

/** Every chart is drawn anew when the page turns light or dark. @type {Set<() => void>} */
const looks = new Set();
if (globalThis.document)
  new MutationObserver(() => {
    for (const redraw of looks) redraw();
  }).observe(document.body, { attributeFilter: ["class"] });

/**
 * Traces and layout as Plotly takes them, colours still by name.
 * @param {{traces: Trace[], layout: Layout}} spec
 * @param {{height: number, margin?: object, marked?: number | null, selecting?: boolean}} frame
 */
export function figure({ traces, layout }, { height, margin, marked, selecting }) {
  const { x = {}, y = {}, shapes = [], notes = [], legend, square, stacked } = layout;
  const downward = traces.some(
    ({ type, orientation }) => type === "heatmap" || orientation === "h",
  );
  const cursor = marked == null ? [] : [rule({ x: marked }, { colour: "--accent", dash: 0 })];
  const font = { family: "system-ui, sans-serif", size: 12, color: "--ink-2" };
  return {
    data: traces.map(worded),
    layout: {
      ...{ height, font, uirevision: "kept", autosize: true },
      ...{ paper_bgcolor: "--card", plot_bgcolor: "--card" },
      margin: { ...MARGIN, ...margin },
      xaxis: axis(x),
      yaxis: {
        ...axis(y),
        ...(downward ? { autorange: "reversed" } : {}),
        ...(square ? { scaleanchor: "x" } : {}),
      },
      modebar: { bgcolor: "--card", color: "--ink-2", activecolor: "--accent" },
      shapes: [...shapes, ...cursor],
      annotations: notes,
      showlegend: legend ?? traces.filter(({ showlegend }) => showlegend !== false).length > 1,
      legend: { orientation: "h", x: 0, y: 1, xanchor: "left", yanchor: "bottom" },
      hovermode: layout.pick ?? "closest",
      hoverlabel: { bgcolor: "--card", bordercolor: "--hairline", font: { color: "--ink" } },
      dragmode: selecting ? "select" : "zoom",
      barmode: stacked ? "stack" : "group",
      bargap: 0.25,
    },
  };
}

/**
 * A trace whose words are shown as they are.
 * @param {Trace} trace
 */
function worded(trace) {
  const words = ["name", "text", "x", "y"].filter((key) => trace[key] !== undefined);
  return { ...trace, ...Object.fromEntries(words.map((key) => [key, shown(trace[key])])) };
}

/** @param {any} value @returns {any} */
function shown(value) {
  if (typeof value === "string") return plain(value);
  if (!Array.isArray(value) || typeof value[0] === "number") return value;
  return value.map(shown);
}

/** @param {Axis | string} given */
function axis(given) {
  const spec = typeof given === "string" ? { label: given } : given;
  const { low, high, log, label, ticks, names, category } = spec;
  const ends = [low, high].map((v) => (v == null ? null : log ? Math.log10(v) : v));
  return {
    title: { text: plain(label ?? ""), standoff: 8 },
    ...(log ? { type: "log" } : category ? { type: "category" } : {}),
    ...(low == null && high == null ? {} : { range: ends, autorange: open(low, high) }),
    ...(ticks ? { tickvals: ticks, ticktext: names ?? ticks } : {}),
    ...{ gridcolor: "--hairline", linecolor: "--hairline", zeroline: false, automargin: true },
  };
}

/** @param {number | undefined} low @param {number | undefined} high */
function open(low, high) {
  if (low != null && high != null) return false;
  return low == null ? "min" : "max";
}

/** @param {boolean} selecting */
function config(selecting) {
  const Plotly = /** @type {any} */ (globalThis).Plotly;
  const svg = {
    name: "Download as SVG",
    icon: Plotly.Icons.disk,
    click: (/** @type {any} */ node) =>
      Plotly.downloadImage(node, { format: "svg", filename: "chart" }),
  };
  return {
    ...{ responsive: false, displaylogo: false, doubleClick: "reset", scrollZoom: false },
    modeBarButtons: [
      ["zoom2d", "pan2d", ...(selecting ? ["select2d", "lasso2d"] : []), "resetScale2d"],
      ["toImage", svg],
    ],
    toImageButtonOptions: { format: "png", filename: "chart", scale: 2 },
  };
}

/** @param {any} point @returns {Picked} */
function picked(point) {
  const { x, y, pointIndex, pointNumber, curveNumber, customdata, data } = point;
  const index = customdata ?? pointIndex ?? pointNumber;
  return { x, y, index, series: curveNumber, name: data.name };
}

/**
 * The same with the names of tokens replaced by their colours.
 * @template T
 * @param {Element} node
 * @param {T} value
 * @returns {T}
 */
function themed(node, value) {
  const style = getComputedStyle(node);
  /** @param {any} part @param {string} key @returns {any} */
  const walk = (part, key) => {
    if (typeof part === "string") return resolved(style, part);
    if (Array.isArray(part))
      return ["x", "y", "z", "text", "customdata"].includes(key)
        ? part
        : part.map((p) => walk(p, key));
    if (part?.constructor !== Object) return part;
    return Object.fromEntries(
      Object.entries(part).map(([name, each]) => [name, walk(each, name)]),
    );
  };
  return walk(value, "");
}

/** @param {CSSStyleDeclaration} style @param {string} colour */
function resolved(style, colour) {
  const name = colour.match(/^(--[\w-]+)(\/[\d.]+)?$/);
  if (!name) return colour;
  const value = style.getPropertyValue(name[1]).trim();
  return name[2] ? faded(value, Number(name[2].slice(1))) : value;
}

/**
 * A colour that lets what lies behind it shine through.
 * @param {string} colour `#rrggbb`, or the name of a token
 * @param {number} [opacity]
 */
export function faded(colour, opacity = 0.18) {
  if (colour.startsWith("--")) return `${colour}/${opacity}`;
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return `rgba(${r}, ${g}, ${b}, ${opacity})`;
}

/**
 * Text as Plotly shows it, which reads some tags: what a person typed stays what it is.
 * @param {string} text
 */
export function plain(text) {
  return String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
