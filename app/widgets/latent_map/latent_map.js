// The latent map: held-out codes in two dimensions, decoded wherever one clicks. Emits "ready"
// and "select". Its parts:
//   latent_map.js  the points that came, what of them is shown, and the link to it
//   sheet.js       what is on the page
//   controls.js    view, tool, colour, contours, search, the mode that is lit
//   plot.js        the frame: where a place lies, zoom, and what is nearest
//   pointer.js     what pointer and keys do on it
//   stroke.js      lines and loops drawn over it
//   paint.js       the points, and their colours and legend
//   contours.js    density contours
//   labels.js      words of the areas that are seen
//   selection.js   what is selected: a point, a place, a path, a sentence
//   card.js        its card beside the map
//   table.js       the table twin, exports, and the offer to compute a map
//
// Points come once. They are drawn on the processor into one bitmap, which takes some
// milliseconds for 20,000 of them and needs no WebGL. `performance` holds an entry for each
// "latent-map-drawn" (tab opened or checkpoint chosen, to points), "latent-map-recolour" and
// "latent-map-decode" (from the click's own time stamp to the text); map_latency.py reads them.

import { keep } from "../../page/address.js";
import { el, one } from "../../page/dom.js";
import { hear, tell } from "../../page/events.js";
import { count } from "../../page/numbers.js";
import { bytes } from "../../page/pictures.js";
import * as link from "../../page/state.js";
import { drawCard } from "./card.js";
import { setLit, setUp as setUpControls } from "./controls.js";
import { readWords } from "./labels.js";
import { drawMarks, find, recolour, redraw, setUp as setUpPaint } from "./paint.js";
import { bounds, fit, frameOf, measureStage, setUp as setUpPlot } from "./plot.js";
import { setUp as setUpPointer } from "./pointer.js";
import { placeSentence, selectPlace, selectPoint, setUp as setUpSelection } from "./selection.js";
import { HINTS, setUp as setUpSheet } from "./sheet.js";
import { drawTable, setUp as setUpTable, showAbsence, stopWatching } from "./table.js";

/**
 * @typedef {import("./types.js").Absent} Absent
 * @typedef {import("./types.js").Loaded} Loaded
 * @typedef {import("./types.js").Look} Look
 * @typedef {import("./types.js").RawView} RawView
 * @typedef {import("./types.js").Scene} Scene
 * @typedef {import("./types.js").Tag} Tag
 * @typedef {import("./types.js").Texts} Texts
 * @typedef {import("./types.js").Tool} Tool
 * @typedef {import("./types.js").Ui} Ui
 * @typedef {import("./types.js").View} View
 */

export const STEPS = 8; // decoded places along a path

/** @param {Ui} ui @param {string} name */
export const id = (ui, name) => `${ui.props.prefix}-${name}`;

/** @param {Ui} ui @returns {Look} */
const fresh = (ui) => ({
  view: ui.scene.views[0].id,
  colour: "mode.0",
  tool: "point",
  find: "",
  at: `p${ui.scene.home}`,
  lit: null,
  contours: false,
  labels: true,
  draw: null,
  zoom: null,
});
/** @param {Ui} ui */
export const isText = (ui) => ui.scene.modality === "text";
/** @param {Ui} ui @param {number} n */
export const noun = (ui, n) =>
  `${count(n)} ${isText(ui) ? "sentence" : "picture"}${n === 1 ? "" : "s"}`;
/** The view that is shown. @param {Ui} ui */
export function view(ui) {
  const { seen, byId } = ui.scene;
  seen[ui.look.view] ??= opened(byId[ui.look.view]);
  return seen[ui.look.view];
}
/** @param {RawView} raw @returns {View} */
function opened(raw) {
  const points = new Float32Array(bytes(raw.xy).buffer);
  return { ...raw, points, bounds: bounds(points, raw.centres), areas: [], contours: [] };
}
/** @param {Ui} ui @param {number} j variable @param {number} k mode of it */
export function modeName(ui, j, k) {
  const given = ui.names[`${j + 1}.${k + 1}`];
  const number = ui.scene.variables > 1 ? `c${j + 1} mode ${k + 1}` : `mode ${k + 1}`;
  return given ? `${number}, ${given}` : number;
}
/** @param {Ui} ui @param {string} name of the question @param {object} question */
export const ask = (ui, name, question) =>
  ui.life.ask(name, { checkpoint: ui.checkpoint, ...question });

/**
 * Called with the server's answer.
 * @param {Ui} ui @param {Loaded | Absent} data @param {{checkpoint: string, map: string}} request
 */
export function draw(ui, data, request) {
  const same = ui.answer === data;
  if (!same) {
    stopWatching(ui);
    ui.turn++; // an answer to what was asked of the old map is void
    ui.answer = data;
    ui.checkpoint = request.checkpoint;
    ui.words = ui.lassoed = ui.selection = null;
    ui.names = {};
    ui.shown = !("absent" in data);
    ui.missing.hidden = ui.shown;
    for (const node of [ui.bar, ui.sheet, ui.table]) node.hidden = !ui.shown;
    delete ui.element.dataset.points;
    delete ui.element.dataset.settled;
    if ("absent" in data) return showAbsence(ui, data);
    ui.scene = unpacked(data);
    offerChoices(ui);
  }
  if (!same || ui.given) {
    restore(ui, ui.given ? request.map : "");
    ui.given = false;
  }
}

/**
 * Categories that are numbers go by their size, not by how many items they have.
 * @param {Tag} tag @returns {Tag}
 */
function inOrder({ name, categories, ids }) {
  if (!categories.every((each) => /^\d+$/.test(each))) return { name, categories, ids };
  const sorted = [...categories].sort((a, b) => Number(a) - Number(b));
  const rank = categories.map((each) => sorted.indexOf(each));
  return { name, categories: sorted, ids: ids.map((id) => rank[id]) };
}

/** @param {Loaded} data @returns {Scene} */
function unpacked(data) {
  const { views, modes, sure, tags, lengths } = data;
  return {
    ...data,
    byId: Object.fromEntries(views.map((each) => [each.id, each])),
    seen: {},
    modes: modes.map(bytes),
    sure: sure.map(bytes),
    tags: tags.map((tag) => inOrder({ ...tag, ids: bytes(tag.ids) })),
    lengths: lengths === null ? null : bytes(lengths),
  };
}

/** What there is to choose from on this map. @param {Ui} ui */
function offerChoices(ui) {
  ui.element.dataset.modality = ui.scene.modality;
  ui.search.placeholder = isText(ui) ? "Search sentences" : "Search labels";
  ui.views.fill(
    ui.scene.views.map(({ id: key, title, exact }) => ({
      key,
      text: title,
      title: exact
        ? "A plane: each place on it is one code"
        : "Curved: a place has no code of its own, so its neighbours are blended",
    })),
  );
  const choice = (/** @type {string} */ key, /** @type {string} */ text) =>
    el("option", { value: key, text });
  const many = ui.scene.variables > 1;
  ui.colours.replaceChildren(
    ...ui.scene.modes.map((_, j) => choice(`mode.${j}`, many ? `mode of c${j + 1}` : "mode")),
    ...ui.scene.modes.map((_, j) =>
      choice(`sure.${j}`, many ? `responsibility of c${j + 1}` : "responsibility"),
    ),
    ...ui.scene.tags.map(({ name }) => choice(`tag.${name}`, name)),
    ui.scene.lengths ? choice("length", "length") : "",
    choice("trust", "neighbours kept"),
  );
  ui.made.textContent = `How the map was made: ${ui.scene.settings}.`;
}

/** What a link asks for, where this map has it. @param {Ui} ui @param {Record<string, string>} asked */
function lookOf(ui, asked) {
  const look = fresh(ui);
  if (ui.scene.byId[asked.view]) look.view = asked.view;
  if ([...ui.colours.options].some(({ value }) => value === asked.colour))
    look.colour = asked.colour;
  if (isTool(asked.tool)) look.tool = asked.tool;
  look.find = asked.find ?? "";
  look.contours = asked.contours === "1";
  look.labels = asked.labels !== "0";
  look.draw = asked.draw ? Number(asked.draw) : null;
  const [j, k] = (asked.lit ?? "").split(".").map(Number);
  if (asked.lit && hasMode(ui, j, k)) look.lit = [j, k];
  const zoom = (asked.zoom ?? "").split("~").map(Number);
  const [x, y, times] = zoom;
  if (zoom.length === 3 && zoom.every(Number.isFinite) && times > 0) look.zoom = [x, y, times];
  return look;
}

/** @param {string} name @returns {name is Tool} */
const isTool = (name) => Object.hasOwn(HINTS, name);
/** @param {Ui} ui @param {number} j variable @param {number} k */
const hasMode = (ui, j, k) => j in ui.scene.modes && k >= 0 && k < ui.scene.components;

/** Show what a link asks for, or the beginning. @param {Ui} ui @param {string} text */
function restore(ui, text) {
  const asked = link.read(text);
  ui.look = lookOf(ui, asked);
  ui.views.show(ui.look.view);
  ui.tools.show(ui.look.tool);
  ui.hint.textContent = HINTS[ui.look.tool];
  ui.colours.value = ui.look.colour;
  ui.search.value = ui.look.find;
  ui.contours.setAttribute("aria-pressed", String(ui.look.contours));
  ui.labels.setAttribute("aria-pressed", String(ui.look.labels));
  ui.status.textContent = "";
  ui.lassoed = null;
  ui.hidden.clear();
  ui.selection = null;
  measureStage(ui);
  recolour(ui);
  if (ui.look.zoom) frameOf(ui, ui.look.zoom);
  else fit(ui, { quiet: true });
  fetchTexts(ui);
  tell("latent-map", { checkpoint: ui.checkpoint });
  showAt(ui, asked.at ?? ui.look.at);
}

/** @param {Ui} ui */
async function fetchTexts(ui) {
  const mine = ui.answer;
  if (!ui.words) {
    /** @type {Texts} */
    const answer = await ask(ui, "texts", {});
    if (ui.answer !== mine) return;
    if (answer.error) return fail(ui, answer.error);
    ui.words = answer.texts;
    ui.low = ui.words.map((text) => text.toLowerCase());
    ui.original = answer.original;
    ui.scene.thumbs = answer.thumbs ? bytes(answer.thumbs) : null;
    readWords(ui);
    ui.element.dataset.texts = String(ui.words.length);
    if (ui.selection?.kind === "point") drawCard(ui);
  }
  if (ui.look.find) find(ui);
  drawTable(ui);
}

/** @param {Ui} ui @param {string} at */
function showAt(ui, at) {
  const row = Number(/^p(\d+)$/.exec(at)?.[1]);
  if (at.startsWith("s~") && isText(ui)) {
    ui.typed.value = at.slice(2);
    placeSentence(ui, ui.typed.value);
  } else if (row < ui.scene.n) selectPoint(ui, row, { quiet: true });
  else if (/^-?[\d.e-]+~-?[\d.e-]+(~\d+)?$/.test(at)) {
    const [x, y, base] = at.split("~").map(Number);
    selectPlace(ui, [x, y], { base: base ?? null });
  } else selectPoint(ui, ui.scene.home, { quiet: true });
}

/**
 * The state as text: this widget's value, and its field in links. See read_state in widget.py.
 * @param {Ui} ui
 */
export function remember(ui) {
  const { view, colour, tool, find, lit, contours, labels, draw, zoom, at } = ui.look;
  ui.written = link.write({
    view,
    colour,
    tool: tool === "point" ? "" : tool,
    find,
    lit: lit?.join("."),
    contours: contours ? "1" : "",
    labels: labels ? "" : "0",
    draw: at.startsWith("s~") ? draw : null,
    zoom: zoom?.map((x) => Number(x.toPrecision(5))).join("~"),
    at,
  });
  ui.props.value = ui.written;
  keep(ui.TAB, { map: ui.written });
}

/** @param {Ui} ui @param {string} sentence */
export function fail(ui, sentence) {
  ui.life.fail(sentence);
  ui.element.classList.remove("lp-stale"); // the map itself is still good
}
/** @param {Ui} ui */
export function recover(ui) {
  one(ui.element, ".lp-error").hidden = true;
}

// ---- state --------------------------------------------------------------------------------

/** @param {Ui} ui */
function setUp(ui) {
  ui.full = {};
  ui.shown = false;
  ui.words = null;
  ui.names = {};
  ui.original = false;
  ui.selection = null;
  ui.lassoed = null;
  ui.given = ui.props.value !== "";
  ui.written = ui.props.value;
  ui.watch("value", () => (ui.given ||= ui.props.value !== ui.written));
  const { run } = ui.life.view;
  ui.life.view.run = ({ map, ...full }) => {
    if (ui.answer) ui.since = performance.now(); // the first time counts from when the tab opened
    ui.full = full;
    return run?.({ checkpoint: full.checkpoint, map });
  };
  const mine = (/** @type {{checkpoint?: string} | undefined} */ detail) =>
    ui.shown && detail?.checkpoint === ui.checkpoint;
  hear("latent-mode", (detail) => {
    if (!ui.element.isConnected || !mine(detail)) return;
    const { variable: j, component: k } = detail;
    if (!hasMode(ui, j, k)) return;
    if (ui.look.lit?.join() !== `${j},${k}`) setLit(ui, [j, k], { tell: false });
  });
  hear("latent-names", (detail) => {
    if (!mine(detail)) return;
    ui.names = detail.names;
    recolour(ui);
    drawMarks(ui);
    redraw(ui);
    if (ui.selection) drawCard(ui);
  });
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = /** @type {Ui} */ ({ ...given });
  setUpSheet(ui);
  setUp(ui);
  setUpControls(ui);
  setUpPlot(ui);
  setUpPointer(ui);
  setUpPaint(ui);
  setUpSelection(ui);
  setUpTable(ui);
}
