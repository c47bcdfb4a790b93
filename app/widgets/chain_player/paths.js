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
    extend(path, step, step.accepted);
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
    extend(path, from.steps[k], flipped ? !from.accepted[k] : from.accepted[k]);
  }
  return path;
}

function extend(path, step, accepted) {
  const state = accepted && step.action !== "none" ? candidate(step) : path.states.at(-1);
  path.steps.push(step);
  path.accepted.push(accepted);
  path.states.push(state);
  path.seen.add(state.text);
  path.distinct.push(path.seen.size);
  path.taken.push(path.taken.at(-1) + (accepted && step.action !== "none"));
  const best = path.best.at(-1);
  const better =
    state.score.total != null && !(path.states[best].score.total >= state.score.total);
  path.best.push(better ? path.states.length - 1 : best);
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
