// The points as one bitmap, their colours and legend, and the marks that lie above them.

import { el, svg } from "../../page/dom.js";
import { count, fixed, percent } from "../../page/numbers.js";
import { COLOURS, GLYPHS, SYMBOLS } from "../../page/palette.js";
import { bytes, pen } from "../../page/pictures.js";
import { drawContours } from "./contours.js";
import { setLit } from "./controls.js";
import { drawLabels } from "./labels.js";
import { ask, fail, isText, modeName, noun, view } from "./latent_map.js";
import { frame, toScreen } from "./plot.js";
import { drawTable } from "./table.js";

/**
 * @typedef {import("./types.js").Named} Named
 * @typedef {import("./types.js").Pair} Pair
 * @typedef {import("./types.js").Ramp} Ramp
 * @typedef {import("./types.js").Stamp} Stamp
 * @typedef {import("./types.js").Trust} Trust
 * @typedef {import("./types.js").Ui} Ui
 * @typedef {import("./types.js").View} View
 */

const VIRIDIS = [
  "#440154",
  "#482878",
  "#3E4A89",
  "#31688E",
  "#26828E",
  "#1F9E89",
  "#35B779",
  "#6DCD59",
  "#B4DE2C",
  "#FDE725",
];
const NAMED = COLOURS.length * SYMBOLS.length; // categories with a mark of their own; the rest are grey
const [DIM, GREY, LIT] = [30, 56, 205]; // opacity of a point, of 256
const RINGED = 1000; // hits of a search that are ringed; more would hide the map

/** @param {number} k category */
const glyphOf = (k) => (k < NAMED ? GLYPHS[k % GLYPHS.length] : "●");
/** @param {number} k category */
export const hueOf = (k) => (k < NAMED ? COLOURS[k % COLOURS.length] : "#8A867E");
/** @param {string} hex */
const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
/** As the bitmap holds it: alpha, blue, green, red. @param {string} hex */
const ink = (hex) => {
  const [r, g, b] = rgb(hex);
  return (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
};
/** @param {number} t from 0 to 1 */
const ramp = (t) => {
  const at = t * (VIRIDIS.length - 1);
  const i = Math.min(VIRIDIS.length - 2, Math.floor(at));
  const [from, to] = [rgb(VIRIDIS[i]), rgb(VIRIDIS[i + 1])];
  return `#${from
    .map((c, k) =>
      Math.round(c + (at - i) * (to[k] - c))
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
};

/** What the chosen column says of each point. @param {Ui} ui */
export function recolour(ui) {
  const [kind, name] = ui.look.colour.split(/\.(.*)/s);
  ui.scheme = kind === "mode" || kind === "tag" ? named(ui, kind, name) : ramped(ui, kind, name);
  drawLegend(ui);
  relight(ui, { draw: false });
}

/** @param {Ui} ui @param {"mode" | "tag"} kind @param {string} name @returns {Named} */
function named(ui, kind, name) {
  const { tags, modes, components } = ui.scene;
  const tag = kind === "tag" ? tags.find((each) => each.name === name) : null;
  const j = Number(name);
  const categories =
    tag?.categories ?? Array.from({ length: components }, (_, k) => modeName(ui, j, k));
  const inks = categories.map((_, k) => ink(hueOf(k)));
  return { kind, values: tag?.ids ?? modes[j], categories, inks };
}

/** @param {Ui} ui @param {string} kind @param {string} name @returns {Ramp} */
function ramped(ui, kind, name) {
  const { sure, lengths, components } = ui.scene;
  const values =
    kind === "sure" ? sure[Number(name)] : (kind === "length" && lengths) || trustOf(ui);
  const least = kind === "sure" ? Math.floor(255 / components) : 0;
  const [low, high] = kind === "length" ? extremes(values) : [least, 255];
  const t = (/** @type {number} */ value) =>
    Math.min(1, Math.max(0, (value - low) / (high - low || 1)));
  const inks = Array.from({ length: 256 }, (_, value) => ink(ramp(t(value))));
  return { kind, values, categories: null, low, high, inks };
}

/** Neighbours kept on this view; nothing but zeros until the server has counted them. @param {Ui} ui */
function trustOf(ui) {
  const of = view(ui);
  if (!of.asked) askTrust(ui, of);
  return of.trust ?? new Uint8Array(ui.scene.n);
}

/** @param {Ui} ui @param {View} of */
async function askTrust(ui, of) {
  const mine = ui.answer;
  of.asked = true;
  /** @type {Trust} */
  const answer = await ask(ui, "trust", { view: of.id });
  if (ui.answer !== mine) return;
  of.asked = !answer.error;
  if (answer.error) return fail(ui, answer.error);
  of.trust = bytes(answer.kept);
  of.trustMean = answer.mean;
  if (ui.look.colour !== "trust" || view(ui) !== of) return;
  recolour(ui);
  redraw(ui);
}

/** @param {Uint8Array} values */
function extremes(values) {
  return [
    values.reduce((a, b) => Math.min(a, b), 255),
    values.reduce((a, b) => Math.max(a, b), 0),
  ];
}

/**
 * Which points are hidden, dim or lit: legend, then search, mode and lasso together.
 * @param {Ui} ui @param {{draw?: boolean}} [how]
 */
export function relight(ui, { draw = true } = {}) {
  const n = ui.scene.n;
  if (ui.level.length !== n) ui.level = new Uint8Array(n);
  const [j, k] = ui.look.lit ?? [-1, -1];
  const lit = ui.look.lit && ui.scene.modes[j];
  const { values, categories } = ui.scheme;
  for (let i = 0; i < n; i++) {
    if (categories && ui.hidden.size && ui.hidden.has(Math.min(values[i], NAMED))) ui.level[i] = 0;
    else
      ui.level[i] =
        (!ui.matches || ui.matches[i]) && (!lit || lit[i] === k) && (!ui.lassoed || ui.lassoed[i])
          ? 2
          : 1;
  }
  const count = ui.level.reduce((sum, x) => sum + Number(x === 2), 0);
  ui.element.dataset.lit = String(count); // how tests know
  if (draw) redraw(ui);
}

/** Search: matches lit, the others dim, the count said. @param {Ui} ui */
export function find(ui) {
  const query = ui.look.find.toLowerCase();
  if (query && isText(ui) && !ui.words) {
    ui.found.textContent = "…";
    return;
  }
  ui.matches = query ? matchesOf(ui, query) : null;
  const n = ui.matches?.reduce((a, b) => a + b, 0) ?? 0;
  ui.found.textContent = !ui.matches ? "" : n ? `${count(n)} found` : "no match";
  ui.found.classList.toggle("lp-caution", Boolean(ui.matches) && !n);
  ui.steps.classList.toggle("map-hits", n > 0);
  relight(ui);
}

/** 1 for each point whose sentence, or one of whose labels, holds the query. @param {Ui} ui @param {string} query */
function matchesOf(ui, query) {
  if (isText(ui)) return Uint8Array.from(ui.low, (text) => Number(text.includes(query)));
  const found = new Uint8Array(ui.scene.n);
  for (const { categories, ids } of ui.scene.tags) {
    const fits = categories.map((name) => Number(name.toLowerCase().includes(query)));
    for (const [i, id] of ids.entries()) found[i] |= fits[id];
  }
  return found;
}

/**
 * Coverage of a symbol.
 * @param {Ui} ui @param {number} shape @param {number} radius px @returns {Stamp}
 */
function stamp(ui, shape, radius) {
  const key = `${shape} ${radius.toFixed(2)}`;
  const known = ui.stamps.get(key);
  if (known) return known;
  if (ui.stamps.size > 200) ui.stamps.clear();
  const side = 2 * Math.ceil(radius + 1) + 1;
  const paper = el("canvas", { width: side, height: side });
  const context = pen(paper);
  context.beginPath();
  SYMBOLS[shape](context, side / 2, side / 2, radius);
  context.fill();
  const data = context.getImageData(0, 0, side, side).data;
  const made = {
    side,
    cover: Uint8Array.from({ length: side * side }, (_, i) => data[4 * i + 3]),
  };
  ui.stamps.set(key, made);
  return made;
}

/** Draw everything that depends on the frame, once before the next picture on the screen. @param {Ui} ui */
export function redraw(ui) {
  if (ui.pending) return;
  ui.pending = true;
  requestAnimationFrame(() => {
    ui.pending = false;
    if (!ui.shown || !ui.element.isConnected) return;
    drawPoints(ui);
    placeMarks(ui);
    drawLabels(ui);
    if (ui.element.dataset.points === String(ui.scene.n)) return;
    performance.measure("latent-map-drawn", { start: ui.since });
    ui.element.dataset.points = String(ui.scene.n); // how tests know
  });
}

/** The bitmap in the size of the stage, filled with its colour. @param {Ui} ui @param {number} ratio */
function clearBitmap(ui, ratio) {
  const [w, h] = [Math.round(ui.width * ratio), Math.round(ui.height * ratio)];
  const context = pen(ui.canvas, { alpha: false });
  if (ui.canvas.width !== w || ui.canvas.height !== h || !ui.image) {
    [ui.canvas.width, ui.canvas.height] = [w, h];
    ui.image = context.createImageData(w, h);
    ui.pixels = new Uint32Array(ui.image.data.buffer);
  }
  ui.pixels.fill(ground(ui));
  return { context, image: ui.image, w, h };
}

/** @param {Ui} ui */
export function drawPoints(ui) {
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  const { context, image, w, h } = clearBitmap(ui, ratio);
  const base = ui.scene.n > 8000 ? 2 : ui.scene.n > 2500 ? 2.5 : 3.2;
  const radius = ratio * Math.min(6, base * Math.max(1, frame.scale / ui.home) ** 0.3);
  const { values, categories, inks } = ui.scheme;
  const marksOf = (categories ? SYMBOLS : [0]).map((_, shape) => stamp(ui, shape, radius));
  const { points: xy } = view(ui);
  const [sx, ox] = [frame.scale * ratio, w / 2 - frame.x * frame.scale * ratio];
  const oy = h / 2 + frame.y * frame.scale * ratio;
  const filtered = Boolean(ui.matches || ui.look.lit || ui.lassoed);
  const rest = ink(hueOf(NAMED));
  for (const pass of filtered ? [1, 2] : [2]) {
    const opacity = pass === 1 ? (ui.matches ? GREY : DIM) : LIT;
    for (let i = 0; i < ui.scene.n; i++) {
      if (ui.level[i] !== pass) continue;
      const value = values[i];
      const known = !categories || value < NAMED;
      const mark = marksOf[categories && known ? value % SYMBOLS.length : 0];
      const x0 = Math.round(ox + xy[2 * i] * sx - mark.side / 2);
      const y0 = Math.round(oy - xy[2 * i + 1] * sx - mark.side / 2);
      if (x0 < 0 || y0 < 0 || x0 + mark.side > w || y0 + mark.side > h) continue;
      const grey = pass === 1 && ui.matches; // hits alone keep their colour
      blend(ui.pixels, y0 * w + x0, w, mark, known && !grey ? inks[value] : rest, opacity);
    }
  }
  context.putImageData(image, 0, 0);
  if (ui.matches) ringHits(ui, context, ratio, radius);
}

/**
 * Put a symbol over what is there.
 * @param {Uint32Array} pixels @param {number} start its first pixel @param {number} width of a row
 * @param {Stamp} stamp @param {number} colour @param {number} opacity of 256
 */
function blend(pixels, start, width, { side, cover }, colour, opacity) {
  const [redBlue, green] = [colour & 0xff00ff, colour & 0xff00];
  for (let row = 0, m = 0; row < side; row++) {
    let p = start + row * width;
    for (let column = 0; column < side; column++, m++, p++) {
      if (!cover[m]) continue;
      const a = (cover[m] * opacity + 255) >> 8; // to 256ths
      const b = 256 - a;
      const old = pixels[p];
      pixels[p] =
        0xff000000 |
        ((((old & 0xff00ff) * b + redBlue * a) >>> 8) & 0xff00ff) |
        ((((old & 0xff00) * b + green * a) >>> 8) & 0xff00);
    }
  }
}

/**
 * A ring around each point that the search found; where there are very many, none.
 * @param {Ui} ui @param {CanvasRenderingContext2D} context @param {number} ratio pixels for one px
 * @param {number} radius of a point, pixels
 */
function ringHits(ui, context, ratio, radius) {
  const hits = [];
  for (let i = 0; i < ui.scene.n; i++) if (ui.level[i] === 2) hits.push(i);
  if (hits.length > RINGED) return;
  const { points: xy } = view(ui);
  context.strokeStyle = getComputedStyle(ui.stage).color;
  context.lineWidth = 1.5 * ratio;
  for (const i of hits) {
    const [x, y] = toScreen(ui, xy[2 * i], xy[2 * i + 1]);
    context.beginPath();
    context.arc(x * ratio, y * ratio, radius + 3 * ratio, 0, 2 * Math.PI);
    context.stroke();
  }
}

/** The card's colour, on which the points are blended. @param {Ui} ui */
function ground(ui) {
  const said = getComputedStyle(ui.stage).backgroundColor.match(/\d+/g) ?? [255, 255, 255];
  const [red, green, blue] = said.map(Number);
  return (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;
}

// ---- marks above the points ---------------------------------------------------------------

/** The variable whose modes are shown: the view's, else the colour's, else the first. @param {Ui} ui */
export function variable(ui) {
  const [kind, name] = ui.look.colour.split(".");
  return (
    view(ui).variable ??
    (kind === "mode" || kind === "sure" ? Number(name) : (ui.look.lit?.[0] ?? 0))
  );
}

/** @param {Ui} ui */
export function drawMarks(ui) {
  if (!ui.shown) return;
  const j = variable(ui);
  ui.placed = [
    ...view(ui).centres[j].flatMap((at, k) => (at ? [placed(centre(ui, j, k), at)] : [])),
    ...selectionMarks(ui),
  ];
  ui.marks.replaceChildren(...ui.placed.map(([node]) => node));
  drawContours(ui);
  placeMarks(ui);
}

/** @param {HTMLElement} node @param {Pair} at @returns {Ui["placed"][number]} */
const placed = (node, at) => [node, ...at];

/** The centre of a mode, which lights it up. @param {Ui} ui @param {number} j @param {number} k */
function centre(ui, j, k) {
  const on = ui.look.lit?.join() === `${j},${k}`;
  const name = `Centre of ${modeName(ui, j, k)}`;
  const node = el(
    "button",
    {
      type: "button",
      class: "map-centre",
      "aria-pressed": String(on),
      "aria-label": name,
      title: `${name}: light up its points`,
      on: { click: () => setLit(ui, on ? null : [j, k]) },
    },
    String(k + 1),
  );
  node.style.setProperty("--hue", hueOf(k));
  return node;
}

/** What is selected, where it lies on this view. @param {Ui} ui */
function selectionMarks(ui) {
  const { selection } = ui;
  if (selection?.kind === "path")
    return selection.path.map(({ at }, i) =>
      placed(el("span", { class: "map-stop", text: i + 1 }), at),
    );
  if (!selection?.where) return [];
  const ring = selection.kind === "point" ? "map-ring" : "map-ring map-ring-place";
  const node =
    selection.kind === "sentence"
      ? el("span", { class: "map-star", text: "★", title: selection.text })
      : el("span", { class: ring });
  return [placed(node, selection.where)];
}

/** @param {Ui} ui @param {Pair[]} places */
const trace = (ui, places) =>
  places
    .map(([x, y], i) => `${i ? "L" : "M"}${toScreen(ui, x, y).map((p) => p.toFixed(1))}`)
    .join("");

/** @param {Ui} ui */
export function drawStroke(ui) {
  ui.strokeLine.setAttribute(
    "d",
    trace(ui, ui.stroke) + (ui.look.tool === "lasso" && ui.stroke.length > 2 ? "Z" : ""),
  );
}

/** @param {Ui} ui */
function placeMarks(ui) {
  for (const [node, x, y] of ui.placed) {
    const [px, py] = toScreen(ui, x, y);
    node.style.transform = `translate(${px.toFixed(1)}px, ${py.toFixed(1)}px)`;
    node.hidden = px < 0 || py < 0 || px > ui.width || py > ui.height;
  }
  drawStroke(ui);
  ui.pathLine.setAttribute(
    "d",
    ui.selection?.kind === "path" ? trace(ui, ui.selection.drawn) : "",
  );
  const { x, y, scale } = frame;
  ui.curves.setAttribute(
    "transform",
    `translate(${ui.width / 2 - x * scale} ${ui.height / 2 + y * scale}) scale(${scale} ${-scale})`,
  );
}

// ---- legend -------------------------------------------------------------------------------

/** @param {Ui} ui */
export function drawLegend(ui) {
  const j = variable(ui);
  const rings =
    ui.look.colour === `mode.${j}`
      ? ""
      : `Rings${ui.look.contours ? " and lines" : ""}: ${ui.scene.variables > 1 ? `modes of c${j + 1}` : "modes"}`;
  const { scheme } = ui;
  const nodes = scheme.categories ? categoryButtons(ui, scheme) : rampNodes(ui, scheme);
  ui.legend.replaceChildren(...nodes, el("span", { class: "map-rings", text: rings }));
}

/** @param {Ui} ui @param {Ramp} scheme */
function rampNodes(ui, { kind, low, high }) {
  const ends = {
    sure: [fixed(low / 255), "1"],
    length: [String(low), `${high} words and marks`],
  };
  const [from, to] =
    kind === "sure" || kind === "length"
      ? ends[kind]
      : ["none", `all neighbours kept; ${trustSaid(ui)}`];
  const strip = el("i", { class: "map-ramp", "aria-hidden": "true" });
  strip.style.background = `linear-gradient(90deg, ${VIRIDIS.join(",")})`;
  return [el("span", { text: from }), strip, el("span", { text: to })];
}

/** @param {Ui} ui @param {Named} scheme */
function categoryButtons(ui, { categories, values }) {
  const counts = new Uint32Array(256);
  for (const value of values) counts[value]++;
  const shown = categories.slice(0, NAMED).map((name, k) => ({ name, k, n: counts[k] }));
  if (categories.length > NAMED) {
    const n = counts.slice(NAMED).reduce((a, b) => a + b, 0);
    shown.push({ name: "others", k: NAMED, n });
  }
  return shown.map(({ name, k, n }) => {
    const glyph = el("i", { text: glyphOf(k), "aria-hidden": "true" });
    glyph.style.color = hueOf(k);
    const node = el(
      "button",
      {
        type: "button",
        "aria-pressed": String(!ui.hidden.has(k)),
        title: `${noun(ui, n)}. Click to hide or show.`,
      },
      glyph,
      el("span", { text: name }),
      el("small", { text: count(n) }),
    );
    node.addEventListener("click", () => {
      if (!ui.hidden.delete(k)) ui.hidden.add(k);
      node.setAttribute("aria-pressed", String(!ui.hidden.has(k)));
      relight(ui);
      drawTable(ui);
    });
    return node;
  });
}

/** @param {Ui} ui */
const trustSaid = (ui) =>
  view(ui).trust
    ? `on average ${percent(view(ui).trustMean, 0)} on ${view(ui).title}`
    : "being counted …";

/** @param {Ui} ui */
export function setUp(ui) {
  ui.level = new Uint8Array(0);
  ui.matches = null;
  ui.hidden = new Set();
  ui.image = null;
  ui.stamps = new Map();
  ui.pending = false;
  new MutationObserver(() => ui.shown && redraw(ui)).observe(document.body, {
    attributeFilter: ["class"],
  });
  ui.placed = [];
  ui.strokeLine = svg("path", { class: "map-stroke" });
  ui.pathLine = svg("path", { class: "map-path" });
  ui.curves = svg("g");
  ui.lines.append(ui.curves, ui.pathLine, ui.strokeLine);
}
