// The frame of the map: where a place of the data lies on the screen, and what is nearest to it.

import { remember, view } from "./latent_map.js";
import { redraw } from "./paint.js";

/**
 * @typedef {import("./types.js").Bounds} Bounds
 * @typedef {import("./types.js").Grid} Grid
 * @typedef {import("./types.js").Pair} Pair
 * @typedef {import("./types.js").RawView} RawView
 * @typedef {import("./types.js").Ui} Ui
 * @typedef {import("./types.js").View} View
 * @typedef {import("./types.js").Zoom} Zoom
 */

const MARGIN = 28; // px around all points, so that no mark is cut
export const frame = { x: 0, y: 0, scale: 1 }; // data at the middle; px for one unit of the data

/** @param {Ui} ui @param {number} x @param {number} y @returns {Pair} px */
export const toScreen = (ui, x, y) => [
  ui.width / 2 + (x - frame.x) * frame.scale,
  ui.height / 2 - (y - frame.y) * frame.scale,
];
/** @param {Ui} ui @param {number} px @param {number} py @returns {Pair} */
export const toData = (ui, px, py) => [
  frame.x + (px - ui.width / 2) / frame.scale,
  frame.y - (py - ui.height / 2) / frame.scale,
];

/**
 * Extent of a view's points and centres.
 * @param {Float32Array} xy @param {RawView["centres"]} centres @returns {Bounds}
 */
export function bounds(xy, centres) {
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  const take = (/** @type {number} */ x, /** @type {number} */ y) => {
    left = Math.min(left, x);
    right = Math.max(right, x);
    low = Math.min(low, y);
    high = Math.max(high, y);
  };
  for (let i = 0; i < xy.length; i += 2) take(xy[i], xy[i + 1]);
  for (const centre of centres.flat()) if (centre) take(...centre);
  return { left, low, width: right - left || 1, height: high - low || 1 };
}

/** @param {Ui} ui */
export function measureStage(ui) {
  ui.width = ui.stage.clientWidth || ui.width;
  ui.height = ui.stage.clientHeight || ui.height;
}

/** @param {Ui} ui @param {{quiet?: boolean}} [how] */
export function fit(ui, { quiet = false } = {}) {
  const { left, low, width: w, height: h } = view(ui).bounds;
  ui.home = Math.min((ui.width - 2 * MARGIN) / w, (ui.height - 2 * MARGIN) / h);
  Object.assign(frame, { x: left + w / 2, y: low + h / 2, scale: ui.home });
  ui.look.zoom = null;
  redraw(ui);
  if (!quiet) remember(ui);
}

/** Show what a link says. @param {Ui} ui @param {Zoom} zoom */
export function frameOf(ui, [x, y, times]) {
  fit(ui, { quiet: true });
  ui.look.zoom = [x, y, times];
  Object.assign(frame, { x, y, scale: ui.home * times });
  redraw(ui);
}

/** @param {Ui} ui */
function moved(ui) {
  ui.look.zoom = [frame.x, frame.y, frame.scale / ui.home];
  redraw(ui);
  clearTimeout(ui.settling);
  ui.settling = setTimeout(() => remember(ui), 200);
}

/** Zoom so that the data under (px, py) stays there. @param {Ui} ui @param {number} times */
export function zoomBy(ui, times, px = ui.width / 2, py = ui.height / 2) {
  const [x, y] = toData(ui, px, py);
  frame.scale = Math.min(ui.home * 400, Math.max(ui.home / 4, frame.scale * times));
  frame.x = x - (px - ui.width / 2) / frame.scale;
  frame.y = y + (py - ui.height / 2) / frame.scale;
  moved(ui);
}

/** @param {Ui} ui @param {number} dx px @param {number} dy px */
export function panBy(ui, dx, dy) {
  frame.x -= dx / frame.scale;
  frame.y += dy / frame.scale;
  moved(ui);
}

/** Bring a place into the frame without changing the scale. @param {Ui} ui @param {Pair} place */
export function reveal(ui, [x, y]) {
  const [px, py] = toScreen(ui, x, y);
  if (px > 8 && py > 8 && px < ui.width - 8 && py < ui.height - 8) return;
  Object.assign(frame, { x, y });
  moved(ui);
}

// ---- what is nearest ----------------------------------------------------------------------

const CELLS = 96;

/** Points by cell of a grid, made once for each view. @param {View} of @returns {Grid} */
function grid(of) {
  if (of.grid) return of.grid;
  const { left, low, width: w, height: h } = of.bounds;
  const n = of.points.length / 2;
  const cell = new Uint16Array(n);
  const starts = new Uint32Array(CELLS * CELLS + 1);
  /** @type {Grid["at"]} */
  const at = (x, from, size) =>
    Math.min(CELLS - 1, Math.max(0, Math.floor((CELLS * (x - from)) / size)));
  for (let i = 0; i < n; i++) {
    cell[i] = at(of.points[2 * i + 1], low, h) * CELLS + at(of.points[2 * i], left, w);
    starts[cell[i] + 1]++;
  }
  for (let c = 0; c < CELLS * CELLS; c++) starts[c + 1] += starts[c];
  const rows = new Uint32Array(n);
  const next = starts.slice();
  for (let i = 0; i < n; i++) rows[next[cell[i]]++] = i;
  of.grid = { at, starts, rows };
  return of.grid;
}

/**
 * The shown point nearest to (px, py) within `reach` px, or -1.
 * @param {Ui} ui @param {number} px @param {number} py @param {number} reach
 */
export function nearestPoint(ui, px, py, reach) {
  const of = view(ui);
  const { at, starts, rows } = grid(of);
  const { left, low, width: w, height: h } = of.bounds;
  const [x, y] = toData(ui, px, py);
  const r = reach / frame.scale;
  const [c0, c1] = [at(x - r, left, w), at(x + r, left, w)];
  const [r0, r1] = [at(y - r, low, h), at(y + r, low, h)];
  let [best, least] = [-1, r * r];
  for (let row = r0; row <= r1; row++)
    for (let k = starts[row * CELLS + c0]; k < starts[row * CELLS + c1 + 1]; k++) {
      const i = rows[k];
      if (!ui.level[i]) continue;
      const away = (of.points[2 * i] - x) ** 2 + (of.points[2 * i + 1] - y) ** 2;
      if (away <= least) [best, least] = [i, away];
    }
  return best;
}

/** @param {Ui} ui */
export function setUp(ui) {
  ui.width = 800;
  ui.height = 600;
  ui.home = 1;
  ui.settling = 0;
  new ResizeObserver(() => {
    if (!ui.shown || !ui.stage.clientWidth) return;
    const times = frame.scale / ui.home;
    measureStage(ui);
    const { width: w, height: h } = view(ui).bounds;
    ui.home = Math.min((ui.width - 2 * MARGIN) / w, (ui.height - 2 * MARGIN) / h);
    frame.scale = ui.home * times;
    redraw(ui);
  }).observe(ui.stage);
}
