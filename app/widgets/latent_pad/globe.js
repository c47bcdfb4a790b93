// A sphere of codes in the place of the square: it turns under the ring, which stays in the middle,
// so the place that is decoded is how the sphere is turned. A place is longitude and latitude.

import { el } from "../../page/dom.js";
import { COLOURS, GLYPHS } from "../../page/palette.js";
import { bytes, paint, pen as penOf, split } from "../../page/pictures.js";

/**
 * @typedef {import("./types.js").Ui} Ui
 * @typedef {import("./types.js").Backdrop} Backdrop
 */

const RADIUS = 0.47; // of the side of the square
const TILE = 0.07;
const PATCH = 0.021; // radius of what shows a verdict
const GRID = "rgb(128 128 128 / 45%)"; // on light and dark
const LINES = 30; // degrees between two meridians or circles of latitude
const STRONGEST = 0.6; // opacity where the classifier has no doubt

/** @param {number} degrees */
const radians = (degrees) => (degrees * Math.PI) / 180;

/** The vector of length 1 at a place. @param {number[]} place */
export function vector([longitude, latitude]) {
  const [turn, rise] = [radians(longitude), radians(latitude)];
  return [Math.cos(rise) * Math.cos(turn), Math.cos(rise) * Math.sin(turn), Math.sin(rise)];
}

/** To the right, up and towards the eye where a place is in the middle. @param {number[]} place */
function axesAt([longitude, latitude]) {
  const turn = radians(longitude);
  return [
    [-Math.sin(turn), Math.cos(turn), 0],
    vector([longitude, latitude + 90]),
    vector([longitude, latitude]),
  ];
}

/** @param {number[]} a @param {number[]} b */
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/**
 * Where a code is seen, as fractions of the square from its top left, and how near to the eye: from
 * 1 in the middle to 0 at the rim, below 0 behind it.
 * @param {number[]} middle the place that is in the middle
 * @param {number[]} z
 */
export function seen(middle, z) {
  const [right, up, near] = axesAt(middle).map((axis) => dot(axis, z));
  return [0.5 + RADIUS * right, 0.5 - RADIUS * up, near];
}

/**
 * The place that is seen at a spot, or the nearest one on the rim.
 * @param {number[]} middle
 * @param {number[]} spot
 */
export function placeAt(middle, [s, t]) {
  let [x, y] = [(s - 0.5) / RADIUS, (0.5 - t) / RADIUS];
  const length = Math.max(1, Math.hypot(x, y));
  [x, y] = [x / length, y / length];
  const near = Math.sqrt(Math.max(0, 1 - x * x - y * y));
  const [right, up, eye] = axesAt(middle);
  const z = [0, 1, 2].map((i) => x * right[i] + y * up[i] + near * eye[i]);
  const degrees = 180 / Math.PI;
  return [degrees * Math.atan2(z[1], z[0]), degrees * Math.atan2(z[2], Math.hypot(z[0], z[1]))];
}

/** Longitudes go round, the poles are the end. @param {number[]} place */
export const within = ([longitude, latitude]) => [
  longitude - 360 * Math.round(longitude / 360),
  Math.max(-90, Math.min(90, latitude)),
];

/**
 * What a drag by fractions of the square makes of the place in the middle: the sphere follows.
 * @param {number[]} middle
 * @param {number[]} by
 */
export const dragged = ([longitude, latitude], [across, down]) =>
  within([longitude - (across / RADIUS) * 57.3, latitude + (down / RADIUS) * 57.3]);

/** Pictures of the sphere's own, as small canvases. @param {Ui} ui @param {Backdrop} backdrop */
export function keepTiles(ui, { globe, tiles }) {
  ui.scene.tiles = split(bytes(tiles), globe.length).map((data, i) => {
    const canvas = el("canvas");
    paint(canvas, data);
    return { z: globe[i], canvas };
  });
  ui.tiles.classList.toggle("lp-ink", ui.scene.tiles[0].canvas.classList.contains("lp-ink"));
  ui.tiles.hidden = false;
  drawGlobe(ui);
}

/** All that is on the sphere, as it is turned now. @param {Ui} ui */
export function drawGlobe(ui) {
  const size = Math.round(ui.square.clientWidth * (window.devicePixelRatio || 1));
  if (!size) return;
  drawPictures(ui, size);
  drawVerdicts(ui, size);
  const pen = wiped(ui.dots, size);
  pen.strokeStyle = GRID;
  pen.beginPath();
  for (let at = -180; at < 180; at += LINES) {
    trace(pen, ui, size, (part) => [at, 180 * part - 90]);
    if (at > -90 && at < 90) trace(pen, ui, size, (part) => [360 * part, at]);
  }
  pen.moveTo(size * (0.5 + RADIUS), size / 2);
  pen.arc(size / 2, size / 2, size * RADIUS, 0, 7);
  pen.stroke();
  const { dots } = ui.scene;
  if (!dots) return;
  pen.font = `${size / 75}px sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  dots.xy.forEach((z, i) => {
    const label = dots.label[i];
    const [s, t, near] = seen(ui.at, z);
    if (near <= 0 || ui.hidden.has(label)) return;
    pen.globalAlpha = 0.35 + 0.5 * near;
    pen.fillStyle = COLOURS[label % COLOURS.length];
    pen.fillText(GLYPHS[label % GLYPHS.length], s * size, t * size);
  });
}

/**
 * The part of a line that is in front.
 * @param {CanvasRenderingContext2D} pen
 * @param {Ui} ui
 * @param {number} size
 * @param {(part: number) => number[]} line
 */
function trace(pen, ui, size, line) {
  let on = false;
  for (let i = 0; i <= 60; i++) {
    const [s, t, near] = seen(ui.at, vector(line(i / 60)));
    if (near > 0 && on) pen.lineTo(s * size, t * size);
    else pen.moveTo(s * size, t * size);
    on = near > 0;
  }
}

/** @param {Ui} ui @param {number} size */
function drawPictures(ui, size) {
  const pen = wiped(ui.tiles, size);
  for (const { z, canvas } of ui.scene.tiles ?? []) {
    const [s, t, near] = seen(ui.at, z);
    if (near <= 0) continue;
    const side = TILE * size * near ** 0.5;
    pen.drawImage(canvas, s * size - side / 2, t * size - side / 2, side, side);
  }
}

/** @param {Ui} ui @param {number} size */
function drawVerdicts(ui, size) {
  const pen = wiped(ui.regions, size);
  const { verdicts } = ui.scene;
  verdicts?.globe?.forEach((z, i) => {
    const [s, t, near] = seen(ui.at, z);
    const [label, sure] = verdicts.found[i];
    if (near <= 0 || label < 0) return;
    const chance = 1 / verdicts.classes.length;
    pen.globalAlpha = (STRONGEST * (sure - chance)) / (1 - chance);
    pen.fillStyle = COLOURS[label % COLOURS.length];
    pen.beginPath();
    pen.arc(s * size, t * size, PATCH * size, 0, 7);
    pen.fill();
  });
}

/** @param {HTMLCanvasElement} canvas @param {number} size */
function wiped(canvas, size) {
  canvas.width = canvas.height = size;
  return penOf(canvas);
}
