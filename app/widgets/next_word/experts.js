// What each expert of a mixture of softmaxes would say by itself; nothing for other models.

import { el } from "../../page/dom.js";
import { percent } from "../../page/numbers.js";
import { named, take } from "./next_word.js";

/**
 * @typedef {import("./types.js").Expert} Expert
 * @typedef {import("./types.js").Ui} Ui
 */

/** @param {Ui} ui */
export function setUp(ui) {
  ui.experts = el("div", { class: "next-experts" });
  ui.mixed = el(
    "section",
    { class: "next-mixed", hidden: true },
    el("h3", { text: "Its experts" }),
    el("p", {
      class: "next-note",
      text: "This model mixes several distributions. Each has its own next words, and a weight that depends on the text. At temperature 1 the bars above are their sum, weighted.",
    }),
    ui.experts,
  );
}

/** @param {Ui} ui */
export function drawExperts(ui) {
  const { experts } = ui.shown;
  ui.mixed.hidden = ui.expertTable.details.hidden = !experts.length;
  ui.experts.replaceChildren(...experts.map((expert, k) => column(ui, expert, k)));
  ui.expertTable.set(
    ["expert", "weight", "word", "p"],
    experts.flatMap(({ weight, words }, k) =>
      words.map((one) => [
        ...[k + 1, Number(weight.toPrecision(4)), named(ui, one)],
        Number(one.p.toPrecision(4)),
      ]),
    ),
  );
}

/** @param {Ui} ui @param {Expert} expert @param {number} k */
function column(ui, { weight, words }, k) {
  const title = `Expert ${k + 1}, weight ${percent(weight)}`;
  return el(
    "section",
    { "aria-label": title },
    el("h4", { text: title }),
    el(
      "span",
      { class: "lp-odds-track", "aria-hidden": "true" },
      el("i", { style: `width: ${100 * weight}%` }),
    ),
    el("ol", {}, ...words.map((one) => el("li", {}, word(ui, one)))),
  );
}

/** @param {Ui} ui @param {import("./types.js").Next} one */
function word(ui, one) {
  return el(
    "button",
    {
      ...{ type: "button", class: "next-own", disabled: one.kind !== "word" },
      "aria-label": `${named(ui, one)}, ${percent(one.p)}`,
      on: { click: () => take(ui, one.text) },
    },
    el("span", { class: "next-word", text: named(ui, one) }),
    el("span", { class: "lp-odds-p", text: percent(one.p) }),
  );
}
