// What a comparison is made of, and what the widget remembers.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 * @typedef {import("../../page/result.js").Life} Life
 * @typedef {import("../../page/result.js").Ask} Ask
 * @typedef {import("../../page/chart.js").Chart} Chart
 * @typedef {Record<string, any>} Request the tab's controls
 *
 * @typedef {object} Side
 * @property {string} checkpoint
 * @property {string} title
 * @property {string} cannot why it does not do this; nothing where it does
 * @property {string[] | null} [items] sentences, or pictures as base64
 * @property {string} [note]
 * @property {number[]} [difference] of each item from what was given
 *
 * @typedef {object} Drifted the same items by both, in one frame
 * @property {number[][][]} places of both, on two axes
 * @property {number[]} drift of each item
 * @property {number} whole root mean square of it
 * @property {number[]} sizes of the codes
 *
 * @typedef {{item?: string, modality?: string, cannot?: string}} Cell
 *
 * @typedef {object} Answer
 * @property {string} mode
 * @property {"text" | "image"} modality
 * @property {Side[]} sides
 * @property {string[]} given
 * @property {number} first
 * @property {number[] | null} between
 * @property {string} note
 * @property {Drifted | null} map
 * @property {(string | number)[]} rows of the grid
 * @property {(string | number)[]} columns
 * @property {string[]} axes
 * @property {Record<string, any>[][]} cells their settings
 *
 * @typedef {object} Column of a table that can be sorted
 * @property {string} key
 * @property {string} title
 * @property {string} [about]
 *
 * @typedef {object} Own
 * @property {Life} life
 * @property {Ask} ask
 * @property {{data: Answer, request: Request} | null} last
 * @property {() => any[][]} sheet what the CSV file holds
 * @property {HTMLElement} stage
 * @property {HTMLButtonElement} csv
 * @property {Chart} chart
 * @property {HTMLElement} picked
 *
 * @typedef {Given & Own} Ui
 */

export {};
