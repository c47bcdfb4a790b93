// One unit in the place of the square: the list of units, a slider, a strip of decoded values.

import { el, one } from "../../page/dom.js";
import { fixed } from "../../page/numbers.js";
import { fail, go } from "./latent_pad.js";
import { thing } from "./readout.js";
import { drawBackdrop } from "./square.js";
import { markStrip } from "./verdict.js";

/** @typedef {import("./types.js").Ui} Ui */

/** Whether a unit is a local direction, which begins at the point. @param {Ui} ui */
const isDirection = (ui, /** @type {number} */ unit) =>
  ui.scene.directions.some(({ index }) => index === unit);

/**
 * A unit begins where the point has it, so that nothing changes before it is moved.
 * @param {Ui} ui
 * @param {number} unit
 */
const unitHome = (ui, unit) => [
  unit,
  isDirection(ui, unit) ? 0 : Math.round(100 * ui.scene.anchors[0][unit]) / 100,
];

/** What a unit or direction is called. @param {Ui} ui @param {number} unit */
export const unitName = (ui, unit) =>
  isDirection(ui, unit) ? `direction ${unit - ui.scene.directions[0].index + 1}` : `unit ${unit}`;

/** A value of it, a direction's in standard deviations. @param {Ui} ui @param {number[]} place */
export const unitValue = (ui, [unit, value]) =>
  isDirection(ui, unit) ? `${fixed(value)} σ` : fixed(value);

/**
 * A row to choose a unit or direction by.
 * @param {Ui} ui
 * @param {number} index
 * @param {number} share of the bar
 * @param {string[]} facts
 */
function row(ui, index, share, facts) {
  const bar = el("i", { "aria-hidden": "true" });
  bar.style.width = `${100 * share}%`;
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
    el("span", { text: unitName(ui, index) }),
    el("b", {}, bar),
    ...facts.map((text) => el("span", { text })),
  );
}

/** @param {string} text */
const heading = (text) => el("p", { class: "pad-group", text });

/** @param {Ui} ui */
export function drawUnits(ui) {
  const { units, directions } = ui.scene;
  const most = Math.max(...units.map((unit) => unit.activity), 1e-9);
  const near = ui.scene.held_out ? "held-out codes" : "draws of the prior";
  /** @type {Node[]} */
  const around = directions.map(({ index, share, std }) =>
    row(ui, index, share, [`${fixed(100 * share, 0)}% of it`, `σ ${fixed(std)}`]),
  );
  if (around.length) {
    around.unshift(heading(`How the 50 ${near} nearest to the point spread, widest first`));
    around.push(heading("Units of the code, most active first"));
  }
  ui.units.replaceChildren(
    ...around,
    ...units.map(({ index, activity, kl }) =>
      row(ui, index, activity / most, [
        `activity ${fixed(activity)}`,
        kl == null ? "no posterior" : `KL ${fixed(kl)} nats`,
      ]),
    ),
  );
  drawEnds(ui);
}

/** What each direction leads to, either way. @param {Ui} ui */
async function drawEnds(ui) {
  const mine = ui.scene;
  const { view, anchors, directions } = mine;
  if (!directions.length) return;
  const answer = await ui.ask("ends", { checkpoint: view.checkpoint, anchors });
  if (ui.scene !== mine) return;
  if (answer.error) return fail(ui, answer.error);
  answer.items.forEach((/** @type {string[]} */ pair, /** @type {number} */ i) => {
    one(ui.units, `[data-unit="${directions[i].index}"]`).append(
      el("span", { class: "pad-ends" }, ...pair.map((item) => thing(ui, item))),
    );
  });
  ui.units.dataset.ends = String(directions[0].index); // how tests know
}

/** @param {HTMLElement} node @returns {HTMLElement[]} */
const children = (node) => /** @type {any[]} */ ([...node.children]);

/** @param {Ui} ui @param {boolean} changed */
export function showUnit(ui, changed) {
  const rows = children(ui.units).filter((row) => row.dataset.unit);
  const chosen = rows.find((row) => row.dataset.unit === String(ui.at[0]));
  if (changed || chosen?.ariaChecked !== "true") {
    for (const row of rows) {
      row.ariaChecked = String(row === chosen);
      row.tabIndex = row === chosen ? 0 : -1;
    }
    if (chosen) ui.units.scrollTop = chosen.offsetTop - ui.units.offsetTop - 64;
    [ui.slider.min, ui.slider.max] = (ui.scene.ranges[ui.at[0]] ?? [-3, 3]).map(String);
    ui.slider.step = String(0.01);
    drawBackdrop(ui);
  }
  ui.slider.value = String(ui.at[1]);
  ui.sliderLabel.textContent = `Value of ${unitName(ui, ui.at[0])}: ${unitValue(ui, ui.at)}`;
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
          "aria-label": `value ${unitValue(ui, [ui.at[0], value])}`,
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
    const all = [...ui.scene.directions, ...ui.scene.units];
    const place = all.findIndex((unit) => unit.index === ui.at[0]) + step;
    const { index } = all[Math.min(all.length - 1, Math.max(0, place))];
    go(ui, unitHome(ui, index), { time: event.timeStamp });
    one(ui.units, `[data-unit="${index}"]`).focus();
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
