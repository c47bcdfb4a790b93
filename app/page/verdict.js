// A classifier's verdict on one item: its class, and how sure it is.

import { el } from "./dom.js";
import { fixed } from "./numbers.js";
import { COLOURS, GLYPHS } from "./palette.js";

/** @typedef {[label: number, sure: number]} Verdict -1 for what the classifier cannot read */

export const UNREADABLE = "cannot be read";

/**
 * "digit 7, 98%"
 * @param {string[]} classes
 * @param {Verdict} verdict
 */
export const told = (classes, [label, sure]) =>
  label < 0 ? UNREADABLE : `${classes[label]}, ${fixed(100 * sure, 0)}%`;

/** The sign of a class, in its colour. @param {number} label */
export function mark(label) {
  const text = label < 0 ? "–" : GLYPHS[label % GLYPHS.length];
  const glyph = el("i", { text, "aria-hidden": "true" });
  if (label >= 0) glyph.style.color = COLOURS[label % COLOURS.length];
  return glyph;
}

/**
 * Both, small.
 * @param {string[]} classes
 * @param {Verdict} verdict
 */
export function badge(classes, verdict) {
  const text = told(classes, verdict);
  return el("small", { class: "lp-verdict", title: text }, mark(verdict[0]), ` ${text}`);
}
