// What the view of domains is made of, and what the widget remembers.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 * @typedef {import("../../page/result.js").Life} Life
 * @typedef {import("../../page/result.js").Ask} Ask
 * @typedef {import("../../page/chart.js").Chart} Chart
 * @typedef {import("../../page/dom.js").Twin} Twin
 *
 * @typedef {{value: number, stderr: number | null, reference: number | null, n: number} | null} Entry
 * @typedef {"kept_over" | "kept_over_back" | "kept_back" | "kept_back_over"} Kept
 *
 * @typedef {object} Translator
 * @property {string} name of its checkpoint
 * @property {string} title
 * @property {number} weight λ of the way back
 * @property {[string, string]} names of the two domains
 * @property {Record<Kept, Entry>} kept
 * @property {Entry} error
 *
 * @typedef {object} Classifier
 * @property {string} name
 * @property {string} title
 * @property {number} weight λ of the reversal
 * @property {[string, string]} names
 * @property {Record<"accuracy" | "target_accuracy" | "domain_guess", Entry>} values
 * @property {number} n pictures of each domain on the map
 * @property {string} places float32 [2, n, 2] in base64
 * @property {string} classes uint8 [2, n]
 * @property {string} guesses uint8 [2, n]
 *
 * @typedef {{translators: Translator[], classifiers: Classifier[]}} Measured
 *
 * @typedef {object} Strips
 * @property {boolean} own whether the first picture is one's own
 * @property {(number | null)[]} labels
 * @property {string} given pictures, in base64
 * @property {{there: string, back: string, classes: number[][]}[]} trips by translator
 * @property {string} [error]
 *
 * @typedef {{way: string, colour: string}} Look
 *
 * @typedef {object} Own
 * @property {HTMLElement} panel
 * @property {Life} life
 * @property {Ask} ask
 * @property {Measured} measured once it has come
 * @property {Look} look
 * @property {string} digit one's own, a PNG as a data URL; "" for none
 * @property {number} turn
 * @property {HTMLSelectElement} way
 * @property {HTMLSelectElement} colour
 * @property {HTMLTableElement} strips
 * @property {HTMLElement} stripsNote
 * @property {HTMLTableElement} numbers
 * @property {HTMLElement} verdict
 * @property {HTMLElement} maps
 * @property {Chart[]} charts one for each classifier
 * @property {HTMLElement} mapsNote
 * @property {Record<"strips" | "maps", Twin>} twins
 *
 * @typedef {Given & Own} Ui
 */

export {};
