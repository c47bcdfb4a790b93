// What the pad is made of: the plane or the units, what the server says of a place, and what the
// widget remembers.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 * @typedef {import("../../page/result.js").Life} Life
 * @typedef {import("../../page/result.js").Ask} Ask
 * @typedef {Record<string, any>} Request the tab's controls
 * @typedef {{name: string, label: string, item: string, unknown: string[]}} Point the view hangs on
 *
 * @typedef {object} Territories a map of sentences, cell by cell
 * @property {number} n cells along a side
 * @property {string[]} texts
 * @property {number[]} cells which text each decodes to
 *
 * @typedef {object} Answer on the controls
 * @property {"text" | "image"} modality
 * @property {"plane" | "unit" | "globe"} kind
 * @property {number[][]} anchors codes of the points
 * @property {string} script
 * @property {Point[]} points
 * @property {number[]} home the place at the start
 * @property {boolean} flat whether the plane is all of the latent space
 * @property {number[]} origin of the plane, in its own axes, like what follows
 * @property {number[][]} basis of u and v
 * @property {number[]} corner of the square, left and low
 * @property {number} side
 * @property {{radius: number, label: string}[]} circles
 * @property {{xy: number[][], label: number[]} | null} dots held-out codes, of two numbers or three
 * @property {string[]} classes
 * @property {string[]} judged classes that a verdict can name
 * @property {string} unjudged why there is no verdict; "" where there is
 * @property {{index: number, activity: number, kl: number | null}[]} units
 * @property {{index: number, share: number, std: number}[]} directions around the point, counted
 *   as units behind those of the code
 * @property {boolean} held_out whether those are of held-out codes, or of draws of the prior
 * @property {Record<number, [low: number, high: number]>} ranges of units and directions
 *
 * @typedef {import("../../page/verdict.js").Verdict} Verdict
 *
 * @typedef {object} Verdicts cell by cell, or of the values of a unit
 * @property {number} n cells along a side
 * @property {string} judge
 * @property {string[]} classes
 * @property {Verdict[]} found
 * @property {number[][]} [globe] codes of the cells, all over a sphere
 *
 * @typedef {object} Backdrop of pictures
 * @property {number} n along a side
 * @property {string} tiles
 * @property {number[][]} globe as above
 *
 * @typedef {object} Spread of q(z|x), on a plane or along a unit
 * @property {number[]} centre of the ellipse, in the plane's own axes, like the half axes
 * @property {number[][]} axes of the ellipse at one standard deviation
 * @property {number} mean of the unit
 * @property {number} std
 * @property {number[][]} draws their places
 * @property {number[] | null} away how far the draws lie from the plane
 * @property {string[]} items what they decode to
 *
 * @typedef {Answer & {view: Request, backdrop?: boolean, map?: Territories,
 *   verdicts?: Verdicts & {unit: number}, left: Set<string>,
 *   tiles?: {z: number[], canvas: HTMLCanvasElement}[]}} Scene `backdrop`: it was asked for;
 *   `left`: what was cancelled, which is asked for again once a control is changed
 *
 * @typedef {object} Told of a place
 * @property {string} item
 * @property {Verdict | null} verdict where it was asked for
 * @property {number[]} z
 * @property {number | null} log_p_z
 * @property {number | null} log_p_x
 * @property {number | null} round_trip
 * @property {number} typicality of its code, in percent
 * @property {boolean} atypical
 * @property {{item: string, label: string, held_out: boolean, away: number}} nearest
 *
 * @typedef {Told & {at: number[]}} Place
 * @typedef {{at: number[], time: number}} Target
 *
 * @typedef {object} Own
 * @property {Life} life
 * @property {HTMLCanvasElement} tiles
 * @property {HTMLCanvasElement} regions
 * @property {HTMLElement} names of classes on the regions
 * @property {SVGElement} lines
 * @property {HTMLCanvasElement} dots
 * @property {HTMLElement} words
 * @property {HTMLElement} ticks
 * @property {SVGElement} over what is drawn over all but the ring
 * @property {HTMLElement} ring
 * @property {HTMLElement} square
 * @property {HTMLElement} units
 * @property {HTMLInputElement} slider
 * @property {HTMLLabelElement} sliderLabel
 * @property {HTMLElement} strip
 * @property {HTMLElement} unitPane
 * @property {HTMLElement} legend
 * @property {HTMLElement} verdicts
 * @property {HTMLElement} spread
 * @property {string} layer what is asked to be seen: "decoded", "verdict" or "posterior"
 * @property {HTMLElement} hint
 * @property {HTMLCanvasElement} picture
 * @property {HTMLElement} sentence
 * @property {HTMLElement} keep
 * @property {HTMLElement} facts
 * @property {HTMLElement} mark
 * @property {HTMLElement} nearestTitle
 * @property {HTMLElement} nearestItem
 * @property {HTMLElement} nearestNote
 * @property {HTMLElement} film
 * @property {HTMLTableSectionElement} rows
 * @property {HTMLTableRowElement} head
 * @property {HTMLDetailsElement} table
 * @property {boolean} failed
 * @property {Scene} scene once the server has answered
 * @property {Place[]} places visited, newest first
 * @property {Set<number>} hidden classes whose dots are off
 * @property {number[]} at the newest place
 * @property {boolean} given the place was set from outside, by a link
 * @property {Target | null} wanted to be decoded next
 * @property {Target | null} drawn the last of these that was
 * @property {ReturnType<typeof setTimeout>} resting
 * @property {boolean} asking
 * @property {Ask} ask
 * @property {(request: Request) => any} run
 * @property {boolean} dragging
 * @property {{spot: number[], at: number[], moved: boolean}} grip where the drag began
 *
 * @typedef {Given & Own} Ui
 */

export {};
