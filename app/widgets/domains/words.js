// What is said of two domains from their numbers; nothing here touches the page.

import { fixed, percent, significant } from "../../page/numbers.js";

/**
 * @typedef {import("./types.js").Classifier} Classifier
 * @typedef {import("./types.js").Kept} Kept
 * @typedef {import("./types.js").Translator} Translator
 */

/** @param {{weight: number}} run */
export const lambda = ({ weight }) => `λ = ${significant(weight)}`;

/**
 * @param {Translator[]} translators
 * @param {Classifier[]} classifiers
 * @returns {string[]}
 */
export function verdicts(translators, classifiers) {
  const said = [];
  const [with_, without] = [translators.find((t) => t.weight), translators.find((t) => !t.weight)];
  const share = (/** @type {Translator} */ run, /** @type {Kept} */ one) =>
    run.kept[one] ? `${fixed(run.kept[one].value, 1)} %` : "–";
  if (with_ && without)
    said.push(
      `With the way back (${lambda(with_)}) ${share(with_, "kept_over")} of digits keep their class there and ${share(with_, "kept_over_back")} there and back; without it ${share(without, "kept_over")} and ${share(without, "kept_over_back")}. The critics alone ask for a digit of the other kind, not for the same one.`,
    );
  const [hidden, plain] = [classifiers.find((c) => c.weight), classifiers.find((c) => !c.weight)];
  const [after, before] = [hidden?.values.target_accuracy, plain?.values.target_accuracy];
  if (hidden && after && before) {
    const points = 100 * (after.value - before.value);
    said.push(
      `${hidden.title} is right on ${percent(after.value, 1)} of ${hidden.names[1]}, ${fixed(Math.abs(points), 1)} points ${points > 0 ? "more" : "less"} than the same net that learned from ${hidden.names[0]} alone (${percent(before.value, 1)}).`,
    );
  }
  return said;
}
