// Words of the areas that are seen: which mark an area against the rest of the map. Nearer, the
// areas are smaller. The score is that of backend/codes/keywords.py (Monroe et al. 2008).

import { el } from "../../page/dom.js";
import { isText, view } from "./latent_map.js";
import { frame, toScreen } from "./plot.js";

/**
 * @typedef {import("./types.js").Area} Area
 * @typedef {import("./types.js").Ui} Ui
 */

const PRIOR = 500; // words that each side is taken to have said beforehand
const SURE = 1.96; // standard deviations
const ACROSS = 4; // areas along the longer side when all points are seen
const DEEPEST = 5; // halvings of an area
const FEWEST = 8; // points of an area that has words
const MOST = 14; // labels at once
const WORD = /[\p{L}\p{N}_]+(?:['’][\p{L}]+)?/gu;

/** The words of each point as numbers, once they have come; of pictures their labels. @param {Ui} ui */
export function readWords(ui) {
  /** @type {Map<string, number>} */
  const ids = new Map();
  const idOf = (/** @type {string} */ word) =>
    ids.get(word) ?? (ids.set(word, ids.size), ids.size - 1);
  const said = isText(ui)
    ? ui.low.map((text) => (text.match(WORD) ?? []).map(idOf))
    : Array.from({ length: ui.scene.n }, (_, i) =>
        ui.scene.tags.map(({ categories, ids: of }) => idOf(categories[of[i]])),
      );
  const vocabulary = [...ids.keys()];
  const plain = new Set(ui.scene.plain);
  ui.scene.lexicon = { said, vocabulary, telling: vocabulary.map((word) => !plain.has(word)) };
  for (const each of Object.values(ui.scene.seen)) each.areas = [];
  drawLabels(ui);
}

/**
 * The areas of a view with their words, the fullest first.
 * @param {ArrayLike<number>} xy two numbers for each point
 * @param {number[][]} said words of each point, as numbers
 * @param {boolean[]} telling whether a word can be a label; all count
 * @param {number} cell side of an area
 * @returns {Area[]}
 */
export function areas(xy, said, telling, cell) {
  /** @type {Map<string, {x: number, y: number, n: number, counts: Map<number, number>}>} */
  const cells = new Map();
  const total = new Float64Array(telling.length);
  for (let i = 0; i < said.length; i++) {
    const key = `${Math.floor(xy[2 * i] / cell)} ${Math.floor(xy[2 * i + 1] / cell)}`;
    const mine = cells.get(key) ?? { x: 0, y: 0, n: 0, counts: new Map() };
    cells.set(key, mine);
    mine.x += xy[2 * i];
    mine.y += xy[2 * i + 1];
    mine.n++;
    for (const word of said[i]) {
      mine.counts.set(word, (mine.counts.get(word) ?? 0) + 1);
      total[word]++;
    }
  }
  const all = total.reduce((a, b) => a + b, 0) || 1;
  return [...cells.values()]
    .filter(({ n }) => n >= FEWEST)
    .map(({ x, y, n, counts }) => {
      const words = best(counts, total, all, telling);
      return { x: x / n, y: y / n, n, words };
    })
    .filter(({ words }) => words.length)
    .sort((a, b) => b.n - a.n);
}

/**
 * The two most telling words of an area; one where the second says much less.
 * @param {Map<number, number>} counts of words in it @param {Float64Array} total of all words
 * @param {number} all their sum @param {boolean[]} telling
 */
function best(counts, total, all, telling) {
  const mine = [...counts.values()].reduce((a, b) => a + b, 0);
  const scored = [...counts].map(([word, n]) => {
    const prior = (PRIOR * total[word]) / all;
    const [own, other] = [n + prior, total[word] - n + prior];
    const odds = own / (mine + PRIOR - own);
    const others = other / (all - mine + PRIOR - other);
    return { word, z: Math.log(odds / others) / Math.sqrt(1 / own + 1 / other) };
  });
  const sure = scored.filter(({ word, z }) => telling[word] && z > SURE);
  sure.sort((a, b) => b.z - a.z);
  const [first, second] = sure;
  return sure.slice(0, second?.z > first?.z / 2 ? 2 : 1).map(({ word }) => word);
}

/**
 * Draw those of the frame; where two would lie on one another, that of the fuller area.
 * @param {Ui} ui
 */
export function drawLabels(ui) {
  const { lexicon } = ui.shown ? ui.scene : {};
  if (!lexicon || !ui.look.labels) return ui.areas.replaceChildren();
  const of = view(ui);
  const times = Math.max(1, frame.scale / ui.home);
  const level = Math.min(DEEPEST, Math.round(Math.log2(times)));
  const cell = Math.max(of.bounds.width, of.bounds.height) / ACROSS / 2 ** level;
  of.areas[level] ??= areas(of.points, lexicon.said, lexicon.telling, cell);
  /** @type {number[][]} */
  const taken = [];
  const shown = [];
  for (const area of of.areas[level]) {
    const [x, y] = toScreen(ui, area.x, area.y);
    const text = area.words.map((word) => lexicon.vocabulary[word]).join(" · ");
    const half = 4 * text.length + 8;
    if (x < half || y < 12 || x > ui.width - half || y > ui.height - 12) continue;
    const box = [x - half, y - 12, x + half, y + 12];
    if (taken.some((b) => b[0] < box[2] && box[0] < b[2] && b[1] < box[3] && box[1] < b[3]))
      continue;
    taken.push(box);
    const node = el("span", { class: "map-area", text });
    node.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) translate(-50%, -50%)`;
    shown.push(node);
    if (shown.length === MOST) break;
  }
  ui.areas.replaceChildren(...shown);
  ui.element.dataset.level = String(level); // how tests know
}
