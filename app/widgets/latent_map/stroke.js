// Lines and loops drawn over the map: a path of places, a lasso of points.

import { noun, STEPS, view } from "./latent_map.js";
import { drawStroke, relight } from "./paint.js";
import { walk } from "./selection.js";
import { drawTable } from "./table.js";

/**
 * @typedef {import("./types.js").Pair} Pair
 * @typedef {import("./types.js").Ui} Ui
 */

/** A line became a path, a loop a selection. @param {Ui} ui */
export function endStroke(ui) {
  const places = ui.stroke;
  clearStroke(ui);
  if (ui.look.tool === "lasso") lasso(ui, places);
  else if (length(places) > 0) walk(ui, along(places, STEPS), places);
}

/** @param {Ui} ui */
export function clearStroke(ui) {
  ui.stroke = [];
  drawStroke(ui);
}

/** @param {Pair[]} places */
function length(places) {
  let sum = 0;
  for (let i = 1; i < places.length; i++)
    sum += Math.hypot(places[i][0] - places[i - 1][0], places[i][1] - places[i - 1][1]);
  return sum;
}

/**
 * `n` places at equal distances along a line, both ends included.
 * @param {Pair[]} places @param {number} n @returns {Pair[]}
 */
export function along(places, n) {
  const step = length(places) / (n - 1);
  const out = [places[0]];
  let [gone, i] = [0, 1];
  while (out.length < n - 1) {
    const [[ax, ay], [bx, by]] = [places[i - 1], places[i]];
    const piece = Math.hypot(bx - ax, by - ay);
    const t = (step * out.length - gone) / piece;
    if (t <= 1) out.push([ax + t * (bx - ax), ay + t * (by - ay)]);
    else [gone, i] = [gone + piece, i + 1];
  }
  return [...out, places[places.length - 1]];
}

/** @param {Pair[]} loop @param {number} x @param {number} y */
export function inside(loop, x, y) {
  let odd = false;
  for (let i = 0, j = loop.length - 1; i < loop.length; j = i++) {
    const [[ax, ay], [bx, by]] = [loop[i], loop[j]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
  }
  return odd;
}

/** @param {Ui} ui @param {Pair[]} loop */
function lasso(ui, loop) {
  const { points: xy } = view(ui);
  const chosen = new Uint8Array(ui.scene.n);
  let n = 0;
  for (let i = 0; i < ui.scene.n; i++)
    if (ui.level[i] && inside(loop, xy[2 * i], xy[2 * i + 1])) n += chosen[i] = 1;
  ui.lassoed = n ? chosen : null;
  ui.status.textContent = n
    ? `${noun(ui, n)} inside the lasso, listed below.`
    : "No point lies inside the lasso. Draw it around some points.";
  relight(ui);
  if (n) ui.table.open = true;
  drawTable(ui);
}
