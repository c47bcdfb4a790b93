// Branches of a chain, by hand and from a link.

import { say } from "../../page/dom.js";
import * as link from "../../page/state.js";
import { fail, firstView, jump, recover, remember, showAt, showMore } from "./chain_player.js";
import { candidate, pathOf, without } from "./paths.js";
import { measure } from "./plots.js";
import { advance, firstChange } from "./running.js";
import { halt } from "./transport.js";

/**
 * @typedef {import("./types.js").Chain} Chain
 * @typedef {import("./types.js").Fork} Fork
 * @typedef {import("./types.js").Ui} Ui
 * @typedef {{forks: {kind: Fork, chain: number, step: number, seed: number}[], at: number,
 *   show: number, beside: number | null}} Asked
 */

/**
 * A new chain from the state after position `at` of chain `index`; with "overrule", from the other
 * one.
 * @param {Ui} ui @param {number} index @param {number} at @param {Fork} kind @param {number} seed
 */
export async function fork(ui, index, at, kind, seed) {
  const path = pathOf(ui, index);
  const child = childOf(ui, index, at, kind, seed);
  if (child.start.score.total == null)
    return fail(
      ui,
      "The target is 0 for this proposal, so no chain could ever be there. Overrule another step.",
    );
  recover(ui);
  halt(ui);
  const rest = Math.max(path.steps.length - at, Math.min(20, ui.scene.run.steps));
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

/**
 * @param {Ui} ui @param {number} index @param {number} at @param {Fork} kind @param {number} seed
 * @returns {Chain}
 */
function childOf(ui, index, at, kind, seed) {
  const path = pathOf(ui, index);
  const chain = ui.scene.chains[index];
  const other = path.accepted[at - 1] ? path.states[at - 1] : candidate(path.steps[at - 1]);
  return {
    kernel: chain.kernel,
    seed: kind === "branch" ? seed : chain.seed,
    number: chain.number,
    first: path.base + at,
    parent: { chain: index, step: path.base + at - 1, kind },
    start: kind === "branch" ? path.states[at] : other,
    steps: [],
  };
}

/**
 * Take a branch away, with those that left it; what stays keeps its place.
 * @param {Ui} ui @param {number} index
 */
export function prune(ui, index) {
  halt(ui);
  const { chains, now } = without(ui.scene.chains, index);
  const from = ui.scene.chains[index].parent?.chain ?? 0;
  ui.scene.chains = chains;
  ui.view.show = now.get(ui.view.show) ?? now.get(from) ?? 0;
  ui.view.beside = now.get(ui.view.beside) ?? -1;
  if (ui.view.beside === ui.view.show) ui.view.beside = -1;
  showMore(ui);
  jump(ui, ui.view.at);
  measure(ui);
  say("The branch was removed.");
}

/** @param {string} text of a link @returns {Asked} */
export function readView(text) {
  const { forks = "", at = -1, show = 0, beside } = link.read(text);
  return {
    forks: forks.split("~").flatMap(readFork),
    at: Number(at),
    show: Number(show),
    beside: beside === undefined ? null : Number(beside),
  };
}

/** @param {string} text @returns {Asked["forks"]} one, or none where it is not one */
function readFork(text) {
  const said = text.match(/^([bo])(\d+)\.(\d+)\.(\d+)$/);
  if (!said) return [];
  const [chain, step, seed] = said.slice(2).map(Number);
  return [{ kind: said[1] === "b" ? "branch" : "overrule", chain, step, seed }];
}

/**
 * What a link adds to a run: its branches, in order, and the place that was shown.
 * @param {Ui} ui @param {Asked} asked
 */
export async function replayForks(ui, { forks, at, show, beside }) {
  for (const { kind, chain, step, seed } of forks) {
    if (chain >= ui.scene.chains.length) continue;
    const path = pathOf(ui, chain);
    const position = step - path.base + 1;
    if (position < 1 || position > path.steps.length) continue;
    await fork(ui, chain, position, kind, seed);
  }
  if (show < ui.scene.chains.length) ui.view.show = show;
  const second = beside ?? firstView(ui.scene.run).beside;
  ui.view.beside = second < ui.scene.chains.length && second !== ui.view.show ? second : -1;
  showMore(ui);
  jump(ui, at < 0 ? firstChange(ui) : at);
}
