// The step of the lower row: by hand, or playing.

import { count } from "../../page/numbers.js";
import { moveCursors, readouts } from "./curves.js";
import { drawRow, early, nameRow } from "./paint.js";
import { remember } from "./panels.js";
import { fillTables } from "./tables.js";

/** @typedef {import("./types.js").Ui} Ui */

const SPEED = 2.5; // snapshots a second
const GLIDE = 160; // ms
const calm = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * Everything that says which step the lower row is at, once it rests there.
 * @param {Ui} ui
 */
export function settle(ui) {
  const step = ui.scene.steps[ui.at];
  ui.scrub.value = String(ui.at);
  ui.scrub.setAttribute("aria-valuetext", `${count(step)} steps`);
  ui.when.textContent = `step ${count(step)}`;
  nameRow(ui, 0, early(ui));
  nameRow(ui, 1, ui.at);
  readouts(ui, step);
  fillTables(ui);
  ui.element.dataset.step = String(step); // how tests know
}

/** @param {Ui} ui @param {number} index @param {{keep?: boolean}} [options] */
export function go(ui, index, { keep = true } = {}) {
  ui.at = Math.min(ui.scene.steps.length - 1, Math.max(0, index));
  settle(ui);
  if (keep) remember(ui);
  glide(ui);
}

/** @param {Ui} ui */
function glide(ui) {
  cancelAnimationFrame(ui.frame);
  if (calm.matches) return (ui.shown = ui.at), drawRow(ui, 1, ui.shown);
  const [from, began] = [ui.shown, performance.now()];
  const tick = (/** @type {number} */ time) => {
    const t = Math.min(1, Math.max(0, time - began) / GLIDE);
    ui.shown = from + (ui.at - from) * t * (2 - t);
    drawRow(ui, 1, ui.shown);
    if (t < 1) ui.frame = requestAnimationFrame(tick);
  };
  ui.frame = requestAnimationFrame(tick);
}

/** @param {Ui} ui */
export function toggle(ui) {
  if (!ui.scene?.runs.length) return;
  if (ui.playing) return halt(ui);
  ui.playing = true;
  namePlay(ui);
  if (ui.at === ui.scene.steps.length - 1) ui.at = ui.shown = 0;
  let last = performance.now();
  const tick = (/** @type {number} */ time) => {
    if (!ui.playing) return;
    const ahead = ui.shown + (Math.max(0, time - last) / 1000) * SPEED;
    last = time;
    const end = ui.scene.steps.length - 1;
    ui.shown = Math.min(end, ahead);
    const reached = Math.floor(ui.shown);
    if (reached !== ui.at) {
      ui.at = reached;
      settle(ui);
    }
    drawRow(ui, 1, calm.matches ? ui.at : ui.shown);
    moveCursors(ui, stepAt(ui, ui.shown));
    if (ui.shown >= end) return halt(ui);
    ui.frame = requestAnimationFrame(tick);
  };
  settle(ui);
  ui.frame = requestAnimationFrame(tick);
}

/** @param {Ui} ui @param {number} place */
function stepAt(ui, place) {
  const [a, b] = [ui.scene.steps[Math.floor(place)], ui.scene.steps[Math.ceil(place)]];
  return a + (place % 1) * (b - a);
}

/** @param {Ui} ui */
export function halt(ui) {
  if (!ui.playing) return;
  ui.playing = false;
  cancelAnimationFrame(ui.frame);
  namePlay(ui);
  go(ui, ui.at);
}

/** @param {Ui} ui */
export function namePlay(ui) {
  ui.play.textContent = ui.playing ? "❚❚" : "▶";
  ui.play.title = ui.playing ? "Pause" : "Play the training";
  ui.play.setAttribute("aria-label", ui.play.title);
}
