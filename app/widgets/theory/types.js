// What the theory is made of: panels, the figures that the server computes, and what the widget
// remembers.

/**
 * @typedef {import("../../page/result.js").Life} Life
 * @typedef {import("../../page/result.js").Ask} Ask
 * @typedef {import("../../page/chart.js").Chart} Chart
 * @typedef {import("../../page/choice.js").Choice} Choice
 * @typedef {import("../../page/dom.js").Twin} Twin
 *
 * @typedef {object} Control a slider, or a choice
 * @property {"slider" | "choice"} kind
 * @property {string} name
 * @property {string} label
 * @property {number | string} start
 * @property {number} low
 * @property {number} high
 * @property {number} step
 * @property {[value: string, text: string][]} options
 *
 * @typedef {object} Panel
 * @property {string} name
 * @property {string} title
 * @property {string} claim
 * @property {string} formula
 * @property {string} notes
 * @property {[text: string, href: string][]} sources
 * @property {Control[]} controls
 *
 * @typedef {"line" | "area" | "dots" | "open" | "band"} Kind of a series
 * @typedef {object} Look of a series
 * @property {Kind} kind
 * @property {number} k colour
 * @property {string} name
 * @property {number[]} x
 * @property {boolean} [silent]
 * @property {boolean} [small]
 * @property {boolean} [wide]
 * @property {number} [dash]
 * @typedef {Look & {y: (number | string)[]}} Series "inf" is infinity
 * @typedef {Look & {y: (number | null)[]}} Drawn
 *
 * @typedef {object} Plot
 * @property {string} title
 * @property {import("../../page/chart.js").Axis} x
 * @property {import("../../page/chart.js").Axis & {inf?: boolean}} y
 * @property {Series[]} series
 * @property {boolean} [wide]
 * @property {number} [rule]
 *
 * @typedef {object} Figure
 * @property {Plot[]} plots
 * @property {{label: string, value: string, unit: string, note: string}[]} facts
 * @property {string[]} columns
 * @property {any[][]} rows
 * @property {boolean} done
 * @property {string} job that is asked for the next
 * @property {number} [share] of the training
 * @property {boolean} [open] whether the table is
 *
 * @typedef {Chart & {title: HTMLElement, frame: HTMLElement}} Framed
 * @typedef {Record<string, number | string>} Values by control
 * @typedef {{tab: string, prefix: string, value: string, panels: Panel[]}} Props
 *
 * @typedef {object} Own
 * @property {Props} props
 * @property {ReturnType<typeof setTimeout>} waiting
 * @property {Framed[]} charts
 * @property {string} TAB
 * @property {HTMLElement} tabPanel
 * @property {Ask} ask
 * @property {Panel} panel
 * @property {Record<string, Values>} chosen by panel
 * @property {Figure} figure once one has come
 * @property {string | null} running the job that is asked for figures
 * @property {string} shown the view that is drawn, as it stands in the link
 * @property {string} written what this script itself made the value
 * @property {string} outside what is wrong with the link, until a person changes something
 * @property {Life} life
 * @property {Choice} chooser
 * @property {HTMLElement} claim
 * @property {HTMLElement} formula
 * @property {HTMLFormElement} form
 * @property {HTMLElement} status
 * @property {HTMLProgressElement} bar
 * @property {HTMLButtonElement} again
 * @property {HTMLButtonElement} stopper
 * @property {HTMLElement} training
 * @property {HTMLButtonElement} reset
 * @property {HTMLElement} plots
 * @property {HTMLElement} facts
 * @property {Twin} twin
 * @property {HTMLDetailsElement} notes
 *
 * @typedef {Omit<import("../../page/widget.js").Given, "props"> & Own} Ui
 */

export {};
