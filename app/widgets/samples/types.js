// What samples are made of, and what the widget remembers.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 * @typedef {import("../../page/result.js").Life} Life
 * @typedef {Record<string, any>} Request the tab's controls
 * @typedef {string | Uint8Array} Item a sentence, or the bytes of a picture
 *
 * @typedef {object} Piece
 * @property {"text" | "image"} modality
 * @property {number} total
 * @property {number} bytes_each of a picture
 * @property {string} job that is asked for the next
 * @property {string} warning
 * @property {any} items sentences, or pictures as base64
 * @property {string} [error]
 *
 * @typedef {object} Own
 * @property {string | null} job
 * @property {Item[]} shown what is on the page, for the export
 * @property {HTMLElement} status
 * @property {HTMLProgressElement} bar
 * @property {HTMLButtonElement} stop
 * @property {HTMLElement} warning
 * @property {HTMLElement} items
 * @property {HTMLElement} note
 * @property {Life["body"]} body
 * @property {Life["tools"]} tools
 * @property {Life["view"]} view
 *
 * @typedef {Given & Own} Ui
 */

export {};
