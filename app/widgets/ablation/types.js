// What the ablation is made of; its runs are the frontier's.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 * @typedef {import("../../page/result.js").Life} Life
 * @typedef {import("../../page/result.js").Ask} Ask
 * @typedef {import("../../page/chart.js").Chart} Chart
 * @typedef {import("../../page/dom.js").Twin} Twin
 * @typedef {import("../frontier/types.js").Bench} Bench
 * @typedef {import("../frontier/types.js").Moments} Moments
 * @typedef {import("../frontier/types.js").Run & {on: string[]}} Run with the terms that are on
 *
 * @typedef {object} Own
 * @property {number | null} moment null is the last
 * @property {Run[]} runs in the order of TERMS
 * @property {HTMLElement} panel
 * @property {Life} life
 * @property {Ask} ask
 * @property {Bench} bench once the frontier has told
 * @property {HTMLInputElement} scrub
 * @property {HTMLOutputElement} when
 * @property {HTMLTableElement} grid
 * @property {HTMLElement} note
 * @property {Chart[]} charts one for each of CURVES
 * @property {HTMLElement} curves
 * @property {Twin} table
 * @property {Record<string, Promise<Moments>>} sheets samples by checkpoint
 *
 * @typedef {Given & Own} Ui
 */

export {};
