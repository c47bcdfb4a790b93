// What the view of collapse is made of, and what the widget remembers.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 * @typedef {import("../../page/result.js").Life} Life
 * @typedef {import("../../page/result.js").Ask} Ask
 * @typedef {import("../../page/chart.js").Chart} Chart
 * @typedef {import("../../page/choice.js").Choice} Choice
 * @typedef {import("../../page/dom.js").Twin} Twin
 *
 * @typedef {object} Row
 * @property {string} name of its checkpoint
 * @property {string} title
 * @property {string} differs from the plain one, in words
 * @property {boolean} here
 * @property {number | null} latent_dim
 * @property {Record<string, number>} values by column; what a model cannot have is absent
 *
 * @typedef {{name: string, steps: number[], model: string, encoder: string}} Told a trace, means
 *   as float32 in base64
 * @typedef {{name: string, steps: number[], model: Float32Array, encoder: Float32Array}} Trace
 *   of N items at S moments, moment by moment
 *
 * @typedef {object} Answer
 * @property {Record<string, string>} columns titles
 * @property {Row[]} rows
 * @property {Record<string, Told[]>} pairs by data: the plain run and the one with remedy
 * @property {string} steps the checkpoint of which a sentence is followed; "" where it is missing
 * @property {string} example
 *
 * @typedef {object} Bound nats
 * @property {number[]} nll by step, the encoder's own first
 * @property {number[]} kl
 * @property {number} importance_nll
 * @property {number} trained steps that the model was trained with
 * @property {string} [error]
 *
 * @typedef {{data: string, moment: string, text: string}} Look
 *
 * @typedef {object} Own
 * @property {HTMLElement} panel
 * @property {Life} life
 * @property {Ask} ask
 * @property {Answer} scene once it has come
 * @property {Record<string, Trace[]>} traces
 * @property {Look} look
 * @property {boolean} begun
 * @property {number} turn
 * @property {number} playing timer, 0 at rest
 * @property {Chart} plot
 * @property {HTMLTableElement} table
 * @property {Choice} data
 * @property {HTMLElement} chooser
 * @property {HTMLInputElement} scrub
 * @property {HTMLButtonElement} play
 * @property {HTMLOutputElement} when
 * @property {Chart[]} means
 * @property {HTMLElement[]} names above these charts
 * @property {Twin} meansTable
 * @property {HTMLElement} second
 * @property {HTMLInputElement} sentence
 * @property {Chart} bound
 * @property {HTMLElement} boundNote
 * @property {Twin} boundTable
 * @property {HTMLElement} third
 *
 * @typedef {Given & Own} Ui
 */

export {};
