// What the chain player is made of: what the server says of chains, as backend/language/traces.py
// has it, and what the widget remembers. Logarithms are natural; null is minus infinity.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 * @typedef {import("../../page/result.js").Life} Life
 * @typedef {import("../../page/result.js").Ask} Ask
 * @typedef {import("../../page/chart.js").Chart} Chart
 * @typedef {import("../../page/choice.js").Choice} Choice
 * @typedef {import("../../page/choice.js").Running} Running
 * @typedef {"keywords" | "paraphrase" | "correction"} Task
 * @typedef {"exact" | "rescored" | "paper"} Kernel
 * @typedef {Kernel | "both"} Kernels of a run: both are exact and paper, side by side
 * @typedef {"replace" | "insert" | "delete"} Edit
 * @typedef {Record<string, number>} Weights
 *
 * @typedef {object} Settings what chains sample from, and how they propose
 * @property {Task} task
 * @property {string} lm pair of language models, forward and backward
 * @property {string} judge language model of the target; "" for the forward one of the pair
 * @property {string[]} keywords
 * @property {string} start
 * @property {Partial<Record<Edit, number>>} proposals
 * @property {Weights} weights of the parts of log π
 * @property {number} shortest words
 * @property {number} longest words
 * @property {[hot: number, cold: number]} temperatures
 * @property {number} cooling steps
 *
 * @typedef {Record<string, number | null>} Parts of log π, by name
 * @typedef {{total: number | null, parts: Parts}} Score log π
 * @typedef {{tokens: string[], text: string, score: Score}} State of a chain
 *
 * @typedef {object} Step
 * @property {number} n over the chain and its ancestors
 * @property {Edit | "none"} action
 * @property {number} position of the word
 * @property {string | null} old word
 * @property {string | null} new word
 * @property {string[]} tokens of the sentence that is proposed
 * @property {string} text of it
 * @property {number | null} total log π of it
 * @property {Parts} parts
 * @property {number} log_forward log q(x′ | x)
 * @property {number | null} log_reverse log q(x | x′)
 * @property {number | null} log_alpha
 * @property {number} log_u
 * @property {boolean} accepted
 * @property {[word: string, p: number][]} words the likeliest at this place
 * @property {number} [temperature] where it is not 1
 * @typedef {Pick<Step, "action" | "position" | "old" | "tokens" | "text">} Edited a sentence
 *
 * @typedef {"branch" | "overrule"} Fork
 * @typedef {{chain: number, step: number, kind: Fork}} Parent
 *
 * @typedef {object} Chain
 * @property {Kernel} kernel
 * @property {number} seed
 * @property {number} number of those of its kernel
 * @property {number} first number of its first step
 * @property {Parent | null} parent that it left
 * @property {State} start
 * @property {Step[]} steps
 *
 * @typedef {{error?: string}} Refusal in a sentence
 * @typedef {{name: string, title: string}} Named
 * @typedef {{pairs: Named[], judges: Named[], weights: Record<Task, Weights>,
 *   most: {steps: number, chains: number}} & Refusal} Offers the answer to "options"
 * @typedef {{chains: Chain[], notes: string[], fingerprints: Record<string, string>,
 *   code: string}} Started the answer to "start"
 * @typedef {{blocks: Step[][]} & Refusal} Advanced the answer to "advance", of each chain
 * @typedef {{ess: number[], autocorrelation: number[][]} & Refusal} Measured the answer to
 *   "statistics", of each chain; lags from 0
 * @typedef {{trace: {settings: Settings, fingerprints: Record<string, string>, chains: Chain[]},
 *   notes: string[], code: string} & Refusal} Checked the answer to "check"
 *
 * @typedef {object} Run what was asked for
 * @property {Task} task
 * @property {Kernels} kernel
 * @property {number} steps of each chain
 * @property {number} chains of each kernel
 * @property {number} seed
 * @property {Settings} settings
 *
 * @typedef {{at: number, show: number, beside: number}} View position, chain, and the chain beside
 *   it; -1 for none
 * @typedef {Started & {run: Run, settings: Settings, view?: View}} Scene a trace
 * @typedef {{done: number, count: number, began: number}} Job steps of each chain; ms
 *
 * @typedef {object} Path a chain together with its ancestors
 * @property {number} base number of the first step
 * @property {Step[]} steps
 * @property {boolean[]} accepted
 * @property {State[]} states before the first step and after each
 * @property {number} fork steps that are its ancestors'
 * @property {number} overruled index of the step that was, or -1
 * @property {number} own steps of the chain that are in it
 * @property {Set<string>} seen sentences
 * @property {number[]} distinct sentences up to each state
 * @property {number[]} taken edits up to each state
 * @property {number[]} best state up to each state
 * @typedef {{steps: number, ess: number, autocorrelation: number[]}} Statistics
 *
 * @typedef {object} Form
 * @property {Task} task
 * @property {string[]} words keywords
 * @property {HTMLElement} chips
 * @property {HTMLInputElement} wordBox
 * @property {HTMLElement} wordLabel
 * @property {HTMLElement} wordField
 * @property {HTMLInputElement} startBox
 * @property {HTMLElement} startLabel
 * @property {HTMLInputElement} stepsBox
 * @property {HTMLInputElement} chainsBox
 * @property {HTMLInputElement} seedBox
 * @property {HTMLSelectElement} lmList
 * @property {HTMLSelectElement} judgeList
 * @property {HTMLElement} judgeField
 * @property {HTMLInputElement} shortestBox
 * @property {HTMLInputElement} longestBox
 * @property {Record<Edit, HTMLInputElement>} proposalBoxes
 * @property {Record<string, HTMLInputElement>} weightBoxes
 * @property {HTMLElement} weightRow
 * @property {HTMLElement} about
 * @property {Choice} kernel
 * @property {Choice} schedule
 * @property {HTMLInputElement} hotBox
 * @property {HTMLInputElement} coldBox
 * @property {HTMLElement} heatField
 * @property {Running} underWay
 * @property {HTMLFormElement} form
 * @property {HTMLElement} noteLine
 *
 * @typedef {object} Transport
 * @property {number} timer of the frame that comes next, while playing
 * @property {number} pending timer of the verdict that follows a proposal
 * @property {number} clock ms of playing not yet used up
 * @property {number} before time of the last frame, ms
 * @property {Record<string, () => void>} KEYS
 * @property {HTMLButtonElement} firstButton
 * @property {HTMLButtonElement} backButton
 * @property {HTMLButtonElement} playButton
 * @property {HTMLButtonElement} nextButton
 * @property {HTMLButtonElement} lastButton
 * @property {HTMLButtonElement} branchButton
 * @property {HTMLButtonElement} overruleButton
 * @property {HTMLInputElement} scrub
 * @property {HTMLInputElement} stepBox
 * @property {HTMLElement} ofSteps
 * @property {HTMLSelectElement} speedList
 * @property {HTMLElement} transport
 * @property {HTMLElement} strip
 * @property {HTMLElement} chainChips
 * @property {HTMLSelectElement} besideList
 * @property {HTMLElement} meeting
 *
 * @typedef {object} Steps one by one, and all as a table
 * @property {"proposal" | "verdict"} phaseNow "proposal" while the verdict is still to come
 * @property {HTMLElement} cards
 * @property {"all" | "accepted" | "rejected"} filter
 * @property {number[] | null} listed positions that pass the filter; null for all
 * @property {Map<string, {node: HTMLElement, scene: Scene}>} drawnRows
 * @property {Choice} filterChoice
 * @property {HTMLElement} rowBox
 * @property {HTMLElement} tableHead
 * @property {HTMLElement} scroller
 * @property {HTMLElement} tableCount
 * @property {HTMLElement} stepTable
 *
 * @typedef {object} Facts
 * @property {WeakMap<Chain, Statistics>} statistics
 * @property {HTMLElement} facts
 * @property {HTMLElement} bests
 * @property {HTMLElement} bestList
 * @property {Chart} traceChart
 * @property {HTMLElement} chainTable
 * @property {HTMLElement} actionBox
 * @property {Chart} lagChart
 * @property {HTMLElement} lagTable
 * @property {HTMLElement} evidence
 *
 * @typedef {object} Kept
 * @property {string} TAB
 * @property {{mode?: string}} full the tab's request, this widget's own field aside
 * @property {Offers} offers once asked for
 * @property {Scene} scene once a run has come
 * @property {Partial<Record<string, Scene>>} scenes the last of each task, for when a person comes
 *   back to it
 * @property {View} view
 * @property {Job | null} job what is being computed
 * @property {WeakMap<Chain, Path>} paths
 * @property {boolean} given the state was set from outside, by a link
 * @property {string} kept the state in the link, as this widget made it
 * @property {number} saving timer
 * @property {Life} life
 * @property {Ask} ask
 * @property {(request: any) => Promise<any>} runResult
 * @property {HTMLInputElement} fileBox
 * @property {HTMLElement} player
 *
 * @typedef {Given & Form & Transport & Steps & Facts & Kept} Ui
 */

export {};
