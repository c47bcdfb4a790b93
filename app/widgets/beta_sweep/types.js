// What the β sweep is made of: the runs that the server knows, and what the widget remembers.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 * @typedef {import("../../page/result.js").Life} Life
 * @typedef {import("../../page/result.js").Ask} Ask
 * @typedef {import("../../page/chart.js").Chart} Chart
 * @typedef {import("../../page/choice.js").Choice} Choice
 * @typedef {import("../../page/dom.js").Twin} Twin
 *
 * @typedef {object} Run
 * @property {string} name of its checkpoint
 * @property {number} beta
 * @property {number} latent_dim
 * @property {number} n held-out pictures
 * @property {string} split
 * @property {Record<string, number | null>} values
 * @property {number[]} kl of each unit, nats; none where `problem` says why
 * @property {boolean[]} active
 * @property {number} silent units whose posterior is the prior
 * @property {string} [problem]
 *
 * @typedef {object} Walks
 * @property {string} pictures unit by unit, as base64
 * @property {number[]} units
 * @property {number[]} at the picture's own value of each
 * @property {number[]} values
 * @property {string} note
 * @property {string} [error]
 *
 * @typedef {{of: string, first: string}} Look
 *
 * @typedef {object} Own
 * @property {HTMLElement} panel
 * @property {Life} life
 * @property {Ask} ask
 * @property {Run[]} runs
 * @property {Look} look
 * @property {number} turn
 * @property {Choice} choice
 * @property {HTMLElement} chooser
 * @property {Chart} plot
 * @property {HTMLElement} plotNote
 * @property {Chart} bars
 * @property {HTMLElement} barsNote
 * @property {HTMLTableElement} collapse
 * @property {HTMLElement} walks
 * @property {HTMLElement} walksNote
 * @property {HTMLButtonElement} other
 * @property {Twin} table
 * @property {HTMLElement} missing
 * @property {HTMLElement} walksTitle
 * @property {HTMLElement} sheet
 * @property {boolean} begun
 *
 * @typedef {Given & Own} Ui
 */

export {};
