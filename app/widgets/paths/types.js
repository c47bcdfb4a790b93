// What paths are made of, and what the widget remembers.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 * @typedef {Record<string, any>} Request the tab's controls
 * @typedef {{text: string, space: boolean, mark: string, old: string}} Part of a sentence, with
 *   what differs from the one before it
 *
 * @typedef {object} Row a step
 * @property {string} item
 * @property {Part[]} [parts] of a sentence
 * @property {number | null} log_p_z
 * @property {number | null} log_p_x
 * @property {number} round_trip
 * @property {number} typicality of its code, in percent
 * @property {boolean} atypical
 * @property {import("../../page/verdict.js").Verdict} [verdict] where it was asked for
 *
 * @typedef {object} Answer
 * @property {"text" | "image"} modality
 * @property {"path" | "corners" | "arithmetic"} mode
 * @property {Row[]} rows
 * @property {string[]} [judged] classes that verdicts name
 * @property {string} [unjudged] why there are none
 * @property {Record<string, string[]>} unknown words of each sentence
 *
 * @typedef {object} Own
 * @property {{data: Answer, request: Request} | null} last what is shown
 * @property {HTMLElement} note
 * @property {HTMLElement} stage
 * @property {HTMLElement} body
 * @property {HTMLElement} tools
 *
 * @typedef {Given & Own} Ui
 */

export {};
