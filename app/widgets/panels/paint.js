// The panels: codes, means and deviations of the modes.

import { el } from "../../page/dom.js";
import { count, fixed } from "../../page/numbers.js";
import { COLOURS, SYMBOLS } from "../../page/palette.js";
import { pen as penOf } from "../../page/pictures.js";
import { valueAt } from "./curves.js";
import { moment, nearest } from "./snapshots.js";

/**
 * @typedef {import("./types.js").Canvas} Canvas
 * @typedef {import("./types.js").Moment} Moment
 * @typedef {import("./types.js").Run} Run
 * @typedef {import("./types.js").Ui} Ui
 */

/** @param {Ui} ui @param {string} name */
const token = (ui, name) => getComputedStyle(ui.element).getPropertyValue(name).trim();

// A canvas, not a chart: to move the four lower panels by one frame takes 1 ms here, 50 ms with
// Plotly.react and WebGL, 800 ms with Plotly.react and SVG (500 dots and 5 ellipses a panel, the
// fastest of 20 frames in headless Chromium on two busy cores).
/** @param {Ui} ui @param {HTMLCanvasElement} canvas @param {Run} run @param {number} place */
function drawPanel(ui, canvas, run, place) {
  const side = canvas.clientWidth;
  if (!side) return;
  const scale = window.devicePixelRatio || 1;
  const size = Math.round(side * scale);
  if (canvas.width !== size) canvas.width = canvas.height = size;
  const pen = penOf(canvas);
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, side, side);
  const px = (/** @type {number} */ v) => ((v + ui.reach) / (2 * ui.reach)) * side;
  const py = (/** @type {number} */ v) => side - px(v);
  const sheet = { pen, px, py, side };
  const now = moment(ui, run, place);
  const ids = ui.colour === "mode" ? undefined : run.tags[ui.colour]?.ids;
  const ink = token(ui, "--ink");
  const colour = (/** @type {number} */ k) => (ids ? ink : COLOURS[k % COLOURS.length]); // of a mode
  drawAxes(sheet, token(ui, "--hairline"));
  drawCodes(sheet, now, ids);
  for (let k = 0; k < now.components; k++) drawEllipse(sheet, now, k, colour(k), ui.reach);
  for (let k = 0; k < now.components; k++)
    drawMean(sheet, now.mean(k), { ink, card: token(ui, "--card"), own: colour(k) });
}

/** @param {Canvas} canvas @param {string} colour */
function drawAxes({ pen, px, py, side }, colour) {
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(px(0), 0);
  pen.lineTo(px(0), side);
  pen.moveTo(0, py(0));
  pen.lineTo(side, py(0));
  pen.stroke();
}

/**
 * A dot for each code, with the mark of its tag, or of its mode.
 * @param {Canvas} canvas
 * @param {Moment} now
 * @param {Uint8Array | undefined} ids
 */
function drawCodes({ pen, px, py, side }, now, ids) {
  const group = new Map();
  for (let n = 0; n < now.items; n++) {
    const which = ids ? ids[n] : now.mode(n);
    if (!group.has(which)) group.set(which, []);
    group.get(which).push(n);
  }
  const radius = side < 150 ? 1.4 : 2;
  pen.globalAlpha = 0.75;
  for (const [which, members] of group) {
    pen.fillStyle = COLOURS[which % COLOURS.length];
    const shape = SYMBOLS[which % SYMBOLS.length];
    pen.beginPath();
    for (const n of members) {
      const [x, y] = [px(now.point(n, 0)), py(now.point(n, 1))];
      pen.moveTo(x + (which % SYMBOLS.length ? 0 : radius), y);
      shape(pen, x, y, radius);
    }
    pen.fill();
  }
  pen.globalAlpha = 1;
}

/**
 * One standard deviation around the mean of a mode.
 * @param {Canvas} canvas
 * @param {Moment} now
 * @param {number} k
 * @param {string} colour
 * @param {number} reach
 */
function drawEllipse({ pen, px, py }, now, k, colour, reach) {
  const [[mx, my], [sx, sy]] = [now.mean(k), now.scale(k)];
  if (Math.max(sx, sy) > reach) return; // of an empty mode: nothing of it would be seen
  pen.strokeStyle = colour;
  pen.lineWidth = 1.25;
  pen.beginPath();
  pen.ellipse(px(mx), py(my), px(sx) - px(0), py(0) - py(sy), 0, 0, 7);
  pen.stroke();
}

/**
 * A ringed cross, above all ellipses.
 * @param {Canvas} canvas
 * @param {number[]} mean
 * @param {{ink: string, card: string, own: string}} colours
 */
function drawMean({ pen, px, py, side }, [mx, my], { ink, card, own }) {
  const [x, y] = [px(mx), py(my)];
  const r = side < 150 ? 4 : 6;
  const disc = (/** @type {number} */ radius, /** @type {string} */ colour) => {
    pen.beginPath();
    pen.arc(x, y, radius, 0, 7);
    pen.fillStyle = colour;
    pen.fill();
  };
  disc(r + 1, card);
  pen.strokeStyle = ink;
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.arc(x, y, r, 0, 7);
  pen.moveTo(x - r, y);
  pen.lineTo(x + r, y);
  pen.moveTo(x, y - r);
  pen.lineTo(x, y + r);
  pen.stroke();
  disc(r * 0.45, own);
}

/** @param {Ui} ui */
export const early = (ui) => nearest(ui.scene.steps, ui.scene.early);
/** @param {Ui} ui */
export function drawPanels(ui) {
  drawRow(ui, 0, early(ui));
  drawRow(ui, 1, ui.shown);
}

/** @param {Ui} ui @param {number} row @param {number} i of the run */
function parts(ui, row, i) {
  const [canvas, caption] = ui.rows[row].cells.children[i].children;
  return {
    canvas: /** @type {HTMLCanvasElement} */ (canvas),
    caption: /** @type {HTMLElement} */ (caption),
  };
}

/** @param {Ui} ui @param {number} row @param {number} place */
export function drawRow(ui, row, place) {
  ui.scene.runs.forEach((run, i) => drawPanel(ui, parts(ui, row, i).canvas, run, place));
}

/** @param {Ui} ui @param {number} row @param {number} index */
export function nameRow(ui, row, index) {
  const step = ui.scene.steps[index];
  ui.rows[row].title.textContent = `${count(step)} steps`;
  ui.scene.runs.forEach((run, i) => {
    const { canvas, caption } = parts(ui, row, i);
    /** @type {[string, number | null][]} */
    const known =
      step >= (run.history.step[0] ?? Infinity)
        ? [
            ["VM", valueAt(run, "mean_variance", step)],
            ["in use", run.used[nearest(run.steps, step)]],
            ["MI", valueAt(run, "mi_c", step)],
          ]
        : [];
    const said = known.map(([name, value]) => `${name} ${fixed(value)}`);
    caption.replaceChildren(...said.map((text) => el("span", { text })));
    caption.title = `Variance of means (all variables), the same weighted by use among the ${count(run.shape[1])} sentences drawn, and mutual information of c, nats, on 2,000 held-out sentences`;
    canvas.setAttribute(
      "aria-label",
      `${run.title} at ${count(step)} steps: ${run.shape[1]} codes and ${run.means[0][ui.variable].length} modes of c${ui.variable + 1}. ${said.join(", ")}`,
    );
  });
}
