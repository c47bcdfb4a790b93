// Four curves along the training, and their values under the pointer.

import { chart, line, swatch } from "../../page/charts.js";
import { el } from "../../page/dom.js";
import { fixed, ticks } from "../../page/numbers.js";
import { column, LINES } from "./panels.js";
import { go, namePlay } from "./scrubber.js";
import { nearest } from "./snapshots.js";

/**
 * @typedef {import("./types.js").Curve} Curve
 * @typedef {import("./types.js").Run} Run
 * @typedef {import("./types.js").Ui} Ui
 */

/**
 * Values of a curve of a run at a step: the nearest evaluation, null where there is none.
 * @param {Run} run
 * @param {string} curve
 * @param {number} step
 */
export function valueAt(run, curve, step) {
  const { step: steps, [curve]: values } = run.history;
  return steps.length ? (values[nearest(steps, step)] ?? null) : null;
}

/** @param {Ui} ui @param {Curve} about */
export function curve(ui, { id: name, title, unit }) {
  const values = el(
    "div",
    { class: "panel-values" },
    ...ui.scene.runs.map((run) =>
      el("span", { title: run.title, style: column(run) }, swatch(LINES[run.column]), el("b")),
    ),
  );
  ui.charts[name] = chart({
    ...{ label: `${title} along the training`, height: 128, bare: true },
    margin: { l: 36, r: 24, t: 8, b: 24 },
    hover: (picked) => ui.playing || readouts(ui, picked?.x ?? ui.scene.steps[ui.at]),
    scrub: (step) => {
      ui.playing = false;
      namePlay(ui);
      go(ui, nearest(ui.scene.steps, step));
    },
  });
  const caption = el(
    "figcaption",
    {},
    el("span", { text: title }),
    el("span", { text: unit, class: "panel-unit" }),
  );
  const parts = [caption, values, ui.charts[name].node];
  return el("figure", { class: "panel-curve", "data-curve": name }, ...parts);
}

/** @param {Ui} ui */
export function drawCurves(ui) {
  const last = ui.scene.steps.at(-1) || 1;
  for (const [name, { draw }] of Object.entries(ui.charts)) {
    const values = ui.scene.runs.flatMap((run) =>
      run.history[name].filter((_, i) => run.history.step[i] <= last),
    );
    const lines = ui.scene.runs.map((run) => ({
      ...line(run.title, run.history.step, run.history[name], LINES[run.column]),
      hoverinfo: "none", // the values above the chart are those under the pointer
    }));
    draw(lines, {
      x: { low: 0, high: last },
      y: { low: 0, high: roundUp(Math.max(0, ...values)) },
      ...{ legend: false, pick: "x" },
    });
  }
  moveCursors(ui, ui.scene.steps[ui.at]);
}

/**
 * The first of a row of round numbers that is not below `value`.
 * @param {number} value
 */
function roundUp(value) {
  const step = ticks(0, value || 1, 8)[1].value;
  return Number((step * Math.ceil((value || 1) / step - 1e-9)).toPrecision(6));
}

/** @param {Ui} ui @param {number} step */
export function moveCursors(ui, step) {
  for (const { mark } of Object.values(ui.charts)) mark(step);
}

/** @param {Ui} ui @param {number} step */
export function readouts(ui, step) {
  moveCursors(ui, step);
  for (const block of /** @type {Iterable<HTMLElement>} */ (ui.curves.children)) {
    const values = ui.scene.runs.map((run) =>
      step < (run.history.step[0] ?? 0) / 2 ? null : valueAt(run, block.dataset.curve ?? "", step),
    );
    block
      .querySelectorAll(".panel-values b")
      .forEach(
        (cell, i) => (cell.textContent = fixed(values[i], (values[i] ?? 0) >= 100 ? 1 : 2)),
      );
  }
}
