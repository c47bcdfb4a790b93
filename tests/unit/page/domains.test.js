import { verdicts } from "../../../app/widgets/domains/words.js";
import { equal, test } from "./check.js";

/** @param {number} value @returns {any} */
const entry = (value) => ({ value, stderr: null, reference: null, n: 100 });

/** @param {number} weight @param {number} there @param {number} back @returns {any} */
const translator = (weight, there, back) => ({
  ...{ weight, kept: { kept_over: entry(there), kept_over_back: entry(back) } },
});

/** @param {string} title @param {number} weight @param {number} target @returns {any} */
const classifier = (title, weight, target) => ({
  ...{ title, weight, names: ["MNIST", "MNIST-M"], values: { target_accuracy: entry(target) } },
});

test("both ways of a translation and both classifiers are judged by their numbers", () => {
  const runs = [translator(10, 97.25, 98), translator(0, 12, 15.5)];
  const [kept, gained] = verdicts(runs, [
    classifier("DANN", 1, 0.9),
    classifier("The same net", 0, 0.725),
  ]);
  equal(
    [...kept.matchAll(/λ = 10|\d+\.\d %/g)].map(([one]) => one),
    ["λ = 10", "97.3 %", "98.0 %", "12.0 %", "15.5 %"],
  );
  equal(gained.includes("17.5 points more than the same net"), true);
  const [lost] = verdicts([], [classifier("DANN", 1, 0.6), classifier("The same net", 0, 0.7)]);
  equal(lost.includes("10.0 points less"), true);
});

test("nothing is said of what is not there", () => {
  equal(verdicts([translator(10, 97, 98)], [classifier("DANN", 1, 0.9)]), []);
});
