// What is said of swaps and probes; nothing here touches the page.
// @ts-check
import { fixed } from "../../page/numbers.js";

/**
 * @typedef {import("./types.js").Entry} Entry
 * @typedef {import("./types.js").Given} Sentence
 * @typedef {import("./types.js").Model} Model
 * @typedef {import("./types.js").Swap} Swap
 */

const NEAR = 10; // per cent above guessing, up to which nothing is said to be read

/**
 * What became of a meaning and a form, as far as both are known.
 * @param {Swap} swap
 * @param {Sentence} meaning
 * @param {Sentence} form
 */
export function outcome(swap, meaning, form) {
  if (!swap.construction) return "not a sentence of the grammar";
  const said = [];
  if (form.construction) said.push(`${swap.same_tree ? "the wanted" : "another"} tree`);
  if (meaning.construction) {
    const { kept, lost, added } = swap;
    if (!lost.length && !added.length) said.push("all words kept");
    else {
      said.push(`${kept.length} of ${kept.length + lost.length} words kept`);
      if (lost.length) said.push(`lost: ${lost.join(", ")}`);
      if (added.length) said.push(`new: ${added.join(", ")}`);
    }
  }
  return said.join("; ");
}

/**
 * What is not known of a sentence that was typed; nothing where all is.
 * @param {Sentence} given
 * @param {string} name A or B
 */
export function unknown({ unknown, construction }, name) {
  const words = unknown.map((word) => `“${word}”`).join(", ");
  if (words) return `The model has never seen ${words}, and reads an unknown word in ${name}.`;
  return construction
    ? ""
    : `The grammar does not give ${name}, so its tree and its words are not known.`;
}

/** @param {Entry} entry */
const beyond = ({ value, reference }) => value - (reference ?? 0);

/**
 * Whether each code tells what is its own, and keeps silent on the rest.
 * @param {Model} model whose numbers are all there
 */
export function verdict({ probes, swaps }) {
  const { tree, words } = /** @type {Record<"tree" | "words", Record<string, Entry>>} */ (probes);
  const leaks = [
    ...(beyond(words.syntax) > NEAR ? ["z_syn tells words too"] : []),
    ...(beyond(tree.meaning) > NEAR ? ["z_sem tells the tree too"] : []),
  ];
  const own = `The tree is read off z_syn in ${fixed(tree.syntax.value, 1)} % of test sentences, ${fixed(words.meaning.value, 1)} % of the content words off z_sem`;
  const cross = `crosswise it is ${fixed(tree.meaning.value, 1)} % and ${fixed(words.syntax.value, 1)} %, guessing ${fixed(tree.meaning.reference ?? 0, 1)} % and ${fixed(words.syntax.reference ?? 0, 1)} %`;
  const told = leaks.length
    ? `${leaks.join(", and ")}.`
    : "Neither code tells much of what is the other’s.";
  const both = swaps.swap_both
    ? ` Of ${swaps.swap_both.n} swaps of test sentences ${fixed(swaps.swap_both.value, 1)} % have the wanted tree and all words; in their own form ${fixed(swaps.swap_both.reference ?? 0, 1)} % of the sentences come back so.`
    : "";
  return `${own}; ${cross}. ${told}${both}`;
}
