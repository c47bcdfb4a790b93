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
import { el } from "../../page/dom.js";
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

export const STEPS = 8; // decoded places along a path

export const id = (ui, name) => `${ui.props.prefix}-${name}`;

const fresh = (ui) => ({
  view: ui.scene.views[0].id,
  colour: "mode.0",
  tool: "point",
  find: "",
  at: `p${ui.scene.home}`,
  lit: null,
  contours: false,
  labels: true,
  draw: null, // seed of the code of a sentence of one's own; its mean without
  zoom: null,
});
export const isText = (ui) => ui.scene.modality === "text";
export const noun = (ui, n) =>
  `${count(n)} ${isText(ui) ? "sentence" : "picture"}${n === 1 ? "" : "s"}`;
export function view(ui) {
  const found = ui.scene.byId[ui.look.view];
  if (!found.points) {
    found.points = new Float32Array(bytes(found.xy).buffer);
    found.bounds = bounds(found);
  }
  return found;
}
export function modeName(ui, j, k) {
  const given = ui.names[`${j + 1}.${k + 1}`];
  const number = ui.scene.variables > 1 ? `c${j + 1} mode ${k + 1}` : `mode ${k + 1}`;
  return given ? `${number}, ${given}` : number;
}
export const ask = (ui, name, question) =>
  ui.sent(name, { checkpoint: ui.scene.checkpoint, ...question });

/** Called with the server's answer. */
export function draw(ui, data, request) {
  const same = ui.scene?.answer === data;
  if (!same) {
    stopWatching(ui);
    ui.scene = { ...data, answer: data, checkpoint: request.checkpoint };
    ui.words = ui.lassoed = ui.selection = null;
    ui.names = {};
    const none = Boolean(data.absent);
    ui.missing.hidden = !none;
    for (const node of [ui.bar, ui.sheet, ui.table]) node.hidden = none;
    delete ui.element.dataset.points;
    delete ui.element.dataset.settled;
    if (none) return showAbsence(ui, data);
    unpack(ui);
  }
  if (!same || ui.given) {
    restore(ui, ui.given ? request.map : "");
    ui.given = false;
  }
}

/** Categories that are numbers go by their size, not by how many items they have. */
function inOrder(tag) {
  const sorted = [...tag.categories].sort((a, b) => a - b);
  const rank = tag.categories.map((name) => sorted.indexOf(name));
  tag.ids = tag.ids.map((id) => rank[id]);
  tag.categories = sorted;
}

function unpack(ui) {
  ui.scene.byId = Object.fromEntries(ui.scene.views.map((each) => [each.id, each]));
  for (const key of ["modes", "sure"]) ui.scene[key] = ui.scene[key].map(bytes);
  for (const tag of ui.scene.tags) {
    tag.ids = bytes(tag.ids);
    if (tag.categories.every((name) => /^\d+$/.test(name))) inOrder(tag);
  }
  if (ui.scene.lengths) ui.scene.lengths = bytes(ui.scene.lengths);
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
  const choice = (key, text) => el("option", { value: key, text });
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

/** Show what a link asks for, or the beginning. */
function restore(ui, text) {
  const asked = link.read(text);
  ui.look = fresh(ui);
  if (ui.scene.byId[asked.view]) ui.look.view = asked.view;
  if ([...ui.colours.options].some(({ value }) => value === asked.colour))
    ui.look.colour = asked.colour;
  if (HINTS[asked.tool]) ui.look.tool = asked.tool;
  ui.look.find = asked.find ?? "";
  ui.look.contours = asked.contours === "1";
  ui.look.labels = asked.labels !== "0";
  ui.look.draw = asked.draw ? Number(asked.draw) : null;
  const lit = asked.lit?.split(".").map(Number);
  if (lit && lit[0] in ui.scene.modes && lit[1] >= 0 && lit[1] < ui.scene.components)
    ui.look.lit = lit;
  const zoom = asked.zoom?.split("~").map(Number);
  if (zoom?.length === 3 && zoom.every(Number.isFinite) && zoom[2] > 0) ui.look.zoom = zoom;
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
  tell("latent-map", { checkpoint: ui.scene.checkpoint });
  showAt(ui, asked.at ?? ui.look.at);
}

async function fetchTexts(ui) {
  const mine = ui.scene;
  if (!ui.words) {
    const answer = await ask(ui, "texts", {});
    if (ui.scene !== mine) return;
    if (answer.error) return fail(ui, answer.error);
    ui.words = answer.texts;
    ui.original = answer.original;
    ui.scene.thumbs = answer.thumbs && bytes(answer.thumbs);
    ui.words.low = ui.words.map((text) => text.toLowerCase());
    readWords(ui);
    ui.element.dataset.texts = ui.words.length;
    if (ui.selection?.kind === "point") drawCard(ui);
  }
  if (ui.look.find) find(ui);
  drawTable(ui);
}

function showAt(ui, at) {
  const row = /^p(\d+)$/.exec(at)?.[1];
  if (at.startsWith("s~") && isText(ui)) {
    ui.typed.value = at.slice(2);
    placeSentence(ui, ui.typed.value);
  } else if (row !== undefined && row < ui.scene.n) selectPoint(ui, Number(row), { quiet: true });
  else if (/^-?[\d.e-]+~-?[\d.e-]+(~\d+)?$/.test(at)) {
    const [x, y, base] = at.split("~").map(Number);
    selectPlace(ui, [x, y], { base: base ?? null });
  } else selectPoint(ui, ui.scene.home, { quiet: true });
}

/** The state as text: this widget's value, and its field in links. See read_state in widget.py. */
export function remember(ui) {
  const state = { view: ui.look.view, colour: ui.look.colour };
  if (ui.look.tool !== "point") state.tool = ui.look.tool;
  if (ui.look.find) state.find = ui.look.find;
  if (ui.look.lit) state.lit = ui.look.lit.join(".");
  if (ui.look.contours) state.contours = "1";
  if (!ui.look.labels) state.labels = "0";
  if (ui.look.draw != null && ui.look.at.startsWith("s~")) state.draw = ui.look.draw;
  if (ui.look.zoom) state.zoom = ui.look.zoom.map((x) => Number(x.toPrecision(5))).join("~");
  state.at = ui.look.at;
  ui.written = link.write(state);
  ui.props.value = ui.written;
  keep(ui.TAB, { map: ui.written });
}

export function fail(ui, sentence) {
  ui.life.fail(sentence);
  ui.element.classList.remove("lp-stale"); // the map itself is still good
}
export function recover(ui) {
  const error = ui.element.querySelector(".lp-error");
  error.hidden = true;
}

// ---- state --------------------------------------------------------------------------------

function setUp(ui) {
  ui.full = {}; // the tab's request, this widget's own field aside
  ui.scene = null; // the points, as the server sent them
  ui.look = {}; // what of them is shown, and how; see fresh()
  ui.words = null; // one sentence for each point, once they have come
  ui.names = {}; // that a person gave to modes: "1.2" -> "weather"; the microscope tells them
  ui.original = false; // whether these are the corpus's own
  ui.selection = null; // see selection.js
  ui.lassoed = null; // Uint8Array, 1 for points within the lasso
  ui.given = ui.props.value !== ""; // the state was set from outside, by a link
  ui.written = ui.props.value;
  ui.watch("value", () => (ui.given ||= ui.props.value !== ui.written));
  ui.sent = ui.life.ask;
  ui.run = ui.life.view.run;
  ui.life.view.run = (request) => {
    if (ui.scene) ui.since = performance.now(); // the first time counts from when the tab opened
    ui.full = { ...request };
    delete ui.full.map;
    return ui.run({ checkpoint: request.checkpoint, map: request.map });
  };
  hear("latent-mode", (detail) => {
    if (
      !ui.element.isConnected ||
      !ui.scene ||
      ui.scene.absent ||
      detail?.checkpoint !== ui.scene.checkpoint
    )
      return;
    const { variable: j, component: k } = detail;
    if (!(j in ui.scene.modes) || !(k >= 0 && k < ui.scene.components)) return;
    if (ui.look.lit?.join() !== `${j},${k}`) setLit(ui, [j, k], { tell: false });
  });
  hear("latent-names", (detail) => {
    if (!ui.scene || ui.scene.absent || detail?.checkpoint !== ui.scene.checkpoint) return;
    ui.names = detail.names;
    recolour(ui);
    drawMarks(ui);
    redraw(ui);
    if (ui.selection) drawCard(ui);
  });
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = { ...given };
  setUpSheet(ui);
  setUp(ui);
  setUpControls(ui);
  setUpPlot(ui);
  setUpPointer(ui);
  setUpPaint(ui);
  setUpSelection(ui);
  setUpTable(ui);
}
