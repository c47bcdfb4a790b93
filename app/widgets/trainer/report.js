// What a model would read: numbers, what was noticed, two charts with their tables, examples.

import { bars, chart } from "../../page/charts.js";
import { el, tableTwin } from "../../page/dom.js";
import { count, percent } from "../../page/numbers.js";
import { bytes, picture } from "../../page/pictures.js";
import { facts, kept } from "./words.js";

/**
 * @typedef {import("./types.js").Report} Report
 * @typedef {import("./types.js").ReportPart} ReportPart
 */

const HIGH = 200; // pixels of a chart
const FEW = 12; // lengths that each have their number under their bar

/** @returns {ReportPart} */
export function setUp() {
  const part = {
    node: el("div", { class: "train-report", hidden: true, id: "train-report" }),
    facts: el("ul", { class: "train-facts" }),
    notes: el("ul", { class: "train-notes" }),
    lengths: chart({ label: "Sentences by their number of words", height: HIGH }),
    words: chart({ label: "Share of the text that is kept, by size of vocabulary", height: HIGH }),
    charts: el("div", { class: "train-charts" }),
    examples: el("div", { class: "train-examples" }),
    lengthTable: tableTwin("Lengths as a table"),
    wordTable: tableTwin("Words kept as a table"),
  };
  part.charts.append(
    figure("Words in a sentence", part.lengths.node),
    figure("Share of the text that is kept", part.words.node),
  );
  part.node.append(
    part.facts,
    part.notes,
    part.charts,
    part.lengthTable.details,
    part.wordTable.details,
    el("h4", { text: "As the model reads them" }),
    part.examples,
  );
  return part;
}

/** @param {string} title @param {HTMLElement} node */
export const figure = (title, node) =>
  el("figure", { class: "train-figure" }, el("figcaption", { text: title }), node);

/** @param {ReportPart} part @param {Report} report */
export function drawReport(part, report) {
  part.node.hidden = false;
  part.node.classList.remove("train-old");
  part.facts.replaceChildren(...facts(report).map((text) => el("li", { text })));
  const notes = [...report.notes, kept(report.vocabulary)].filter(Boolean);
  part.notes.replaceChildren(...notes.map((text) => el("li", { text })));
  const text = report.kind === "text";
  part.charts.hidden = part.lengthTable.details.hidden = part.wordTable.details.hidden = !text;
  if (text) drawWords(part, report);
  part.examples.replaceChildren(items(report.examples, report.side, "example"));
}

/** @param {ReportPart} part @param {Report} report */
function drawWords(part, { lengths, vocabulary }) {
  const [words, sentences] = [0, 1].map((i) => lengths.map((pair) => pair[i]));
  part.lengths.draw(
    [bars("sentences", words, sentences, { colour: "--accent", hover: "%{x} words: %{y}" })],
    {
      x: { label: "words", ...(words.length <= FEW ? { ticks: words } : {}) },
      y: "sentences",
    },
  );
  const sizes = vocabulary.map(([size]) => count(size));
  const shares = vocabulary.map(([, share]) => share);
  const look = { colour: "--accent", hover: "%{x} words: %{y:.1%}" };
  part.words.draw([bars("kept", sizes, shares, look)], {
    x: { label: "words in the vocabulary", category: true },
    y: { label: "share", low: 0, high: 1 },
  });
  part.lengthTable.set(
    ["words", "sentences"],
    lengths.map((pair) => pair.map(count)),
  );
  part.wordTable.set(
    ["words in the vocabulary", "share of the text kept"],
    vocabulary.map(([size, share]) => [count(size), percent(share)]),
  );
}

/**
 * Sentences as a list, or pictures in a row that breaks.
 * @param {string[]} given sentences, or base64
 * @param {number} side of a picture; 0 for sentences
 * @param {string} noun for who cannot see a picture
 */
export function items(given, side, noun) {
  if (!side) {
    const lines = given.map((text) => el("li", { text: text || "(nothing)" }));
    return el("ol", { class: "train-lines" }, ...lines);
  }
  const pictures = given.map((data, i) => picture(bytes(data), `${noun} ${i + 1}`));
  return el("div", { class: "train-pictures" }, ...pictures);
}
