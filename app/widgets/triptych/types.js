// What the triptych is made of: models, what the server answers of each, what the widget remembers.

/**
 * @typedef {import("../../page/result.js").Life} Life
 * @typedef {import("../../page/result.js").Ask} Ask
 *
 * @typedef {object} Run
 * @property {string} name of its checkpoint
 * @property {string} label
 * @property {string} kind
 * @property {string} dataset
 * @property {boolean} encodes
 *
 * @typedef {object} Bench what the frontier knows
 * @property {Run[]} runs
 * @property {Record<string, string>} kinds
 * @property {Record<string, string>} datasets titles by name
 *
 * @typedef {object} Answer on one model
 * @property {string} samples pictures as base64, like those that follow
 * @property {string} given
 * @property {string | null} rebuilt
 * @property {string} path
 * @property {number} [mse]
 * @property {string} [cannot] why nothing is rebuilt
 * @property {string} note
 * @property {boolean} labelled whether the classes of the pictures are known
 * @property {string} [error]
 *
 * @typedef {object} Row
 * @property {HTMLElement} node
 * @property {(nodes: HTMLElement[], text?: string) => void} fill
 * @property {(text: string) => void} cannot
 *
 * @typedef {{samples: HTMLElement, head: HTMLElement, rebuilt: Row, path: Row, moved: Row}} Place
 * @typedef {{seed: string, first: string, attribute: string, by: string, models: string[]}} Look
 * @typedef {{models: string[], seed: number, first: number}} Request
 *
 * @typedef {object} Props
 * @property {string} tab
 * @property {string} value
 * @property {string[]} first models at the start
 * @property {[name: string, title: string, unit: string, explanation: string][]} attributes
 * @property {Record<string, string[]>} classes by data set
 *
 * @typedef {object} Own
 * @property {Props} props
 * @property {string} built the models whose rows are on the page
 * @property {Record<string, Place>} places where the pictures of a checkpoint go
 * @property {Row} givenRow
 * @property {HTMLElement} pathNote
 * @property {HTMLElement} heldNote
 * @property {boolean} moveAgain
 * @property {boolean} moving
 * @property {HTMLSelectElement} kinds
 * @property {HTMLInputElement} slider
 * @property {HTMLOutputElement} amount
 * @property {HTMLElement} meaning
 * @property {HTMLElement} panel
 * @property {Life} life
 * @property {Ask} ask
 * @property {Bench} bench once the frontier has told
 * @property {Look} look
 * @property {{list: HTMLSelectElement, field: HTMLElement}[]} lists
 * @property {HTMLInputElement} seed
 * @property {HTMLButtonElement} dice
 * @property {HTMLButtonElement} others
 * @property {HTMLElement} sheet
 *
 * @typedef {Omit<import("../../page/widget.js").Given, "props"> & Own} Ui
 */

export {};
