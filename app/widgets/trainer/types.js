// What training is made of: what the server says of data, models and runs, and what the widget
// remembers.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 * @typedef {import("../../page/result.js").Ask} Ask
 * @typedef {import("../../page/chart.js").Chart} Chart
 * @typedef {import("../../page/choice.js").Choice} Choice
 * @typedef {import("../../page/dom.js").Twin} Twin
 * @typedef {"text" | "image"} Kind
 * @typedef {[step: number, value: number | null][]} Points
 *
 * @typedef {object} Corpus
 * @property {string} key
 * @property {string} title
 * @property {Kind} kind
 * @property {boolean} yours
 * @property {number} [n]
 * @property {number} [bytes]
 *
 * @typedef {object} Source where items come from, as widget.py has it
 * @property {string} corpus
 * @property {string} upload
 * @property {string} column
 * @property {string} label_column
 * @property {number} size
 * @property {number} channels
 *
 * @typedef {object} Report of what a model would read
 * @property {Kind} kind
 * @property {number} n
 * @property {number} duplicates
 * @property {string[]} columns
 * @property {string} column
 * @property {string} label_column
 * @property {[words: number, sentences: number][]} lengths
 * @property {[size: number, share: number][]} vocabulary
 * @property {string[]} examples sentences, or base64 of pictures
 * @property {number} side of a picture, pixels; 0 for sentences
 * @property {number} channels
 * @property {number[]} often how many words are there at least once, twice, and so on
 * @property {Record<string, number>} splits
 * @property {string[]} classes
 * @property {string[]} notes
 *
 * @typedef {number | boolean | string | number[]} Value
 * @typedef {object} Setting
 * @property {string} name
 * @property {string} title
 * @property {Value} default
 * @property {"int" | "float" | "bool" | "choice" | "sizes"} type
 * @property {number | null} least
 * @property {number | null} most
 * @property {string} help
 * @property {boolean} first one of the few that matter
 * @property {string[]} choices
 *
 * @typedef {object} Offer
 * @property {string} model
 * @property {string} title
 * @property {string} about
 * @property {Setting[]} settings
 * @property {Record<string, Record<string, Value>>} presets
 * @property {boolean} told the class of each item
 *
 * @typedef {object} Cost what a run would take
 * @property {number} weights
 * @property {number} memory bytes
 * @property {number} disk bytes
 * @property {[low: number, high: number] | null} seconds
 *
 * @typedef {"queued" | "running" | "pausing" | "paused" | "stopped" | "done" | "failed"} State
 * @typedef {object} Run
 * @property {string} id
 * @property {string} checkpoint
 * @property {string} model
 * @property {string} dataset
 * @property {string} corpus what the data is called
 * @property {string} title
 * @property {State} state
 * @property {number} place in the queue, from 1
 * @property {number} step
 * @property {number} steps
 * @property {number} seconds
 * @property {[low: number, high: number] | null} left seconds of training
 * @property {number} memory bytes
 * @property {number} disk bytes
 * @property {number} room bytes on disk in the end
 * @property {string} message
 * @property {string} stage
 * @property {number} rate
 *
 * @typedef {object} Examples
 * @property {number} step
 * @property {string[]} given
 * @property {string[]} back
 * @property {string[]} samples
 * @property {number} [side] of a picture
 *
 * @typedef {object} Look what is new of a run
 * @property {Run} run
 * @property {Record<string, Points>} curves
 * @property {number[]} units nats of KL
 * @property {string[]} log
 * @property {number} lines of the log so far
 * @property {Examples | null} examples
 * @property {boolean} collapsed
 *
 * @typedef {object} Yours a checkpoint of one's own
 * @property {string} name
 * @property {string} title
 * @property {string} about
 * @property {string} dataset
 * @property {string} problem
 * @property {string[]} tabs that it can be seen in
 *
 * @typedef {object} Overview
 * @property {Corpus[]} corpora
 * @property {Run[]} runs
 * @property {Yours[]} yours
 * @property {string[]} gone
 *
 * @typedef {object} DataPart
 * @property {HTMLElement} node
 * @property {Choice} from
 * @property {Record<string, HTMLElement>} ways to give data, by name
 * @property {HTMLSelectElement} corpus
 * @property {HTMLButtonElement} forget
 * @property {HTMLInputElement} file
 * @property {HTMLTextAreaElement} pasted
 * @property {HTMLElement} reading how the file is read
 * @property {HTMLElement} said
 * @property {HTMLProgressElement} bar
 * @property {HTMLInputElement} title
 * @property {HTMLElement} titleField
 * @property {ReportPart} report
 *
 * @typedef {object} ReportPart
 * @property {HTMLElement} node
 * @property {HTMLElement} facts
 * @property {HTMLElement} notes
 * @property {Chart} lengths
 * @property {Chart} words
 * @property {HTMLElement} charts
 * @property {HTMLElement} examples
 * @property {Twin} lengthTable
 * @property {Twin} wordTable
 *
 * @typedef {object} ModelPart
 * @property {HTMLElement} node
 * @property {HTMLSelectElement} model
 * @property {HTMLElement} about
 * @property {Choice} preset
 * @property {HTMLElement} first
 * @property {HTMLElement} rest
 * @property {HTMLDetailsElement} fold
 * @property {HTMLElement} cost
 * @property {number} soon timer of the newest question about it
 * @property {HTMLInputElement} name
 * @property {HTMLButtonElement} go
 * @property {HTMLElement} said
 *
 * @typedef {object} RunPart
 * @property {HTMLElement} node
 * @property {HTMLElement} list
 * @property {HTMLElement} none
 * @property {HTMLElement} shown
 * @property {HTMLElement} said what was wrong
 * @property {HTMLElement} warning
 * @property {HTMLElement} legend
 * @property {HTMLElement} charts
 * @property {Record<string, Chart>} curves by the term they show
 * @property {Chart} units
 * @property {HTMLElement} unitBox
 * @property {HTMLElement} items
 * @property {HTMLElement} log
 * @property {Twin} curveTable
 * @property {Twin} unitTable
 *
 * @typedef {{node: HTMLElement, list: HTMLElement, said: HTMLElement, file: HTMLInputElement}}
 *   YoursPart
 *
 * @typedef {object} Own
 * @property {Ask} ask
 * @property {Corpus[]} corpora
 * @property {Source} source
 * @property {Report | null} report
 * @property {Record<string, Offer[]>} offers by kind of item
 * @property {Record<string, () => Value>} values of the settings, by name
 * @property {Run[]} runs
 * @property {Record<string, Look>} looks by run: all that has come of it
 * @property {string[]} watched ids of the runs that are shown
 * @property {Yours[]} yours
 * @property {number} turn of the newest question about the data
 * @property {number} timer
 * @property {number} asked of the newest question about the runs
 * @property {Set<string>} acting ids of the runs to which something is being done
 * @property {DataPart} data
 * @property {ModelPart} form
 * @property {RunPart} run
 * @property {YoursPart} kept
 *
 * @typedef {Given & Own} Ui
 */

export {};
