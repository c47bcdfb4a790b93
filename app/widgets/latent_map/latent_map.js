// The latent map: held-out codes in two dimensions, decoded wherever one clicks. Emits "ready"
// and "select". Its parts:
//   latent_map.js  state, what is on the page, the controls, the questions to the server
//   plot.js        the frame: zoom, pointer, keys, and what is nearest
//   paint.js       the points, and their colours and legend
//   contours.js    density contours
//   card.js        what is selected: a point, a place, a path, a sentence
//   table.js       the table twin, exports, and the offer to compute a map
//
// Points come once. They are drawn on the processor into one bitmap, which takes some
// milliseconds for 20,000 of them and needs no WebGL. `performance` holds an entry for each
// "latent-map-drawn" (tab opened or checkpoint chosen, to points), "latent-map-recolour" and
// "latent-map-decode" (from the click's own time stamp to the text); map_latency.py reads them.

import { activeTab, keep } from "../../page/address.js";
import { button, el, svg } from "../../page/dom.js";
import { hear, tell } from "../../page/events.js";
import { count } from "../../page/numbers.js";
import { asker, result } from "../../page/result.js";
import * as link from "../../page/state.js";
import {
  drawCard,
  moveSelection,
  placeSentence,
  selectPlace,
  selectPoint,
  setUp as setUpCard,
} from "./card.js";
import { drawContours } from "./contours.js";
import {
  drawLegend,
  drawMarks,
  drawPoints,
  find,
  recolour,
  relight,
  setUp as setUpPaint,
} from "./paint.js";
import {
  bounds,
  clearStroke,
  fit,
  frameOf,
  measureStage,
  setUp as setUpPlot,
  zoomBy,
} from "./plot.js";
import { drawTable, setUp as setUpTable, showAbsence, stopWatching } from "./table.js";

const PATIENCE = 20000; // ms
export const STEPS = 8; // decoded places along a path
const LOST = "The server did not answer. Is it still running? Try again.";
const HINTS = {
  point:
    "Click a point to see it, an empty place to decode it; drag to move, wheel to zoom. Keys: arrows, Enter decodes, Space takes the nearest point, + − 0 zoom.",
  path: "Drag a line: eight places along it are decoded. Keys: arrows move, Enter sets a corner, Shift+Enter ends the line.",
  lasso:
    "Drag around points to list them below. Keys: arrows move, Enter sets a corner, Shift+Enter closes the loop.",
};

// ---- what is on the page ------------------------------------------------------------------

export const id = (ui, name) => `${ui.props.prefix}-${name}`;

/** Buttons of which one is pressed; arrow keys move along them. */
function segmented(ui, name, label, pick) {
  const group = el("div", {
    class: "map-segmented",
    role: "radiogroup",
    "aria-label": label,
    id: id(ui, name),
  });
  const fill = (choices) =>
    group.replaceChildren(
      ...choices.map(({ key, text, title }) =>
        el(
          "button",
          {
            type: "button",
            role: "radio",
            "data-key-name": key,
            title,
            on: { click: () => pick(key) },
          },
          text,
        ),
      ),
    );
  /** @returns {HTMLElement[]} */
  const buttons = () => [...group.querySelectorAll("button")];
  const show = (key) => {
    for (const node of buttons()) {
      node.setAttribute("aria-checked", String(node.dataset.keyName === key));
      node.tabIndex = node.dataset.keyName === key ? 0 : -1;
    }
  };
  group.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = buttons();
    const held = /** @type {HTMLElement} */ (document.activeElement);
    const next = all[(all.indexOf(held) + step + all.length) % all.length];
    next.click();
    next.focus();
  });
  return Object.assign(group, { fill, show });
}

function setUp1(ui) {
  ui.TAB = ui.props.tab;
  ui.since = performance.now(); // when the points that are shown were asked for
  ui.once = {
    run: (
      { checkpoint }, // the points of a checkpoint come once
    ) =>
      ui.scene?.checkpoint === checkpoint && !ui.scene.absent
        ? ui.scene.answer
        : ui.server.run({ checkpoint }),
  };
  ui.life = result(ui.TAB, {
    element: ui.element,
    ready: () => ui.trigger("ready"),
    server: ui.once,
    draw: (data, request) => draw(ui, data, request),
    linked: () => ui.full,
  });
  ui.views = segmented(ui, "views", "View", (key) => setView(ui, key));
  ui.tools = segmented(ui, "tools", "Tool", (key) => setTool(ui, key));
  ui.tools.fill([
    { key: "point", text: "Point", title: "Click to select or decode, drag to move" },
    { key: "path", text: "Path", title: "Drag a line to decode along it" },
    { key: "lasso", text: "Lasso", title: "Drag around points to list them" },
  ]);
  ui.colours = el("select", {
    class: "lp-input map-colour",
    id: id(ui, "colour"),
    on: { change: () => setColour(ui, ui.colours.value) },
  });
  ui.search = el("input", {
    class: "lp-input map-search",
    id: id(ui, "search"),
    type: "search",
    placeholder: "Search",
    maxlength: "200",
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": id(ui, "found"),
  });
  ui.found = el("output", { class: "map-found", id: id(ui, "found") });
  ui.contours = el(
    "button",
    {
      type: "button",
      class: "lp-button",
      id: id(ui, "contours"),
      "aria-pressed": "false",
      title:
        "Lines around the half and the nine tenths of each mode's points where they lie densest",
      on: { click: () => setContours(ui, !ui.look.contours) },
    },
    "Contours",
  );
  ui.canvas = el("canvas", { class: "map-points", "aria-hidden": "true" });
  ui.lines = svg("svg", { class: "map-lines", "aria-hidden": "true" });
  ui.marks = el("div", { class: "map-marks" });
}

function setUp2(ui) {
  ui.tip = el("div", { class: "map-tip", "aria-hidden": "true", hidden: true });
  ui.cross = el("div", { class: "map-cross", "aria-hidden": "true", hidden: true });
  ui.hint = el("p", { class: "map-note map-hint", id: id(ui, "hint") });
  ui.stage = el(
    "div",
    {
      class: "map-stage",
      id: id(ui, "stage"),
      tabindex: "0",
      role: "application",
      "aria-label": "Map of held-out codes",
      "aria-describedby": id(ui, "hint"),
    },
    ui.canvas,
    ui.lines,
    ui.marks,
    ui.cross,
    ui.tip,
  );
  ui.zoomer = el(
    "div",
    { class: "map-zoom" },
    button(null, "+", () => zoomBy(ui, 1.5), { "aria-label": "Zoom in" }),
    button(null, "−", () => zoomBy(ui, 1 / 1.5), { "aria-label": "Zoom out" }),
    button(null, "Fit", () => fit(ui), { title: "Show all points" }),
  );
  ui.legend = el("div", { class: "lp-legend map-legend", role: "group", "aria-label": "Legend" });
  ui.status = el("p", { class: "map-note map-status", role: "status" });
  ui.typed = el("input", {
    class: "lp-input",
    id: id(ui, "sentence"),
    placeholder: "Write a sentence to place it",
    maxlength: "400",
    autocomplete: "off",
  });
  ui.placer = el(
    "form",
    { class: "map-placer lp-only-text" },
    el("label", { class: "lp-offscreen", for: ui.typed.id, text: "A sentence of your own" }),
    ui.typed,
    el("button", { type: "submit", class: "lp-button" }, "Place"),
  );
  ui.card = el("section", {
    class: "map-card",
    id: id(ui, "card"),
    "aria-label": "What is selected",
  });
  ui.table = el("details", { class: "map-table", id: id(ui, "table") });
  ui.missing = el("div", { class: "map-missing", hidden: true });
  ui.sheet = el(
    "div",
    { class: "map-sheet" },
    el(
      "div",
      { class: "map-left" },
      el("div", { class: "map-frame" }, ui.stage, ui.zoomer),
      ui.status,
      ui.legend,
      ui.hint,
    ),
    el("div", { class: "map-right" }, ui.placer, ui.card),
  );
}

function setUp3(ui) {
  ui.bar = el(
    "div",
    { class: "map-bar" },
    ui.views,
    ui.tools,
    el("label", { class: "map-label" }, el("span", { text: "Colour by" }), ui.colours),
    ui.contours,
    el("label", { class: "lp-offscreen", for: ui.search.id, text: "Search" }),
    el("div", { class: "map-searching" }, ui.search, ui.found),
  );
  ui.life.body.append(ui.missing, ui.bar, ui.sheet, ui.table);
  for (const node of [ui.bar, ui.sheet, ui.table]) node.hidden = true; // until there is something in them
}

const fresh = (ui) => ({
  view: ui.scene.views[0].id,
  colour: "mode.0",
  tool: "point",
  find: "",
  at: `p${ui.scene.home}`,
  lit: null,
  contours: false,
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
export const modeName = (ui, j, k) =>
  ui.scene.variables > 1 ? `c${j + 1} mode ${k + 1}` : `mode ${k + 1}`;
export const ask = (ui, name, question) =>
  ui.sent(name, { checkpoint: ui.scene.checkpoint, ...question });

/** Called with the server's answer. */
function draw(ui, data, request) {
  const same = ui.scene?.answer === data;
  if (!same) {
    stopWatching(ui);
    ui.scene = { ...data, answer: data, checkpoint: request.checkpoint };
    ui.words = ui.lassoed = ui.selection = null;
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

/** As latent.bytes, ten times faster: a map is a million characters. */
export function bytes(base64) {
  const text = atob(base64);
  const out = new Uint8Array(text.length);
  for (let i = 0; i < out.length; i++) out[i] = text.charCodeAt(i);
  return out;
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
  );
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
  ui.status.textContent = "";
  ui.lassoed = null;
  ui.hidden.clear();
  ui.selection = null;
  measureStage(ui);
  recolour(ui);
  if (ui.look.zoom) frameOf(ui, ui.look.zoom);
  else fit(ui, { quiet: true });
  fetchTexts(ui);
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

// ---- controls -----------------------------------------------------------------------------

function setView(ui, key) {
  ui.look.view = key;
  ui.views.show(key);
  clearStroke(ui);
  fit(ui, { quiet: true });
  const kind = ui.look.colour.split(".")[0];
  if (view(ui).variable != null && (kind === "mode" || kind === "sure")) {
    // the one that is seen
    ui.colours.value = ui.look.colour = `${kind}.${view(ui).variable}`;
    ui.hidden.clear();
    recolour(ui);
  }
  drawLegend(ui);
  moveSelection(ui);
  drawMarks(ui);
  remember(ui);
}

function setTool(ui, key) {
  ui.look.tool = key;
  ui.tools.show(key);
  ui.hint.textContent = HINTS[key];
  ui.stage.dataset.tool = key;
  clearStroke(ui);
  remember(ui);
}

function setColour(ui, key) {
  const start = performance.now();
  ui.look.colour = key;
  ui.hidden.clear();
  recolour(ui);
  drawPoints(ui);
  drawMarks(ui);
  performance.measure("latent-map-recolour", { start });
  drawTable(ui);
  remember(ui);
}

function setContours(ui, on) {
  ui.look.contours = on;
  ui.contours.setAttribute("aria-pressed", String(on));
  drawContours(ui);
  drawLegend(ui);
  remember(ui);
}

/** Light up one mode, or none; told to the rest of the page where a person did it here. */
export function setLit(ui, lit, { tell: own = true } = {}) {
  ui.look.lit = lit;
  if (lit) {
    const [variable, component] = lit;
    if (own) {
      const detail = { checkpoint: ui.scene.checkpoint, variable, component };
      tell("latent-mode", detail);
      ui.trigger("select", { kind: "mode", variable, component });
    }
  }
  relight(ui);
  drawMarks(ui);
  drawLegend(ui);
  drawTable(ui);
  tellLit(ui);
  remember(ui);
}

function tellLit(ui) {
  if (!ui.look.lit) return void (ui.status.textContent = "");
  const [j, k] = ui.look.lit;
  const n = ui.scene.modes[j].reduce((sum, mode) => sum + (mode === k), 0);
  ui.status.textContent = `${modeName(ui, j, k)}: ${noun(ui, n)} of ${count(ui.scene.n)} lit. Click its centre again to end this.`;
}

// ---- state --------------------------------------------------------------------------------

function setUp4(ui) {
  ui.full = {}; // the tab's request, this widget's own field aside
  ui.scene = null; // the points, as the server sent them
  ui.look = {}; // what of them is shown, and how; see fresh()
  ui.words = null; // one sentence for each point, once they have come
  ui.original = false; // whether these are the corpus's own
  ui.selection = null; // see card.js
  ui.lassoed = null; // Uint8Array, 1 for points within the lasso
  ui.given = ui.props.value !== ""; // the state was set from outside, by a link
  ui.written = ui.props.value;
  ui.watch("value", () => (ui.given ||= ui.props.value !== ui.written));
  ui.sent = asker(ui.server, PATIENCE, LOST);
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
  ui.waiting = 0;
  ui.search.addEventListener("input", () => {
    clearTimeout(ui.waiting);
    ui.waiting = setTimeout(() => {
      ui.look.find = ui.search.value.trim();
      find(ui);
      drawTable(ui);
      remember(ui);
    }, 60);
  });
}

function setUp5(ui) {
  ui.search.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    ui.search.value = ui.look.find = "";
    find(ui);
    drawTable(ui);
    remember(ui);
    ui.stage.focus();
  });
  document.addEventListener("keydown", (event) => {
    const target = /** @type {Element} */ (event.target);
    const typing = target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || activeTab() !== ui.TAB || !ui.element.isConnected) return;
    event.preventDefault();
    ui.search.focus();
    ui.search.select();
  });
  ui.placer.addEventListener("submit", (event) => {
    event.preventDefault();
    placeSentence(ui, ui.typed.value.trim());
  });
}

/** @param {import("../../page/widget.js").Given} given */
export default function mount(given) {
  const ui = { ...given };
  setUp1(ui);
  setUp2(ui);
  setUp3(ui);
  setUp4(ui);
  setUp5(ui);
  setUpPlot(ui);
  setUpPaint(ui);
  setUpCard(ui);
  setUpTable(ui);
}
