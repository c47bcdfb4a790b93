// A data set drawn by hand: drag to leave points, or move the cross with the arrow keys and press
// Enter.

import { button, el } from "../../page/dom.js";
import { begin, id, rest } from "./laboratory.js";
import { context, drawSquares, token } from "./squares.js";

/**
 * @typedef {import("./types.js").Pair} Pair
 * @typedef {import("./types.js").Ui} Ui
 */

export const EXTENT = 3.2; // as backend.corpora.plane
const MOST_DRAWN = 300;
const APART = 0.12; // distance of points along a stroke
/** @type {Record<string, Pair>} */
const MOVES = {
  ArrowLeft: [-0.1, 0],
  ArrowRight: [0.1, 0],
  ArrowUp: [0, 0.1],
  ArrowDown: [0, -0.1],
};

/** @param {number} v */
const inside = (v) => Math.max(-EXTENT, Math.min(EXTENT, v));

/** @param {Ui} ui */
export function showDrawing(ui) {
  rest(ui);
  ui.drawingBox.hidden = false;
  wait(ui);
}

/**
 * What is drawn stands in the squares at once; what was learnt of other data is gone from them.
 * @param {Ui} ui
 */
function wait(ui) {
  ui.pending = true;
  ui.element.toggleAttribute("data-pending", true);
  drawDrawing(ui);
  if (ui.scene) drawSquares(ui);
}

/** @param {Ui} ui @param {Pair[]} points */
function setDrawing(ui, points) {
  ui.chosen = { ...ui.chosen, drawn: points.slice(0, MOST_DRAWN) };
  wait(ui);
}

/**
 * The server says what is wrong with too few points.
 * @param {Ui} ui
 */
export function useDrawing(ui) {
  begin(ui, { ...ui.chosen, data: "drawn", events: [] });
}

/** @param {Ui} ui @param {Pair} place */
function addPoint(ui, place) {
  const [x, y] = place;
  const near = (/** @type {number} */ v) => Number(inside(v).toFixed(2));
  /** @type {Pair} */
  const point = [near(x), near(y)];
  const last = ui.chosen.drawn.at(-1);
  if (last && Math.hypot(last[0] - point[0], last[1] - point[1]) < APART) return;
  setDrawing(ui, [...ui.chosen.drawn, point]);
}

/** @param {Ui} ui @param {PointerEvent} event @returns {Pair} */
function placeOf(ui, event) {
  const { left, top, width, height } = ui.sheet.getBoundingClientRect();
  return [
    ((event.clientX - left) / width) * 2 * EXTENT - EXTENT,
    EXTENT - ((event.clientY - top) / height) * 2 * EXTENT,
  ];
}

/** @param {Ui} ui */
export function drawDrawing(ui) {
  const pen = context(ui.sheet);
  const [size, scale] = [ui.sheet.width, ui.sheet.width / (2 * EXTENT)];
  /** @param {Pair} place @returns {Pair} */
  const at = ([x, y]) => [(x + EXTENT) * scale, (EXTENT - y) * scale];
  pen.clearRect(0, 0, size, size);
  pen.fillStyle = token(ui, "--ink");
  for (const point of ui.chosen.drawn) {
    pen.beginPath();
    pen.arc(...at(point), 4, 0, 7);
    pen.fill();
  }
  pen.strokeStyle = token(ui, "--accent");
  pen.lineWidth = 2;
  const [x, y] = at(ui.cross);
  pen.beginPath();
  pen.moveTo(x - 9, y);
  pen.lineTo(x + 9, y);
  pen.moveTo(x, y - 9);
  pen.lineTo(x, y + 9);
  pen.stroke();
  const n = ui.chosen.drawn.length;
  ui.drawingCount.textContent = `${n} of at most ${MOST_DRAWN} points.${n < 2 ? " A model needs at least two." : ""}`;
}

/** @param {Ui} ui */
export function setUp(ui) {
  ui.sheet = el("canvas", {
    class: "lab-sheet",
    id: id(ui, "sheet"),
    width: 480,
    height: 480,
    tabindex: 0,
    role: "application",
    "aria-label":
      "Sheet to draw on. Arrow keys move the cross, Enter leaves a point, Backspace removes the last one.",
  });
  ui.drawingCount = el("p", { class: "lab-note", role: "status" });
  ui.useButton = button("", "Train on these points", () => useDrawing(ui), { id: id(ui, "use") });
  ui.clearButton = button("", "Clear", () => setDrawing(ui, []), { id: id(ui, "clear") });
  ui.drawingBox = el(
    "section",
    { class: "lab-drawing", hidden: true, "aria-label": "Data drawn by hand" },
    ui.sheet,
    el(
      "div",
      {},
      el("p", {
        text: "Draw the data: drag over the sheet, or move the cross with the arrow keys and press Enter; Backspace takes the last point back. Each point becomes a small Gaussian of deviation 0.1, and every batch is drawn from them anew.",
      }),
      ui.drawingCount,
      el("div", { class: "lp-legend" }, ui.useButton, ui.clearButton),
    ),
  );
  ui.cross = [0, 0];
  ui.stroke = false;
  ui.pending = false; // what is drawn is not what the run that is shown learns
  ui.sheet.addEventListener("pointerdown", (event) => {
    ui.stroke = true;
    ui.sheet.setPointerCapture(event.pointerId);
    addPoint(ui, (ui.cross = placeOf(ui, event)));
  });
  ui.sheet.addEventListener(
    "pointermove",
    (event) => ui.stroke && addPoint(ui, (ui.cross = placeOf(ui, event))),
  );
  for (const end of ["pointerup", "pointercancel"])
    ui.sheet.addEventListener(end, () => (ui.stroke = false));
  ui.sheet.addEventListener("keydown", (event) => {
    const move = MOVES[event.key];
    if (move) ui.cross = [inside(ui.cross[0] + move[0]), inside(ui.cross[1] + move[1])];
    else if (event.key === "Enter") addPoint(ui, ui.cross);
    else if (event.key === "Backspace") setDrawing(ui, ui.chosen.drawn.slice(0, -1));
    else return;
    event.preventDefault();
    drawDrawing(ui);
  });
}
