// One chart on the page: Plotly in the page's colours, whose script is loaded when the first chart
// is drawn. Hover, zoom, pan, and pictures as PNG and SVG come with it. See charts.js.
// @ts-check
import { el } from "./dom.js";
import { download } from "./files.js";
import { faded } from "./palette.js";
import { bytes } from "./pictures.js";
import { origin, withTexts } from "./png.js";

/**
 * @typedef {Record<string, any>} Trace what Plotly draws as one series
 * @typedef {{low?: number, high?: number, log?: boolean, label?: string, ticks?: any[],
 *   names?: string[], category?: boolean, order?: string[]}} Axis
 * @typedef {{x?: Axis | string, y?: Axis | string, shapes?: object[], notes?: object[],
 *   legend?: boolean, square?: boolean, stacked?: boolean, pick?: "x" | "closest",
 *   strip?: string, formulas?: boolean, scene?: string}} Layout `strip`: a row of that name above
 *   the chart, for series that are `above` it; `formulas`: letters after a _ stand lower in names;
 *   what a person zoomed to stays while `scene` does
 * @typedef {{x: any, y: any, index: any, series: number, name: string}} Picked
 * @typedef {{label: string, height?: number, id?: string, margin?: Partial<typeof MARGIN>,
 *   click?: (picked: Picked) => void, select?: (picked: Picked[]) => void,
 *   hover?: (picked: Picked | null) => void, scrub?: (x: number) => void, bare?: boolean}} Options
 *   `bare`: without buttons
 * @typedef {ReturnType<typeof chart>} Chart
 */

const MARGIN = { l: 52, r: 12, t: 12, b: 40 };
const FIRST = "latent-first-chart"; // from asked for, its script with it, to drawn
const NEAR = 12; // px beside an end of the x axis that still count as the end
const STRIP = 0.86; // share of the height below a row that is above the chart

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

/**
 * `label` says what the chart shows to those who cannot see it: the numbers belong into a table
 * beside it. `scrub` is told the value of x under a pointer that is pressed, in place of zooming.
 * @param {Options} options
 */
export function chart({ label, height = 240, id, margin, bare, ...hears }) {
  const node = el("div", { class: "lp-chart", id, role: "img", "aria-label": label });
  const cursor = el("div", { class: "lp-chart-mark", "aria-hidden": "true", hidden: true });
  const drag = hears.scrub ? false : hears.select ? "select" : "zoom";
  node.style.height = `${height}px`;
  /** @type {{traces: Trace[], layout: Layout} | null} */
  let spec = null;
  /** @type {number | null} */
  let marked = null;
  let drawing = Promise.resolve();
  let waiting = false;

  async function paint() {
    if (!spec || !node.clientWidth) {
      waiting = false;
      return; // once it is seen
    }
    const start = performance.now();
    // What is asked for while the library comes is drawn with the rest.
    const Plotly = await plotly().finally(() => (waiting = false));
    const look = themed(node, figure(spec, { height, margin, drag }));
    await Plotly.react(node, look.data, look.layout, {
      ...config(Plotly, Boolean(hears.select)),
      displayModeBar: bare ? false : "hover",
    });
    if (!cursor.isConnected) {
      node.append(cursor);
      listen(node, hears);
    }
    if (!performance.getEntriesByName(FIRST).length) performance.measure(FIRST, { start });
    place();
    node.dataset.drawn = String(Number(node.dataset.drawn ?? 0) + 1); // how tests know
  }

  function place() {
    const { xaxis, yaxis } = inner(node);
    cursor.hidden = marked == null || !xaxis;
    if (cursor.hidden) return;
    cursor.style.transform = `translateX(${xaxis._offset + xaxis.d2p(marked)}px)`;
    cursor.style.top = `${yaxis._offset}px`;
    cursor.style.height = `${yaxis._length}px`;
  }

  /** Of many that are asked for while one is under way, the last is drawn. */
  function redraw() {
    if (!waiting) drawing = drawing.then(paint, paint);
    waiting = true;
    return drawing;
  }
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
     * An upright line at x, or none; cheap enough to be moved with each frame.
     * @param {number | null} x
     */
    mark(x) {
      marked = x;
      place();
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
 * Where a chart's axes lie: what Plotly knows, and has no other way to tell.
 * @param {Element} node
 */
const inner = (node) => /** @type {any} */ (node)._fullLayout ?? {};

/**
 * @param {HTMLElement} node that Plotly has drawn into
 * @param {Pick<Options, "click" | "select" | "hover" | "scrub">} hears
 */
function listen(node, { click, select, hover, scrub }) {
  /** @param {string} event @param {(given: any) => void} hear */
  const on = (event, hear) => /** @type {any} */ (node).on(event, hear);
  if (click) on("plotly_click", ({ points }) => click(picked(points[0])));
  if (select) on("plotly_selected", (given) => given && select(given.points.map(picked)));
  if (hover) {
    on("plotly_hover", ({ points }) => hover(picked(points[0])));
    on("plotly_unhover", () => hover(null));
  }
  if (!scrub) return;
  node.addEventListener("pointerdown", (event) => {
    if (event.button || !overDrawing(node, event)) return;
    node.setPointerCapture(event.pointerId);
    scrub(valueUnder(node, event));
  });
  node.addEventListener("pointermove", (event) => {
    if (node.hasPointerCapture(event.pointerId)) scrub(valueUnder(node, event));
  });
}

/**
 * The value of x under a pointer, within the axis.
 * @param {Element} node
 * @param {PointerEvent} event
 * @returns {number}
 */
function valueUnder(node, event) {
  const { xaxis } = inner(node);
  const [low, high] = [...xaxis.range].sort((a, b) => a - b);
  const at = xaxis.p2d(event.clientX - node.getBoundingClientRect().left - xaxis._offset);
  return Math.min(high, Math.max(low, at));
}

/**
 * Whether a pointer is over the drawing itself or beside its ends, not over legend or buttons.
 * @param {Element} node
 * @param {PointerEvent} event
 */
function overDrawing(node, event) {
  const { xaxis, yaxis } = inner(node);
  const box = node.getBoundingClientRect();
  const x = event.clientX - box.left - xaxis._offset;
  const y = event.clientY - box.top - yaxis._offset;
  const across = x >= -NEAR && x <= xaxis._length + NEAR;
  return across && y >= 0 && y <= yaxis._length;
}

/**
 * Traces and layout as Plotly takes them, colours still by name.
 * @param {{traces: Trace[], layout: Layout}} spec
 * @param {{height: number, margin?: object, drag?: string | false}} frame
 */
export function figure({ traces, layout }, { height, margin, drag = "zoom" }) {
  const { x = {}, y = {}, shapes = [], notes = [], legend, square, stacked } = layout;
  const { strip, formulas, scene = "kept" } = layout;
  const downward = traces.some(
    ({ type, orientation }) => type === "heatmap" || orientation === "h",
  );
  return {
    data: traces.map((trace) => worded(trace, formulas ? lowered : plain)),
    layout: {
      ...{ height, annotations: notes, uirevision: scene, autosize: true },
      shapes: strip ? [ground, ...shapes] : shapes,
      ...{ paper_bgcolor: "--card", plot_bgcolor: "--card" },
      font: { family: "system-ui, sans-serif", size: 12, color: "--ink-2" },
      margin: { ...MARGIN, ...margin },
      xaxis: axis(x),
      yaxis: {
        ...axis(y),
        ...(downward ? { autorange: "reversed" } : {}),
        ...(square ? { scaleanchor: "x" } : {}),
        ...(strip ? { domain: [0, STRIP] } : {}),
      },
      ...(strip ? { yaxis2: above(strip) } : {}),
      modebar: { bgcolor: "--card", color: "--ink-2", activecolor: "--accent" },
      showlegend: legend ?? traces.filter(({ showlegend }) => showlegend !== false).length > 1,
      legend: {
        orientation: "h",
        x: 0,
        y: 1,
        xanchor: "left",
        yanchor: "bottom",
        traceorder: "normal",
      },
      hovermode: layout.pick ?? "closest",
      hoverlabel: { bgcolor: "--card", bordercolor: "--hairline", font: { color: "--ink" } },
      dragmode: drag,
      barmode: stacked ? "stack" : "group",
      bargap: 0.25,
    },
  };
}

const ground = {
  ...{ type: "rect", xref: "paper", yref: "paper", x0: 0, x1: 1, y0: STRIP + 0.04, y1: 1 },
  ...{ layer: "below", line: { width: 0 }, fillcolor: "--wash" },
};

/**
 * The axis of a row above the chart, at 0.
 * @param {string} name
 */
function above(name) {
  const ticks = { tickvals: [0], ticktext: [plain(name)], tickfont: { size: 16, color: "--ink" } };
  const plainly = { fixedrange: true, zeroline: false, gridcolor: "--hairline" };
  return { ...ticks, ...plainly, domain: [STRIP + 0.04, 1], range: [-1, 1] };
}

/**
 * A trace whose words are shown as they are.
 * @param {Trace} trace
 * @param {(text: string) => string} named
 */
function worded(trace, named) {
  const words = ["text", "hovertext", "x", "y"].filter((key) => trace[key] !== undefined);
  const said = Object.fromEntries(words.map((key) => [key, shown(trace[key])]));
  return { ...trace, ...said, name: named(trace.name ?? "") };
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
  const { low, high, log, label, ticks, names, category, order } = spec;
  const ends = [low, high].map((v) => (v == null ? null : log ? Math.log10(v) : v));
  return {
    ...(label ? { title: { text: plain(label), standoff: 8, font: { size: 12 } } } : {}),
    ...(log ? { type: "log" } : category ? { type: "category", showgrid: false } : {}),
    ...(order ? { categoryorder: "array", categoryarray: order } : {}),
    ...ending(ends),
    ...(ticks ? { tickvals: ticks, ticktext: names ?? ticks } : {}),
    ...{ gridcolor: "--hairline", linecolor: "--hairline", zeroline: false, automargin: true },
    ...{ separatethousands: true, exponentformat: log ? "power" : "none" },
  };
}

/**
 * A range, or the end of it that is given. Not as a range with null at one end: when Plotly draws
 * for the second time, it has forgotten the other.
 * @param {(number | null)[]} ends
 */
function ending([low, high]) {
  if (low != null && high != null) return { range: [low, high], autorange: false };
  const given = { ...(low == null ? {} : { minallowed: low }) };
  return { autorangeoptions: { ...given, ...(high == null ? {} : { maxallowed: high }) } };
}

/** @param {any} Plotly @param {boolean} selecting */
function config(Plotly, selecting) {
  const png = {
    name: "Download as PNG",
    icon: Plotly.Icons.camera,
    click: (/** @type {any} */ node) => savePng(Plotly, node),
  };
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
      [png, svg],
    ],
  };
}

/**
 * The chart as a file that holds the link of the view.
 * @param {any} Plotly
 * @param {any} node
 */
async function savePng(Plotly, node) {
  const url = await Plotly.toImage(node, { format: "png", scale: 2 });
  download("chart.png", "image/png", withTexts(bytes(url.split(",")[1]), origin()));
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
      return ["x", "y", "z", "text", "hovertext", "customdata"].includes(key)
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
 * Text as Plotly shows it, which reads some tags: what a person typed stays what it is.
 * @param {string} text
 */
export function plain(text) {
  return String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/**
 * The same with what follows a _ as an index.
 * @param {string} text
 */
const lowered = (text) => plain(text).replaceAll(/_([\p{L}\p{N}]+)/gu, "<sub>$1</sub>");
