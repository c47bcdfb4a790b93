// The latent pad: a square to drag over (or one unit's slider), and beside it what is there.
//
// Speed: a move asks for one decode. One question is on its way at a time; when its answer comes
// the newest place is asked, so places in between are skipped and nothing old is drawn last.
// Each answer leaves two entries in `performance`, both from the event's own time stamp:
// "latent-pad" until the item is drawn, "latent-pad-painted" until the browser has painted it.
// tests/ui/pad_latency.py drags and reads them; scripts/bench.py may call it.
const { el, svg, button, bytes, paint, COLOURS, GLYPHS } = latent;
const life = latent.result("explore", { element, ready: () => trigger("ready"), server, draw, linked });

const REST = 160; // ms without a move before a place counts as visited
const PATIENCE = 15000; // ms
const FILM = 8;
const KEPT = 200; // visited places in the table
const CORNERS = [[0, 0], [1, 0], [0, 1]]; // (u, v) of the three points
const HINTS = {
  plane: "Drag, or use the arrow keys: Shift for larger steps, Home for the start.",
  unit: "Choose a unit, then move its value; the other units keep theirs.",
};
const LOST = "The server did not answer. Is it still running? Move again to retry.";

// ---- what is on the page ------------------------------------------------------------------

const tiles = el("canvas", { class: "pad-tiles lp-ink", "aria-hidden": "true" });
const lines = svg("svg", { class: "pad-lines", viewBox: "0 0 1 1", "aria-hidden": "true" });
const dots = el("canvas", { class: "pad-dots", "aria-hidden": "true" });
const words = el("div", { class: "pad-words pad-clip", "aria-hidden": "true" });
const ticks = el("div", { class: "pad-words", "aria-hidden": "true" });
const ring = el("div", { class: "pad-ring", "aria-hidden": "true" });
const square = el("div", {
  class: "pad-square", id: "explore-square", tabindex: "0", role: "slider",
  "aria-roledescription": "two-dimensional slider", "aria-label": "Latent plane",
  "aria-describedby": "explore-hint",
}, tiles, lines, dots, words, ticks, ring);
const units = el("div", { class: "pad-units", role: "radiogroup", "aria-label": "Unit, most active first" });
const slider = el("input", { type: "range", class: "pad-slider", id: "explore-slider" });
const sliderLabel = el("label", { for: slider.id });
const strip = el("div", { class: "pad-strip" });
const unitPane = el("div", { class: "pad-unit-pane", hidden: true }, units, sliderLabel, slider, strip);
const legend = el("div", { class: "lp-legend pad-legend" });
const hint = el("p", { class: "pad-note pad-hint", id: "explore-hint" });

const picture = el("canvas", { class: "pad-picture", role: "img", "aria-label": "Decoded picture" });
const sentence = el("p", { class: "pad-sentence" });
const keep = el("div", { class: "pad-keep" });
const facts = el("dl", { class: "pad-facts" });
const mark = el("p", { class: "pad-mark", role: "status" });
const nearestTitle = el("h3", { text: "Nearest held-out item" });
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
    el("div", { class: "pad-left" }, el("div", { class: "pad-frame" }, square, unitPane), hint, legend),
    el("div", { class: "pad-right" },
      el("div", { class: "pad-shown" },
        el("div", { class: "pad-item" }, picture, sentence, keep),
        el("div", { class: "pad-numbers" }, facts, mark)),
      el("section", { class: "pad-nearest" },
        nearestItem, el("div", {}, nearestTitle, nearestNote)),
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

const ask = latent.asker(server, PATIENCE, LOST);

// A mistake at a place is forgotten at the next place; one in the controls is not.
let failed = false;
function fail(sentence) {
  failed = true;
  life.fail(sentence);
}

function recover() {
  if (!failed) return;
  failed = false;
  element.querySelector(".lp-error").hidden = true;
  element.classList.remove("lp-stale");
}

// Which controls matter depends on the view; the stylesheet hides the others.
const run = life.view.run;
life.view.run = (request) => {
  const panel = element.closest('[role="tabpanel"]') || element;
  panel.dataset.need = needed(request);
  panel.dataset.from = needed(request) ? request.points : "";
  failed = false;
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
    hint.textContent = HINTS[data.kind];
    if (isUnit()) drawUnits();
    else drawPlane();
    drawLegend();
    drawFilm();
    drawTable();
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
  delete element.dataset.settled;
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
    if (answer.error) fail(answer.error);
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
  if (!isUnit() && !mine.backdrop) setTimeout(drawBackdrop, 0); // after the question below
  const { view, anchors, script } = mine;
  const answer = await ask("inspect", {
    checkpoint: view.checkpoint, mode: view.mode, anchors, at: here, script,
  });
  if (scene !== mine || at !== here) return;
  if (answer.error) return fail(answer.error);
  recover();
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
  const items = Object.fromEntries(own.map((key) => [key, request[key]]));
  return { checkpoint, mode, points, ...items, at: place };
}

function speak({ item, nearest, distance }) {
  const what = isText() ? item : nearest.label ? `near a held-out item of class ${nearest.label}` : "picture";
  latent.say(`${placeText(at)}: ${what}. Distance percentile ${show(distance, 0)}.`);
}

const placeText = (place) => {
  const [first, second] = axes();
  if (isUnit()) return `unit ${place[0]} = ${show(place[1])}`;
  return `${first} ${show(place[0])}, ${second} ${show(place[1])}`;
};
