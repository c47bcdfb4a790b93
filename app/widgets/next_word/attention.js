// Where the likeliest translation looked as each of its words was written.

import { chart, heat } from "../../page/charts.js";
import { el, tableTwin } from "../../page/dom.js";

/**
 * @typedef {import("./types.js").Attention} Attention
 * @typedef {import("./types.js").Ui} Ui
 */

/** @param {Ui} ui */
export function setUp(ui) {
  ui.heat = chart({
    label: "Attention of the likeliest translation, word by word",
    height: 400,
    id: "next-word-attention",
  });
  ui.lookedTable = tableTwin("Attention as a table");
  ui.lookedTable.details.hidden = true;
  ui.looked = el(
    "section",
    { class: "next-looked", hidden: true },
    el("h3", { text: "Where it looked" }),
    ui.heat.node,
    el("p", {
      class: "next-note",
      text: "Each row is a word of the likeliest translation: how it shared its attention among the words of the source, as it was written. A row adds up to 1.",
    }),
  );
}

/** @param {Ui} ui @param {Attention | null} attention nothing for a model that does not translate */
export function drawAttention(ui, attention) {
  ui.looked.hidden = ui.lookedTable.details.hidden = !attention;
  if (!attention) return;
  const { source, words, weights } = attention;
  ui.heat.draw([heat(weights, { bar: "share", hover: "%{z:.2f}" })], {
    x: axis("source", source),
    y: axis("translation", words),
    scene: source.join(" "),
  });
  ui.lookedTable.set(
    ["word", "source", "share"],
    words.flatMap((word, t) =>
      source.map((one, s) => [word, one, Number(weights[t][s].toPrecision(3))]),
    ),
  );
  ui.element.dataset.attention = words.join(" "); // how tests know
}

/**
 * A word can stand twice, so an axis counts places.
 * @param {string} label
 * @param {string[]} words
 */
const axis = (label, words) => ({ label, ticks: words.map((_, i) => i), names: words });
