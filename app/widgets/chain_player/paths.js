// A chain together with its ancestors, as one row of states; and numbers as text.

import { el } from "../../page/dom.js";
import { fixed } from "../../page/numbers.js";

export const candidate = ({ tokens, text, total, parts }) => ({
  tokens,
  text,
  score: { total, parts },
});

/** Steps from the very start, with the state before the first and after each of them. */
export function pathOf(ui, index) {
  const chain = ui.scene.chains[index];
  if (!ui.paths.has(chain)) ui.paths.set(chain, newPath(ui, chain));
  const path = ui.paths.get(chain);
  while (path.own < chain.steps.length) {
    const step = chain.steps[path.own++];
    extend(ui, path, step, step.accepted);
  }
  return path;
}

function newPath(ui, { first, parent, start }) {
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

function extend(ui, path, step, accepted) {
  const state = accepted && step.action !== "none" ? candidate(step) : path.states.at(-1);
  path.steps.push(step);
  path.accepted.push(accepted);
  path.states.push(state);
  path.seen.add(state.text);
  path.distinct.push(path.seen.size);
  path.taken.push(path.taken.at(-1) + (accepted && step.action !== "none"));
  const best = path.best.at(-1);
  const source = isParaphrase(ui) ? path.states[0].text : null;
  path.best.push(isBetter(state, path.states[best], source) ? path.states.length - 1 : best);
}

export const isParaphrase = (ui) => ui.scene.settings.task === "paraphrase";

/** What a sentence says, whatever its marks and capitals: a full stop is no other sentence. */
const wordsOf = (text) =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .join(" ");
const isSame = (text, source) => source !== null && wordsOf(text) === wordsOf(source);

/** Whether a state comes before the best so far; a paraphrase has other words than its source. */
export function isBetter(state, best, source) {
  if (state.score.total == null || isSame(state.text, source)) return false;
  return isSame(best.text, source) || !(best.score.total >= state.score.total);
}

/** The chains without one that left another and those that left it; and who goes by which number. */
export function without(chains, index) {
  const gone = new Set([index]);
  chains.forEach(({ parent }, i) => parent && gone.has(parent.chain) && gone.add(i));
  const kept = chains.map((_, i) => i).filter((i) => !gone.has(i));
  const now = new Map(kept.map((old, i) => [old, i]));
  for (const i of kept)
    if (chains[i].parent) chains[i].parent.chain = now.get(chains[i].parent.chain);
  return { chains: kept.map((i) => chains[i]), now };
}

/** The best sentence of each chain, the best of all first, each once. */
export function bestOfAll(ui) {
  const rows = ui.scene.chains.map((_, i) => {
    const path = pathOf(ui, i);
    const at = path.best.at(-1);
    return { index: i, at, text: path.states[at].text, total: path.states[at].score.total };
  });
  const source = isParaphrase(ui) ? pathOf(ui, 0).states[0].text : null;
  const found = rows.filter(({ text }) => !isSame(text, source)).sort((a, b) => b.total - a.total);
  return found.filter(({ text }, i) => found.findIndex((row) => row.text === text) === i);
}

/** Whose name a chain goes by: its kernel, its number, and where it left its parent. */
export function nameOf(ui, index) {
  const { kernel, number, parent } = ui.scene.chains[index];
  const many = ui.scene.chains.some((chain) => chain.number);
  const own = many ? `${kernel} ${number + 1}` : kernel;
  if (!parent) return own;
  const at = parent.step - pathOf(ui, index).base + 1;
  return parent.kind === "branch" ? `${own}, branch at ${at}` : `${own}, overruled at ${at}`;
}

// ---- numbers as text ------------------------------------------------------------------------

export const number = (x, digits = 2) => {
  return fixed(x ?? -Infinity, digits);
};
export const finite = (x) => (x == null ? -Infinity : x);

// ---- the words of a sentence ----------------------------------------------------------------

/** Each token as the sentence has it (its capitals), and whether a space stands before it. */
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

/**
 * The sentence of a step with its edit marked: struck out, underlined, or boxed. Where it is too
 * long for `room` letters, it begins shortly before the edit.
 */
export function marked(ui, before, step, room = Infinity) {
  const { action, position, old } = step;
  const was = asWritten(before);
  const words = action === "delete" || action === "none" ? was : asWritten(step);
  let from = 0;
  if (step.text?.length > room)
    for (
      let letters = words
        .slice(0, position)
        .map(({ text }) => text)
        .join(" ").length;
      letters > room / 2;
      from++
    )
      letters -= words[from].text.length + 1;
  const line = el("span", { class: "chain-words" });
  let run = from ? "… " : ""; // words that bear no mark, in one text
  const put = (...nodes) => {
    line.append(run, ...nodes);
    run = "";
  };
  words.forEach(({ text, space }, i) => {
    if (i < from) return;
    const apart = space || (i === position && action === "replace" && was[i].space);
    if (i > from && apart) run += " ";
    const tag = i === position && { replace: "mark", insert: "ins", delete: "del" }[action];
    if (tag === "mark") put(el("del", { text: old }), " ");
    if (tag) put(el(tag, { text }));
    else if (isLocked(ui, text))
      put(el("span", { class: "chain-locked", title: "keyword: it stays", text }));
    else run += text;
  });
  put();
  return line;
}

const isLocked = (ui, word) =>
  ui.scene.settings.keywords.some((keyword) => keyword.toLowerCase() === word.toLowerCase());

export function setUp(ui) {
  ui.paths = new WeakMap(); // chain -> path
}
