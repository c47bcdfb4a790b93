// What the frontier is made of: runs and quantities as the server tells them, and what the widget
// remembers. The ablation and the triptych hear of the same runs.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 * @typedef {import("../../page/result.js").Life} Life
 * @typedef {import("../../page/result.js").Ask} Ask
 * @typedef {import("../../page/chart.js").Chart} Chart
 * @typedef {import("../../page/chart.js").Picked} Picked
 * @typedef {import("../../page/dom.js").Child} Child
 * @typedef {import("../../page/dom.js").Twin} Twin
 *
 * @typedef {Record<string, number | null>} Values by the id of their quantity
 * @typedef {{step: number, values: Values}} Moment
 *
 * @typedef {object} Quantity
 * @property {string} id
 * @property {string} title
 * @property {string} unit
 * @property {string} direction "higher" or "lower" is better, or ""
 * @property {string} explanation
 *
 * @typedef {object} Run
 * @property {string} name of its checkpoint
 * @property {string} title
 * @property {string} label
 * @property {string} kind
 * @property {string} model
 * @property {string} dataset
 * @property {boolean} encodes
 * @property {boolean} discrete
 * @property {number} latent_dim
 * @property {number} n pictures it is measured on
 * @property {string} split
 * @property {Record<string, number>} parameters by net
 * @property {Values} reference of real test pictures
 * @property {Moment[]} moments of its training
 *
 * @typedef {object} Told by the server
 * @property {Record<string, string>} kinds titles of families
 * @property {Record<string, string>} datasets titles
 * @property {Quantity[]} quantities
 * @property {Run[]} runs
 * @property {string[]} problems
 *
 * @typedef {Told & {byId: Record<string, Quantity>, ids: string[], sets: string[]}} Bench with
 *   the quantities that were measured, and the data sets that there are
 *
 * @typedef {object} Mark a dot
 * @property {Run} run
 * @property {number} at index of its moment
 * @property {string} id as `dotOf`
 * @property {number} x
 * @property {number} y
 * @property {boolean} last whether it is the last of its run
 *
 * @typedef {{log: boolean, low: number, high: number, share: (v: number) => number}} Ends of an
 *   axis; `share`: how far along it a value lies
 * @typedef {{x: number | null, y: number | null}} Real values of real test pictures
 * @typedef {{pictures: string, across: number, error?: string}} Moments samples at every moment,
 *   `across` of each
 * @typedef {{data: string, x: string, y: string, dot: string, without: string, seed: string}} Look
 * @typedef {{list: HTMLSelectElement, field: HTMLElement}} Chooser
 *
 * @typedef {object} Own
 * @property {Record<string, Promise<Moments>>} sheets by checkpoint
 * @property {number} turn
 * @property {HTMLElement} panel
 * @property {Life} life
 * @property {Ask} ask
 * @property {Bench} scene once it was told
 * @property {Look} look
 * @property {string[]} compared checkpoints in the triptych
 * @property {Chooser} data
 * @property {Chooser} xs
 * @property {Chooser} ys
 * @property {HTMLButtonElement} swap
 * @property {HTMLElement} legend
 * @property {HTMLElement} stage
 * @property {HTMLElement} readout
 * @property {HTMLElement} absent
 * @property {HTMLElement} problems
 * @property {HTMLElement} card
 * @property {HTMLElement} figures
 * @property {HTMLElement} explained
 * @property {HTMLDetailsElement} meanings
 * @property {Twin} table
 * @property {HTMLElement} empty
 * @property {HTMLElement} body
 * @property {boolean} begun
 * @property {Mark[]} marks in the order of training
 * @property {Mark | null} pointed with keys
 * @property {Chart} plot
 * @property {HTMLElement} none
 *
 * @typedef {Given & Own} Ui
 */

export {};
