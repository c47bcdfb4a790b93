// What pointer and keys do on the map.

import { el, say } from "../../page/dom.js";
import { fixed } from "../../page/numbers.js";
import { paint } from "../../page/pictures.js";
import { nameOf } from "./card.js";
import { modeName, remember, view } from "./latent_map.js";
import { drawMarks, drawStroke, relight } from "./paint.js";
import { fit, frame, nearestPoint, panBy, toData, toScreen, zoomBy } from "./plot.js";
import { placeOf, selectPlace, selectPoint } from "./selection.js";
import { clearStroke, endStroke } from "./stroke.js";
import { drawTable } from "./table.js";

/**
 * @typedef {import("./types.js").Pair} Pair
 * @typedef {import("./types.js").Ui} Ui
 */

const CLICK = 4; // px a pointer may wander within a click
const REACH = 9; // px from a point that still hit it

/** @param {Ui} ui @param {MouseEvent} event @returns {Pair} px */
function position(ui, event) {
  const box = ui.stage.getBoundingClientRect();
  return [
    event.clientX - box.left - ui.stage.clientLeft,
    event.clientY - box.top - ui.stage.clientTop,
  ];
}

/**
 * Two fingers move: one of them from (bx, by) to (x, y).
 * @param {Ui} ui @param {number} pointer @param {Pair} before @param {Pair} now
 */
function pinch(ui, pointer, [bx, by], [x, y]) {
  const [[other, [ox, oy]]] = [...ui.fingers].filter(([key]) => key !== pointer);
  const times = Math.hypot(x - ox, y - oy) / Math.max(1, Math.hypot(bx - ox, by - oy));
  ui.fingers.set(pointer, [x, y]);
  ui.fingers.set(other, [ox, oy]);
  panBy(ui, (x - bx) / 2, (y - by) / 2);
  zoomBy(ui, times, (x + ox) / 2, (y + oy) / 2);
}

/** @param {EventTarget | null} target */
const onCentre = (target) => target instanceof Element && target.closest(".map-centre") !== null;

/** @param {Ui} ui */
function setUpPress(ui) {
  ui.fingers = new Map();
  ui.press = null;
  ui.stroke = [];
  ui.stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !ui.shown || onCentre(event.target)) return;
    const [x, y] = position(ui, event);
    ui.fingers.set(event.pointerId, [x, y]);
    ui.stage.setPointerCapture(event.pointerId);
    ui.tip.hidden = ui.cross.hidden = true;
    if (ui.fingers.size > 1) return void (ui.press = null); // a pinch is no click
    ui.press = { x, y, far: false };
    if (ui.look.tool !== "point") ui.stroke = [toData(ui, x, y)];
  });
  ui.stage.addEventListener("pointermove", (event) => {
    if (!ui.shown) return;
    const [x, y] = position(ui, event);
    const before = ui.fingers.get(event.pointerId);
    if (!before) return hover(ui, event, x, y);
    if (ui.fingers.size === 2) return pinch(ui, event.pointerId, before, [x, y]);
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

/** @param {Ui} ui @param {number} x px @param {number} y @param {number} time ms */
function clickAt(ui, x, y, time) {
  const row = nearestPoint(ui, x, y, REACH);
  if (row >= 0) selectPoint(ui, row, { time });
  else selectPlace(ui, toData(ui, x, y), { time });
}

/** @param {Ui} ui @param {PointerEvent} event @param {number} x px @param {number} y */
function hover(ui, event, x, y) {
  if (event.pointerType === "touch" || onCentre(event.target)) {
    ui.tip.hidden = true;
    return;
  }
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

/**
 * A picture at half its size, which came with the others: 14 x 14 pixels of 4 bits.
 * @param {Ui} ui @param {number} row
 */
function thumbnail(ui, row) {
  if (!ui.scene.thumbs) return null;
  const packed = ui.scene.thumbs.subarray(98 * row, 98 * row + 98);
  const data = new Uint8Array(196);
  packed.forEach(
    (pair, i) => ([data[2 * i], data[2 * i + 1]] = [(pair >> 4) * 17, (pair & 15) * 17]),
  );
  const made = el("canvas");
  paint(made, data);
  return made;
}

const here = { x: 0, y: 0 }; // the crosshair, px
/** @type {Record<string, Pair>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Whether a key does something on the map. @param {Ui} ui @param {KeyboardEvent} event */
function pressed(ui, { key, shiftKey, timeStamp: time }) {
  const [right, down] = ARROWS[key] ?? [0, 0];
  const step = shiftKey ? 48 : 8;
  if (right || down) showCross(ui, here.x + step * right, here.y + step * down);
  else if (key === "+" || key === "=") zoomBy(ui, 1.25, here.x, here.y);
  else if (key === "-") zoomBy(ui, 0.8, here.x, here.y);
  else if (key === "0") fit(ui);
  else if (key === " ") {
    const row = nearestPoint(ui, here.x, here.y, Math.hypot(ui.width, ui.height));
    if (row >= 0) selectPoint(ui, row, { time });
  } else if (key === "Enter" && ui.look.tool === "point")
    selectPlace(ui, toData(ui, here.x, here.y), { time });
  else if (key === "Enter") setCorner(ui, shiftKey);
  else if (key === "Escape" && (ui.stroke.length || ui.lassoed || ui.look.lit)) showAll(ui);
  else return false;
  return true;
}

/** A corner of a line or a loop, and perhaps its last. @param {Ui} ui @param {boolean} end */
function setCorner(ui, end) {
  ui.stroke.push(toData(ui, here.x, here.y));
  drawStroke(ui);
  const corners = ui.stroke.length;
  const path = ui.look.tool === "path";
  if (!end)
    ui.status.textContent = `${corners} ${corners === 1 ? "corner" : "corners"}. Shift+Enter ends.`;
  else if (corners >= (path ? 2 : 3)) endStroke(ui);
  else ui.status.textContent = `${path ? "A path needs 2" : "A lasso needs 3"} corners.`;
}

/** No line, no lasso, no mode that is lit. @param {Ui} ui */
function showAll(ui) {
  clearStroke(ui);
  ui.lassoed = ui.look.lit = null;
  ui.status.textContent = "";
  relight(ui);
  drawMarks(ui);
  drawTable(ui);
  remember(ui);
}

/** @param {Ui} ui @param {number} x px @param {number} y */
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

/** @param {Ui} ui */
function showWheelHint(ui) {
  ui.wheelHint.hidden = false;
  clearTimeout(ui.wheeling);
  ui.wheeling = setTimeout(() => (ui.wheelHint.hidden = true), 1500);
}

/** @param {Ui} ui */
function setUpRelease(ui) {
  ui.wheeling = 0;
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
      if (!ui.shown) return;
      const meant = event.ctrlKey || event.metaKey || ui.stage.contains(document.activeElement);
      if (!meant) return showWheelHint(ui); // the page scrolls on
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 20 : 1;
      zoomBy(ui, Math.exp(-0.0016 * event.deltaY * lines), ...position(ui, event));
    },
    { passive: false },
  );
  ui.stage.addEventListener("keydown", (event) => {
    if (!ui.shown || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target !== ui.stage || !pressed(ui, event)) return;
    event.preventDefault();
    event.stopPropagation();
  });
}

/** @param {Ui} ui */
function setUpCross(ui) {
  ui.stage.addEventListener("focus", () => {
    if (!ui.stage.matches(":focus-visible") || !ui.shown || !ui.cross.hidden) return;
    const [x, y] = toScreen(ui, ...(placeOf(ui.selection) ?? [frame.x, frame.y]));
    const [w, h] = [ui.width, ui.height];
    showCross(ui, Math.min(w, Math.max(0, x)), Math.min(h, Math.max(0, y)));
  });
  ui.stage.addEventListener("blur", () => (ui.cross.hidden = true));
}

/** @param {Ui} ui */
export function setUp(ui) {
  setUpPress(ui);
  setUpRelease(ui);
  setUpCross(ui);
}
