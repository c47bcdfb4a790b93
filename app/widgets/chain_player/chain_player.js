// The chain player: a Markov chain over sentences, step by step. Emits "ready". Its parts:
//   chain_player.js  state, what is on the page, the questions to the server, the link
//   form.js          what to run: keywords, start, kernel, weights
//   paths.js         a chain with its ancestors as one row of states; numbers as text
//   step.js          one step: the sentence with its edit, the candidates, the ratio, the verdict
//   transport.js     play, step, jump; shortcuts; branch and overrule
//   table.js         all steps as a table, a window of it drawn at a time
//   plots.js         trace of log π, acceptance, autocorrelation
//   files.js         export and import
//
// The server computes some steps at a time and forgets them; all of a chain is here. What is
// random at a step comes from (seed, number, n), so two futures of one step are comparable.

import { keep, setView } from "../../page/address.js";
import { offer } from "../../page/choice.js";
import { el, say } from "../../page/dom.js";
import { count } from "../../page/numbers.js";
import { asker, result } from "../../page/result.js";
import * as link from "../../page/state.js";
import { setUp as setUpFiles } from "./files.js";
import {
  emptyBox,
  KERNELS,
  readForm,
  readState,
  setUp as setUpForm,
  showForm,
  stateOf,
  TASKS,
} from "./form.js";
import { candidate, pathOf, setUp as setUpPaths } from "./paths.js";
import { drawFacts, drawTrace, measure, moveCursor, setUp as setUpPlots } from "./plots.js";
import { drawSteps, setUp as setUpStep } from "./step.js";
import { drawRows, setUp as setUpTable } from "./table.js";
import { drawStrip, fitTransport, halt, play, setUp as setUpTransport } from "./transport.js";

const PATIENCE = 60000; // ms; the first question loads two language models
const LOST = "The server did not answer. Is it still running? Try again.";
const LONGEST_WORD = 80; // letters
const MOST = 60000; // steps over all chains of a run: the page keeps every one
export const id = (ui, name) => `${ui.props.prefix}-${name}`;
export const calm = matchMedia("(prefers-reduced-motion: reduce)");

export function fail(ui, sentence) {
  ui.life.fail(sentence);
  ui.element.classList.remove("lp-stale"); // the trace that is shown is still good
}
export function recover(ui) {
  ui.element.querySelector(".lp-error").hidden = true;
}

function setUp1(ui) {
  ui.TAB = ui.props.tab;
  ui.full = {}; // the tab's request, this widget's own field aside
  ui.scene = null; // {run, settings, fingerprints, chains, notes}: the trace that is shown
  ui.view = { at: 0, show: 0, beside: -1 }; // position, chain, and the chain beside it
  ui.job = null; // what is being computed: {chains, end}
  ui.scenes = {}; // the last trace of each task, for when a person comes back to it
  ui.given = ui.props.value !== ""; // the state was set from outside, by a link
  ui.kept = ui.props.value;
  ui.watch("value", () => (ui.given ||= ui.props.value !== ui.kept));
  ui.once = { run: (given) => begin(ui, given) };
  ui.life = result(ui.TAB, {
    element: ui.element,
    ready: () => ui.trigger("ready"),
    server: ui.once,
    draw: (data, more, alive) => draw(ui, data, more, alive),
    linked: () => ui.full,
  });
  ui.ask = asker(ui.server, PATIENCE, LOST);
}

/** Learn once what there is to choose from. */
async function prepare(ui) {
  const answer = await ui.ask("options", {});
  if (answer.error) return void fail(ui, answer.error);
  ui.offers = answer;
  ui.form.hidden = ui.life.tools.hidden = false;
  const named = ({ name, title }) => [name, title];
  offer(ui.lmList, ui.offers.pairs.map(named));
  const judges = [{ name: "", title: "the forward one of the pair" }, ...ui.offers.judges];
  offer(ui.judgeList, judges.map(named));
  return true;
}

/** Run what the form says. */
export async function runForm(ui) {
  const empty = emptyBox(ui);
  if (empty) return fail(ui, `${empty} is empty or not a number. Write one.`);
  const long = readForm(ui).settings.keywords.find((word) => word.length > LONGEST_WORD);
  if (long)
    return fail(
      ui,
      `“${long.slice(0, 20)}…” is too long for a keyword: at most ${LONGEST_WORD} letters.`,
    );
  recover(ui);
  await runIt(ui, readForm(ui), { play: true });
}

async function runIt(ui, run, { play: playing = false } = {}) {
  halt(ui);
  ui.job = null;
  ui.underWay.cancel.disabled = false;
  ui.full = { mode: run.task };
  await ui.runResult({ mode: run.task, run, playing });
  ui.element.classList.remove("lp-stale");
  if (ui.scene) ui.element.classList.remove("lp-fresh");
}

/** The first question of a run; called by latent.result with what runIt gave it. */
async function begin(ui, { run }) {
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

/** Called with the server's answer: a new trace, with no steps yet. */
async function draw(ui, data, { run, playing }, alive) {
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

/** Where the first proposal was accepted; a place worth opening on. */
function firstChange(ui) {
  const path = pathOf(ui, ui.view.show);
  return (
    1 +
    Math.max(
      0,
      path.accepted.findIndex((accepted, k) => accepted && path.steps[k].action !== "none"),
    )
  );
}

/** Add `count` steps to each of `chains`, which have as many; what comes is shown at once. */
async function advance(ui, indices, count, alive = () => true) {
  const mine = (ui.job = { done: 0, count, began: performance.now() });
  const going = () => ui.job === mine && alive();
  const here = ui.scene;
  showProgress(ui);
  while (mine.done < count) {
    const chains = indices.map((i) => here.chains[i]);
    const heads = indices.map((i) => {
      const { kernel, seed, number } = here.chains[i];
      return { kernel, seed, number, tokens: pathOf(ui, i).states.at(-1).tokens };
    });
    const answer = await ui.ask("advance", {
      settings: here.settings,
      heads,
      first: chains[0].first + chains[0].steps.length,
      steps: count - mine.done,
    });
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

const stopped = (done, asked) =>
  `Stopped after ${count(done)} of ${count(asked)} steps; they are kept.`;

export function stop(ui) {
  if (!ui.job) return;
  ui.job = null; // nothing more is asked for
  ui.life.view.cancel();
  ui.element.removeAttribute("aria-busy");
  ui.element.classList.remove("lp-waiting");
  showProgress(ui, "Stopped; the steps that were done are kept.");
  setTimeout(() => measure(ui)); // the page has stopped before it counts
}

function showProgress(ui, said = "") {
  const { status, bar, cancel } = ui.underWay;
  bar.hidden = cancel.hidden = !ui.job;
  ui.element.toggleAttribute("data-running", Boolean(ui.job));
  if (!ui.job) return void (status.textContent = said);
  bar.max = ui.job.count;
  bar.value = ui.job.done;
  const rate = ui.job.done / ((performance.now() - ui.job.began) / 1000);
  status.textContent = `${count(ui.job.done)} of ${count(ui.job.count)} steps${ui.job.done ? `, ${count(rate)} steps/s` : ""}`;
}

// ---- what is on the page --------------------------------------------------------------------

/** Draw a whole trace: another task, a new run, an imported file. */
export function showScene(ui, shown) {
  if (ui.scene !== shown) {
    halt(ui);
    ui.job = null;
    ui.scene = shown;
    ui.view = { ...firstView(shown.run), ...shown.view };
    showForm(ui, shown.run.task, shown.run);
    const [done, asked] = [shown.chains[0].steps.length, shown.run.steps];
    showProgress(ui, done && done < asked ? stopped(done, asked) : "");
  }
  ui.full = { mode: shown.run.task };
  ui.element.classList.remove("lp-fresh", "lp-waiting", "lp-stale");
  ui.player.hidden = false;
  ui.element.querySelector(".lp-code pre").textContent = shown.code;
  ui.noteLine.replaceChildren(...shown.notes.map((text) => el("span", { text })));
  ui.noteLine.hidden = !shown.notes.length;
  showMore(ui);
  showAt(ui);
  if (shown.view === undefined && !ui.job) jump(ui, firstChange(ui));
  setView(ui.TAB, ui.full);
  remember(ui);
  if (shown.chains.some(({ steps }) => steps.length) && !ui.job) measure(ui);
}

/** Steps have come, or chains. */
export function showMore(ui) {
  drawStrip(ui);
  fitTransport(ui);
  drawTrace(ui);
  drawRows(ui);
  drawFacts(ui);
}

/** The position or the chain that is shown has changed. */
export function showAt(ui) {
  ui.element.dataset.at = ui.view.at; // how tests know
  drawSteps(ui);
  fitTransport(ui);
  moveCursor(ui);
  drawRows(ui, { follow: true });
  drawFacts(ui);
}

export function jump(ui, to, { phase = "verdict" } = {}) {
  ui.view.at = Math.max(0, Math.min(to, longest(ui)));
  ui.phaseNow = phase;
  showAt(ui);
  clearTimeout(ui.saving);
  ui.saving = setTimeout(() => remember(ui), 200); // an address that changes too often is throttled
}

export const shownChains = (ui) =>
  ui.view.beside >= 0 ? [ui.view.show, ui.view.beside] : [ui.view.show];
export const longest = (ui) => Math.max(...shownChains(ui).map((i) => pathOf(ui, i).steps.length));

// ---- branches ------------------------------------------------------------------------------

/** A new chain from the state after position `at` of chain `index`; with "overrule", from the other one. */
export async function fork(ui, index, at, kind, seed) {
  const path = pathOf(ui, index);
  const chain = ui.scene.chains[index];
  const step = path.steps[at - 1];
  const flipped = kind === "overrule" && !path.accepted[at - 1];
  const state =
    kind === "branch" ? path.states[at] : flipped ? candidate(step) : path.states[at - 1];
  if (state.score.total == null)
    return fail(
      ui,
      "The target is 0 for this proposal, so no chain could ever be there. Overrule another step.",
    );
  recover(ui);
  halt(ui);
  const rest = Math.max(path.steps.length - at, Math.min(20, ui.scene.run.steps));
  const child = {
    kernel: chain.kernel,
    seed: kind === "branch" ? seed : chain.seed,
    number: chain.number,
    first: path.base + at,
    parent: { chain: index, step: path.base + at - 1, kind },
    start: state,
    steps: [],
  };
  const i = ui.scene.chains.push(child) - 1;
  ui.view.show = index;
  ui.view.beside = i;
  ui.element.setAttribute("aria-busy", "true");
  showMore(ui);
  showAt(ui);
  say(
    kind === "branch"
      ? `Branched after step ${at}.`
      : `Overruled step ${at}. The two futures stand side by side.`,
  );
  await advance(ui, [i], rest);
  ui.element.removeAttribute("aria-busy");
  remember(ui);
}

// ---- the link -------------------------------------------------------------------------------

/** The state as text: this widget's value and its field in links. See read_state in widget.py. */
export function remember(ui) {
  if (!ui.scene) return;
  clearTimeout(ui.saving);
  ui.scene.view = { ...ui.view };
  const forks = ui.scene.chains
    .filter(({ parent }) => parent)
    .map(
      ({ parent, seed }) =>
        `${parent.kind === "branch" ? "b" : "o"}${parent.chain}.${parent.step}.${seed}`,
    )
    .join("~");
  const state = {
    ...stateOf(ui, ui.scene.run),
    forks,
    at: ui.view.at,
    show: ui.view.show || "",
    beside: ui.view.beside,
  };
  if (ui.view.beside === firstView(ui.scene.run).beside) delete state.beside;
  ui.kept = link.write(state);
  ui.props.value = ui.kept;
  keep(ui.TAB, { chain: ui.kept });
}

/** What is shown of a run at the start: where there are two kernels, the first chain of each. */
const firstView = ({ kernel, chains }) => ({
  at: 0,
  show: 0,
  beside: kernel === "both" ? chains : -1,
});

function readView(text) {
  const asked = link.read(text);
  const forks = (asked.forks || "")
    .split("~")
    .filter(Boolean)
    .map((part) => {
      const [, kind, chain, step, seed] = part.match(/^([bo])(\d+)\.(\d+)\.(\d+)$/) || [];
      return {
        kind: kind === "b" ? "branch" : "overrule",
        chain: Number(chain),
        step: Number(step),
        seed: Number(seed),
      };
    });
  const number = (key, otherwise) => (asked[key] === undefined ? otherwise : Number(asked[key]));
  return { forks, at: number("at", -1), show: number("show", 0), beside: number("beside", null) };
}

/** What a link adds to a run: its branches, in order, and the place that was shown. */
async function replayForks(ui, { forks, at, show, beside }) {
  for (const { kind, chain, step, seed } of forks) {
    const path = chain < ui.scene.chains.length && pathOf(ui, chain);
    const position = path && step - path.base + 1;
    if (!path || position < 1 || position > path.steps.length) continue;
    await fork(ui, chain, position, kind, seed);
  }
  if (show < ui.scene.chains.length) ui.view.show = show;
  const second = beside ?? firstView(ui.scene.run).beside;
  ui.view.beside = second < ui.scene.chains.length && second !== ui.view.show ? second : -1;
  showMore(ui);
  jump(ui, at < 0 ? firstChange(ui) : at);
}

// ---- running --------------------------------------------------------------------------------

function setUp2(ui) {
  ui.runResult = ui.life.view.run;
  /** Asked for by the page: a link, the switch of tasks, or the first look. */
  ui.life.view.run = async ({ mode, chain }) => {
    ui.element.closest('[role="tabpanel"]').dataset.mode = mode;
    if (!TASKS[mode]) return halt(ui); // another view of this tab
    if (!ui.offers && !(await prepare(ui))) return;
    const linked = ui.given ? chain : "";
    const back = ui.given ? null : ui.scenes[mode];
    ui.given = false;
    if (back) return showScene(ui, back);
    showForm(ui, mode, readState(ui, mode, linked));
    const before = ui.scene;
    await runIt(ui, readState(ui, mode, linked));
    if (linked && ui.scene !== before) await replayForks(ui, readView(linked));
  };
  ui.offers = null; // {pairs, weights, most}
  ui.saving = 0;
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = { ...given };
  setUp1(ui);
  setUp2(ui);
  setUpForm(ui);
  setUpPaths(ui);
  setUpStep(ui);
  setUpTransport(ui);
  setUpTable(ui);
  setUpPlots(ui);
  setUpFiles(ui);
}
