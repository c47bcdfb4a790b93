// The numbers under the grid, the table behind it, and KLs along training beside the capacities.

import { chart, line } from "../../page/charts.js";
import { el, typeset } from "../../page/dom.js";
import { count, fixed, percent } from "../../page/numbers.js";
import { wordOf } from "./grid.js";

/**
 * @typedef {import("./types.js").Chart} Chart
 * @typedef {import("./types.js").Curves} Curves
 * @typedef {import("./types.js").Grid} Grid
 * @typedef {import("./types.js").Measured} Measured
 * @typedef {import("./types.js").Model} Model
 * @typedef {import("./types.js").Request} Request
 * @typedef {import("./types.js").Ui} Ui
 */

/**
 * @param {Ui} ui
 * @param {Model} model
 * @param {Grid} data
 * @param {Request} request
 * @param {() => boolean} alive
 */
export async function drawNumbers(ui, model, data, { checkpoint, seed }, alive) {
  const key = `${checkpoint} ${seed}`;
  if (ui.element.dataset.measured === key) return;
  if (ui.element.dataset.measured?.split(" ")[0] !== checkpoint) drawCurves(ui, null); // those of another model
  ui.classTable.set([], []);
  delete ui.element.dataset.measured;
  drawFacts(ui, [
    ["\u2026", "measuring"],
    ["\u2026", "measuring"],
  ]);
  const answer = await ui.ask("measured", { checkpoint, seed });
  if (!alive()) return;
  if (answer.error) return drawFacts(ui, [["–", answer.error]]);
  const word = model.digits ? "digit" : "label";
  const wanted = model.told
    ? `the ${wordOf(model)} that was told`
    : `the ${word} that their class mostly holds`;
  const real =
    answer.accuracy == null
      ? ""
      : ` It recognises ${percent(answer.accuracy, 1)} of ${count(answer.accuracy_n)} real test pictures.`;
  drawFacts(ui, [
    [
      percent(answer.share, 1),
      `of ${count(answer.judged)} pictures are recognised as ${wanted}. One draw of seed ${seed} for each, the classes in turn, seen by ${answer.judge}.${real}`,
    ],
    [
      fixed(answer.correlation),
      `correlation of the thickness of strokes between two classes, over ${answer.styles} styles of seed ${seed}; mean over all pairs of classes. 1: a style keeps its stroke in every class.`,
    ],
  ]);
  drawTable(ui, model, data, answer);
  drawCurves(ui, answer.curves);
  ui.element.dataset.measured = key;
}

/** @param {Ui} ui @param {[value: string, text: string][]} all */
function drawFacts(ui, all) {
  ui.facts.replaceChildren(
    ...all.flatMap(([value, text]) => [el("dt", { text: value }), el("dd", { text })]),
  );
}

/** @param {Ui} ui @param {Model} model @param {Grid} grid @param {Measured} measured */
function drawTable(ui, model, { columns, carried }, { recognised, thickness }) {
  const names = model.told
    ? [wordOf(model)]
    : [
        "class",
        ...(carried
          ? [
              model.digits ? "mostly digit" : "mostly label",
              "share of it, %",
              "held-out pictures, n",
            ]
          : []),
      ];
  ui.classTable.set(
    [...names, "recognised, %", "stroke thickness, px"],
    Array.from({ length: columns }, (_, k) => [
      k,
      ...(carried
        ? [
            carried[k].label ?? "–",
            carried[k].share == null ? "–" : fixed(100 * carried[k].share, 1),
            carried[k].n,
          ]
        : []),
      recognised[k] == null ? "–" : fixed(100 * recognised[k], 1),
      fixed(thickness[k]),
    ]),
  );
}

/** @param {Ui} ui @param {Curves | null} curves */
function drawCurves(ui, curves) {
  ui.plots.hidden = ui.curveTable.details.hidden = !curves;
  if (!curves) return;
  ui.charts ??= setUpCharts(ui);
  const { steps, kl_z, capacity_z, kl_c, capacity_c } = curves;
  drawKl(ui.charts.z, "KL of the style", "z", steps, kl_z, capacity_z);
  drawKl(ui.charts.c, "KL of the class", "c", steps, kl_c, capacity_c);
  ui.curveTable.set(
    ["step", "KL_z, nats", "C_z, nats", "KL_c, nats", "C_c, nats"],
    steps.map((step, i) => [
      step,
      ...[kl_z, capacity_z, kl_c, capacity_c].map((values) => fixed(values[i], 3)),
    ]),
  );
}

/** @param {Ui} ui */
function setUpCharts(ui) {
  const made = (/** @type {string} */ name) => {
    const title = `KL of the ${name === "z" ? "style" : "class"}, KL_${name}, nats`;
    const id = `${ui.props.tab}-styles-kl_${name}`;
    const drawn = chart({ label: title, height: 220, id });
    const caption = el("figcaption", {}, ...typeset(title));
    ui.plots.append(el("figure", { class: "styles-plot" }, caption, drawn.node));
    return drawn;
  };
  const both = { z: made("z"), c: made("c") };
  const text =
    "Solid: the KL on held-out pictures. Dashed: the capacity that the loss asks for at that step; that of the class cannot pass ln K.";
  ui.plots.append(el("p", { class: "lp-remark", text }));
  return both;
}

/**
 * @param {Chart} chart
 * @param {string} title
 * @param {string} name
 * @param {number[]} steps
 * @param {number[]} values
 * @param {number[]} capacity
 */
function drawKl({ draw }, title, name, steps, values, capacity) {
  const hover = "%{fullData.name}: %{y:.3f} nats";
  draw(
    [
      line(`C_${name}`, steps, capacity, { colour: "--ink-2", dash: 1, width: 1.5, hover }),
      line(`KL_${name}`, steps, values, { colour: "--accent", dash: 0, hover }),
    ],
    { x: { label: "step", low: 0 }, y: { low: 0 }, pick: "x", formulas: true },
    `${title}: ${fixed(values.at(-1))} nats at step ${count(steps.at(-1))}, capacity ${fixed(capacity.at(-1))} nats`,
  );
}
