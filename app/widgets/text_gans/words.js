// What is said of text GANs from their numbers; nothing here touches the page.

import { count, fixed } from "../../page/numbers.js";

/**
 * @typedef {import("./types.js").Run} Run
 * @typedef {import("./types.js").Values} Values
 */

const SAME = 0.5; // per cent of the language; what is closer counts as the same

/** @param {Run} run */
export const last = (run) => /** @type {Values & {step: number}} */ (run.moments.at(-1));

/**
 * Where likelihood ends and a game has begun.
 * @param {Run} run
 */
export const start = (run) => run.moments.find(({ step }) => step >= run.mle) ?? last(run);

/** @param {Run} run */
const plays = (run) => run.mle < last(run).step;

/**
 * What a game among codes came to.
 * @param {import("./types.js").Codes} game
 * @returns {string[]}
 */
export function ofCodes({ gap, noise, perplexities }) {
  const said = [];
  if (gap.length)
    said.push(
      `The critic told codes of held-out sentences from made ones by ${fixed(gap[0], 2)} at first and by ${fixed(/** @type {number} */ (gap.at(-1)), 2)} in the end.`,
    );
  const {
    reverse_ppl: mine,
    reverse_ppl_aggregate: fitted,
    reverse_ppl_apart: apart,
    real,
  } = perplexities;
  if (mine != null) {
    const beside = real == null ? "" : `, of as many real ones ${fixed(real, 1)}`;
    const other =
      apart == null
        ? ""
        : `; of the same nets without the game, sampled from a Gaussian fitted to their codes, ${fixed(apart, 1)}: the game ${mine < apart ? "made samples better" : "did not make samples better"}`;
    const own =
      fitted == null
        ? ""
        : `, of codes drawn from a Gaussian fitted to its own in place of the generator's ${fixed(fitted, 1)}`;
    said.push(`Reverse perplexity of its samples is ${fixed(mine, 1)}${own}${beside}${other}.`);
  }
  const [least] = noise;
  if (least)
    said.push(
      `With noise of ${least[0]} on each number of a code, ${fixed(least[1], 0)} % of test sentences decode to the same words as without.`,
    );
  return said;
}

/**
 * What the runs show of the two claims: a reward that says nothing teaches nothing, and GANs are
 * less diverse than likelihood.
 * @param {Run[]} runs
 * @returns {string[]}
 */
export function verdicts(runs) {
  const constant = runs.find(({ label }) => label === "constant reward");
  const alone = runs.find((run) => !plays(run));
  const games = runs.filter((run) => plays(run) && run !== constant);
  const said = [];
  if (constant) {
    const [from, to] = [start(constant), last(constant)];
    const better = to.language_nll < from.language_nll;
    said.push(
      `A constant reward ${better ? "lowered" : "did not lower"} the NLL of the language: ${fixed(from.language_nll, 2)} nats before, ${fixed(to.language_nll, 2)} after; what 10,000 samples cover went from ${fixed(from.covered, 1)} to ${fixed(to.covered, 1)} %.`,
    );
  }
  if (alone)
    for (const run of games) {
      const [own, other] = [last(run), last(alone)];
      const gap = own.covered - other.covered;
      const how = Math.abs(gap) < SAME ? "as much" : gap < 0 ? "less" : "more";
      said.push(
        `${run.label} covers ${fixed(own.covered, 1)} % of the language, ${how}${how === "as much" ? " as" : " than"} likelihood alone in as many steps (${fixed(other.covered, 1)} %), with ${count(Math.round(own.effective_sentences))} sentences in effect against ${count(Math.round(other.effective_sentences))}, and ${fixed(own.grammatical, 1)} % grammatical ones against ${fixed(other.grammatical, 1)} %.`,
      );
    }
  return said;
}
