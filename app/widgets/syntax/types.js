// What the view of syntax and meaning is made of, and what the widget remembers.

/**
 * @typedef {import("../../page/widget.js").Given} Widget
 * @typedef {import("../../page/result.js").Life} Life
 * @typedef {import("../../page/result.js").Ask} Ask
 * @typedef {import("../../page/chart.js").Chart} Chart
 * @typedef {import("../../page/dom.js").Twin} Twin
 *
 * @typedef {{value: number, n: number, reference: number | null, reference_is: string}} Entry in
 *   per cent
 *
 * @typedef {object} Model
 * @property {string} name of its checkpoint
 * @property {string} title
 * @property {Record<"tree" | "words", Record<"syntax" | "meaning", Entry | null>>} probes
 * @property {Record<string, Entry | null>} swaps
 *
 * @typedef {{models: Model[], first: [string, string]}} Numbers
 *
 * @typedef {{construction: string, tree: string, content: string[]}} Built empty where a sentence
 *   is none of the grammar
 * @typedef {Built & {unknown: string[]}} Given
 *
 * @typedef {object} Judged
 * @property {string} text
 * @property {boolean} same_tree
 * @property {string[]} kept
 * @property {string[]} lost
 * @property {string[]} added
 *
 * @typedef {Built & Judged} Swap
 *
 * @typedef {{given: Given[], swaps: Swap[], error?: string}} Answer A and B as they come back, A in
 *   B's form, B in A's
 *
 * @typedef {{of: string, a: string, b: string}} Look
 *
 * @typedef {object} Own
 * @property {HTMLElement} panel
 * @property {Life} life
 * @property {Ask} ask
 * @property {Numbers} numbers once they have come
 * @property {Look} look
 * @property {number} turn
 * @property {boolean} begun
 * @property {HTMLElement} missing
 * @property {HTMLElement} sheet
 * @property {HTMLSelectElement} models
 * @property {HTMLInputElement} a
 * @property {HTMLInputElement} b
 * @property {HTMLElement} note
 * @property {HTMLTableElement} table
 * @property {Twin} trees
 * @property {HTMLElement} links
 * @property {HTMLElement} verdict
 * @property {Chart} probes
 * @property {Twin} measured
 *
 * @typedef {Widget & Own} Ui
 */

export {};
