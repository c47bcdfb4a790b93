// Where codes of the same held-out sentences lie, by the true posterior and by the encoder, at
// each moment of two runs.
// @ts-check
import { bytes } from "../../page/pictures.js";

/**
 * @typedef {import("./types.js").Told} Told
 * @typedef {import("./types.js").Trace} Trace
 */

/** @param {Told} told @returns {Trace} */
export function unpack({ model, encoder, ...rest }) {
  const [a, b] = [model, encoder].map((text) => new Float32Array(bytes(text).buffer));
  return { ...rest, model: a, encoder: b };
}

/**
 * The means at a moment; two runs need not have as many.
 * @param {Trace} trace
 * @param {number} share of the run, 0 to 1
 */
export function at({ steps, model, encoder }, share) {
  const moment = Math.round(share * (steps.length - 1));
  const size = model.length / steps.length;
  const cut = (/** @type {Float32Array} */ all) => all.slice(moment * size, (moment + 1) * size);
  return { step: steps[moment], model: cut(model), encoder: cut(encoder) };
}

/** @param {Float32Array} x */
function spread(x) {
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  return Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length);
}

/**
 * In words that need no picture: how far the means of each kind are spread.
 * @param {{model: Float32Array, encoder: Float32Array}} means
 */
export const spreads = ({ model, encoder }) => [model, encoder].map(spread);

/**
 * A row for each moment: step, spread of the true means, spread of the encoder's.
 * @param {Trace} trace
 */
export const rows = (trace) =>
  trace.steps.map((step, moment) => [
    step,
    ...spreads(at(trace, moment / (trace.steps.length - 1 || 1))).map((x) => Number(x.toFixed(3))),
  ]);
