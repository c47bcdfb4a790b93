// Writing with a language model. Emits "ready" and "input". Its parts:
//   next_word.js  what is written, what the model thinks of it, and the questions to the server
//   bars.js       the likeliest next words, and how the model would go on
//   tree.js       the beam search: what was kept, what was pruned
//   experts.js    what each expert of a mixture would say
//   attention.js  where a translation looked
//
// It says "latent-language-model" on the window, with whether that has senses, and hears
// "latent-write", with a text to go on from.
//
// Some models read from the end: there the "next" word is the word before, bars put words in
// front, and the tree grows to the left.

import { button, el, tableTwin } from "../../page/dom.js";
import { hear, tell } from "../../page/events.js";
import { csv, download } from "../../page/files.js";
import { count, fixed, percent } from "../../page/numbers.js";
import { LOST, result } from "../../page/result.js";
import { drawAttention, setUp as setUpAttention } from "./attention.js";
import { drawBars, drawRest, focusBar, setUp as setUpBars } from "./bars.js";
import { drawExperts, setUp as setUpExperts } from "./experts.js";
import { drawTree, heightOf, setUp as setUpTree } from "./tree.js";

/**
 * @typedef {import("./types.js").Given} Given
 * @typedef {import("./types.js").Prediction} Prediction
 * @typedef {import("./types.js").Request} Request
 * @typedef {import("./types.js").Twin} Twin
 * @typedef {import("./types.js").Ui} Ui
 */

const PAUSE = 200; // ms without a key before the text is read
const REST = 250; // ms before one looks further ahead, so that who types on waits for nothing
const STEEP = 10; // nats of surprisal that give the deepest colour

/** @param {number} x @param {number} [digits] */
export const nats = (x, digits = 1) => fixed(x, digits);
/**
 * A token as it is read; a space that belongs to it is shown.
 * @param {string} word
 */
export const visible = (word) => word.replace(/^ /, "\u2423").replaceAll("\n", "\u21B5");

/**
 * A next word as it is read: a mark is named.
 * @param {Ui} ui
 * @param {import("./types.js").Next} next
 */
export const named = (ui, { kind, word }) => (kind === "word" ? visible(word) : ui.MARKS[kind]());

/**
 * What of the tab's controls is this widget's: the word whose senses are shown is not.
 * @param {Request} request
 * @returns {Request}
 */
const own = ({ word: _, ...request }) => request;

/** @param {Ui} ui */
function setUp1(ui) {
  ui.life = result("next_word", {
    element: ui.element,
    ready: () => ui.trigger("ready"),
    server: { run: (request) => ui.server.run(own(request)) },
    draw: (data, request, alive) => draw(ui, data, own(request), alive),
    linked: own,
  });
  ui.backward = false;
}

// ---- what is on the page ------------------------------------------------------------------

/** @param {Ui} ui */
function setUp2(ui) {
  ui.box = el("input", {
    class: "lp-input next-box",
    id: "next-word-text",
    maxlength: "2000",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "Write, or start with nothing",
    "aria-describedby": "next-word-note",
  });
  ui.box.value = ui.props.value ?? "";
  ui.boxLabel = el("label", { for: ui.box.id, text: "Sentence" });
  ui.shorten = button("back", "Remove a word", () => removeWord(ui), { id: "next-word-shorten" });
  ui.clear = button("close", "Clear", () => take(ui, "", { back: true }), {
    id: "next-word-clear",
  });
  ui.note = el("p", { class: "next-note", id: "next-word-note" });
  ui.unknown = el("p", { class: "next-note lp-caution", role: "status", hidden: true });
  ui.tokens = el("ol", { class: "next-tokens", "aria-label": "Surprisal of each word" });
  ui.total = el("p", { class: "next-note next-total" });
  ui.barsHead = el("h3");
  ui.bars = el("ol", { class: "next-bars" });
  ui.barsNote = el("p", { class: "next-note" });
  ui.rest = el("ol", { class: "next-rest" });
  ui.tree = el("div", { class: "next-tree" });
  ui.treeScroll = el(
    "div",
    {
      class: "next-scroll",
      tabindex: "0",
      role: "group",
      "aria-label": "Beam search, step by step",
    },
    ui.tree,
  );
  ui.found = el("ol", { class: "next-rest next-found" });
  ui.barTable = tableTwin("Bars as a table");
  ui.treeTable = tableTwin("Tree as a table");
  ui.expertTable = tableTwin("Experts as a table");
  ui.side = el(
    "section",
    { class: "next-side" },
    el("h3", { text: "How it would go on" }),
    ui.rest,
    el("p", {
      class: "next-note",
      text: "Each is written to its end; log p is of what is added, in nats. Click one to take it.",
    }),
  );
  ui.branches = el(
    "section",
    { class: "next-branches" },
    el(
      "div",
      { class: "next-head" },
      el("h3", { text: "Beam search" }),
      el("span", { class: "next-key next-kept", text: "kept" }),
      el("span", { class: "next-key next-pruned", text: "pruned" }),
      el("span", { class: "next-key next-best", text: "on the way to the best" }),
      el("span", { class: "next-key next-end", text: "complete" }),
    ),
    ui.treeScroll,
    el("h4", { text: "What it found, the likeliest first" }),
    ui.found,
    el("p", {
      class: "next-note",
      text: "Numbers are log p of what is added, in nats. Width 1 takes the likeliest word each time. Click a box to take that beginning.",
    }),
  );
}

/** @param {string} name @param {Twin} twin */
function save(name, twin) {
  download(name, "text/csv", csv(twin.sheet()));
}

/** @param {Ui} ui */
function setUp3(ui) {
  ui.life.body.append(
    el(
      "div",
      { class: "next-write" },
      ui.boxLabel,
      el("div", { class: "next-line" }, ui.box, ui.shorten, ui.clear),
      ui.note,
      ui.unknown,
      ui.tokens,
      ui.total,
    ),
    el(
      "div",
      { class: "next-columns" },
      el("section", { class: "next-main" }, ui.barsHead, ui.bars, ui.barsNote),
      ui.side,
    ),
    ui.mixed,
    ui.branches,
    ui.looked,
    ui.barTable.details,
    ui.treeTable.details,
    ui.expertTable.details,
    ui.lookedTable.details,
  );
  ui.life.tools.prepend(
    button("save", "CSV of the bars", () => save("next-words.csv", ui.barTable), {
      id: "next-word-bars-csv",
    }),
    button("save", "CSV of the tree", () => save("beam.csv", ui.treeTable), {
      id: "next-word-tree-csv",
    }),
  );
}

/** @param {Ui} ui @param {string} text */
function set(ui, text) {
  ui.props.value = text;
  ui.trigger("input");
}

/**
 * A text that was clicked becomes the one that is written.
 * @param {Ui} ui
 * @param {string} text
 * @param {{back?: boolean}} [options]
 */
export function take(ui, text, { back = false } = {}) {
  clearTimeout(ui.typing);
  ui.box.value = text;
  if (back) ui.box.focus();
  set(ui, text);
}

/**
 * The word that was read last: the last one, or of a model that reads from the end the first.
 * @param {Ui} ui
 */
function removeWord(ui) {
  const [first, last] = [/^\s*\S+\s*/, /\s*\S+\s*$/];
  take(ui, ui.box.value.replace(ui.backward ? first : last, ""));
}

/** What comes later than the bars. @param {Ui} ui */
const ahead = (ui) => [ui.rest, ui.found, ui.treeScroll, ui.looked];

/**
 * @param {Ui} ui
 * @param {Prediction} data
 * @param {Request} request
 * @param {() => boolean} alive
 */
async function draw(ui, data, request, alive) {
  const before = ui.shown?.translation;
  ui.shown = data;
  // A sentence of another model is no beginning of a translation.
  if (data.translation && before === null && request.text) return take(ui, "");
  ui.backward = data.backward;
  ui.element.dataset.backward = String(ui.backward);
  ui.note.textContent = ui.backward
    ? "This model reads from the end: it expects the word before, so words are put in front of your text."
    : data.translation
      ? `This model has read \u201c${data.translation.source}\u201d (${data.translation.language}) and translates it word by word; your text is how the translation begins.`
      : "This model reads from left to right and expects the word after your text.";
  const unknown = [...(data.translation?.strange ?? []), ...data.unknown];
  ui.unknown.hidden = !unknown.length;
  ui.unknown.textContent = `The model does not know: ${unknown.slice(0, 8).join(", ")}. It reads each as the same unknown word.`;
  drawTyped(ui);
  drawBars(ui);
  drawExperts(ui);
  for (const node of ahead(ui)) node.classList.add("next-old");
  ui.tree.style.minHeight = `${heightOf(request.width + ui.props.shown)}px`; // nothing jumps when it comes
  await new Promise((done) => setTimeout(done, REST));
  if (!alive()) return;
  const { k: _, ...question } = request;
  const answer = (await ui.server.ahead(question)) ?? {
    error: LOST,
  };
  if (!alive()) return;
  if (answer.error) return ui.life.fail(answer.error);
  for (const node of ahead(ui)) node.classList.remove("next-old");
  drawRest(ui, answer.rest, request);
  drawTree(ui, answer);
  drawAttention(ui, answer.attention);
  tell("latent-language-model", { checkpoint: request.checkpoint, senses: data.senses });
}

/**
 * Each word with its surprisal, on a ground that is the deeper the less it was expected.
 * @param {Ui} ui
 */
function drawTyped(ui) {
  const { typed } = ui.shown;
  ui.tokens.replaceChildren(
    ...typed.map(({ word, log_p, unknown: strange }) => {
      const depth = Math.min(1, -log_p / STEEP);
      const title = `${strange ? "an unknown word" : visible(word)}: p = ${percent(Math.exp(log_p))} given the words ${ui.backward ? "after" : "before"} it`;
      return el(
        "li",
        {
          title,
          class: strange ? "next-strange" : "",
          style: `--depth: ${(60 * depth).toFixed(0)}%`,
        },
        el("b", { text: visible(word) }),
        el("span", { text: nats(-log_p) }),
      );
    }),
  );
  const sum = typed.reduce((all, { log_p }) => all + log_p, 0);
  ui.total.textContent = typed.length
    ? `Surprisal \u2212log p of each word, in nats: together ${nats(-sum)}, ${nats(-sum / typed.length)} a word (perplexity ${count(Math.exp(-sum / typed.length))}).`
    : `Nothing is written yet: this is how sentences ${ui.backward ? "end" : "begin"}.`;
}

// ---- writing ------------------------------------------------------------------------------

/** @param {Ui} ui */
function setUp4(ui) {
  ui.typing = 0; // timer
  ui.box.addEventListener("input", () => {
    clearTimeout(ui.typing);
    ui.typing = setTimeout(() => set(ui, ui.box.value), PAUSE);
  });
  ui.box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      clearTimeout(ui.typing);
      set(ui, ui.box.value);
    } else if (event.key === "ArrowDown" && focusBar(ui, 0)) event.preventDefault();
  });
  hear("latent-write", (text) => {
    if (!ui.element.isConnected) return;
    take(ui, text, { back: true });
    ui.box.scrollIntoView({ block: "nearest" });
  });
  ui.watch("value", () => {
    if (document.activeElement !== ui.box && ui.box.value !== ui.props.value)
      ui.box.value = ui.props.value ?? "";
  });
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUp1(ui);
  setUp2(ui);
  setUpExperts(ui);
  setUpAttention(ui);
  setUp3(ui);
  setUp4(ui);
  setUpBars(ui);
  setUpTree(ui);
}
