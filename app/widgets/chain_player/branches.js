// Branches of a chain, by hand and from a link.

import { say } from "../../page/dom.js";
import * as link from "../../page/state.js";
import { fail, firstView, jump, recover, remember, showAt, showMore } from "./chain_player.js";
import { candidate, pathOf, without } from "./paths.js";
import { measure } from "./plots.js";
import { advance, firstChange } from "./running.js";
import { halt } from "./transport.js";

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

/** Take a branch away, with those that left it; what stays keeps its place. */
export function prune(ui, index) {
  halt(ui);
  const { chains, now } = without(ui.scene.chains, index);
  const from = ui.scene.chains[index].parent.chain;
  ui.scene.chains = chains;
  ui.view.show = now.get(ui.view.show) ?? now.get(from) ?? 0;
  ui.view.beside = now.get(ui.view.beside) ?? -1;
  if (ui.view.beside === ui.view.show) ui.view.beside = -1;
  showMore(ui);
  jump(ui, ui.view.at);
  measure(ui);
  say("The branch was removed.");
}

export function readView(text) {
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
export async function replayForks(ui, { forks, at, show, beside }) {
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
