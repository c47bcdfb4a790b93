// The numbers under the grid, the table behind it, and KLs along training beside the capacities.

import { el, svg, typeset } from "../../page/dom.js";
import { count, fixed, percent, ticks } from "../../page/numbers.js";
import { wordOf } from "./grid.js";

const WIDE = 320;
const HIGH = 180;

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

function drawFacts(ui, all) {
  ui.facts.replaceChildren(
    ...all.flatMap(([value, text]) => [el("dt", { text: value }), el("dd", { text })]),
  );
}

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

function drawCurves(ui, curves) {
  ui.plots.hidden = ui.curveTable.details.hidden = !curves;
  if (!curves) return ui.plots.replaceChildren();
  const { steps, kl_z, capacity_z, kl_c, capacity_c } = curves;
  ui.plots.replaceChildren(
    plot("KL of the style, KL_z", steps, kl_z, capacity_z, "z"),
    plot("KL of the class, KL_c", steps, kl_c, capacity_c, "c"),
    el("p", {
      class: "lp-remark",
      text: "Solid: the KL on held-out pictures. Dashed: the capacity that the loss asks for at that step; that of the class cannot pass ln K.",
    }),
  );
  ui.curveTable.set(
    ["step", "KL_z, nats", "C_z, nats", "KL_c, nats", "C_c, nats"],
    steps.map((step, i) => [
      step,
      ...[kl_z, capacity_z, kl_c, capacity_c].map((values) => fixed(values[i], 3)),
    ]),
  );
}

function plot(title, steps, values, capacity, name) {
  const top = Math.max(...values, ...capacity) * 1.15;
  const last = steps.at(-1);
  const x = (step) => 32 + (step / last) * (WIDE - 80);
  const y = (value) => HIGH - 24 - (value / top) * (HIGH - 40);
  const line = (all, props) =>
    svg("path", {
      d: all.map((value, i) => `${i ? "L" : "M"}${x(steps[i])} ${y(value)}`).join(""),
      ...props,
    });
  const text = (at, words, props = {}, ...more) =>
    svg("text", { x: at[0], y: at[1], ...props }, String(words), ...more);
  const lower = svg("tspan", { dy: 3, "font-size": 9 }, name);
  const apart =
    Math.abs(y(values.at(-1)) - y(capacity.at(-1))) < 14
      ? 7 * Math.sign(y(values.at(-1)) - y(capacity.at(-1)) || 1)
      : 0;
  const grid = ticks(0, top, 3);
  const said = `${title}: ${fixed(values.at(-1))} nats at step ${count(last)}, capacity ${fixed(capacity.at(-1))} nats`;
  return el(
    "figure",
    { class: "styles-plot" },
    el("figcaption", {}, ...typeset(`${title}, nats`)),
    svg(
      "svg",
      { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": said },
      ...grid.flatMap(({ value, label }) => [
        svg("path", { class: "lp-gridline", d: `M32 ${y(value)}H${WIDE - 48}` }),
        text([26, y(value) + 4], label, { "text-anchor": "end" }),
      ]),
      line(capacity, { class: "styles-capacity" }),
      line(values, { class: "styles-kl" }),
      text([WIDE - 44, y(values.at(-1)) + 4 + apart], "KL"),
      text([WIDE - 44, y(capacity.at(-1)) + 4 - apart], "C", {}, lower),
      text([32, HIGH - 6], "0"),
      text([WIDE - 48, HIGH - 6], `step ${count(last)}`, { "text-anchor": "end" }),
    ),
  );
}
