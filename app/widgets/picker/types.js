// What the list of checkpoints is made of, and what the widget remembers.

/**
 * @typedef {{name: string, title: string, disabled?: boolean}} Option
 * @typedef {{label: string, options: Option[]}} Group
 *
 * @typedef {object} Gauge a measured number
 * @property {string} label
 * @property {number} value
 * @property {string} unit
 * @property {string} split
 * @property {number} n
 * @property {"ok" | "caution"} state
 * @property {string} note
 *
 * @typedef {object} Own
 * @property {{value: string, groups: Group[], label: string}} props
 * @property {Group[]} groups that can be chosen from now
 * @property {string} asked
 * @property {HTMLSelectElement} list
 * @property {HTMLInputElement} find
 * @property {HTMLOutputElement} said
 * @property {HTMLElement} warning
 * @property {HTMLElement} gauges
 * @property {HTMLDialogElement} card
 * @property {HTMLElement} text
 * @property {HTMLButtonElement} opener
 *
 * @typedef {Omit<import("../../page/widget.js").Given, "props"> & Own} Ui
 */

export {};
