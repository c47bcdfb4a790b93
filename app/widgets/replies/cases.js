// Held-out conversations as they were met when the model was measured: the actions that it found
// likeliest, the reply of each, and the one in the corpus.
// @ts-check
import { button, el } from "../../page/dom.js";
import { percent } from "../../page/numbers.js";

/**
 * @typedef {{action: string, probability: number, reply: string}} Move
 * @typedef {{turns: [string, string][], reply: string, moves: Move[]}} Case
 */

/**
 * @param {Case[]} all
 * @param {[string, string][]} turns the conversation: a case that is this one is marked
 * @param {(turns: [string, string][]) => void} open hears which conversation is wanted
 */
export function cases(all, turns, open) {
  const now = JSON.stringify(turns);
  const items = all.map((one, i) => item(one, i, JSON.stringify(one.turns) === now, open));
  return el("ol", { class: "replies-cases" }, ...items);
}

/**
 * @param {Case} one
 * @param {number} i
 * @param {boolean} current
 * @param {(turns: [string, string][]) => void} open
 */
function item({ turns, reply, moves }, i, current, open) {
  const said = turns.map(([speaker, text]) => el("p", {}, el("b", { text: speaker }), ` ${text}`));
  const lines = moves.map(({ action, probability, reply: text }) =>
    el(
      "tr",
      {},
      ...[action, percent(probability), text || "(nothing)"].map((cell) =>
        el("td", { text: cell }),
      ),
    ),
  );
  const head = ["action", "probability", "what it says"].map((text) =>
    el("th", { text, scope: "col" }),
  );
  const label = `What it would say in case ${i + 1}`;
  const table = el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...lines));
  const look = { class: "lp-twin-scroll", tabindex: "0", role: "region", "aria-label": label };
  return el(
    "li",
    { "aria-current": current ? "true" : null },
    ...said,
    el("div", look, table),
    el("p", { class: "replies-note", text: `In the corpus: ${reply}` }),
    button(null, "Open it", () => open(turns), { "aria-label": `Open case ${i + 1}` }),
  );
}
