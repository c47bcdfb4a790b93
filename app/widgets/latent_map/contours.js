// Density of each mode's points, as the lines that hold half and nine tenths of them.

import { svg } from "../../page/dom.js";
import { view } from "./latent_map.js";
import { hueOf, variable } from "./paint.js";

/**
 * @typedef {import("./types.js").Ui} Ui
 * @typedef {import("./types.js").View} View
 */

const RASTER = 128; // cells on the longer side, margin included
const PAD = 8; // cells of margin, so that lines close
const BLUR = 1.8; // cells, standard deviation

/** @param {Ui} ui */
export function drawContours(ui) {
  if (!ui.shown) return;
  if (!ui.look.contours) return ui.curves.replaceChildren();
  const j = variable(ui);
  const { contours } = view(ui);
  contours[j] ??= Array.from({ length: ui.scene.components }, (_, k) =>
    contour(view(ui), (i) => ui.scene.modes[j][i] === k),
  );
  ui.curves.replaceChildren(
    ...contours[j].map((d, k) => {
      const node = svg("path", { class: "map-contour", d, "vector-effect": "non-scaling-stroke" });
      node.style.stroke = hueOf(k);
      return node;
    }),
  );
}

/**
 * The lines around the points that `belongs`, as an SVG path in the data's own numbers.
 * @param {View} of @param {(i: number) => boolean} belongs
 */
function contour({ points: xy, bounds: { left, low, width: w, height: h } }, belongs) {
  const cell = Math.max(w, h) / (RASTER - 2 * PAD);
  const [columns, rows] = [Math.ceil(w / cell) + 2 * PAD, Math.ceil(h / cell) + 2 * PAD];
  const field = new Float32Array(columns * rows);
  const mine = [];
  for (let i = 0; i < xy.length / 2; i++)
    if (belongs(i))
      mine.push(
        Math.floor((xy[2 * i + 1] - low) / cell + PAD) * columns +
          Math.floor((xy[2 * i] - left) / cell + PAD),
      );
  if (mine.length < 5) return "";
  for (const p of mine) field[p]++;
  blur(field, columns, rows);
  const densities = Float32Array.from(mine, (p) => field[p])
    .sort()
    .reverse();
  const at = (/** @type {number} */ column, /** @type {number} */ row) =>
    `${(left + (column + 0.5 - PAD) * cell).toPrecision(6)} ${(low + (row + 0.5 - PAD) * cell).toPrecision(6)}`;
  return [0.5, 0.9]
    .map((share) => march(field, columns, rows, densities[Math.floor(share * mine.length)], at))
    .join("");
}

/** @param {Float32Array} field @param {number} columns @param {number} rows */
function blur(field, columns, rows) {
  const reach = Math.ceil(3 * BLUR);
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * BLUR ** 2)),
  );
  const total = kernel.reduce((a, b) => a + b);
  const copy = new Float32Array(field.length);
  for (const { from, to, step, last } of [
    { from: field, to: copy, step: 1, last: columns },
    { from: copy, to: field, step: columns, last: rows },
  ])
    for (let p = 0; p < field.length; p++) {
      const at = step === 1 ? p % columns : Math.floor(p / columns);
      let sum = 0;
      for (let i = -reach; i <= reach; i++)
        if (at + i >= 0 && at + i < last) sum += kernel[i + reach] * from[p + i * step];
      to[p] = sum / total;
    }
}

/** Edges of a cell: 0 top, 1 right, 2 bottom, 3 left; for each of the 16 cases, pairs of them. */
const CASES = [
  [],
  [3, 2],
  [2, 1],
  [3, 1],
  [0, 1],
  [3, 0, 2, 1],
  [0, 2],
  [3, 0],
  [3, 0],
  [0, 2],
  [3, 2, 0, 1],
  [0, 1],
  [3, 1],
  [2, 1],
  [3, 2],
  [],
];

/**
 * Marching squares: a short line through each cell that the level crosses.
 * @param {Float32Array} field @param {number} columns @param {number} rows @param {number} level
 * @param {(column: number, row: number) => string} at
 */
function march(field, columns, rows, level, at) {
  let d = "";
  for (let r = 0; r + 1 < rows; r++)
    for (let c = 0; c + 1 < columns; c++) {
      const p = r * columns + c;
      const [a, b, e, f] = [field[p], field[p + 1], field[p + columns + 1], field[p + columns]];
      const above = (/** @type {number} */ height, /** @type {number} */ bit) =>
        height > level ? bit : 0;
      const which = above(a, 8) + above(b, 4) + above(e, 2) + above(f, 1);
      if (!CASES[which].length) continue;
      const t = (/** @type {number} */ from, /** @type {number} */ to) =>
        (level - from) / (to - from);
      const edge = [
        () => at(c + t(a, b), r),
        () => at(c + 1, r + t(b, e)),
        () => at(c + t(f, e), r + 1),
        () => at(c, r + t(a, f)),
      ];
      for (let i = 0; i < CASES[which].length; i += 2)
        d += `M${edge[CASES[which][i]]()}L${edge[CASES[which][i + 1]]()}`;
    }
  return d;
}
