// What the panels are made of: what the server says of each run, and what the widget remembers.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 * @typedef {import("../../page/result.js").Life} Life
 * @typedef {import("../../page/chart.js").Chart} Chart
 * @typedef {import("../../page/choice.js").Choice} Choice
 * @typedef {import("../../page/dom.js").Twin} Twin
 * @typedef {[x: number, y: number]} Pair
 * @typedef {{id: string, title: string, unit: string}} Curve
 * @typedef {{title: string, column: number, command: string}} Missing a run, and how to train it
 * @typedef {{data: string, low: number, high: number}} Packed 16 bits a number, as base64
 *
 * @typedef {object} Raw a run as it comes
 * @property {string} title
 * @property {string} objective
 * @property {number} column
 * @property {number[]} steps of its snapshots
 * @property {[moments: number, items: number, variables: number]} shape
 * @property {Packed} codes by snapshot, item, variable and axis
 * @property {string} modes the likeliest of each code, as base64
 * @property {Record<string, {names: string[], ids: string}>} tags
 * @property {Pair[][][]} means by snapshot, variable and mode
 * @property {Pair[][][]} scales standard deviations, the same
 * @property {Record<string, number[]>} history curves, and their "step"
 * @property {number[]} used by snapshot: the variance of means, weighted by use
 * @property {Record<string, number>} measured of the shipped weights
 *
 * @typedef {Omit<Raw, "codes" | "modes" | "tags"> & {code: (i: number) => number, modes: Uint8Array,
 *   tags: Record<string, {names: string[], ids: Uint8Array}>}} Run
 *
 * @typedef {object} Moment a run at a step, or between two
 * @property {(n: number, axis: number) => number} point
 * @property {(k: number) => number[]} mean
 * @property {(k: number) => number[]} scale
 * @property {(n: number) => number} mode of a code
 * @property {number} components
 * @property {number} items
 *
 * @typedef {{pen: CanvasRenderingContext2D, px: (x: number) => number, py: (y: number) => number,
 *   side: number}} Canvas a panel, and where places of the plane lie on it
 *
 * @typedef {object} Answer of the server
 * @property {Raw[]} runs
 * @property {Missing[]} missing
 * @property {Curve[]} curves
 * @property {[id: string, title: string][]} measured
 * @property {number} early step of the upper row
 *
 * @typedef {Omit<Answer, "runs"> & {runs: Run[], steps: number[], variables: number,
 *   colours: string[]}} Scene with the steps of all runs; colours are "mode" and the tags
 *
 * @typedef {object} Sheet
 * @property {Life} life
 * @property {{title: HTMLElement, cells: HTMLElement}[]} rows
 * @property {Field} variableField
 * @property {Field} colourField
 * @property {HTMLElement} legend
 * @property {HTMLElement} heads
 * @property {HTMLInputElement} scrub
 * @property {HTMLButtonElement} play
 * @property {HTMLOutputElement} when
 * @property {HTMLElement} ticks
 * @property {HTMLElement} curves
 * @property {HTMLElement} missing
 * @property {HTMLElement} note
 * @property {Twin} meansTable
 * @property {Twin} curveTable
 * @property {Twin} measured
 * @property {HTMLElement} about
 * @property {HTMLElement} sheet
 * @property {HTMLDetailsElement} fold
 * @typedef {{node: HTMLElement, fill: Choice["fill"]}} Field
 *
 * @typedef {object} State
 * @property {Scene} scene once the runs have come
 * @property {Record<string, Chart>} charts by the name of their curve
 * @property {number} variable
 * @property {string} colour
 * @property {number} at index of the chosen snapshot
 * @property {number} shown where the lower row is drawn, between two snapshots while it moves
 * @property {number} reach half the side of every panel
 * @property {boolean} playing
 * @property {number} frame
 * @property {ResizeObserver} sizes
 *
 * @typedef {Given & Sheet & State} Ui
 */

export {};
