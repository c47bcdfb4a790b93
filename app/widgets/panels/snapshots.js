// Codes and modes of a run at a step, and between two.

import { bytes } from "../../page/pictures.js";

/**
 * @typedef {import("./types.js").Raw} Raw
 * @typedef {import("./types.js").Run} Run
 * @typedef {import("./types.js").Ui} Ui
 */

/** @param {number[]} steps @param {number} step */
export const nearest = (steps, step) =>
  steps.reduce((best, s, i) => (Math.abs(s - step) < Math.abs(steps[best] - step) ? i : best), 0);

/** @param {Raw} raw @returns {Run} */
export function unpack({ codes, ...raw }) {
  const whole = new Uint16Array(bytes(codes.data).buffer);
  const [span, low] = [(codes.high - codes.low) / 65535, codes.low];
  const tags = Object.entries(raw.tags).map(([name, tag]) => [
    name,
    { ...tag, ids: bytes(tag.ids) },
  ]);
  return {
    ...raw,
    code: (/** @type {number} */ i) => low + span * whole[i],
    modes: bytes(raw.modes),
    tags: Object.fromEntries(tags),
  };
}

/**
 * Half the side of all panels: all but the farthest codes, and all means, of every run and step.
 * @param {Ui} ui
 */
export function measure(ui) {
  const far = [];
  let mean = 0;
  for (const run of ui.scene.runs) {
    const [moments, items, variables] = run.shape;
    for (let s = 0; s < moments; s++)
      for (let n = 0; n < items; n += 4) {
        const i = 2 * ((s * items + n) * variables + ui.variable);
        far.push(Math.max(Math.abs(run.code(i)), Math.abs(run.code(i + 1))));
      }
    for (const moment of run.means)
      mean = Math.max(mean, ...moment[ui.variable].flat().map(Math.abs));
  }
  far.sort((a, b) => a - b);
  ui.reach = Math.ceil(Math.max(far[Math.floor(0.998 * (far.length - 1))], mean) + 0.3);
}
/**
 * The run's snapshot at `place`, a number between two indices of the common steps.
 * @param {Ui} ui
 * @param {Run} run
 * @param {number} place
 */
export function moment(ui, run, place) {
  const index = (/** @type {number} */ i) => {
    const step = ui.scene.steps[i];
    return Math.max(
      0,
      run.steps.findLastIndex((s) => s <= step),
    );
  };
  const [a, b] = [index(Math.floor(place)), index(Math.ceil(place))];
  const t = place - Math.floor(place);
  const [, items, variables] = run.shape;
  const mix = (/** @type {number} */ x, /** @type {number} */ y) => x + t * (y - x);
  const later = t < 0.5 ? a : b;
  return {
    point: (/** @type {number} */ n, /** @type {number} */ axis) =>
      mix(
        run.code(2 * ((a * items + n) * variables + ui.variable) + axis),
        run.code(2 * ((b * items + n) * variables + ui.variable) + axis),
      ),
    mean: (/** @type {number} */ k) =>
      run.means[a][ui.variable][k].map((x, axis) => mix(x, run.means[b][ui.variable][k][axis])),
    scale: (/** @type {number} */ k) =>
      run.scales[a][ui.variable][k].map((x, axis) => mix(x, run.scales[b][ui.variable][k][axis])),
    mode: (/** @type {number} */ n) => run.modes[(later * items + n) * variables + ui.variable],
    components: run.means[a][ui.variable].length,
    items,
  };
}
