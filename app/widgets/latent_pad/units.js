// One unit in the place of the square: the list of units, a slider, a strip of decoded values.

import { el } from "../../page/dom.js";
import { fixed } from "../../page/numbers.js";
import { go } from "./latent_pad.js";
import { thing } from "./readout.js";
import { drawBackdrop } from "./square.js";

/** A unit begins where the point has it, so that nothing changes before it is moved. */
const unitHome = (ui, unit) => [unit, Math.round(100 * ui.scene.anchors[0][unit]) / 100];

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
          on: { click: (event) => go(ui, unitHome(ui, index), { time: event.timeStamp }) },
        },
        el("span", { text: `unit ${index}` }),
        el("b", {}, bar),
        el("span", { text: `activity ${fixed(activity)}` }),
        el("span", { text: kl == null ? "no posterior" : `KL ${fixed(kl)} nats` }),
      );
    }),
  );
}

export function showUnit(ui, changed) {
  const chosen = ui.units.querySelector(`[data-unit="${ui.at[0]}"]`);
  if (changed || chosen?.ariaChecked !== "true") {
    for (const row of ui.units.children) {
      row.ariaChecked = String(row === chosen);
      row.tabIndex = row === chosen ? 0 : -1;
    }
    if (chosen) ui.units.scrollTop = chosen.offsetTop - ui.units.offsetTop - 64;
    const range = ui.scene.ranges[ui.scene.units.findIndex((unit) => unit.index === ui.at[0])] || [
      -3, 3,
    ];
    [ui.slider.min, ui.slider.max] = range;
    ui.slider.step = 0.01;
    drawBackdrop(ui);
  }
  ui.slider.value = ui.at[1];
  ui.sliderLabel.textContent = `Value of unit ${ui.at[0]}: ${fixed(ui.at[1])}`;
  for (const cell of ui.strip.children)
    cell.ariaPressed = String(Math.abs(cell.dataset.value - ui.at[1]) < 0.005);
}

export function drawStrip(ui, { values, items }) {
  ui.strip.replaceChildren(
    ...values.map((value, i) =>
      el(
        "button",
        {
          type: "button",
          "data-value": value,
          "aria-label": `value ${fixed(value)}`,
          on: { click: (event) => go(ui, [ui.at[0], value], { time: event.timeStamp }) },
        },
        thing(ui, items[i]),
        el("span", { text: fixed(value) }),
      ),
    ),
  );
}

export function setUp(ui) {
  ui.units.addEventListener("keydown", (event) => {
    const step = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const place = ui.scene.units.findIndex((unit) => unit.index === ui.at[0]) + step;
    const unit = ui.scene.units[Math.min(ui.scene.units.length - 1, Math.max(0, place))];
    go(ui, unitHome(ui, unit.index), { time: event.timeStamp });
    ui.units.querySelector(`[data-unit="${unit.index}"]`).focus();
  });
  ui.slider.addEventListener("input", (event) =>
    go(ui, [ui.at[0], Number(ui.slider.value)], { time: event.timeStamp }),
  );
  ui.slider.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -0.25, ArrowRight: 0.25 }[event.key];
    if (!step || !event.shiftKey) return;
    event.preventDefault();
    const value = Math.min(ui.slider.max, Math.max(ui.slider.min, ui.at[1] + step));
    go(ui, [ui.at[0], value], { time: event.timeStamp });
  });
}
