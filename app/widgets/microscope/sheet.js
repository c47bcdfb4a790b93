// What is on the page of the microscope.

import { choice, dice, seedBox } from "../../page/choice.js";
import { button, el } from "../../page/dom.js";
import { typed } from "./flip.js";
import { choose, id } from "./microscope.js";
import { prior, reseed } from "./samples.js";

/** @typedef {import("./types.js").Ui} Ui */

/** @param {Ui} ui */
function setUpCard(ui) {
  ui.heading = el("p", { class: "lens-note" });
  ui.chips = el("div", { class: "lens-modes", role: "radiogroup", "aria-label": "Modes" });
  ui.lacking = el("div", { class: "lens-lacking lp-problem", role: "status", hidden: true });
  ui.title = el("h4");
  ui.facts = el("p", { class: "lens-facts" });
  ui.flags = el("ul", { class: "lens-flags" });
  ui.naming = el("input", {
    class: "lp-input lens-naming",
    id: id(ui, "name"),
    "aria-label": "Name of this mode",
    title: "What you call this mode, here, on the map and in the link",
    placeholder: "Name it",
    maxlength: 40,
    autocomplete: "off",
  });
  ui.keywords = el("ul", {
    class: "lens-keywords",
    "aria-label": "Words that mark this mode against the others",
  });
  ui.tags = el("div", { class: "lens-tags" });
  ui.typicalHead = el("h5");
  ui.typical = el("ol", {
    class: "lens-items lens-typical",
    tabindex: "0",
    "aria-label": "Typical items",
  });
}

/** @param {Ui} ui */
function setUpSamples(ui) {
  ui.which = choice(
    id(ui, "which"),
    { class: "lp-choice-small lens-which", "aria-label": "Sample from" },
    (which) => choose(ui, { weights: which === "all" ? prior(ui) : null }),
  );
  ui.seedBox = seedBox(id(ui, "seed"), (seed) => reseed(ui, seed), {
    class: "lp-input lens-seed",
  });
  ui.heat = el("input", { type: "range", id: id(ui, "temperature"), min: 0, max: 2, step: 0.05 });
  ui.heat.addEventListener("input", () => choose(ui, { t: Number(ui.heat.value) }));
  ui.heatValue = el("output", { for: ui.heat.id });
  ui.weightBox = el("div", { class: "lens-weights" });
  ui.resetWeights = button("", "Prior's weights", () => choose(ui, { weights: prior(ui) }), {
    id: id(ui, "reset"),
    title: "Back to the weights of the prior",
  });
  ui.drawn = el("ol", { class: "lens-items lens-drawn", tabindex: "0", "aria-label": "Samples" });
  ui.sampleNote = el("p", { class: "lens-note" });
}

/** @param {Ui} ui */
function setUpFlip(ui) {
  ui.flipBox = el("input", {
    type: "text",
    class: "lp-input",
    id: id(ui, "text"),
    maxlength: 400,
    placeholder: "Type a sentence, or choose one on the map",
    autocomplete: "off",
  });
  ui.flipVariable = choice(
    id(ui, "flip"),
    { class: "lp-choice-small", "aria-label": "Variable to flip" },
    (flip) => choose(ui, { flip }),
  );
  ui.flipBase = el("p", { class: "lens-base lens-now" });
  ui.flipWhy = el("p", { class: "lens-note" });
  ui.flipUnknown = el("p", { class: "lens-unknown", role: "status" });
  ui.flipped = el("ol", {
    class: "lens-items lens-flipped",
    "aria-label": "With the variable at each mode",
  });
}

/** The card of the chosen mode. @param {Ui} ui */
const modeCard = (ui) =>
  el(
    "section",
    { class: "lens-card" },
    controls(ui.title, ui.naming),
    ui.facts,
    ui.keywords,
    ui.flags,
    ui.tags,
    ui.typicalHead,
    ui.typical,
  );

/** @param {HTMLElement[]} nodes */
const controls = (...nodes) => el("div", { class: "lens-controls" }, ...nodes);
/** @param {HTMLElement} box @param {string} text @param {...HTMLElement} beside */
const control = (box, text, ...beside) =>
  el(
    "div",
    { class: "lens-control lens-right" },
    el("label", { for: box.id, text }),
    box,
    ...beside,
  );

/** @param {Ui} ui */
function sampleCard(ui) {
  const roll = (/** @type {number} */ seed) => choose(ui, { seed });
  const rolled = dice("Roll the seed of the samples", roll, { id: id(ui, "dice") });
  return el(
    "section",
    { class: "lens-card" },
    controls(el("h4", { text: "Samples" }), control(ui.seedBox, "Seed", rolled)),
    controls(ui.which.group, control(ui.heat, "Temperature", ui.heatValue)),
    ui.weightBox,
    controls(ui.sampleNote, ui.resetWeights),
    ui.drawn,
  );
}

/** @param {Ui} ui */
function flipCard(ui) {
  const submit = (/** @type {Event} */ event) => typed(ui, event);
  const form = el(
    "form",
    { class: "lens-form lp-only-text", on: { submit } },
    ui.flipBox,
    el("button", { type: "submit", class: "lp-button", text: "Flip" }),
  );
  const title = el("h4", { text: "Flip one variable" });
  return el(
    "section",
    { class: "lens-card lens-flip" },
    el("div", { class: "lens-flip-head" }, title, ui.flipVariable.group, form),
    ui.flipBase,
    ui.flipUnknown,
    ui.flipped,
    ui.flipWhy,
  );
}

/** @param {Ui} ui */
export function setUp(ui) {
  setUpCard(ui);
  setUpSamples(ui);
  setUpFlip(ui);
  ui.life.body.append(
    el("div", { class: "lens-head" }, el("h3", { text: "Mode microscope" }), ui.heading),
    ui.chips,
    ui.lacking,
    el("div", { class: "lens-sheet" }, modeCard(ui), sampleCard(ui)),
    flipCard(ui),
  );
}
