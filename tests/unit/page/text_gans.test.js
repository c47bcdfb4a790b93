import { ofCodes, start, verdicts } from "../../../app/widgets/text_gans/words.js";
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

test("a game among codes is told by its gap, its samples and codes under noise", () => {
  const game = {
    ...{ name: "arae", title: "ARAE", steps: [1, 2], gap: [0.61, 0.05] },
    noise: /** @type {[number, number][]} */ ([
      [0.02, 93.4],
      [0.3, 5],
    ]),
  };
  const said = (/** @type {Record<string, number | null>} */ perplexities) =>
    ofCodes({ ...game, perplexities });
  const better = said({ real: 30.2, reverse_ppl: 50, reverse_ppl_apart: 60 });
  equal(better.length, 3);
  equal(better[0].includes("0.61 at first and by 0.05 in the end"), true);
  equal(better[1].includes("real ones 30.2"), true);
  equal(better[1].endsWith("60.0: the game made samples better."), true);
  equal(better[2].includes("0.02") && better[2].includes("93 %"), true);
  const worse = said({ real: 30.2, reverse_ppl: 61, reverse_ppl_apart: 60 });
  equal(worse[1].endsWith("the game did not make samples better."), true);
  const alone = said({ real: null, reverse_ppl: 61 });
  equal(alone[1], "Reverse perplexity of its samples is 61.0.");
  const fitted = said({ real: null, reverse_ppl: 61, reverse_ppl_aggregate: 58.2 });
  equal(fitted[1].endsWith("in place of the generator's 58.2."), true);
  equal(said({}).length, 2);
});
