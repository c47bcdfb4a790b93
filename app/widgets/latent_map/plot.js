// The frame of the map: where a place of the data lies on the screen, and what pointer and keys do.

import { el, say } from "../../page/dom.js";
import { fixed } from "../../page/numbers.js";
import { paint } from "../../page/pictures.js";
import { nameOf, selectPlace, selectPoint, walk } from "./card.js";
import { modeName, noun, remember, STEPS, view } from "./latent_map.js";
import { drawMarks, drawStroke, redraw, relight } from "./paint.js";
import { drawTable } from "./table.js";

const CLICK = 4; // px a pointer may wander within a click
const REACH = 9; // px from a point that still hit it
const MARGIN = 28; // px around all points, so that no mark is cut
export const frame = { x: 0, y: 0, scale: 1 }; // data at the middle; px for one unit of the data

export const toScreen = (ui, x, y) => [
  ui.width / 2 + (x - frame.x) * frame.scale,
  ui.height / 2 - (y - frame.y) * frame.scale,
];
const toData = (ui, px, py) => [
  frame.x + (px - ui.width / 2) / frame.scale,
  frame.y - (py - ui.height / 2) / frame.scale,
];

/** Extent of a view's points, and a grid of them for finding the nearest. */
export function bounds({ points: xy, centres }) {
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  const take = (x, y) => {
    left = Math.min(left, x);
    right = Math.max(right, x);
    low = Math.min(low, y);
    high = Math.max(high, y);
  };
  for (let i = 0; i < xy.length; i += 2) take(xy[i], xy[i + 1]);
  for (const centre of centres.flat()) if (centre) take(...centre);
  return { left, low, width: right - left || 1, height: high - low || 1 };
}

export function measureStage(ui) {
  ui.width = ui.stage.clientWidth || ui.width;
  ui.height = ui.stage.clientHeight || ui.height;
}

export function fit(ui, { quiet = false } = {}) {
  const { left, low, width: w, height: h } = view(ui).bounds;
  ui.home = Math.min((ui.width - 2 * MARGIN) / w, (ui.height - 2 * MARGIN) / h);
  Object.assign(frame, { x: left + w / 2, y: low + h / 2, scale: ui.home });
  ui.look.zoom = null;
  redraw(ui);
  if (!quiet) remember(ui);
}

/** Show what a link says: the middle, and how many times nearer than all points. */
export function frameOf(ui, [x, y, times]) {
  fit(ui, { quiet: true });
  ui.look.zoom = [x, y, times];
  Object.assign(frame, { x, y, scale: ui.home * times });
  redraw(ui);
}
function moved(ui) {
  ui.look.zoom = [frame.x, frame.y, frame.scale / ui.home];
  redraw(ui);
  clearTimeout(ui.settling);
  ui.settling = setTimeout(() => remember(ui), 200);
}

/** Zoom so that the data under (px, py) stays there. */
export function zoomBy(ui, times, px = ui.width / 2, py = ui.height / 2) {
  const [x, y] = toData(ui, px, py);
  frame.scale = Math.min(ui.home * 400, Math.max(ui.home / 4, frame.scale * times));
  frame.x = x - (px - ui.width / 2) / frame.scale;
  frame.y = y + (py - ui.height / 2) / frame.scale;
  moved(ui);
}

function panBy(ui, dx, dy) {
  frame.x -= dx / frame.scale;
  frame.y += dy / frame.scale;
  moved(ui);
}

/** Bring a place into the frame without changing the scale. */
export function reveal(ui, x, y) {
  const [px, py] = toScreen(ui, x, y);
  if (px > 8 && py > 8 && px < ui.width - 8 && py < ui.height - 8) return;
  Object.assign(frame, { x, y });
  moved(ui);
}

// ---- what is nearest ----------------------------------------------------------------------

const CELLS = 96;

/** Points by cell of a grid, made once for each view. */
function grid(of) {
  if (of.grid) return of.grid;
  const { left, low, width: w, height: h } = of.bounds;
  const n = of.points.length / 2;
  const cell = new Uint16Array(n);
  const starts = new Uint32Array(CELLS * CELLS + 1);
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
  return (of.grid = { at, starts, rows });
}

/** The shown point nearest to (px, py) within `reach` px, or -1. */
function nearestPoint(ui, px, py, reach) {
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

function setUp1(ui) {
  ui.width = 800;
  ui.height = 600;
  ui.home = 1; // the scale at which all points are seen
  ui.settling = 0;
}

function position(ui, event) {
  const box = ui.stage.getBoundingClientRect();
  return [
    event.clientX - box.left - ui.stage.clientLeft,
    event.clientY - box.top - ui.stage.clientTop,
  ];
}

function pinch(ui, pointer, x, y) {
  const [[other, [ox, oy]]] = [...ui.fingers].filter(([key]) => key !== pointer);
  const [bx, by] = ui.fingers.get(pointer);
  const times = Math.hypot(x - ox, y - oy) / Math.max(1, Math.hypot(bx - ox, by - oy));
  ui.fingers.set(pointer, [x, y]);
  ui.fingers.set(other, [ox, oy]);
  panBy(ui, (x - bx) / 2, (y - by) / 2);
  zoomBy(ui, times, (x + ox) / 2, (y + oy) / 2);
}

// ---- pointer ------------------------------------------------------------------------------

function setUp2(ui) {
  ui.fingers = new Map(); // pointers that are down
  ui.press = null; // { x, y, far, time } of the first
  ui.stroke = []; // data places of the line or loop being drawn
  ui.stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !ui.scene || ui.scene.absent || event.target.closest(".map-centre"))
      return;
    const [x, y] = position(ui, event);
    ui.fingers.set(event.pointerId, [x, y]);
    ui.stage.setPointerCapture(event.pointerId);
    ui.tip.hidden = ui.cross.hidden = true;
    if (ui.fingers.size > 1) return void (ui.press = null); // a pinch is no click
    ui.press = { x, y, far: false };
    if (ui.look.tool !== "point") ui.stroke = [toData(ui, x, y)];
  });
  ui.stage.addEventListener("pointermove", (event) => {
    if (!ui.scene || ui.scene.absent) return;
    const [x, y] = position(ui, event);
    const before = ui.fingers.get(event.pointerId);
    if (!before) return hover(ui, event, x, y);
    if (ui.fingers.size === 2) return pinch(ui, event.pointerId, x, y);
    ui.fingers.set(event.pointerId, [x, y]);
    if (!ui.press) return;
    ui.press.far ||= Math.hypot(x - ui.press.x, y - ui.press.y) > CLICK;
    if (!ui.press.far) return;
    if (ui.look.tool === "point") panBy(ui, x - before[0], y - before[1]);
    else {
      ui.stroke.push(toData(ui, x, y));
      drawStroke(ui);
    }
  });
}

function clickAt(ui, x, y, time) {
  const row = nearestPoint(ui, x, y, REACH);
  if (row >= 0) selectPoint(ui, row, { time });
  else selectPlace(ui, toData(ui, x, y), { time });
}

/** A line became a path, a loop a selection. */
function endStroke(ui) {
  const places = ui.stroke;
  clearStroke(ui);
  if (ui.look.tool === "lasso") lasso(ui, places);
  else if (length(places) > 0) walk(ui, along(places, STEPS), places);
}

export function clearStroke(ui) {
  ui.stroke = [];
  drawStroke(ui);
}

function length(places) {
  let sum = 0;
  for (let i = 1; i < places.length; i++)
    sum += Math.hypot(places[i][0] - places[i - 1][0], places[i][1] - places[i - 1][1]);
  return sum;
}

/** `n` places at equal distances along a line, both ends included. */
function along(places, n) {
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
  return [...out, places.at(-1)];
}

function inside(loop, x, y) {
  let odd = false;
  for (let i = 0, j = loop.length - 1; i < loop.length; j = i++) {
    const [[ax, ay], [bx, by]] = [loop[i], loop[j]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
  }
  return odd;
}

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

// ---- hover and keys -----------------------------------------------------------------------

function hover(ui, event, x, y) {
  if (event.pointerType === "touch" || event.target.closest?.(".map-centre"))
    return void (ui.tip.hidden = true);
  const row = nearestPoint(ui, x, y, REACH);
  ui.tip.hidden = row < 0;
  ui.stage.classList.toggle("map-over", row >= 0);
  if (row < 0) return;
  const facts = [
    ...ui.scene.modes.map((modes, j) => modeName(ui, j, modes[row])),
    ...ui.scene.tags.map(({ categories, ids }) => categories[ids[row]]),
  ];
  ui.tip.replaceChildren(
    thumbnail(ui, row) ?? el("b", { text: nameOf(ui, row) }),
    el("span", { text: facts.join(" · ") }),
  );
  const [px, py] = toScreen(ui, view(ui).points[2 * row], view(ui).points[2 * row + 1]);
  ui.tip.style.left = `${Math.max(8, Math.min(px + 12, ui.width - 288))}px`;
  ui.tip.style.top = py > ui.height - 96 ? `${py - 12}px` : `${py + 12}px`;
  ui.tip.classList.toggle("map-tip-above", py > ui.height - 96);
}

/** A picture at half its size, which came with the others: 14 x 14 pixels of 4 bits. */
function thumbnail(ui, row) {
  if (!ui.scene.thumbs) return null;
  const packed = ui.scene.thumbs.subarray(98 * row, 98 * row + 98);
  const data = new Uint8Array(196);
  packed.forEach(
    (pair, i) => ([data[2 * i], data[2 * i + 1]] = [(pair >> 4) * 17, (pair & 15) * 17]),
  );
  const made = el("canvas");
  paint(made, data, 0, 14);
  return made;
}

const here = { x: 0, y: 0 }; // the crosshair, px
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function pressed(ui, event) {
  const arrow = ARROWS[event.key];
  if (arrow) {
    const step = event.shiftKey ? 48 : 8;
    showCross(ui, here.x + step * arrow[0], here.y + step * arrow[1]);
  } else if (event.key === "+" || event.key === "=") zoomBy(ui, 1.25, here.x, here.y);
  else if (event.key === "-") zoomBy(ui, 0.8, here.x, here.y);
  else if (event.key === "0") fit(ui);
  else if (event.key === " ") {
    const row = nearestPoint(ui, here.x, here.y, Math.hypot(ui.width, ui.height));
    if (row >= 0) selectPoint(ui, row, { time: event.timeStamp });
  } else if (event.key === "Enter" && ui.look.tool === "point")
    selectPlace(ui, toData(ui, here.x, here.y), { time: event.timeStamp });
  else if (event.key === "Enter") {
    ui.stroke.push(toData(ui, here.x, here.y));
    drawStroke(ui);
    const least = ui.look.tool === "path" ? 2 : 3;
    if (!event.shiftKey)
      ui.status.textContent = `${ui.stroke.length} ${ui.stroke.length === 1 ? "corner" : "corners"}. Shift+Enter ends.`;
    else if (ui.stroke.length >= least) endStroke(ui);
    else
      ui.status.textContent = `${ui.look.tool === "path" ? "A path needs 2" : "A lasso needs 3"} corners.`;
  } else if (event.key === "Escape" && (ui.stroke.length || ui.lassoed || ui.look.lit)) {
    clearStroke(ui);
    ui.lassoed = ui.look.lit = null;
    ui.status.textContent = "";
    relight(ui);
    drawMarks(ui);
    drawTable(ui);
    remember(ui);
  } else return false;
  return true;
}

function showCross(ui, x, y) {
  here.x = Math.min(ui.width, Math.max(0, x));
  here.y = Math.min(ui.height, Math.max(0, y));
  if (x < 0 || y < 0 || x > ui.width || y > ui.height) panBy(ui, here.x - x, here.y - y);
  ui.cross.hidden = false;
  Object.assign(ui.cross.style, { left: `${here.x}px`, top: `${here.y}px` });
  const [px, py] = toData(ui, here.x, here.y);
  const row = nearestPoint(ui, here.x, here.y, REACH);
  say(row >= 0 ? nameOf(ui, row) : `${fixed(px)}, ${fixed(py)}`);
}

function setUp3(ui) {
  ui.stage.addEventListener("pointerup", (event) => {
    if (!ui.fingers.delete(event.pointerId) || !ui.press) return;
    const { x, y, far } = ui.press;
    ui.press = null;
    if (!far) {
      clearStroke(ui);
      return clickAt(ui, x, y, event.timeStamp);
    }
    if (ui.look.tool !== "point") endStroke(ui);
  });
  ui.stage.addEventListener("pointercancel", (event) => {
    ui.fingers.delete(event.pointerId);
    ui.press = null;
    clearStroke(ui);
  });
  ui.stage.addEventListener("pointerleave", () => (ui.tip.hidden = true));
  ui.stage.addEventListener(
    "wheel",
    (event) => {
      if (!ui.scene || ui.scene.absent) return;
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 20 : 1;
      zoomBy(ui, Math.exp(-0.0016 * event.deltaY * lines), ...position(ui, event));
    },
    { passive: false },
  );
  ui.stage.addEventListener("keydown", (event) => {
    if (
      !ui.scene ||
      ui.scene.absent ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      event.target !== ui.stage
    )
      return;
    if (!pressed(ui, event)) return;
    event.preventDefault();
    event.stopPropagation();
  });
}

function setUp4(ui) {
  ui.stage.addEventListener("focus", () => {
    if (!ui.stage.matches(":focus-visible") || !ui.scene || ui.scene.absent || !ui.cross.hidden)
      return;
    const at = ui.selection?.where ?? [frame.x, frame.y];
    const [x, y] = toScreen(ui, ...at);
    const [w, h] = [ui.width, ui.height];
    showCross(ui, Math.min(w, Math.max(0, x)), Math.min(h, Math.max(0, y)));
  });
  ui.stage.addEventListener("blur", () => (ui.cross.hidden = true));
  new ResizeObserver(() => {
    if (!ui.scene || ui.scene.absent || !ui.stage.clientWidth) return;
    const times = frame.scale / ui.home;
    measureStage(ui);
    const { width: w, height: h } = view(ui).bounds;
    ui.home = Math.min((ui.width - 2 * MARGIN) / w, (ui.height - 2 * MARGIN) / h);
    frame.scale = ui.home * times;
    redraw(ui);
  }).observe(ui.stage);
}

export function setUp(ui) {
  setUp1(ui);
  setUp2(ui);
  setUp3(ui);
  setUp4(ui);
}
