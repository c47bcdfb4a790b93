// The square of the pad: what lies behind the ring, and the pointer and keys that move it.

import { el, svg } from "../../page/dom.js";
import { fixed } from "../../page/numbers.js";
import { COLOURS, GLYPHS } from "../../page/palette.js";
import { bytes, pen as penOf, sideOf } from "../../page/pictures.js";
import { dragged, drawGlobe, keepTiles, placeAt, seen, vector, within } from "./globe.js";
import { CORNERS, fail, go, isGlobe, isUnit, placeText, pointAt } from "./latent_pad.js";
import { drawStrip } from "./units.js";

/**
 * @typedef {import("./types.js").Territories} Territories
 * @typedef {import("./types.js").Ui} Ui
 */

const STILL = 0.01; // of the square: a shorter drag is a click

// A place (u, v) as fractions of the square from its top left corner, and back.
/** @param {Ui} ui @param {number[]} place */
export function toSquare(ui, place) {
  if (isGlobe(ui)) return seen(ui.at, vector(place));
  const [u, v] = place;
  const { origin, basis, corner, side } = ui.scene;
  const [x, y] = [0, 1].map((i) => origin[i] + u * basis[0][i] + v * basis[1][i]);
  return [(x - corner[0]) / side, 1 - (y - corner[1]) / side];
}

/** @param {Ui} ui @param {number[]} spot */
function fromSquare(ui, spot) {
  const [s, t] = spot;
  const { origin, basis, corner, side } = ui.scene;
  const x = corner[0] + s * side - origin[0];
  const y = corner[1] + (1 - t) * side - origin[1];
  const [[a, b], [c, d]] = basis;
  const area = a * d - b * c;
  return [(x * d - y * c) / area, (y * a - x * b) / area];
}

/** @param {Ui} ui @param {number} x @param {number} y */
export const xy = (ui, x, y) => [
  (x - ui.scene.corner[0]) / ui.scene.side,
  1 - (y - ui.scene.corner[1]) / ui.scene.side,
];

/** @param {Ui} ui @param {number} radius */
const labelled = (ui, radius) => xy(ui, radius * Math.SQRT1_2, radius * Math.SQRT1_2);

/** @param {HTMLElement} node @param {number[]} spot */
const put = (node, spot) =>
  Object.assign(node.style, { left: `${100 * spot[0]}%`, top: `${100 * spot[1]}%` });

/** @param {Ui} ui */
export function showRing(ui) {
  put(ui.ring, toSquare(ui, ui.at));
  if (isGlobe(ui)) {
    ui.over.replaceChildren();
    drawGlobe(ui);
  }
  ui.square.setAttribute("aria-valuenow", String(ui.at[0]));
  ui.square.setAttribute("aria-valuetext", placeText(ui, ui.at));
}

/** @param {Ui} ui */
export function drawPlane(ui) {
  const { corner, side, circles } = ui.scene;
  ui.square.setAttribute("aria-valuemin", "-1000");
  ui.square.setAttribute("aria-valuemax", "1000");
  if (isGlobe(ui)) {
    for (const node of [ui.lines, ui.words, ui.ticks, ui.names]) node.replaceChildren();
    ui.tiles.hidden = true;
    return; // the rest is drawn as it is turned
  }
  const [cx, cy] = xy(ui, 0, 0);
  ui.lines.replaceChildren(
    svg("path", { class: "pad-axis", d: `M0 ${cy}H1M${cx} 0V1` }),
    ...circles.map(({ radius }) =>
      svg("circle", { class: "pad-circle", cx, cy, r: radius / side }),
    ),
    svg("path", { class: "pad-here" }),
    svg("path", { class: "pad-borders" }),
  );
  if (!ui.scene.flat) {
    const corners = CORNERS.map((given) => toSquare(ui, given));
    ui.lines.append(svg("path", { class: "pad-triangle", d: `M${corners.join("L")}Z` }));
  }
  const label = (
    /** @type {string} */ text,
    /** @type {number[]} */ place,
    /** @type {string} */ kind,
  ) => {
    const node = el("span", { class: kind, text });
    put(node, place);
    return node;
  };
  ui.words.replaceChildren();
  ui.ticks.replaceChildren();
  const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100].find((s) => side / s < 9) || side / 4;
  for (let i = Math.ceil(corner[0] / step); i * step < corner[0] + side; i++)
    ui.ticks.append(
      label(fixed(i * step, step < 1 ? 1 : 0), [xy(ui, i * step, 0)[0], 1], "pad-tick pad-tick-x"),
    );
  for (let i = Math.ceil(corner[1] / step); i * step < corner[1] + side; i++)
    ui.ticks.append(
      label(fixed(i * step, step < 1 ? 1 : 0), [0, xy(ui, 0, i * step)[1]], "pad-tick pad-tick-y"),
    );
  circles.forEach(({ radius, label: text }, i) => {
    const place = labelled(ui, radius);
    const room = radius / side > 0.08 || i === circles.length - 1; // else labels would pile up
    const inside = Math.min(...place) > 0 && Math.max(...place) < 1;
    if (room && inside) ui.ticks.append(label(text, place, "pad-sigma"));
  });
  ui.scene.points.forEach(({ name }, i) =>
    ui.ticks.append(label(name, toSquare(ui, pointAt(ui, i)), "pad-anchor")),
  );
  ui.tiles.hidden = true;
  drawDots(ui);
}

/** @param {Ui} ui */
export function drawDots(ui) {
  if (isGlobe(ui)) return drawGlobe(ui);
  const scale = window.devicePixelRatio || 1;
  const size = Math.round(ui.square.clientWidth * scale);
  ui.dots.width = ui.dots.height = size; // also wipes it
  if (!ui.scene?.dots || !size) return;
  const pen = penOf(ui.dots);
  pen.globalAlpha = 0.75;
  pen.font = `${7 * scale}px sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  const { xy: places, label: labels } = ui.scene.dots;
  places.forEach(([x, y], i) => {
    const label = labels[i];
    if (ui.hidden.has(label)) return;
    const [s, t] = xy(ui, x, y);
    pen.fillStyle = COLOURS[label % COLOURS.length];
    pen.fillText(GLYPHS[label % GLYPHS.length], s * size, t * size);
  });
}

/** @param {Ui} ui */
export async function drawBackdrop(ui) {
  const mine = ui.scene;
  const { view, anchors } = mine;
  mine.backdrop = true; // asked for
  const unit = isUnit(ui) ? ui.at[0] : 0;
  if (isUnit(ui)) ui.strip.classList.add("pad-waiting");
  else ui.square.classList.add("pad-waiting");
  const answer = await ui.ask("backdrop", {
    checkpoint: view.checkpoint,
    mode: view.mode,
    anchors,
    unit,
  });
  if (ui.scene !== mine || (isUnit(ui) && unit !== ui.at[0])) return;
  ui.square.classList.remove("pad-waiting");
  ui.strip.classList.remove("pad-waiting");
  if (answer.error) {
    mine.backdrop = false; // the next rest asks again
    if (answer.cancelled) mine.left.add("backdrop");
    fail(ui, answer.error);
  } else if (isUnit(ui)) drawStrip(ui, answer);
  else if (answer.globe) keepTiles(ui, answer);
  else if (answer.tiles) drawTiles(ui, answer);
  else drawTerritories(ui, answer);
}

/**
 * n x n decoded pictures as one; intensity is the opacity of ink.
 * @param {Ui} ui
 * @param {{n: number, tiles: string}} sheet
 */
function drawTiles(ui, { n, tiles: packed }) {
  const data = bytes(packed);
  const side = sideOf(data.subarray(0, data.length / (n * n)));
  const size = n * side;
  const context = penOf(ui.tiles);
  ui.tiles.width = ui.tiles.height = size;
  const image = context.createImageData(size, size);
  const coloured = data.length === 3 * size * size;
  for (let i = 0; i < size * size; i++) {
    const tile = Math.floor(i / side ** 2);
    const y = Math.floor(tile / n) * side + Math.floor((i % side ** 2) / side);
    const x = (tile % n) * side + (i % side);
    const at = 4 * (y * size + x);
    if (coloured) image.data.set([data[3 * i], data[3 * i + 1], data[3 * i + 2], 255], at);
    else image.data[at + 3] = data[i];
  }
  ui.tiles.classList.toggle("lp-ink", !coloured);
  context.putImageData(image, 0, 0);
  ui.tiles.hidden = false;
}

/**
 * Where else on the map the sentence that is shown comes out.
 * @param {Ui} ui
 * @param {string} item
 */
export function showTerritory(ui, item) {
  const here = ui.lines.querySelector(".pad-here");
  if (!here || !ui.scene.map) return;
  const { n, texts, cells } = ui.scene.map;
  const text = texts.indexOf(item);
  const box = (/** @type {number} */ i) =>
    `M${(i % n) / n} ${Math.floor(i / n) / n}h${1 / n}v${1 / n}h${-1 / n}z`;
  here.setAttribute("d", cells.map((cell, i) => (cell === text ? box(i) : "")).join(""));
}

/**
 * A map of sentences: a border wherever neighbouring cells decode to different ones.
 * @param {Ui} ui
 * @param {Territories} map
 */
function drawTerritories(ui, map) {
  const { n, texts, cells } = map;
  ui.scene.map = map;
  showTerritory(ui, ui.sentence.textContent);
  let path = "";
  for (let row = 0; row < n; row++)
    for (let column = 0; column < n; column++) {
      const [s, t, here] = [column / n, row / n, cells[row * n + column]];
      if (column && cells[row * n + column - 1] !== here) path += `M${s} ${t}v${1 / n}`;
      if (row && cells[(row - 1) * n + column] !== here) path += `M${s} ${t}h${1 / n}`;
    }
  ui.lines.querySelector(".pad-borders")?.setAttribute("d", path);
  // Largest first; a name is written where it covers neither another name nor a point.
  const sums = texts.map(() => [0, 0, 0]);
  cells.forEach((text, i) => {
    const sum = sums[text];
    sum[0] += (i % n) + 0.5;
    sum[1] += Math.floor(i / n) + 0.5;
    sum[2] += 1;
  });
  const width = ui.square.clientWidth || 560;
  const taken = CORNERS.map((corner) => [...toSquare(ui, corner), 12 / width]);
  const written = new Set();
  for (const { radius } of ui.scene.circles) taken.push([...labelled(ui, radius), 46 / width]);
  const order = texts.map((_, i) => i).sort((a, b) => sums[b][2] - sums[a][2]);
  for (const i of order) {
    const [x, y, size] = sums[i];
    if (size < 3) break;
    const all = texts[i].split(" ");
    const text = all.slice(0, 4).join(" ") + (all.length > 4 ? " …" : "");
    if (written.has(text)) continue;
    const half = (3.3 * text.length + 4) / width;
    const place = [Math.min(1 - half, Math.max(half, x / size / n)), y / size / n];
    const covers = (/** @type {number[]} */ [s, t, h]) =>
      Math.abs(s - place[0]) < half + h && Math.abs(t - place[1]) < 20 / width;
    if (half > 0.4 || taken.some(covers)) continue;
    taken.push([...place, half]);
    written.add(text);
    const node = el("span", { class: "pad-name", text });
    put(node, place);
    ui.words.append(node);
  }
}

/** @param {Ui} ui @param {PointerEvent} event */
function pointer(ui, event) {
  return fromSquare(ui, spotOf(ui, event));
}

/** @param {Ui} ui @param {PointerEvent} event */
function spotOf(ui, event) {
  const box = ui.square.getBoundingClientRect();
  const s = (event.clientX - box.left - ui.square.clientLeft) / ui.square.clientWidth;
  const t = (event.clientY - box.top - ui.square.clientTop) / ui.square.clientHeight;
  const inside = (/** @type {number} */ x) => Math.min(1, Math.max(0, x));
  return [inside(s), inside(t)];
}

/**
 * How a drag has turned the sphere since it began; nothing before it has moved at all.
 * @param {Ui} ui
 * @param {PointerEvent} event
 */
function turned(ui, event) {
  const { spot, at, moved } = ui.grip;
  const by = spotOf(ui, event).map((x, i) => x - spot[i]);
  if (!moved && Math.hypot(...by) < STILL) return null;
  ui.grip.moved = true;
  return dragged(at, by);
}

/** @type {Record<string, number[]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @param {Ui} ui */
export function setUp(ui) {
  new ResizeObserver(() => ui.scene && !isUnit(ui) && drawDots(ui)).observe(ui.square);
  ui.dragging = false;
  ui.square.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !ui.scene) return;
    ui.dragging = true;
    ui.square.setPointerCapture(event.pointerId);
    ui.grip = { spot: spotOf(ui, event), at: ui.at, moved: false };
    if (!isGlobe(ui)) go(ui, pointer(ui, event), { time: event.timeStamp });
  });
  // Chromium delivers at most one pointermove for each frame, so no throttle is needed here.
  ui.square.addEventListener("pointermove", (event) => {
    if (!ui.dragging) return;
    const place = isGlobe(ui) ? turned(ui, event) : pointer(ui, event);
    if (place) go(ui, place, { time: event.timeStamp });
  });
  ui.square.addEventListener("pointerup", (event) => {
    if (ui.dragging && isGlobe(ui) && !ui.grip.moved)
      go(ui, placeAt(ui.at, spotOf(ui, event)), { time: event.timeStamp });
  });
  for (const end of ["pointerup", "pointercancel"])
    ui.square.addEventListener(end, () => (ui.dragging = false));
  ui.square.addEventListener("keydown", (event) => {
    if (!ui.scene || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (!arrow && event.key !== "Home") return;
    event.preventDefault();
    event.stopPropagation();
    const step = event.shiftKey ? 0.1 : 0.01;
    const inside = (/** @type {number} */ x) => Math.min(1, Math.max(0, x));
    const place = !arrow
      ? ui.scene.home
      : isGlobe(ui)
        ? within(ui.at.map((x, i) => x + 200 * step * arrow[i] * (i ? -1 : 1)))
        : fromSquare(
            ui,
            toSquare(ui, ui.at).map((x, i) => inside(x + step * arrow[i])),
          );
    go(ui, place, { time: event.timeStamp, glide: true });
  });
}
