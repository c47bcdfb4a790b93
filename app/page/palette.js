// Colours and marks of categories, the same in every drawing of the page.
// @ts-check
import { el } from "./dom.js";

/** @typedef {Pick<CanvasPath, "arc" | "rect" | "moveTo" | "lineTo" | "closePath">} Pen */

/** Okabe and Ito's palette without its black, which a dark page would swallow. */
export const COLOURS = [
  "#E69F00",
  "#56B4E9",
  "#009E73",
  "#CC79A7",
  "#0072B2",
  "#D55E00",
  "#B8A900",
];

/**
 * A category's symbol as a path of a canvas around (x, y).
 * @type {((pen: Pen, x: number, y: number, r: number) => void)[]}
 */
export const SYMBOLS = [disc, square, triangle, diamond, cross];

/** The same symbols as letters. */
export const GLYPHS = ["●", "■", "▲", "◆", "✚"];

/** @param {Pen} pen @param {number} x @param {number} y @param {number} r */
function disc(pen, x, y, r) {
  pen.arc(x, y, r, 0, 7);
}

/** @param {Pen} pen @param {number} x @param {number} y @param {number} r */
function square(pen, x, y, r) {
  pen.rect(x - r * 0.88, y - r * 0.88, r * 1.76, r * 1.76);
}

/** @param {Pen} pen @param {number} x @param {number} y @param {number} r */
function triangle(pen, x, y, r) {
  pen.moveTo(x, y - r * 1.2);
  pen.lineTo(x + r * 1.1, y + r * 0.8);
  pen.lineTo(x - r * 1.1, y + r * 0.8);
  pen.closePath();
}

/** @param {Pen} pen @param {number} x @param {number} y @param {number} r */
function diamond(pen, x, y, r) {
  pen.moveTo(x, y - r * 1.3);
  pen.lineTo(x + r * 1.3, y);
  pen.lineTo(x, y + r * 1.3);
  pen.lineTo(x - r * 1.3, y);
  pen.closePath();
}

/** @param {Pen} pen @param {number} x @param {number} y @param {number} r */
function cross(pen, x, y, r) {
  pen.rect(x - r * 1.2, y - r * 0.45, r * 2.4, r * 0.9);
  pen.rect(x - r * 0.45, y - r * 1.2, r * 0.9, r * 2.4);
}

/**
 * The symbol of category k in its colour.
 * @param {number} k
 */
export function mark(k) {
  const canvas = el("canvas", {
    class: "lp-symbol",
    width: 24,
    height: 24,
    "aria-hidden": "true",
  });
  const pen = canvas.getContext("2d");
  if (!pen) return canvas;
  pen.fillStyle = COLOURS[k % COLOURS.length];
  pen.beginPath();
  SYMBOLS[k % SYMBOLS.length](pen, 12, 12, 7);
  pen.fill();
  return canvas;
}

/**
 * A colour that lets what lies behind it shine through.
 * @param {string} colour `#rrggbb`, or the name of a token
 * @param {number} [opacity]
 */
export function faded(colour, opacity = 0.18) {
  if (colour.startsWith("--")) return `${colour}/${opacity}`;
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return `rgba(${r}, ${g}, ${b}, ${opacity})`;
}
