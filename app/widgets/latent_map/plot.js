// The frame of the map: where a place of the data lies on the screen, and what pointer and keys do.

const CLICK = 4; // px a pointer may wander within a click
const REACH = 9; // px from a point that still hit it
const MARGIN = 28; // px around all points, so that no mark is cut

let width = 800;
let height = 600;
const frame = { x: 0, y: 0, scale: 1 }; // data at the middle; px for one unit of the data
let home = 1; // the scale at which all points are seen

const toScreen = (x, y) => [width / 2 + (x - frame.x) * frame.scale, height / 2 - (y - frame.y) * frame.scale];
const toData = (px, py) => [frame.x + (px - width / 2) / frame.scale, frame.y - (py - height / 2) / frame.scale];

/** Extent of a view's points, and a grid of them for finding the nearest. */
function bounds({ points: xy, centres }) {
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  const take = (x, y) => {
    left = Math.min(left, x); right = Math.max(right, x);
    low = Math.min(low, y); high = Math.max(high, y);
  };
  for (let i = 0; i < xy.length; i += 2) take(xy[i], xy[i + 1]);
  for (const centre of centres.flat()) if (centre) take(...centre);
  return { left, low, width: right - left || 1, height: high - low || 1 };
}

function measureStage() {
  width = stage.clientWidth || width;
  height = stage.clientHeight || height;
}

function fit({ quiet = false } = {}) {
  const { left, low, width: w, height: h } = view().bounds;
  home = Math.min((width - 2 * MARGIN) / w, (height - 2 * MARGIN) / h);
  Object.assign(frame, { x: left + w / 2, y: low + h / 2, scale: home });
  look.zoom = null;
  redraw();
  if (!quiet) remember();
}

/** Show what a link says: the middle, and how many times nearer than all points. */
function frameOf([x, y, times]) {
  fit({ quiet: true });
  look.zoom = [x, y, times];
  Object.assign(frame, { x, y, scale: home * times });
  redraw();
}

let settling = 0;
function moved() {
  look.zoom = [frame.x, frame.y, frame.scale / home];
  redraw();
  clearTimeout(settling);
  settling = setTimeout(remember, 200);
}

/** Zoom so that the data under (px, py) stays there. */
function zoomBy(times, px = width / 2, py = height / 2) {
  const [x, y] = toData(px, py);
  frame.scale = Math.min(home * 400, Math.max(home / 4, frame.scale * times));
  frame.x = x - (px - width / 2) / frame.scale;
  frame.y = y + (py - height / 2) / frame.scale;
  moved();
}

function panBy(dx, dy) {
  frame.x -= dx / frame.scale;
  frame.y += dy / frame.scale;
  moved();
}

/** Bring a place into the frame without changing the scale. */
function reveal(x, y) {
  const [px, py] = toScreen(x, y);
  if (px > 8 && py > 8 && px < width - 8 && py < height - 8) return;
  Object.assign(frame, { x, y });
  moved();
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
  const at = (x, from, size) => Math.min(CELLS - 1, Math.max(0, Math.floor((CELLS * (x - from)) / size)));
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
function nearestPoint(px, py, reach) {
  const of = view();
  const { at, starts, rows } = grid(of);
  const { left, low, width: w, height: h } = of.bounds;
  const [x, y] = toData(px, py);
  const r = reach / frame.scale;
  const [c0, c1] = [at(x - r, left, w), at(x + r, left, w)];
  const [r0, r1] = [at(y - r, low, h), at(y + r, low, h)];
  let [best, least] = [-1, r * r];
  for (let row = r0; row <= r1; row++)
    for (let k = starts[row * CELLS + c0]; k < starts[row * CELLS + c1 + 1]; k++) {
      const i = rows[k];
      if (!level[i]) continue;
      const away = (of.points[2 * i] - x) ** 2 + (of.points[2 * i + 1] - y) ** 2;
      if (away <= least) [best, least] = [i, away];
    }
  return best;
}

// ---- pointer ------------------------------------------------------------------------------

const fingers = new Map(); // pointers that are down
let press = null; // { x, y, far, time } of the first
let stroke = []; // data places of the line or loop being drawn

function position(event) {
  const box = stage.getBoundingClientRect();
  return [event.clientX - box.left - stage.clientLeft, event.clientY - box.top - stage.clientTop];
}

stage.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || !scene || scene.absent || event.target.closest(".map-centre")) return;
  const [x, y] = position(event);
  fingers.set(event.pointerId, [x, y]);
  stage.setPointerCapture(event.pointerId);
  tip.hidden = cross.hidden = true;
  if (fingers.size > 1) return void (press = null); // a pinch is no click
  press = { x, y, far: false };
  if (look.tool !== "point") stroke = [toData(x, y)];
});

stage.addEventListener("pointermove", (event) => {
  if (!scene || scene.absent) return;
  const [x, y] = position(event);
  const before = fingers.get(event.pointerId);
  if (!before) return hover(event, x, y);
  if (fingers.size === 2) return pinch(event.pointerId, x, y);
  fingers.set(event.pointerId, [x, y]);
  if (!press) return;
  press.far ||= Math.hypot(x - press.x, y - press.y) > CLICK;
  if (!press.far) return;
  if (look.tool === "point") panBy(x - before[0], y - before[1]);
  else {
    stroke.push(toData(x, y));
    drawStroke();
  }
});

function pinch(pointer, x, y) {
  const [[other, [ox, oy]]] = [...fingers].filter(([key]) => key !== pointer);
  const [bx, by] = fingers.get(pointer);
  const times = Math.hypot(x - ox, y - oy) / Math.max(1, Math.hypot(bx - ox, by - oy));
  fingers.set(pointer, [x, y]);
  fingers.set(other, [ox, oy]);
  panBy((x - bx) / 2, (y - by) / 2);
  zoomBy(times, (x + ox) / 2, (y + oy) / 2);
}

stage.addEventListener("pointerup", (event) => {
  if (!fingers.delete(event.pointerId) || !press) return;
  const { x, y, far } = press;
  press = null;
  if (!far) {
    clearStroke();
    return clickAt(x, y, event.timeStamp);
  }
  if (look.tool !== "point") endStroke();
});
stage.addEventListener("pointercancel", (event) => {
  fingers.delete(event.pointerId);
  press = null;
  clearStroke();
});
stage.addEventListener("pointerleave", () => (tip.hidden = true));
stage.addEventListener("wheel", (event) => {
  if (!scene || scene.absent) return;
  event.preventDefault();
  const lines = event.deltaMode === 1 ? 20 : 1;
  zoomBy(Math.exp(-0.0016 * event.deltaY * lines), ...position(event));
}, { passive: false });

function clickAt(x, y, time) {
  const row = nearestPoint(x, y, REACH);
  if (row >= 0) selectPoint(row, { time });
  else selectPlace(toData(x, y), { time });
}

/** A line became a path, a loop a selection. */
function endStroke() {
  const places = stroke;
  clearStroke();
  if (look.tool === "lasso") lasso(places);
  else if (length(places) > 0) walk(along(places, STEPS), places);
}

function clearStroke() {
  stroke = [];
  drawStroke();
}

function length(places) {
  let sum = 0;
  for (let i = 1; i < places.length; i++) sum += Math.hypot(places[i][0] - places[i - 1][0], places[i][1] - places[i - 1][1]);
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

function lasso(loop) {
  const { points: xy } = view();
  const chosen = new Uint8Array(scene.n);
  let n = 0;
  for (let i = 0; i < scene.n; i++)
    if (level[i] && inside(loop, xy[2 * i], xy[2 * i + 1])) n += chosen[i] = 1;
  lassoed = n ? chosen : null;
  status.textContent = n
    ? `${noun(n)} inside the lasso, listed below.`
    : "No point lies inside the lasso. Draw it around some points.";
  relight();
  if (n) table.open = true;
  drawTable();
}

// ---- hover and keys -----------------------------------------------------------------------

function hover(event, x, y) {
  if (event.pointerType === "touch" || event.target.closest?.(".map-centre")) return void (tip.hidden = true);
  const row = nearestPoint(x, y, REACH);
  tip.hidden = row < 0;
  stage.classList.toggle("map-over", row >= 0);
  if (row < 0) return;
  const facts = [
    ...scene.modes.map((modes, j) => modeName(j, modes[row])),
    ...scene.tags.map(({ categories, ids }) => categories[ids[row]]),
  ];
  tip.replaceChildren(thumbnail(row) ?? el("b", { text: nameOf(row) }), el("span", { text: facts.join(" · ") }));
  const [px, py] = toScreen(view().points[2 * row], view().points[2 * row + 1]);
  tip.style.left = `${Math.max(8, Math.min(px + 12, width - 288))}px`;
  tip.style.top = py > height - 96 ? `${py - 12}px` : `${py + 12}px`;
  tip.classList.toggle("map-tip-above", py > height - 96);
}

/** A picture at half its size, which came with the others: 14 x 14 pixels of 4 bits. */
function thumbnail(row) {
  if (!scene.thumbs) return null;
  const packed = scene.thumbs.subarray(98 * row, 98 * row + 98);
  const data = new Uint8Array(196);
  packed.forEach((pair, i) => ([data[2 * i], data[2 * i + 1]] = [(pair >> 4) * 17, (pair & 15) * 17]));
  const made = el("canvas");
  latent.paint(made, data, 0, 14);
  return made;
}

const here = { x: 0, y: 0 }; // the crosshair, px
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
stage.addEventListener("keydown", (event) => {
  if (!scene || scene.absent || event.ctrlKey || event.metaKey || event.altKey || event.target !== stage) return;
  if (!pressed(event)) return;
  event.preventDefault();
  event.stopPropagation();
});

function pressed(event) {
  const arrow = ARROWS[event.key];
  if (arrow) {
    const step = event.shiftKey ? 48 : 8;
    showCross(here.x + step * arrow[0], here.y + step * arrow[1]);
  } else if (event.key === "+" || event.key === "=") zoomBy(1.25, here.x, here.y);
  else if (event.key === "-") zoomBy(0.8, here.x, here.y);
  else if (event.key === "0") fit();
  else if (event.key === " ") {
    const row = nearestPoint(here.x, here.y, Math.hypot(width, height));
    if (row >= 0) selectPoint(row, { time: event.timeStamp });
  } else if (event.key === "Enter" && look.tool === "point") selectPlace(toData(here.x, here.y), { time: event.timeStamp });
  else if (event.key === "Enter") {
    stroke.push(toData(here.x, here.y));
    drawStroke();
    const least = look.tool === "path" ? 2 : 3;
    if (!event.shiftKey) status.textContent = `${stroke.length} ${stroke.length === 1 ? "corner" : "corners"}. Shift+Enter ends.`;
    else if (stroke.length >= least) endStroke();
    else status.textContent = `${look.tool === "path" ? "A path needs 2" : "A lasso needs 3"} corners.`;
  } else if (event.key === "Escape" && (stroke.length || lassoed || look.lit)) {
    clearStroke();
    lassoed = look.lit = null;
    status.textContent = "";
    relight();
    drawMarks();
    drawTable();
    remember();
  } else return false;
  return true;
}

function showCross(x, y) {
  here.x = Math.min(width, Math.max(0, x));
  here.y = Math.min(height, Math.max(0, y));
  if (x < 0 || y < 0 || x > width || y > height) panBy(here.x - x, here.y - y);
  cross.hidden = false;
  Object.assign(cross.style, { left: `${here.x}px`, top: `${here.y}px` });
  const [px, py] = toData(here.x, here.y);
  const row = nearestPoint(here.x, here.y, REACH);
  say(row >= 0 ? nameOf(row) : `${show(px)}, ${show(py)}`);
}
stage.addEventListener("focus", () => {
  if (!stage.matches(":focus-visible") || !scene || scene.absent || !cross.hidden) return;
  const at = selection?.where ?? [frame.x, frame.y];
  const [x, y] = toScreen(...at);
  const [w, h] = [width, height];
  showCross(Math.min(w, Math.max(0, x)), Math.min(h, Math.max(0, y)));
});
stage.addEventListener("blur", () => (cross.hidden = true));

new ResizeObserver(() => {
  if (!scene || scene.absent || !stage.clientWidth) return;
  const times = frame.scale / home;
  measureStage();
  const { width: w, height: h } = view().bounds;
  home = Math.min((width - 2 * MARGIN) / w, (height - 2 * MARGIN) / h);
  frame.scale = home * times;
  redraw();
}).observe(stage);
