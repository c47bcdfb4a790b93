// Codes and modes of a run at a step, and between two.

import { bytes } from "../../page/pictures.js";

export const nearest = (steps, step) =>
  steps.reduce((best, s, i) => (Math.abs(s - step) < Math.abs(steps[best] - step) ? i : best), 0);

export function unpack(run) {
  const whole = new Uint16Array(bytes(run.codes.data).buffer);
  const [span, low] = [(run.codes.high - run.codes.low) / 65535, run.codes.low];
  run.code = (i) => low + span * whole[i];
  run.modes = bytes(run.modes);
  for (const tag of Object.values(run.tags)) tag.ids = bytes(tag.ids);
}

/** Half the side of all panels: all but the farthest codes, and all means, of every run and step. */
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
/** The run's snapshot at `place`, a number between two indices of the common steps. */
export function moment(ui, run, place) {
  const index = (i) => {
    const step = ui.scene.steps[i];
    return Math.max(
      0,
      run.steps.findLastIndex((s) => s <= step),
    );
  };
  const [a, b] = [index(Math.floor(place)), index(Math.ceil(place))];
  const t = place - Math.floor(place);
  const [, items, variables] = run.shape;
  const mix = (x, y) => x + t * (y - x);
  const later = t < 0.5 ? a : b;
  return {
    point: (n, axis) =>
      mix(
        run.code(2 * ((a * items + n) * variables + ui.variable) + axis),
        run.code(2 * ((b * items + n) * variables + ui.variable) + axis),
      ),
    mean: (k) =>
      run.means[a][ui.variable][k].map((x, axis) => mix(x, run.means[b][ui.variable][k][axis])),
    scale: (k) =>
      run.scales[a][ui.variable][k].map((x, axis) => mix(x, run.scales[b][ui.variable][k][axis])),
    mode: (n) => run.modes[(later * items + n) * variables + ui.variable],
    components: run.means[a][ui.variable].length,
    items,
  };
}
