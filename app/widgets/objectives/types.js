// What the cards of objectives are made of, and what the widget remembers.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 * @typedef {import("../../page/result.js").Life} Life
 * @typedef {import("../../page/result.js").Ask} Ask
 * @typedef {import("../../page/dom.js").Twin} Twin
 *
 * @typedef {object} Reach which networks a term of a loss reaches
 * @property {string} term
 * @property {string} symbol
 * @property {string} player whose loss it is
 * @property {string[]} moved
 * @property {string[]} passed
 *
 * @typedef {object} Card
 * @property {string} name of the model
 * @property {string} title
 * @property {string} note
 * @property {Record<string, string>} formulas by player
 * @property {"distribution" | "point" | ""} infers
 * @property {"exact" | "bound" | ""} scores
 * @property {boolean} samples
 * @property {string[]} networks
 * @property {Reach[]} reach
 * @property {Record<string, string[]>} switched networks that change without a part
 *
 * @typedef {{title: string, cards: Card[]}} Family
 *
 * @typedef {object} Own
 * @property {string} TAB
 * @property {HTMLElement} panel
 * @property {Ask} ask
 * @property {Record<string, Card>} cards by name, once they have come
 * @property {boolean} asked
 * @property {string} chosen
 * @property {string} written
 * @property {Life} life
 * @property {HTMLElement} list
 * @property {HTMLElement} card
 * @property {Twin} twin
 *
 * @typedef {Given & Own} Ui
 */

export {};
