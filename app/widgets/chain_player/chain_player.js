// The chain player: a Markov chain over sentences, step by step. Emits "ready". Its parts:
//   chain_player.js  which trace is shown and where, the link
//   form.js          what to run: keywords, start, kernel, weights
//   settings.js      the same as values and as text
//   running.js       a run, step after step
//   branches.js      branches of a chain, by hand and from a link
//   paths.js         a chain with its ancestors as one row of states; numbers as text
//   step.js          one step: the sentence with its edit, the candidates, the ratio, the verdict
//   transport.js     play, step, jump; shortcuts
//   table.js         all steps as a table, a window of it drawn at a time
//   plots.js         trace of log π, acceptance, autocorrelation
//   files.js         export and import
//
// The server computes some steps at a time and forgets them; all of a chain is here. What is
// random at a step comes from (seed, number, n), so two futures of one step are comparable.

import { keep, setView } from "../../page/address.js";
import { offer } from "../../page/choice.js";
import { el, one, panelOf } from "../../page/dom.js";
import { asker, result } from "../../page/result.js";
import * as link from "../../page/state.js";
import { readView, replayForks } from "./branches.js";
import { setUp as setUpFiles } from "./files.js";
import { setUp as setUpForm, showForm } from "./form.js";
import { pathOf, setUp as setUpPaths } from "./paths.js";
import { drawFacts, drawTrace, measure, moveCursor, setUp as setUpPlots } from "./plots.js";
import { begin, draw, firstChange, runIt, showProgress, stopped } from "./running.js";
import { isTask, readState, stateOf } from "./settings.js";
import { drawSteps, setUp as setUpStep } from "./step.js";
import { drawRows, setUp as setUpTable } from "./table.js";
import { drawStrip, fitTransport, halt, setUp as setUpTransport } from "./transport.js";

/**
 * @typedef {import("./types.js").Chain} Chain
 * @typedef {import("./types.js").Named} Named
 * @typedef {import("./types.js").Run} Run
 * @typedef {import("./types.js").Scene} Scene
 * @typedef {import("./types.js").Ui} Ui
 * @typedef {import("./types.js").View} View
 */

const PATIENCE = 60000; // ms; the first question loads two language models
const LOST = "The server did not answer. Is it still running? Try again.";
/** @param {Ui} ui @param {string} name */
export const id = (ui, name) => `${ui.props.prefix}-${name}`;
export const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** @param {Ui} ui @param {string} sentence */
export function fail(ui, sentence) {
  ui.life.fail(sentence);
  ui.element.classList.remove("lp-stale"); // the trace that is shown is still good
}
/** @param {Ui} ui */
export function recover(ui) {
  one(ui.element, ".lp-error").hidden = true;
}

/** @param {Ui} ui */
function setUp1(ui) {
  ui.TAB = ui.props.tab;
  ui.full = {};
  ui.view = { at: 0, show: 0, beside: -1 };
  ui.job = null;
  ui.saving = 0;
  ui.scenes = {};
  ui.given = ui.props.value !== "";
  ui.kept = ui.props.value;
  ui.watch("value", () => (ui.given ||= ui.props.value !== ui.kept));
  ui.life = result(ui.TAB, {
    element: ui.element,
    ready: () => ui.trigger("ready"),
    server: { run: (given) => begin(ui, given) },
    draw: (data, more, alive) => draw(ui, data, more, alive),
    linked: () => ui.full,
  });
  ui.ask = asker(ui.server, PATIENCE, LOST);
}

/** Learn once what there is to choose from. @param {Ui} ui */
async function prepare(ui) {
  const answer = await ui.ask("options", {});
  if (answer.error) {
    fail(ui, answer.error);
    return false;
  }
  ui.offers = answer;
  ui.form.hidden = ui.life.tools.hidden = false;
  const named = (/** @type {Named} */ { name, title }) => [name, title];
  offer(ui.lmList, ui.offers.pairs.map(named));
  const judges = [{ name: "", title: "the forward one of the pair" }, ...ui.offers.judges];
  offer(ui.judgeList, judges.map(named));
  return true;
}

// ---- what is on the page --------------------------------------------------------------------

/**
 * Draw a whole trace: another task, a new run, an imported file.
 * @param {Ui} ui @param {Scene} shown
 */
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
  one(ui.element, ".lp-code pre").textContent = shown.code;
  ui.noteLine.replaceChildren(...shown.notes.map((text) => el("span", { text })));
  ui.noteLine.hidden = !shown.notes.length;
  showMore(ui);
  showAt(ui);
  if (shown.view === undefined && !ui.job) jump(ui, firstChange(ui));
  setView(ui.TAB, ui.full);
  remember(ui);
  if (shown.chains.some(({ steps }) => steps.length) && !ui.job) measure(ui);
}

/** Steps have come, or chains. @param {Ui} ui */
export function showMore(ui) {
  drawStrip(ui);
  fitTransport(ui);
  drawTrace(ui);
  drawRows(ui);
  drawFacts(ui);
}

/** The position or the chain that is shown has changed. @param {Ui} ui */
export function showAt(ui) {
  ui.element.dataset.at = String(ui.view.at); // how tests know
  drawSteps(ui);
  fitTransport(ui);
  moveCursor(ui);
  drawRows(ui, { follow: true });
  drawFacts(ui);
}

/** @param {Ui} ui @param {number} to @param {Ui["phaseNow"]} [phase] */
export function jump(ui, to, phase = "verdict") {
  ui.view.at = Math.max(0, Math.min(to, longest(ui)));
  ui.phaseNow = phase;
  showAt(ui);
  clearTimeout(ui.saving);
  ui.saving = setTimeout(() => remember(ui), 200); // an address that changes too often is throttled
}

/** @param {Ui} ui */
export const shownChains = (ui) =>
  ui.view.beside >= 0 ? [ui.view.show, ui.view.beside] : [ui.view.show];
/** @param {Ui} ui */
export const longest = (ui) => Math.max(...shownChains(ui).map((i) => pathOf(ui, i).steps.length));

// ---- the link -------------------------------------------------------------------------------

/**
 * The state as text: this widget's value and its field in links. See read_state in widget.py.
 * @param {Ui} ui
 */
export function remember(ui) {
  if (!ui.scene) return;
  clearTimeout(ui.saving);
  ui.scene.view = { ...ui.view };
  const { at, show, beside } = ui.view;
  ui.kept = link.write({
    ...stateOf(ui, ui.scene.run),
    forks: ui.scene.chains.flatMap(forkOf).join("~"),
    at,
    show: show || "",
    beside: beside === firstView(ui.scene.run).beside ? "" : beside,
  });
  ui.props.value = ui.kept;
  keep(ui.TAB, { chain: ui.kept });
}

/** @param {Chain} chain */
const forkOf = ({ parent, seed }) =>
  parent ? [`${parent.kind[0]}${parent.chain}.${parent.step}.${seed}`] : [];

/**
 * What is shown of a run at the start: where there are two kernels, the first chain of each.
 * @param {Run} run @returns {View}
 */
export const firstView = ({ kernel, chains }) => ({
  at: 0,
  show: 0,
  beside: kernel === "both" ? chains : -1,
});

// ---- running --------------------------------------------------------------------------------

/** @param {Ui} ui */
function setUp2(ui) {
  ui.runResult = ui.life.view.run;
  /** Asked for by the page: a link, the switch of tasks, or the first look. */
  ui.life.view.run = async ({ mode, chain }) => {
    panelOf(ui.element).dataset.mode = mode;
    if (!isTask(mode)) return halt(ui); // another view of this tab
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
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
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
