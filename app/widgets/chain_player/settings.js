// What a run is of: tasks, kernels, settings at the start, and all of it as text for links.

import * as link from "../../page/state.js";

export const KERNELS = {
  exact: ["exact"],
  rescored: ["rescored"],
  paper: ["paper"],
  both: ["exact", "paper"],
};
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
export const ACTIONS = ["replace", "insert", "delete"];

/** What a link leaves out has meant this from the first release on. */
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

/** What a task opens on without a link: chains that are cooled, for a sentence one would use. */
function first(ui, name) {
  const run = linked(ui, name);
  const { temperatures, shortest, ...numbers } = ui.props.first;
  Object.assign(run, numbers);
  Object.assign(run.settings, { temperatures: [...temperatures], cooling: run.steps });
  if (name === "keywords") run.settings.shortest = shortest;
  return run;
}

export const isAnnealed = ({ temperatures }) => temperatures.some((heat) => heat !== 1);

/** Name in links -> value, without what is as at the start. */
export function stateOf(ui, run) {
  const flat = flatten(ui, run);
  const known = flatten(ui, linked(ui, run.task));
  return Object.fromEntries(Object.entries(flat).filter(([key, value]) => value !== known[key]));
}

/** A keyword in a list that ~ separates; older links hold them with % and / coded. */
const escaped = (word) => word.replace(/[%~]/g, (sign) => (sign === "~" ? "%7E" : "%25"));
function unescaped(word) {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}

function flatten(ui, { kernel, steps, chains, seed, settings }) {
  const known = linked(ui, settings.task).settings; // a trace from elsewhere may leave weights out
  const list = (name) =>
    Object.keys(known[name])
      .map((key) => settings[name][key] ?? known[name][key])
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
    proposals: list("proposals"),
    weights: list("weights"),
    length: `${settings.shortest}~${settings.longest}`,
    cool: settings.temperatures.join("~"),
  };
}

export function readState(ui, name, text) {
  const run = text ? linked(ui, name) : first(ui, name);
  const asked = link.read(text);
  const { settings } = run;
  const numbers = (key, into, names) =>
    asked[key]?.split("~").forEach((part, i) => names[i] && (into[names[i]] = Number(part)));
  if (asked.lm) settings.lm = asked.lm;
  if (asked.judge) settings.judge = asked.judge;
  if (asked.keywords) settings.keywords = asked.keywords.split("~").filter(Boolean).map(unescaped);
  if (asked.start) settings.start = asked.start === "~" ? "" : asked.start;
  if (KERNELS[asked.kernel]) run.kernel = asked.kernel;
  numbers("steps", run, ["steps"]);
  numbers("chains", run, ["chains"]);
  numbers("seed", run, ["seed"]);
  numbers("proposals", settings.proposals, ACTIONS);
  numbers("weights", settings.weights, Object.keys(settings.weights));
  numbers("length", settings, ["shortest", "longest"]);
  numbers("cool", settings.temperatures, ["0", "1"]);
  settings.cooling = isAnnealed(settings) ? run.steps : 0;
  return run;
}
