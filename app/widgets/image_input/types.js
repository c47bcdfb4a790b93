// What the sketch pad remembers.

/**
 * @typedef {import("../../page/widget.js").Given} Given
 * @typedef {HTMLImageElement | HTMLCanvasElement} Picture
 *
 * @typedef {object} Own
 * @property {string} other the value with its tones swapped, or ""
 * @property {boolean} inverted
 * @property {string | null} shown the value that is on the paper
 * @property {number} index of the next test image
 * @property {HTMLCanvasElement} paper
 * @property {HTMLInputElement} file
 * @property {HTMLElement} note
 * @property {CanvasRenderingContext2D} pen
 * @property {{value: string | null, pixels: ImageData}[]} before pictures to go back to
 * @property {number[] | null} last last point of the stroke being drawn
 *
 * @typedef {Given & Own} Ui
 */

export {};
