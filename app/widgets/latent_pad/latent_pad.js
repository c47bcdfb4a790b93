// The latent pad: a square to drag over (or one unit's slider), and beside it what is there.
//
// Speed: a move asks for one decode. One question is on its way at a time; when its answer comes
// the newest place is asked, so places in between are skipped and nothing old is drawn last.
// Each answer leaves two entries in `performance`, both from the event's own time stamp:
// "latent-pad" until the item is drawn, "latent-pad-painted" until the browser has painted it.
// tests/ui/pad_latency.py drags and reads them; scripts/bench.py may call it.
const { el, button, bytes, paint } = latent;
const life = latent.result("explore", { element, ready: () => trigger("ready"), server, draw, linked });

const REST = 160; // ms without a move before a place counts as visited
const PATIENCE = 15000; // ms
const FILM = 8;
const KEPT = 200; // visited places in the table
const NAMES = ["A", "B", "C"];
// Okabe and Ito's palette without its black, which a dark page would swallow.
const COLOURS = ["#E69F00", "#56B4E9", "#009E73", "#CC79A7", "#0072B2", "#D55E00", "#B8A900"];
const MARKS = ["●", "■", "▲", "◆", "✚"];
const LOST = "The server did not answer. Is it still running? Move again to retry.";

// ---- what is on the page ------------------------------------------------------------------

const svg = (tag, props = {}, ...children) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(props)) node.setAttribute(key, value);
  node.append(...children);
  return node;
};
const tiles = el("canvas", { class: "pad-tiles lp-ink", "aria-hidden": "true" });
const lines = svg("svg", { class: "pad-lines", viewBox: "0 0 1 1", "aria-hidden": "true" });
const dots = el("canvas", { class: "pad-dots", "aria-hidden": "true" });
const words = el("div", { class: "pad-words pad-clip", "aria-hidden": "true" });
const ticks = el("div", { class: "pad-words", "aria-hidden": "true" });
const ring = el("div", { class: "pad-ring", "aria-hidden": "true" });
const square = el("div", {
  class: "pad-square", id: "explore-square", tabindex: "0", role: "slider",
  "aria-roledescription": "two-dimensional slider", "aria-label": "Latent plane",
}, tiles, lines, dots, words, ticks, ring);
const units = el("div", { class: "pad-units", role: "radiogroup", "aria-label": "Unit, most active first" });
const slider = el("input", { type: "range", class: "pad-slider", id: "explore-slider" });
const sliderLabel = el("label", { for: slider.id });
const strip = el("div", { class: "pad-strip" });
const unitPane = el("div", { class: "pad-unit-pane", hidden: true }, units, sliderLabel, slider, strip);
const legend = el("div", { class: "pad-legend" });
const hint = el("p", { class: "pad-note pad-hint", text: "Drag, or use the arrow keys: Shift for larger steps, Home for the start." });

const picture = el("canvas", { class: "pad-picture", role: "img", "aria-label": "Decoded picture" });
const sentence = el("p", { class: "pad-sentence" });
const keep = el("div", { class: "pad-keep" });
const facts = el("dl", { class: "pad-facts" });
const mark = el("p", { class: "pad-mark", role: "status" });
const nearestItem = el("div", { class: "pad-nearest-item" });
const nearestNote = el("p", { class: "pad-note" });
const film = el("div", { class: "pad-film", role: "group", "aria-label": "The last eight places" });
const rows = el("tbody");
const head = el("tr");
const table = el("details", { class: "pad-table" },
  el("summary", { text: "Visited places as a table" }),
  el("div", { class: "pad-scroll", tabindex: "0" }, el("table", {}, el("thead", {}, head), rows)));

life.body.append(
  el("div", { class: "pad-sheet" },
    el("div", { class: "pad-left" }, el("div", { class: "pad-frame" }, square, unitPane), legend, hint),
    el("div", { class: "pad-right" },
      el("div", { class: "pad-shown" },
        el("div", { class: "pad-item" }, picture, sentence, keep),
        el("div", { class: "pad-numbers" }, facts, mark)),
      el("section", { class: "pad-nearest" },
        nearestItem, el("div", {}, el("h3", { text: "Nearest held-out item" }), nearestNote)),
      el("h3", { text: "Last places" }), film)),
  table,
);
life.tools.prepend(button("save", "CSV of visited places", exportCsv, { id: "explore-csv" }));

// ---- state --------------------------------------------------------------------------------

let scene = null; // what the server said of this view, with its request
let at = [0, 0]; // the newest place
let wanted = null; // { at, time } to be decoded next
let drawn = null; // the last of these that was
let asking = false;
let resting = 0; // timer
let places = []; // visited, newest first
let hidden = new Set(); // classes whose dots are off
let given = props.value !== ""; // the place was set from outside, by a link
watch("value", () => (given = true));

const round = (x) => Math.round(x * 1e4) / 1e4 + 0; // + 0 turns -0 into 0
const show = (x, digits = 2) => (x == null ? "–" : x.toFixed(digits).replace("-", "\u2212"));
const isText = () => scene.modality === "text";
const isUnit = () => scene.kind === "unit";
const axes = () => (isUnit() ? ["unit", "value"] : scene.flat ? ["z₁", "z₂"] : ["u", "v"]);

async function ask(name, question) {
  let timer;
  const late = new Promise((done) => (timer = setTimeout(done, PATIENCE)));
  try {
    return (await Promise.race([server[name](question), late])) || { error: LOST };
  } catch {
    return { error: LOST };
  } finally {
    clearTimeout(timer);
  }
}

// Which controls matter depends on the view; the stylesheet hides the others.
const run = life.view.run;
life.view.run = (request) => {
  const panel = element.closest('[role="tabpanel"]') || element;
  panel.dataset.need = needed(request);
  panel.dataset.from = needed(request) ? request.points : "";
  return run(request);
};

/** Called with the server's answer to the controls. */
function draw(data, request) {
  const view = { ...request, at: "" };
  const same = scene && JSON.stringify(scene.view) === JSON.stringify(view);
  if (!same) {
    const other = !scene || scene.view.checkpoint !== view.checkpoint;
    scene = { ...data, view };
    places = [];
    if (other) hidden = new Set();
    element.dataset.modality = data.modality;
    element.dataset.kind = data.kind;
    square.hidden = isUnit();
    unitPane.hidden = !isUnit();
    if (isUnit()) drawUnits();
    else drawPlane();
    drawLegend();
    drawFilm();
    drawTable();
    drawBackdrop();
  }
  at = given && request.at ? request.at.split(",").map(Number) : same ? at : scene.home;
  given = false;
  go(at, { rest: 0 });
}

// ---- going somewhere ----------------------------------------------------------------------

/** Go to a place: the ring at once, the item as soon as it is decoded, the numbers at rest. */
function go(place, { time = performance.now(), rest = REST, glide = false } = {}) {
  const unit = at[0];
  at = place.map(round);
  element.classList.toggle("pad-glide", glide);
  if (isUnit()) showUnit(unit !== at[0]);
  else showRing();
  wanted = { at, time };
  follow();
  clearTimeout(resting);
  resting = setTimeout(settle, rest);
}

async function follow() {
  if (asking) return;
  asking = true;
  while (drawn !== wanted) {
    const [target, mine] = [wanted, scene];
    const { view, anchors } = mine;
    const question = { checkpoint: view.checkpoint, mode: view.mode, anchors, at: target.at };
    const answer = await ask("decode", question);
    if (scene !== mine) continue;
    drawn = target;
    if (answer.error) life.fail(answer.error);
    else drawItem(answer.item);
    square.dataset.decoded = target.at.join(","); // how tests know
    measure(target.time);
  }
  asking = false;
}

function measure(start) {
  if (performance.getEntriesByName("latent-pad").length > 1000) performance.clearMeasures();
  performance.measure("latent-pad", { start });
  requestAnimationFrame(() => setTimeout(() => performance.measure("latent-pad-painted", { start })));
}

/** The place is kept: its numbers, the film strip, the table, the link and the script. */
async function settle() {
  const [mine, here] = [scene, at];
  const { view, anchors, script } = mine;
  const answer = await ask("inspect", {
    checkpoint: view.checkpoint, mode: view.mode, anchors, at: here, script,
  });
  if (scene !== mine || at !== here) return;
  if (answer.error) return life.fail(answer.error);
  element.querySelector(".lp-error").hidden = true;
  element.classList.remove("lp-stale");
  drawItem(answer.item);
  drawNumbers(answer);
  element.querySelector(".lp-code pre").textContent = answer.code;
  props.value = here.join(",");
  const link = linked({ ...view, at: props.value });
  latent.setView("explore", link);
  keep.replaceChildren(latent.tray.star("explore", link, 0, isText() ? answer.item : bytes(answer.item)));
  element.dataset.settled = props.value; // how tests know
  if (places[0]?.at.join() !== here.join()) {
    places = [{ at: here, ...answer }, ...places].slice(0, KEPT);
    drawFilm();
    drawTable();
    speak(answer);
  }
}

/** How many points a view hangs on: three span a plane, one is changed unit by unit. */
function needed({ mode, checkpoint }) {
  return mode === "unit" ? 1 : latent.checkpoints[checkpoint]?.latent_dim === 2 ? 0 : 3;
}

/** Only what the view depends on goes into the link. */
function linked(request) {
  const { checkpoint, mode, points, seed, at: place } = request;
  const need = needed(request);
  if (!need) return { checkpoint, mode, at: place };
  if (points !== "own") return { checkpoint, mode, points, seed, at: place };
  const text = latent.checkpoints[checkpoint]?.modality === "text";
  const own = (text ? ["a", "b", "c"] : ["p", "q", "r"]).slice(0, need);
  return { checkpoint, mode, points, ...Object.fromEntries(own.map((key) => [key, request[key]])), at: place };
}

function speak({ item, nearest, distance }) {
  const what = isText() ? item : nearest.label ? `near a held-out item of class ${nearest.label}` : "picture";
  latent.say(`${placeText(at)}: ${what}. Distance percentile ${show(distance, 0)}.`);
}

const placeText = (place) => {
  const [first, second] = axes();
  return isUnit() ? `unit ${place[0]} = ${show(place[1])}` : `${first} ${show(place[0])}, ${second} ${show(place[1])}`;
};

// ---- the square ---------------------------------------------------------------------------

// A place (u, v) as fractions of the square from its top left corner, and back.
function toSquare([u, v]) {
  const { origin, basis, corner, side } = scene;
  const [x, y] = [0, 1].map((i) => origin[i] + u * basis[0][i] + v * basis[1][i]);
  return [(x - corner[0]) / side, 1 - (y - corner[1]) / side];
}

function fromSquare([s, t]) {
  const { origin, basis, corner, side } = scene;
  const x = corner[0] + s * side - origin[0];
  const y = corner[1] + (1 - t) * side - origin[1];
  const [[a, b], [c, d]] = basis;
  const area = a * d - b * c;
  return [(x * d - y * c) / area, (y * a - x * b) / area];
}

const xy = (x, y) => [(x - scene.corner[0]) / scene.side, 1 - (y - scene.corner[1]) / scene.side];
const put = (node, [s, t]) => Object.assign(node.style, { left: `${100 * s}%`, top: `${100 * t}%` });

function showRing() {
  put(ring, toSquare(at));
  square.setAttribute("aria-valuenow", at[0]);
  square.setAttribute("aria-valuetext", placeText(at));
}

function drawPlane() {
  const { corner, side, circles } = scene;
  square.setAttribute("aria-valuemin", -1000);
  square.setAttribute("aria-valuemax", 1000);
  const [cx, cy] = xy(0, 0);
  lines.replaceChildren(
    svg("path", { class: "pad-axis", d: `M0 ${cy}H1M${cx} 0V1` }),
    ...circles.map(({ radius }) => svg("circle", { class: "pad-circle", cx, cy, r: radius / side })),
    svg("path", { class: "pad-borders" }),
  );
  if (!scene.flat) {
    const corners = [[0, 0], [1, 0], [0, 1]].map(toSquare);
    lines.append(svg("path", { class: "pad-triangle", d: `M${corners.join("L")}Z` }));
  }
  const label = (text, place, kind) => {
    const node = el("span", { class: kind, text });
    put(node, place);
    return node;
  };
  words.replaceChildren();
  ticks.replaceChildren();
  const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100].find((s) => side / s < 9) || side / 4;
  for (let i = Math.ceil(corner[0] / step); i * step < corner[0] + side; i++)
    ticks.append(label(show(i * step, step < 1 ? 1 : 0), [xy(i * step, 0)[0], 1], "pad-tick pad-tick-x"));
  for (let i = Math.ceil(corner[1] / step); i * step < corner[1] + side; i++)
    ticks.append(label(show(i * step, step < 1 ? 1 : 0), [0, xy(0, i * step)[1]], "pad-tick pad-tick-y"));
  for (const { radius, label: text } of circles) {
    const place = xy(radius * Math.SQRT1_2, radius * Math.SQRT1_2);
    if (Math.min(...place) > 0 && Math.max(...place) < 1) words.append(label(text, place, "pad-sigma"));
  }
  scene.points.forEach(({ name }, i) => ticks.append(label(name, toSquare([[0, 0], [1, 0], [0, 1]][i]), "pad-anchor")));
  tiles.hidden = true;
  drawDots();
}

function drawDots() {
  const scale = window.devicePixelRatio || 1;
  const size = Math.round(square.clientWidth * scale);
  dots.width = dots.height = size; // also wipes it
  if (!scene?.dots || !size) return;
  const pen = dots.getContext("2d");
  pen.globalAlpha = 0.75;
  pen.font = `${7 * scale}px sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  scene.dots.xy.forEach(([x, y], i) => {
    const label = scene.dots.label[i];
    if (hidden.has(label)) return;
    const [s, t] = xy(x, y);
    pen.fillStyle = COLOURS[label % COLOURS.length];
    pen.fillText(MARKS[label % MARKS.length], s * size, t * size);
  });
}
new ResizeObserver(() => scene && !isUnit() && drawDots()).observe(square);

async function drawBackdrop() {
  const mine = scene;
  const { view, anchors } = mine;
  const unit = isUnit() ? at[0] : 0;
  if (isUnit()) strip.classList.add("pad-waiting");
  else square.classList.add("pad-waiting");
  const answer = await ask("backdrop", { checkpoint: view.checkpoint, mode: view.mode, anchors, unit });
  if (scene !== mine || (isUnit() && unit !== at[0])) return;
  square.classList.remove("pad-waiting");
  strip.classList.remove("pad-waiting");
  if (answer.error) life.fail(answer.error);
  else if (isUnit()) drawStrip(answer);
  else if (answer.tiles) drawTiles(answer);
  else drawTerritories(answer);
}

/** n x n decoded pictures as one; intensity is the opacity of ink. */
function drawTiles({ n, tiles: packed }) {
  const data = bytes(packed);
  const size = n * 28;
  const context = tiles.getContext("2d");
  tiles.width = tiles.height = size;
  const image = context.createImageData(size, size);
  for (let i = 0; i < data.length; i++) {
    const tile = Math.floor(i / 784);
    const y = Math.floor(tile / n) * 28 + Math.floor((i % 784) / 28);
    const x = (tile % n) * 28 + (i % 28);
    image.data[4 * (y * size + x) + 3] = data[i];
  }
  context.putImageData(image, 0, 0);
  tiles.hidden = false;
}

/** A map of sentences: a border wherever neighbouring cells decode to different ones. */
function drawTerritories({ n, texts, cells }) {
  let path = "";
  for (let row = 0; row < n; row++)
    for (let column = 0; column < n; column++) {
      const [s, t, here] = [column / n, row / n, cells[row * n + column]];
      if (column && cells[row * n + column - 1] !== here) path += `M${s} ${t}v${1 / n}`;
      if (row && cells[(row - 1) * n + column] !== here) path += `M${s} ${t}h${1 / n}`;
    }
  lines.querySelector(".pad-borders").setAttribute("d", path);
  // Largest first; a name is written where it covers neither another name nor a point.
  const sums = texts.map(() => [0, 0, 0]);
  cells.forEach((text, i) => {
    const sum = sums[text];
    sum[0] += (i % n) + 0.5;
    sum[1] += Math.floor(i / n) + 0.5;
    sum[2] += 1;
  });
  const width = square.clientWidth || 560;
  const taken = [[0, 0], [1, 0], [0, 1]].map((corner) => [...toSquare(corner), 12 / width]);
  const order = texts.map((_, i) => i).sort((a, b) => sums[b][2] - sums[a][2]);
  for (const i of order) {
    const [x, y, size] = sums[i];
    if (size < 3) break;
    const text = texts[i].split(" ").slice(0, 4).join(" ");
    const half = (3.3 * text.length + 4) / width;
    const place = [Math.min(1 - half, Math.max(half, x / size / n)), y / size / n];
    const covers = ([s, t, h]) => Math.abs(s - place[0]) < half + h && Math.abs(t - place[1]) < 20 / width;
    if (half > 0.4 || taken.some(covers)) continue;
    taken.push([...place, half]);
    const node = el("span", { class: "pad-name", text });
    put(node, place);
    words.append(node);
  }
}

function pointer(event) {
  const box = square.getBoundingClientRect();
  const s = (event.clientX - box.left - square.clientLeft) / square.clientWidth;
  const t = (event.clientY - box.top - square.clientTop) / square.clientHeight;
  return fromSquare([s, t].map((x) => Math.min(1, Math.max(0, x))));
}

let dragging = false;
square.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || !scene) return;
  dragging = true;
  square.setPointerCapture(event.pointerId);
  go(pointer(event), { time: event.timeStamp });
});
// Chromium delivers at most one pointermove for each frame, so no throttle is needed here.
square.addEventListener("pointermove", (event) => {
  if (dragging) go(pointer(event), { time: event.timeStamp });
});
for (const end of ["pointerup", "pointercancel"]) square.addEventListener(end, () => (dragging = false));

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
square.addEventListener("keydown", (event) => {
  if (!scene || event.ctrlKey || event.metaKey || event.altKey) return;
  const arrow = ARROWS[event.key];
  if (!arrow && event.key !== "Home") return;
  event.preventDefault();
  event.stopPropagation();
  const step = event.shiftKey ? 0.1 : 0.01;
  const inside = (x) => Math.min(1, Math.max(0, x));
  const place = arrow ? fromSquare(toSquare(at).map((x, i) => inside(x + step * arrow[i]))) : scene.home;
  go(place, { time: event.timeStamp, glide: true });
});

// ---- one unit -----------------------------------------------------------------------------

function drawUnits() {
  const most = Math.max(...scene.units.map((unit) => unit.activity), 1e-9);
  units.replaceChildren(...scene.units.map(({ index, activity, kl }) => {
    const bar = el("i", { "aria-hidden": "true" });
    bar.style.width = `${(100 * activity) / most}%`;
    return el("button", {
      type: "button", role: "radio", "data-unit": index, tabindex: "-1", "aria-checked": "false",
      on: { click: () => go([index, at[1]]) },
    }, el("span", { text: `unit ${index}` }), el("b", {}, bar), el("span", { text: `activity ${show(activity)}` }), el("span", { text: `KL ${show(kl)} nats` }));
  }));
}
units.addEventListener("keydown", (event) => {
  const step = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key];
  if (!step) return;
  event.preventDefault();
  event.stopPropagation();
  const place = scene.units.findIndex((unit) => unit.index === at[0]) + step;
  const unit = scene.units[Math.min(scene.units.length - 1, Math.max(0, place))];
  go([unit.index, at[1]], { time: event.timeStamp });
  units.querySelector(`[data-unit="${unit.index}"]`).focus();
});

function showUnit(changed) {
  const chosen = units.querySelector(`[data-unit="${at[0]}"]`);
  if (changed || chosen?.ariaChecked !== "true") {
    for (const row of units.children) {
      row.ariaChecked = String(row === chosen);
      row.tabIndex = row === chosen ? 0 : -1;
    }
    if (chosen) units.scrollTop = chosen.offsetTop - units.offsetTop - 64;
    const range = scene.ranges[scene.units.findIndex((unit) => unit.index === at[0])] || [-3, 3];
    [slider.min, slider.max] = range;
    slider.step = 0.01;
    drawBackdrop();
  }
  slider.value = at[1];
  sliderLabel.textContent = `Value of unit ${at[0]}: ${show(at[1])}`;
  for (const cell of strip.children) cell.ariaPressed = String(Math.abs(cell.dataset.value - at[1]) < 0.005);
}
slider.addEventListener("input", (event) => go([at[0], Number(slider.value)], { time: event.timeStamp }));
slider.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -0.25, ArrowRight: 0.25 }[event.key];
  if (!step || !event.shiftKey) return;
  event.preventDefault();
  const value = Math.min(slider.max, Math.max(slider.min, at[1] + step));
  go([at[0], value], { time: event.timeStamp });
});

function drawStrip({ values, items }) {
  strip.replaceChildren(...values.map((value, i) => el("button", {
    type: "button", "data-value": value, "aria-label": `value ${show(value)}`,
    on: { click: (event) => go([at[0], value], { time: event.timeStamp }) },
  }, thing(items[i]), el("span", { text: show(value) }))));
}

// ---- the item and what is said of it ------------------------------------------------------

/** A sentence as text, a picture as a small canvas. */
function thing(item) {
  if (isText()) return el("span", { class: "pad-text", text: item });
  const canvas = el("canvas", { "aria-hidden": "true" });
  paint(canvas, bytes(item));
  return canvas;
}

function drawItem(item) {
  if (isText()) sentence.textContent = item;
  else paint(picture, bytes(item));
}

function drawNumbers({ z, log_p_z, log_p_x, round_trip, distance, off_manifold, nearest }) {
  const [first, second] = axes();
  const filled = Math.round(5 * (round_trip ?? 0));
  const said = [
    [isUnit() ? `unit ${at[0]}` : `${first}, ${second}`, isUnit() ? show(at[1]) : `${show(at[0])}, ${show(at[1])}`,
      `The place on the pad. The code has ${z.length} numbers: ${z.map((x) => show(x)).join(", ")}`],
    ["log p(z)", log_p_z == null ? "no prior" : `${show(log_p_z, 1)} nats`, "How likely this code is under the prior N(0, I)."],
    ["log p(x|z)", log_p_x == null ? "no density" : `${show(log_p_x, 1)} nats`, "How sure the decoder is of the item shown."],
    ["round trip", round_trip == null ? "–" : `${"●".repeat(filled)}${"○".repeat(5 - filled)} ${show(100 * round_trip, 0)}%`,
      "The item is encoded and decoded again: the share that comes back."],
    ["distance to data", distance == null ? "–" : `percentile ${show(distance, distance < 10 ? 1 : 0)}`,
      "Density of training codes here, as a percentile among held-out codes; below 1 is far from data."],
  ];
  facts.replaceChildren(...said.flatMap(([name, value, why]) => [el("dt", { text: name, title: why }), el("dd", { text: value, title: why })]));
  mark.textContent = off_manifold ? "far from data" : "";
  mark.title = off_manifold ? "Fewer than 1% of held-out codes lie in so thin a region." : "";
  nearestItem.replaceChildren(thing(nearest.item));
  const label = nearest.label ? `, class ${nearest.label}` : "";
  nearestNote.textContent = `As the model reconstructs it${label}; ${show(nearest.away)} away in z`;
}

function drawFilm() {
  film.replaceChildren(...Array.from({ length: FILM }, (_, i) => {
    const place = places[i];
    if (!place) return el("span", { class: "pad-slot" });
    const name = isText() ? `${placeText(place.at)}: ${place.item}` : placeText(place.at);
    return el("button", {
      type: "button", class: "pad-slot", title: name, "aria-label": `Go back to ${name}`,
      on: { click: (event) => go(place.at, { time: event.timeStamp, glide: true }) },
    }, thing(place.item));
  }));
}

function columns() {
  const [first, second] = axes();
  return [first, second, "decoded", "log p(z), nats", "log p(x|z), nats", "round trip", "distance percentile"];
}

function drawTable() {
  head.replaceChildren(...columns().map((text) => el("th", { text, scope: "col" })));
  rows.replaceChildren(...places.map((place) => el("tr", {},
    ...place.at.map((x) => el("td", { text: show(x, 4) })),
    el("td", {}, thing(place.item)),
    ...[place.log_p_z, place.log_p_x, place.round_trip, place.distance].map((x) => el("td", { text: show(x) })))));
}

function exportCsv() {
  const size = places[0]?.z.length ?? 0;
  const z = Array.from({ length: size }, (_, i) => `z${i}`);
  const lines = places.map((p) => [
    ...p.at, isText() ? p.item : "", p.log_p_z, p.log_p_x, p.round_trip, p.distance, ...p.z,
  ]);
  const text = latent.csv([[...columns(), ...z], ...lines]);
  latent.download("places.csv", "text/csv", text);
}

function drawLegend() {
  if (scene.dots) {
    const toggle = (label) => {
      if (hidden.has(label)) hidden.delete(label);
      else hidden.add(label);
      drawDots();
      drawLegend();
    };
    const all = scene.classes.map((_, label) => label);
    const chips = all.map((label) => {
      const glyph = el("i", { text: MARKS[label % MARKS.length], "aria-hidden": "true" });
      glyph.style.color = COLOURS[label % COLOURS.length];
      return el("button", {
        type: "button", "aria-pressed": String(!hidden.has(label)), on: { click: () => toggle(label) },
      }, glyph, el("span", { text: scene.classes[label] }));
    });
    const everything = el("button", {
      type: "button", "aria-pressed": String(hidden.size === 0),
      on: {
        click: () => {
          hidden = hidden.size ? new Set() : new Set(all);
          drawDots();
          drawLegend();
        },
      },
    }, el("span", { text: "Held-out codes" }));
    legend.replaceChildren(everything, ...chips);
    return;
  }
  legend.replaceChildren(...scene.points.map(({ name, label, item }, i) => el("button", {
    type: "button", class: "pad-point", title: `Go to ${name}`,
    on: { click: () => go(isUnit() ? scene.home : [[0, 0], [1, 0], [0, 1]][i], { glide: true }) },
  }, el("b", { text: name }), ...(isText() ? [el("span", { class: "pad-text", text: `${label}  →  ${item}` })] : [thing(item), el("span", { class: "pad-note", text: label })]))));
}
