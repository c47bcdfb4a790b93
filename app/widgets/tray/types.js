// What the tray remembers.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 * @typedef {import("../../page/tray.js").Kept} Kept
 *
 * @typedef {object} Own
 * @property {HTMLElement} count
 * @property {HTMLElement} list
 * @property {HTMLElement} empty
 * @property {HTMLElement} error
 * @property {HTMLButtonElement} asCsv
 * @property {HTMLButtonElement} asJson
 *
 * @typedef {Given & Own} Ui
 */

export {};
