// One unit in the place of the square: the list of units, a slider, a strip of decoded values.

import { el, one } from "../../page/dom.js";
import { fixed } from "../../page/numbers.js";
import { go } from "./latent_pad.js";
import { thing } from "./readout.js";
import { drawBackdrop } from "./square.js";
import { markStrip } from "./verdict.js";

/** @typedef {import("./types.js").Ui} Ui */

/**
 * A unit begins where the point has it, so that nothing changes before it is moved.
 * @param {Ui} ui
 * @param {number} unit
 */
const unitHome = (ui, unit) => [unit, Math.round(100 * ui.scene.anchors[0][unit]) / 100];

/** @param {Ui} ui */
export function drawUnits(ui) {
  const most = Math.max(...ui.scene.units.map((unit) => unit.activity), 1e-9);
  ui.units.replaceChildren(
    ...ui.scene.units.map(({ index, activity, kl }) => {
      const bar = el("i", { "aria-hidden": "true" });
      bar.style.width = `${(100 * activity) / most}%`;
      return el(
        "button",
        {
          type: "button",
          role: "radio",
          "data-unit": index,
          tabindex: "-1",
          "aria-checked": "false",
          on: {
            click: (/** @type {any} */ event) =>
              go(ui, unitHome(ui, index), { time: event.timeStamp }),
          },
        },
        el("span", { text: `unit ${index}` }),
        el("b", {}, bar),
        el("span", { text: `activity ${fixed(activity)}` }),
        el("span", { text: kl == null ? "no posterior" : `KL ${fixed(kl)} nats` }),
      );
    }),
  );
}

/** @param {HTMLElement} node @returns {HTMLElement[]} */
const children = (node) => /** @type {any[]} */ ([...node.children]);

/** @param {Ui} ui @param {boolean} changed */
export function showUnit(ui, changed) {
  const rows = children(ui.units);
  const chosen = rows.find((row) => row.dataset.unit === String(ui.at[0]));
  if (changed || chosen?.ariaChecked !== "true") {
    for (const row of rows) {
      row.ariaChecked = String(row === chosen);
      row.tabIndex = row === chosen ? 0 : -1;
    }
    if (chosen) ui.units.scrollTop = chosen.offsetTop - ui.units.offsetTop - 64;
    const range = ui.scene.ranges[ui.scene.units.findIndex((unit) => unit.index === ui.at[0])] || [
      -3, 3,
    ];
    [ui.slider.min, ui.slider.max] = range.map(String);
    ui.slider.step = String(0.01);
    drawBackdrop(ui);
  }
  ui.slider.value = String(ui.at[1]);
  ui.sliderLabel.textContent = `Value of unit ${ui.at[0]}: ${fixed(ui.at[1])}`;
  for (const cell of children(ui.strip))
    cell.ariaPressed = String(Math.abs(Number(cell.dataset.value) - ui.at[1]) < 0.005);
}

/** @param {Ui} ui @param {{values: number[], items: string[]}} strip */
export function drawStrip(ui, { values, items }) {
  ui.strip.replaceChildren(
    ...values.map((value, i) =>
      el(
        "button",
        {
          type: "button",
          "data-value": value,
          "aria-label": `value ${fixed(value)}`,
          on: {
            click: (/** @type {any} */ event) =>
              go(ui, [ui.at[0], value], { time: event.timeStamp }),
          },
        },
        thing(ui, items[i]),
        el("span", { text: fixed(value) }),
      ),
    ),
  );
  markStrip(ui);
}

/** @param {Ui} ui */
export function setUp(ui) {
  ui.units.addEventListener("keydown", (event) => {
    const step = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const place = ui.scene.units.findIndex((unit) => unit.index === ui.at[0]) + step;
    const unit = ui.scene.units[Math.min(ui.scene.units.length - 1, Math.max(0, place))];
    go(ui, unitHome(ui, unit.index), { time: event.timeStamp });
    one(ui.units, `[data-unit="${unit.index}"]`).focus();
  });
  ui.slider.addEventListener("input", (event) =>
    go(ui, [ui.at[0], Number(ui.slider.value)], { time: event.timeStamp }),
  );
  ui.slider.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -0.25, ArrowRight: 0.25 }[event.key];
    if (!step || !event.shiftKey) return;
    event.preventDefault();
    const [low, high] = [Number(ui.slider.min), Number(ui.slider.max)];
    const value = Math.min(high, Math.max(low, ui.at[1] + step));
    go(ui, [ui.at[0], value], { time: event.timeStamp });
  });
}
