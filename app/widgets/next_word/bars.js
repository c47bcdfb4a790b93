// The likeliest next words as bars that can be taken, and whole continuations.

import { el } from "../../page/dom.js";
import { percent, significant } from "../../page/numbers.js";
import { named, nats, take } from "./next_word.js";

/**
 * @typedef {import("./types.js").Option} Option
 * @typedef {import("./types.js").Request} Request
 * @typedef {import("./types.js").Ui} Ui
 */

/** @param {Ui} ui */
export function drawBars(ui) {
  const { words, entropy } = ui.shown;
  const held = ui.bars.contains(document.activeElement);
  const most = Math.max(...words.map(({ p }) => p));
  ui.barsHead.textContent = ui.backward ? "The word before" : "The next word";
  ui.bars.replaceChildren(
    ...words.map(({ word, p, kind, text }, i) => {
      const name = named(ui, { word, p, kind, text });
      const fill = el("i", { style: `width: ${(100 * p) / most}%` });
      const whole = kind === "word" && !text.includes("\ufffd"); // of subwords, some are parts of a letter
      return el(
        "li",
        {},
        el(
          "button",
          {
            type: "button",
            class: `lp-odds next-bar${kind === "word" ? "" : " next-mark"}`,
            disabled: !whole,
            "aria-label": `${name}, ${percent(p)}`,
            "data-place": i,
            on: { click: () => take(ui, text) },
          },
          el("span", { class: "next-word", text: name }),
          el("span", { class: "lp-odds-track", "aria-hidden": "true" }, fill),
          el("span", { class: "lp-odds-p", text: percent(p) }),
        ),
      );
    }),
  );
  const sum = words.reduce((all, { p }) => all + p, 0);
  const count = words.length === 1 ? "This one holds" : `These ${words.length} hold`;
  ui.barsNote.textContent = `${count} ${percent(Math.min(1, sum))} of the probability. Entropy ${nats(entropy, 2)} nats: as unsure as among ${significant(Math.exp(entropy), 2)} equally likely ones. Bars are drawn against the longest.`;
  ui.barTable.set(
    ["word", "p", "log p, nats"],
    words.map(({ word, p, kind }) => [
      kind === "word" ? word : `(${ui.MARKS[kind]()})`,
      Number(p.toPrecision(4)),
      p ? Number(Math.log(p).toFixed(3)) : "",
    ]),
  );
  if (held) focusBar(ui, 0);
  ui.element.dataset.bars = String(words.length); // how tests know
}

/**
 * The first bar from `place` on that can be taken; whether there is one.
 * @param {Ui} ui
 * @param {number} place
 * @param {number} [step]
 */
export function focusBar(ui, place, step = 1) {
  const all = [...ui.bars.querySelectorAll("button")];
  while (all[place]?.disabled) place += step;
  all[place]?.focus();
  return Boolean(all[place]);
}

/**
 * A sentence with what was typed told apart from what was added.
 * @param {Ui} ui
 * @param {string} text
 */
function sentence(ui, text) {
  const typed = ui.shown.text;
  if (typed && text.startsWith(typed))
    return [el("span", { class: "next-typed", text: typed }), text.slice(typed.length)];
  const low = text.toLowerCase().endsWith(typed.toLowerCase());
  if (typed && low)
    return [text.slice(0, -typed.length), el("span", { class: "next-typed", text: typed })];
  return [text];
}

/** @param {Ui} ui @param {Option} option @param {string} [how] */
export function option(ui, { text, log_p, cut }, how) {
  return el(
    "li",
    {},
    el(
      "button",
      { type: "button", on: { click: () => take(ui, text) } },
      how ? el("span", { class: "next-how", text: how }) : null,
      el(
        "span",
        { class: "next-text" },
        ...sentence(ui, text || "(nothing)"),
        cut ? el("span", { class: "next-typed", text: " …" }) : null,
      ),
      el("span", { class: "lp-odds-p", text: nats(log_p) }),
    ),
  );
}

/**
 * How the continuations are drawn.
 * @param {any} given
 */
function drawnHow({ temperature, seed, top_k, top_p }) {
  const kept = `${top_k ? `, top k ${top_k}` : ""}${top_p < 1 ? `, top p ${top_p}` : ""}`;
  return `drawn at temperature ${temperature}${kept}, seed ${seed}`;
}

/** @param {Ui} ui @param {Option[]} list @param {Request} request */
export function drawRest(ui, list, request) {
  ui.rest.replaceChildren(
    ...list.map((one, i) => option(ui, one, ["likeliest word each time", drawnHow(request)][i])),
  );
}

/** @param {Ui} ui */
export function setUp(ui) {
  ui.MARKS = {
    end: () => (ui.backward ? "beginning of the sentence" : "end of the sentence"),
    unknown: () => "any unknown word",
  };
  ui.bars.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const { place: at } = /** @type {HTMLElement} */ (event.target).dataset;
    const place = Number(at);
    if (!step || Number.isNaN(place)) return;
    event.preventDefault();
    if (!focusBar(ui, place + step, step) && step < 0) ui.box.focus();
  });
}
