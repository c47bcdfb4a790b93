// What is on the page of the eight panels.

import { choice } from "../../page/choice.js";
import { button, el, one, source, tableTwin } from "../../page/dom.js";
import { csv, download } from "../../page/files.js";
import { result } from "../../page/result.js";
import { choose, draw, id } from "./panels.js";
import { toggle } from "./scrubber.js";

/**
 * @typedef {import("./types.js").Twin} Twin
 * @typedef {import("./types.js").Ui} Ui
 */

const CLAIM =
  "What these runs support, and what they do not: with both terms the modes stay apart and tell sentences apart, as published. The bound (NLL) and reconstruction BLEU go the other way here: GMVAE is better on both, and L_mi alone keeps the modes that are used farther apart than both terms do. Far-off modes that no sentence uses make part of the variance of means; “in use” weighs each mode by its share of the sentences.";
const FORMULA = "\u2212log p(x|z) + w(t) [ KL(q(c)‖U) + MI + KL(q(z|x)‖p\u0302) + β disp. ]";

/** @param {Ui} ui @param {string} name @param {string} label @param {(value: any) => void} pick */
function segmented(ui, name, label, pick) {
  const frame = { class: "lp-choice-small", "aria-label": label };
  const { group, fill } = choice(id(ui, name), frame, pick);
  const title = el("span", { text: label, "aria-hidden": "true" });
  return { node: el("div", { class: "panel-field" }, title, group), fill };
}

/** @param {Ui} ui */
function setUp1(ui) {
  ui.rows = [0, 1].map((row) => ({
    title: el("h4", { class: "panel-when" }),
    cells: el("div", { class: "panel-columns", "data-row": row }),
  }));
  ui.life = result(`${ui.props.tab}-panels`, {
    element: ui.element,
    ready: () => {},
    server: ui.server,
    draw: (data) => draw(ui, data),
  });
  ui.variableField = segmented(ui, "of", "Variable", (variable) => choose(ui, { variable }));
  ui.colourField = segmented(ui, "colour", "Colour by", (colour) => choose(ui, { colour }));
  ui.legend = el("div", { class: "panel-legend" });
  ui.heads = el("div", { class: "panel-columns panel-heads" });
  ui.scrub = el("input", {
    type: "range",
    id: id(ui, "scrub"),
    min: 0,
    step: 1,
    "aria-label": "Step of the lower row",
  });
  ui.play = el("button", {
    type: "button",
    class: "lp-button panel-play",
    id: id(ui, "play"),
    on: { click: () => toggle(ui) },
  });
  ui.when = el("output", { class: "panel-step", for: ui.scrub.id });
  ui.ticks = el("div", { class: "panel-ticks", "aria-hidden": "true" });
  ui.curves = el("div", { class: "panel-curves" });
  ui.missing = el("div", { class: "panel-missing lp-problem" });
  ui.note = el("p", { class: "panel-note" });
  ui.meansTable = tableTwin("Modes at both steps as a table");
  ui.curveTable = tableTwin("Curves as a table");
  ui.measured = tableTwin("What the shipped weights measure, as a table");
  ui.about = el(
    "div",
    { class: "panel-about" },
    el("p", {
      text: "The bound of a Gaussian-mixture VAE charges for modes that differ (the dispersion) and for telling which mode a sentence came from (the mutual information), so training slides the modes together until they say nothing. L_var lowers the first charge (β < 1) and L_mi drops the second; DGMVAE does both, and its modes stay apart.",
    }),
    el("p", { text: CLAIM }),
    el("p", { class: "panel-formula", text: FORMULA }),
    el(
      "p",
      { class: "panel-source" },
      "GMVAE is this with β = 1. Source: ",
      source(
        "https://proceedings.mlr.press/v119/shi20f.html",
        "Shi et al., Dispersed Exponential Family Mixture VAEs, ICML 2020",
      ),
      ".",
    ),
  );
  ui.sheet = el(
    "div",
    { class: "panel-sheet" },
    el(
      "div",
      { class: "panel-main" },
      el("div", { class: "panel-bar" }, ui.variableField.node, ui.colourField.node, ui.legend),
      ui.heads,
      ...ui.rows.flatMap(({ title, cells }) => [title, cells]),
      el(
        "div",
        { class: "panel-scrub" },
        ui.play,
        el("div", { class: "panel-track" }, ui.scrub, ui.ticks),
        ui.when,
      ),
      ui.note,
    ),
    ui.curves,
  );
}

/** @param {string} name @param {Twin} twin */
function save(name, twin) {
  download(name, "text/csv", csv(twin.sheet()));
}

/** @param {Ui} ui */
function setUp2(ui) {
  ui.fold = el(
    "details",
    { class: "lp-fold", open: true },
    el(
      "summary",
      {},
      el("h3", { text: "Do the modes collapse? Four objectives, two moments of training" }),
    ),
    ui.about,
    ui.missing,
    ui.sheet,
    ui.meansTable.details,
    ui.curveTable.details,
    ui.measured.details,
  );
  ui.life.body.append(ui.fold);
  ui.life.tools.prepend(
    button("save", "CSV of the modes", () => save("modes.csv", ui.meansTable), {
      id: id(ui, "means-csv"),
    }),
    button("save", "CSV of the curves", () => save("curves.csv", ui.curveTable), {
      id: id(ui, "curves-csv"),
    }),
  );
  ui.fold.append(ui.life.tools, one(ui.element, ".lp-code")); // shut away with the rest
}

/** @param {Ui} ui */
export function setUp(ui) {
  setUp1(ui);
  setUp2(ui);
}
