// What a word's senses are, and what the widget remembers.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 * @typedef {import("../../page/result.js").Life} Life
 * @typedef {import("../../page/dom.js").Twin} Twin
 * @typedef {import("../../page/chart.js").Chart} Chart
 * @typedef {"paper" | "code"} Kernel
 *
 * @typedef {object} Sense
 * @property {number | null} share of the contexts; null where there are none
 * @property {number} theta
 * @property {number} reach degrees
 * @property {number} x
 * @property {number} y
 * @property {number} step at which it came to the word; 0 from the start
 * @property {string} giver
 * @property {Record<Kernel, number[]>} kernels by angle
 *
 * @typedef {{before: string, after: string, p: number[], x: number, y: number}} Context
 *
 * @typedef {object} Found
 * @property {string} word
 * @property {Kernel} kernel
 * @property {number} kept
 * @property {number} sentences
 * @property {Sense[]} senses
 * @property {Context[]} contexts
 * @property {number[]} angles
 * @property {{word: string, senses: number}[]} offered
 * @property {{counts: number[], edges: number[]}} thetas
 * @property {[number, string, string][]} moves step, giver, taker
 *
 * @typedef {object} Own
 * @property {Life} life
 * @property {Found} found once it has come
 * @property {string} checkpoint that has senses; "" before one is told
 * @property {HTMLInputElement} box
 * @property {HTMLElement} offered
 * @property {HTMLElement} facts
 * @property {HTMLElement} examples
 * @property {HTMLElement} note
 * @property {HTMLElement} moved
 * @property {HTMLTableSectionElement} rows
 * @property {Chart} plane
 * @property {Chart} kernels
 * @property {Chart} widths
 * @property {Record<"contexts" | "kernels" | "widths" | "moves", Twin>} twins
 *
 * @typedef {Given & Own} Ui
 */

export {};
