// The latent pad: a square to drag over (or one unit's slider), and beside it what is there.
//
// Speed: a move asks for one decode. One question is on its way at a time; when its answer comes
// the newest place is asked, so places in between are skipped and nothing old is drawn last.
// Each answer leaves two entries in `performance`, both from the event's own time stamp:
// "latent-pad" until the item is drawn, "latent-pad-painted" until the browser has painted it.
// tests/ui/pad_latency.py drags and reads them; scripts/bench.py may call it.

import { setView } from "../../page/address.js";
import { checkpoints } from "../../page/checkpoints.js";
import { button, el, one, panelOf, say, svg } from "../../page/dom.js";
import { fixed } from "../../page/numbers.js";
import { bytes } from "../../page/pictures.js";
import { result } from "../../page/result.js";
import { tray } from "../../page/tray.js";
import { told } from "../../page/verdict.js";
import { drawPosterior } from "./posterior.js";
import { drawFilm, drawItem, drawLegend, drawNumbers, drawTable, exportCsv } from "./readout.js";
import { drawBackdrop, drawPlane, setUp as setUpSquare, showRing } from "./square.js";
import { drawUnits, setUp as setUpUnits, showUnit, unitName, unitValue } from "./units.js";
import { drawVerdicts, judged } from "./verdict.js";

/**
 * @typedef {import("./types.js").Answer} Answer
 * @typedef {import("./types.js").Given} Given
 * @typedef {import("./types.js").Request} Request
 * @typedef {import("./types.js").Told} Told
 * @typedef {import("./types.js").Ui} Ui
 */

const REST = 160; // ms without a move before a place counts as visited
export const FILM = 8;
const KEPT = 200; // visited places in the table
export const CORNERS = [
  [0, 0],
  [1, 0],
  [0, 1],
]; // (u, v) of the three points
const HINTS = {
  plane: "Drag, or use the arrow keys: Shift for larger steps, Home for the start.",
  globe:
    "Drag, or use the arrow keys, to turn the sphere: Shift for larger steps, Home for the start. " +
    "What is in the middle is decoded; a click brings a place there.",
  unit: "Choose a unit, then move its value; the other units keep theirs.",
  direction:
    "Choose a direction in which the codes nearby spread, then move along it, by their σ.",
};

/** @param {Ui} ui */
function setUp1(ui) {
  ui.life = result("explore", {
    element: ui.element,
    ready: () => ui.trigger("ready"),
    server: ui.server,
    draw: (data, request) => draw(ui, data, request),
    linked,
  });
}

// ---- what is on the page ------------------------------------------------------------------

/** @param {Ui} ui */
function setUp2(ui) {
  ui.tiles = el("canvas", { class: "pad-tiles lp-ink", "aria-hidden": "true" });
  ui.regions = el("canvas", { class: "pad-regions", "aria-hidden": "true" });
  ui.lines = svg("svg", { class: "pad-lines", viewBox: "0 0 1 1", "aria-hidden": "true" });
  ui.dots = el("canvas", { class: "pad-dots", "aria-hidden": "true" });
  ui.words = el("div", { class: "pad-words pad-clip", "aria-hidden": "true" });
  ui.ticks = el("div", { class: "pad-words", "aria-hidden": "true" });
  ui.names = el("div", { class: "pad-words pad-names", "aria-hidden": "true" });
  ui.over = svg("svg", { class: "pad-lines pad-over", viewBox: "0 0 1 1", "aria-hidden": "true" });
  ui.ring = el("div", { class: "pad-ring", "aria-hidden": "true" });
  ui.square = el(
    "div",
    {
      class: "pad-square",
      id: "explore-square",
      tabindex: "0",
      role: "slider",
      "aria-roledescription": "two-dimensional slider",
      "aria-label": "Latent plane",
      "aria-describedby": "explore-hint",
    },
    ui.tiles,
    ui.regions,
    ui.lines,
    ui.dots,
    ui.words,
    ui.ticks,
    ui.names,
    ui.over,
    ui.ring,
  );
  ui.units = el("div", {
    class: "pad-units",
    role: "radiogroup",
    "aria-label": "Unit or local direction",
  });
  ui.slider = el("input", { type: "range", class: "pad-slider", id: "explore-slider" });
  ui.sliderLabel = el("label", { for: ui.slider.id });
  ui.strip = el("div", { class: "pad-strip" });
  ui.unitPane = el(
    "div",
    { class: "pad-unit-pane", hidden: true },
    ui.units,
    ui.sliderLabel,
    ui.slider,
    ui.strip,
  );
  ui.legend = el("div", { class: "lp-legend pad-legend" });
  ui.verdicts = el("div", { class: "pad-verdicts", hidden: true });
  ui.spread = el("section", { class: "pad-spread", hidden: true });
  ui.hint = el("p", { class: "pad-note pad-hint", id: "explore-hint" });
  ui.picture = el("canvas", {
    class: "pad-picture",
    role: "img",
    "aria-label": "Decoded picture",
  });
  ui.sentence = el("p", { class: "pad-sentence" });
  ui.keep = el("div", { class: "pad-keep" });
  ui.facts = el("dl", { class: "pad-facts" });
  ui.mark = el("p", { class: "pad-mark", role: "status" });
  ui.nearestTitle = el("h3", { text: "Nearest held-out item" });
  ui.nearestItem = el("div", { class: "pad-nearest-item" });
  ui.nearestNote = el("p", { class: "pad-note" });
  ui.film = el("div", { class: "pad-film", role: "group", "aria-label": "The last eight places" });
  ui.rows = el("tbody");
  ui.head = el("tr");
  ui.table = el(
    "details",
    { class: "pad-table" },
    el("summary", { text: "Visited places as a table" }),
    el(
      "div",
      { class: "pad-scroll", tabindex: "0" },
      el("table", {}, el("thead", {}, ui.head), ui.rows),
    ),
  );
}

/** @param {Ui} ui */
function setUp3(ui) {
  ui.life.body.append(
    el(
      "div",
      { class: "pad-sheet" },
      el(
        "div",
        { class: "pad-left" },
        el("div", { class: "pad-frame" }, ui.square, ui.unitPane),
        ui.hint,
        ui.legend,
        ui.verdicts,
      ),
      el(
        "div",
        { class: "pad-right" },
        el(
          "div",
          { class: "pad-shown" },
          el("div", { class: "pad-item" }, ui.picture, ui.sentence, ui.keep),
          el("div", { class: "pad-numbers" }, ui.facts, ui.mark),
        ),
        el(
          "section",
          { class: "pad-nearest" },
          ui.nearestItem,
          el("div", {}, ui.nearestTitle, ui.nearestNote),
        ),
        el("h3", { text: "Last places" }),
        ui.film,
        ui.spread,
      ),
    ),
    ui.table,
  );
  ui.life.tools.prepend(
    button("save", "CSV of visited places", () => exportCsv(ui), { id: "explore-csv" }),
  );
}

/** @param {number} x */
const round = (x) => Math.round(x * 1e4) / 1e4 + 0; // + 0 turns -0 into 0

/** @param {Ui} ui */
export const isText = (ui) => ui.scene.modality === "text";

/** @param {Ui} ui */
export const isUnit = (ui) => ui.scene.kind === "unit";

/** Whether a whole sphere is seen. @param {Ui} ui */
export const isGlobe = (ui) => ui.scene.kind === "globe";

/** Where a point of the view is. @param {Ui} ui @param {number} i */
export const pointAt = (ui, i) => (isUnit(ui) || ui.scene.flat ? ui.scene.home : CORNERS[i]);

/**
 * A person's own item where the ring is on it: its name and what was given.
 * @param {Ui} ui
 */
export function ownAt(ui) {
  if (!["own", "drawn"].includes(ui.scene.view.points)) return null;
  const here = ui.at.join();
  const i = ui.scene.points.findIndex((_, point) => pointAt(ui, point).join() === here);
  const key = (isText(ui) ? "abc" : "pqr")[i];
  return i < 0 ? null : { name: "ABC"[i], value: ui.scene.view[key] };
}

/** @param {Ui} ui */
export const axes = (ui) =>
  isUnit(ui)
    ? ["unit", "value"]
    : isGlobe(ui)
      ? ["longitude", "latitude"]
      : ui.scene.flat
        ? ["z₁", "z₂"]
        : ["u", "v"];

/** @param {Ui} ui @param {string} sentence */
export function fail(ui, sentence) {
  ui.failed = true;
  ui.life.fail(sentence);
}

/** @param {Ui} ui */
function recover(ui) {
  if (!ui.failed) return;
  ui.failed = false;
  one(ui.element, ".lp-error").hidden = true;
  ui.element.classList.remove("lp-stale");
}

/**
 * Called with the server's answer to the controls.
 * @param {Ui} ui
 * @param {Answer} data
 * @param {Request} request
 */
function draw(ui, data, request) {
  /** @type {Request} */
  const view = { ...request, at: "", layer: "" };
  ui.layer = request.layer || "decoded";
  const same = ui.scene && JSON.stringify(ui.scene.view) === JSON.stringify(view);
  if (!same) {
    const other = !ui.scene || ui.scene.view.checkpoint !== view.checkpoint;
    ui.scene = { ...data, view, left: new Set() };
    ui.places = [];
    if (other) ui.hidden = new Set();
    ui.element.dataset.modality = data.modality;
    ui.element.dataset.kind = data.kind;
    ui.square.hidden = isUnit(ui);
    ui.unitPane.hidden = !isUnit(ui);
    const hint = isGlobe(ui) ? data.kind : view.mode;
    ui.hint.textContent = HINTS[/** @type {keyof typeof HINTS} */ (hint)];
    ui.square.setAttribute("aria-label", isGlobe(ui) ? "Sphere of codes" : "Latent plane");
    if (isUnit(ui)) drawUnits(ui);
    else drawPlane(ui);
    drawLegend(ui);
    drawFilm(ui);
  }
  ui.scene.left.clear();
  drawTable(ui);
  ui.at =
    ui.given && request.at ? request.at.split(",").map(Number) : same ? ui.at : ui.scene.home;
  ui.given = false;
  go(ui, ui.at, { rest: 0 });
}

// ---- going somewhere ----------------------------------------------------------------------

/**
 * Go to a place: the ring at once, the item as soon as it is decoded, the numbers at rest.
 * @param {Ui} ui
 * @param {number[]} place
 * @param {{time?: number, rest?: number, glide?: boolean}} [options]
 */
export function go(ui, place, { time = performance.now(), rest = REST, glide = false } = {}) {
  const unit = ui.at[0];
  ui.at = place.map(round);
  delete ui.element.dataset.settled;
  ui.element.classList.toggle("pad-glide", glide);
  if (isUnit(ui)) showUnit(ui, unit !== ui.at[0]);
  else showRing(ui);
  ui.wanted = { at: ui.at, time };
  follow(ui);
  clearTimeout(ui.resting);
  ui.resting = setTimeout(() => settle(ui), rest);
}

/** @param {Ui} ui */
async function follow(ui) {
  if (ui.asking) return;
  ui.asking = true;
  while (ui.wanted && ui.drawn !== ui.wanted) {
    const [target, mine] = [ui.wanted, ui.scene];
    const { view, anchors } = mine;
    const question = { checkpoint: view.checkpoint, mode: view.mode, anchors, at: target.at };
    const answer = await ui.ask("decode", question);
    if (ui.scene !== mine) continue;
    ui.drawn = target;
    if (answer.error) fail(ui, answer.error);
    else drawItem(ui, answer.item);
    ui.square.dataset.decoded = target.at.join(","); // how tests know
    measure(target.time);
  }
  ui.asking = false;
}

/** @param {number} start */
function measure(start) {
  if (performance.getEntriesByName("latent-pad").length > 1000) performance.clearMeasures();
  performance.measure("latent-pad", { start });
  requestAnimationFrame(() =>
    setTimeout(() => performance.measure("latent-pad-painted", { start })),
  );
}

/**
 * The place is kept: its numbers, the film strip, the table, the link and the script.
 * @param {Ui} ui
 */
async function settle(ui) {
  const [mine, here] = [ui.scene, ui.at];
  setTimeout(() => {
    if (!isUnit(ui) && !mine.backdrop && !mine.left.has("backdrop")) drawBackdrop(ui);
    drawVerdicts(ui);
  }, 0); // after the question below
  const { view, anchors, script } = mine;
  const answer = await ui.ask("inspect", {
    checkpoint: view.checkpoint,
    mode: view.mode,
    anchors,
    at: here,
    script,
    layer: judged(ui) ? "verdict" : "decoded",
  });
  if (ui.scene !== mine || ui.at !== here) return;
  if (answer.error) return fail(ui, answer.error);
  recover(ui);
  drawItem(ui, answer.item);
  drawNumbers(ui, answer);
  const code = one(ui.element, ".lp-code pre");
  code.textContent = answer.code;
  drawPosterior(ui).then((own) => {
    if (own) code.textContent = own;
  });
  ui.props.value = here.join(",");
  const link = linked({ ...view, at: ui.props.value, layer: ui.layer });
  setView("explore", link);
  ui.keep.replaceChildren(
    tray.star("explore", link, 0, isText(ui) ? answer.item : bytes(answer.item)),
  );
  ui.element.dataset.settled = ui.props.value; // how tests know
  if (ui.places[0]?.at.join() !== here.join()) {
    ui.places = [{ at: here, ...answer }, ...ui.places].slice(0, KEPT);
    drawFilm(ui);
    drawTable(ui);
    speak(ui, answer);
  }
}

/**
 * How many points a view starts from: three span a plane, one is changed unit by unit, and a plane
 * that is all of the latent space starts at one.
 * @param {Request} request
 */
function needed({ mode, checkpoint }) {
  const found = checkpoints[checkpoint];
  const whole = found?.latent_dim === 2 || (found?.spherical && found.latent_dim === 3);
  return mode !== "plane" || whole ? 1 : 3;
}

/**
 * Only what the view depends on goes into the link.
 * @param {Request} request
 */
function linked(request) {
  const { checkpoint, points, seed } = request;
  const other = request.layer && request.layer !== "decoded";
  const layer = other ? { layer: request.layer } : {};
  const always = { checkpoint, mode: request.mode, at: request.at, ...layer };
  const need = needed(request);
  const flat = request.mode === "plane" && need === 1;
  if (flat && points === "held-out") return always; // it hangs on nothing
  const drawn = points === "drawn";
  if (points !== "own" && !drawn) return { ...always, points, seed };
  const text = checkpoints[checkpoint]?.modality === "text";
  const own = (text ? ["a", "b", "c"] : ["p", "q", "r"]).slice(0, need);
  const items = Object.fromEntries(own.map((key) => [key, request[key]]));
  return { ...always, points, ...(drawn ? { seed } : {}), ...items };
}

/** @param {Ui} ui @param {Told} told */
function speak(ui, { item, nearest, typicality, verdict }) {
  const what = isText(ui)
    ? item
    : nearest.label
      ? `near a held-out item of class ${nearest.label}`
      : "picture";
  const said = verdict ? ` Verdict: ${told(ui.scene.judged, verdict)}.` : "";
  say(`${placeText(ui, ui.at)}: ${what}. Typicality ${fixed(typicality, 0)}%.${said}`);
}

/** @param {Ui} ui @param {number[]} place */
export const placeText = (ui, place) => {
  const [first, second] = axes(ui);
  if (isUnit(ui)) return `${unitName(ui, place[0])} = ${unitValue(ui, place)}`;
  return `${first} ${fixed(place[0])}, ${second} ${fixed(place[1])}`;
};

// ---- state --------------------------------------------------------------------------------

/** @param {Ui} ui */
function setUp4(ui) {
  ui.at = [0, 0]; // the newest place
  ui.wanted = null; // { at, time } to be decoded next
  ui.drawn = null; // the last of these that was
  ui.asking = false;
  ui.resting = 0; // timer
  ui.places = []; // visited, newest first
  ui.layer = "decoded";
  ui.hidden = new Set(); // classes whose dots are off
  ui.given = ui.props.value !== ""; // the place was set from outside, by a link
  ui.watch("value", () => (ui.given = true));
  ui.ask = ui.life.ask;
  // A mistake at a place is forgotten at the next place; one in the controls is not.
  ui.failed = false;
  // Which controls matter depends on the view; the stylesheet hides the others.
  ui.run = ui.life.view.run;
  ui.life.view.run = (request) => {
    const panel = panelOf(ui.element) ?? ui.element;
    panel.dataset.need = String(needed(request));
    panel.dataset.from = request.points;
    ui.failed = false;
    return ui.run(request);
  };
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUp1(ui);
  setUp2(ui);
  setUp3(ui);
  setUp4(ui);
  setUpSquare(ui);
  setUpUnits(ui);
}
