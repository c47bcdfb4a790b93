// What tables of measurements are made of, and what the widget remembers.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 * @typedef {Record<string, any>} Row with its label, and whether it is a reference
 * @typedef {{flipped: boolean, text: string, trials: number}} Outcome of a method
 *
 * @typedef {object} Table
 * @property {string} id
 * @property {string} title
 * @property {string} note
 * @property {Row[]} rows
 * @property {(Row & {methods?: Record<string, Outcome>})[]} examples
 *
 * @typedef {{published?: boolean, head: string, cells: (string | number)[]}} Line
 *
 * @typedef {object} Own
 * @property {HTMLElement} panel
 * @property {Record<string, Promise<{tables?: Table[]}>>} answers by checkpoint
 * @property {HTMLElement} body
 * @property {HTMLDetailsElement} fold
 *
 * @typedef {Given & Own} Ui
 */

export {};
