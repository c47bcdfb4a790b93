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

function defaults(ui, name) {
  const settings = {
    ...ui.props.examples[name],
    proposals: Object.fromEntries(ACTIONS.map((action) => [action, 1])),
    weights: ui.offers.weights[name],
  };
  if (!ui.offers.pairs.some(({ name: pair }) => pair === settings.lm))
    settings.lm = ui.offers.pairs[0].name;
  return structuredClone({ ...ui.props.first, settings, task: name });
}

/** Name in links -> value, without what is as at the start. */
export function stateOf(ui, run) {
  const flat = flatten(ui, run);
  const first = flatten(ui, defaults(ui, run.task));
  return Object.fromEntries(Object.entries(flat).filter(([key, value]) => value !== first[key]));
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
  const known = defaults(ui, settings.task).settings; // a trace from elsewhere may leave weights out
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
  };
}

export function readState(ui, name, text) {
  const run = defaults(ui, name);
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
  return run;
}
