// What the map is made of: what the server says of points and places, as widget.py has it, and what
// the widget remembers. Bytes come as base64.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 * @typedef {import("../../page/result.js").Life} Life
 * @typedef {import("./sheet.js").Segmented} Segmented
 * @typedef {[x: number, y: number]} Pair a place on a view
 * @typedef {[variable: number, component: number]} Mode
 * @typedef {[x: number, y: number, times: number]} Zoom the middle, and how many times nearer than
 *   all points
 * @typedef {"point" | "path" | "lasso"} Tool
 *
 * @typedef {{error?: string}} Refusal in a sentence
 * @typedef {{id: string, title: string, exact: boolean, variable: number | null, xy: string,
 *   centres: (Pair | null)[][]}} RawView `exact`: a place on it is one code; `variable` whose two
 *   numbers it shows; centres by variable and mode
 * @typedef {object} Loaded the answer to "run"
 * @property {"text" | "image"} modality
 * @property {number} n points
 * @property {number} variables of the mixture
 * @property {number} components of each
 * @property {RawView[]} views
 * @property {string[]} modes of each variable: the likeliest of each point
 * @property {string[]} sure of each variable: the responsibility of that mode, of 255
 * @property {{name: string, categories: string[], ids: string}[]} tags
 * @property {string | null} lengths of sentences, words and marks
 * @property {string[]} plain words that mark no area
 * @property {number} home the point to begin with
 * @property {string} settings how the map was made
 * @property {string} code
 * @typedef {{allowed: boolean, estimate: string, running: boolean}} Offer to compute a map
 * @typedef {{absent: string, command: string, offer: Offer, code: string}} Absent the same answer,
 *   where there is no map: why, and what makes one
 * @typedef {{texts: string[], original: boolean, thumbs?: string | null} & Refusal} Texts the
 *   answer to "texts"; thumbs are 98 bytes a picture, two pixels of 14 by 14 in each
 * @typedef {{kept: string, mean: number} & Refusal} Trust the answer to "trust": shares, of 255
 * @typedef {{row: number, item?: string}} Near a point; `item` of a picture
 * @typedef {{shares: number[][], z: number[], near: Near[], code: string}} Known of any code: its
 *   responsibilities by variable and mode
 * @typedef {{typicality: number | null, atypical: boolean, round_trip: number}} Evidence per cent
 * @typedef {{item: string, exact: boolean}} Decoded the answer to "decode"
 * @typedef {{exact: boolean, away: number} & Known & Evidence} Place the answer to "place"
 * @typedef {{on: string, kept: number, of: number, original: string | null, item: string,
 *   before: string | null} &
 *   Known} Point the answer to "point"; `kept` of the `of` nearest are near on the view `on` too
 * @typedef {{text: string, space: boolean, mark: string, old: string}[]} Words with marks
 * @typedef {{item: string, away: number, exact: boolean, parts?: Words}} Stop of a path
 * @typedef {{rows: Stop[], code: string}} Path the answer to "path"
 * @typedef {{text: string, item: string, before: string | null, unknown: string[], where: Record<string, Pair>,
 *   draw: number | null} & Known & Evidence} Sentence the answer to "sentence"
 * @typedef {{running: boolean, done: boolean, percent: number, stage: string, seconds: number} &
 *   Refusal} Progress the answer to "compute" and "computing"
 *
 * @typedef {{left: number, low: number, width: number, height: number}} Bounds
 * @typedef {{x: number, y: number, n: number, words: number[]}} Area its mean place, and the
 *   numbers of the words that mark it
 * @typedef {{at: (x: number, from: number, size: number) => number, starts: Uint32Array,
 *   rows: Uint32Array}} Grid points by cell
 * @typedef {RawView & {points: Float32Array, bounds: Bounds, areas: Area[][], contours: string[][],
 *   grid?: Grid, asked?: boolean, trust?: Uint8Array, trustMean?: number}} View areas by how near
 *   they are, contours by variable and mode
 * @typedef {{name: string, categories: string[], ids: Uint8Array}} Tag
 * @typedef {{said: number[][], vocabulary: string[], telling: boolean[]}} Lexicon the words of
 *   each point as numbers, and whether a word can mark an area
 * @typedef {Omit<Loaded, "modes" | "sure" | "tags" | "lengths"> & {byId: Record<string, RawView>,
 *   seen: Record<string, View>, modes: Uint8Array[], sure: Uint8Array[], tags: Tag[],
 *   lengths: Uint8Array | null, thumbs?: Uint8Array | null, lexicon?: Lexicon}} Scene
 *
 * @typedef {{kind: "point", row: number, where: Pair} & Partial<Point>} PointSelection
 * @typedef {{kind: "place", where: Pair, base: number | null} & Partial<Decoded & Place>}
 *   PlaceSelection `base` lends the rest of its code
 * @typedef {{kind: "path", base: number | null, drawn: Pair[], path: ({at: Pair} &
 *   Partial<Stop>)[]}} PathSelection
 * @typedef {{kind: "sentence", where: Pair, places: Record<string, Pair>} &
 *   Omit<Sentence, "where">} SentenceSelection
 * @typedef {PointSelection | PlaceSelection | PathSelection | SentenceSelection} Selection what
 *   the server adds comes in one or two answers
 *
 * @typedef {{kind: string, values: Uint8Array, inks: number[], categories: string[]}} Named colours
 * @typedef {{kind: string, values: Uint8Array, inks: number[], categories: null, low: number,
 *   high: number}} Ramp of colours
 * @typedef {{side: number, cover: Uint8Array}} Stamp coverage of a symbol, 0 to 255
 *
 * @typedef {object} Look what is shown, and how
 * @property {string} view
 * @property {string} colour
 * @property {Tool} tool
 * @property {string} find
 * @property {string} at what is selected
 * @property {Mode | null} lit
 * @property {boolean} contours
 * @property {boolean} labels
 * @property {number | null} draw seed of the code of a sentence of one's own; its mean without
 * @property {Zoom | null} zoom
 *
 * @typedef {object} Sheet
 * @property {Life} life
 * @property {Segmented} views
 * @property {Segmented} tools
 * @property {HTMLSelectElement} colours
 * @property {HTMLInputElement} search
 * @property {HTMLElement} found
 * @property {HTMLElement} steps
 * @property {HTMLButtonElement} contours
 * @property {HTMLButtonElement} labels
 * @property {HTMLCanvasElement} canvas
 * @property {SVGElement} lines
 * @property {HTMLElement} marks
 * @property {HTMLElement} areas
 * @property {HTMLElement} wheelHint
 * @property {HTMLElement} tip
 * @property {HTMLElement} cross
 * @property {HTMLElement} hint
 * @property {HTMLElement} made
 * @property {HTMLElement} stage
 * @property {HTMLElement} legend
 * @property {HTMLElement} status
 * @property {HTMLInputElement} typed
 * @property {HTMLElement} placer
 * @property {HTMLElement} card
 * @property {HTMLDetailsElement} table
 * @property {HTMLElement} caption
 * @property {HTMLElement} body
 * @property {HTMLButtonElement} unlasso
 * @property {HTMLElement} missing
 * @property {HTMLElement} sheet
 * @property {HTMLElement} bar
 *
 * @typedef {object} Paint
 * @property {Uint8Array} level of each point: 0 hidden, 1 dim, 2 lit
 * @property {Uint8Array | null} matches of the search
 * @property {Set<number>} hidden categories switched off in the legend
 * @property {Named | Ramp} scheme
 * @property {ImageData | null} image
 * @property {Uint32Array} pixels the same memory, one number for each pixel
 * @property {Map<string, Stamp>} stamps
 * @property {boolean} pending
 * @property {[node: HTMLElement, x: number, y: number][]} placed
 * @property {SVGElement} strokeLine
 * @property {SVGElement} pathLine
 * @property {SVGElement} curves
 * @property {number} width px
 * @property {number} height px
 * @property {number} home the scale at which all points are seen
 *
 * @typedef {object} Doing
 * @property {Map<number, Pair>} fingers pointers that are down, and where
 * @property {{x: number, y: number, far: boolean} | null} press of the first
 * @property {Pair[]} stroke the line or loop being drawn
 * @property {number} turn counts selections, so that a late answer to an old one is dropped
 * @property {number} waiting timer of the search
 * @property {number} settling timer of the zoom
 * @property {number} wheeling timer of the hint
 * @property {number} watching timer of a map that is computed
 *
 * @typedef {object} Kept
 * @property {string} TAB
 * @property {Record<string, any>} full the tab's request, this widget's own field aside
 * @property {Loaded | Absent} answer once one has come
 * @property {string} checkpoint that it is of
 * @property {boolean} shown whether there are points
 * @property {Scene} scene the points, once some have come
 * @property {Look} look the same
 * @property {string[] | null} words one sentence for each point, once they have come
 * @property {string[]} low the same in small letters
 * @property {boolean} original whether these are the corpus's own
 * @property {Record<string, string>} names that a person gave to modes: "1.2" -> "weather"; the
 *   microscope tells them
 * @property {Selection | null} selection
 * @property {Uint8Array | null} lassoed 1 for points within the lasso
 * @property {boolean} given the state was set from outside, by a link
 * @property {string} written the state in the link, as this widget made it
 * @property {number} since when the points that are shown were asked for, ms
 *
 * @typedef {Given & Sheet & Paint & Doing & Kept} Ui
 */

export {};
