// What the page of replies is made of, and what it remembers.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 * @typedef {import("../../page/result.js").Life} Life
 * @typedef {import("../../page/result.js").Ask} Ask
 * @typedef {import("../../page/chart.js").Chart} Chart
 * @typedef {ReturnType<typeof import("../../page/dom.js").tableTwin>} Twin
 * @typedef {import("./clouds.js").Answer} Clouds
 *
 * @typedef {[speaker: string, text: string]} Turn
 * @typedef {[x: number, y: number]} Place in the plane of the picture, or on the drawing
 * @typedef {[[xx: number, xy: number], [yx: number, yy: number]]} Covariance in that plane
 * @typedef {() => boolean} Alive whether nothing newer was asked
 * @typedef {Record<string, string | null>} Chosen what a person chose beside the turns
 * @typedef {Record<string, any>} Request the tab's controls; `talk` is the value of the widget
 *
 * @typedef {object} Modes of the prior, in the plane where it is widest
 * @property {number[]} weights
 * @property {Place[]} centres
 * @property {Covariance[]} covariances
 *
 * @typedef {{name: string, probability: number, typical: string[]}} Action
 *
 * @typedef {object} More of what one model makes of the conversation
 * @property {string} checkpoint
 * @property {string} [title]
 * @property {string} [error] in place of all that follows
 * @property {number} left_out turns that it does not read
 * @property {number[]} origin of the plane, a code
 * @property {number[][]} axes of the plane, two codes
 * @property {Action[]} actions
 * @property {string[]} common the commonest replies of its corpus
 * @property {number} cases that were kept when it was measured
 * @typedef {Modes & More} Found
 *
 * @typedef {object} Reply
 * @property {string} text
 * @property {number | null} mode that its code was drawn from
 * @property {string | null} action
 * @property {number | null} log_p of its code, nats
 * @property {Place} place
 * @property {number[]} z its code
 * @property {boolean} common whether it is one of the commonest
 *
 * @typedef {object} Mine a reply that the person wrote
 * @property {string} reply
 * @property {Place} place
 * @property {Covariance} covariance
 *
 * @typedef {object} Training how far prior and posterior were apart
 * @property {number[]} step
 * @property {Record<string, number[]>} curves
 *
 * @typedef {object} Answer
 * @property {string[][]} unknown words of each turn
 * @property {Found[]} sides
 *
 * @typedef {object} Row one turn
 * @property {HTMLElement} node
 * @property {(turn: Turn) => void} update
 *
 * @typedef {object} Side what the page asks of one model's part
 * @property {HTMLElement} node
 * @property {() => void} hide
 * @property {(found: Found) => void} moves
 * @property {(alive: Alive) => Promise<void>} replies
 * @property {(alive: Alive) => Promise<void>} own
 * @property {() => void} unfold
 * @property {() => (string | number)[][]} rows of the CSV file
 * @property {() => object | null} data for the JSON file
 *
 * @typedef {object} Frame how the plane lies on the drawing
 * @property {number} scale
 * @property {(place: Place) => Place} to the drawing
 * @property {(place: Place) => Place} from the drawing
 *
 * @typedef {object} Hears
 * @property {(place: Place) => void} ask what is said there
 * @property {(i: number) => void} pick a reply
 * @property {(from: number, to: number) => void} way from one reply to another
 *
 * @typedef {object} Drawn what the picture remembers
 * @property {SVGSVGElement} node
 * @property {Frame} frame
 * @property {Modes} found
 * @property {boolean} shown whether there are modes yet
 * @property {Reply[]} replies
 * @property {Mine | null} own
 * @property {Place | null} ring
 * @property {number} picked -1 for none
 * @property {{from: number, to: Place | null} | null} held what a pointer pulls
 *
 * @typedef {object} Parts the elements of a side
 * @property {HTMLElement} node
 * @property {HTMLElement} title
 * @property {HTMLElement} error
 * @property {HTMLElement} choices
 * @property {HTMLElement} board
 * @property {HTMLElement} spoken
 * @property {HTMLElement} ownNote
 * @property {HTMLElement} list
 * @property {HTMLElement} way
 * @property {HTMLElement} meter
 * @property {Twin} twin
 * @property {HTMLDetailsElement} curves
 * @property {HTMLDetailsElement} shown the cases
 *
 * @typedef {object} Memory
 * @property {Ui} ui
 * @property {number} place 0 for the first side, 1 for the other
 * @property {string} prefix of its choices in the link
 * @property {Found | null} found
 * @property {Turn[]} turns that it was asked about
 * @property {Reply[]} replies
 * @property {boolean} noise whether densities are of the noise that codes are made of
 * @property {Mine | null} mine
 * @property {number} picked
 * @property {{node: SVGSVGElement, moves: (found: Modes) => void,
 *   set: (given: Partial<Drawn>) => void}} picture
 * @property {Place | null} wanted the last place that was asked for
 * @property {boolean} asking
 * @property {Chart} [chart]
 * @property {HTMLElement} [told]
 * @property {HTMLElement} [collapsed]
 * @property {Twin} [curveTwin]
 * @property {HTMLElement | null} clouds
 * @property {string | null} moment of the clouds
 * @typedef {Parts & Memory} Own
 *
 * @typedef {object} Remembered
 * @property {Life} life
 * @property {Ask} ask
 * @property {Turn[]} turns
 * @property {Turn[][]} past for Undo
 * @property {Chosen} chosen
 * @property {Request} request
 * @property {Request | null} drawn the request whose answer is drawn whole
 * @property {Row[]} rows
 * @property {Side[]} sides
 * @property {HTMLElement} sideBox
 * @property {HTMLElement} talkBox
 * @property {HTMLSelectElement} beside
 * @property {HTMLInputElement} ownBox
 * @property {HTMLElement} list
 * @property {HTMLElement} unknown
 * @property {HTMLElement} left
 * @property {HTMLElement} source
 * @property {HTMLInputElement} add
 * @property {HTMLInputElement} steps
 * @property {HTMLButtonElement} go
 * @property {HTMLButtonElement} back
 * @property {HTMLSelectElement} examples
 * @typedef {Given & Remembered} Ui
 */

export {};
