// The latent map: held-out codes in two dimensions, decoded wherever one clicks. Emits "ready"
// and "select". The parts, joined by widget.py, share their names:
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
const { el, svg, button, csv, say, COLOURS, SYMBOLS, GLYPHS } = latent;
const TAB = props.tab;
let since = performance.now(); // when the points that are shown were asked for
const once = { run: ({ checkpoint }) => // the points of a checkpoint come once
  scene?.checkpoint === checkpoint && !scene.absent ? scene.answer : server.run({ checkpoint }) };
const life = latent.result(TAB, { element, ready: () => trigger("ready"), server: once, draw, linked: () => full });

const PATIENCE = 20000; // ms
const STEPS = 8; // decoded places along a path
const LOST = "The server did not answer. Is it still running? Try again.";
const HINTS = {
  point: "Click a point to see it, an empty place to decode it; drag to move, wheel to zoom. Keys: arrows, Enter decodes, Space takes the nearest point, + − 0 zoom.",
  path: "Drag a line: eight places along it are decoded. Keys: arrows move, Enter sets a corner, Shift+Enter ends the line.",
  lasso: "Drag around points to list them below. Keys: arrows move, Enter sets a corner, Shift+Enter closes the loop.",
};

// ---- what is on the page ------------------------------------------------------------------

const id = (name) => `${props.prefix}-${name}`;

/** Buttons of which one is pressed; arrow keys move along them. */
function segmented(name, label, pick) {
  const group = el("div", { class: "map-segmented", role: "radiogroup", "aria-label": label, id: id(name) });
  group.fill = (choices) => group.replaceChildren(...choices.map(({ key, text, title }) => el("button", {
    type: "button", role: "radio", "data-key-name": key, title, on: { click: () => pick(key) },
  }, text)));
  group.show = (key) => {
    for (const node of group.children) {
      node.setAttribute("aria-checked", String(node.dataset.keyName === key));
      node.tabIndex = node.dataset.keyName === key ? 0 : -1;
    }
  };
  group.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...group.children];
    const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
    next.click();
    next.focus();
  });
  return group;
}

const views = segmented("views", "View", (key) => setView(key));
const tools = segmented("tools", "Tool", (key) => setTool(key));
tools.fill([
  { key: "point", text: "Point", title: "Click to select or decode, drag to move" },
  { key: "path", text: "Path", title: "Drag a line to decode along it" },
  { key: "lasso", text: "Lasso", title: "Drag around points to list them" },
]);
const colours = el("select", { class: "lp-input map-colour", id: id("colour"), on: { change: () => setColour(colours.value) } });
const search = el("input", {
  class: "lp-input map-search", id: id("search"), type: "search", placeholder: "Search", maxlength: "200",
  autocomplete: "off", spellcheck: "false", "aria-describedby": id("found"),
});
const found = el("output", { class: "map-found", id: id("found") });
const contours = el("button", {
  type: "button", class: "lp-button", id: id("contours"), "aria-pressed": "false",
  title: "Lines around the half and the nine tenths of each mode's points where they lie densest",
  on: { click: () => setContours(!look.contours) },
}, "Contours");

const canvas = el("canvas", { class: "map-points", "aria-hidden": "true" });
const lines = svg("svg", { class: "map-lines", "aria-hidden": "true" });
const marks = el("div", { class: "map-marks" });
const tip = el("div", { class: "map-tip", "aria-hidden": "true", hidden: true });
const cross = el("div", { class: "map-cross", "aria-hidden": "true", hidden: true });
const hint = el("p", { class: "map-note map-hint", id: id("hint") });
const stage = el("div", {
  class: "map-stage", id: id("stage"), tabindex: "0", role: "application",
  "aria-label": "Map of held-out codes", "aria-describedby": id("hint"),
}, canvas, lines, marks, cross, tip);
const zoomer = el("div", { class: "map-zoom" },
  button(null, "+", () => zoomBy(1.5), { "aria-label": "Zoom in" }),
  button(null, "−", () => zoomBy(1 / 1.5), { "aria-label": "Zoom out" }),
  button(null, "Fit", () => fit(), { title: "Show all points" }));
const legend = el("div", { class: "lp-legend map-legend", role: "group", "aria-label": "Legend" });
const status = el("p", { class: "map-note map-status", role: "status" });
const typed = el("input", {
  class: "lp-input", id: id("sentence"), placeholder: "Write a sentence to place it", maxlength: "400", autocomplete: "off",
});
const placer = el("form", { class: "map-placer lp-only-text" },
  el("label", { class: "lp-offscreen", for: typed.id, text: "A sentence of your own" }), typed,
  el("button", { type: "submit", class: "lp-button" }, "Place"));
const card = el("section", { class: "map-card", id: id("card"), "aria-label": "What is selected" });
const table = el("details", { class: "map-table", id: id("table") });
const missing = el("div", { class: "map-missing", hidden: true });
const sheet = el("div", { class: "map-sheet" },
  el("div", { class: "map-left" },
    el("div", { class: "map-frame" }, stage, zoomer), status, legend, hint),
  el("div", { class: "map-right" }, placer, card));
const bar = el("div", { class: "map-bar" },
  views, tools,
  el("label", { class: "map-label" }, el("span", { text: "Colour by" }), colours), contours,
  el("label", { class: "lp-offscreen", for: search.id, text: "Search" }),
  el("div", { class: "map-searching" }, search, found));
life.body.append(missing, bar, sheet, table);
for (const node of [bar, sheet, table]) node.hidden = true; // until there is something in them

// ---- state --------------------------------------------------------------------------------

let full = {}; // the tab's request, this widget's own field aside
let scene = null; // the points, as the server sent them
let look = {}; // what of them is shown, and how; see fresh()
let words = null; // one sentence for each point, once they have come
let original = false; // whether these are the corpus's own
let selection = null; // see card.js
let lassoed = null; // Uint8Array, 1 for points within the lasso
let given = props.value !== ""; // the state was set from outside, by a link
let written = props.value;
watch("value", () => (given ||= props.value !== written));

const fresh = () => ({
  view: scene.views[0].id, colour: "mode.0", tool: "point", find: "", at: `p${scene.home}`,
  lit: null, contours: false, zoom: null,
});
const isText = () => scene.modality === "text";
const noun = (n) => `${n.toLocaleString("en")} ${isText() ? "sentence" : "picture"}${n === 1 ? "" : "s"}`;
function view() {
  const found = scene.byId[look.view];
  if (!found.points) {
    found.points = new Float32Array(bytes(found.xy).buffer);
    found.bounds = bounds(found);
  }
  return found;
}
const modeName = (j, k) => (scene.variables > 1 ? `c${j + 1} mode ${k + 1}` : `mode ${k + 1}`);
const show = (x, digits = 2) => (x == null ? "–" : x.toFixed(digits).replace("-", "−"));

const sent = latent.asker(server, PATIENCE, LOST);
const ask = (name, question) => sent(name, { checkpoint: scene.checkpoint, ...question });

const run = life.view.run;
life.view.run = (request) => {
  if (scene) since = performance.now(); // the first time counts from when the tab opened
  full = { ...request };
  delete full.map;
  return run({ checkpoint: request.checkpoint, map: request.map });
};

/** Called with the server's answer. */
function draw(data, request) {
  const same = scene?.answer === data;
  if (!same) {
    stopWatching();
    scene = { ...data, answer: data, checkpoint: request.checkpoint };
    words = lassoed = selection = null;
    const none = Boolean(data.absent);
    missing.hidden = !none;
    for (const node of [bar, sheet, table]) node.hidden = none;
    delete element.dataset.points;
    delete element.dataset.settled;
    if (none) return showAbsence(data);
    unpack();
  }
  if (!same || given) {
    restore(given ? request.map : "");
    given = false;
  }
}

/** As latent.bytes, ten times faster: a map is a million characters. */
function bytes(base64) {
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

function unpack() {
  scene.byId = Object.fromEntries(scene.views.map((each) => [each.id, each]));
  for (const key of ["modes", "sure"]) scene[key] = scene[key].map(bytes);
  for (const tag of scene.tags) {
    tag.ids = bytes(tag.ids);
    if (tag.categories.every((name) => /^\d+$/.test(name))) inOrder(tag);
  }
  if (scene.lengths) scene.lengths = bytes(scene.lengths);
  element.dataset.modality = scene.modality;
  search.placeholder = isText() ? "Search sentences" : "Search labels";
  views.fill(scene.views.map(({ id: key, title, exact }) => ({
    key, text: title,
    title: exact ? "A plane: each place on it is one code" : "Curved: a place has no code of its own, so its neighbours are blended",
  })));
  const choice = (key, text) => el("option", { value: key, text });
  const many = scene.variables > 1;
  colours.replaceChildren(
    ...scene.modes.map((_, j) => choice(`mode.${j}`, many ? `mode of c${j + 1}` : "mode")),
    ...scene.modes.map((_, j) => choice(`sure.${j}`, many ? `responsibility of c${j + 1}` : "responsibility")),
    ...scene.tags.map(({ name }) => choice(`tag.${name}`, name)),
    scene.lengths ? choice("length", "length") : "");
}

/** Show what a link asks for, or the beginning. */
function restore(text) {
  const asked = readState(text);
  look = fresh();
  if (scene.byId[asked.view]) look.view = asked.view;
  if ([...colours.options].some(({ value }) => value === asked.colour)) look.colour = asked.colour;
  if (HINTS[asked.tool]) look.tool = asked.tool;
  look.find = asked.find ?? "";
  look.contours = asked.contours === "1";
  const lit = asked.lit?.split(".").map(Number);
  if (lit && lit[0] in scene.modes && lit[1] >= 0 && lit[1] < scene.components) look.lit = lit;
  const zoom = asked.zoom?.split("~").map(Number);
  if (zoom?.length === 3 && zoom.every(Number.isFinite) && zoom[2] > 0) look.zoom = zoom;
  views.show(look.view);
  tools.show(look.tool);
  hint.textContent = HINTS[look.tool];
  colours.value = look.colour;
  search.value = look.find;
  contours.setAttribute("aria-pressed", String(look.contours));
  status.textContent = "";
  lassoed = null;
  hidden.clear();
  selection = null;
  measureStage();
  recolour();
  if (look.zoom) frameOf(look.zoom);
  else fit({ quiet: true });
  fetchTexts();
  showAt(asked.at ?? look.at);
}

async function fetchTexts() {
  const mine = scene;
  if (!words) {
    const answer = await ask("texts", {});
    if (scene !== mine) return;
    if (answer.error) return fail(answer.error);
    words = answer.texts;
    original = answer.original;
    scene.thumbs = answer.thumbs && bytes(answer.thumbs);
    words.low = words.map((text) => text.toLowerCase());
    element.dataset.texts = words.length;
    if (selection?.kind === "point") drawCard();
  }
  if (look.find) find();
  drawTable();
}

function showAt(at) {
  const row = /^p(\d+)$/.exec(at)?.[1];
  if (at.startsWith("s~") && isText()) {
    typed.value = at.slice(2);
    placeSentence(typed.value);
  } else if (row !== undefined && row < scene.n) selectPoint(Number(row), { quiet: true });
  else if (/^-?[\d.e-]+~-?[\d.e-]+(~\d+)?$/.test(at)) {
    const [x, y, base] = at.split("~").map(Number);
    selectPlace([x, y], { base: base ?? null });
  } else selectPoint(scene.home, { quiet: true });
}

/** The state as text: this widget's value, and its field in links. See read_state in widget.py. */
function remember() {
  const state = { view: look.view, colour: look.colour };
  if (look.tool !== "point") state.tool = look.tool;
  if (look.find) state.find = look.find;
  if (look.lit) state.lit = look.lit.join(".");
  if (look.contours) state.contours = "1";
  if (look.zoom) state.zoom = look.zoom.map((x) => Number(x.toPrecision(5))).join("~");
  state.at = look.at;
  const safe = (value) => value.replace(/[%/]/g, encodeURIComponent);
  written = Object.entries(state).map(([key, value]) => `${key}:${safe(value)}`).join("/");
  props.value = written;
  latent.keep(TAB, { map: written });
}

function readState(text) {
  const pairs = (text || "").split("/").map((part) => part.split(/:(.*)/s));
  const value = (coded = "") => {
    try {
      return decodeURIComponent(coded);
    } catch {
      return "";
    }
  };
  return Object.fromEntries(pairs.map(([key, coded]) => [key, value(coded)]));
}

function fail(sentence) {
  life.fail(sentence);
  element.classList.remove("lp-stale"); // the map itself is still good
}
function recover() {
  const error = element.querySelector(".lp-error");
  error.hidden = true;
}

// ---- controls -----------------------------------------------------------------------------

function setView(key) {
  look.view = key;
  views.show(key);
  clearStroke();
  fit({ quiet: true });
  const kind = look.colour.split(".")[0];
  if (view().variable != null && (kind === "mode" || kind === "sure")) { // the one that is seen
    colours.value = look.colour = `${kind}.${view().variable}`;
    hidden.clear();
    recolour();
  }
  drawLegend();
  moveSelection();
  drawMarks();
  remember();
}

function setTool(key) {
  look.tool = key;
  tools.show(key);
  hint.textContent = HINTS[key];
  stage.dataset.tool = key;
  clearStroke();
  remember();
}

function setColour(key) {
  const start = performance.now();
  look.colour = key;
  hidden.clear();
  recolour();
  drawPoints();
  drawMarks();
  performance.measure("latent-map-recolour", { start });
  drawTable();
  remember();
}

function setContours(on) {
  look.contours = on;
  contours.setAttribute("aria-pressed", String(on));
  drawContours();
  drawLegend();
  remember();
}

/** Light up one mode, or none; told to the rest of the page where a person did it here. */
function setLit(lit, { tell = true } = {}) {
  look.lit = lit;
  if (lit) {
    const [variable, component] = lit;
    if (tell) {
      const detail = { checkpoint: scene.checkpoint, variable, component };
      window.dispatchEvent(new CustomEvent("latent-mode", { detail }));
      trigger("select", { kind: "mode", variable, component });
    }
  }
  relight();
  drawMarks();
  drawLegend();
  drawTable();
  tellLit();
  remember();
}

function tellLit() {
  if (!look.lit) return void (status.textContent = "");
  const [j, k] = look.lit;
  const n = scene.modes[j].reduce((sum, mode) => sum + (mode === k), 0);
  status.textContent = `${modeName(j, k)}: ${noun(n)} of ${scene.n.toLocaleString("en")} lit. Click its centre again to end this.`;
}

window.addEventListener("latent-mode", ({ detail }) => {
  if (!element.isConnected || !scene || scene.absent || detail?.checkpoint !== scene.checkpoint) return;
  const { variable: j, component: k } = detail;
  if (!(j in scene.modes) || !(k >= 0 && k < scene.components)) return;
  if (look.lit?.join() !== `${j},${k}`) setLit([j, k], { tell: false });
});

let waiting = 0;
search.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    look.find = search.value.trim();
    find();
    drawTable();
    remember();
  }, 60);
});
search.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  event.stopPropagation();
  search.value = look.find = "";
  find();
  drawTable();
  remember();
  stage.focus();
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || latent.activeTab() !== TAB || !element.isConnected) return;
  event.preventDefault();
  search.focus();
  search.select();
});

placer.addEventListener("submit", (event) => {
  event.preventDefault();
  placeSentence(typed.value.trim());
});
