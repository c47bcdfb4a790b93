// What the microscope is made of: what the server says of modes, as widget.py has it, and what the
// widget remembers.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 * @typedef {import("../../page/result.js").Life} Life
 * @typedef {import("../../page/choice.js").Choice} Choice
 * @typedef {{text: string, space: boolean, mark: string, old: string}[]} Words with marks
 *
 * @typedef {object} Row a mode
 * @property {number} variable
 * @property {number} component
 * @property {number} weight of the prior
 * @property {number | null} share of held-out items
 * @property {[word: string, sentence: string][]} flags what is wrong with it
 * @property {{word: string, z: number, share: number}[]} keywords z in standard deviations
 * @property {{tag: string, name: string, purity: number, overall: number}[]} tags shares of items
 * @property {{row: number, item: string}[]} typical items of the map
 * @property {number[]} [mean]
 * @property {number[]} [scale] standard deviations
 *
 * @typedef {object} Scene the answer to "run"
 * @property {string} checkpoint
 * @property {string} title
 * @property {"text" | "image"} modality
 * @property {number} variables
 * @property {number} components of each
 * @property {boolean} discrete
 * @property {boolean} extra a code has numbers beside the variables
 * @property {number[][]} weights of the prior, by variable and mode
 * @property {Row[]} rows
 * @property {string} faces the picture at the centre of each mode, as base64
 * @property {string} missing why there is no map, as HTML
 * @property {number} n held-out items
 * @property {boolean} original typical items are the corpus's own
 * @typedef {{items: string, origin: number[], code: string}} PictureSamples
 * @typedef {{items: string[], origin: number[], code: string}} TextSamples
 * @typedef {TextSamples | PictureSamples} Samples the answer to "samples", with the likeliest mode
 *   of each
 * @typedef {object} Flipped the answer to "flip"
 * @property {string} base what the code decodes to as it is
 * @property {string | string[]} items with the variable at each mode
 * @property {Words[]} [parts] of sentences
 * @property {string[]} unknown words
 * @property {number[]} responsibilities of the modes at the code
 * @property {string} code
 *
 * @typedef {{checkpoint: string, variable: number, component: number | null, seed: number,
 *   temperature: number, weights: number[] | null}} Draw the question of "samples"
 * @typedef {{checkpoint: string, variable: number, code?: number[], text?: string,
 *   row?: number}} Question the one of "flip"
 * @typedef {object} View what is chosen
 * @property {number} variable
 * @property {number} component
 * @property {number} seed
 * @property {number} t temperature
 * @property {number[] | null} weights of the modes, in per cent; null for this mode alone
 * @property {number} flip variable
 * @property {Record<string, string>} names "1.2" -> what a person calls this mode
 * @property {string} text that was typed
 * @typedef {{variable: number, component: number}} Mode
 *
 * @typedef {object} Sheet
 * @property {Life} life
 * @property {HTMLElement} heading
 * @property {HTMLElement} chips
 * @property {HTMLElement} lacking
 * @property {HTMLElement} title
 * @property {HTMLElement} facts
 * @property {HTMLElement} flags
 * @property {HTMLInputElement} naming
 * @property {HTMLElement} keywords
 * @property {HTMLElement} tags
 * @property {HTMLElement} typicalHead
 * @property {HTMLElement} typical
 * @property {Choice} which
 * @property {HTMLInputElement} seedBox
 * @property {HTMLInputElement} heat
 * @property {HTMLElement} heatValue
 * @property {HTMLElement} weightBox
 * @property {HTMLButtonElement} resetWeights
 * @property {HTMLElement} drawn
 * @property {HTMLElement} sampleNote
 * @property {HTMLInputElement} flipBox
 * @property {Choice} flipVariable
 * @property {HTMLElement} flipBase
 * @property {HTMLElement} flipWhy
 * @property {HTMLElement} flipUnknown
 * @property {HTMLElement} flipped
 *
 * @typedef {object} Kept
 * @property {Scene} scene once a checkpoint was asked for
 * @property {string} asked the checkpoint that was asked for last
 * @property {View} view the same
 * @property {{code: number[], text: string} | null} base from the map
 * @property {number} pending kinds of questions that are on their way
 * @property {string} written the state in the link, as this widget made it
 * @property {boolean} acted a person did something since this checkpoint was shown
 * @property {string} failing the kind of question that was refused
 * @property {(request: {checkpoint: string}) => Promise<void>} runResult
 * @property {(question: Draw) => void} askSamples
 * @property {(question: Question) => void} askFlip
 *
 * @typedef {Given & Sheet & Kept} Ui
 */

export {};
