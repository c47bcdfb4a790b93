// A data set drawn by hand: drag to leave points, or move the cross with the arrow keys and press
// Enter. Joined to laboratory.js by widget.py; shares its names.

const EXTENT = 3.2; // as backend.corpora.plane
const MOST_DRAWN = 300;
const APART = 0.12; // distance of points along a stroke

const sheet = el("canvas", {
  class: "lab-sheet", id: id("sheet"), width: 480, height: 480, tabindex: 0, role: "application",
  "aria-label": "Sheet to draw on. Arrow keys move the cross, Enter leaves a point, Backspace removes the last one.",
});
const drawingCount = el("p", { class: "lab-note", role: "status" });
const useButton = button("", "Train on these points", useDrawing, { id: id("use") });
const clearButton = button("", "Clear", () => setDrawing([]), { id: id("clear") });
const drawingBox = el("section", { class: "lab-drawing", hidden: true, "aria-label": "Data drawn by hand" }, sheet,
  el("div", {}, el("p", { text: "Draw the data: drag over the sheet, or move the cross with the arrow keys and press Enter; Backspace takes the last point back. Each point becomes a small Gaussian of deviation 0.1, and every batch is drawn from them anew." }), drawingCount, el("div", { class: "lp-legend" }, useButton, clearButton)));
let cross = [0, 0];
let stroke = false;
let pending = false; // what is drawn is not what the run that is shown learns

function showDrawing() {
  rest();
  pending = true;
  drawingBox.hidden = false;
  drawDrawing();
}

function setDrawing(points) {
  pending = true;
  chosen = { ...chosen, drawn: points.slice(0, MOST_DRAWN) };
  drawDrawing();
}

/** The server says what is wrong with too few points. */
function useDrawing() {
  begin({ ...chosen, data: "drawn", events: [] });
}

function addPoint([x, y]) {
  const near = (v) => Number(Math.max(-EXTENT, Math.min(EXTENT, v)).toFixed(2));
  const point = [near(x), near(y)];
  const last = chosen.drawn.at(-1);
  if (last && Math.hypot(last[0] - point[0], last[1] - point[1]) < APART) return;
  setDrawing([...chosen.drawn, point]);
}

function placeOf(event) {
  const { left, top, width, height } = sheet.getBoundingClientRect();
  return [((event.clientX - left) / width) * 2 * EXTENT - EXTENT, EXTENT - ((event.clientY - top) / height) * 2 * EXTENT];
}
sheet.addEventListener("pointerdown", (event) => {
  stroke = true;
  sheet.setPointerCapture(event.pointerId);
  addPoint((cross = placeOf(event)));
});
sheet.addEventListener("pointermove", (event) => stroke && addPoint((cross = placeOf(event))));
for (const end of ["pointerup", "pointercancel"]) sheet.addEventListener(end, () => (stroke = false));
sheet.addEventListener("keydown", (event) => {
  const move = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] }[event.key];
  if (move) cross = cross.map((v, i) => Math.max(-EXTENT, Math.min(EXTENT, v + move[i])));
  else if (event.key === "Enter") addPoint(cross);
  else if (event.key === "Backspace") setDrawing(chosen.drawn.slice(0, -1));
  else return;
  event.preventDefault();
  drawDrawing();
});

function drawDrawing() {
  const pen = sheet.getContext("2d");
  const [size, scale] = [sheet.width, sheet.width / (2 * EXTENT)];
  const at = ([x, y]) => [(x + EXTENT) * scale, (EXTENT - y) * scale];
  pen.clearRect(0, 0, size, size);
  pen.fillStyle = token("--ink");
  for (const point of chosen.drawn) {
    pen.beginPath();
    pen.arc(...at(point), 4, 0, 7);
    pen.fill();
  }
  pen.strokeStyle = token("--accent");
  pen.lineWidth = 2;
  const [x, y] = at(cross);
  pen.beginPath();
  pen.moveTo(x - 9, y);
  pen.lineTo(x + 9, y);
  pen.moveTo(x, y - 9);
  pen.lineTo(x, y + 9);
  pen.stroke();
  const n = chosen.drawn.length;
  drawingCount.textContent = `${n} of at most ${MOST_DRAWN} points.${n < 2 ? " A model needs at least two." : ""}`;
}
