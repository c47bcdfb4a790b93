// A sentence, or a picture, with one of its variables at each of the modes.

import { el } from "../../page/dom.js";
import { percent } from "../../page/numbers.js";
import { mark } from "../../page/palette.js";
import { bytes, picture, split } from "../../page/pictures.js";
import { isText, remember, row } from "./microscope.js";

/**
 * @typedef {import("./types.js").Flipped} Flipped
 * @typedef {import("./types.js").Question} Question
 * @typedef {import("./types.js").Ui} Ui
 * @typedef {import("./types.js").Words} Words
 */

/** @param {Ui} ui */
export function flipAgain(ui) {
  /** @type {Question} */
  const question = { checkpoint: ui.scene.checkpoint, variable: ui.view.flip };
  if (ui.base) question.code = ui.base.code;
  else if (ui.view.text) question.text = ui.view.text;
  else if (row(ui).typical.length) question.row = row(ui).typical[0].row;
  ui.askFlip(question);
}

/** @param {Ui} ui @param {Event} event */
export function typed(ui, event) {
  event.preventDefault();
  ui.base = null;
  ui.view.text = ui.flipBox.value.trim();
  flipAgain(ui);
  remember(ui);
}

/** @param {Ui} ui @param {Flipped} answer @param {Question} question */
export function drawFlip(ui, answer, question) {
  const { base: item, items, unknown, responsibilities } = answer;
  ui.flipVariable.fill(
    Array.from({ length: ui.scene.variables }, (_, j) => [j, `c${j + 1}`]),
    ui.view.flip,
  );
  ui.flipBase.replaceChildren(
    el("span", { text: `${source(ui, question)} decodes to` }),
    isText(ui) ? el("b", { text: item || "(nothing)" }) : picture(bytes(item), "decoded picture"),
  );
  ui.flipUnknown.textContent = unknown.length
    ? `The model does not know: ${unknown.slice(0, 8).join(", ")}${unknown.length > 8 ? " and more" : ""}`
    : "";
  const now = responsibilities.indexOf(Math.max(...responsibilities));
  ui.flipWhy.textContent = why(ui, items[now] === item, now, responsibilities[now]);
  ui.flipped.replaceChildren(...nodesOf(ui, answer).map((node, k) => flippedRow(answer, node, k)));
}

/** What each mode gives. @param {Ui} ui @param {Flipped} answer */
function nodesOf(ui, { base, items, parts, responsibilities }) {
  const name = (/** @type {number} */ k) => `c${ui.view.flip + 1} at mode ${k + 1}`;
  if (typeof items === "string")
    return split(bytes(items), responsibilities.length).map((data, k) => picture(data, name(k)));
  return items.map((other, k) => words(parts?.[k] ?? [], other === base));
}

/** @param {Flipped} answer @param {HTMLElement} node @param {number} k mode */
function flippedRow({ responsibilities }, node, k) {
  const own = k === responsibilities.indexOf(Math.max(...responsibilities));
  return el(
    "li",
    { class: own ? "lens-own" : "", "data-mode": k },
    el(
      "span",
      { class: "lens-origin" },
      mark(k),
      el("span", { text: k + 1 }),
      own ? el("em", { text: "its own" }) : null,
    ),
    node,
    el("span", {
      class: "lens-number",
      title: "Responsibility of this mode at the code as it is",
      text: percent(responsibilities[k]),
    }),
  );
}

/**
 * Why the row of its own mode reads as the code itself does, or not.
 * @param {Ui} ui @param {boolean} same @param {number} now its mode @param {number} share
 */
function why(ui, same, now, share) {
  const what = isText(ui) ? "sentence" : "picture";
  const place = `Each row moves c${ui.view.flip + 1} to the centre of one mode; the line above is the code as it is, which lies in mode ${now + 1} with responsibility ${percent(share)}.`;
  if (!isText(ui)) return place;
  const reason = same
    ? `The row of mode ${now + 1} is unchanged: from the code to that centre the ${what} stays the same.`
    : `The row of mode ${now + 1} is changed all the same: the code does not lie at that centre.`;
  return `${place} ${reason}`;
}

/** @param {Ui} ui @param {Question} question */
function source(ui, { code, text, row: typicalRow }) {
  const said = code ? ui.base?.text : text;
  if (said) return `“${said}”`;
  if (code) return "What is chosen on the map";
  if (typicalRow === undefined) return "A draw from the prior";
  return `The most typical ${isText(ui) ? "sentence" : "picture"} of c${ui.view.variable + 1}, mode ${ui.view.component + 1}`;
}

/** @type {Partial<Record<string, {tag: "ins" | "del" | "mark", told: (old: string) => string}>>} */
const MARKS = {
  insert: { tag: "ins", told: () => "new here" },
  delete: { tag: "del", told: () => "gone here" },
  replace: { tag: "mark", told: (old) => `was: ${old}` },
};

/** A sentence with its changes. @param {Words} parts @param {boolean} same */
function words(parts, same) {
  const sentence = el("span", { class: "lp-sentence lens-text" });
  if (!parts.length) sentence.append(el("em", { text: "(nothing)" }));
  /** @type {{kind: string, old: string, node: HTMLElement} | null} */
  let last = null; // neighbours that changed together share one mark
  for (const [i, { text, space, mark: kind, old }] of parts.entries()) {
    const gap = i && space ? " " : "";
    if (last && kind && kind === last.kind && old === last.old) {
      last.node.append(gap, text);
      continue;
    }
    if (gap) sentence.append(gap);
    /** @type {HTMLElement} */
    const node = el(MARKS[kind]?.tag ?? "span", { text, title: MARKS[kind]?.told(old) });
    sentence.append(node);
    last = { kind, old, node };
  }
  if (same) sentence.append(" ", el("em", { class: "lens-same", text: "unchanged" }));
  return sentence;
}
