// What classes and styles are made of: models, what the server answers, what the widget remembers.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 * @typedef {import("../../page/result.js").Life} Life
 * @typedef {import("../../page/result.js").Ask} Ask
 * @typedef {import("../../page/chart.js").Chart} Chart
 * @typedef {import("../../page/dom.js").Twin} Twin
 *
 * @typedef {object} Model
 * @property {string} name
 * @property {string} title
 * @property {boolean} told the class
 * @property {boolean} digits whether its classes are digits
 * @property {string[] | null} names of the classes
 *
 * @typedef {{label: number | null, share: number | null, n: number}} Carried what a class holds
 *
 * @typedef {object} Grid
 * @property {string} pictures row by row, as base64
 * @property {number} rows
 * @property {number} columns
 * @property {Carried[] | null} carried by classes that were found
 * @property {[index: number, kl: number][]} units
 * @property {number} unit
 * @property {string | null} given pictures, as base64
 * @property {number[] | null} labels of them
 * @property {number[] | null} own column of each
 * @property {number[]} [values] of the unit
 * @property {string} note
 *
 * @typedef {object} Curves by step
 * @property {number[]} steps
 * @property {number[]} kl_z
 * @property {number[]} capacity_z
 * @property {number[]} kl_c
 * @property {number[]} capacity_c
 *
 * @typedef {object} Measured
 * @property {(number | null)[]} recognised by class
 * @property {number[]} thickness by class
 * @property {Curves | null} curves
 *
 * @typedef {{of: string, source: string, seed: string, first: string, unit: string}} Look
 * @typedef {{checkpoint: string, source: string, seed: number, first: number}} Request
 *
 * @typedef {object} Own
 * @property {{z: Chart, c: Chart}} charts once there are curves
 * @property {HTMLElement} panel
 * @property {Life} life
 * @property {Ask} ask
 * @property {Look} FIRST
 * @property {Look} look
 * @property {boolean} begun
 * @property {HTMLSelectElement} models
 * @property {HTMLSelectElement} sources
 * @property {HTMLSelectElement} units
 * @property {HTMLInputElement} seed
 * @property {HTMLButtonElement} dice
 * @property {HTMLButtonElement} others
 * @property {HTMLElement} meaning
 * @property {HTMLTableElement} table
 * @property {HTMLElement} gridNote
 * @property {HTMLElement} facts
 * @property {HTMLElement} plots
 * @property {Twin} classTable
 * @property {Twin} curveTable
 * @property {HTMLElement} sheet
 * @property {HTMLElement} bar
 *
 * @typedef {Omit<Given, "props"> & {props: {tab: string, value: string, models: Model[]}}
 *   & Own} Ui
 */

export {};
