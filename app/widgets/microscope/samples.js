// Samples from the chosen mode, or from its variable with other weights.

import { el } from "../../page/dom.js";
import { fixed, percent } from "../../page/numbers.js";
import { mark } from "../../page/palette.js";
import { bytes, picture, split } from "../../page/pictures.js";
import { choose, id } from "./microscope.js";
import { thing } from "./modes.js";

/**
 * @typedef {import("./types.js").Samples} Samples
 * @typedef {import("./types.js").Ui} Ui
 */

/** What is no seed is set back. @param {Ui} ui @param {number} seed */
export function reseed(ui, seed) {
  if (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31) choose(ui, { seed });
  else ui.seedBox.value = String(ui.view.seed);
}

/** @param {Ui} ui */
export function sampleAgain(ui) {
  const { variable, component, seed, t, weights } = ui.view;
  ui.askSamples({
    checkpoint: ui.scene.checkpoint,
    variable,
    component: weights ? null : component,
    seed,
    temperature: t,
    weights,
  });
}

/** @param {Ui} ui */
export function drawControls(ui) {
  ui.which.fill(
    [
      ["mode", "this mode alone"],
      ["all", `all modes of c${ui.view.variable + 1}`],
    ],
    ui.view.weights ? "all" : "mode",
  );
  ui.seedBox.value = String(ui.view.seed);
  ui.heat.value = String(ui.view.t);
  ui.heat.disabled = ui.scene.discrete && !ui.scene.extra;
  ui.heat.title = ui.heat.disabled
    ? "This model draws classes only; there is no Gaussian to warm or cool."
    : "Standard deviation of the draws, times this";
  ui.heatValue.textContent = fixed(ui.view.t);
  const now = ui.view.weights ?? prior(ui);
  const total = now.reduce((a, b) => a + b, 0);
  ui.weightBox.querySelectorAll("input").forEach((slider, k) => (slider.value = String(now[k])));
  ui.weightBox
    .querySelectorAll("output")
    .forEach((output, k) => (output.textContent = percent(total ? now[k] / total : 0)));
  ui.weightBox.classList.toggle("lens-idle", !ui.view.weights);
  ui.resetWeights.disabled = !ui.view.weights || String(ui.view.weights) === String(prior(ui));
  drawNote(ui);
}

/** How the samples are drawn. @param {Ui} ui */
function drawNote(ui) {
  ui.sampleNote.textContent = ui.view.weights
    ? `c${ui.view.variable + 1} drawn with the weights above${ui.scene.variables > 1 ? ", the other variables from the prior" : ""}. The symbol is the likeliest mode of each.`
    : `${ui.scene.discrete ? `c${ui.view.variable + 1} is ${ui.view.component + 1}` : `z of c${ui.view.variable + 1} drawn from N(μ, ${ui.view.t === 1 ? "" : `${ui.view.t}² `}σ²) of mode ${ui.view.component + 1}`}${ui.scene.variables > 1 ? ", the other variables from the prior" : ""}. The symbol is the likeliest mode of each.`;
}

/** Weights of the prior, in per cent. @param {Ui} ui */
export const prior = (ui) => ui.scene.weights[ui.view.variable].map((w) => Math.round(100 * w));

/** @param {Ui} ui */
export function drawWeights(ui) {
  const now = ui.view.weights ?? prior(ui);
  ui.weightBox.replaceChildren(
    ...now.map((value, k) => {
      const slider = el("input", {
        type: "range",
        min: 0,
        max: 100,
        step: 1,
        id: id(ui, `weight-${k + 1}`),
        "aria-label": `Weight of mode ${k + 1}`,
        on: { input: () => weigh(ui, k, Number(slider.value)) },
      });
      slider.value = String(value);
      return el(
        "div",
        { class: "lens-weight" },
        mark(k),
        el("span", { text: k + 1 }),
        slider,
        el("output", { for: slider.id }),
      );
    }),
  );
}

/** @param {Ui} ui @param {number} k mode @param {number} value */
function weigh(ui, k, value) {
  const weights = [...(ui.view.weights ?? prior(ui))];
  weights[k] = value;
  choose(ui, { weights });
}

/** @param {Ui} ui @param {Samples} answer */
export function drawSamples(ui, { items, origin }) {
  const nodes =
    typeof items === "string"
      ? split(bytes(items), origin.length).map((data, i) => picture(data, `sample ${i + 1}`))
      : items.map((item, i) => thing(ui, item, `sample ${i + 1}`));
  ui.drawn.replaceChildren(...nodes.map((node, i) => sampleRow(ui, node, origin[i])));
  ui.drawn.dataset.seed = String(ui.view.seed);
}

/** @param {Ui} ui @param {HTMLElement} node @param {number} origin its likeliest mode */
function sampleRow(ui, node, origin) {
  const title = `likeliest mode of c${ui.view.variable + 1}: ${origin + 1}`;
  return el(
    "li",
    {},
    el(
      "span",
      { class: "lens-origin", title },
      mark(origin),
      el("span", { class: "lp-offscreen", text: `mode ${origin + 1}: ` }),
    ),
    node,
  );
}
