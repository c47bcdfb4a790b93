// What the table of codes is made of, and what the widget remembers.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 * @typedef {import("../../page/result.js").Life} Life
 * @typedef {{id: string, title: string, unit: string}} Column
 *
 * @typedef {object} Cell
 * @property {number | null} value ours
 * @property {number | null} [stderr]
 * @property {number | null} [reference] with labels shuffled
 * @property {number | null} [published]
 * @property {string} split
 * @property {number} n
 *
 * @typedef {object} Row a model
 * @property {string} name of its checkpoint
 * @property {string} title
 * @property {"ok" | "missing" | "unmeasured"} state
 * @property {number} [codes] possible
 * @property {Cell[]} cells
 *
 * @typedef {{columns: Column[], rows: Row[]}} Scene
 *
 * @typedef {object} Own
 * @property {Scene} scene once it has come
 * @property {Life} life
 * @property {HTMLTableRowElement} head
 * @property {HTMLTableSectionElement} body
 * @property {HTMLElement} foot
 * @property {HTMLDetailsElement} fold
 *
 * @typedef {Given & Own} Ui
 */

export {};
