import { outcome, unknown, verdict } from "../../../app/widgets/syntax/words.js";
import { equal, test } from "./check.js";

/** @param {string} construction @param {string[]} words */
const sentence = (construction, words = []) => ({
  ...{ construction, tree: "", content: [], unknown: words },
});

/** @param {object} rest @returns {any} */
const swap = (rest) => ({
  ...{ ...sentence("passive"), text: "", same_tree: true, kept: ["king", "see"] },
  ...{ lost: [], added: [], ...rest },
});

test("what became of a meaning and a form is said as far as both are known", () => {
  const [a, b, other] = [sentence("transitive"), sentence("passive"), sentence("")];
  equal(outcome(swap({}), a, b), "the wanted tree; all words kept");
  const changed = swap({ same_tree: false, lost: ["owl"], added: ["dog", "cat"] });
  equal(outcome(changed, a, b), "another tree; 2 of 3 words kept; lost: owl; new: dog, cat");
  equal(outcome(swap({}), other, b), "the wanted tree");
  equal(outcome(swap({}), a, other), "all words kept");
  equal(outcome(swap({ construction: "" }), a, b), "not a sentence of the grammar");
});

test("unknown words come before an unknown tree", () => {
  equal(unknown(sentence("passive"), "A"), "");
  equal(
    unknown(sentence("", ["unicorn"]), "B"),
    "The model has never seen “unicorn”, and reads an unknown word in B.",
  );
  equal(
    unknown(sentence(""), "A"),
    "The grammar does not give A, so its tree and its words are not known.",
  );
});

test("a code that tells what is not its own is named", () => {
  /** @param {number} value @param {number} reference */
  const entry = (value, reference) => ({ value, reference, n: 800, reference_is: "guessing" });
  /** @param {number} tree @param {number} words @returns {any} */
  const model = (tree, words) => ({
    probes: {
      tree: { syntax: entry(90, 1), meaning: entry(tree, 1) },
      words: { syntax: entry(words, 2), meaning: entry(80, 2) },
    },
    swaps: { swap_both: entry(40, 60) },
  });
  equal(verdict(model(9, 5)).includes("Neither code tells much of what is the other’s."), true);
  equal(verdict(model(30, 5)).includes(". z_sem tells the tree too."), true);
  equal(
    verdict(model(30, 40)).includes(". z_syn tells words too, and z_sem tells the tree too."),
    true,
  );
  equal(verdict(model(9, 5)).includes("Of 800 swaps of test sentences 40.0 % have"), true);
});
