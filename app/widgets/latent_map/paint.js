// The points as one bitmap, their colours and legend, and the marks that lie above them.

import { el, svg } from "../../page/dom.js";
import { count, fixed, percent } from "../../page/numbers.js";
import { COLOURS, GLYPHS, SYMBOLS } from "../../page/palette.js";
import { bytes } from "../../page/pictures.js";
import { drawContours } from "./contours.js";
import { setLit } from "./controls.js";
import { drawLabels } from "./labels.js";
import { ask, fail, isText, modeName, noun, view } from "./latent_map.js";
import { frame, toScreen } from "./plot.js";
import { drawTable } from "./table.js";

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

const glyphOf = (k) => (k < NAMED ? GLYPHS[k % GLYPHS.length] : "●");
export const hueOf = (k) => (k < NAMED ? COLOURS[k % COLOURS.length] : "#8A867E");
const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
const ink = (hex) => {
  // as the bitmap holds it: alpha, blue, green, red
  const [r, g, b] = rgb(hex);
  return (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
};
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

/** What the chosen column says of each point. */
export function recolour(ui) {
  const [kind, name] = ui.look.colour.split(/\.(.*)/s);
  if (kind === "mode" || kind === "tag") {
    const tag = kind === "tag" ? ui.scene.tags.find((each) => each.name === name) : null;
    const categories =
      tag?.categories ??
      Array.from({ length: ui.scene.components }, (_, k) => modeName(ui, Number(name), k));
    ui.scheme = {
      kind,
      values: tag?.ids ?? ui.scene.modes[name],
      categories,
      inks: categories.map((_, k) => ink(hueOf(k))),
    };
  } else {
    const values = { sure: ui.scene.sure[name], trust: trustOf(ui), length: ui.scene.lengths }[
      kind
    ];
    const [low, high] =
      kind === "sure"
        ? [Math.floor(255 / ui.scene.components), 255]
        : kind === "trust"
          ? [0, 255]
          : [Math.min(...extremes(values)), Math.max(...extremes(values))];
    const t = (value) => Math.min(1, Math.max(0, (value - low) / (high - low || 1)));
    ui.scheme = {
      kind,
      values,
      low,
      high,
      inks: Array.from({ length: 256 }, (_, value) => ink(ramp(t(value)))),
    };
  }
  drawLegend(ui);
  relight(ui, { draw: false });
}

/** Neighbours kept on this view; nothing but zeros until the server has counted them. */
function trustOf(ui) {
  const of = view(ui);
  if (ui.look.colour === "trust" && !of.asked) {
    const mine = ui.scene;
    of.asked = true;
    ask(ui, "trust", { view: of.id }).then((answer) => {
      if (ui.scene !== mine) return;
      of.asked = !answer.error;
      if (answer.error) return fail(ui, answer.error);
      of.trust = bytes(answer.kept);
      of.trustMean = answer.mean;
      if (ui.look.colour !== "trust" || view(ui) !== of) return;
      recolour(ui);
      redraw(ui);
    });
  }
  return of.trust ?? new Uint8Array(ui.scene.n);
}

function extremes(values) {
  return [
    values.reduce((a, b) => Math.min(a, b), 255),
    values.reduce((a, b) => Math.max(a, b), 0),
  ];
}

/** Which points are hidden, dim or lit: legend, then search, mode and lasso together. */
export function relight(ui, { draw = true } = {}) {
  const n = ui.scene.n;
  if (ui.level.length !== n) ui.level = new Uint8Array(n);
  const lit = ui.look.lit && ui.scene.modes[ui.look.lit[0]];
  const { values, categories } = ui.scheme;
  for (let i = 0; i < n; i++) {
    if (categories && ui.hidden.size && ui.hidden.has(Math.min(values[i], NAMED))) ui.level[i] = 0;
    else
      ui.level[i] =
        (!ui.matches || ui.matches[i]) &&
        (!lit || lit[i] === ui.look.lit[1]) &&
        (!ui.lassoed || ui.lassoed[i])
          ? 2
          : 1;
  }
  ui.element.dataset.lit = ui.level.reduce((sum, x) => sum + (x === 2), 0); // how tests know
  if (draw) redraw(ui);
}

/** Search: matches lit, the others dim, the count said. */
export function find(ui) {
  const query = ui.look.find.toLowerCase();
  if (!query) ui.matches = null;
  else if (isText(ui) && !ui.words) return void (ui.found.textContent = "…");
  else {
    ui.matches = new Uint8Array(ui.scene.n);
    if (isText(ui)) ui.words.low.forEach((text, i) => (ui.matches[i] = text.includes(query)));
    else
      for (const { categories, ids } of ui.scene.tags) {
        const fits = categories.map((name) => name.toLowerCase().includes(query));
        ids.forEach((id, i) => (ui.matches[i] |= fits[id]));
      }
  }
  const n = ui.matches?.reduce((a, b) => a + b, 0) ?? 0;
  ui.found.textContent = !ui.matches ? "" : n ? `${count(n)} found` : "no match";
  ui.found.classList.toggle("lp-caution", Boolean(ui.matches) && !n);
  ui.steps.classList.toggle("map-hits", n > 0);
  relight(ui);
}

function setUp1(ui) {
  ui.level = new Uint8Array(0); // 0 hidden, 1 dim, 2 lit
  ui.matches = null; // Uint8Array of the search, or null
  ui.hidden = new Set(); // categories switched off in the legend
  ui.scheme = null; // { kind, values, categories | high, inks, shapes }
}

/** Coverage of a symbol, 0 to 255, `side` pixels square. */
function stamp(ui, shape, radius) {
  const key = `${shape} ${radius.toFixed(2)}`;
  if (ui.stamps.has(key)) return ui.stamps.get(key);
  if (ui.stamps.size > 200) ui.stamps.clear();
  const side = 2 * Math.ceil(radius + 1) + 1;
  const paper = el("canvas", { width: side, height: side });
  const pen = paper.getContext("2d");
  pen.beginPath();
  SYMBOLS[shape](pen, side / 2, side / 2, radius);
  pen.fill();
  const data = pen.getImageData(0, 0, side, side).data;
  const made = {
    side,
    cover: Uint8Array.from({ length: side * side }, (_, i) => data[4 * i + 3]),
  };
  ui.stamps.set(key, made);
  return made;
}
/** Draw everything that depends on the frame, once before the next picture on the screen. */
export function redraw(ui) {
  if (ui.pending) return;
  ui.pending = true;
  requestAnimationFrame(() => {
    ui.pending = false;
    if (!ui.scene || ui.scene.absent || !ui.element.isConnected) return;
    drawPoints(ui);
    placeMarks(ui);
    drawLabels(ui);
    if (ui.element.dataset.points === String(ui.scene.n)) return;
    performance.measure("latent-map-drawn", { start: ui.since });
    ui.element.dataset.points = ui.scene.n; // how tests know
  });
}

export function drawPoints(ui) {
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  const [w, h] = [Math.round(ui.width * ratio), Math.round(ui.height * ratio)];
  const context = ui.canvas.getContext("2d", { alpha: false });
  if (ui.canvas.width !== w || ui.canvas.height !== h || !ui.image) {
    [ui.canvas.width, ui.canvas.height] = [w, h];
    ui.image = context.createImageData(w, h);
    ui.pixels = new Uint32Array(ui.image.data.buffer);
  }
  ui.pixels.fill(ground(ui));
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
      const { side, cover } = marksOf[categories && known ? value % SYMBOLS.length : 0];
      const x0 = Math.round(ox + xy[2 * i] * sx - side / 2);
      const y0 = Math.round(oy - xy[2 * i + 1] * sx - side / 2);
      if (x0 < 0 || y0 < 0 || x0 + side > w || y0 + side > h) continue;
      const grey = pass === 1 && ui.matches; // hits alone keep their colour
      const colour = known && !grey ? inks[value] : rest;
      const [redBlue, green] = [colour & 0xff00ff, colour & 0xff00];
      for (let row = 0, m = 0; row < side; row++) {
        let p = (y0 + row) * w + x0;
        for (let column = 0; column < side; column++, m++, p++) {
          if (!cover[m]) continue;
          const a = (cover[m] * opacity + 255) >> 8; // to 256ths
          const b = 256 - a;
          const old = ui.pixels[p];
          ui.pixels[p] =
            0xff000000 |
            ((((old & 0xff00ff) * b + redBlue * a) >>> 8) & 0xff00ff) |
            ((((old & 0xff00) * b + green * a) >>> 8) & 0xff00);
        }
      }
    }
  }
  context.putImageData(ui.image, 0, 0);
  if (ui.matches) ringHits(ui, context, ratio, radius);
}

/** A ring around each point that the search found; where there are very many, none. */
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

/** The card's colour, on which the points are blended. */
function ground(ui) {
  const said = getComputedStyle(ui.stage).backgroundColor.match(/\d+/g) ?? [255, 255, 255];
  const [red, green, blue] = said.map(Number);
  return (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;
}

// ---- marks above the points ---------------------------------------------------------------

/** The variable whose modes are shown: the view's, else the colour's, else the first. */
export function variable(ui) {
  const [kind, name] = ui.look.colour.split(".");
  return (
    view(ui).variable ??
    (kind === "mode" || kind === "sure" ? Number(name) : (ui.look.lit?.[0] ?? 0))
  );
}
export function drawMarks(ui) {
  if (!ui.scene || ui.scene.absent) return;
  const j = variable(ui);
  ui.placed = [];
  const put = (node, at) => (ui.placed.push([node, ...at]), node);
  const centres = view(ui).centres[j].flatMap((at, k) => {
    if (!at) return [];
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
    return [put(node, at)];
  });
  const others = [];
  if (ui.selection?.path)
    ui.selection.path.forEach(({ at }, i) =>
      others.push(put(el("span", { class: "map-stop", text: i + 1 }), at)),
    );
  else if (ui.selection?.where)
    others.push(
      put(
        ui.selection.kind === "sentence"
          ? el("span", { class: "map-star", text: "★", title: ui.selection.text })
          : el("span", {
              class: ui.selection.kind === "point" ? "map-ring" : "map-ring map-ring-place",
            }),
        ui.selection.where,
      ),
    );
  ui.marks.replaceChildren(...centres, ...others);
  drawContours(ui);
  placeMarks(ui);
}
const trace = (ui, places) =>
  places
    .map(([x, y], i) => `${i ? "L" : "M"}${toScreen(ui, x, y).map((p) => p.toFixed(1))}`)
    .join("");

export function drawStroke(ui) {
  ui.strokeLine.setAttribute(
    "d",
    trace(ui, ui.stroke) + (ui.look.tool === "lasso" && ui.stroke.length > 2 ? "Z" : ""),
  );
}

function placeMarks(ui) {
  for (const [node, x, y] of ui.placed) {
    const [px, py] = toScreen(ui, x, y);
    node.style.transform = `translate(${px.toFixed(1)}px, ${py.toFixed(1)}px)`;
    node.hidden = px < 0 || py < 0 || px > ui.width || py > ui.height;
  }
  drawStroke(ui);
  ui.pathLine.setAttribute("d", ui.selection?.drawn ? trace(ui, ui.selection.drawn) : "");
  const { x, y, scale } = frame;
  ui.curves.setAttribute(
    "transform",
    `translate(${ui.width / 2 - x * scale} ${ui.height / 2 + y * scale}) scale(${scale} ${-scale})`,
  );
}

// ---- legend -------------------------------------------------------------------------------

export function drawLegend(ui) {
  const { categories, kind } = ui.scheme;
  const j = variable(ui);
  const rings =
    ui.look.colour === `mode.${j}`
      ? ""
      : `Rings${ui.look.contours ? " and lines" : ""}: ${ui.scene.variables > 1 ? `modes of c${j + 1}` : "modes"}`;
  const note = el("span", { class: "map-rings", text: rings });
  if (!categories) {
    const [from, to] = {
      sure: () => [fixed(ui.scheme.low / 255), "1"],
      length: () => [ui.scheme.low, `${ui.scheme.high} words and marks`],
      trust: () => ["none", `all neighbours kept; ${trustSaid(ui)}`],
    }[kind]();
    const strip = el("i", { class: "map-ramp", "aria-hidden": "true" });
    strip.style.background = `linear-gradient(90deg, ${VIRIDIS.join(",")})`;
    return ui.legend.replaceChildren(
      el("span", { text: from }),
      strip,
      el("span", { text: to }),
      note,
    );
  }
  const counts = new Uint32Array(256);
  for (const value of ui.scheme.values) counts[value]++;
  const shown = categories.slice(0, NAMED).map((name, k) => [name, k, counts[k]]);
  if (categories.length > NAMED)
    shown.push(["others", NAMED, counts.slice(NAMED).reduce((a, b) => a + b, 0)]);
  ui.legend.replaceChildren(
    ...shown.map(([name, k, n]) => {
      const glyph = el("i", { text: glyphOf(k), "aria-hidden": "true" });
      glyph.style.color = hueOf(k);
      return el(
        "button",
        {
          type: "button",
          "aria-pressed": String(!ui.hidden.has(k)),
          title: `${noun(ui, n)}. Click to hide or show.`,
          on: {
            click: ({ currentTarget }) => {
              if (!ui.hidden.delete(k)) ui.hidden.add(k);
              currentTarget.setAttribute("aria-pressed", String(!ui.hidden.has(k)));
              relight(ui);
              drawTable(ui);
            },
          },
        },
        glyph,
        el("span", { text: name }),
        el("small", { text: count(n) }),
      );
    }),
    note,
  );
}

const trustSaid = (ui) =>
  view(ui).trust
    ? `on average ${percent(view(ui).trustMean, 0)} on ${view(ui).title}`
    : "being counted …";

// ---- the bitmap ---------------------------------------------------------------------------

function setUp2(ui) {
  ui.image = null; // the bitmap, and the same memory as one number for each pixel
  ui.pixels = null;
  ui.stamps = new Map();
  ui.pending = false;
  new MutationObserver(() => ui.scene && !ui.scene.absent && redraw(ui)).observe(document.body, {
    attributeFilter: ["class"],
  });
  ui.placed = []; // [node, x, y] in data
  ui.strokeLine = svg("path", { class: "map-stroke" });
  ui.pathLine = svg("path", { class: "map-path" });
  ui.curves = svg("g");
  ui.lines.append(ui.curves, ui.pathLine, ui.strokeLine);
}

export function setUp(ui) {
  setUp1(ui);
  setUp2(ui);
}
