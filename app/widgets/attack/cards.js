// Each method as a card: its sentence against the original, its budget, its verdict.

import { button, changed, el, tableTwin } from "../../page/dom.js";
import { csv, download } from "../../page/files.js";
import { count, significant } from "../../page/numbers.js";
import { mark } from "../../page/palette.js";
import { id, METHODS, share } from "./attack.js";
import { drawCurve, reach } from "./curve.js";

/**
 * @typedef {import("./types.js").Method} Method
 * @typedef {import("./types.js").Row} Row
 * @typedef {import("./types.js").Ui} Ui
 * @typedef {import("./types.js").Verdict} Verdict
 */

const COLUMNS = [
  "method",
  "step",
  "action",
  "accepted",
  "p of the label wanted",
  "trials",
  "forward passes",
  "sentence",
];

/** @param {Ui} ui */
export const labelWanted = (ui) => ui.scene.labels[ui.scene.wanted];

/** @param {Ui} ui */
export function drawStart(ui) {
  const { premise, start, labels, label, p } = ui.scene;
  const given =
    premise &&
    el(
      "p",
      { class: "attack-premise" },
      el("span", { class: "lp-aside", text: "Premise, left as it is: " }),
      premise,
    );
  ui.original.replaceChildren(
    ...(given ? [given] : []),
    el("p", { class: "lp-sentence attack-sentence", text: start.text }),
    el(
      "div",
      { class: "attack-classes" },
      ...labels.map((name, k) =>
        el(
          "span",
          { class: "attack-class" },
          el("span", {
            text:
              k === label
                ? `${name} (its label)`
                : k === ui.scene.wanted
                  ? `${name} (wanted)`
                  : name,
          }),
          el("span", { class: "attack-track" }, el("i", { style: `width:${100 * p[k]}%` })),
          el("b", { text: share(p[k]) }),
        ),
      ),
      start.perplexity == null
        ? null
        : el("span", { class: "lp-aside", text: `perplexity ${significant(start.perplexity)}` }),
    ),
  );
}

/** @param {Ui} ui */
export function drawScene(ui) {
  if (ui.place === Infinity || ui.place > reach(ui)) ui.place = Infinity;
  drawCards(ui);
  drawCurve(ui);
  ui.rowTable.set(
    COLUMNS,
    METHODS.flatMap(({ key, title }) =>
      (ui.scene.rows[key] ?? []).map((row) => [
        title,
        row.n + 1,
        row.action,
        row.accepted ? "yes" : "no",
        Number(row.p.toPrecision(4)),
        row.trials,
        row.passes,
        row.text,
      ]),
    ),
  );
  ui.element.dataset.rows = String(ui.rowTable.rows().length); // how tests know
  ui.element.dataset.done = Object.keys(ui.scene.verdicts).length ? "yes" : "no";
}

/**
 * The row of a method at the cursor; null before its first.
 * @param {Ui} ui
 * @param {string} key
 */
const rowAt = (ui, key) => ui.scene.rows[key].findLast((row) => row[ui.axis] <= ui.place) ?? null;

/** @param {Ui} ui */
export function drawCards(ui) {
  ui.cards.replaceChildren(
    ...METHODS.filter(({ key }) => ui.scene.rows[key]).map((method) => card(ui, method)),
  );
}

/** @param {Ui} ui @param {Method} method */
function card(ui, method) {
  const { key, title, about } = method;
  const [rows, verdict] = [ui.scene.rows[key], ui.scene.verdicts[key]];
  const row = rowAt(ui, key);
  const p = row?.p ?? ui.scene.p[ui.scene.wanted];
  const accepted = rows.filter((each) => each.accepted && each[ui.axis] <= ui.place).length;
  const seen = rows.filter((each) => each[ui.axis] <= ui.place).length;
  const steps =
    key === "genetic"
      ? `${count(seen)} ${seen === 1 ? "generation" : "generations"}, ${count(accepted)} with a better sentence`
      : `${count(accepted)} of ${count(seen)} proposals accepted`;
  return el(
    "article",
    { class: "attack-card", "data-method": key, "aria-label": title },
    el("header", {}, mark(METHODS.indexOf(method)), el("h3", { text: title }), said(ui, verdict)),
    el("p", { class: "lp-aside attack-about", text: about }),
    el("p", { class: "lp-sentence attack-sentence" }, changed(row?.parts ?? ui.scene.start.parts)),
    gauge(`P(${labelWanted(ui)})`, p, share(p), ui.scene.labels.length === 2),
    gauge(
      "Trials",
      (row?.trials ?? 0) / ui.scene.settings.trials,
      `${count(row?.trials ?? 0)} of ${count(ui.scene.settings.trials)}`,
    ),
    gauge(
      "Forward passes",
      (row?.passes ?? 0) /
        Math.max(1, ...Object.values(ui.scene.rows).map((all) => all.at(-1)?.passes ?? 0)),
      count(row?.passes ?? 0),
    ),
    el("p", {
      class: "lp-aside",
      text: `${steps}${verdict ? `; ${share(verdict.edited)} of the words edited` : ""}${verdict?.perplexity == null ? "" : `; perplexity at the end ${significant(verdict.perplexity)}`}`,
    }),
  );
}

/**
 * What became of it; a success only counts once the classifier, asked afresh, agrees.
 * @param {Ui} ui
 * @param {Verdict | undefined} verdict
 */
function said(ui, verdict) {
  if (verdict?.flipped)
    return el("span", {
      class: "attack-verdict attack-won",
      title: `The classifier was asked afresh with the sentence as text: P(${labelWanted(ui)}) = ${share(verdict.p)}`,
      text: `✔ misled, verified after ${count(verdict.passes)} passes`,
    });
  if (verdict)
    return el("span", {
      class: "attack-verdict attack-lost",
      text:
        verdict.trials < ui.scene.settings.trials
          ? "✕ claimed, not confirmed"
          : `✕ not misled in ${count(verdict.trials)} trials`,
    });
  return el("span", { class: "attack-verdict", text: ui.running ? "running" : "not verified" });
}

/** @param {string} label @param {number} share @param {string} text @param {boolean} [half] */
function gauge(label, share, text, half = false) {
  return el(
    "div",
    { class: "attack-gauge" },
    el("span", { text: label }),
    el(
      "span",
      { class: half ? "attack-track attack-half" : "attack-track", "aria-hidden": "true" },
      el("i", { style: `width:${100 * Math.min(1, share)}%` }),
    ),
    el("b", { text }),
  );
}

/** @param {Ui} ui */
function saveJson(ui) {
  const { settings: asked, labels, label, wanted, premise, start, rows, verdicts } = ui.scene;
  const plain = Object.fromEntries(
    Object.entries(rows).map(([key, all]) => [key, all.map(({ parts, ...row }) => row)]),
  );
  const { parts, ...before } = start;
  const content = {
    format: "latent-playground/attack",
    version: 1,
    settings: asked,
    labels,
    label,
    wanted,
    premise,
    start: before,
    methods: plain,
    verdicts,
  };
  download("attack.json", "application/json", `${JSON.stringify(content, null, 1)}\n`);
}

/** @param {Ui} ui */
export function setUp(ui) {
  ui.original = el("section", {
    class: "attack-original",
    "aria-label": "The sentence that is attacked",
  });
  ui.cards = el("div", { class: "attack-cards" });
  ui.rowTable = tableTwin("Every step as a table");
  ui.curveBox = el("section", { class: "attack-curve" });
  ui.life.body.append(ui.original, ui.cards, ui.curveBox, ui.rowTable.details);
  ui.element.prepend(ui.form);
  ui.life.tools.prepend(
    button("save", "JSON", () => saveJson(ui), { id: id(ui, "json") }),
    button(
      "save",
      "CSV of the steps",
      () => download("attack.csv", "text/csv", csv([COLUMNS, ...ui.rowTable.rows()])),
      { id: id(ui, "csv") },
    ),
  );
}
