// Of a model that carries noise to data: where its samples stand at the time chosen, and the
// velocities that move them there.

import { el } from "../../page/dom.js";
import { id, remember } from "./laboratory.js";
import { drawSquares, token } from "./squares.js";

/**
 * @typedef {import("./types.js").Frame} Frame
 * @typedef {import("./types.js").Scale} Scale
 * @typedef {import("./types.js").Ui} Ui
 */

export const LAST = 5; // the last of the times 0, 0.2, … 1, as the server's
const SIDE = 12; // arrows along each axis
const SHARE = 0.06; // of a velocity that its arrow shows
const LONGEST = 0.5; // units

/**
 * The part that belongs to the time chosen.
 * @param {Ui} ui @param {Float32Array} values
 */
function now(ui, values) {
  const size = values.length / (LAST + 1);
  return values.subarray(ui.time * size, (ui.time + 1) * size);
}

/** @param {Ui} ui @param {Frame} frame */
export const samplesOf = (ui, frame) => (frame.course ? now(ui, frame.course) : frame.samples);

/**
 * @param {Ui} ui @param {CanvasRenderingContext2D} pen @param {Float32Array} field
 * @param {number} extent @param {Scale} x @param {Scale} y
 */
export function paintField(ui, pen, field, extent, x, y) {
  const velocities = now(ui, field);
  const at = (/** @type {number} */ k) => ((k + 0.5) * 2 * extent) / SIDE - extent;
  pen.strokeStyle = token(ui, "--lab-arrow");
  pen.lineWidth = 1.2;
  pen.beginPath();
  for (let i = 0; i < SIDE * SIDE; i++) {
    const [px, py] = [at(i % SIDE), at(Math.floor(i / SIDE))];
    const [vx, vy] = [velocities[2 * i], velocities[2 * i + 1]];
    const length = Math.hypot(vx, vy);
    if (!(length > 0)) continue;
    const share = Math.min(SHARE, LONGEST / length);
    arrow(pen, x(px), y(py), x(px + share * vx), y(py + share * vy));
  }
  pen.stroke();
}

/**
 * A line with a head at its end, added to the path.
 * @param {CanvasRenderingContext2D} pen @param {number} ax @param {number} ay @param {number} bx
 * @param {number} by
 */
export function arrow(pen, ax, ay, bx, by) {
  const turn = Math.atan2(by - ay, bx - ax);
  pen.moveTo(ax, ay);
  pen.lineTo(bx, by);
  for (const side of [-0.5, 0.5]) {
    pen.moveTo(bx, by);
    pen.lineTo(bx - 6 * Math.cos(turn + side), by - 6 * Math.sin(turn + side));
  }
}

/**
 * The time is there to be chosen where a model has one.
 * @param {Ui} ui
 */
export function showTime(ui) {
  ui.timeBox.hidden = !ui.scene.frames.some((frame) => frame.course);
  ui.timeSlider.value = String(ui.time);
  const said = `t = ${(ui.time / LAST).toFixed(1)}`;
  ui.timeSaid.textContent = said;
  ui.timeSlider.setAttribute("aria-valuetext", said);
}

/** @param {Ui} ui */
export function setUp(ui) {
  ui.time = LAST;
  ui.timeSaid = el("output", { class: "lab-note" });
  ui.timeSlider = el("input", {
    type: "range",
    id: id(ui, "time"),
    min: 0,
    max: LAST,
    step: 1,
    on: {
      input: () => {
        ui.time = Number(ui.timeSlider.value);
        drawSquares(ui);
        remember(ui);
      },
    },
  });
  ui.timeBox = el(
    "div",
    {
      class: "lab-time",
      hidden: true,
      title: "Flow matching carries noise, at time 0, to samples, at time 1.",
    },
    el("label", { for: ui.timeSlider.id, text: "Time of the flow" }),
    ui.timeSlider,
    ui.timeSaid,
  );
}
