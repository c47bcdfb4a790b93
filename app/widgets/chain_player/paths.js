// A chain together with its ancestors, as one row of states; and numbers as text.

import { el } from "../../page/dom.js";
import { fixed } from "../../page/numbers.js";

/**
 * @typedef {import("./types.js").Chain} Chain
 * @typedef {import("./types.js").Edited} Edited
 * @typedef {import("./types.js").Path} Path
 * @typedef {import("./types.js").State} State
 * @typedef {import("./types.js").Step} Step
 * @typedef {import("./types.js").Ui} Ui
 */

/** @template T @param {T[]} items at least one */
export const last = (items) => items[items.length - 1];

/** @param {Step} step @returns {State} */
export const candidate = ({ tokens, text, total, parts }) => ({
  tokens,
  text,
  score: { total, parts },
});

/**
 * Steps from the very start, with the state before the first and after each of them.
 * @param {Ui} ui @param {number} index of the chain
 */
export function pathOf(ui, index) {
  const chain = ui.scene.chains[index];
  const path = ui.paths.get(chain) ?? newPath(ui, chain);
  ui.paths.set(chain, path);
  while (path.own < chain.steps.length) {
    const step = chain.steps[path.own++];
    extend(ui, path, step, step.accepted);
  }
  return path;
}

/** @param {Ui} ui @param {Chain} chain */
function newPath(ui, { first, parent, start }) {
  /** @type {Path} */
  const path = {
    base: first,
    steps: [],
    accepted: [],
    states: [start],
    fork: 0,
    overruled: -1,
    own: 0,
    seen: new Set([start.text]),
    distinct: [1],
    taken: [0],
    best: [0],
  };
  if (!parent) return path;
  const from = pathOf(ui, parent.chain);
  path.base = from.base;
  path.states = [from.states[0]];
  path.seen = new Set([from.states[0].text]);
  path.fork = parent.step - from.base + 1;
  for (let k = 0; k < path.fork; k++) {
    const flipped = parent.kind === "overrule" && k === path.fork - 1;
    if (flipped) path.overruled = k;
    extend(ui, path, from.steps[k], flipped ? !from.accepted[k] : from.accepted[k]);
  }
  return path;
}

/** @param {Ui} ui @param {Path} path @param {Step} step @param {boolean} accepted */
function extend(ui, path, step, accepted) {
  const edited = accepted && step.action !== "none";
  const state = edited ? candidate(step) : last(path.states);
  path.steps.push(step);
  path.accepted.push(accepted);
  path.states.push(state);
  path.seen.add(state.text);
  path.distinct.push(path.seen.size);
  path.taken.push(last(path.taken) + Number(edited));
  const best = last(path.best);
  const source = isParaphrase(ui) ? path.states[0].text : null;
  path.best.push(isBetter(state, path.states[best], source) ? path.states.length - 1 : best);
}

/** @param {Ui} ui */
export const isParaphrase = (ui) => ui.scene.settings.task === "paraphrase";

/**
 * What a sentence says, whatever its marks and capitals: a full stop is no other sentence.
 * @param {string} text
 */
const wordsOf = (text) =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .join(" ");
/** @param {string} text @param {string | null} source */
const isSame = (text, source) => source !== null && wordsOf(text) === wordsOf(source);

/**
 * Whether a state comes before the best so far; a paraphrase has other words than its source.
 * @param {State} state @param {State} best @param {string | null} source
 */
export function isBetter(state, best, source) {
  if (state.score.total == null || isSame(state.text, source)) return false;
  return isSame(best.text, source) || finite(state.score.total) > finite(best.score.total);
}

/**
 * The chains without one that left another and those that left it; and who goes by which number.
 * @param {Chain[]} chains @param {number} index
 */
export function without(chains, index) {
  const gone = new Set([index]);
  chains.forEach(({ parent }, i) => parent && gone.has(parent.chain) && gone.add(i));
  const kept = chains.map((_, i) => i).filter((i) => !gone.has(i));
  const now = new Map(kept.map((old, i) => [old, i]));
  for (const { parent } of kept.map((i) => chains[i]))
    if (parent) parent.chain = now.get(parent.chain) ?? parent.chain;
  return { chains: kept.map((i) => chains[i]), now };
}

/**
 * The best sentence of each chain, the best of all first, each once.
 * @param {Ui} ui
 */
export function bestOfAll(ui) {
  const rows = ui.scene.chains.map((_, i) => {
    const path = pathOf(ui, i);
    const at = last(path.best);
    return {
      index: i,
      at,
      text: path.states[at].text,
      total: finite(path.states[at].score.total),
    };
  });
  const source = isParaphrase(ui) ? pathOf(ui, 0).states[0].text : null;
  const found = rows.filter(({ text }) => !isSame(text, source)).sort((a, b) => b.total - a.total);
  return found.filter(({ text }, i) => found.findIndex((row) => row.text === text) === i);
}

/**
 * Whose name a chain goes by: its kernel, its number, and where it left its parent.
 * @param {Ui} ui @param {number} index
 */
export function nameOf(ui, index) {
  const { kernel, number, parent } = ui.scene.chains[index];
  const many = ui.scene.chains.some((chain) => chain.number);
  const own = many ? `${kernel} ${number + 1}` : kernel;
  if (!parent) return own;
  const at = parent.step - pathOf(ui, index).base + 1;
  return parent.kind === "branch" ? `${own}, branch at ${at}` : `${own}, overruled at ${at}`;
}

/** Steps that a curve is drawn with at most: two for each pixel of a wide page. */
const MOST = 2400;

/**
 * Where to put the points of a long curve: of each stretch its lowest and its highest.
 * @param {(number | null)[]} totals @param {number} first
 */
export function extremes(totals, first) {
  const values = totals.map(finite);
  const stride = Math.max(1, Math.ceil((2 * (values.length - first)) / MOST));
  const kept = [];
  for (let at = first; at < values.length; at += stride) {
    let [low, high] = [at, at];
    for (let k = at; k < Math.min(at + stride, values.length); k++) {
      if (values[k] < values[low]) low = k;
      if (values[k] > values[high]) high = k;
    }
    kept.push(...(low === high ? [low] : [low, high].sort((a, b) => a - b)));
  }
  return kept;
}

// ---- numbers as text ------------------------------------------------------------------------

/** @param {number | null} x */
export const finite = (x) => x ?? -Infinity;
/** @param {number | null} x */
export const number = (x, digits = 2) => fixed(finite(x), digits);

// ---- the words of a sentence ----------------------------------------------------------------

/**
 * Each token as the sentence has it (its capitals), and whether a space stands before it.
 * @param {{tokens: string[], text: string}} sentence
 */
function asWritten({ tokens, text }) {
  const low = text.toLowerCase();
  let at = 0;
  return tokens.map((token, i) => {
    const found = low.indexOf(token.toLowerCase(), at);
    const word =
      found < 0
        ? { text: token, space: i > 0 }
        : { text: text.slice(found, found + token.length), space: found > at };
    if (found >= 0) at = found + token.length;
    return word;
  });
}

/** @type {Record<Step["action"], "mark" | "ins" | "del" | null>} */
const TAGS = { replace: "mark", insert: "ins", delete: "del", none: null };

/**
 * The sentence of a step with its edit marked: struck out, underlined, or boxed. Where it is too
 * long for `room` letters, it begins shortly before the edit.
 * @param {Ui} ui @param {State} before @param {Edited} step
 */
export function marked(ui, before, step, room = Infinity) {
  const { action, position, old } = step;
  const was = asWritten(before);
  const words = action === "delete" || action === "none" ? was : asWritten(step);
  const from = step.text.length > room ? leftOut(words, position, room / 2) : 0;
  const line = el("span", { class: "chain-words" });
  let run = from ? "… " : ""; // words that bear no mark, in one text
  const put = (/** @type {(string | Node)[]} */ ...nodes) => {
    line.append(run, ...nodes);
    run = "";
  };
  words.forEach(({ text, space }, i) => {
    if (i < from) return;
    const apart = space || (i === position && action === "replace" && was[i].space);
    if (i > from && apart) run += " ";
    const tag = i === position ? TAGS[action] : null;
    if (tag === "mark") put(el("del", { text: old }), " ");
    if (tag) put(el(tag, { text }));
    else if (isLocked(ui, text))
      put(el("span", { class: "chain-locked", title: "keyword: it stays", text }));
    else run += text;
  });
  put();
  return line;
}

/**
 * How many words a line begins after, so that at most `room` letters stand before one of them.
 * @param {{text: string}[]} words @param {number} position @param {number} room letters
 */
function leftOut(words, position, room) {
  const before = words.slice(0, position).map(({ text }) => text);
  let from = 0;
  while (before.slice(from).join(" ").length > room) from++;
  return from;
}

/** @param {Ui} ui @param {string} word */
const isLocked = (ui, word) =>
  ui.scene.settings.keywords.some((keyword) => keyword.toLowerCase() === word.toLowerCase());

/** @param {Ui} ui */
export function setUp(ui) {
  ui.paths = new WeakMap();
}
