// What the laboratory is made of: what the server says of a run, and what the widget remembers.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 * @typedef {import("../../page/result.js").Life} Life
 * @typedef {import("../../page/result.js").Ask} Ask
 * @typedef {import("../../page/chart.js").Chart} Chart
 * @typedef {import("../../page/dom.js").Twin} Twin
 * @typedef {[step: number, name: string, value: number | string]} Change of a run on its way
 * @typedef {[step: number, values: Record<string, number>]} Row of losses or scores
 * @typedef {[x: number, y: number]} Pair
 * @typedef {(unit: number) => number} Scale from units of the plane to pixels
 * @typedef {{colour: string, dash: number, width: number}} Look of a curve
 * @typedef {{name: string, colour: string, y: number}} Level a line across a chart
 *
 * @typedef {object} Chosen what a run follows from
 * @property {string} data
 * @property {string[]} models
 * @property {number} theta distance of the lines, units
 * @property {Pair[]} drawn points
 * @property {number} seed
 * @property {number} dim numbers in a code
 * @property {number} [layers]
 * @property {number} [units]
 * @property {number} [batch]
 * @property {string} optimiser
 * @property {Record<string, number>} knobs that are not at their defaults
 * @property {Change[]} [events]
 * @property {number} [step]
 *
 * @typedef {object} Model
 * @property {string} name
 * @property {string} title
 * @property {number} parameters
 * @property {string[]} players
 * @property {string} critic what its numbers are: "logit" for one
 * @property {Record<string, {value: number, text: string}>} optima of losses that have one
 *
 * @typedef {object} Frame of a model at a step; points are x and y in turn
 * @property {Float32Array} samples
 * @property {Float32Array} [mesh]
 * @property {Float32Array} [copies] of the data
 * @property {Float32Array} [pull] of the critic, at each sample
 * @property {Float32Array} [field] velocities, at each time of the flow
 * @property {Float32Array} [course] of the samples, at each time of the flow
 * @property {Uint8Array} [surface] what the critic says of each place, row by row
 * @property {number} low of the critic's numbers
 * @property {number} high
 * @property {number} slope mean length of a pull
 * @property {string} problem
 * @property {Row[]} terms
 * @property {Row[]} scores
 * @typedef {Record<"terms" | "scores", Row[]> & {from: Record<"terms" | "scores", number>} &
 *   Record<string, any>} Packed a frame as it comes: arrays as base64, rows from the given ones on
 *
 * @typedef {{title: string, low: number, high: number, whole: boolean, models: string[],
 *   help: string, default: number}} Knob
 *
 * @typedef {object} State of a run
 * @property {boolean} playing
 * @property {number} place in the queue
 * @property {string} note
 * @property {number} step
 * @property {Change[]} events
 * @property {Record<string, number>} knobs
 * @typedef {State & {key: string, models: Model[], real: Float32Array,
 *   floor: Record<string, number>, modes: number, turnable: Record<string, Knob>, frames: Frame[],
 *   until: number, times: Pair[]}} Scene the run that is shown; times of frames, ms, and their steps
 * @typedef {State & {error?: string, gone?: boolean, code?: string, frames?: Packed[]}} Answer
 * @typedef {{name: string, title: string, watch: string, state: Partial<Chosen>,
 *   until: number}} Preset
 *
 * @typedef {object} Controls
 * @property {HTMLSelectElement} dataBox
 * @property {HTMLInputElement} thetaBox
 * @property {HTMLElement} thetaText
 * @property {HTMLElement} thetaField
 * @property {HTMLInputElement} seedBox
 * @property {HTMLSelectElement} dimBox
 * @property {HTMLElement[]} modelTicks
 * @property {HTMLElement} modelField
 * @property {HTMLElement} setup
 * @property {Record<string, {box: HTMLInputElement, title: string, low: number, high: number}>} sizes
 * @property {HTMLSelectElement} optimiserBox
 * @property {HTMLElement} sizeBox
 * @property {HTMLElement} presetBox
 * @property {HTMLElement} watching
 * @property {HTMLButtonElement} playButton
 * @property {HTMLButtonElement} stepButton
 * @property {HTMLSelectElement} playerBox
 * @property {HTMLButtonElement} playerButton
 * @property {HTMLButtonElement} resetButton
 * @property {HTMLSelectElement} speedBox
 * @property {HTMLElement} status
 * @property {HTMLElement} transport
 * @property {Record<string, HTMLButtonElement>} KEYS
 * @property {HTMLElement} knobBox
 * @property {Record<string, HTMLInputElement>} knobInputs
 *
 * @typedef {object} Drawing
 * @property {HTMLCanvasElement} sheet
 * @property {HTMLElement} drawingCount
 * @property {HTMLButtonElement} useButton
 * @property {HTMLButtonElement} clearButton
 * @property {HTMLElement} drawingBox
 * @property {Pair} cross
 * @property {boolean} stroke
 * @property {boolean} pending what is drawn is not what the run that is shown learns
 *
 * @typedef {object} Pictures
 * @property {number} time of the flow, in fifths
 * @property {HTMLElement} timeSaid
 * @property {HTMLInputElement} timeSlider
 * @property {HTMLElement} timeBox
 * @property {Set<string>} hidden letters of layers that are switched off
 * @property {HTMLElement} squares
 * @property {HTMLElement} toggles
 * @property {HTMLCanvasElement} surfacePaint
 * @property {Record<string, Chart>} scoreCharts
 * @property {Chart[]} lossCharts of each model
 * @property {number} drawnAt ms
 * @property {HTMLElement} curves
 * @property {Twin} lossTable
 * @property {Twin} scoreTable
 * @property {HTMLElement} about
 *
 * @typedef {object} Kept
 * @property {string} TAB
 * @property {HTMLElement} panel
 * @property {Chosen} chosen once a run was asked for
 * @property {Scene} scene once a run has come
 * @property {boolean} following
 * @property {string} written the state in the link, as this widget made it
 * @property {number} stale counts runs, so that a late answer to an old one is dropped
 * @property {number} commands counts what a run is told, so that a late answer to what was before
 *   is dropped
 * @property {Life} life
 * @property {Ask} ask
 * @property {(request: any) => Promise<any>} runResult
 * @property {number} remembered ms
 *
 * @typedef {Given & Controls & Drawing & Pictures & Kept} Ui
 */

export {};
