// P(label wanted) along each chain, over forward passes or trials, and the cursor on it.

import { chart, line, points, rule } from "../../page/charts.js";
import { choice } from "../../page/choice.js";
import { el } from "../../page/dom.js";
import { count } from "../../page/numbers.js";
import { here, id, METHODS, shownOrHidden } from "./attack.js";
import { drawCards, drawScene, labelWanted } from "./cards.js";

/**
 * @typedef {import("./types.js").Axis} Axis
 * @typedef {import("./types.js").Row} Row
 * @typedef {import("./types.js").Ui} Ui
 */

/** @type {Record<Axis, string>} */
const AXES = { passes: "forward passes", trials: "trials" };

/** @param {Ui} ui */
export const reach = (ui) =>
  Math.max(1, ...Object.values(ui.scene.rows).map((rows) => rows.at(-1)?.[ui.axis] ?? 0));

/** @param {Ui} ui */
export function drawCurve(ui) {
  ui.curveTitle.textContent = `P(${labelWanted(ui)}) along each chain`;
  ui.slider.max = String(reach(ui));
  ui.slider.value = String(Math.min(ui.place, reach(ui)));
  ui.where.textContent =
    ui.place === Infinity
      ? `at the end, ${count(reach(ui))} ${AXES[ui.axis]}`
      : `after ${count(ui.place)} ${AXES[ui.axis]}`;
  ui.slider.setAttribute("aria-valuetext", ui.where.textContent);
  const start = ui.scene.p[ui.scene.wanted];
  const chains = METHODS.map(({ key, title }, k) => ({
    rows: ui.scene.rows[key] ?? [],
    title,
    k,
  }));
  ui.chart.draw(
    chains
      .filter(({ rows }) => rows.length)
      .flatMap(({ rows, title, k }) => curves(ui, rows, title, k, start)),
    {
      x: { label: AXES[ui.axis], low: 0, high: reach(ui) },
      y: { label: "P", low: 0, high: 1 },
      shapes: ui.scene.labels.length === 2 ? [rule({ y: 0.5 }, { colour: "--reject" })] : [],
      legend: true,
      pick: "x",
    },
    `${ui.curveTitle.textContent}, over ${AXES[ui.axis]}; every step is in the table below`,
  );
  ui.chart.mark(ui.place === Infinity ? null : ui.place);
}

/**
 * A chain, and the sign of its method where it ends.
 * @param {Ui} ui
 * @param {Row[]} rows
 * @param {string} title
 * @param {number} k
 * @param {number} start
 */
function curves(ui, rows, title, k, start) {
  const x = [0, ...rows.map((row) => row[ui.axis])];
  const y = [start, ...rows.map(({ p }) => p)];
  return [
    line(title, x, y, { k, step: true }),
    points(title, [x.at(-1)], [y.at(-1)], { k, silent: true }),
  ];
}

/** @param {Ui} ui */
export function setUp(ui) {
  ui.axisChoice = choice(id(ui, "axis"), { "aria-label": "Horizontal axis" }, (axis) => {
    ui.axis = axis;
    ui.place = Infinity;
    drawScene(ui);
  });
  ui.axisChoice.fill(Object.entries(AXES), ui.axis);
  ui.chart = chart({
    label: "P of the label that is wanted",
    height: 232,
    scrub: (place) => {
      ui.slider.value = String(Math.round(place));
      ui.slider.dispatchEvent(new Event("input"));
    },
  });
  ui.slider = el("input", {
    type: "range",
    id: id(ui, "place"),
    min: 0,
    step: 1,
    class: "attack-slider",
  });
  ui.where = el("output", { class: "lp-aside", for: ui.slider.id });
  ui.curveTitle = el("h3");
  ui.curveBox.append(
    el("div", { class: "attack-bar" }, ui.curveTitle, ui.axisChoice.group),
    ui.chart.node,
    el(
      "div",
      { class: "attack-cursor" },
      el("label", { class: "lp-offscreen", for: ui.slider.id, text: "Look at" }),
      ui.slider,
      ui.where,
    ),
  );
  ui.slider.addEventListener("input", () => {
    ui.place = Number(ui.slider.value) >= reach(ui) ? Infinity : Number(ui.slider.value);
    drawCards(ui);
    drawCurve(ui);
  });
  if (here(ui)) shownOrHidden(ui);
}
