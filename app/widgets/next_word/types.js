// What writing with a model is made of: what it thinks of a text, how it would go on, and what
// the widget remembers.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 * @typedef {import("../../page/result.js").Life} Life
 * @typedef {import("../../page/dom.js").Twin} Twin
 * @typedef {"word" | "end" | "unknown"} Kind of a next word
 * @typedef {{word: string, log_p: number, unknown: boolean}} Typed a word that is written
 * @typedef {{word: string, p: number, kind: Kind, text: string}} Next a word that may follow;
 *   `text` is all with it
 * @typedef {{weight: number, words: Next[]}} Expert of a mixture
 *
 * @typedef {object} Prediction
 * @property {boolean} backward the model reads from the end
 * @property {string} text as it was read
 * @property {Typed[]} typed
 * @property {Next[]} words
 * @property {number} entropy nats
 * @property {string[]} unknown
 * @property {Expert[]} experts none of a model that is no mixture
 * @property {boolean} senses the model has several senses a word
 * @property {{language: string, source: string, strange: string[]} | null} translation what was
 *   read, of a model that translates; `strange` are words that it does not know
 *
 * @typedef {{text: string, log_p: number, cut?: boolean}} Option a text to its end
 *
 * @typedef {object} Branch a box of the tree
 * @property {string} word
 * @property {Kind} kind
 * @property {number} log_p
 * @property {string} text
 * @property {boolean} kept
 * @property {number} parent its place in the step before
 *
 * @typedef {object} Attention where each word of a translation looked
 * @property {string[]} source
 * @property {string[]} words
 * @property {number[][]} weights of each word its shares of the source's places
 *
 * @typedef {{steps: Branch[][], found: Option[], rest: Option[], attention: Attention | null}} Ahead
 * @typedef {Record<string, any>} Request the tab's controls
 *
 * @typedef {object} Own
 * @property {Record<string, () => string>} MARKS what is no word, by kind
 * @property {Life} life
 * @property {Prediction} shown once there is one
 * @property {boolean} backward
 * @property {HTMLInputElement} box
 * @property {HTMLLabelElement} boxLabel
 * @property {HTMLButtonElement} shorten
 * @property {HTMLButtonElement} clear
 * @property {HTMLElement} note
 * @property {HTMLElement} unknown
 * @property {HTMLElement} tokens
 * @property {HTMLElement} total
 * @property {HTMLElement} barsHead
 * @property {HTMLElement} bars
 * @property {HTMLElement} barsNote
 * @property {HTMLElement} rest
 * @property {HTMLElement} tree
 * @property {HTMLElement} treeScroll
 * @property {HTMLElement} found
 * @property {Twin} barTable
 * @property {Twin} treeTable
 * @property {Twin} expertTable
 * @property {HTMLElement} looked the section of the attention
 * @property {ReturnType<typeof import("../../page/charts.js").chart>} heat
 * @property {Twin} lookedTable
 * @property {HTMLElement} experts
 * @property {HTMLElement} mixed the section of the experts
 * @property {HTMLElement} side
 * @property {HTMLElement} branches
 * @property {ReturnType<typeof setTimeout>} typing
 *
 * @typedef {Given & Own} Ui
 */

export {};
