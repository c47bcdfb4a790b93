// Sliders and choices of the panel.

import { choice, numberBox } from "../../page/choice.js";
import { el } from "../../page/dom.js";
import { changed, id } from "./theory.js";

/**
 * @typedef {import("./types.js").Control} Control
 * @typedef {import("./types.js").Ui} Ui
 */

const PAUSE = 140; // ms after a movement before the server is asked

/** @param {Ui} ui */
function soon(ui) {
  clearTimeout(ui.waiting);
  ui.waiting = setTimeout(() => changed(ui), PAUSE);
}

/** @param {Ui} ui */
export function fillForm(ui) {
  ui.form.replaceChildren(
    ...ui.panel.controls.map((control) =>
      control.kind === "choice" ? several(ui, control) : slider(ui, control),
    ),
  );
}

/** @param {Ui} ui @param {Control} control */
function slider(ui, { name, label, low, high, step }) {
  const values = ui.chosen[ui.panel.name];
  const shape = { min: low, max: high, step, value: values[name] };
  const range = el("input", { type: "range", id: id(ui, name), ...shape });
  const box = numberBox(id(ui, `${name}-number`), low, high, {
    "aria-label": `${label}, as a number`,
    ...shape,
  });
  const take = (/** @type {string} */ text) => {
    const value = Number(text);
    if (text === "" || !(value >= low && value <= high)) return false;
    values[name] = Number(value.toFixed(4));
    return true;
  };
  range.addEventListener("input", () => {
    take(range.value);
    box.value = String(values[name]);
    soon(ui);
  });
  box.addEventListener("change", () => {
    if (take(box.value)) soon(ui);
    box.value = range.value = String(values[name]);
  });
  return el(
    "div",
    { class: "theory-control" },
    el("label", { for: range.id, text: label }),
    box,
    range,
  );
}

/** @param {Ui} ui @param {Control} control */
function several(ui, { name, label, options }) {
  const values = ui.chosen[ui.panel.name];
  const title = el("span", { class: "theory-label", text: label, id: id(ui, `${name}-label`) });
  const frame = { class: "theory-chooser theory-small", "aria-labelledby": title.id };
  const chooser = choice(id(ui, name), frame, (value) => {
    values[name] = value;
    changed(ui);
  });
  chooser.fill(options, values[name]);
  return el("div", { class: "theory-control" }, title, chooser.group);
}

/** @param {Ui} ui */
export function setUp(ui) {
  ui.waiting = 0;
}
