// What is said of runs and of data, in words; nothing here touches the page.

import { count, fixed, percent } from "../../page/numbers.js";

/**
 * @typedef {import("./types.js").Cost} Cost
 * @typedef {import("./types.js").Points} Points
 * @typedef {import("./types.js").Report} Report
 * @typedef {import("./types.js").Run} Run
 */

const STAGES = {
  train: "Training",
  measure: "Measuring",
  map: "Drawing the map",
  card: "Writing the card",
};
/** @type {Record<string, string>} */
const TERMS = {
  loss: "Loss",
  recon_nll: "−log p(x|z), nats",
  kl: "KL, nats",
  nll: "Bound of −log p(x), nats",
  clipped: "Gradients shortened, share",
  gradient_norm: "Gradient norm",
  lr: "Learning rate",
};
const ORDER = ["loss", "recon_nll", "kl"];

/** @param {number | null | undefined} seconds */
export function time(seconds) {
  if (seconds == null) return "";
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1 << 20) return `${count(bytes / 1024)} KiB`;
  const mebi = bytes / (1 << 20);
  return mebi < 1024 ? `${fixed(mebi, mebi < 10 ? 1 : 0)} MiB` : `${fixed(mebi / 1024, 1)} GiB`;
}

/**
 * @param {number} n
 * @param {string} noun
 * @param {string} [nouns]
 */
export const several = (n, noun, nouns = `${noun}s`) => `${count(n)} ${n === 1 ? noun : nouns}`;

/** @param {Report} report */
export function facts({ kind, n, duplicates, splits, classes }) {
  const noun = kind === "text" ? "sentence" : "picture";
  const parts = Object.entries(splits).map(([name, size]) => `${name} ${count(size)}`);
  return [
    several(n, noun),
    duplicates ? `${several(duplicates, "duplicate")} left out` : "no duplicates",
    parts.join(", "),
    classes.length ? several(classes.length, "class", "classes") : "",
  ].filter(Boolean);
}

/** @param {string} stage as it stands within a sentence */
const named = (stage) => STAGES[/** @type {keyof STAGES} */ (stage)]?.toLowerCase() ?? stage;

/** @param {Run} run what Discard asks */
export function discardQuestion({ title, stage }) {
  const lost =
    stage === "train"
      ? "What it has learned since it began is lost."
      : "Its model stays, with the numbers that it has.";
  return `Discard “${title}”? ${lost}`;
}

/** @param {Run} run how it stands, in a few words */
export function standing({ state, place, stage, message }) {
  if (state === "queued") return `Waits: number ${place} in the queue`;
  if (state === "running") return STAGES[/** @type {keyof STAGES} */ (stage)] ?? "Running";
  if (state === "pausing") return "Pauses after this step";
  if (state === "paused") return stage === "train" ? "Paused" : `Paused: ${named(stage)}`;
  if (state === "stopped") return "Stopped";
  return state === "done" ? "Done" : message || "Failed";
}

/** @param {[low: number, high: number]} left seconds */
function range([low, high]) {
  const [from, to] = [time(low), time(high)];
  if (from === to) return `about ${to}`;
  const [, unit] = to.split(" ");
  const alike = from.endsWith(` ${unit}`) && from.split(" ").length === 2;
  return `${alike ? from.split(" ")[0] : from} to ${to}`;
}

/** @param {Cost} cost what a run would take, before it begins */
export function cost({ weights, memory, disk, seconds }) {
  return [
    several(weights, "weight"),
    `about ${size(memory)} of memory`,
    `about ${size(disk)} on disk`,
    seconds ? `${range(seconds)} by an earlier run` : "time is told after 20 steps",
  ].join(" · ");
}

/** @param {Run} run how far it is, and what it takes */
export function progress({ state, stage, step, steps, seconds, left, memory, disk, room }) {
  const trains = state === "running" && stage === "train";
  const more = trains && left ? `${range(left)} of training left` : "";
  const early = trains && !left ? "time is told after 20 steps" : "";
  const whole = trains && room > disk ? ` of about ${size(room)}` : "";
  return [
    `step ${count(step)} of ${count(steps)}`,
    seconds ? time(seconds) : "",
    more || early,
    memory ? `${size(memory)} of memory` : "",
    disk ? `${size(disk)}${whole} on disk` : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

/**
 * Terms of curves that are named by where they were taken: "train_kl", "validation_kl". What all
 * look at comes first.
 * @param {string[]} names
 */
export function terms(names) {
  const found = [...new Set(names.map((name) => name.replace(/^(train|validation)_/, "")))];
  const place = (/** @type {string} */ term) => ORDER.indexOf(term) + 1 || ORDER.length + 1;
  return found.sort((a, b) => place(a) - place(b) || a.localeCompare(b));
}

/** @param {string} term as a person reads it */
export function termTitle(term) {
  return TERMS[term] ?? term.replaceAll("_", " ").replace(/^./u, (one) => one.toUpperCase());
}

/**
 * What is there of a curve and what has come; of a step that came twice the newer counts.
 * @param {Points} old
 * @param {Points} fresh
 * @returns {Points}
 */
export function joined(old, fresh) {
  if (!fresh.length) return old;
  const first = fresh[0][0];
  return [...old.filter(([step]) => step < first), ...fresh];
}

/** @param {[number, number][]} vocabulary a sentence about how many words are kept */
export function kept(vocabulary) {
  if (!vocabulary.length) return "";
  const [size, share] = vocabulary[vocabulary.length - 1];
  return `With ${several(size, "word")} a model reads ${percent(share)} of the text as it is; the rest becomes “unknown”.`;
}

/**
 * A name for data after its file.
 * @param {string} file
 */
export function titleOf(file) {
  const plain = file
    .replace(/\.[^.]*$/, "")
    .replaceAll(/[_-]+/g, " ")
    .trim();
  return (plain || "My data").slice(0, 60);
}

/**
 * A name that none of the others has.
 * @param {string} wanted
 * @param {string[]} taken
 */
export function free(wanted, taken) {
  if (!taken.includes(wanted)) return wanted;
  let n = 2;
  while (taken.includes(`${wanted} ${n}`)) n += 1;
  return `${wanted} ${n}`;
}
