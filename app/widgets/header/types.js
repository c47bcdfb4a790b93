// What the header remembers.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 *
 * @typedef {object} Own
 * @property {HTMLElement} notice
 * @property {HTMLElement} facts
 * @property {HTMLElement} device
 * @property {HTMLDialogElement} help
 * @property {HTMLElement} hiding
 * @property {HTMLButtonElement} showAll
 * @property {string | null} stored the theme that was chosen
 * @property {HTMLButtonElement} copyLink
 *
 * @typedef {Given & Own} Ui
 */

export {};
