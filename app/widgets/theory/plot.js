// Plots: a title, a legend, axes, and series of five kinds.
//
// A series is {kind, k, name, x, y}: "line", "area", "dots", "open" (rings), "band" (a stretch of
// x). A y of "inf" is drawn on a strip of its own above the axis; what is above the axis is cut.

import { el, svg, typeset } from "../../page/dom.js";
import { powerOfTen, ticks } from "../../page/numbers.js";
import { COLOURS, GLYPHS } from "../../page/palette.js";
import { here, id, restore, shownOrHidden } from "./theory.js";

const [TALL, LEFT, RIGHT, TOP, BOTTOM] = [248, 46, 12, 12, 40]; // pixels
const PADDING = 12; // of the figure around it
const STRIP = 30; // height of the strip of infinity
const DASHES = ["", "8 4", "2 3", "9 3 2 3"];
const hue = (k) => (k === 7 ? "var(--ink)" : k === 6 ? "var(--ink-2)" : COLOURS[k]);
const sign = ({ kind, k }) => (kind === "open" ? "○" : GLYPHS[k % 5]);

export function drawPlots(ui) {
  const made = ui.figure.plots.map((plot, i) => {
    const old = ui.plots.children[i];
    const node =
      old ??
      el(
        "figure",
        { class: "theory-plot" },
        el("figcaption"),
        el("div", { class: "theory-legend" }),
        svg("svg", { role: "img", height: TALL }),
      );
    const [title, legend, drawing] = node.children;
    title.textContent = plot.title;
    node.classList.toggle("theory-wide", !!plot.wide);
    legend.replaceChildren(...plot.series.filter(({ silent }) => !silent).map(key));
    drawing.setAttribute(
      "aria-label",
      `${plot.title}: ${plot.series.map(({ name }) => name).join(", ")}. The numbers are in the table below.`,
    );
    return node;
  });
  if (
    made.length !== ui.plots.children.length ||
    made.some((node, i) => node !== ui.plots.children[i])
  )
    ui.plots.replaceChildren(...made);
  ui.figure.plots.forEach((plot, i) =>
    drawOne(
      ui.plots.children[i].lastChild,
      plot,
      ui.plots.children[i].clientWidth - 2 * PADDING,
      id(ui, `plot-${i}`),
    ),
  );
}

/** What a series looks like, with its name. */
function key(series) {
  const sample = svg("svg", { width: 26, height: 12, "aria-hidden": "true" });
  const style = `color:${hue(series.k)}`;
  if (series.kind === "line")
    sample.append(
      svg("path", {
        class: stroke(series),
        d: "M1 6H25",
        style,
        "stroke-dasharray": DASHES[series.dash ?? 0],
      }),
    );
  else if (series.kind === "area" || series.kind === "band")
    sample.append(
      svg("rect", { class: `theory-${series.kind}`, x: 1, y: 1, width: 24, height: 10, style }),
    );
  else
    sample.append(
      svg(
        "text",
        { x: 13, y: 11, "text-anchor": "middle", style: `fill:${hue(series.k)}` },
        sign(series),
      ),
    );
  return el("span", {}, sample, el("span", {}, ...typeset(series.name)));
}
const stroke = ({ wide }) => `theory-line${wide ? " theory-thick" : ""}`;

/** Low and high of the axis, and where its ticks are. */
function axis(spec, values, room) {
  if (spec.log) {
    const low = Math.floor(Math.log10(Math.min(...values)));
    const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
    const every = Math.ceil((high - low) / 5);
    const powers = [];
    for (let power = low; power <= high; power += every)
      powers.push({ value: power, label: powerOfTen(power) });
    return { low, high, ticks: powers, at: Math.log10 };
  }
  const low = spec.low ?? Math.min(...values);
  const high = spec.high ?? (low === 0 ? 1.08 : 1) * Math.max(...values);
  const spare = spec.low == null && spec.high == null ? 0.08 * (high - low || 1) : 0;
  return {
    low: low - spare,
    high: high + spare,
    ticks: ticks(low - spare, high + spare, room),
    at: (v) => v,
  };
}

/** One drawing of `wide` pixels; `name` is its own on the page. */
function drawOne(drawing, plot, wide, name) {
  if (wide < 100) return; // not on the page yet
  const values = (which) =>
    plot.series.flatMap((series) => series[which].filter((v) => typeof v === "number"));
  const [across, up] = [axis(plot.x, values("x"), wide / 48), axis(plot.y, values("y"), 5)];
  const [top, foot, end] = [TOP + (plot.y.inf ? STRIP : 0), TALL - BOTTOM, wide - RIGHT];
  const x = (v) => LEFT + ((v - across.low) / (across.high - across.low || 1)) * (end - LEFT);
  const level = (v) => foot - ((v - up.low) / (up.high - up.low || 1)) * (foot - top);
  const y = (v) => (v === "inf" ? TOP + STRIP / 2 - 8 : level(up.at(v)));
  const text = (content, px, py, more = {}) => svg("text", { x: px, y: py, ...more }, content);
  const clip = svg(
    "clipPath",
    { id: `${name}-clip` },
    svg("rect", { x: LEFT, y: top - 1, width: end - LEFT, height: foot - top + 2 }),
  );
  const inside = svg("g", { "clip-path": `url(#${name}-clip)` });
  const scene = {
    x,
    y,
    foot,
    top,
    seen: (v) => v === "inf" || (up.at(v) <= up.high && up.at(v) >= up.low),
  };
  /** @type {SVGElement[]} */
  const nodes = [clip];
  for (const { value: v, label } of up.ticks)
    nodes.push(
      svg("path", { class: "theory-grid", d: `M${LEFT} ${level(v)}H${end}` }),
      text(label, LEFT - 6, level(v) + 4, { "text-anchor": "end" }),
    );
  for (const { value: v, label } of across.ticks)
    nodes.push(text(label, x(v), foot + 16, { "text-anchor": "middle" }));
  if (plot.y.inf)
    nodes.push(
      svg("rect", {
        class: "theory-strip",
        x: LEFT,
        y: TOP - 8,
        width: end - LEFT,
        height: STRIP - 4,
      }),
      text("∞", LEFT - 6, y("inf") + 5, { "text-anchor": "end", class: "theory-infinite" }),
    );
  nodes.push(inside);
  if (plot.rule != null)
    nodes.push(svg("path", { class: "theory-rule", d: `M${x(plot.rule)} ${TOP - 8}V${foot}` }));
  for (const series of plot.series) {
    inside.append(...within(series, scene));
    nodes.push(...onTop(series, scene));
  }
  nodes.push(
    text(plot.x.label, (LEFT + end) / 2, TALL - 6, {
      "text-anchor": "middle",
      class: "theory-name",
    }),
    text(plot.y.label, LEFT + 6, top + 10, { class: "theory-name" }),
  );
  drawing.setAttribute("width", wide);
  drawing.replaceChildren(...nodes);
}

/** A path through the points whose y is `fit`, broken where it is not. */
function trace({ x: xs, y: ys }, { x, y }, fit) {
  let d = "";
  let drawing = false;
  xs.forEach((v, i) => {
    const here = fit(ys[i]);
    if (here) d += `${drawing ? "L" : "M"}${x(v).toFixed(1)} ${y(ys[i]).toFixed(1)}`;
    drawing = here;
  });
  return d;
}

/** What is cut off at the edges of the axes. */
function within(series, scene) {
  const style = `color:${hue(series.k)}`;
  const path = (d) =>
    svg("path", { class: stroke(series), d, style, "stroke-dasharray": DASHES[series.dash ?? 0] });
  const number = (v) => typeof v === "number";
  if (series.kind === "line") return [path(trace(series, scene, number))];
  if (series.kind === "band")
    return [
      svg("rect", {
        class: "theory-band",
        x: scene.x(series.x[0]),
        y: scene.top,
        width: scene.x(series.x[1]) - scene.x(series.x[0]),
        height: scene.foot - scene.top,
        style,
      }),
    ];
  if (series.kind !== "area") return [];
  const [d, first, last] = [
    trace(series, scene, number),
    scene.x(series.x[0]),
    scene.x(series.x.at(-1)),
  ];
  return [
    svg("path", {
      class: "theory-area",
      d: `${d}L${last} ${scene.foot}L${first} ${scene.foot}Z`,
      style,
    }),
    path(d),
  ];
}

/** Points, and what lies at infinity. */
function onTop(series, scene) {
  const style = `color:${hue(series.k)}`;
  if (series.kind === "line")
    return [
      svg("path", {
        class: stroke(series),
        d: trace(series, scene, (v) => v === "inf"),
        style,
        "stroke-dasharray": DASHES[series.dash ?? 0],
      }),
    ];
  if (series.kind !== "dots" && series.kind !== "open") return [];
  const size = series.small ? "theory-sign theory-little" : "theory-sign";
  return series.x.flatMap((v, i) =>
    series.y[i] === null || !scene.seen(series.y[i])
      ? []
      : [
          svg(
            "text",
            { class: size, x: scene.x(v).toFixed(1), y: scene.y(series.y[i]).toFixed(1), style },
            sign(series),
          ),
        ],
  );
}

export function setUp(ui) {
  new ResizeObserver(() => ui.figure && ui.plots.clientWidth && drawPlots(ui)).observe(ui.plots);
  restore(ui);
  if (here(ui)) shownOrHidden(ui);
}
