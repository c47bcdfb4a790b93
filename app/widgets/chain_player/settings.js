// What a run is of: tasks, kernels, settings at the start, and all of it as text for links.

import * as link from "../../page/state.js";

/**
 * @typedef {import("./types.js").Edit} Edit
 * @typedef {import("./types.js").Kernel} Kernel
 * @typedef {import("./types.js").Kernels} Kernels
 * @typedef {import("./types.js").Run} Run
 * @typedef {import("./types.js").Task} Task
 * @typedef {import("./types.js").Ui} Ui
 */

/** @type {Record<Kernels, Kernel[]>} */
export const KERNELS = {
  exact: ["exact"],
  rescored: ["rescored"],
  paper: ["paper"],
  both: ["exact", "paper"],
};
/** @type {Record<Task, {words: string, start: string, hint: string, about: string}>} */
export const TASKS = {
  keywords: {
    words: "Keywords, in any order",
    start: "Start from",
    hint: "empty: the keywords themselves",
    about:
      "Writes a sentence that holds the keywords. The chain samples π(x), the language model's probability of x where every keyword is in it, and 0 elsewhere.",
  },
  paraphrase: {
    words: "Words that must stay",
    start: "Sentence to paraphrase",
    hint: "a sentence of your own",
    about:
      "Says the same in other words. π(x) multiplies the language model's probability of x by how near x is in meaning to the sentence given.",
  },
  correction: {
    words: "Words that must stay",
    start: "Sentence to correct",
    hint: "a sentence with mistakes",
    about:
      "Mends a sentence. The chain starts at it and drifts to likelier ones; π(x) keeps them near what was meant.",
  },
};
/** @type {Edit[]} */
export const ACTIONS = ["replace", "insert", "delete"];

/** @param {string} mode of the tab @returns {mode is Task} */
export const isTask = (mode) => Object.hasOwn(TASKS, mode);
/** @param {string} name @returns {name is Kernels} */
export const isKernel = (name) => Object.hasOwn(KERNELS, name);

/**
 * What a link leaves out has meant this from the first release on.
 * @param {Ui} ui @param {Task} name @returns {Run}
 */
function linked(ui, name) {
  const settings = {
    ...ui.props.examples[name],
    proposals: Object.fromEntries(ACTIONS.map((action) => [action, 1])),
    weights: ui.offers.weights[name],
  };
  if (!ui.offers.pairs.some(({ name: pair }) => pair === settings.lm))
    settings.lm = ui.offers.pairs[0].name;
  return structuredClone({ ...ui.props.linked, settings, task: name });
}

/**
 * What a task opens on without a link: chains that are cooled, for a sentence one would use.
 * @param {Ui} ui @param {Task} name
 */
function first(ui, name) {
  const run = linked(ui, name);
  const { temperatures, shortest, ...numbers } = ui.props.first;
  Object.assign(run, numbers);
  Object.assign(run.settings, { temperatures: [...temperatures], cooling: run.steps });
  if (name === "keywords") run.settings.shortest = shortest;
  return run;
}

/** @param {{temperatures: number[]}} settings */
export const isAnnealed = ({ temperatures }) => temperatures.some((heat) => heat !== 1);

/**
 * Name in links -> value, without what is as at the start.
 * @param {Ui} ui @param {Run} run
 */
export function stateOf(ui, run) {
  const flat = flatten(ui, run);
  const known = flatten(ui, linked(ui, run.task));
  return Object.fromEntries(Object.entries(flat).filter(([key, value]) => value !== known[key]));
}

/**
 * A keyword in a list that ~ separates; older links hold them with % and / coded.
 * @param {string} word
 */
const escaped = (word) => word.replace(/[%~]/g, (sign) => (sign === "~" ? "%7E" : "%25"));
/** @param {string} word */
function unescaped(word) {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}

/** @param {Ui} ui @param {Run} run @returns {Record<string, string>} */
function flatten(ui, { kernel, steps, chains, seed, settings }) {
  const known = linked(ui, settings.task).settings; // a trace from elsewhere may leave weights out
  const list = (/** @type {Record<string, number>} */ plain, /** @type {typeof plain} */ own) =>
    Object.keys(plain)
      .map((key) => own[key] ?? plain[key])
      .join("~");
  return {
    lm: settings.lm,
    judge: settings.judge,
    keywords: settings.keywords.map(escaped).join("~") || "~",
    start: settings.start || "~",
    kernel,
    steps: String(steps),
    chains: String(chains),
    seed: String(seed),
    proposals: list(known.proposals, settings.proposals),
    weights: list(known.weights, settings.weights),
    length: `${settings.shortest}~${settings.longest}`,
    cool: settings.temperatures.join("~"),
  };
}

/** @param {Ui} ui @param {Task} name @param {string} text of a link, or "" @returns {Run} */
export function readState(ui, name, text) {
  const run = text ? linked(ui, name) : first(ui, name);
  const asked = link.read(text);
  const { settings } = run;
  const numbers = (/** @type {string} */ key, names = [key]) => {
    const found = asked[key]?.split("~").slice(0, names.length) ?? [];
    return Object.fromEntries(found.map((part, i) => [names[i], Number(part)]));
  };
  if (asked.lm) settings.lm = asked.lm;
  if (asked.judge) settings.judge = asked.judge;
  if (asked.keywords) settings.keywords = asked.keywords.split("~").filter(Boolean).map(unescaped);
  if (asked.start) settings.start = asked.start === "~" ? "" : asked.start;
  if (isKernel(asked.kernel)) run.kernel = asked.kernel;
  Object.assign(run, numbers("steps"), numbers("chains"), numbers("seed"));
  Object.assign(settings.proposals, numbers("proposals", ACTIONS));
  Object.assign(settings.weights, numbers("weights", Object.keys(settings.weights)));
  Object.assign(settings, numbers("length", ["shortest", "longest"]));
  Object.assign(settings.temperatures, numbers("cool", ["0", "1"]));
  settings.cooling = isAnnealed(settings) ? run.steps : 0;
  return run;
}
