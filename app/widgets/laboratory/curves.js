// Losses of each model and scores of all of them, as curves and as tables.

import { chart, line, rule } from "../../page/charts.js";
import { button, el, one, svg, tableTwin } from "../../page/dom.js";
import { csv, download } from "../../page/files.js";
import { significant } from "../../page/numbers.js";
import { id } from "./laboratory.js";
import { lineOf, lineSwatch, PULL } from "./squares.js";

/**
 * @typedef {import("./types.js").Chart} Chart
 * @typedef {import("./types.js").Level} Level
 * @typedef {import("./types.js").Look} Look
 * @typedef {import("./types.js").Pair} Pair
 * @typedef {import("./types.js").Ui} Ui
 */

const HIGH = 120; // pixels of a chart
const PAUSE = 250; // ms between two drawings during a run
const SCORES = [
  ["modes", "Modes hit", "", "of the data's modes, those with at least 20 good samples of 10,000"],
  ["good", "Good samples", "share", "within three deviations of a centre of the data"],
  [
    "kl",
    "KL(data ‖ samples)",
    "nats",
    "by histograms of 32 × 32 cells, half a sample added to each",
  ],
  ["js", "Jensen-Shannon", "nats", "by the same histograms; at most ln 2 = 0.693"],
  ["w1", "Wasserstein-1", "units", "exact, of 256 samples matched to 256 points"],
];
/** @type {Record<string, number>} */
const LOSSES = {
  loss: 0,
  critic_loss: 1,
  generator_loss: 1,
  encoder_loss: 1,
  decoder_loss: 1,
  code_critic_loss: 1,
  recon_nll: 1,
  kl: 1,
  nll: 1,
  mse: 1,
  mmd: 1,
  feature_nll: 1,
  recon_l1: 1,
  penalty: 1,
};
const DASHES = ["", "6 3", "2 2", "8 2 2 2", "1 4"];
const INKS = ["--ink", "--accent", "--reject", "--accept", "--caution-mark"];

/** @param {Ui} ui */
export function buildCurves(ui) {
  const shown = SCORES.filter(([name]) => name !== "modes" || ui.scene.modes > 1);
  ui.scoreCharts = Object.fromEntries(shown.map(([name, title]) => [name, plot(title)]));
  ui.lossCharts = ui.scene.models.map(() => plot("Losses"));
  ui.drawnAt = 0;
  ui.curves.replaceChildren(
    ...shown.map(([name, title, unit, how]) =>
      el(
        "figure",
        { class: "lab-curve", "data-curve": name, title: how },
        el(
          "figcaption",
          {},
          el("b", { text: title }),
          el("span", { text: name === "modes" ? `of ${ui.scene.modes}` : unit }),
        ),
        el(
          "div",
          { class: "lab-values" },
          ...ui.scene.models.map(({ name: model }) =>
            el("span", {}, lineSwatch(ui, model), el("b", { text: "–" })),
          ),
        ),
        ui.scoreCharts[name].node,
      ),
    ),
  );
  ui.about.textContent = `Scores are of 10,000 samples against 10,000 fresh points, which nothing is trained on, every 100 steps and wherever the run rests. The dotted line is what the data score against themselves, the best there is. ${shown.map(([, title, , how]) => `${title}: ${how}.`).join(" ")} Mean pull: ${PULL}`;
}

/**
 * A small chart; the widget names its curves beside it.
 * @param {string} title
 */
function plot(title) {
  const label = `${title} by step; the numbers are in the table below`;
  return chart({ label, height: HIGH, margin: { l: 36, t: 6, b: 24 } });
}

/**
 * Curves [{points: [[step, value]], colour, dash, width}] over steps 0 … last.
 * @param {Chart} made @param {(Look & {points: Pair[]})[]} curves @param {number} last
 * @param {{from?: number, to?: number, level?: number, levels?: Level[]}} range
 */
function drawPlot(made, curves, last, { from, level, to, levels = [] }) {
  const series = curves.map(({ points, ...look }) => {
    const [steps, values] = [0, 1].map((part) => points.map((pair) => pair[part]));
    return line("", steps, values, { ...look, hover: "step %{x}: %{y:.3~g}" });
  });
  const shapes = [
    ...(level == null ? [] : [rule({ y: level })]),
    ...levels.map(({ y, colour, name }) => rule({ y }, { colour, name })),
  ];
  made.draw(series, {
    x: { low: 0, high: last },
    y: { low: from, high: to },
    shapes,
    legend: false,
  });
}

/**
 * Curves follow a run at their own pace: eight charts take longer to draw than a frame lasts.
 * @param {Ui} ui
 */
export function drawCurves(ui) {
  const now = performance.now();
  if (ui.scene.playing && now - ui.drawnAt < PAUSE) return;
  ui.drawnAt = now;
  const last = Math.max(1, ui.scene.step);
  for (const figure of ui.curves.children) {
    const name = figure.getAttribute("data-curve") ?? "";
    const lines = ui.scene.frames.map(({ scores }, i) => {
      const points = scores.map(([step, values]) => /** @type {Pair} */ ([step, values[name]]));
      return { points, ...lineOf(ui, ui.scene.models[i].name) };
    });
    figure
      .querySelectorAll(".lab-values b")
      .forEach((cell, i) => (cell.textContent = readout(name, lines[i].points.at(-1)?.[1])));
    /** @type {Record<string, number>} */
    const tops = { modes: ui.scene.modes, good: 1, js: Math.LN2 };
    const to = tops[name];
    drawPlot(ui.scoreCharts[name], lines, last, { from: 0, to, level: ui.scene.floor[name] });
  }
  ui.scene.models.forEach((_, i) => drawLosses(ui, i, last));
  fillTables(ui);
}
/** @param {string} name @param {number | undefined} value */
const readout = (name, value) =>
  value == null ? "–" : name === "modes" ? String(value) : significant(value, 2);

/**
 * Losses that a model's players minimise, and the terms they are made of.
 * @param {Ui} ui @param {number} i
 */
function termsOf(ui, i) {
  const names = Object.keys(ui.scene.frames[i].terms.at(-1)?.[1] ?? {});
  return names.filter((name) => LOSSES[name]).slice(0, INKS.length);
}
/** @param {string} name */
const words = (name) =>
  ({
    kl: "KL, nats",
    recon_nll: "−log p(x|z), nats",
    nll: "bound, nats",
    mmd: "MMD²",
    mse: "MSE",
    recon_l1: "L1 error",
    feature_nll: "features",
    penalty: "penalty",
  })[name] ?? name.replace("_loss", "").replace("_", " ");

/** @param {Ui} ui @param {number} i @param {number} last */
function drawLosses(ui, i, last) {
  const box = one(ui.squares.children[i], ".lab-losses");
  const [names, rows] = [termsOf(ui, i), ui.scene.frames[i].terms];
  if (box.dataset.names !== names.join()) {
    box.dataset.names = names.join();
    box.replaceChildren(
      el(
        "div",
        { class: "lab-legend" },
        ...names.map((name, k) =>
          el("span", {}, termSwatch(k), el("span", { text: words(name) }), el("b")),
        ),
      ),
      ui.lossCharts[i].node,
    );
  }
  box
    .querySelectorAll(".lab-legend b")
    .forEach((cell, k) => (cell.textContent = significant(rows.at(-1)?.[1][names[k]], 2)));
  const smooth = names.map((name, k) => ({
    points: thinned(
      rows.filter(([, values]) => name in values).map(([step, values]) => [step, values[name]]),
    ),
    colour: INKS[k],
    dash: k,
    width: 1.5,
  }));
  const all = smooth.flatMap(({ points }) =>
    points.slice(Math.floor(points.length / 20)).map(([, value]) => value),
  ); // the first steps would dwarf the rest
  const levels = names.flatMap((name, k) => {
    const optimum = ui.scene.models[i].optima[name];
    return optimum ? [{ y: optimum.value, name: optimum.text, colour: INKS[k] }] : [];
  });
  all.push(...levels.map(({ y }) => y));
  const room = levels.length ? 1.25 : 1; // for the names above them
  const range = all.length ? { from: Math.min(0, ...all), to: room * Math.max(...all, 0.1) } : {};
  drawPlot(ui.lossCharts[i], smooth, last, { ...range, levels });
}
/** @param {number} k */
function termSwatch(k) {
  return svg(
    "svg",
    { class: "lab-swatch", viewBox: "0 0 28 8", "aria-hidden": "true" },
    svg("path", {
      d: "M1 4H27",
      style: `stroke:var(${INKS[k]})`,
      "stroke-width": 2,
      "stroke-dasharray": DASHES[k],
    }),
  );
}
/**
 * At most some 150 points, each the mean of its neighbours.
 * @param {Pair[]} points @returns {Pair[]}
 */
function thinned(points) {
  const width = Math.ceil(points.length / 150);
  if (width < 2) return points;
  return Array.from({ length: Math.ceil(points.length / width) }, (_, k) => {
    const part = points.slice(k * width, (k + 1) * width);
    return [
      part[part.length - 1][0],
      part.reduce((sum, [, value]) => sum + value, 0) / part.length,
    ];
  });
}

/** @param {Ui} ui */
function fillTables(ui) {
  const columns = SCORES.map(([, title, unit]) => (unit ? `${title}, ${unit}` : title));
  /** @param {number | string} step @param {string} title @param {Record<string, number>} values */
  const line = (step, title, values) => [
    step,
    title,
    ...SCORES.map(([name]) =>
      name === "modes" ? String(values[name]) : significant(values[name]),
    ),
  ];
  ui.scoreTable.set(
    ["step", "model", ...columns],
    [
      line("–", "the data themselves", ui.scene.floor),
      ...ui.scene.models.flatMap(({ title }, i) =>
        ui.scene.frames[i].scores.map(([step, values]) => line(step, title, values)),
      ),
    ],
  );
  const names = [
    ...new Set(
      ui.scene.models.flatMap((_, i) => Object.keys(ui.scene.frames[i].terms.at(-1)?.[1] ?? {})),
    ),
  ].filter((name) => name !== "loss");
  ui.lossTable.set(
    ["step", "model", ...names.map((name) => name.replaceAll("_", " "))],
    ui.scene.models.flatMap(({ title }, i) =>
      ui.scene.frames[i].terms.map(([step, values]) => [
        step,
        title,
        ...names.map((name) => (name in values ? significant(values[name]) : "")),
      ]),
    ),
  );
}

/** @param {Ui} ui */
export function setUp(ui) {
  ui.curves = el("div", { class: "lab-curves" });
  ui.lossTable = tableTwin("Losses as a table");
  ui.scoreTable = tableTwin("Scores as a table");
  ui.about = el("p", { class: "lab-note", id: id(ui, "about") });
  ui.life.tools.prepend(
    button(
      "save",
      "CSV of scores",
      () => download("scores.csv", "text/csv", csv(ui.scoreTable.sheet())),
      { id: id(ui, "scores-csv") },
    ),
    button(
      "save",
      "CSV of losses",
      () => download("losses.csv", "text/csv", csv(ui.lossTable.sheet())),
      { id: id(ui, "losses-csv") },
    ),
  );
  ui.life.body.append(
    ui.presetBox,
    ui.watching,
    ui.setup,
    ui.modelField,
    ui.sizeBox,
    ui.drawingBox,
    ui.transport,
    ui.knobBox,
    ui.toggles,
    ui.timeBox,
    ui.squares,
    ui.curves,
    ui.about,
    ui.scoreTable.details,
    ui.lossTable.details,
  );
}
