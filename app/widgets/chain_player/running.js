// A run: its first question, then step after step until there are enough or it is stopped.

import { count } from "../../page/numbers.js";
import { calm, fail, firstView, jump, recover, showMore, showScene } from "./chain_player.js";
import { emptyBox, readForm } from "./form.js";
import { last, pathOf } from "./paths.js";
import { measure } from "./plots.js";
import { KERNELS } from "./settings.js";
import { halt, play } from "./transport.js";

/**
 * @typedef {import("./types.js").Advanced} Advanced
 * @typedef {import("./types.js").Job} Job
 * @typedef {import("./types.js").Run} Run
 * @typedef {import("./types.js").Scene} Scene
 * @typedef {import("./types.js").Started} Started
 * @typedef {import("./types.js").Ui} Ui
 */

const LONGEST_WORD = 80; // letters
const MOST = 60000; // steps over all chains of a run: the page keeps every one

/**
 * Run what the form says.
 * @param {Ui} ui
 */
export async function runForm(ui) {
  const empty = emptyBox(ui);
  if (empty) return fail(ui, `${empty} is empty or not a number. Write one.`);
  const run = readForm(ui);
  const long = run.settings.keywords.find((word) => word.length > LONGEST_WORD);
  if (long)
    return fail(
      ui,
      `“${long.slice(0, 20)}…” is too long for a keyword: at most ${LONGEST_WORD} letters.`,
    );
  recover(ui);
  await runIt(ui, run, { play: true });
}

/** @param {Ui} ui @param {Run} run */
export async function runIt(ui, run, { play: playing = false } = {}) {
  halt(ui);
  ui.job = null;
  ui.full = { mode: run.task };
  await ui.runResult({ mode: run.task, run, playing });
  ui.element.classList.remove("lp-stale");
  if (ui.scene) ui.element.classList.remove("lp-fresh");
}

/**
 * The first question of a run; called by `result` with what `runIt` gave it.
 * @param {Ui} ui @param {{run: Run}} more
 */
export async function begin(ui, { run }) {
  const total = run.steps * run.chains * KERNELS[run.kernel].length;
  if (run.steps <= ui.offers.most.steps && total > MOST)
    return {
      error: `${count(total)} steps over all chains are more than this page keeps. Ask for at most ${count(MOST)}: fewer steps, or fewer chains.`,
    };
  return ui.ask("start", {
    settings: run.settings,
    kernels: KERNELS[run.kernel],
    chains: run.chains,
    seed: run.seed,
    steps: run.steps,
  });
}

/**
 * Called with the server's answer: a new trace, with no steps yet.
 * @param {Ui} ui @param {Started} data @param {{run: Run, playing: boolean}} more
 * @param {() => boolean} alive
 */
export async function draw(ui, data, { run, playing }, alive) {
  ui.scene = { ...data, run, settings: run.settings };
  ui.scenes[run.task] = ui.scene;
  ui.view = firstView(run);
  showScene(ui, ui.scene);
  if (playing && !calm.matches) play(ui);
  await advance(
    ui,
    ui.scene.chains.map((_, i) => i),
    run.steps,
    alive,
  );
  if (alive() && !playing && ui.view.at === 0) jump(ui, firstChange(ui));
}

/**
 * Where the first proposal was accepted; a place worth opening on.
 * @param {Ui} ui
 */
export function firstChange(ui) {
  const { accepted, steps } = pathOf(ui, ui.view.show);
  const k = accepted.findIndex((each, k) => each && steps[k].action !== "none");
  return Math.max(k, 0) + 1;
}

/**
 * Add `count` steps to each of the chains `indices`, which have as many; what comes is shown at
 * once.
 * @param {Ui} ui @param {number[]} indices @param {number} count
 */
export async function advance(ui, indices, count, alive = () => true) {
  /** @type {Job} */
  const mine = { done: 0, count, began: performance.now() };
  ui.job = mine;
  const going = () => ui.job === mine && alive();
  const here = ui.scene;
  showProgress(ui);
  while (mine.done < count) {
    const chains = indices.map((i) => here.chains[i]);
    const answer = await askSteps(ui, here, indices, count - mine.done);
    if (!going()) break;
    if (answer.error) {
      fail(ui, answer.error);
      break;
    }
    chains.forEach((chain, i) => chain.steps.push(...answer.blocks[i]));
    mine.done += answer.blocks[0].length;
    showProgress(ui);
    showMore(ui);
  }
  const ended = mine.done >= count;
  if (ui.job === mine) ui.job = null;
  if (ui.scene !== here) return;
  showProgress(ui, ended ? "" : stopped(mine.done, count));
  showMore(ui);
  await measure(ui);
}

/**
 * The next steps of some chains, at most so many.
 * @param {Ui} ui @param {Scene} scene @param {number[]} indices @param {number} steps
 * @returns {Promise<Advanced>}
 */
function askSteps(ui, { settings, chains }, indices, steps) {
  const heads = indices.map((i) => {
    const { kernel, seed, number } = chains[i];
    return { kernel, seed, number, tokens: last(pathOf(ui, i).states).tokens };
  });
  const { first, steps: done } = chains[indices[0]];
  return ui.ask("advance", { settings, heads, first: first + done.length, steps });
}

/** @param {number} done @param {number} asked */
export const stopped = (done, asked) =>
  `Stopped after ${count(done)} of ${count(asked)} steps; they are kept.`;

/** @param {Ui} ui */
export function stop(ui) {
  if (!ui.job) return;
  ui.job = null; // nothing more is asked for
  ui.life.view.cancel();
  ui.element.removeAttribute("aria-busy");
  ui.element.classList.remove("lp-waiting");
  showProgress(ui, "Stopped; the steps that were done are kept.");
  setTimeout(() => measure(ui)); // the page has stopped before it counts
}

/** @param {Ui} ui */
export function showProgress(ui, said = "") {
  const { status, bar, cancel } = ui.underWay;
  bar.hidden = cancel.hidden = !ui.job;
  ui.element.toggleAttribute("data-running", Boolean(ui.job));
  if (!ui.job) return void (status.textContent = said);
  bar.max = ui.job.count;
  bar.value = ui.job.done;
  const rate = ui.job.done / ((performance.now() - ui.job.began) / 1000);
  status.textContent = `${count(ui.job.done)} of ${count(ui.job.count)} steps${ui.job.done ? `, ${count(rate)} steps/s` : ""}`;
}
