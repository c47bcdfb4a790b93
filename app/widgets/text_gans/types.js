// What the view of text GANs is made of: what was measured, and what the widget remembers.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 * @typedef {import("../../page/result.js").Life} Life
 * @typedef {import("../../page/result.js").Ask} Ask
 * @typedef {import("../../page/chart.js").Chart} Chart
 * @typedef {import("../../page/dom.js").Twin} Twin
 *
 * @typedef {"language_nll" | "sample_nll" | "grammatical" | "effective_sentences" | "covered"} Exact
 * @typedef {Record<Exact, number>} Values
 * @typedef {"bleu_test" | "self_bleu"} Bleu
 *
 * @typedef {object} Run
 * @property {string} name of its checkpoint
 * @property {string} label
 * @property {boolean} soft whether it draws soft words
 * @property {number} mle steps of likelihood
 * @property {number} critic steps of the critic alone, after them
 * @property {({step: number} & Values)[]} moments
 * @property {Partial<Record<Bleu, Record<string, number>>>} planes by temperature
 * @property {Partial<Record<Bleu, number>>} real of training sentences
 *
 * @typedef {object} Codes a model whose game is among codes
 * @property {string} name of its checkpoint
 * @property {string} title
 * @property {number[]} steps
 * @property {number[]} gap by which the critic tells codes from made ones, at each step
 * @property {[number, number][]} noise its size, and the share that decodes to the same words
 * @property {Record<string, number | null>} perplexities reverse ones, by what is sampled
 *
 * @typedef {{codes: Codes[], runs: Run[], problems: string[], reference: Values}} Measured
 *
 * @typedef {object} Soft
 * @property {[string, number][][]} words of each place
 * @property {string} drawn
 * @property {{temperature: number, length: number, words: number}[]} slopes
 * @property {string} [error]
 *
 * @typedef {{text: string, log_p: number | null}} Sentence
 * @typedef {{tau: string, seed: string}} Look
 *
 * @typedef {object} Own
 * @property {HTMLElement} panel
 * @property {Life} life
 * @property {Ask} ask
 * @property {Measured} measured once it has come
 * @property {Look} look
 * @property {number} turn
 * @property {boolean} begun
 * @property {HTMLElement} missing
 * @property {HTMLElement} sheet
 * @property {Record<"language_nll" | "sample_nll", Chart>} curves
 * @property {HTMLElement} verdict
 * @property {HTMLTableElement} numbers
 * @property {Chart} plane
 * @property {HTMLElement} planeNote
 * @property {HTMLInputElement} tau
 * @property {HTMLOutputElement} tauSaid
 * @property {HTMLInputElement} seed
 * @property {HTMLElement} soft
 * @property {HTMLElement} softNote
 * @property {Chart} meter
 * @property {HTMLElement} columns
 * @property {HTMLElement} among the section of codes
 * @property {HTMLElement} codes
 * @property {HTMLElement} doors
 * @property {{gap: Chart, noise: Chart}} games
 * @property {Record<"moments" | "plane" | "soft" | "meter" | "gap" | "noise", Twin>} twins
 *
 * @typedef {Given & Own} Ui
 */

export {};
