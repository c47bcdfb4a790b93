// What an attack is made of: what the server says, what is asked for, what the widget remembers.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 * @typedef {import("../../page/result.js").Life} Life
 * @typedef {import("../../page/choice.js").Choice} Choice
 * @typedef {import("../../page/choice.js").Running} Running
 * @typedef {import("../../page/dom.js").Twin} Twin
 * @typedef {import("../../page/chart.js").Chart} Chart
 * @typedef {Parameters<typeof import("../../page/dom.js").changed>[0]} Parts
 * @typedef {"passes" | "trials"} Axis
 *
 * @typedef {{text: string, written: string, label: number | null}} Example as its corpus has it,
 *   and as one writes it
 * @typedef {{name: string, title: string, labels: string[], examples: Example[]}} Victim
 * @typedef {{victims: Victim[], most: number}} Offers what may be attacked; trials at most
 *
 * @typedef {object} Settings of an attack
 * @property {string} victim
 * @property {string} text
 * @property {number | null} label
 * @property {string[]} methods
 * @property {number} trials
 * @property {number} seed
 * @property {number} weight of the classifier
 * @property {number} likeness nats for each word that is not the first sentence's
 * @property {boolean} spare_label_words
 *
 * @typedef {Record<string, any> & {victim?: string, text?: string}} State of a link, read
 *
 * @typedef {object} Row a step of a method
 * @property {number} n
 * @property {string} action
 * @property {boolean} accepted
 * @property {number} p of the label wanted
 * @property {number} trials
 * @property {number} passes
 * @property {string} text
 * @property {Parts} parts
 *
 * @typedef {object} Verdict what the classifier says afresh
 * @property {boolean} flipped
 * @property {number} p
 * @property {number} trials
 * @property {number} passes
 * @property {number} edited share of the words
 * @property {number | null} perplexity
 *
 * @typedef {object} Start
 * @property {string} job that is asked for rows
 * @property {string[]} labels
 * @property {number} label of the sentence
 * @property {number} wanted
 * @property {number[]} p by label
 * @property {string | null} premise
 * @property {{text: string, parts: Parts, perplexity: number | null}} start
 *
 * @typedef {Start & {settings: Settings, rows: Record<string, Row[]>,
 *   verdicts: Record<string, Verdict>}} Scene rows and verdicts by method
 *
 * @typedef {{key: string, letter: string, title: string, about: string}} Method
 *
 * @typedef {object} Own
 * @property {string} TAB
 * @property {HTMLElement} panel
 * @property {Offers} offers once the server has said them
 * @property {Scene} scene once there is one
 * @property {number} place of the cursor on the curve, in passes or trials; Infinity at the end
 * @property {Axis} axis
 * @property {string | null} running the job that is asked for rows
 * @property {string} written what this script itself made the value
 * @property {Life} life
 * @property {HTMLSelectElement} victimList
 * @property {HTMLSelectElement} exampleList
 * @property {HTMLInputElement} textBox
 * @property {{key: string, box: HTMLInputElement, title: string, about: string}[]} methodBoxes
 * @property {HTMLInputElement} trialsBox
 * @property {HTMLInputElement} seedBox
 * @property {HTMLInputElement} weightBox
 * @property {HTMLInputElement} likenessBox
 * @property {HTMLInputElement} spareBox
 * @property {HTMLButtonElement} runButton
 * @property {Running} underWay
 * @property {HTMLFormElement} form
 * @property {HTMLElement} original
 * @property {HTMLElement} cards
 * @property {Twin} rowTable
 * @property {HTMLElement} curveBox
 * @property {Choice} axisChoice
 * @property {Chart} chart
 * @property {HTMLInputElement} slider
 * @property {HTMLOutputElement} where
 * @property {HTMLElement} curveTitle
 *
 * @typedef {Given & Own} Ui
 */

export {};
