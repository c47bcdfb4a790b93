// What the shown runs do: curves of each term, KL of each unit, the same eight held-out items
// again and again, and the log. Two runs lie over one another, each in a colour of its own.

import { bars, chart, hue, line, swatch } from "../../page/charts.js";
import { el, tableTwin } from "../../page/dom.js";
import { count, significant } from "../../page/numbers.js";
import { figure, items } from "./report.js";
import { terms, termTitle } from "./words.js";

/**
 * @typedef {import("./types.js").Examples} Examples
 * @typedef {import("./types.js").Look} Look
 * @typedef {import("./types.js").RunPart} RunPart
 * @typedef {import("./types.js").Ui} Ui
 */

const HIGH = 180; // pixels of a chart
const FROM = /** @type {const} */ (["train", "validation"]);
const COLLAPSED =
  "The posterior has collapsed: the code says next to nothing, and the decoder does without it. A lower KL weight, slower annealing or a target for the KL help.";

/** @returns {Omit<RunPart, "node" | "list" | "none" | "said">} */
export function setUp() {
  const part = {
    shown: el("div", { class: "train-shown-runs", hidden: true }),
    warning: el("p", { class: "lp-warning", role: "status", hidden: true, text: COLLAPSED }),
    legend: el("div", { class: "train-legend" }),
    charts: el("div", { class: "train-charts", id: "train-curves" }),
    curves: {},
    units: chart({
      label: "KL of each unit of the code; the numbers are in the table below",
      height: HIGH,
    }),
    items: el("div", { class: "train-sides", id: "train-items" }),
    log: el("ol", { class: "train-log", role: "log", tabindex: "0", "aria-label": "Log" }),
    curveTable: tableTwin("Curves as a table"),
    unitTable: tableTwin("KL of each unit as a table"),
  };
  const unitBox = figure("KL of each unit, nats", part.units.node);
  unitBox.id = "train-units";
  part.shown.append(
    part.warning,
    part.legend,
    part.charts,
    part.curveTable.details,
    unitBox,
    part.unitTable.details,
    part.items,
    el("details", { class: "lp-more" }, el("summary", { text: "Log" }), part.log),
  );
  return { ...part, unitBox };
}

/** @param {Ui} ui what has come of the runs that are shown */
export function drawCurves(ui) {
  const { run } = ui;
  const looks = ui.watched.map((id) => ui.looks[id]).filter(Boolean);
  run.shown.hidden = !looks.length;
  if (!looks.length) return;
  run.warning.hidden = !looks.some(({ collapsed }) => collapsed);
  run.legend.replaceChildren(...legend(looks));
  const made = looks.map(whatIsDrawn).join();
  if (run.charts.dataset.of !== made) {
    run.charts.dataset.of = made; // it is asked each second, and charts cost more than a step
    drawTerms(run, looks);
    drawUnits(run, looks);
  }
  drawItems(run, looks);
  const lines = looks.flatMap(({ log }, i) => log.map((text) => prefixed(looks, i, text)));
  if (run.log.children.length !== lines.length)
    run.log.replaceChildren(...lines.map((text) => el("li", { text })));
  run.shown.dataset.step = String(Math.max(...looks.map((look) => look.run.step))); // for tests
}

/** @param {Look} look what its curves and bars depend on */
const whatIsDrawn = ({ run, curves, units }) => [
  run.id,
  run.title,
  ...Object.entries(curves).flatMap(([name, points]) => [name, points.length, points.at(-1)]),
  units,
];

/** @param {Look[]} looks @param {number} i @param {string} text */
const prefixed = (looks, i, text) => (looks.length > 1 ? `${looks[i].run.title}: ${text}` : text);

/** @param {Look[]} looks */
function legend(looks) {
  return looks.flatMap(({ run }, k) =>
    FROM.map((from, dash) =>
      el(
        "span",
        {},
        swatch({ colour: hue(k), dash: 1 - dash, width: 2 }),
        el("span", {
          text: `${looks.length > 1 ? `${run.title}, ` : ""}${from === "train" ? "training" : "held-out"}`,
        }),
      ),
    ),
  );
}

/** @param {RunPart} run @param {Look[]} looks */
function drawTerms(run, looks) {
  const names = terms(looks.flatMap(({ curves }) => Object.keys(curves)));
  if (names.join() !== Object.keys(run.curves).join()) {
    run.curves = Object.fromEntries(names.map((name) => [name, run.curves[name] ?? plot(name)]));
    const figures = names.map((name) => figure(termTitle(name), run.curves[name].node));
    run.charts.replaceChildren(...figures);
  }
  for (const name of names)
    run.curves[name].draw(
      looks.flatMap(({ curves }, k) =>
        FROM.map((from, i) => {
          const points = curves[`${from}_${name}`] ?? (i ? [] : (curves[name] ?? []));
          const [x, y] = [0, 1].map((part) => points.map((point) => point[part]));
          const look = { k, dash: 1 - i, silent: true, hover: "step %{x}: %{y:.4~g}" };
          return line(from, x, y, look);
        }),
      ),
      { x: "step", legend: false },
    );
  fillTable(run, looks, names);
}

/** @param {string} name */
const plot = (name) =>
  chart({
    label: `${termTitle(name)} by step; the numbers are in the table below`,
    height: HIGH,
    margin: { l: 44, t: 8, b: 36 },
  });

/** @param {RunPart} run @param {Look[]} looks @param {string[]} names */
function fillTable(run, looks, names) {
  const columns = names.flatMap((name) => [name, ...FROM.map((from) => `${from}_${name}`)]);
  const there = columns.filter((column) => looks.some(({ curves }) => curves[column]?.length));
  const rows = looks.flatMap(({ run: one, curves }) => {
    const values = there.map((column) => new Map(curves[column] ?? []));
    const steps = [...new Set(values.flatMap((of) => [...of.keys()]))].sort((a, b) => a - b);
    return steps.map((step) => [
      one.title,
      count(step),
      ...values.map((of) => significant(of.get(step), 4)),
    ]);
  });
  const heads = there.map((name) => name.replace("validation", "held-out").replaceAll("_", " "));
  run.curveTable.set(["run", "step", ...heads], rows);
}

/** @param {RunPart} run @param {Look[]} looks */
function drawUnits(run, looks) {
  const longest = Math.max(...looks.map(({ units }) => units.length));
  run.unitBox.hidden = run.unitTable.details.hidden = !longest;
  if (!longest) return;
  const numbers = Array.from({ length: longest }, (_, i) => i + 1);
  run.units.draw(
    looks.map(({ run: one, units }, k) =>
      bars(one.title, numbers, units, { k, hover: "unit %{x}: %{y:.3f} nats" }),
    ),
    { x: "unit", y: { low: 0 }, legend: looks.length > 1 },
  );
  run.unitTable.set(
    ["unit", ...looks.map(({ run: one }) => `${one.title}, nats`)],
    numbers.map((n, i) => [n, ...looks.map(({ units }) => significant(units[i]))]),
  );
}

/** @param {RunPart} run @param {Look[]} looks */
function drawItems(run, looks) {
  const made = looks.map(({ run: one, examples }) => `${one.id} ${examples?.step ?? ""}`).join();
  if (run.items.dataset.of === made) return;
  run.items.dataset.of = made; // how tests know, and why they are not drawn anew each second
  run.items.replaceChildren(
    ...looks.flatMap(({ run: one, examples }) => {
      if (!examples) return [];
      const title = looks.length > 1 ? `${one.title}, ` : "";
      const head = el("h4", { text: `${title}step ${count(examples.step)}` });
      return [el("div", { class: "train-side" }, head, pairs(examples), samples(examples))];
    }),
  );
}

/** @param {Examples} examples the same held-out items, and what the model makes of them */
function pairs({ given, back, side = 0 }) {
  if (!given.length) return null;
  const title = el("h5", { text: "Held-out items, and what comes back" });
  if (side)
    return el("div", {}, title, items(given, side, "held-out"), items(back, side, "returned"));
  const rows = given.map((text, i) =>
    el("tr", {}, el("td", { text }), el("td", { text: back[i] || "(nothing)" })),
  );
  const head = ["held-out", "returned"].map((text) => el("th", { text, scope: "col" }));
  return el(
    "div",
    {},
    title,
    el(
      "table",
      { class: "train-pairs" },
      el("thead", {}, el("tr", {}, ...head)),
      el("tbody", {}, ...rows),
    ),
  );
}

/** @param {Examples} examples */
function samples({ samples: drawn, side = 0 }) {
  if (!drawn.length) return null;
  return el("div", {}, el("h5", { text: "Samples" }), items(drawn, side, "sample"));
}
