import { start, verdicts } from "../../../app/widgets/text_gans/words.js";
import { equal, test } from "./check.js";

/**
 * @param {string} label
 * @param {number} mle steps of likelihood, of 300
 * @param {[number, number][]} numbers NLL and coverage at steps 100, 200 and 300
 * @returns {any}
 */
const run = (label, mle, numbers) => ({
  ...{ name: label, label, mle, critic: 0, soft: false, planes: {}, real: {} },
  moments: numbers.map(([language_nll, covered], i) => ({
    ...{ step: 100 * (i + 1), language_nll, covered },
    ...{ sample_nll: 9, grammatical: 95, effective_sentences: 4000 },
  })),
});

test("what a run begins its game with is the first moment after likelihood", () => {
  const given = run("SeqGAN", 200, [
    [9, 60],
    [8.6, 70],
    [8.5, 71],
  ]);
  equal(start(given).step, 200);
});

test("a constant reward and each game are judged by their numbers", () => {
  const moments = (/** @type {number} */ nll, /** @type {number} */ covered) =>
    /** @type {[number, number][]} */ ([
      [9, 60],
      [8.6, 70],
      [nll, covered],
    ]);
  const said = verdicts([
    run("likelihood alone", 300, moments(8.5, 72)),
    run("constant reward", 200, moments(9.9, 50)),
    run("SeqGAN", 200, moments(8.6, 71)),
    run("Gumbel GAN", 200, moments(8.5, 72.4)),
    run("third", 200, moments(8.4, 74)),
  ]);
  equal(said.length, 4);
  const parts = ["did not lower", "71.0 % of the language, less than", "as much as", "more than"];
  equal(
    parts.map((part, i) => said[i].includes(part)),
    [true, true, true, true],
  );
  const lower = verdicts([run("constant reward", 200, moments(8.5, 72))]);
  equal(lower[0].includes("reward lowered"), true);
  equal(verdicts([run("SeqGAN", 200, moments(8.5, 72))]), []); // nothing to compare with
});
